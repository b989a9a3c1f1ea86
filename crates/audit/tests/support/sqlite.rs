//! A fresh SQLite database in a file.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Row as _, Sqlite, SqliteConnection};

use super::{Store, TestDatabase};

impl TestDatabase for Sqlite {
    const SNAPSHOT: &'static str = "SELECT json_object('email', email, 'role', role, 'password', password,
        'salary', salary, 'display_name', display_name) FROM users WHERE id = ?";

    async fn run(conn: &mut SqliteConnection, sql: &str) -> sqlx::Result<u64> {
        Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?.rows_affected())
    }

    async fn column(conn: &mut SqliteConnection, sql: &str) -> sqlx::Result<Vec<String>> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await?;
        Ok(rows.iter().map(|row| row.get_unchecked(0)).collect())
    }

    async fn plan(conn: &mut SqliteConnection, sql: &str) -> sqlx::Result<Vec<String>> {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(conn).await?;
        Ok(rows.iter().map(|row| row.get_unchecked("detail")).collect())
    }
}

/// An empty database with its trail.
pub async fn fresh() -> Store<Sqlite> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    Store::new(open(&path.join("app.db"), 8).await, path, Box::new(folder)).await
}

pub async fn open(file: &std::path::Path, connections: u32) -> sqlx::SqlitePool {
    // With AUDIT_FSYNC=1 it waits for the disk at each commit, as it does unless told otherwise.
    let fsync = std::env::var_os("AUDIT_FSYNC").is_some_and(|value| value == "1");
    let synchronous = if fsync { SqliteSynchronous::Full } else { SqliteSynchronous::Off };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(std::time::Duration::from_secs(60));
    SqlitePoolOptions::new().max_connections(connections).connect_with(options).await.unwrap()
}
