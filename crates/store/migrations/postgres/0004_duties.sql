-- Open duties: filled from records and rules, read by due day. Columns that the access scope asks for are named as in the record tables.
CREATE TABLE duties (
    duty        TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    region      TEXT COLLATE "C" NOT NULL,
    town        TEXT COLLATE "C" NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,
    data        JSON NOT NULL,
    since       TEXT COLLATE "C" NOT NULL,
    due_on      TEXT COLLATE "C" NOT NULL,
    warn_on     TEXT COLLATE "C" NOT NULL,
    escalate_on TEXT COLLATE "C" NOT NULL,
    paused      BIGINT NOT NULL,
    doubtful    BIGINT NOT NULL,
    PRIMARY KEY (id, duty)
);
CREATE INDEX duties_by_day ON duties (due_on, id, duty);
CREATE INDEX duties_of_owner ON duties (owner, due_on) WHERE owner <> '';
-- Counts read this index only.
CREATE INDEX duties_counted ON duties (duty, region, town, due_on, warn_on, escalate_on, paused);
