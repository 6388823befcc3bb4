-- Who looks after a floor, so that processes do not fight; the floor's version is what guards it.
CREATE TABLE leases (
    floor INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    until REAL NOT NULL                -- by the database's clock
) STRICT;

-- The one key by which digits of erased numbers can be found again.
CREATE TABLE erasure_key (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
) STRICT;

-- Numbers of people who were erased: in `numbers` their digits are the negative of the id.
CREATE TABLE erased_numbers (
    number    INTEGER PRIMARY KEY,
    digest    BLOB NOT NULL UNIQUE,    -- HMAC-SHA-256 of the digits
    erased_at REAL NOT NULL
) STRICT;
