//! SQLite.

use sqlx::{AssertSqlSafe, Connection, Row as _, Sqlite, SqliteConnection, Transaction, TypeInfo, ValueRef};

use super::sealed::Store;
use super::{Row, SqlResult, Value};
use crate::Timestamp;

const TRIGGERS: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";

impl Store for Sqlite {
    const MIGRATIONS: &'static [&'static str] = &[include_str!("../../migrations/sqlite/0001_trail.sql")];
    const POISON: &'static str = "INSERT INTO audit_poison (id) VALUES (1)";
    // One that reads first cannot wait for the lock when it comes to write: SQLite lets it fail at once.
    const BEGIN_WRITE: &'static str = "BEGIN IMMEDIATE";

    const DELETE_SECURELY: Option<&'static str> = Some("PRAGMA secure_delete = ON");
    const SCRUB: &'static str = "PRAGMA wal_checkpoint(TRUNCATE)";

    async fn execute(conn: &mut SqliteConnection, sql: &str, values: Vec<Value>) -> SqlResult<u64> {
        Ok(query(sql, values).execute(conn).await?.rows_affected())
    }

    async fn fetch(conn: &mut SqliteConnection, sql: &str, values: Vec<Value>) -> SqlResult<Vec<Row>> {
        query(sql, values).fetch_all(conn).await?.iter().map(read).collect()
    }

    async fn run_script(conn: &mut SqliteConnection, sql: &'static str) -> SqlResult<()> {
        sqlx::raw_sql(sql).execute(conn).await.map(drop)
    }

    /// The write lock of the file, which there is one of.
    async fn begin_alone(conn: &mut SqliteConnection) -> SqlResult<Transaction<'_, Self>> {
        conn.begin_with(Self::BEGIN_WRITE).await
    }

    /// Every transaction is one.
    async fn begin_snapshot(conn: &mut SqliteConnection) -> SqlResult<Transaction<'_, Self>> {
        conn.begin().await
    }

    /// SQLite keeps the text of a trigger as it was written, so it must stand in a migration.
    async fn broken_guards(conn: &mut SqliteConnection) -> SqlResult<Vec<String>> {
        let rows = Self::fetch(conn, TRIGGERS, vec![]).await?;
        let in_force = |name: &str| {
            rows.iter().any(|row| {
                matches!(&row.0[..], [Value::Text(is), Value::Text(text)]
                if is == name && Self::MIGRATIONS.iter().any(|migration| migration.contains(text)))
            })
        };
        let names = Self::MIGRATIONS.iter().flat_map(|migration| migration.split("\nCREATE TRIGGER ").skip(1));
        let names = names.filter_map(|rest| rest.split_whitespace().next());
        Ok(names.filter(|name| !in_force(name)).map(str::to_owned).collect())
    }

    async fn prepare_month(_conn: &mut SqliteConnection, _start: Timestamp, _end: Timestamp) -> SqlResult<()> {
        Ok(())
    }
}

fn query(sql: &str, values: Vec<Value>) -> sqlx::query::Query<'_, Sqlite, sqlx::sqlite::SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = match value {
            Value::Null => query.bind(None::<String>),
            Value::Text(text) => query.bind(text),
            Value::Integer(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        };
    }
    query
}

fn read(row: &sqlx::sqlite::SqliteRow) -> SqlResult<Row> {
    let value = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        Ok(match raw.type_info().name() {
            "INTEGER" | "BOOLEAN" => Value::Integer(row.try_get_unchecked(index)?),
            "BLOB" => Value::Bytes(row.try_get_unchecked(index)?),
            _ => Value::Text(row.try_get_unchecked(index)?),
        })
    };
    (0..row.len()).map(value).collect::<SqlResult<_>>().map(Row)
}
