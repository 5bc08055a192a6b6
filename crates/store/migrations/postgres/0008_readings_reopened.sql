-- Days of a series to which readings came when they were long over (history that was asked for): what is kept elsewhere of them is written anew.
CREATE TABLE reading_reopened (
    device TEXT COLLATE "C" NOT NULL,
    factor TEXT COLLATE "C" NOT NULL,
    day    BIGINT NOT NULL,
    times  BIGINT NOT NULL,
    PRIMARY KEY (device, factor, day)
);
