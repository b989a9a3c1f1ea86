//! A throw-away PostgreSQL server for one test process, from the binaries of Debian's package `postgresql`, and a fresh
//! database in it for each test.
//!
//! Without the binaries, the tests say on standard error that they did not run; with `REQUIRE_POSTGRES=1` they fail.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _};

use super::{Store, TestDatabase};

impl TestDatabase for Postgres {
    const SNAPSHOT: &'static str = "SELECT row_to_json(users)::text FROM users WHERE id = ? FOR UPDATE";

    async fn run(conn: &mut PgConnection, sql: &str) -> sqlx::Result<u64> {
        Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?.rows_affected())
    }

    async fn column(conn: &mut PgConnection, sql: &str) -> sqlx::Result<Vec<String>> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await?;
        Ok(rows.iter().map(|row| row.get_unchecked(0)).collect())
    }

    async fn plan(conn: &mut PgConnection, sql: &str) -> sqlx::Result<Vec<String>> {
        Self::column(conn, &format!("EXPLAIN {sql}")).await
    }
}

/// A server that ends with this process.
struct Server {
    port: u16,
    /// Stops the server as soon as this process is gone and the pipe is closed.
    _watchdog: Child,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// An empty database with its trail; nothing where there is no PostgreSQL.
pub async fn fresh() -> Option<Store<Postgres>> {
    let server = SERVER.get_or_init(start).as_ref()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect_with(&server.options("postgres")).await.unwrap();
    Postgres::run(&mut admin, &format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let pool = PgPoolOptions::new().max_connections(18).connect_with(server.options(&name)).await.unwrap();
    Some(Store::new(pool, PathBuf::new(), Box::new(())).await)
}

impl Server {
    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("postgres")
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }
}

fn start() -> Option<Server> {
    let Some(binaries) = binaries() else {
        assert!(
            std::env::var_os("REQUIRE_POSTGRES").is_none_or(|value| value != "1"),
            "REQUIRE_POSTGRES=1, and there is no PostgreSQL: install the package `postgresql`"
        );
        // Not `eprintln!`, which the test harness hides.
        let _ = std::io::stderr().write_all(
            b"\n*** POSTGRESQL WAS NOT TESTED: its binaries are missing. Install the package `postgresql`. ***\n\n",
        );
        return None;
    };
    let folder = tempfile::Builder::new().prefix("audit-postgres-").tempdir().unwrap().keep();
    let data = folder.join("data");
    let log = folder.join("log");
    if is_root() {
        succeed(Command::new("chown").arg("postgres").arg(&folder));
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let binary = |name: &str| as_postgres(&binaries.join(name));
    succeed(
        binary("initdb")
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--pgdata"])
            .arg(&data),
    );
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off -c max_connections=300"
    );
    let mut watchdog = Command::new("sh")
        .args(["-c", r#"cat; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 1; rm -rf "$1""#, "sh"])
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut start = binary("pg_ctl");
    start
        .args(["start", "--wait", "--silent", "--pgdata"])
        .arg(&data)
        .arg("--log")
        .arg(&log)
        .arg("--options")
        .arg(options);
    if !start.stdout(Stdio::null()).status().unwrap().success() {
        drop(watchdog.stdin.take());
        panic!("the PostgreSQL server did not start");
    }
    Some(Server { port, _watchdog: watchdog })
}

/// The folder of the newest version's programs.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
    })
}

/// The server refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    let mut command = match is_root() {
        true => Command::new("runuser"),
        false => Command::new(program),
    };
    if is_root() {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
