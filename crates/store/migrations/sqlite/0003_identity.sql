-- Failures are counted beside the account (see throttle), so that counting never rewrites an account that somebody is changing.
ALTER TABLE accounts DROP COLUMN failures;
ALTER TABLE accounts DROP COLUMN locked_until;
ALTER TABLE accounts ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN password_set INTEGER NOT NULL DEFAULT 0;

-- Sessions of before do not say how they were begun: everybody signs in once more.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- What proves an account besides its password: second factors, passkeys, recovery codes, linked subjects, open invitations.
CREATE TABLE factors (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    login   TEXT NOT NULL,
    name    TEXT NOT NULL,
    data    BLOB NOT NULL,
    counter INTEGER NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX factors_of_account ON factors (login);

-- Tokens of scripts; the token itself is kept nowhere.
CREATE TABLE tokens (
    hash    TEXT PRIMARY KEY,
    login   TEXT NOT NULL,
    name    TEXT NOT NULL,
    scopes  TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_of_account ON tokens (login);

-- Attempts to guess, by account and by address.
CREATE TABLE throttle (
    key      TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    until    INTEGER NOT NULL
) WITHOUT ROWID;
