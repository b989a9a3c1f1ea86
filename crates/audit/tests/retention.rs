//! The end of records: only what is due, only what is archived, and never what is held; and the erasure of persons.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use serde_json::json;
use support::{CANARIES, Store, TestDatabase, jane, trail_at};
use tracing_privacy::testing::Canaries;
use tracing_privacy_audit::{
    Action, Archive, CheckpointKey, Entry, Expectations, FindingKind, Query, Report, Retention, Timestamp, Trail,
};

on_every_database![
    what_is_due_is_archived_and_purged,
    what_is_not_due_stays,
    a_hold_wins,
    a_damaged_archive_purges_nothing,
    a_false_purge_is_found,
    erased_persons_are_nowhere,
    an_early_archive_purges_nothing,
];

/// A folder for archives.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn month() -> Retention {
    Retention::months(1).unwrap()
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now().plus_micros(-days * 86_400_000_000)
}

/// Visits (kept one month) and logins (kept two years) of that many days ago.
async fn old_records<DB: TestDatabase>(store: &Store<DB>, days: i64, count: usize) {
    let then: Trail<DB> = trail_at(move || days_ago(days));
    then.prepare_months(&mut *store.connection().await, days_ago(days), 1).await.unwrap();
    let entry = |n: usize| match n % 2 {
        0 => Entry::create("visit", n.to_string()).after(json!({ "page": n })),
        _ => Entry::new(Action::LOGIN, "user", n.to_string()),
    };
    let mut transaction = then.begin(&store.pool).await.unwrap();
    then.record_all(&mut transaction, (0..count).map(entry)).await.unwrap();
    transaction.commit().await.unwrap();
    then.seal(&mut *store.connection().await).await.unwrap();
}

async fn archive<DB: TestDatabase>(store: &Store<DB>, folder: &tempfile::TempDir, before: Timestamp) -> Archive {
    let file = folder.path().join("visits.jsonl.zst");
    store.trail.archive(&mut *store.connection().await, month(), before, file).await.unwrap()
}

async fn verify<DB: TestDatabase>(store: &Store<DB>) -> Report {
    let conn = &mut *store.connection().await;
    store.trail.seal(conn).await.unwrap();
    store.trail.verify(conn, &Expectations::none()).await.unwrap()
}

async fn what_is_due_is_archived_and_purged<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 100, 1400).await;
    old_records(&store, 20, 10).await;
    let folder = folder();
    let archive = archive(&store, &folder, days_ago(60)).await;
    assert_eq!(archive.records, 700);
    let records: Vec<_> = archive.records().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(records[3].after, Some(json!({"page": 6})));

    let conn = &mut *store.connection().await;
    let key = CheckpointKey::new(&[9; 32]);
    store.trail.checkpoint(conn, &key).await.unwrap();
    let purge = store.trail.purge(conn, &archive, "due").await.unwrap();
    assert_eq!((purge.records, store.count("audit_record").await), (700, 711));
    let report = verify(&store).await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.links, report.records, report.purged), (1411, 711, 700));

    // The purge is itself a record, which is never purged.
    let mut transaction = store.begin().await;
    let query = Query::new().action(Action::PURGE);
    let records = store.trail.read(&mut transaction, &query).await.unwrap().records;
    transaction.rollback().await.unwrap();
    assert_eq!(records[0].id, purge.record);
    assert_eq!(records[0].after.as_ref().unwrap()["details"]["archive"], archive.digest);
    // The chain goes on over the gap, also for whoever signs it.
    assert!(store.trail.checkpoint(conn, &key).await.unwrap().is_some_and(|checkpoint| checkpoint.position == 1411));
    // Nothing is left to do.
    let again = store.trail.archive(conn, month(), days_ago(60), folder.path().join("again")).await.unwrap();
    assert_eq!(again.records, 0);
}

async fn what_is_not_due_stays<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 20, 4).await;
    let folder = folder();
    let conn = &mut *store.connection().await;
    let file = folder.path().join("early");
    let error = store.trail.archive(conn, month(), days_ago(20), &file).await.unwrap_err();
    assert!(error.to_string().contains("kept for 1 months are due before"), "{error}");
    assert!(!file.exists());
    assert!(store.trail.archive(conn, Retention::years(2).unwrap(), days_ago(700), &file).await.is_err());
    // A file is never written over.
    std::fs::write(&file, "mine").unwrap();
    assert!(store.trail.archive(conn, month(), days_ago(60), &file).await.is_err());
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

async fn a_hold_wins<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 100, 20).await;
    let folder = folder();
    let early = archive(&store, &folder, days_ago(60)).await;
    assert_eq!(early.records, 10);
    let mut transaction = store.begin().await;
    let hold = store.trail.hold(&mut transaction, "visit", Some("4"), "case 12").await.unwrap();
    let all_users = store.trail.hold(&mut transaction, "user", None, "case 13").await.unwrap();
    transaction.commit().await.unwrap();

    let conn = &mut *store.connection().await;
    let error = store.trail.purge(conn, &early, "due").await.unwrap_err();
    assert!(error.to_string().contains("archive them again"), "{error}");
    assert_eq!(store.count("audit_purged").await, 0);

    let held = store.trail.archive(conn, month(), days_ago(60), folder.path().join("held")).await.unwrap();
    assert_eq!(held.records, 9);
    assert_eq!(store.trail.purge(conn, &held, "due").await.unwrap().records, 9);
    assert_eq!(store.column("SELECT entity_id FROM audit_record WHERE entity_type = 'visit'").await, ["4"]);

    let mut transaction = store.begin().await;
    let error = store.trail.erase(&mut transaction, "user", "42", "asked").await.unwrap_err();
    assert!(error.to_string().contains("legal hold"), "{error}");
    transaction.rollback().await.unwrap();
    let mut transaction = store.begin().await;
    store.trail.release(&mut transaction, hold, "closed").await.unwrap();
    store.trail.release(&mut transaction, all_users, "closed").await.unwrap();
    assert!(store.trail.release(&mut transaction, hold, "closed").await.is_err());
    store.trail.erase(&mut transaction, "user", "42", "asked").await.unwrap();
    transaction.commit().await.unwrap();
    let freed = store.trail.archive(conn, month(), days_ago(60), folder.path().join("freed")).await.unwrap();
    assert_eq!(store.trail.purge(conn, &freed, "due").await.unwrap().records, 1);
    assert!(verify(&store).await.is_intact());
    assert_eq!(store.column("SELECT action FROM audit_record WHERE entity_id = 'hold'").await.len(), 4);
}

async fn a_damaged_archive_purges_nothing<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 100, 20).await;
    let folder = folder();
    let good = archive(&store, &folder, days_ago(60)).await;
    let conn = &mut *store.connection().await;
    let bytes = std::fs::read(&good.file).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [&bytes[..bytes.len() - 9], &flipped, b""] {
        std::fs::write(&good.file, damaged).unwrap();
        assert!(good.records().is_err());
        assert!(store.trail.purge(conn, &good, "due").await.is_err());
    }
    std::fs::write(&good.file, &bytes).unwrap();

    // A good file, but of other records.
    old_records(&store, 99, 20).await;
    assert!(store.trail.purge(conn, &good, "due").await.is_err());
    assert_eq!((store.count("audit_record").await, store.count("audit_purged").await), (40, 0));
    assert!(verify(&store).await.is_intact());
}

async fn a_false_purge_is_found<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 100, 20).await;
    let folder = folder();
    let archive = archive(&store, &folder, days_ago(60)).await;
    let purge = store.trail.purge(&mut *store.connection().await, &archive, "due").await.unwrap();
    // One more record is marked with a purge that was good.
    let marked = format!(
        "INSERT INTO audit_purged SELECT position, '{}' FROM audit_link JOIN audit_record r ON r.id = record_id
         WHERE r.entity_id = '3'",
        purge.record
    );
    store.run(&marked).await.unwrap();
    store.run("DELETE FROM audit_record WHERE entity_id = '3'").await.unwrap();
    let report = verify(&store).await;
    assert_eq!(report.counts.into_iter().collect::<Vec<_>>(), [(FindingKind::Forged, 1)]);
}

/// The keys of persons, as they are stored.
async fn wrapped_keys<DB: TestDatabase>(store: &Store<DB>, subjects: &str) -> Vec<Vec<u8>> {
    let select = match DB::NAME {
        "SQLite" => format!("SELECT hex(wrapped) FROM audit_subject_key WHERE subject {subjects}"),
        _ => format!("SELECT encode(wrapped, 'hex') FROM audit_subject_key WHERE subject {subjects}"),
    };
    let byte = |digits: &str, n: usize| u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).unwrap();
    let keys = store.column(&select).await;
    keys.iter().map(|digits| (0..digits.len() / 2).map(|n| byte(digits, n)).collect()).collect()
}

/// All bytes of the files in which the database keeps its tables.
async fn files<DB: TestDatabase>(store: &Store<DB>) -> Vec<u8> {
    let folder = match DB::NAME {
        "SQLite" => store.folder.clone(),
        _ => {
            store.run("CHECKPOINT").await.unwrap();
            let database = "SELECT oid::text FROM pg_database WHERE datname = current_database()";
            store.folder.join("base").join(store.column(database).await.remove(0))
        }
    };
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

/// How many keys stand in there; pieces of 16 bytes count, too.
fn count_keys(keys: &[Vec<u8>], bytes: &[u8]) -> usize {
    let there: std::collections::HashSet<&[u8]> = bytes.windows(16).collect();
    keys.iter().filter(|key| key.windows(16).any(|piece| there.contains(piece))).count()
}

async fn erased_persons_are_nowhere<DB: TestDatabase>(store: Store<DB>) {
    const PERSONS: usize = 200;
    let name = CANARIES[3].1;
    let canaries = Canaries::new([name]);
    // Of so long ago that they are archived, too; not in the order of their ids, so that pages are split everywhere.
    let then: Trail<DB> = trail_at(move || days_ago(3 * 366));
    for n in 0..PERSONS {
        let mut transaction = then.begin(&store.pool).await.unwrap();
        let id = format!("{}", n * 7919 % PERSONS);
        let entries = [Entry::create("user", &id).after(jane("user")), Entry::delete("user", &id).before(jane("user"))];
        then.record_all(&mut transaction, entries).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let conn = &mut *store.connection().await;
    then.seal(conn).await.unwrap();
    let folder = folder();
    let two_years = Retention::years(2).unwrap();
    let file = folder.path().join("persons.jsonl.zst");
    let archive = store.trail.archive(conn, two_years, days_ago(2 * 366), &file).await.unwrap();
    assert_eq!(archive.records, 2 * PERSONS as u64);

    let (erased, kept) = ("LIKE 'user/%5'", "NOT LIKE 'user/%5'");
    let keys = wrapped_keys(&store, erased).await;
    let others = wrapped_keys(&store, kept).await;
    assert_eq!((keys.len(), others.len()), (PERSONS / 10, PERSONS - PERSONS / 10));
    assert_eq!(count_keys(&keys, &files(&store).await), keys.len(), "the search sees nothing");
    for n in (5..PERSONS).step_by(10) {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        assert!(store.trail.erase(&mut transaction, "user", &n.to_string(), "asked").await.unwrap());
        assert!(!store.trail.erase(&mut transaction, "user", &n.to_string(), "asked").await.unwrap());
        transaction.commit().await.unwrap();
    }
    // Deleted is not gone: in SQLite it is in the log, in PostgreSQL in the table's file, whatever VACUUM does.
    if DB::NAME == "PostgreSQL" {
        store.run("VACUUM audit_subject_key").await.unwrap();
    }
    assert!(count_keys(&keys, &files(&store).await) > 0, "there is nothing left to scrub");
    store.trail.scrub(conn).await.unwrap();
    assert_eq!(count_keys(&keys, &files(&store).await), 0, "erased keys are still in the files");
    assert_eq!(wrapped_keys(&store, kept).await, others);

    // Who was erased cannot be read any more, who was not, can; and nobody stands in the files.
    let read = async |id: &str| {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let records = store.trail.read(&mut transaction, &Query::entity("user", id)).await.unwrap().records;
        transaction.commit().await.unwrap();
        records
    };
    let records = read("25").await;
    assert_eq!(records[0].after.as_ref().unwrap()["display_name"], json!({"erased": true}));
    assert!(canaries.find(serde_json::to_string(&records).unwrap().as_bytes()).is_empty());
    assert_eq!(read("26").await[0].after.as_ref().unwrap()["display_name"], name);
    assert!(canaries.find(&files(&store).await).is_empty());
    let archived: Vec<_> = archive.records().unwrap().collect::<Result<_, _>>().unwrap();
    assert!(canaries.find(serde_json::to_string(&archived).unwrap().as_bytes()).is_empty());
    assert!(canaries.find(&zstd::decode_all(std::fs::File::open(&file).unwrap()).unwrap()).is_empty());
    assert!(verify(&store).await.is_intact());
    // The archive still is what was written, and can be purged.
    assert_eq!(store.trail.purge(conn, &archive, "due").await.unwrap().records, archive.records);
    assert!(verify(&store).await.is_intact());
}

async fn an_early_archive_purges_nothing<DB: TestDatabase>(store: Store<DB>) {
    old_records(&store, 100, 20).await;
    let folder = folder();
    // By a trail that believes to be in the future, or by whoever writes archives by hand.
    let later: Trail<DB> = trail_at(|| days_ago(-100));
    let conn = &mut *store.connection().await;
    let archive = later.archive(conn, month(), days_ago(-50), folder.path().join("early")).await.unwrap();
    let error = store.trail.purge(conn, &archive, "due").await.unwrap_err();
    assert!(error.to_string().contains("are due before"), "{error}");
    assert_eq!(store.count("audit_purged").await, 0);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_reader_that_keeps_the_log_is_told() {
    let store = support::sqlite::fresh().await;
    let mut transaction = store.begin().await;
    store.trail.record(&mut transaction, Entry::create("user", "42").after(jane("user"))).await.unwrap();
    transaction.commit().await.unwrap();
    let mut reader = store.begin().await;
    <sqlx::Sqlite as TestDatabase>::column(&mut reader, "SELECT subject FROM audit_subject_key").await.unwrap();
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    store.trail.erase(&mut transaction, "user", "42", "asked").await.unwrap();
    transaction.commit().await.unwrap();
    let conn = &mut *store.connection().await;
    // It waits for as long as the connection is told to.
    store_timeout(conn).await;
    let error = store.trail.scrub(conn).await.unwrap_err();
    assert!(error.to_string().contains("another connection reads what was before"), "{error}");
    reader.rollback().await.unwrap();
    store.trail.scrub(conn).await.unwrap();
}

#[cfg(feature = "sqlite")]
async fn store_timeout(conn: &mut sqlx::SqliteConnection) {
    <sqlx::Sqlite as TestDatabase>::column(conn, "PRAGMA busy_timeout = 50").await.map(drop).unwrap();
}
