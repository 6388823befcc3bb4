-- Times are seconds UTC (real). Codes are those of callfloor/floor/vocabulary.py.

CREATE TABLE campaigns (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- A list is what one import brought. Its leads can be claimed once it is active: publishing is one row.
CREATE TABLE lists (
    id           INTEGER PRIMARY KEY,
    campaign     INTEGER NOT NULL REFERENCES campaigns (id),
    name         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('staged', 'active', 'discarded')),
    created_at   REAL NOT NULL,
    published_at REAL,
    importer     TEXT,                 -- host and process that stage it
    heartbeat_at REAL                  -- their last sign of life
) STRICT;
CREATE INDEX lists_active ON lists (campaign) WHERE status = 'active';

-- One row a phone number, whosever lead it is: what all campaigns must know of it.
CREATE TABLE numbers (
    id              INTEGER PRIMARY KEY,
    e164            INTEGER NOT NULL UNIQUE,   -- without the plus
    barred          INTEGER NOT NULL DEFAULT 0, -- 1: do not call
    attempts        INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0, -- in a row
    last_attempt_at REAL,
    free_at         REAL NOT NULL DEFAULT 0,    -- no attempt before: the end of the cooldown
    held_by         INTEGER                     -- the floor that has claimed it
) STRICT;

CREATE TABLE leads (
    id            INTEGER PRIMARY KEY,
    list          INTEGER NOT NULL REFERENCES lists (id),
    status        INTEGER NOT NULL DEFAULT 0,   -- 0 due, 1 waiting for due_at, 2 claimed by a floor, 3 done
    priority      INTEGER NOT NULL DEFAULT 100, -- smaller is called first
    due_at        REAL NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,
    number        INTEGER NOT NULL REFERENCES numbers (id), -- the one to dial next
    other_numbers TEXT,                          -- JSON array of ids of numbers, in the order of trying
    outcome       INTEGER,                       -- of the last attempt
    external_id   TEXT,
    state         TEXT,                          -- of the address
    postal_code   TEXT,
    time_zone     TEXT,                          -- IANA name
    attributes    TEXT                           -- JSON object of what else the list said
) STRICT;
CREATE INDEX leads_due ON leads (list, priority, due_at, id) WHERE status = 0;
CREATE INDEX leads_waiting ON leads (due_at) WHERE status = 1;
CREATE INDEX leads_claimed ON leads (id) WHERE status = 2;

-- A number stands once in a campaign.
CREATE TABLE lead_numbers (
    campaign INTEGER NOT NULL REFERENCES campaigns (id),
    number   INTEGER NOT NULL REFERENCES numbers (id),
    lead     INTEGER NOT NULL REFERENCES leads (id),
    PRIMARY KEY (campaign, number)
) STRICT, WITHOUT ROWID;

-- A floor: one team of agents with its campaigns. The version is the guard: who commits on an old one loses.
CREATE TABLE floors (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    call_key TEXT NOT NULL DEFAULT (lower(hex(randomblob(8)))), -- the first half of its call ids
    state   TEXT NOT NULL              -- JSON: the floor's own fields
) STRICT;

CREATE TABLE floor_agents (
    floor INTEGER NOT NULL REFERENCES floors (id),
    id    INTEGER NOT NULL,            -- dense, from 0
    name  TEXT NOT NULL,
    state TEXT NOT NULL,               -- JSON array: fields of the record, references by id
    PRIMARY KEY (floor, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE floor_campaigns (
    floor    INTEGER NOT NULL REFERENCES floors (id),
    id       INTEGER NOT NULL,         -- dense, from 0
    campaign INTEGER NOT NULL REFERENCES campaigns (id),
    state    TEXT NOT NULL,
    PRIMARY KEY (floor, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE floor_calls (
    floor INTEGER NOT NULL REFERENCES floors (id),
    id    INTEGER NOT NULL,            -- the slot, dense, used again
    state TEXT NOT NULL,
    PRIMARY KEY (floor, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE floor_leads (
    floor INTEGER NOT NULL REFERENCES floors (id),
    lead  INTEGER NOT NULL REFERENCES leads (id),
    state TEXT NOT NULL,
    PRIMARY KEY (floor, lead)
) STRICT, WITHOUT ROWID;

-- What came in and what was decided: replayed, it gives the same commands.
CREATE TABLE journal (
    floor    INTEGER NOT NULL REFERENCES floors (id),
    seq      INTEGER NOT NULL,
    at       REAL NOT NULL,            -- the time given to the floor
    kind     INTEGER NOT NULL,         -- of event; -1: a configuration
    event    TEXT NOT NULL,            -- JSON
    commands TEXT NOT NULL,            -- JSON array of arrays
    event_id TEXT,                     -- the carrier's; one is taken once
    PRIMARY KEY (floor, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX journal_event_id ON journal (floor, event_id) WHERE event_id IS NOT NULL;

-- Commands for the carrier, committed before they are sent; gone once they are known to be sent.
CREATE TABLE outbox (
    floor     INTEGER NOT NULL REFERENCES floors (id),
    seq       INTEGER NOT NULL,
    attempt   INTEGER NOT NULL,
    command   TEXT NOT NULL,           -- JSON
    not_after REAL NOT NULL,
    PRIMARY KEY (floor, seq)
) STRICT, WITHOUT ROWID;

-- One row an attempt, from the decision to dial to the end.
CREATE TABLE call_records (
    floor       INTEGER NOT NULL REFERENCES floors (id),
    attempt     INTEGER NOT NULL,      -- counts up from 1 on each floor
    campaign    INTEGER NOT NULL REFERENCES campaigns (id),
    lead        INTEGER NOT NULL REFERENCES leads (id),
    number      INTEGER NOT NULL REFERENCES numbers (id),
    agent       INTEGER,               -- who talked
    outcome     INTEGER NOT NULL,      -- -1: not known yet
    placed_at   REAL NOT NULL,
    answered_at REAL,
    connected_at REAL,
    ended_at    REAL,
    PRIMARY KEY (floor, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_records_of_number ON call_records (number, placed_at);
