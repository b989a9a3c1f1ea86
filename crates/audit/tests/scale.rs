//! A large trail: `just audit-scale` fills it with a million records and measures.
//!
//! `AUDIT_SCALE` sets how many records there are. By default there are few, and only the plans of the queries are looked at.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::time::{Duration, Instant};

use support::{Store, TestDatabase, insert_jane, setting};
use tracing_privacy_audit::{Entry, Query};

on_every_database![a_history_is_quick_however_long_the_trail_is, the_price_of_a_record];

/// So many records, 100 for each user, without masking them one by one.
async fn fill<DB: TestDatabase>(store: &Store<DB>, records: usize) {
    store.logins(1).await;
    let numbers = match DB::NAME {
        "SQLite" => format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {records})
             INSERT INTO audit_record SELECT printf('019ab000-0000-7000-8000-%012d', n), time_us + n, entity_type,
                'u' || (n % {users}), action, outcome, 'user', 'a' || (n % 50), behalf_type, behalf_id, trace_id,
                retention_months, subject, body, mac FROM n, (SELECT * FROM audit_record LIMIT 1)",
            users = records.div_ceil(100)
        ),
        _ => format!(
            "INSERT INTO audit_record SELECT '019ab000-0000-7000-8000-' || lpad(n::text, 12, '0'), time_us + n, entity_type,
                'u' || (n % {users}), action, outcome, 'user', 'a' || (n % 50), behalf_type, behalf_id, trace_id,
                retention_months, subject, body, mac FROM generate_series(1, {records}) n, (SELECT * FROM audit_record LIMIT 1) r",
            users = records.div_ceil(100)
        ),
    };
    store.run(&numbers).await.unwrap();
    store.run("ANALYZE").await.unwrap();
}

async fn a_history_is_quick_however_long_the_trail_is<DB: TestDatabase>(store: Store<DB>) {
    let records = setting("AUDIT_SCALE", 20_000);
    fill(&store, records).await;
    let users = records.div_ceil(100);
    let mut times = Vec::new();
    for n in 0..200 {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let query = Query::entity("user", format!("u{}", (n * 7919) % users)).limit(200);
        let start = Instant::now();
        let page = store.trail.read(&mut transaction, &query).await.unwrap();
        times.push(start.elapsed());
        assert_eq!(page.records.len(), 100);
        transaction.commit().await.unwrap();
    }
    times.sort_unstable();
    println!("{}: {records} records, history of 100: p50 {:?}, p99 {:?}", DB::NAME, times[100], times[198]);
    assert!(times[198] < Duration::from_millis(50) || cfg!(debug_assertions), "p99 {:?}", times[198]);

    // What a purge selects, by the index of its class.
    let due = "FROM audit_record r JOIN audit_link l ON l.record_id = r.id WHERE r.retention_months = 24
        AND r.time_us < 1000 AND r.action <> 'purge'";
    let plan = DB::plan(&mut *store.connection().await, &format!("SELECT l.position {due}")).await.unwrap().join("\n");
    assert!(plan.contains("by_retention") || plan.contains("retention_months"), "{plan}");
    assert!(!plan.contains("SCAN r\n") && !plan.contains("Seq Scan on audit_record_2"), "{plan}");
}

/// The audited update beside the bare one, and beside a trigger that someone wrote by hand.
async fn the_price_of_a_record<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let updates = setting("AUDIT_UPDATES", 50);
    let update = |n: usize| format!("UPDATE users SET role = 'r{n}' WHERE id = '42'");
    let bare = async |store: &Store<DB>| {
        let start = Instant::now();
        for n in 0..updates {
            let mut transaction = store.trail.begin(&store.pool).await.unwrap();
            DB::run(&mut transaction, &update(n)).await.unwrap();
            transaction.commit().await.unwrap();
        }
        start.elapsed()
    };
    let without = bare(&store).await;
    let start = Instant::now();
    for n in 0..updates {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let change = store.trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
        DB::run(&mut transaction, &update(n)).await.unwrap();
        change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let audited = start.elapsed();
    let trigger = match DB::NAME {
        "SQLite" => {
            "CREATE TABLE by_hand (old TEXT, new TEXT, at TEXT);
            CREATE TRIGGER by_hand AFTER UPDATE ON users BEGIN INSERT INTO by_hand
                VALUES (json_object('role', OLD.role), json_object('role', NEW.role), datetime()); END"
        }
        _ => {
            "CREATE TABLE by_hand (old TEXT, new TEXT, at TEXT);
            CREATE FUNCTION by_hand() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO by_hand
                VALUES (row_to_json(OLD)::text, row_to_json(NEW)::text, now()::text); RETURN NULL; END';
            CREATE TRIGGER by_hand AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION by_hand()"
        }
    };
    store.run(trigger).await.unwrap();
    let by_hand = bare(&store).await;
    let each = |time: Duration| time / u32::try_from(updates).unwrap();
    let ratio = |time: Duration| time.as_secs_f64() / without.as_secs_f64();
    println!(
        "{}: an update takes {:?}; with a trigger by hand {:.2} times that, audited {:.2} times",
        DB::NAME,
        each(without),
        ratio(by_hand),
        ratio(audited)
    );
    assert_eq!(store.count("audit_record").await, updates);
}
