//! The chain: whatever is done to a trail past the API is found, and named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::time::Duration;

use support::{Store, TestDatabase};
use tracing_privacy_audit::{Checkpoint, CheckpointKey, Entry, Expectations, FindingKind, Report, Timestamp};

on_every_database![
    an_untouched_trail_is_intact,
    each_way_of_tampering_is_named,
    each_of_the_rows_is_watched,
    only_a_checkpoint_finds_a_chain_made_anew,
    only_a_shipped_checkpoint_finds_what_was_cut_off,
    a_tampered_chain_is_not_signed,
    records_past_the_application_are_forged,
    a_missing_guard_is_found,
    the_backlog_has_an_age,
    what_was_removed_from_the_queue_stops_nobody,
];

const ROWS: usize = 200;

fn key() -> CheckpointKey {
    CheckpointKey::new(&[9; 32])
}

/// A sealed trail of 200 rows, without its guards: what an owner of the database can do.
async fn unguarded<DB: TestDatabase>(store: &Store<DB>) {
    store.logins(ROWS).await;
    assert_eq!(store.trail.seal(&mut *store.connection().await).await.unwrap(), ROWS as u64);
    drop_guards(store).await;
}

async fn drop_guards<DB: TestDatabase>(store: &Store<DB>) {
    let drops = match DB::NAME {
        "SQLite" => "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit_%'",
        _ => {
            "SELECT format('DROP TRIGGER IF EXISTS %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger
              WHERE NOT tgisinternal AND tgname LIKE 'audit\\_%' AND tgparentid = 0"
        }
    };
    for drop in store.column(drops).await {
        store.run(&drop).await.unwrap();
    }
}

async fn verify<DB: TestDatabase>(store: &Store<DB>, expected: &Expectations) -> Report {
    let mut report = store.trail.verify(&mut *store.connection().await, expected).await.unwrap();
    // The tests themselves removed the guards.
    report.counts.remove(&FindingKind::Unguarded);
    report.findings.retain(|finding| finding.kind != FindingKind::Unguarded);
    report
}

/// What was found, and at which position.
type Found = (FindingKind, Option<i64>);

fn found(report: &Report) -> Vec<Found> {
    let mut found: Vec<_> = report.findings.iter().map(|finding| (finding.kind, finding.position)).collect();
    found.sort_unstable();
    found
}

async fn an_untouched_trail_is_intact<DB: TestDatabase>(store: Store<DB>) {
    store.logins(3).await;
    let trail = &store.trail;
    let conn = &mut *store.connection().await;
    assert_eq!(trail.checkpoint(conn, &key()).await.unwrap(), None);
    assert_eq!(trail.seal(conn).await.unwrap(), 3);
    let first = trail.checkpoint(conn, &key()).await.unwrap().unwrap();
    assert_eq!(trail.checkpoint(conn, &key()).await.unwrap(), Some(first.clone()));
    store.logins(700).await;
    assert_eq!(trail.seal(conn).await.unwrap(), 700);
    assert_eq!(trail.seal(conn).await.unwrap(), 0);
    let second = trail.checkpoint(conn, &key()).await.unwrap().unwrap();
    store.logins(2).await;

    let shipped: Checkpoint = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
    let expected = Expectations::none().key(key().public()).shipped(shipped).shipped(second);
    let report = trail.verify(conn, &expected).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.links, report.records, report.checkpoints, report.attested), (703, 703, 4, 703));
    assert_eq!(report.backlog.records, 2);
}

async fn each_way_of_tampering_is_named<DB: TestDatabase>(store: Store<DB>) {
    use FindingKind::{Forged, Missing, Modified, Reordered, Truncated, Unchained};
    unguarded(&store).await;
    let conn = &mut *store.connection().await;
    store.trail.checkpoint(conn, &key()).await.unwrap();
    let expected = Expectations::none().key(key().public());
    let record = |n: usize| format!("(SELECT record_id FROM audit_link WHERE position = {n})");
    let swap = |table: &str, key: &str, columns: &[&str], a: &str, b: &str| {
        let sets: Vec<_> = columns
            .iter()
            .map(|column| format!("{column} = (SELECT o.{column} FROM copy o WHERE o.{key} <> {table}.{key})"))
            .collect();
        // Ids are unique, at every moment.
        let aside = match columns.contains(&"record_id") {
            true => format!("UPDATE {table} SET record_id = '~' || record_id WHERE {key} IN ({a}, {b});"),
            false => String::new(),
        };
        format!(
            "CREATE TEMPORARY TABLE copy AS SELECT * FROM {table} WHERE {key} IN ({a}, {b}); {aside}
             UPDATE {table} SET {} WHERE {key} IN (SELECT {key} FROM copy);
             DROP TABLE copy",
            sets.join(", ")
        )
    };
    // Full rows of links trade places; the position is the key, so it stays.
    let link_columns = ["record_id", "time_us", "digest", "hash", "sealed_us"];
    let cases: Vec<(String, Vec<Found>)> = vec![
        (format!("UPDATE audit_record SET action = 'logout' WHERE id = {}", record(7)), vec![(Modified, Some(7))]),
        (format!("UPDATE audit_record SET body = body || ' ' WHERE id = {}", record(7)), vec![(Modified, Some(7))]),
        (format!("UPDATE audit_record SET actor_id = 'x' WHERE id = {}", record(1)), vec![(Modified, Some(1))]),
        (format!("UPDATE audit_record SET time_us = time_us + 1 WHERE id = {}", record(9)), vec![(Modified, Some(9))]),
        (format!("DELETE FROM audit_record WHERE id = {}", record(200)), vec![(Missing, Some(200))]),
        (
            swap("audit_record", "id", &["body", "entity_id", "mac"], &record(3), &record(5)),
            vec![(Modified, Some(3)), (Modified, Some(5))],
        ),
        ("UPDATE audit_link SET sealed_us = sealed_us + 1 WHERE position = 50".to_owned(), vec![(Modified, Some(50))]),
        ("UPDATE audit_link SET hash = digest WHERE position = 50".to_owned(), vec![(Modified, Some(50))]),
        (swap("audit_link", "position", &link_columns, "20", "90"), vec![(Reordered, Some(20)), (Reordered, Some(90))]),
        (swap("audit_link", "position", &link_columns, "20", "21"), vec![(Reordered, Some(20)), (Reordered, Some(21))]),
        (
            swap("audit_link", "position", &["record_id", "time_us", "digest"], "20", "90"),
            // Sealed in one batch, so that nothing else differs.
            vec![(Reordered, Some(20)), (Reordered, Some(90))],
        ),
        (
            format!("DELETE FROM audit_record WHERE id = {}; DELETE FROM audit_link WHERE position = 60", record(60)),
            vec![(Missing, Some(60))],
        ),
        ("DELETE FROM audit_link WHERE position = 60".to_owned(), vec![(Missing, Some(60)), (Unchained, None)]),
        (
            "DELETE FROM audit_record WHERE id IN (SELECT record_id FROM audit_link WHERE position > 198);
             DELETE FROM audit_link WHERE position > 198"
                .to_owned(),
            vec![(Truncated, Some(200))],
        ),
        (
            format!(
                "INSERT INTO audit_purged VALUES (80, 'no-such-purge'); DELETE FROM audit_record WHERE id = {}",
                record(80)
            ),
            vec![(Forged, None)],
        ),
        ("UPDATE audit_checkpoint SET made_us = 1".to_owned(), vec![(Forged, Some(200))]),
        ("UPDATE audit_checkpoint SET hash = signature".to_owned(), vec![(Forged, Some(200))]),
    ];
    let failing = |sql: &str| format!("tampering failed: {sql}");
    for (sql, expected_findings) in cases {
        // Within a transaction, so that each case begins with the same trail.
        let mut transaction = store.begin().await;
        DB::run(&mut transaction, &sql).await.unwrap_or_else(|_| panic!("{}", failing(&sql)));
        let report = store.trail.verify_inside(&mut transaction, &expected).await;
        transaction.rollback().await.unwrap();
        assert_eq!(found(&report), expected_findings, "{sql}");
    }
    assert!(verify(&store, &expected).await.is_intact());
}

/// Every row of the trail is flipped, deleted, inserted again or swapped, each in a way of its own.
async fn each_of_the_rows_is_watched<DB: TestDatabase>(store: Store<DB>) {
    use FindingKind::{Forged, Missing, Modified, Reordered, Unchained};
    unguarded(&store).await;
    let columns =
        ["time_us", "entity_type", "entity_id", "action", "outcome", "retention_months", "body", "mac", "subject"];
    for row in 1..=ROWS {
        let id = format!("(SELECT record_id FROM audit_link WHERE position = {row})");
        let at = |kind| (kind, Some(row as i64));
        let (sql, expected) = match row % 4 {
            0 => {
                let column = columns[row / 4 % columns.len()];
                let flipped = match column {
                    "time_us" | "retention_months" => format!("{column} + 1"),
                    "mac" => "(SELECT hash FROM audit_link WHERE position = 1)".to_owned(),
                    "subject" => "'x'".to_owned(),
                    _ => format!("{column} || 'x'"),
                };
                (format!("UPDATE audit_record SET {column} = {flipped} WHERE id = {id}"), vec![at(Modified)])
            }
            1 => (format!("DELETE FROM audit_record WHERE id = {id}"), vec![at(Missing)]),
            2 => {
                let columns =
                    "time_us, entity_type, entity_id, action, outcome, actor_type, actor_id, behalf_type, behalf_id,
                    trace_id, retention_months, subject, body, mac";
                let insert = format!(
                    "INSERT INTO audit_record (id, {columns}) SELECT 'x', {columns} FROM audit_record WHERE id = {id};
                     INSERT INTO audit_unsealed (time_us, record_id) SELECT time_us, id FROM audit_record WHERE id = 'x'"
                );
                (insert, vec![])
            }
            _ => {
                // The links of two rows trade what they say of their records.
                let other = row % ROWS + 1;
                let trade = format!(
                    "CREATE TEMPORARY TABLE copy AS SELECT * FROM audit_link WHERE position IN ({row}, {other});
                     UPDATE audit_link SET record_id = '~' || record_id WHERE position IN ({row}, {other});
                     UPDATE audit_link SET record_id = (SELECT record_id FROM copy WHERE copy.position <> audit_link.position),
                        time_us = (SELECT time_us FROM copy WHERE copy.position <> audit_link.position),
                        digest = (SELECT digest FROM copy WHERE copy.position <> audit_link.position),
                        hash = (SELECT hash FROM copy WHERE copy.position <> audit_link.position)
                     WHERE position IN ({row}, {other});
                     DROP TABLE copy"
                );
                let mut swapped = vec![at(Reordered), (Reordered, Some(other as i64))];
                swapped.sort_unstable();
                (trade, swapped)
            }
        };
        let mut transaction = store.begin().await;
        DB::run(&mut transaction, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let found_there = found(&store.trail.verify_inside(&mut transaction, &Expectations::none()).await);
        transaction.rollback().await.unwrap();
        assert_eq!(found_there, expected, "{sql}");
    }
    // What was inserted waits to be sealed, and is found when it is.
    let mut conn = store.connection().await;
    let insert =
        "INSERT INTO audit_record SELECT 'x', time_us, entity_type, entity_id, action, outcome, actor_type, actor_id,
        behalf_type, behalf_id, trace_id, retention_months, subject, body, mac FROM audit_record ORDER BY id LIMIT 1";
    DB::run(&mut conn, insert).await.unwrap();
    assert_eq!(found(&verify(&store, &Expectations::none()).await), [(Unchained, None)]);
    DB::run(
        &mut conn,
        "INSERT INTO audit_unsealed (time_us, record_id) SELECT time_us, id FROM audit_record WHERE id = 'x'",
    )
    .await
    .unwrap();
    store.trail.seal(&mut conn).await.unwrap();
    assert_eq!(found(&verify(&store, &Expectations::none()).await), [(Forged, Some(ROWS as i64 + 1))]);
}

/// Reading inside of a transaction that another began.
trait VerifyInside<DB: TestDatabase> {
    async fn verify_inside(&self, conn: &mut DB::Connection, expected: &Expectations) -> Report;
}

impl<DB: TestDatabase> VerifyInside<DB> for tracing_privacy_audit::Trail<DB> {
    async fn verify_inside(&self, conn: &mut DB::Connection, expected: &Expectations) -> Report {
        let mut report = self.verify(conn, expected).await.unwrap();
        report.counts.remove(&FindingKind::Unguarded);
        report.findings.retain(|finding| finding.kind != FindingKind::Unguarded);
        report
    }
}

/// Removes a record and makes the chain anew from there, as one who knows all of this crate would.
async fn rechain<DB: TestDatabase>(store: &Store<DB>) {
    store
        .run(
            "DELETE FROM audit_record WHERE id = (SELECT record_id FROM audit_link WHERE position = 100);
             DELETE FROM audit_link WHERE position >= 100;
             INSERT INTO audit_unsealed (time_us, record_id) SELECT time_us, id FROM audit_record
             WHERE id NOT IN (SELECT record_id FROM audit_link)",
        )
        .await
        .unwrap();
    store.trail.seal(&mut *store.connection().await).await.unwrap();
}

async fn only_a_checkpoint_finds_a_chain_made_anew<DB: TestDatabase>(store: Store<DB>) {
    store.logins(50).await;
    let conn = &mut *store.connection().await;
    store.trail.seal(conn).await.unwrap();
    let early = store.trail.checkpoint(conn, &key()).await.unwrap().unwrap();
    unguarded(&Store {
        pool: store.pool.clone(),
        trail: store.trail.clone(),
        folder: store.folder.clone(),
        guard: Box::new(()),
    })
    .await;
    let late = store.trail.checkpoint(conn, &key()).await.unwrap().unwrap();
    rechain(&store).await;

    // Before the record that is gone, nothing is different.
    let expected = Expectations::none().key(key().public());
    let mut report = verify(&store, &expected).await;
    assert_eq!(found(&report), [(FindingKind::Truncated, Some(250))]);
    store.run("DELETE FROM audit_checkpoint").await.unwrap();
    report = verify(&store, &expected.clone().shipped(early)).await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.attested, 50);
    // The chain grows past the place where the late checkpoint was.
    store.logins(10).await;
    store
        .run(
            "INSERT INTO audit_unsealed (time_us, record_id) SELECT time_us, id FROM audit_record
             WHERE id NOT IN (SELECT record_id FROM audit_link)",
        )
        .await
        .unwrap();
    store.trail.seal(conn).await.unwrap();
    report = verify(&store, &expected.shipped(late)).await;
    assert_eq!(found(&report), [(FindingKind::Forged, Some(250))]);
}

async fn only_a_shipped_checkpoint_finds_what_was_cut_off<DB: TestDatabase>(store: Store<DB>) {
    unguarded(&store).await;
    let conn = &mut *store.connection().await;
    let shipped = store.trail.checkpoint(conn, &key()).await.unwrap().unwrap();
    store
        .run(
            "DELETE FROM audit_record WHERE id IN (SELECT record_id FROM audit_link WHERE position > 150);
             DELETE FROM audit_link WHERE position > 150; DELETE FROM audit_checkpoint",
        )
        .await
        .unwrap();
    let expected = Expectations::none().key(key().public());
    assert!(verify(&store, &expected).await.is_intact(), "nothing in the database tells of it");
    let report = verify(&store, &expected.shipped(shipped)).await;
    assert_eq!(found(&report), [(FindingKind::Truncated, Some(200))]);
}

async fn a_tampered_chain_is_not_signed<DB: TestDatabase>(store: Store<DB>) {
    unguarded(&store).await;
    let conn = &mut *store.connection().await;
    store.trail.checkpoint(conn, &key()).await.unwrap();
    store.logins(5).await;
    // The queue's trigger is gone, too.
    store
        .run(
            "INSERT INTO audit_unsealed (time_us, record_id) SELECT time_us, id FROM audit_record
             WHERE id NOT IN (SELECT record_id FROM audit_link)",
        )
        .await
        .unwrap();
    store.trail.seal(conn).await.unwrap();
    store
        .run("UPDATE audit_record SET action = 'x' WHERE id = (SELECT record_id FROM audit_link WHERE position = 203)")
        .await
        .unwrap();
    let error = store.trail.checkpoint(conn, &key()).await.unwrap_err();
    assert!(error.to_string().contains("does not continue"), "{error}");
}

async fn records_past_the_application_are_forged<DB: TestDatabase>(store: Store<DB>) {
    store.logins(3).await;
    // Everything is as it should be, but for the key that the database does not know.
    let columns = "entity_type, entity_id, action, outcome, actor_type, actor_id, behalf_type, behalf_id, trace_id,
        retention_months, subject, body, mac";
    let sql = format!(
        "INSERT INTO audit_record (id, time_us, {columns})
         SELECT '019ab000-0000-7000-8000-000000000001', time_us, {columns} FROM audit_record ORDER BY id LIMIT 1"
    );
    store.run(&sql).await.unwrap();
    store.trail.seal(&mut *store.connection().await).await.unwrap();
    let report = verify(&store, &Expectations::none()).await;
    let [finding] = &report.findings[..] else { panic!("{report:?}") };
    assert_eq!(finding.kind, FindingKind::Forged);
    assert_eq!(finding.subject.as_deref(), Some("019ab000-0000-7000-8000-000000000001"));
}

async fn a_missing_guard_is_found<DB: TestDatabase>(store: Store<DB>) {
    let conn = &mut *store.connection().await;
    assert!(store.trail.verify(conn, &Expectations::none()).await.unwrap().is_intact());
    let (weaken, names): (&str, &[&str]) = match DB::NAME {
        "SQLite" => (
            "DROP TRIGGER audit_link_no_update; DROP TRIGGER audit_record_no_delete;
             CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record BEGIN SELECT 1; END",
            &["audit_link_no_update", "audit_record_no_delete"],
        ),
        _ => (
            "ALTER TABLE audit_link DISABLE TRIGGER audit_no_change; DROP TRIGGER audit_no_truncate ON audit_record_rest;
             ALTER TABLE audit_checkpoint ENABLE TRIGGER audit_no_change",
            &["audit_checkpoint.audit_no_change", "audit_link.audit_no_change", "audit_record_rest.audit_no_truncate"],
        ),
    };
    store.run(weaken).await.unwrap();
    let report = store.trail.verify(conn, &Expectations::none()).await.unwrap();
    let mut found: Vec<_> = report.findings.iter().map(|finding| finding.subject.as_deref().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, names);
}

async fn the_backlog_has_an_age<DB: TestDatabase>(store: Store<DB>) {
    let conn = &mut *store.connection().await;
    let empty = store.trail.backlog(conn).await.unwrap();
    assert_eq!((empty.records, empty.age(Timestamp::now())), (0, Duration::ZERO));
    store.logins(2).await;
    let backlog = store.trail.backlog(conn).await.unwrap();
    assert_eq!(backlog.records, 2);
    let later = backlog.oldest.unwrap().plus_micros(90_000_000);
    assert_eq!(backlog.age(later), Duration::from_secs(90));

    let mut transaction = store.begin().await;
    store.trail.record(&mut transaction, Entry::create("visit", "1")).await.unwrap();
    // SQLite has one writer at a time; the sealer would wait for it.
    transaction.rollback().await.unwrap();
    let sealer = store.trail.spawn_sealer(store.pool.clone(), Duration::from_millis(10));
    for _ in 0..6_000 {
        if store.count("audit_unsealed").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(sealer);
    assert_eq!((store.count("audit_unsealed").await, store.count("audit_link").await), (0, 2));
    // It may be in the middle of a round.
    tokio::time::sleep(Duration::from_secs(1)).await;
    store.logins(1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((store.count("audit_unsealed").await, store.count("audit_link").await), (1, 2));
}

/// A thousand and more records that are gone stand before, between and behind those that are there.
async fn what_was_removed_from_the_queue_stops_nobody<DB: TestDatabase>(store: Store<DB>) {
    const GONE: usize = 1_300;
    store.logins(600).await;
    drop_guards(&store).await;
    let conn = &mut *store.connection().await;
    let removed = format!(
        "INSERT INTO audit_unsealed (time_us, record_id)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {GONE})
         SELECT CASE n % 4 WHEN 0 THEN (SELECT max(time_us) FROM audit_record) WHEN 1 THEN n + (SELECT min(time_us) FROM audit_record)
             ELSE n END, 'gone ' || n FROM n"
    );
    store.run(&removed).await.unwrap();
    assert_eq!(store.trail.seal(conn).await.unwrap(), 600);
    assert_eq!(store.trail.seal(conn).await.unwrap(), 0);
    assert_eq!(store.count("audit_unsealed").await, GONE);

    store.logins(1).await;
    drop_guards(&store).await;
    store
        .run("INSERT INTO audit_unsealed (time_us, record_id) SELECT max(time_us), max(id) FROM audit_record")
        .await
        .unwrap();
    assert_eq!(store.trail.seal(conn).await.unwrap(), 1, "a record behind all that is gone is sealed");
    let report = verify(&store, &Expectations::none()).await;
    assert_eq!(report.counts.keys().copied().collect::<Vec<_>>(), [FindingKind::Missing]);
}
