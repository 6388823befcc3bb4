-- Floors that workers look after, with their settings (JSON); the revision counts their changes.
CREATE TABLE floor_plans (
    floor      INTEGER PRIMARY KEY,
    revision   INTEGER NOT NULL,
    settings   TEXT NOT NULL,
    changed_at REAL NOT NULL
) STRICT;

-- Processes that look after floors. One that has not said for long enough that it is there is taken for dead.
CREATE TABLE workers (
    name        TEXT PRIMARY KEY,
    until       REAL NOT NULL,         -- by the database's clock
    takes_floors INTEGER NOT NULL      -- 0: it is being drained, or has no carrier
) STRICT;

-- What other processes have for a floor: deleted by the step that takes it.
CREATE TABLE inbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    floor    INTEGER NOT NULL,
    event_id TEXT,                     -- the sender's own; one that was taken is not taken again
    arrival  TEXT NOT NULL,            -- JSON
    put_at   REAL NOT NULL,
    refused  TEXT                      -- why it was set aside
) STRICT;
CREATE UNIQUE INDEX inbox_event_id ON inbox (floor, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX inbox_waiting ON inbox (floor, id) WHERE refused IS NULL;
