-- Who may do what. Grant these roles to the users of your services; none of them owns a table or may change the schema.

DO $$
DECLARE
    wanted TEXT;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['audit_app', 'audit_reader', 'audit_sealer', 'audit_purger'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- Another database of this server is doing the same.
        END;
    END LOOP;
END $$;

-- All may know which version the tables are of.
GRANT SELECT ON audit_schema TO audit_app, audit_reader, audit_sealer, audit_purger;

-- Records, and cannot read or change what it recorded. It reads the wrapped keys of persons, to encrypt under them.
GRANT INSERT ON audit_record TO audit_app;
GRANT SELECT, INSERT ON audit_subject_key TO audit_app;

-- Reads, and records that it did.
GRANT SELECT ON audit_record, audit_link, audit_checkpoint, audit_purged, audit_unsealed, audit_noted, audit_hold,
    audit_subject_key TO audit_reader;
GRANT INSERT ON audit_record TO audit_reader;

-- Appends to the chain, and records what was noted.
GRANT SELECT ON audit_record, audit_link, audit_checkpoint TO audit_sealer;
GRANT SELECT, DELETE ON audit_unsealed, audit_noted TO audit_sealer;
GRANT INSERT ON audit_link, audit_checkpoint, audit_record TO audit_sealer;

-- Holds, purges and erases.
GRANT SELECT ON audit_record, audit_link, audit_checkpoint, audit_purged, audit_unsealed TO audit_purger;
GRANT DELETE ON audit_record, audit_unsealed TO audit_purger;
GRANT INSERT ON audit_record, audit_link, audit_purged TO audit_purger;
GRANT SELECT, INSERT, DELETE ON audit_hold, audit_subject_key TO audit_purger;
