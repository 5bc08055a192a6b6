-- Open duties: filled from records and rules, read by due day. Columns that the access scope asks for are named as in the record tables.
CREATE TABLE duties (
    duty        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    region      TEXT NOT NULL,
    town        TEXT NOT NULL,
    owner       TEXT NOT NULL,
    data        TEXT NOT NULL,
    since       TEXT NOT NULL,
    due_on      TEXT NOT NULL,
    warn_on     TEXT NOT NULL,
    escalate_on TEXT NOT NULL,
    paused      INTEGER NOT NULL,
    doubtful    INTEGER NOT NULL,
    PRIMARY KEY (id, duty)
);
CREATE INDEX duties_by_day ON duties (due_on, id, duty);
CREATE INDEX duties_of_owner ON duties (owner, due_on) WHERE owner <> '';
-- Counts read this index only.
CREATE INDEX duties_counted ON duties (duty, region, town, due_on, warn_on, escalate_on, paused);
