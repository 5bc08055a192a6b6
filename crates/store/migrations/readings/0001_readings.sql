-- Readings of on-line devices, in a file of their own: they are many, and their log is flushed on its own.
-- A reading is named by device, factor and moment (Unix milliseconds).
CREATE TABLE readings (
    device  TEXT NOT NULL,
    factor  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    value   REAL NOT NULL,
    quality INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    PRIMARY KEY (device, factor, at)
) WITHOUT ROWID;

-- What came and is no reading; the very same again is counted.
CREATE TABLE quarantine (
    digest  BLOB PRIMARY KEY,
    device  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    source  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    times   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX quarantine_latest ON quarantine (last);
CREATE INDEX quarantine_of_device ON quarantine (device, last);

-- How often what happened to what a device sent.
CREATE TABLE reading_tallies (
    device TEXT NOT NULL,
    what   TEXT NOT NULL,
    times  INTEGER NOT NULL,
    PRIMARY KEY (device, what)
) WITHOUT ROWID;
