//! A change whose before and after the trail reads by itself.

use std::fmt;

use serde_json::Value;
use sqlx::Transaction;
use uuid::Uuid;

use super::Trail;
use crate::Error;
use crate::database::AuditDatabase;
use crate::record::Entry;

/// A change that has begun: what the entity was before is read. Change the entity, then call [`record`](Self::record).
#[must_use = "a change is recorded when `record` is called"]
pub struct Change<DB> {
    trail: Trail<DB>,
    entry: Entry,
    snapshot: &'static str,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Begins a change in the caller's transaction: reads what the entity is now, with the
    /// [snapshot](crate::EntityType::snapshot) of its type.
    ///
    /// # Errors
    ///
    /// The entity type is unknown or has no snapshot; the database refuses; the snapshot is no JSON text. After an error the
    /// transaction cannot be committed, as with [`record`](Self::record).
    pub async fn change(&self, transaction: &mut Transaction<'_, DB>, entry: Entry) -> Result<Change<DB>, Error> {
        let outcome = self.read_before(transaction, entry).await;
        self.poison_unless(transaction, outcome).await
    }

    async fn read_before(&self, conn: &mut DB::Connection, mut entry: Entry) -> Result<Change<DB>, Error> {
        let entity = self.entity(&entry.entity_type)?;
        let snapshot = entity.snapshot.ok_or_else(|| {
            Error::usage(format!("`{}` has no snapshot: give it one with `EntityType::snapshot`", entity.name))
        })?;
        entry.before = read::<DB>(conn, snapshot, &entry.entity_id).await?;
        Ok(Change { trail: self.clone(), entry, snapshot })
    }
}

impl<DB: AuditDatabase> Change<DB> {
    /// What the entity was before, raw; nothing if there was none.
    pub fn before(&self) -> Option<&Value> {
        self.entry.before.as_ref()
    }

    /// Reads what the entity is now and records the change, in the same transaction. Answers the record's id.
    ///
    /// # Errors
    ///
    /// As [`Trail::record`].
    pub async fn record(self, transaction: &mut Transaction<'_, DB>) -> Result<Uuid, Error> {
        let Self { trail, mut entry, snapshot } = self;
        let after = read::<DB>(transaction, snapshot, &entry.entity_id).await;
        entry.after = trail.poison_unless(transaction, after).await?;
        trail.record(transaction, entry).await
    }
}

async fn read<DB: AuditDatabase>(
    conn: &mut DB::Connection,
    snapshot: &'static str,
    entity_id: &str,
) -> Result<Option<Value>, Error> {
    let rows = DB::fetch(conn, snapshot, vec![entity_id.into()]).await;
    let rows = rows.map_err(Error::database("reading the entity"))?;
    let Some(row) = rows.first().filter(|row| !row.is_null(0)) else { return Ok(None) };
    let not_json = |_| Error::usage("the snapshot of an entity is one column of JSON text");
    serde_json::from_str(row.text(0)?).map(Some).map_err(not_json)
}

/// Neither ids nor values.
impl<DB> fmt::Debug for Change<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("entry", &self.entry).finish_non_exhaustive()
    }
}
