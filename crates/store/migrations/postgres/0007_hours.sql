-- Hours of a series, so that a chart of a year does not read half a million rows. An hour here says what the readings of good quality in it say.
CREATE TABLE reading_hours (
    device TEXT COLLATE "C" NOT NULL,
    factor TEXT COLLATE "C" NOT NULL,
    hour   BIGINT NOT NULL,
    low    DOUBLE PRECISION NOT NULL,
    high   DOUBLE PRECISION NOT NULL,
    total  DOUBLE PRECISION NOT NULL,
    times  BIGINT NOT NULL,
    PRIMARY KEY (device, factor, hour)
);

-- The series, and before which hour each is summed up.
CREATE TABLE reading_summed (
    device TEXT COLLATE "C" NOT NULL,
    factor TEXT COLLATE "C" NOT NULL,
    until  BIGINT NOT NULL,
    PRIMARY KEY (device, factor)
);
INSERT INTO reading_summed (device, factor, until) SELECT DISTINCT device, factor, 0 FROM readings;

-- Row 1: no series is summed up further than this hour; a reading of an earlier hour sums its hour up again. Row 2: held while hours are summed up.
CREATE TABLE reading_mark (
    one   BIGINT PRIMARY KEY,
    until BIGINT NOT NULL
);
INSERT INTO reading_mark (one, until) VALUES (1, 0), (2, 0);

-- How many entries of the quarantine are whose: `device` with its number, `strangers` (all who are not in the register) and `all`.
CREATE TABLE quarantine_room (
    scope   TEXT COLLATE "C" NOT NULL,
    owner   TEXT COLLATE "C" NOT NULL,
    entries BIGINT NOT NULL,
    PRIMARY KEY (scope, owner)
);
INSERT INTO quarantine_room (scope, owner, entries) SELECT 'device', device, COUNT(*) FROM quarantine WHERE reason <> 'unknown' GROUP BY device;
INSERT INTO quarantine_room (scope, owner, entries) SELECT 'strangers', '', COUNT(*) FROM quarantine WHERE reason = 'unknown' HAVING COUNT(*) > 0;
INSERT INTO quarantine_room (scope, owner, entries) SELECT 'all', '', COUNT(*) FROM quarantine HAVING COUNT(*) > 0;
CREATE INDEX quarantine_first_to_go ON quarantine ((times > 1) DESC, last, digest);
