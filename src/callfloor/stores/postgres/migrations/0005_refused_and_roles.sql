-- When an entry of the inbox was set aside.
ALTER TABLE inbox ADD COLUMN refused_at double precision;
CREATE INDEX inbox_refused ON inbox (floor, id) WHERE refused IS NOT NULL;

-- A token may also be for telling floors what happens: the role floor.
ALTER TABLE tokens DROP CONSTRAINT tokens_role_check;
ALTER TABLE tokens ADD CONSTRAINT tokens_role_check CHECK (role IN ('read', 'run', 'floor'));
