-- In which capacity and from where something was done, and which region and revision it concerned.
ALTER TABLE audit ADD COLUMN role    TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN session TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN region  TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN rev     BIGINT NOT NULL DEFAULT 0;

-- The audit page: by account, by record, by time.
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_record ON audit (record, seq) WHERE record <> '';
CREATE INDEX audit_at ON audit (at, seq);
