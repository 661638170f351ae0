-- The records of audit logs, one chain under each name. `text` is the record, and what is hashed; the other
-- columns find it. Grants and pending approvals will be tables of their own, `grants` and
-- `pending_approvals`, beside this one.
CREATE TABLE records (
    log     TEXT    NOT NULL,
    seq     INTEGER NOT NULL CHECK (seq >= 0),
    hash    TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL,
    call    TEXT,
    agent   TEXT,
    person  TEXT,
    action  TEXT,
    verdict TEXT,
    cause   TEXT,
    rule    TEXT,
    outcome TEXT,
    text    TEXT    NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT;

CREATE INDEX records_by_time ON records (at_ms);
CREATE INDEX records_by_call ON records (call);

CREATE TRIGGER records_are_not_changed BEFORE UPDATE ON records
BEGIN
    SELECT RAISE(ABORT, 'records of an audit log are not changed');
END;

CREATE TRIGGER records_are_not_removed BEFORE DELETE ON records
BEGIN
    SELECT RAISE(ABORT, 'records of an audit log are not removed');
END;

-- `INSERT OR REPLACE` removes what it replaces without the trigger above.
CREATE TRIGGER records_are_in_order BEFORE INSERT ON records
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM records WHERE log = NEW.log)
BEGIN
    SELECT RAISE(ABORT, 'this is not the next record of the log');
END;

-- The text of the policies that records name by its SHA-256, once for all logs.
CREATE TABLE policies (
    digest TEXT NOT NULL PRIMARY KEY,
    text   TEXT NOT NULL
) STRICT;

CREATE TRIGGER policies_are_not_changed BEFORE UPDATE ON policies
BEGIN
    SELECT RAISE(ABORT, 'policies that records name are not changed');
END;

CREATE TRIGGER policies_are_not_removed BEFORE DELETE ON policies
BEGIN
    SELECT RAISE(ABORT, 'policies that records name are not removed');
END;
