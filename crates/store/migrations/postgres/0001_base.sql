-- Head of the audit chain: locked for the length of a commit, so that sequence numbers have no gaps.
CREATE TABLE chain (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    seq  BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);
INSERT INTO chain (one, seq, hash) VALUES (1, 0, '');

-- Audit lines and outbox events: one row a commit; `partitions` is empty when no record was written.
CREATE TABLE audit (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL,
    reason     TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    record     TEXT COLLATE "C" NOT NULL,
    count      BIGINT NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    prev       TEXT COLLATE "C" NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL,
    partitions TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_events ON audit (seq) WHERE partitions <> '';

CREATE TABLE consumers (
    name TEXT COLLATE "C" PRIMARY KEY,
    seq  BIGINT NOT NULL
);

CREATE TABLE settings (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- Ways in which references find a record.
CREATE TABLE lookups (
    kind  TEXT COLLATE "C" NOT NULL,
    way   TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    id    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, way, value, id)
);
CREATE INDEX lookups_of_record ON lookups (id);

-- Lake partitions that have any revision.
CREATE TABLE partitions (
    kind   TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    year   BIGINT NOT NULL,
    PRIMARY KEY (kind, region, year)
);

CREATE TABLE idempotency (
    key      TEXT COLLATE "C" PRIMARY KEY,
    seq      BIGINT NOT NULL,
    outcomes TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL
);

CREATE TABLE accounts (
    login        TEXT COLLATE "C" PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL,
    password     TEXT COLLATE "C" NOT NULL,
    roles        TEXT COLLATE "C" NOT NULL,
    region       TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    active       BIGINT NOT NULL,
    must_change  BIGINT NOT NULL,
    failures     BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT COLLATE "C" PRIMARY KEY,
    login      TEXT COLLATE "C" NOT NULL,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    csrf       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sessions_of_account ON sessions (login);

CREATE TABLE jobs (
    id       TEXT COLLATE "C" PRIMARY KEY,
    what     TEXT COLLATE "C" NOT NULL,
    login    TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    progress TEXT COLLATE "C" NOT NULL,
    input    TEXT COLLATE "C" NOT NULL,
    started  BIGINT NOT NULL,
    updated  BIGINT NOT NULL
);
CREATE INDEX jobs_by_start ON jobs (started, id);

CREATE TABLE findings (
    job     TEXT COLLATE "C" NOT NULL,
    pos     BIGINT NOT NULL,
    row_no  BIGINT NOT NULL,
    finding TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (job, pos)
);
