//! Pages of records.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;
use sqlx::Transaction;

use super::query::{Cursor, Query};
use super::reveal::Keys;
use crate::database::AuditDatabase;
use crate::record::{Action, COLUMNS, Entry, Record, Stored};
use crate::trail::AUDIT;
use crate::{Error, Trail};

/// Records, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins, if there is more.
    pub next: Option<Cursor>,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Reads a page of records, and records that they were read: with the action `read`, on the entity type `audit`.
    ///
    /// Begin the transaction with [`begin`](Self::begin), and commit it, else the reading is not recorded.
    ///
    /// # Errors
    ///
    /// The database refuses; a record cannot be read as what it is.
    pub async fn read(&self, transaction: &mut Transaction<'_, DB>, query: &Query) -> Result<Page, Error> {
        self.record_reading(transaction, "records", query.describe()).await?;
        self.page(transaction, query).await
    }

    /// Records who looks at what.
    pub(super) async fn record_reading(
        &self,
        transaction: &mut Transaction<'_, DB>,
        what: &'static str,
        details: serde_json::Value,
    ) -> Result<(), Error> {
        let entry = Entry::new(Action::READ, AUDIT, what).after(json!({ "details": details }));
        self.record(transaction, entry).await.map(drop)
    }

    /// Reads a page, and does not record it.
    pub(crate) async fn page(&self, conn: &mut DB::Connection, query: &Query) -> Result<Page, Error> {
        let (conditions, values) = query.conditions(|id| self.safe_id(id));
        let size = query.page_size();
        // One more shows whether there is another page.
        let sql =
            format!("SELECT {COLUMNS} FROM audit_record WHERE {conditions} ORDER BY time_us, id LIMIT {}", size + 1);
        let rows = DB::fetch(conn, &sql, values).await.map_err(Error::database("reading records"))?;
        let more = rows.len() > size as usize;
        let records = rows.iter().take(size as usize).map(|row| Stored::from_row(row, 0).read());
        let mut records = records.collect::<Result<Vec<Record>, _>>()?;
        let mut keys: Keys = HashMap::new();
        for record in &mut records {
            self.reveal(conn, record, &mut keys).await?;
        }
        let next = records.last().filter(|_| more).map(Cursor::of);
        Ok(Page { records, next })
    }
}
