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
    an_erased_person_is_nowhere,
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

async fn an_erased_person_is_nowhere<DB: TestDatabase>(store: Store<DB>) {
    let name = CANARIES[3].1;
    let mut transaction = store.begin().await;
    let entries = [Entry::create("user", "42").after(jane("user")), Entry::delete("user", "42").before(jane("user"))];
    store.trail.record_all(&mut transaction, entries).await.unwrap();
    transaction.commit().await.unwrap();
    let conn = &mut *store.connection().await;
    store.trail.seal(conn).await.unwrap();
    let wrapped = match DB::NAME {
        "SQLite" => "SELECT hex(wrapped) FROM audit_subject_key",
        _ => "SELECT upper(encode(wrapped, 'hex')) FROM audit_subject_key",
    };
    let wrapped = store.column(wrapped).await.remove(0);

    let mut transaction = store.begin().await;
    assert!(store.trail.erase(&mut transaction, "user", "42", "asked").await.unwrap());
    assert!(!store.trail.erase(&mut transaction, "user", "42", "asked").await.unwrap());
    transaction.commit().await.unwrap();
    store.trail.scrub(conn).await.unwrap();

    let mut transaction = store.begin().await;
    let records = store.trail.read(&mut transaction, &Query::entity("user", "42")).await.unwrap().records;
    transaction.commit().await.unwrap();
    assert_eq!(records[0].after.as_ref().unwrap()["display_name"], json!({"erased": true}));
    assert!(Canaries::new([name]).find(serde_json::to_string(&records).unwrap().as_bytes()).is_empty());
    assert!(verify(&store).await.is_intact());

    // In SQLite all bytes can be looked at: of the database and of its log.
    let key: Vec<u8> =
        (0..wrapped.len() / 2).map(|n| u8::from_str_radix(&wrapped[2 * n..2 * n + 2], 16).unwrap()).collect();
    for file in std::fs::read_dir(&store.folder).into_iter().flatten() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(Canaries::new([name]).find(&bytes).is_empty());
        assert!(!bytes.windows(key.len()).any(|window| window == key), "the key is still there");
    }
}
