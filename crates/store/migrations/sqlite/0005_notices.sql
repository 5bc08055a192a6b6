-- Notices: marks of what was told (never told again), the inbox of each reader, messages that leave the platform, wishes of accounts,
-- escalations that were stopped for some time.
CREATE TABLE notice_marks (
    key    TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    duty   TEXT NOT NULL,
    due_on TEXT NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
-- Duties whose end is waited for.
CREATE INDEX notice_marks_awaited ON notice_marks (id, duty) WHERE kind <> '';

CREATE TABLE notices (
    id      TEXT PRIMARY KEY,
    mark    TEXT NOT NULL,
    login   TEXT NOT NULL,
    notice  TEXT NOT NULL,
    level   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    record  TEXT NOT NULL,
    params  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    UNIQUE (mark, login)
) WITHOUT ROWID;
CREATE INDEX notices_of_reader ON notices (login, id);
CREATE INDEX notices_unread ON notices (login, id) WHERE read_at = 0;

CREATE TABLE letters (
    id       TEXT PRIMARY KEY,
    notice   TEXT NOT NULL,
    login    TEXT NOT NULL,
    outlet   TEXT NOT NULL,
    digest   INTEGER NOT NULL,
    standing TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    fault    TEXT NOT NULL,
    at       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX letters_due ON letters (due) WHERE standing = 'waiting';
CREATE INDEX letters_by_change ON letters (standing, at);

CREATE TABLE notice_choices (
    login   TEXT PRIMARY KEY,
    wishes  TEXT NOT NULL,
    contact BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE escalation_holds (
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    duty   TEXT NOT NULL,
    until  TEXT NOT NULL,
    reason TEXT NOT NULL,
    by     TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (id, duty)
) WITHOUT ROWID;
