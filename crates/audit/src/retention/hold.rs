//! Legal hold: what is under it is neither purged nor erased.

use serde_json::json;
use sqlx::Transaction;
use uuid::Uuid;

use crate::database::{AuditDatabase, Value};
use crate::record::{Action, Entry};
use crate::trail::AUDIT;
use crate::{Error, Trail};

const HOLDING: &str = "changing a legal hold";

impl<DB: AuditDatabase> Trail<DB> {
    /// Puts the records of an entity, or of all of a type, under legal hold, and records that. Answers the id of the hold.
    ///
    /// # Errors
    ///
    /// The database refuses.
    pub async fn hold(
        &self,
        transaction: &mut Transaction<'_, DB>,
        entity_type: &str,
        entity_id: Option<&str>,
        reason: &str,
    ) -> Result<Uuid, Error> {
        let id = Uuid::now_v7();
        let values = vec![
            id.to_string().into(),
            entity_type.into(),
            Value::from(entity_id.map(|id| self.safe_id(id))),
            (self.parts().clock)().as_micros().into(),
        ];
        let insert = "INSERT INTO audit_hold (id, entity_type, entity_id, placed_us) VALUES (?, ?, ?, ?)";
        DB::execute(transaction, insert, values).await.map_err(Error::database(HOLDING))?;
        let details = json!({ "hold": id, "entity_type": entity_type, "entity_id": entity_id });
        let entry = Entry::new(Action::HOLD, AUDIT, "hold").reason(reason).after(json!({ "details": details }));
        self.record(transaction, entry).await?;
        Ok(id)
    }

    /// Lifts a legal hold, and records that.
    ///
    /// # Errors
    ///
    /// There is no such hold; the database refuses.
    pub async fn release(&self, transaction: &mut Transaction<'_, DB>, hold: Uuid, reason: &str) -> Result<(), Error> {
        let delete = "DELETE FROM audit_hold WHERE id = ?";
        let count = DB::execute(transaction, delete, vec![hold.to_string().into()]).await;
        if count.map_err(Error::database(HOLDING))? == 0 {
            return Err(Error::usage("there is no legal hold with that id"));
        }
        let details = json!({ "details": { "hold": hold } });
        let entry = Entry::new(Action::RELEASE, AUDIT, "hold").reason(reason).after(details);
        self.record(transaction, entry).await.map(drop)
    }

    /// Whether an entity is under legal hold; the id as it is stored.
    pub(super) async fn is_held(
        &self,
        conn: &mut DB::Connection,
        entity_type: &str,
        safe_id: &str,
    ) -> Result<bool, Error> {
        let select = "SELECT 1 FROM audit_hold WHERE entity_type = ? AND (entity_id IS NULL OR entity_id = ?)";
        let rows = DB::fetch(conn, select, vec![entity_type.into(), safe_id.into()]).await;
        Ok(!rows.map_err(Error::database(HOLDING))?.is_empty())
    }
}
