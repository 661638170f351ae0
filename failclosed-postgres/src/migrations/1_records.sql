-- The records of audit logs, one chain under each name. `text` is the record, and what is hashed; the other
-- columns find it. It is text and no `jsonb`, which has no U+0000 and keeps neither order nor space. Grants and
-- pending approvals will be tables of their own, `grants` and `pending_approvals`, in this schema.
CREATE TABLE failclosed.records (
    log     text   NOT NULL,
    seq     bigint NOT NULL CHECK (seq >= 0),
    hash    text   NOT NULL,
    kind    text   NOT NULL,
    at_ms   bigint NOT NULL,
    call    text,
    agent   text,
    person  text,
    action  text,
    verdict text,
    cause   text,
    rule    text,
    outcome text,
    text    text   NOT NULL,
    PRIMARY KEY (log, seq)
);

CREATE INDEX records_by_time ON failclosed.records (at_ms);
-- Of any length: a tree would refuse a long one, and with it the record.
CREATE INDEX records_by_call ON failclosed.records USING hash (call);

CREATE FUNCTION failclosed.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'records of an audit log are not changed and not removed';
END
$$;

CREATE TRIGGER records_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON failclosed.records
    FOR EACH STATEMENT EXECUTE FUNCTION failclosed.refuse();
-- Also in a session that plays a replica, where triggers are off.
ALTER TABLE failclosed.records ENABLE ALWAYS TRIGGER records_are_kept;

-- The text of the policies that records name by its SHA-256, once for all logs.
CREATE TABLE failclosed.policies (
    digest text NOT NULL PRIMARY KEY,
    text   text NOT NULL
);

CREATE TRIGGER policies_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON failclosed.policies
    FOR EACH STATEMENT EXECUTE FUNCTION failclosed.refuse();
ALTER TABLE failclosed.policies ENABLE ALWAYS TRIGGER policies_are_kept;
