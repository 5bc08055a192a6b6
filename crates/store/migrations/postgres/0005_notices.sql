-- Notices: marks of what was told (never told again), the inbox of each reader, messages that leave the platform, wishes of accounts,
-- escalations that were stopped for some time.
CREATE TABLE notice_marks (
    key    TEXT COLLATE "C" PRIMARY KEY,
    kind   TEXT COLLATE "C" NOT NULL,
    id     TEXT COLLATE "C" NOT NULL,
    duty   TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL
);
-- Duties whose end is waited for.
CREATE INDEX notice_marks_awaited ON notice_marks (id, duty) WHERE kind <> '';

CREATE TABLE notices (
    id      TEXT COLLATE "C" PRIMARY KEY,
    mark    TEXT COLLATE "C" NOT NULL,
    login   TEXT COLLATE "C" NOT NULL,
    notice  TEXT COLLATE "C" NOT NULL,
    level   TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    record  TEXT COLLATE "C" NOT NULL,
    params  TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    UNIQUE (mark, login)
);
CREATE INDEX notices_of_reader ON notices (login, id);
CREATE INDEX notices_unread ON notices (login, id) WHERE read_at = 0;

CREATE TABLE letters (
    id       TEXT COLLATE "C" PRIMARY KEY,
    notice   TEXT COLLATE "C" NOT NULL,
    login    TEXT COLLATE "C" NOT NULL,
    outlet   TEXT COLLATE "C" NOT NULL,
    digest   BIGINT NOT NULL,
    standing TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    fault    TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX letters_due ON letters (due) WHERE standing = 'waiting';
CREATE INDEX letters_by_change ON letters (standing, at);

CREATE TABLE notice_choices (
    login   TEXT COLLATE "C" PRIMARY KEY,
    wishes  TEXT COLLATE "C" NOT NULL,
    contact BYTEA NOT NULL
);

CREATE TABLE escalation_holds (
    kind   TEXT COLLATE "C" NOT NULL,
    id     TEXT COLLATE "C" NOT NULL,
    duty   TEXT COLLATE "C" NOT NULL,
    until  TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    by     TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (id, duty)
);
