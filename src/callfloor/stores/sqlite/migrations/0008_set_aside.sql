-- Messages that could not be taken: with the reason, so that those behind them went on.
CREATE TABLE set_aside (
    id     INTEGER PRIMARY KEY,
    floor  TEXT NOT NULL,              -- the name that the message gave; there may be no such floor
    source TEXT NOT NULL,              -- the queue's id of the message
    body   TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     REAL NOT NULL,
    UNIQUE (source)
) STRICT;

-- How often a message was begun and not ended, as when a process dies of it.
CREATE TABLE message_tries (
    source TEXT PRIMARY KEY,
    tries  INTEGER NOT NULL
) STRICT;

-- The latest settings of a floor, without reading its journal.
CREATE INDEX journal_settings ON journal (floor, seq) WHERE kind = -1;
