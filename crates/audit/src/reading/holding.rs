//! Who gave someone what they have: a role, a right, a limit.

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::Transaction;

use super::query::Query;
use crate::database::AuditDatabase;
use crate::entity::Pointer;
use crate::record::Record;
use crate::{Error, Trail};

/// A time during which a field had a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Holding {
    /// The record by which it got the value.
    pub given: Record,
    /// The record by which it lost it; nothing as long as it has it.
    pub taken: Option<Record>,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Who granted this role: each time that a field of an entity was set to a value, and when that ended; oldest first. It
    /// is recorded that it was asked.
    ///
    /// The value is compared as it was recorded, so a field that the policy erases cannot be asked for.
    ///
    /// # Errors
    ///
    /// The path is no path; the database refuses; a record cannot be read as what it is.
    pub async fn holdings(
        &self,
        transaction: &mut Transaction<'_, DB>,
        entity_type: &str,
        entity_id: &str,
        field: &str,
        value: &Value,
    ) -> Result<Vec<Holding>, Error> {
        let path = Pointer::parse(field)?.to_string();
        let details = json!({ "entity": format!("{entity_type}/{entity_id}"), "field": path });
        self.record_reading(transaction, "holdings", details).await?;

        let mut holdings: Vec<Holding> = Vec::new();
        let mut query = Query::entity(entity_type, entity_id).limit(Query::MAX_LIMIT);
        loop {
            let page = self.page(transaction, &query).await?;
            for record in page.records {
                let Some(change) = record.diff.iter().find(|change| change.path == path) else { continue };
                let held = holdings.last_mut().filter(|holding| holding.taken.is_none());
                match (held, change.after.as_ref() == Some(value)) {
                    (None, true) => holdings.push(Holding { given: record, taken: None }),
                    (Some(holding), false) => holding.taken = Some(record),
                    (Some(_), true) | (None, false) => {}
                }
            }
            match page.next {
                Some(cursor) => query = query.after(cursor),
                None => return Ok(holdings),
            }
        }
    }
}
