-- Head of the audit chain: locked for the length of a commit, so that sequence numbers have no gaps.
CREATE TABLE chain (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO chain (one, seq, hash) VALUES (1, 0, '');

-- Audit lines and outbox events: one row a commit; `partitions` is empty when no record was written.
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    source     TEXT NOT NULL,
    action     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    record     TEXT NOT NULL,
    count      INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    prev       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    partitions TEXT NOT NULL
);
CREATE INDEX audit_events ON audit (seq) WHERE partitions <> '';

CREATE TABLE consumers (
    name TEXT PRIMARY KEY,
    seq  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Ways in which references find a record.
CREATE TABLE lookups (
    kind  TEXT NOT NULL,
    way   TEXT NOT NULL,
    value TEXT NOT NULL,
    id    TEXT NOT NULL,
    PRIMARY KEY (kind, way, value, id)
) WITHOUT ROWID;
CREATE INDEX lookups_of_record ON lookups (id);

-- Lake partitions that have any revision.
CREATE TABLE partitions (
    kind   TEXT NOT NULL,
    region TEXT NOT NULL,
    year   INTEGER NOT NULL,
    PRIMARY KEY (kind, region, year)
) WITHOUT ROWID;

CREATE TABLE idempotency (
    key      TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL,
    outcomes TEXT NOT NULL,
    at       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
    login        TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    password     TEXT NOT NULL,
    roles        TEXT NOT NULL,
    region       TEXT NOT NULL,
    organisation TEXT NOT NULL,
    active       INTEGER NOT NULL,
    must_change  INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    login      TEXT NOT NULL,
    created    INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    csrf       TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_account ON sessions (login);

CREATE TABLE jobs (
    id       TEXT PRIMARY KEY,
    what     TEXT NOT NULL,
    login    TEXT NOT NULL,
    state    TEXT NOT NULL,
    progress TEXT NOT NULL,
    input    TEXT NOT NULL,
    started  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
);
CREATE INDEX jobs_by_start ON jobs (started, id);

CREATE TABLE findings (
    job     TEXT NOT NULL,
    pos     INTEGER NOT NULL,
    row_no  INTEGER NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (job, pos)
) WITHOUT ROWID;
