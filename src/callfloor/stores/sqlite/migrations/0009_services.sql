-- Several services may share a database: a run whose service is not heard of for long is lost.
ALTER TABLE runs ADD COLUMN heard_at REAL NOT NULL DEFAULT 0;      -- by the database's clock
ALTER TABLE runs ADD COLUMN done REAL NOT NULL DEFAULT 0;          -- share of it, when that was told last
ALTER TABLE runs ADD COLUMN cancel_asked INTEGER NOT NULL DEFAULT 0;
