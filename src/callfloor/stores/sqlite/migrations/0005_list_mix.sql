-- What the lists of a campaign's mix are owed, in leads, by the lists' name.
CREATE TABLE list_mix (
    campaign INTEGER NOT NULL REFERENCES campaigns (id),
    list     TEXT NOT NULL,
    owed     REAL NOT NULL,
    PRIMARY KEY (campaign, list)
) STRICT, WITHOUT ROWID;
