//! The service is killed under load, without a chance to clean up, and so is the database server: no change that was
//! acknowledged is without its record, and no record is without its change.
//!
//! `AUDIT_KILLS` sets how often the service is killed, `AUDIT_SERVER_KILLS` how often the server; `just audit-stress` kills them
//! 100 times and 25 times.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
#![cfg(all(feature = "postgres", feature = "sqlite"))]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use sqlx::{Pool, Postgres, Sqlite};
use support::server::Server;
use support::{Random, Store, TestDatabase, postgres, setting, sqlite, trail};
use tracing_privacy_audit::{Entry, Expectations, Trail};

/// Where the service finds its database: a file, or a port and a name.
const DATABASE: &str = "AUDIT_CRASH_DATABASE";
/// How many clients the service has at once.
const CLIENTS: usize = 4;

/// The service: changes users again and again, and says so after each commit. Only ever run by the tests below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is the process that the other tests kill"]
async fn service() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    match database.split_once('/') {
        Some((port, name)) if port.parse::<u16>().is_ok() => {
            serve(postgres::open(port.parse().unwrap(), name).await).await;
        }
        _ => serve(sqlite::open(Path::new(&database), 8).await).await,
    }
}

async fn serve<DB: TestDatabase>(pool: Pool<DB>) {
    let trail: Trail<DB> = trail();
    let _sealer = trail.spawn_sealer(pool.clone(), Duration::from_millis(1));
    let clients = (0..CLIENTS).map(|user| tokio::spawn(change_for_ever(trail.clone(), pool.clone(), user)));
    for client in clients.collect::<Vec<_>>() {
        // It ends when the database does.
        let _ = client.await;
    }
}

async fn change_for_ever<DB: TestDatabase>(trail: Trail<DB>, pool: Pool<DB>, user: usize) {
    for n in 0_u64.. {
        let mut transaction = trail.begin(&pool).await.unwrap();
        let change = trail.change(&mut transaction, Entry::update("user", user.to_string())).await.unwrap();
        let role = format!("{}.{user}.{n}", std::process::id());
        DB::run(&mut transaction, &format!("UPDATE users SET role = '{role}' WHERE id = '{user}'")).await.unwrap();
        change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        println!("\nacknowledged {role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_leaves_changes_with_their_records_in_sqlite() {
    let store = sqlite::fresh().await;
    let file = store.folder.join("app.db").display().to_string();
    let mut aftermath = Aftermath::new(&store).await;
    let mut random = Random(7);
    for _ in 0..setting("AUDIT_KILLS", 8) {
        let mut service = Service::start(&file);
        std::thread::sleep(Duration::from_millis(20 + random.below(150)));
        aftermath.check(&store, &service.kill()).await;
    }
    aftermath.finish::<Sqlite>(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_leaves_changes_with_their_records_in_postgresql() {
    let Some(server) = Server::start() else { return };
    let store = postgres::fresh_on(&server).await;
    let database = format!("{}/{}", server.port, store.column("SELECT current_database()::text").await.remove(0));
    let mut aftermath = Aftermath::new(&store).await;
    let mut random = Random(8);
    for _ in 0..setting("AUDIT_KILLS", 8) {
        let mut service = Service::start(&database);
        std::thread::sleep(Duration::from_millis(20 + random.below(150)));
        let acknowledged = service.kill();
        // What the service began is being ended by the server.
        let others =
            "SELECT count(*)::text FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle'
            AND pid <> pg_backend_pid()";
        while store.column(others).await != ["0"] {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        aftermath.check(&store, &acknowledged).await;
    }
    aftermath.finish::<Postgres>(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_changes_with_their_records() {
    let Some(server) = Server::start() else { return };
    let mut store = postgres::fresh_on(&server).await;
    let name = store.column("SELECT current_database()::text").await.remove(0);
    let mut aftermath = Aftermath::new(&store).await;
    let mut random = Random(9);
    for _ in 0..setting("AUDIT_SERVER_KILLS", 2) {
        let mut service = Service::start(&format!("{}/{name}", server.port));
        std::thread::sleep(Duration::from_millis(20 + random.below(150)));
        server.kill();
        let acknowledged = service.kill();
        assert!(server.run(), "the server does not come back");
        store.pool = postgres::open(server.port, &name).await;
        aftermath.check(&store, &acknowledged).await;
    }
    aftermath.finish::<Postgres>(&store).await;
}

/// What must hold after each kill.
struct Aftermath {
    known: usize,
    acknowledged: usize,
}

impl Aftermath {
    async fn new<DB: TestDatabase>(store: &Store<DB>) -> Self {
        for user in 0..CLIENTS {
            store.run(&format!("INSERT INTO users (id, role) VALUES ('{user}', 'none')")).await.unwrap();
        }
        Self { known: 0, acknowledged: 0 }
    }

    async fn check<DB: TestDatabase>(&mut self, store: &Store<DB>, acknowledged: &[String]) {
        self.acknowledged += acknowledged.len();
        let (mut records, mut all) = (0, Vec::new());
        for user in 0..CLIENTS {
            // Each record goes on where the one before ended, and the last one tells what is.
            let role = |side: &str| match DB::NAME {
                "SQLite" => format!("(body ->> '$.{side}.role')"),
                _ => format!("(body::jsonb -> '{side}' ->> 'role')"),
            };
            let pairs = format!(
                "SELECT {} || ' ' || {} FROM audit_record WHERE entity_id = '{user}' ORDER BY time_us, id",
                role("before"),
                role("after")
            );
            let mut last = "none".to_owned();
            for pair in store.column(&pairs).await {
                let (before, after) = pair.split_once(' ').unwrap();
                assert_eq!(before, last, "user {user}: a change has no record, or a record no change");
                last = after.to_owned();
                all.push(last.clone());
                records += 1;
            }
            let now = store.column(&format!("SELECT role FROM users WHERE id = '{user}'")).await.remove(0);
            assert_eq!(now, last, "user {user}: the last record does not tell what is");
        }
        let lost = acknowledged.iter().find(|role| !all.contains(role));
        assert_eq!(lost, None, "a change was acknowledged and is not on record");
        // One of each client may have been committed and not yet acknowledged.
        assert!(records <= self.known + acknowledged.len() + CLIENTS);
        self.known = records;
    }

    async fn finish<DB: TestDatabase>(&self, store: &Store<DB>) {
        assert!(self.acknowledged > 0, "the service did nothing");
        let conn = &mut *store.connection().await;
        store.trail.seal(conn).await.unwrap();
        let report = store.trail.verify(conn, &Expectations::none()).await.unwrap();
        assert!(report.is_intact(), "{report:?}");
        assert_eq!(report.links, self.known as u64);
        println!("{}: {} changes acknowledged, {} on record", DB::NAME, self.acknowledged, self.known);
    }
}

/// A process of the service, at work.
struct Service {
    process: Child,
    output: BufReader<ChildStdout>,
    acknowledged: Vec<String>,
}

impl Service {
    /// Starts it; answers when it has acknowledged its first change.
    fn start(database: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "service", "--ignored", "--nocapture"])
            .env(DATABASE, database)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut service = Self { process, output, acknowledged: Vec::new() };
        while service.acknowledged.is_empty() && service.read() {}
        service
    }

    /// Reads one line; whether there was one.
    fn read(&mut self) -> bool {
        let mut line = String::new();
        let there = self.output.read_line(&mut line).is_ok_and(|read| read > 0);
        // The last one may be cut off: then nobody took it for acknowledged.
        let role = line.strip_suffix('\n').and_then(|line| line.strip_prefix("acknowledged "));
        self.acknowledged.extend(role.map(str::to_owned));
        there
    }

    /// Kills it; answers what it acknowledged.
    fn kill(&mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while self.read() {}
        std::mem::take(&mut self.acknowledged)
    }
}
