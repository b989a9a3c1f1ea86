//! The two stores behind one interface: SQL text with `?` for values, and rows of plain values.
//!
//! Everything else in this crate is written once, over [`AuditDatabase`].

#[cfg(feature = "postgres")]
mod postgres;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;
mod value;

use std::future::Future;

use sqlx::{Database, Transaction};

use crate::Error;
use crate::entity::Watched;

pub(crate) use self::schema::install;
pub(crate) use self::value::{Row, Value};

/// A database that a trail can live in: SQLite, and with the feature `postgres` PostgreSQL.
///
/// It is implemented for `sqlx::Sqlite` and `sqlx::Postgres`, and cannot be implemented outside of this crate.
pub trait AuditDatabase: Database + sealed::Store {}

impl<DB: Database + sealed::Store> AuditDatabase for DB {}

/// Ends a transaction: commits what went well, rolls back what did not. To drop it would leave it, with its locks, until the
/// connection is used again.
pub(crate) async fn finish<DB: AuditDatabase, T>(
    transaction: Transaction<'_, DB>,
    outcome: Result<T, Error>,
    doing: &'static str,
) -> Result<T, Error> {
    match outcome {
        Ok(value) => transaction.commit().await.map_err(Error::database(doing)).map(|()| value),
        Err(error) => {
            // The error that came first is the one to tell.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

/// A trigger that is not what it should be.
pub struct BrokenGuard {
    pub(crate) name: String,
    pub(crate) detail: &'static str,
}

impl BrokenGuard {
    /// One that is gone, or does something else.
    fn weak(name: String) -> Self {
        Self { name, detail: "a trigger is missing or was changed" }
    }

    /// One that no migration made.
    fn foreign(name: String) -> Self {
        Self { name, detail: "a trigger or rule that no migration made stands on a table of the trail" }
    }
}

type SqlResult<T> = Result<T, sqlx::Error>;

pub(crate) mod sealed {
    use super::{BrokenGuard, Database, Future, Row, SqlResult, Transaction, Value, Watched};

    /// What the rest of the crate asks of a database.
    pub trait Store: Database {
        /// The migrations, oldest first.
        const MIGRATIONS: &'static [&'static str];
        /// A statement that makes the transaction in which it runs impossible to commit.
        const POISON: &'static str;
        /// Begins a transaction that is going to write.
        const BEGIN_WRITE: &'static str;
        /// Whether sqlx ends a transaction whose beginning nobody waits for any more.
        const MAY_CANCEL_BEGIN: bool;

        /// Has the rest of the transaction look rows up by their keys, page by page, where a planner that is told of many would read all of
        /// them for each page.
        const BY_KEYS: Option<&'static str>;
        /// Makes sure that what is deleted next is overwritten, where the store can.
        const DELETE_SECURELY: Option<&'static str>;
        /// Why [`scrub`](Self::scrub) may have done nothing, and what to do.
        const NOT_SCRUBBED: &'static str;
        /// Numbers the transaction in which it runs, where the store does not do so by itself.
        const NUMBER_TRANSACTION: Option<&'static str>;
        /// Forgets what was noted of an entity in this transaction, since a record tells of it. Three values: the type of
        /// the entity, its id as it stands in its table, the record.
        const COVER: &'static str;

        /// Runs one statement; answers how many rows it changed.
        fn execute<'c>(
            conn: &'c mut Self::Connection,
            sql: &'c str,
            values: Vec<Value>,
        ) -> impl Future<Output = SqlResult<u64>> + Send + 'c;

        /// Runs a query and reads all of its rows.
        fn fetch<'c>(
            conn: &'c mut Self::Connection,
            sql: &'c str,
            values: Vec<Value>,
        ) -> impl Future<Output = SqlResult<Vec<Row>>> + Send + 'c;

        /// Runs several statements without values.
        fn run_script<'c>(
            conn: &'c mut Self::Connection,
            sql: &'static str,
        ) -> impl Future<Output = SqlResult<()>> + Send + 'c;

        /// Begins a transaction that no other of this kind runs beside, until it ends.
        fn begin_alone(
            conn: &mut Self::Connection,
        ) -> impl Future<Output = SqlResult<Transaction<'_, Self>>> + Send + '_;

        /// Begins a transaction all of whose reads see one state; inside of another, they see what that one sees.
        fn begin_snapshot(
            conn: &mut Self::Connection,
        ) -> impl Future<Output = SqlResult<Transaction<'_, Self>>> + Send + '_;

        /// The guards (triggers) that are not in force as the migrations made them, and those that no migration made.
        fn broken_guards(conn: &mut Self::Connection) -> impl Future<Output = SqlResult<Vec<BrokenGuard>>> + Send + '_;

        /// Makes the triggers that note changes of a table, or makes them anew.
        fn watch<'c>(
            conn: &'c mut Self::Connection,
            watched: &'c Watched,
        ) -> impl Future<Output = SqlResult<()>> + Send + 'c;

        /// Those of the triggers of a watched table that are not in force as [`watch`](Self::watch) makes them.
        fn broken_watches<'c>(
            conn: &'c mut Self::Connection,
            watched: &'c Watched,
        ) -> impl Future<Output = SqlResult<Vec<BrokenGuard>>> + Send + 'c;

        /// Removes erased keys from where the database may still hold them. Answers whether it could.
        fn scrub(conn: &mut Self::Connection) -> impl Future<Output = SqlResult<bool>> + Send + '_;

        /// Makes room for records of a month, where the store keeps months apart.
        fn prepare_month<'c>(
            conn: &'c mut Self::Connection,
            start: crate::Timestamp,
            end: crate::Timestamp,
        ) -> impl Future<Output = SqlResult<()>> + Send + 'c;
    }
}
