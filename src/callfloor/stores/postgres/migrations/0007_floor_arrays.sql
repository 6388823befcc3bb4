-- Arrays of campaigns that are too long for their rows: what a campaign has learnt changes little at a time.
CREATE TABLE floor_arrays (
    floor    bigint NOT NULL,
    campaign bigint NOT NULL,
    part     bigint NOT NULL,
    place    bigint NOT NULL,
    state    text NOT NULL,
    PRIMARY KEY (floor, campaign, part, place)
) WITH (fillfactor = 50);
ALTER TABLE floor_arrays SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
