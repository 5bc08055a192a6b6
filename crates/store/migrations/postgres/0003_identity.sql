-- Failures are counted beside the account (see throttle), so that counting never rewrites an account that somebody is changing.
ALTER TABLE accounts DROP COLUMN failures;
ALTER TABLE accounts DROP COLUMN locked_until;
ALTER TABLE accounts ADD COLUMN created BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN password_set BIGINT NOT NULL DEFAULT 0;

-- Sessions of before do not say how they were begun: everybody signs in once more.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN way TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What proves an account besides its password: second factors, passkeys, recovery codes, linked subjects, open invitations.
CREATE TABLE factors (
    kind    TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    login   TEXT COLLATE "C" NOT NULL,
    name    TEXT COLLATE "C" NOT NULL,
    data    BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    created BIGINT NOT NULL,
    used    BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX factors_of_account ON factors (login);

-- Tokens of scripts; the token itself is kept nowhere.
CREATE TABLE tokens (
    hash    TEXT COLLATE "C" PRIMARY KEY,
    login   TEXT COLLATE "C" NOT NULL,
    name    TEXT COLLATE "C" NOT NULL,
    scopes  TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL
);
CREATE INDEX tokens_of_account ON tokens (login);

-- Attempts to guess, by account and by address.
CREATE TABLE throttle (
    key      TEXT COLLATE "C" PRIMARY KEY,
    failures BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    until    BIGINT NOT NULL
);
