-- A run of a simulation that somebody has asked the service for.
CREATE TABLE runs (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    scenario   TEXT NOT NULL,          -- JSON
    error      TEXT,                   -- why it failed, in one line
    owner      INTEGER NOT NULL,       -- the process that runs it
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at   REAL,
    expires_at REAL NOT NULL           -- it may be deleted from then on
) STRICT;
CREATE INDEX runs_by_age ON runs (created_at);
CREATE INDEX runs_by_end ON runs (expires_at);

CREATE TABLE run_reports (
    run     TEXT NOT NULL REFERENCES runs (id),
    kind    TEXT NOT NULL CHECK (kind IN ('json', 'xlsx', 'html')),
    content BLOB NOT NULL,             -- compressed by zlib
    PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;

-- Who may use the service where others than this machine reach it. Tokens themselves are not kept.
CREATE TABLE tokens (
    name       TEXT PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,   -- SHA-256
    role       TEXT NOT NULL CHECK (role IN ('read', 'run')),
    created_at REAL NOT NULL
) STRICT;
