-- Several services may share a database: a run whose service is not heard of for long is lost.
ALTER TABLE runs ADD COLUMN heard_at double precision NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN done double precision NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN cancel_asked smallint NOT NULL DEFAULT 0;
