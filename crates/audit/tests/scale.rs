//! A large trail: `just audit-scale` fills it with a million records and measures.
//!
//! `AUDIT_SCALE` sets how many records there are, over twelve months. By default there are few: then
//! the plans matter, and the memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::fmt;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use support::{Store, TestDatabase, insert_jane, setting, trail_at};
use tracing::field::{Field, Visit};
use tracing_privacy::Policy;
use tracing_privacy_audit::{Entry, Expectations, Query, Retention, Timestamp, Trail};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::prelude::*;

on_every_database![a_large_trail_is_quick_to_read_and_to_purge, the_price_of_a_record];

const DAY: i64 = 86_400_000_000;

/// What is measured runs alone, but for the tables of a test that waits.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// So many records over the last year, 100 for each user, without masking them one by one; sealed.
async fn fill<DB: TestDatabase>(store: &Store<DB>, records: usize) {
    let conn = &mut *store.connection().await;
    let year = Timestamp::now().plus_micros(-365 * DAY);
    store.trail.prepare_months(conn, year, 13).await.unwrap();
    let then: Trail<DB> = trail_at(move || year);
    let mut transaction = then.begin(&store.pool).await.unwrap();
    then.record(&mut transaction, Entry::create("visit", "1").after(serde_json::json!({ "page": 1 }))).await.unwrap();
    transaction.commit().await.unwrap();
    let (users, step) = (records.div_ceil(100), 365 * DAY / records as i64);
    let (number, from) = match DB::NAME {
        "SQLite" => (
            "printf('019ab000-0000-7000-8000-%012d', n)",
            format!("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {records})"),
        ),
        _ => (
            "'019ab000-0000-7000-8000-' || lpad(n::text, 12, '0')",
            format!("WITH n AS (SELECT generate_series(1, {records}) AS n)"),
        ),
    };
    let numbers = format!(
        "{from} INSERT INTO audit_record SELECT {number}, time_us + n * CAST({step} AS BIGINT), 'user', 'u' || (n % {users}), action, outcome,
            'user', 'a' || (n % 50), behalf_type, behalf_id, trace_id, 1, subject, body, mac
         FROM n, (SELECT * FROM audit_record LIMIT 1) r"
    );
    // SQLite wants it the other way round.
    let numbers = match numbers.strip_prefix(&format!("{from} ")) {
        Some(insert) if DB::NAME == "SQLite" => {
            let (into, select) = insert.split_once(" SELECT ").unwrap();
            format!("{into} {from} SELECT {select}")
        }
        _ => numbers,
    };
    store.run(&numbers).await.unwrap();
    store.run("ANALYZE").await.unwrap();
    let start = Instant::now();
    let sealed = store.trail.seal(conn).await.unwrap();
    println!("{}: {sealed} records sealed in {:?}", DB::NAME, start.elapsed());
    store.run("ANALYZE").await.unwrap();
}

async fn a_large_trail_is_quick_to_read_and_to_purge<DB: TestDatabase>(store: Store<DB>) {
    let _alone = ALONE.lock().await;
    let records = setting("AUDIT_SCALE", 6_000);
    fill(&store, records).await;
    history(&store, records).await;
    purge_of_a_month(&store).await;

    // Their MACs are copies, too: by a trail without the key.
    let trail: Trail<DB> = Trail::builder(Policy::builtin()).build().unwrap();
    let conn = &mut *store.connection().await;
    let (start, before) = (Instant::now(), memory());
    let report = trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    let grown = memory().saturating_sub(before);
    println!("{}: {} links verified in {:?}, {grown} KiB more memory", DB::NAME, report.links, start.elapsed());
    assert!(grown < 64 << 10, "verifying took {grown} KiB");
}

/// What this process holds, in KiB; nothing where the system does not tell.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

async fn history<DB: TestDatabase>(store: &Store<DB>, records: usize) {
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
    store.trail.seal(&mut *store.connection().await).await.unwrap();
}

/// The oldest month is archived and purged, and no table is scanned for it.
async fn purge_of_a_month<DB: TestDatabase>(store: &Store<DB>) {
    let before = Timestamp::now().plus_micros(-335 * DAY);
    let folder = tempfile::tempdir().unwrap();
    let scans = rows_scanned(store).await;
    let mut pooled = store.connection().await;
    let conn = &mut *pooled;
    let statements = Statements::install();
    statements.0.lock().unwrap().clear();
    let start = Instant::now();
    let archive =
        store.trail.archive(conn, Retention::months(1).unwrap(), before, folder.path().join("month")).await.unwrap();
    let archived = start.elapsed();
    let start = Instant::now();
    let purge = store.trail.purge(conn, &archive, "due").await.unwrap();
    println!("{}: {} records archived in {archived:?}, purged in {:?}", DB::NAME, purge.records, start.elapsed());

    let statements: Vec<_> = std::mem::take(&mut *statements.0.lock().unwrap());
    if DB::NAME == "SQLite" {
        let mut plans = std::collections::BTreeMap::new();
        for sql in statements.iter().filter(|sql| sql.contains(" audit_record ") || sql.contains(" audit_link ")) {
            let plan = DB::plan(conn, sql).await.unwrap();
            let short: String = sql.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
            plans.insert(short, plan);
        }
        assert!(plans.keys().any(|sql| sql.starts_with("DELETE FROM audit_record")), "{plans:?}");
        assert!(plans.keys().any(|sql| sql.starts_with("INSERT INTO audit_purged")), "{plans:?}");
        for (sql, plan) in &plans {
            println!("  {sql} …\n    {}", plan.join("\n    "));
            assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{sql}: {plan:?}");
        }
    } else {
        drop(pooled);
        let after = rows_scanned(store).await;
        let scanned: Vec<_> = after.iter().filter(|row| !scans.contains(row)).collect();
        println!("  tables of which rows were read by scanning: {scanned:?}");
        assert!(scanned.is_empty(), "{scanned:?}");
    }
}

/// How many rows PostgreSQL read of the chain and of each partition by scanning it, but for those of the oldest two months: of
/// the one that goes, all rows are due.
async fn rows_scanned<DB: TestDatabase>(store: &Store<DB>) -> Vec<String> {
    if DB::NAME == "SQLite" {
        return Vec::new();
    }
    // A connection says what it did when it ends. One that was just dropped is on its way back into the pool.
    let start = Instant::now();
    let pause = || {
        assert!(start.elapsed() < Duration::from_secs(30), "connections stay open");
        tokio::time::sleep(Duration::from_millis(5))
    };
    while store.pool.size() > 0 {
        match store.pool.try_acquire() {
            Some(pooled) => sqlx::Connection::close(pooled.detach()).await.unwrap(),
            None => pause().await,
        }
    }
    let others =
        "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while !store.column(others).await.is_empty() {
        pause().await;
    }
    let select = "SELECT relname || ' ' || seq_tup_read FROM pg_stat_user_tables
        WHERE relname = 'audit_link' OR relname LIKE 'audit\\_record\\_%' ORDER BY relname";
    let mut scans = store.column(select).await;
    let partitions = scans.iter().position(|scan| scan.starts_with("audit_record_")).unwrap();
    scans.drain(partitions..partitions + 2);
    scans
}

/// The statements that are run.
#[derive(Default)]
struct Statements(Mutex<Vec<String>>);

static STATEMENTS: OnceLock<Statements> = OnceLock::new();

impl Statements {
    fn install() -> &'static Self {
        STATEMENTS.get_or_init(|| {
            let _ = tracing_subscriber::registry().with(Listener).try_init();
            Self::default()
        })
    }
}

struct Listener;

impl<S: tracing::Subscriber> Layer<S> for Listener {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        let Statement { summary, full } = statement;
        let sql = if full.trim().is_empty() { summary } else { full.trim().to_owned() };
        // Another test makes its tables meanwhile, and these have no plan.
        let has_plan = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| sql.starts_with(verb));
        if let Some(statements) = STATEMENTS.get().filter(|_| has_plan) {
            statements.0.lock().unwrap().push(sql);
        }
    }
}

#[derive(Default)]
struct Statement {
    summary: String,
    full: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.full),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// The audited update beside the bare one, and beside a trigger that someone wrote by hand: in turns, in one run.
async fn the_price_of_a_record<DB: TestDatabase>(store: Store<DB>) {
    const ROUNDS: usize = 9;
    let _alone = ALONE.lock().await;
    let updates = setting("AUDIT_UPDATES", 18).div_ceil(ROUNDS);
    store.run(&insert_jane()).await.unwrap();
    store.run("CREATE TABLE users_by_hand AS SELECT * FROM users").await.unwrap();
    let trigger = match DB::NAME {
        "SQLite" => {
            "CREATE TABLE by_hand (old TEXT, new TEXT, at TEXT);
            CREATE TRIGGER by_hand AFTER UPDATE ON users_by_hand BEGIN INSERT INTO by_hand
                VALUES (json_object('role', OLD.role), json_object('role', NEW.role), datetime()); END"
        }
        _ => {
            "CREATE TABLE by_hand (old TEXT, new TEXT, at TEXT);
            CREATE FUNCTION by_hand() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO by_hand
                VALUES (row_to_json(OLD)::text, row_to_json(NEW)::text, now()::text); RETURN NULL; END';
            CREATE TRIGGER by_hand AFTER UPDATE ON users_by_hand FOR EACH ROW EXECUTE FUNCTION by_hand()"
        }
    };
    store.run(trigger).await.unwrap();
    let update = |table: &str, n: usize| format!("UPDATE {table} SET role = 'r{n}' WHERE id = '42'");
    let bare = async |table: &str, n: usize| {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        DB::run(&mut transaction, &update(table, n)).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let audited = async |n: usize| {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let change = store.trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
        DB::run(&mut transaction, &update("users", n)).await.unwrap();
        change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let mut times = [const { Vec::new() }; 3];
    for round in 0..ROUNDS {
        for (kind, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            for n in 0..updates {
                let n = round * updates + n;
                match kind {
                    0 => bare("users", n).await,
                    1 => bare("users_by_hand", n).await,
                    _ => audited(n + 1_000_000).await,
                }
            }
            times.push(start.elapsed() / u32::try_from(updates).unwrap());
        }
    }
    let [bare, by_hand, audited] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    });
    let ratio = |time: Duration| time.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{}: an update takes {bare:?}; with a trigger by hand {:.2} times that, audited {:.2} times ({:?})",
        DB::NAME,
        ratio(by_hand),
        ratio(audited),
        audited.saturating_sub(bare)
    );
    assert_eq!(store.count("audit_record").await, ROUNDS * updates);
}
