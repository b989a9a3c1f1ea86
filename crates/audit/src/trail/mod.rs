//! The trail: which entities there are, under which policy, with which keys.

mod builder;
mod change;
mod write;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value;
use sqlx::{Pool, Transaction};
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;
use tracing_privacy::Policy;

pub(crate) use self::builder::AUDIT;
use self::builder::Parts;
pub use self::builder::TrailBuilder;
pub use self::change::Change;
pub(crate) use self::write::{insert, read_subject_key, subject_name};
use crate::database::{self, AuditDatabase};
use crate::entity::{Entity, PatchOperation, Watched};
use crate::error::ErrorKind;
use crate::record::withheld_path;
use crate::{Error, Timestamp};

const WATCHING: &str = "watching tables";

/// An audit trail in a database of type `DB` (`sqlx::Sqlite`, `sqlx::Postgres`). Cheap to clone.
///
/// See the [crate](crate) for an example.
pub struct Trail<DB> {
    parts: Arc<Parts>,
    database: PhantomData<fn() -> DB>,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Starts a trail whose values go through that policy.
    pub fn builder(policy: Policy) -> TrailBuilder<DB> {
        TrailBuilder::new(policy)
    }

    /// Makes the tables of the trail, with indexes and triggers, or brings them up to date. Call it at every start, by a
    /// user who may create tables.
    ///
    /// # Errors
    ///
    /// The database refuses, or the tables were made by a later version of this crate.
    pub async fn install(&self, conn: &mut DB::Connection) -> Result<(), Error> {
        database::install::<DB>(conn).await?;
        self.prepare_months(conn, Timestamp::now(), 3).await
    }

    /// Begins a transaction that is going to write. In SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), since one
    /// that reads first and writes later fails as soon as another wrote in between.
    ///
    /// In PostgreSQL it is `pool.begin()` that may be cancelled. A caller who is dropped while `BEGIN` is on its way (by a client
    /// who hangs up, say) would else leave the transaction open in the pool, and the next user of the connection would write
    /// into it: sqlx 0.9 does not roll back what it does not yet know to have begun. So it runs in a task of its own, to its end; where
    /// the caller is gone, the transaction is rolled back. Until then that caller's place in the pool's queue is taken.
    ///
    /// # Errors
    ///
    /// There is no connection, or the lock did not become free in time.
    ///
    /// # Panics
    ///
    /// In PostgreSQL, where it is not called in a tokio runtime.
    pub async fn begin(&self, pool: &Pool<DB>) -> Result<Transaction<'static, DB>, Error> {
        let failed = Error::database("beginning a transaction");
        let mut transaction = match DB::MAY_CANCEL_BEGIN {
            true => pool.begin_with(DB::BEGIN_WRITE).await,
            false => {
                let pool = pool.clone();
                let begin = async move { pool.begin_with(DB::BEGIN_WRITE).await };
                // It fails if the runtime ends.
                let begun = tokio::spawn(begin.in_current_span().with_current_subscriber()).await;
                begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
            }
        }
        .map_err(&failed)?;
        if let Some(number) = DB::NUMBER_TRANSACTION.filter(|_| self.watched().next().is_some()) {
            DB::execute(&mut transaction, number, vec![]).await.map_err(failed)?;
        }
        Ok(transaction)
    }

    /// Has the database note each change of a row of a [watched](crate::EntityType::watch) table: what no record of the same
    /// transaction tells of, by SQL past this crate for example, becomes a record of its own when it is sealed, with the
    /// action [`RAW_CREATE`](crate::Action::RAW_CREATE), `RAW_UPDATE` or `RAW_DELETE`, the names of the columns that changed, and,
    /// in PostgreSQL, the name of the database user. It has no values: only the application knows the policy.
    ///
    /// Call it after [`install`](Self::install) and after the migrations of your own tables, at every start: the triggers are
    /// made anew. [`verify`](Self::verify) finds it if they are not there.
    ///
    /// Record a change after it was made, not before, and in SQLite begin with [`begin`](Self::begin): that is how the
    /// changes of one transaction are told from those of another.
    ///
    /// # Errors
    ///
    /// A table or its column is not there; the database refuses.
    pub async fn watch(&self, conn: &mut DB::Connection) -> Result<(), Error> {
        let mut transaction = DB::begin_alone(conn).await.map_err(Error::database(WATCHING))?;
        let mut outcome = Ok(());
        for watched in self.watched() {
            outcome = DB::watch(&mut transaction, watched).await.map_err(|error| match error {
                sqlx::Error::ColumnNotFound(_) => {
                    let Watched { entity, table, id_column } = watched;
                    Error::usage(format!(
                        "`{entity}` watches `{table}`, which has no column `{id_column}` or is not there"
                    ))
                }
                error => Error::database(WATCHING)(error),
            });
            if outcome.is_err() {
                break;
            }
        }
        database::finish(transaction, outcome, WATCHING).await
    }

    /// The tables that are watched.
    pub(crate) fn watched(&self) -> impl Iterator<Item = &Watched> {
        self.parts.entities.values().filter_map(|entity| entity.watched.as_ref())
    }

    /// Makes room for the records of so many calendar months from a time on, where the store keeps months apart
    /// (PostgreSQL). [`install`](Self::install) does so for three months.
    ///
    /// # Errors
    ///
    /// The database refuses.
    pub async fn prepare_months(&self, conn: &mut DB::Connection, from: Timestamp, months: u16) -> Result<(), Error> {
        let mut start = from.month_start();
        for _ in 0..months {
            // Every month begins at most 31 days after the one before.
            let end = start.plus_micros(32 * crate::timestamp::MICROS_PER_DAY).month_start();
            DB::prepare_month(conn, start, end).await.map_err(Error::database("preparing a month"))?;
            start = end;
        }
        Ok(())
    }

    /// Whether the last record has a MAC: then whoever records needs the [record key](TrailBuilder::record_key), for
    /// [`verify`](Self::verify) takes a record without one for forged.
    ///
    /// # Errors
    ///
    /// The database refuses.
    pub async fn has_attested(&self, conn: &mut DB::Connection) -> Result<bool, Error> {
        let last =
            "SELECT CASE WHEN mac IS NULL THEN 0 ELSE 1 END FROM audit_record ORDER BY time_us DESC, id DESC LIMIT 1";
        let rows = DB::fetch(conn, last, vec![]).await.map_err(Error::database("looking at the last record"))?;
        Ok(rows.first().map_or(Ok(0), |row| row.integer(0))? == 1)
    }

    /// Applies a JSON Patch (RFC 6902) to a document of an entity type: all of it, or, if any operation reads or writes a
    /// field that is not allowed, nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Refused`] with the paths that are not allowed; [`ErrorKind::Patch`] where an operation does not fit the
    /// document; [`ErrorKind::UnknownEntity`].
    pub fn apply_patch(&self, entity_type: &str, document: &mut Value, patch: &[PatchOperation]) -> Result<(), Error> {
        self.entity(entity_type)?.apply_patch(document, patch, &|path| self.safe_path(path))
    }

    /// Applies a merge patch (RFC 7396), as [`apply_patch`](Self::apply_patch) does.
    ///
    /// # Errors
    ///
    /// As `apply_patch`.
    pub fn apply_merge_patch(&self, entity_type: &str, document: &mut Value, patch: &Value) -> Result<(), Error> {
        self.entity(entity_type)?.apply_merge_patch(document, patch, &|path| self.safe_path(path))
    }

    pub(crate) fn entity(&self, name: &str) -> Result<&Entity, Error> {
        self.parts.entities.get(name).ok_or_else(|| ErrorKind::UnknownEntity(self.safe_path(name)).into())
    }

    /// A path that came from outside, so that it may be told.
    fn safe_path(&self, path: &str) -> String {
        const MAX: usize = 128;
        self.parts.policy.sanitize_text(path).chars().take(MAX).flat_map(char::escape_debug).collect()
    }

    /// The name of a member, as the path of a field of which no more is told.
    pub(crate) fn member(&self, name: &str) -> String {
        withheld_path(&self.parts.policy, name)
    }

    /// An id as it is stored and searched for.
    pub(crate) fn safe_id(&self, id: &str) -> String {
        self.parts.policy.sanitize_text(id)
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
}

impl<DB> Clone for Trail<DB> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), database: PhantomData }
    }
}

impl<DB> fmt::Debug for Trail<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").field("entities", &self.parts.entities.keys()).finish_non_exhaustive()
    }
}
