//! The service is killed under load, without a chance to clean up: no change that it acknowledged is without its record, and
//! no record is without its change.
//!
//! `AUDIT_KILLS` sets how often; `just audit-stress` kills it 100 times.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
#![cfg(feature = "sqlite")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Random, TestDatabase, setting, sqlite, trail};
use tracing_privacy_audit::{Entry, Expectations, Trail};

const FILE: &str = "AUDIT_CRASH_FILE";

/// The service: changes a user again and again, and says so after each commit. Only ever run by the test below.
#[tokio::test]
#[ignore = "it is the process that the other test kills"]
async fn service() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let pool = sqlite::open(Path::new(&file), 4).await;
    let trail: Trail<sqlx::Sqlite> = trail();
    let _sealer = trail.spawn_sealer(pool.clone(), Duration::from_millis(1));
    for n in 0_u64.. {
        let mut transaction = trail.begin(&pool).await.unwrap();
        let change = trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
        let role = format!("{}.{n}", std::process::id());
        sqlx::Sqlite::run(&mut transaction, &format!("UPDATE users SET role = '{role}'")).await.unwrap();
        change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        println!("\nacknowledged {role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_leaves_changes_with_their_records() {
    let store = sqlite::fresh().await;
    store.run("INSERT INTO users (id, role) VALUES ('42', 'none')").await.unwrap();
    let file = store.folder.join("app.db");
    let mut random = Random(7);
    let (mut known, mut acknowledged) = (0, 0);
    for _ in 0..setting("AUDIT_KILLS", 8) {
        let last = run_and_kill(&file, Duration::from_millis(20 + random.below(150)));
        acknowledged += last.len();
        // Each record goes on where the one before ended, and the last one tells what is.
        let roles = store.column("SELECT body ->> '$.after.role' FROM audit_record ORDER BY id").await;
        let befores = store.column("SELECT body ->> '$.before.role' FROM audit_record ORDER BY id").await;
        assert!(roles.iter().zip(&befores[1.min(befores.len())..]).all(|(after, before)| after == before));
        let now = store.column("SELECT role FROM users").await.remove(0);
        assert_eq!(roles.last().map_or("none", String::as_str), now);
        assert!(last.iter().all(|role| roles.contains(role)), "a change was acknowledged and is not on record");
        // One may have been committed and not yet acknowledged.
        assert!(roles.len() <= known + last.len() + 1);
        known = roles.len();
    }
    assert!(acknowledged > 0, "the service did nothing");
    let conn = &mut *store.connection().await;
    store.trail.seal(conn).await.unwrap();
    let report = store.trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.links, known as u64);
}

/// Runs the service for a while and kills it; answers what it acknowledged.
fn run_and_kill(file: &PathBuf, after: Duration) -> Vec<String> {
    let mut service = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "service", "--ignored", "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines().map_while(Result::ok);
    let role = |line: String| line.strip_prefix("acknowledged ").map(str::to_owned);
    // The time counts from when it is at work.
    let first = lines.by_ref().find_map(role);
    std::thread::sleep(after);
    service.kill().unwrap();
    service.wait().unwrap();
    first.into_iter().chain(lines.filter_map(role)).collect()
}
