-- When an entry of the inbox was set aside.
ALTER TABLE inbox ADD COLUMN refused_at REAL;
CREATE INDEX inbox_refused ON inbox (floor, id) WHERE refused IS NOT NULL;

-- A token may also be for telling floors what happens: the role floor.
CREATE TABLE tokens_with_roles (
    name       TEXT PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,   -- SHA-256
    role       TEXT NOT NULL CHECK (role IN ('read', 'run', 'floor')),
    created_at REAL NOT NULL
) STRICT;
INSERT INTO tokens_with_roles SELECT name, hash, role, created_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_with_roles RENAME TO tokens;
