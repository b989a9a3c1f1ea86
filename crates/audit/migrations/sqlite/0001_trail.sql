-- The audit trail in SQLite. Tables have no rowid, so that no row can be replaced by one.

CREATE TABLE audit_record (
    id               TEXT    NOT NULL PRIMARY KEY, -- UUIDv7, made by the client
    time_us          INTEGER NOT NULL,             -- microseconds since 1970, UTC
    entity_type      TEXT    NOT NULL,
    entity_id        TEXT    NOT NULL,
    action           TEXT    NOT NULL,
    outcome          TEXT    NOT NULL,
    actor_type       TEXT,
    actor_id         TEXT,
    behalf_type      TEXT,
    behalf_id        TEXT,
    trace_id         TEXT,
    retention_months INTEGER NOT NULL,
    subject          TEXT,                         -- whose key the personal values are encrypted under
    body             TEXT    NOT NULL,             -- JSON: source, reason, before, after, diff, policy
    mac              BLOB                          -- HMAC of all other columns, where the trail has a record key
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_record_by_entity ON audit_record (entity_type, entity_id, time_us, id);
CREATE INDEX audit_record_by_actor ON audit_record (actor_type, actor_id, time_us, id);
CREATE INDEX audit_record_by_action ON audit_record (action, time_us, id);
CREATE INDEX audit_record_by_time ON audit_record (time_us, id);
CREATE INDEX audit_record_by_retention ON audit_record (retention_months, time_us, id);

-- What is committed and not yet in the chain; filled by a trigger, emptied by the sealer.
CREATE TABLE audit_unsealed (
    time_us   INTEGER NOT NULL,
    record_id TEXT    NOT NULL,
    PRIMARY KEY (time_us, record_id)
) STRICT, WITHOUT ROWID;

-- The chain.
CREATE TABLE audit_link (
    position  INTEGER NOT NULL PRIMARY KEY, -- 1, 2, 3 …
    record_id TEXT    NOT NULL UNIQUE,
    time_us   INTEGER NOT NULL,             -- of the record
    digest    BLOB    NOT NULL,             -- SHA-256 of the record as it is stored
    hash      BLOB    NOT NULL,             -- SHA-256 of the previous hash and all other columns
    sealed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_checkpoint (
    position  INTEGER NOT NULL PRIMARY KEY,
    hash      BLOB    NOT NULL,
    made_us   INTEGER NOT NULL,
    key_id    TEXT    NOT NULL,
    signature BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Which links had their records purged, and by which record that is attested.
CREATE TABLE audit_purged (
    position INTEGER NOT NULL PRIMARY KEY,
    purge_id TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_purged_by_purge ON audit_purged (purge_id, position);

CREATE TABLE audit_hold (
    id          TEXT    NOT NULL PRIMARY KEY,
    entity_type TEXT    NOT NULL,
    entity_id   TEXT,                       -- NULL: all of that type
    placed_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_hold_by_entity ON audit_hold (entity_type, entity_id);

-- Keys of persons, each encrypted under the master key. To delete one erases the person.
CREATE TABLE audit_subject_key (
    subject    TEXT    NOT NULL PRIMARY KEY,
    wrapped    BLOB    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Pages of the table of keys are written anew through this one, so that nothing of an erased key is left between its rows.
CREATE TABLE audit_subject_key_anew (
    subject    TEXT    NOT NULL PRIMARY KEY,
    wrapped    BLOB    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes of watched tables that no record tells of; what the triggers on those tables note, and the sealer makes records of.
CREATE TABLE audit_noted (
    number      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    transaction_number INTEGER NOT NULL,
    time_us     INTEGER NOT NULL,
    entity_type TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    change      TEXT    NOT NULL, -- create, update, delete
    fields      TEXT    NOT NULL, -- JSON: the names of the columns that changed
    made_by     TEXT              -- who it was, as the database knows them
) STRICT;

CREATE INDEX audit_noted_by_entity ON audit_noted (transaction_number, entity_type, entity_id);

-- SQLite does not number its transactions: those of the API that may change watched tables count themselves here.
CREATE TABLE audit_transaction (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO audit_transaction (id, number) VALUES (1, 0);

-- A row in here cannot be committed.
CREATE TABLE audit_nothing (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE audit_poison (
    id INTEGER NOT NULL REFERENCES audit_nothing (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TRIGGER audit_nothing_stays_empty BEFORE INSERT ON audit_nothing
BEGIN SELECT RAISE(ABORT, 'audit: this table stays empty'); END;

-- REPLACE deletes without firing triggers for DELETE unless recursive_triggers is on; so what would be replaced is refused
-- before.
CREATE TRIGGER audit_record_no_replace BEFORE INSERT ON audit_record
WHEN EXISTS (SELECT 1 FROM audit_record WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM audit_link WHERE record_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit: records are never replaced'); END;
CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record
BEGIN SELECT RAISE(ABORT, 'audit: records are never changed'); END;
CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record
WHEN NOT EXISTS (
    SELECT 1 FROM audit_link JOIN audit_purged USING (position) WHERE audit_link.record_id = OLD.id
)
BEGIN SELECT RAISE(ABORT, 'audit: records are only purged'); END;
CREATE TRIGGER audit_record_queue AFTER INSERT ON audit_record
BEGIN INSERT INTO audit_unsealed (time_us, record_id) VALUES (NEW.time_us, NEW.id); END;

CREATE TRIGGER audit_link_no_replace BEFORE INSERT ON audit_link
WHEN NEW.position IS NOT 1 + (SELECT coalesce(max(position), 0) FROM audit_link)
    OR EXISTS (SELECT 1 FROM audit_link WHERE record_id = NEW.record_id)
BEGIN SELECT RAISE(ABORT, 'audit: links are only appended'); END;
CREATE TRIGGER audit_link_no_update BEFORE UPDATE ON audit_link
BEGIN SELECT RAISE(ABORT, 'audit: links are never changed'); END;
CREATE TRIGGER audit_link_no_delete BEFORE DELETE ON audit_link
BEGIN SELECT RAISE(ABORT, 'audit: links are never deleted'); END;

CREATE TRIGGER audit_checkpoint_no_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'audit: checkpoints are never replaced'); END;
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit: checkpoints are never changed'); END;
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit: checkpoints are never deleted'); END;

CREATE TRIGGER audit_purged_no_replace BEFORE INSERT ON audit_purged
WHEN EXISTS (SELECT 1 FROM audit_purged WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'audit: purges are never replaced'); END;
CREATE TRIGGER audit_purged_no_update BEFORE UPDATE ON audit_purged
BEGIN SELECT RAISE(ABORT, 'audit: purges are never changed'); END;
CREATE TRIGGER audit_purged_no_delete BEFORE DELETE ON audit_purged
BEGIN SELECT RAISE(ABORT, 'audit: purges are never deleted'); END;
