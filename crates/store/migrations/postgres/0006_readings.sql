-- Readings of on-line devices, named by device, factor and moment (Unix milliseconds). In SQLite they are in a file of their own.
CREATE TABLE readings (
    device  TEXT COLLATE "C" NOT NULL,
    factor  TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    value   DOUBLE PRECISION NOT NULL,
    quality BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    arrived BIGINT NOT NULL,
    PRIMARY KEY (device, factor, at)
);

-- What came and is no reading; the very same again is counted.
CREATE TABLE quarantine (
    digest  BYTEA PRIMARY KEY,
    device  TEXT COLLATE "C" NOT NULL,
    reason  TEXT COLLATE "C" NOT NULL,
    source  TEXT COLLATE "C" NOT NULL,
    detail  TEXT NOT NULL,
    arrived BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    times   BIGINT NOT NULL
);
CREATE INDEX quarantine_latest ON quarantine (last);
CREATE INDEX quarantine_of_device ON quarantine (device, last);

-- How often what happened to what a device sent.
CREATE TABLE reading_tallies (
    device TEXT COLLATE "C" NOT NULL,
    what   TEXT COLLATE "C" NOT NULL,
    times  BIGINT NOT NULL,
    PRIMARY KEY (device, what)
);
