-- Arrays of campaigns that are too long for their rows: what a campaign has learnt changes little at a time.
CREATE TABLE floor_arrays (
    floor    INTEGER NOT NULL REFERENCES floors (id),
    campaign INTEGER NOT NULL,         -- as floor_campaigns.id
    part     INTEGER NOT NULL,         -- which array
    place    INTEGER NOT NULL,         -- of the piece's first number
    state    TEXT NOT NULL,            -- JSON array of numbers
    PRIMARY KEY (floor, campaign, part, place)
) STRICT, WITHOUT ROWID;
