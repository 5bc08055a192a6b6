-- Days of a series to which readings came when they were long over (history that was asked for): what is kept elsewhere of them is written anew.
CREATE TABLE IF NOT EXISTS reading_reopened (
    device TEXT NOT NULL,
    factor TEXT NOT NULL,
    day    INTEGER NOT NULL,
    times  INTEGER NOT NULL,
    PRIMARY KEY (device, factor, day)
) WITHOUT ROWID;
