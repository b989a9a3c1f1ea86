-- The audit trail in PostgreSQL. Column by column as in SQLite; what differs is how it is guarded.

CREATE TABLE audit_record (
    id               TEXT   NOT NULL, -- UUIDv7, made by the client: RETURNING would need the right to read
    time_us          BIGINT NOT NULL, -- microseconds since 1970, UTC
    entity_type      TEXT   NOT NULL,
    entity_id        TEXT   NOT NULL,
    action           TEXT   NOT NULL,
    outcome          TEXT   NOT NULL,
    actor_type       TEXT,
    actor_id         TEXT,
    behalf_type      TEXT,
    behalf_id        TEXT,
    trace_id         TEXT,
    retention_months BIGINT NOT NULL,
    subject          TEXT,            -- whose key the personal values are encrypted under
    body             TEXT   NOT NULL, -- JSON: source, reason, before, after, diff, policy
    mac              BYTEA,           -- HMAC of all other columns, where the trail has a record key
    PRIMARY KEY (id, time_us)
) PARTITION BY RANGE (time_us);

CREATE INDEX audit_record_by_entity ON audit_record (entity_type, entity_id, time_us, id);
CREATE INDEX audit_record_by_actor ON audit_record (actor_type, actor_id, time_us, id);
CREATE INDEX audit_record_by_action ON audit_record (action, time_us, id);
CREATE INDEX audit_record_by_time ON audit_record (time_us, id);
CREATE INDEX audit_record_by_retention ON audit_record (retention_months, time_us, id);

-- What is committed and not yet in the chain; filled by a trigger, emptied by the sealer. The id is unique in all
-- partitions, as a primary key cannot be.
CREATE TABLE audit_unsealed (
    time_us   BIGINT NOT NULL,
    record_id TEXT   NOT NULL UNIQUE,
    transaction_number BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    PRIMARY KEY (time_us, record_id)
);

-- The chain.
CREATE TABLE audit_link (
    position  BIGINT NOT NULL PRIMARY KEY, -- 1, 2, 3 …
    record_id TEXT   NOT NULL UNIQUE,
    time_us   BIGINT NOT NULL,             -- of the record
    digest    BYTEA  NOT NULL,             -- SHA-256 of the record as it is stored
    hash      BYTEA  NOT NULL,             -- SHA-256 of the previous hash and all other columns
    sealed_us BIGINT NOT NULL
);

CREATE TABLE audit_checkpoint (
    position  BIGINT NOT NULL PRIMARY KEY,
    hash      BYTEA  NOT NULL,
    made_us   BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    signature BYTEA  NOT NULL
);

-- Which links had their records purged, and by which record that is attested.
CREATE TABLE audit_purged (
    position BIGINT NOT NULL PRIMARY KEY,
    purge_id TEXT   NOT NULL
);

CREATE INDEX audit_purged_by_purge ON audit_purged (purge_id, position);

CREATE TABLE audit_hold (
    id          TEXT   NOT NULL PRIMARY KEY,
    entity_type TEXT   NOT NULL,
    entity_id   TEXT,                      -- NULL: all of that type
    placed_us   BIGINT NOT NULL
);

CREATE INDEX audit_hold_by_entity ON audit_hold (entity_type, entity_id);

-- Keys of persons, each encrypted under the master key. To delete one erases the person.
CREATE TABLE audit_subject_key (
    subject    TEXT   NOT NULL PRIMARY KEY,
    wrapped    BYTEA  NOT NULL,
    created_us BIGINT NOT NULL
);

-- Changes of watched tables that no record tells of; what the triggers on those tables note, and the sealer makes records of.
CREATE TABLE audit_noted (
    number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_number BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    time_us     BIGINT NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
    entity_type TEXT   NOT NULL,
    entity_id   TEXT   NOT NULL,
    change      TEXT   NOT NULL,              -- create, update, delete
    fields      TEXT   NOT NULL,              -- JSON: the names of the columns that changed
    made_by     TEXT   DEFAULT session_user   -- who it was, as the database knows them
);

CREATE INDEX audit_noted_by_entity ON audit_noted (transaction_number, entity_type, entity_id);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: %', TG_ARGV[0] USING ERRCODE = 'insufficient_privilege';
END $$;

-- With the rights of the owner: who may record may not read.
CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_link WHERE record_id = NEW.id) THEN
        RAISE EXCEPTION 'audit: records are never replaced' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_unsealed (time_us, record_id) VALUES (NEW.time_us, NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_only_purged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM audit_link JOIN audit_purged USING (position) WHERE audit_link.record_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'audit: records are only purged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION audit_only_appended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.position IS DISTINCT FROM 1 + (SELECT coalesce(max(position), 0) FROM audit_link) THEN
        RAISE EXCEPTION 'audit: links are only appended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- For watched tables. Arguments: the type of the entity, the column of its id. Names of columns are noted, and no values.
CREATE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before JSONB;
    after  JSONB;
    fields TEXT;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO audit_noted (entity_type, entity_id, change, fields) VALUES (TG_ARGV[0], '*', 'delete', '[]');
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := to_jsonb(NEW);
    END IF;
    SELECT jsonb_agg(key ORDER BY key)::text INTO fields
        FROM jsonb_each(coalesce(before, '{}')) was FULL JOIN jsonb_each(coalesce(after, '{}')) is_now USING (key)
        WHERE was.value IS DISTINCT FROM is_now.value;
    IF fields IS NOT NULL THEN
        INSERT INTO audit_noted (entity_type, entity_id, change, fields)
            SELECT TG_ARGV[0], coalesce(id, ''),
                CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'DELETE' THEN 'delete' ELSE 'update' END, fields
            FROM (SELECT before ->> TG_ARGV[1] AS id WHERE before IS NOT NULL
                UNION SELECT after ->> TG_ARGV[1] WHERE after IS NOT NULL) ids;
    END IF;
    RETURN NULL;
END $$;

-- A record tells of what was changed in its own transaction, and so of no more than that.
CREATE FUNCTION audit_cover(kind TEXT, entity TEXT, record TEXT) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM audit_noted
        WHERE transaction_number = pg_current_xact_id()::text::bigint AND entity_type = kind AND entity_id = entity
            AND EXISTS (
                SELECT 1 FROM audit_unsealed u JOIN audit_record r ON r.id = u.record_id AND r.time_us = u.time_us
                WHERE u.record_id = record AND u.transaction_number = pg_current_xact_id()::text::bigint
                    AND r.entity_type = kind
            );
$$;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('records are never changed');
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_only_purged();
CREATE TRIGGER audit_queue AFTER INSERT ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_queue();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('records are never truncated');

CREATE TRIGGER audit_append BEFORE INSERT ON audit_link
    FOR EACH ROW EXECUTE FUNCTION audit_only_appended();

-- Has all triggers of a table fire whatever session_replication_role is.
CREATE FUNCTION audit_fire_always(relation TEXT) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name TEXT;
BEGIN
    FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(quote_ident(relation)) AND NOT tgisinternal LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', relation, name);
    END LOOP;
END $$;

DO $$
DECLARE
    guarded TEXT;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['audit_link', 'audit_checkpoint', 'audit_purged'] LOOP
        EXECUTE format('CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION audit_refuse(''what is attested is never changed'')', guarded);
        EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(''what is attested is never truncated'')', guarded);
        PERFORM audit_fire_always(guarded);
    END LOOP;
END $$;
SELECT audit_fire_always('audit_record');

-- Triggers of a partitioned table are cloned to its partitions, but not those for TRUNCATE, and not in every version of
-- PostgreSQL that they are to fire ALWAYS, whatever session_replication_role is.
CREATE FUNCTION audit_guard_partition(partition TEXT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(''records are never truncated'')', partition);
    PERFORM audit_fire_always(partition);
END $$;

-- A record must never fail for want of a partition.
CREATE TABLE audit_record_rest PARTITION OF audit_record DEFAULT;
SELECT audit_guard_partition('audit_record_rest');

-- Makes the partition of a month, unless it is there or records of that month are in the rest already.
CREATE FUNCTION audit_add_partition(month TEXT, from_us BIGINT, to_us BIGINT) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition TEXT := 'audit_record_' || month;
BEGIN
    LOCK TABLE audit_record IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(quote_ident(partition)) IS NOT NULL
        OR EXISTS (SELECT 1 FROM audit_record_rest WHERE time_us >= from_us AND time_us < to_us) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_record FOR VALUES FROM (%s) TO (%s)', partition, from_us, to_us);
    PERFORM audit_guard_partition(partition);
END $$;
