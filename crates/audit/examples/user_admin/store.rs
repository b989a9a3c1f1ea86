//! Users in a database: what differs between SQLite and PostgreSQL.

use std::future::Future;

use serde_json::Value;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use tracing_privacy_audit::AuditDatabase;

const USERS: &str = "
    CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, email TEXT, role TEXT, password_hash TEXT);
    INSERT INTO users VALUES
        ('7', 'Sam Support', 'sam@example.com', 'support', 'x'),
        ('42', 'Jo Doe', 'jo@example.com', 'member', 'x'),
        ('auditor', 'Ann Auditor', 'ann@example.com', 'auditor', 'x')";
const SAVE: &str = "UPDATE users SET name = $2, email = $3, role = $4 WHERE id = $1";
const ROLE: &str = "SELECT role FROM users WHERE id = $1";

/// A database that users are in.
pub trait UserStore: AuditDatabase {
    /// A user as JSON, by id.
    const SNAPSHOT: &'static str;

    fn create_users(conn: &mut Self::Connection) -> impl Future<Output = sqlx::Result<()>> + Send + '_;

    fn save<'c>(
        conn: &'c mut Self::Connection,
        id: &'c str,
        user: &'c Value,
    ) -> impl Future<Output = sqlx::Result<()>> + Send + 'c;

    fn role<'c>(
        conn: &'c mut Self::Connection,
        id: &'c str,
    ) -> impl Future<Output = sqlx::Result<Option<String>>> + Send + 'c;
}

macro_rules! user_store {
    ($database:ty, $connection:ty, $snapshot:literal) => {
        impl UserStore for $database {
            const SNAPSHOT: &'static str = $snapshot;

            async fn create_users(conn: &mut $connection) -> sqlx::Result<()> {
                sqlx::raw_sql(USERS).execute(conn).await.map(drop)
            }

            async fn save(conn: &mut $connection, id: &str, user: &Value) -> sqlx::Result<()> {
                let query = sqlx::query(SAVE).bind(id).bind(user["name"].as_str());
                query.bind(user["email"].as_str()).bind(user["role"].as_str()).execute(conn).await.map(drop)
            }

            async fn role(conn: &mut $connection, id: &str) -> sqlx::Result<Option<String>> {
                sqlx::query_scalar(ROLE).bind(id).fetch_optional(conn).await
            }
        }
    };
}

user_store!(
    Sqlite,
    SqliteConnection,
    "SELECT json_object('name', name, 'email', email, 'role', role, 'password_hash', password_hash) FROM users WHERE id = ?"
);
user_store!(Postgres, PgConnection, "SELECT row_to_json(users)::text FROM users WHERE id = ? FOR UPDATE");
