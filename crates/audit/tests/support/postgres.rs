//! A fresh database on the throw-away PostgreSQL server, for each test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _};

use super::server::Server;
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

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// An empty database with its trail; nothing where there is no PostgreSQL.
pub async fn fresh() -> Option<Store<Postgres>> {
    Some(fresh_on(SERVER.get_or_init(Server::start).as_ref()?).await)
}

/// The port of the server, and an empty database; nothing where there is no PostgreSQL.
pub async fn empty() -> Option<(u16, String)> {
    let server = SERVER.get_or_init(Server::start).as_ref()?;
    Some((server.port, empty_on(server).await))
}

/// The same as `fresh`, on a server of a test's own.
pub async fn fresh_on(server: &Server) -> Store<Postgres> {
    let name = empty_on(server).await;
    Store::new(open(server.port, &name).await, server.data(), Box::new(())).await
}

async fn empty_on(server: &Server) -> String {
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect_with(&at(server.port, "postgres")).await.unwrap();
    Postgres::run(&mut admin, &format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    name
}

/// A pool for a database on a server of this machine.
pub async fn open(port: u16, database: &str) -> sqlx::PgPool {
    PgPoolOptions::new().max_connections(18).connect_with(at(port, database)).await.unwrap()
}

fn at(port: u16, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username("postgres")
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}
