-- What the law needs to know of people, numbers and registers.

-- Status 4: held back, since what is not known of the person forbids to call them; `held_back` says why.
ALTER TABLE leads ADD COLUMN held_back TEXT;
ALTER TABLE leads ADD COLUMN consent_at REAL;   -- when the person agreed to be called; NULL: not known to have
CREATE INDEX leads_held_back ON leads (list, held_back) WHERE status = 4;

-- A do-not-call register of others, with its date. One import is one version, which replaces the one before.
CREATE TABLE registers (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('staged', 'active', 'discarded')),
    dated_at     REAL NOT NULL,        -- the start of the day as of which it is right
    numbers      INTEGER NOT NULL DEFAULT 0,
    file         TEXT NOT NULL,
    created_at   REAL NOT NULL,
    published_at REAL,
    importer     TEXT,                 -- host and process that stage it
    heartbeat_at REAL                  -- their last sign of life
) STRICT;
CREATE UNIQUE INDEX registers_active ON registers (name) WHERE status = 'active';

-- Ten thousand numbers a row: E.164 without its last four digits, and those as 16-bit numbers, sorted.
CREATE TABLE register_numbers (
    register INTEGER NOT NULL REFERENCES registers (id),
    block    INTEGER NOT NULL,
    endings  BLOB NOT NULL,
    PRIMARY KEY (register, block)
) STRICT, WITHOUT ROWID;

-- Who asked not to be called, and when: kept for the five years that the law asks for, nothing deletes it.
CREATE TABLE bars (
    id       INTEGER PRIMARY KEY,
    number   INTEGER NOT NULL REFERENCES numbers (id),
    asked_at REAL NOT NULL,
    asked_by TEXT NOT NULL,            -- the agent, file or person that passed it on
    list     TEXT NOT NULL
) STRICT;
CREATE INDEX bars_of_number ON bars (number);
