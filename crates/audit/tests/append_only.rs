//! Every way past the API that we know of, on both stores: refused by the database, or found by `verify`.
//!
//! `cargo test -p tracing-privacy-audit --all-features --test append_only -- --nocapture` prints the table of the README.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use support::{Store, TestDatabase, insert_jane, trail_at};
use tracing_privacy_audit::{Entry, Expectations, FindingKind, Timestamp, Trail};

on_every_database![what_swallows_records_stops_the_change];

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The database refuses it.
    Refused,
    /// It is done, and found.
    Found(FindingKind),
    /// It is done, does no harm, and nothing is found.
    Harmless,
}

use Fate::{Found, Harmless, Refused};

/// A record that is there, and its columns.
const FIRST: &str = "(SELECT record_id FROM audit_link WHERE position = 1)";
const REST: &str = "time_us, entity_type, entity_id, action, outcome, actor_type, actor_id, behalf_type, behalf_id,
    trace_id, retention_months, subject, body, mac";

/// What a refusal says; a mistake in the attempt itself says something else.
const REFUSALS: [&str; 8] = [
    "audit: ",
    "permission denied",
    "must be owner",
    "duplicate key value",
    "no column named rowid",
    "MERGE is not supported",
    "MERGE command cannot affect",
    "violates partition constraint",
];

async fn attempt<DB: TestDatabase>(store: &Store<DB>, sql: &str) -> Fate {
    let before = store.column("SELECT body FROM audit_record ORDER BY id").await;
    // On one connection, since some attempts begin with a setting.
    let mut conn = store.connection().await.detach();
    let done = DB::run(&mut conn, sql).await;
    let _ = sqlx::Connection::close(conn).await;
    if let Err(error) = done {
        let error = error.to_string();
        assert!(REFUSALS.iter().any(|refusal| error.contains(refusal)), "{sql}: {error}");
        assert_eq!(store.column("SELECT body FROM audit_record ORDER BY id").await, before, "{sql}");
        let report = store.trail.verify(&mut *store.connection().await, &Expectations::none()).await.unwrap();
        assert!(report.is_intact(), "{sql}: {report:?}");
        return Refused;
    }
    store.trail.seal(&mut *store.connection().await).await.unwrap();
    let report = store.trail.verify(&mut *store.connection().await, &Expectations::none()).await.unwrap();
    match report.findings.iter().map(|finding| finding.kind).min() {
        Some(kind) => Found(kind),
        None => Harmless,
    }
}

/// Five records of now, and one in each of the months that are prepared and in the rest: so in every partition.
async fn sealed<DB: TestDatabase>(store: &Store<DB>) {
    store.logins(5).await;
    for month in next_months() {
        let then: Trail<DB> = trail_at(move || month);
        let mut transaction = then.begin(&store.pool).await.unwrap();
        then.record(&mut transaction, Entry::create("visit", "1")).await.unwrap();
        transaction.commit().await.unwrap();
    }
    store.trail.seal(&mut *store.connection().await).await.unwrap();
}

/// The middle of the next month, of the one after it, and of one far off.
fn next_months() -> [Timestamp; 3] {
    let now = Timestamp::now().to_string();
    let (year, month): (u32, u32) = (now[..4].parse().unwrap(), now[5..7].parse().unwrap());
    let later = |months: u32| {
        let months = year * 12 + month - 1 + months;
        format!("{:04}-{:02}-15T00:00:00Z", months / 12, months % 12 + 1).parse().unwrap()
    };
    [later(1), later(2), later(1200)]
}

/// Runs each attempt on a database that nothing was done to, and prints the table.
macro_rules! attempts {
    ($name:literal, $fresh:expr, $attempts:expr) => {
        println!("\n| {} | |\n|---|---|", $name);
        let mut store = $fresh;
        sealed(&store).await;
        for (sql, fate) in $attempts {
            assert_eq!(attempt(&store, &sql).await, fate, "{sql}");
            let told = match fate {
                Refused => "refused".to_owned(),
                Found(kind) => format!("found: {kind:?}").to_lowercase(),
                Harmless => "no harm".to_owned(),
            };
            println!("| `{}` | {told} |", sql.split_whitespace().collect::<Vec<_>>().join(" "));
            if fate != Refused {
                store = $fresh;
                sealed(&store).await;
            }
        }
        drop(store);
    };
}

/// Something in the database that drops what is recorded and says nothing of it.
async fn what_swallows_records_stops_the_change<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let swallow = match DB::NAME {
        "SQLite" => "CREATE TRIGGER swallow BEFORE INSERT ON audit_record BEGIN SELECT RAISE(IGNORE); END",
        _ => "CREATE RULE swallow AS ON INSERT TO audit_record DO INSTEAD NOTHING",
    };
    store.run(swallow).await.unwrap();
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let change = store.trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
    DB::run(&mut transaction, "UPDATE users SET role = 'admin'").await.unwrap();
    let error = change.record(&mut transaction).await.unwrap_err();
    assert!(error.to_string().contains("stored nothing, and said nothing"), "{error}");
    // The caller ignores that.
    let _ = transaction.commit().await;
    assert_eq!(store.column("SELECT role FROM users").await, ["user"]);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn on_sqlite() {
    let replace = |verb: &str, tail: &str| {
        format!("{verb} INTO audit_record (id, {REST}) SELECT id, {REST} FROM audit_record WHERE id = {FIRST} {tail}")
    };
    let link = "SELECT position, record_id, time_us, digest, hash, sealed_us FROM audit_link WHERE position = 1";
    let attempts = [
        (format!("UPDATE audit_record SET body = '{{}}' WHERE id = {FIRST}"), Refused),
        (format!("UPDATE OR REPLACE audit_record SET id = {FIRST}"), Refused),
        (format!("DELETE FROM audit_record WHERE id = {FIRST}"), Refused),
        ("DELETE FROM audit_record".to_owned(), Refused),
        (replace("INSERT", ""), Refused),
        (replace("INSERT OR REPLACE", ""), Refused),
        (replace("REPLACE", ""), Refused),
        (replace("PRAGMA recursive_triggers = OFF; REPLACE", ""), Refused),
        (replace("INSERT OR IGNORE", ""), Refused),
        (replace("INSERT", "ON CONFLICT (id) DO UPDATE SET body = '{}'"), Refused),
        ("INSERT OR REPLACE INTO audit_record (rowid) VALUES (1)".to_owned(), Refused),
        ("UPDATE audit_link SET digest = hash".to_owned(), Refused),
        ("DELETE FROM audit_link WHERE position = 5".to_owned(), Refused),
        (format!("REPLACE INTO audit_link {link}"), Refused),
        (
            "INSERT INTO audit_link SELECT 10, 'x', time_us, digest, hash, sealed_us FROM audit_link LIMIT 1"
                .to_owned(),
            Refused,
        ),
        // The next place: nothing refuses that, but the hash of another link does not fit there.
        (
            "INSERT INTO audit_link SELECT 9, 'x', time_us, digest, hash, sealed_us FROM audit_link LIMIT 1".to_owned(),
            Found(FindingKind::Modified),
        ),
        ("UPDATE audit_purged SET purge_id = 'x'; DELETE FROM audit_record".to_owned(), Refused),
        (
            format!("INSERT INTO audit_purged VALUES (1, 'x'); DELETE FROM audit_record WHERE id = {FIRST}"),
            Found(FindingKind::Forged),
        ),
        (
            format!("DROP TRIGGER audit_record_no_update; UPDATE audit_record SET body = '{{}}' WHERE id = {FIRST}"),
            Found(FindingKind::Modified),
        ),
        (
            format!("DROP TRIGGER audit_record_no_delete; DELETE FROM audit_record WHERE id = {FIRST}"),
            Found(FindingKind::Missing),
        ),
        ("DROP TRIGGER audit_record_no_delete".to_owned(), Found(FindingKind::Unguarded)),
        (
            "CREATE TRIGGER other BEFORE INSERT ON audit_record BEGIN SELECT RAISE(IGNORE); END".to_owned(),
            Found(FindingKind::Unguarded),
        ),
        ("VACUUM".to_owned(), Harmless),
        (
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'trigger'".to_owned(),
            Found(FindingKind::Unguarded),
        ),
        (
            format!("INSERT INTO audit_record (id, {REST}) SELECT 'x', {REST} FROM audit_record LIMIT 1"),
            Found(FindingKind::Forged),
        ),
        (
            format!(
                "DROP TRIGGER audit_record_queue;
                 INSERT INTO audit_record (id, {REST}) SELECT 'x', {REST} FROM audit_record LIMIT 1"
            ),
            Found(FindingKind::Unchained),
        ),
        (
            format!(
                "ALTER TABLE audit_record RENAME TO old; CREATE TABLE audit_record AS SELECT * FROM old WHERE id <> {FIRST}"
            ),
            Found(FindingKind::Missing),
        ),
    ];
    attempts!("SQLite, by whoever may write to the file", support::sqlite::fresh().await, attempts);
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn on_postgresql() {
    let Some(store) = support::postgres::fresh().await else { return };
    let partitions = "SELECT c.relname::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
        WHERE inhparent = 'audit_record'::regclass ORDER BY 1";
    let partitions = store.column(partitions).await;
    assert_eq!(partitions.len(), 4, "three months and the rest");
    let month = partitions[0].clone();

    let mut attempts = Vec::new();
    let mut tables = vec!["audit_record".to_owned(), "audit_link".to_owned()];
    tables.extend(partitions);
    for replica in ["", "SET session_replication_role = replica; "] {
        for table in &tables {
            attempts.push((format!("{replica}TRUNCATE {table} CASCADE"), Refused));
        }
        for table in &tables {
            let id = if table == "audit_link" { "record_id" } else { "id" };
            let one = format!("WHERE {id} = (SELECT {id} FROM {table} LIMIT 1)");
            attempts.push((format!("{replica}UPDATE {table} SET time_us = time_us + 1 {one}"), Refused));
            attempts.push((format!("{replica}DELETE FROM {table} {one}"), Refused));
            if table != "audit_link" {
                attempts.push((format!("{replica}INSERT INTO {table} SELECT * FROM {table}"), Refused));
            }
        }
    }
    for partition in &tables[2..] {
        attempts.extend([
            (format!("ALTER TABLE audit_record DETACH PARTITION {partition}"), Found(FindingKind::Missing)),
            (format!("DROP TABLE {partition}"), Found(FindingKind::Missing)),
            (format!("ALTER TABLE {partition} DISABLE TRIGGER audit_no_truncate"), Found(FindingKind::Unguarded)),
        ]);
    }
    let copy = |id: &str, time: &str| {
        let rest = REST.replacen("time_us", time, 1);
        format!("INSERT INTO audit_record (id, {REST}) SELECT {id}, {rest} FROM audit_record WHERE id = {FIRST}")
    };
    attempts.extend([
        (copy("id", "time_us"), Refused),
        (copy("id", "time_us + 1"), Refused),
        (copy("id", "4102444800000000"), Refused),
        (format!("{} ON CONFLICT (id, time_us) DO UPDATE SET body = '{{}}'", copy("id", "time_us")), Refused),
        (format!("{} ON CONFLICT DO NOTHING", copy("id", "time_us")), Harmless),
        (
            "MERGE INTO audit_record r USING audit_link l ON l.record_id = r.id WHEN MATCHED THEN UPDATE SET body = '{}'"
                .to_owned(),
            Refused,
        ),
        (
            "INSERT INTO audit_link SELECT 10, 'x', time_us, digest, hash, sealed_us FROM audit_link LIMIT 1".to_owned(),
            Refused,
        ),
        // The next place: nothing refuses that, but the hash of another link does not fit there.
        (
            "INSERT INTO audit_link SELECT 9, 'x', time_us, digest, hash, sealed_us FROM audit_link LIMIT 1".to_owned(),
            Found(FindingKind::Modified),
        ),
        ("INSERT INTO audit_record_rest SELECT * FROM audit_record".to_owned(), Refused),
        (copy("'x'", "time_us"), Found(FindingKind::Forged)),
        (
            format!("INSERT INTO audit_purged VALUES (1, 'x'); DELETE FROM audit_record WHERE id = {FIRST}"),
            Found(FindingKind::Forged),
        ),
        (
            format!(
                "ALTER TABLE audit_record DISABLE TRIGGER ALL; UPDATE audit_record SET body = '{{}}' WHERE id = {FIRST};
                 ALTER TABLE audit_record ENABLE TRIGGER ALL"
            ),
            Found(FindingKind::Modified),
        ),
        ("ALTER TABLE audit_record DISABLE TRIGGER audit_no_delete".to_owned(), Found(FindingKind::Unguarded)),
        (
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'".to_owned(),
            Found(FindingKind::Unguarded),
        ),
        ("ALTER TABLE audit_record ALTER COLUMN body TYPE TEXT USING '{}'".to_owned(), Found(FindingKind::Modified)),
        ("CREATE RULE other AS ON INSERT TO audit_record DO INSTEAD NOTHING".to_owned(), Found(FindingKind::Unguarded)),
        (
            format!(
                "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                 CREATE TRIGGER other BEFORE INSERT ON {month} FOR EACH ROW EXECUTE FUNCTION other()"
            ),
            Found(FindingKind::Unguarded),
        ),
    ]);
    attempts!(
        "PostgreSQL, by the owner of the tables and superuser",
        support::postgres::fresh().await.expect("it was there a moment ago"),
        attempts
    );

    // A role that may only record.
    for role in ["audit_app", "audit_reader", "audit_sealer"] {
        let store = support::postgres::fresh().await.expect("it was there a moment ago");
        sealed(&store).await;
        store.trail.install_roles(&mut *store.connection().await).await.unwrap();
        for sql in [
            format!("UPDATE audit_record SET body = '{{}}' WHERE id = {FIRST}"),
            "UPDATE audit_record SET body = '{}'".to_owned(),
            "DELETE FROM audit_record".to_owned(),
            "TRUNCATE audit_record".to_owned(),
            format!("DELETE FROM {month}"),
            format!("TRUNCATE {month}"),
            "DELETE FROM audit_link".to_owned(),
            "INSERT INTO audit_purged VALUES (1, 'x')".to_owned(),
            "DELETE FROM audit_subject_key".to_owned(),
            "ALTER TABLE audit_record DISABLE TRIGGER ALL".to_owned(),
            "DROP TABLE audit_record".to_owned(),
            "SET session_replication_role = replica".to_owned(),
        ] {
            assert_eq!(attempt(&store, &format!("SET ROLE {role}; {sql}")).await, Refused, "{role}: {sql}");
        }
        let read = attempt(&store, &format!("SET ROLE {role}; SELECT body FROM audit_record")).await;
        assert_eq!(read, if role == "audit_app" { Refused } else { Harmless }, "{role}");
    }
}

/// Each role can do what it is for, and no more is needed for that.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn each_role_can_do_its_work() {
    use sqlx::Postgres;
    use tracing_privacy_audit::{EntityType, Query, Retention};

    let Some(store) = support::postgres::fresh().await else { return };
    let month = Retention::months(1).unwrap();
    let visit = || EntityType::new("visit").allow(["page"]).personal(["name"]).retention(month);
    let user = || EntityType::new("user").allow(["role"]).snapshot(Postgres::SNAPSHOT).watch("users", "id");
    let build = |clock: fn() -> Timestamp| -> Trail<Postgres> {
        let key = tracing_privacy_audit::MasterKey::new(&[2; 32]).unwrap();
        let builder = Trail::builder(tracing_privacy::Policy::builtin()).entity(visit()).entity(user());
        builder.master_key(key).clock(clock).build().unwrap()
    };
    let long_ago: fn() -> Timestamp = || Timestamp::now().plus_micros(-100 * 86_400_000_000);
    let (trail, then) = (build(Timestamp::now), build(long_ago));
    store.run(&insert_jane()).await.unwrap();
    let conn = &mut *store.connection().await;
    trail.install_roles(conn).await.unwrap();
    trail.watch(conn).await.unwrap();
    store.run("GRANT SELECT, UPDATE ON users TO audit_app").await.unwrap();

    // The application: records, and changes what is watched, with and without a record.
    Postgres::run(conn, "SET ROLE audit_app").await.unwrap();
    let mut transaction = sqlx::Connection::begin(&mut *conn).await.unwrap();
    let named = serde_json::json!({ "page": 1, "name": "x" });
    then.record(&mut transaction, Entry::create("visit", "1").after(named)).await.unwrap();
    let change = trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
    Postgres::run(&mut transaction, "UPDATE users SET role = 'admin'").await.unwrap();
    change.record(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    Postgres::run(conn, "UPDATE users SET role = 'user'").await.unwrap();
    assert!(trail.seal(conn).await.is_err());

    Postgres::run(conn, "SET ROLE audit_sealer").await.unwrap();
    trail.check_installed(conn).await.unwrap();
    assert_eq!(trail.seal(conn).await.unwrap(), 3);

    Postgres::run(conn, "SET ROLE audit_reader").await.unwrap();
    let mut transaction = sqlx::Connection::begin(&mut *conn).await.unwrap();
    let history = trail.read(&mut transaction, &Query::entity("user", "42")).await.unwrap().records;
    transaction.commit().await.unwrap();
    let actions: Vec<_> = history.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(actions, ["update", "raw_update"]);
    // Who logged in, whatever role they took on.
    assert_eq!(history[1].actor.as_ref().unwrap().id, "postgres");
    let report = trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");

    Postgres::run(conn, "SET ROLE audit_purger").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let before = Timestamp::now().plus_micros(-50 * 86_400_000_000);
    let archive = trail.archive(conn, month, before, folder.path().join("old")).await.unwrap();
    assert_eq!(trail.purge(conn, &archive, "due").await.unwrap().records, 1);
    let mut transaction = sqlx::Connection::begin(&mut *conn).await.unwrap();
    assert!(trail.erase(&mut transaction, "visit", "1", "asked").await.unwrap());
    transaction.commit().await.unwrap();
    let error = trail.scrub(conn).await.unwrap_err();
    assert!(error.to_string().contains("only the owner"), "{error}");
    Postgres::run(conn, "RESET ROLE").await.unwrap();
    trail.scrub(conn).await.unwrap();
    trail.seal(conn).await.unwrap();
    let report = trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
}
