//! Changes that were undone: an administrator makes someone an administrator, and a little later nobody is.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::Transaction;
use uuid::Uuid;

use super::query::Query;
use crate::database::AuditDatabase;
use crate::record::{FieldChange, Party, Record};
use crate::{Error, Timestamp, Trail};

/// A change, and the one that undid it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reversal {
    /// The type of the entity.
    pub entity_type: String,
    /// Which one.
    pub entity_id: String,
    /// Which field.
    pub path: String,
    /// What it was before, and is again. Nothing: it was not there.
    pub value: Option<Value>,
    /// What it was in between.
    pub between: Option<Value>,
    /// The change.
    pub done: Step,
    /// What undid it.
    pub undone: Step,
}

/// Who changed something, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The record.
    pub id: Uuid,
    /// When.
    pub time: Timestamp,
    /// Who.
    pub actor: Option<Party>,
}

/// The changes that were undone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reverted {
    /// In the order in which they were undone.
    pub reversals: Vec<Reversal>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// How many reversals are listed.
const MAX_REVERSALS: usize = 1000;

impl<DB: AuditDatabase> Trail<DB> {
    /// Finds changes that were undone within a time: among the records that the query selects, a field that got back the
    /// value that it had at most `window` before. It is recorded that it was asked.
    ///
    /// Values are compared as they were recorded: tokens tell, what the policy erases does not. Memory grows with the number
    /// of changes within a window.
    ///
    /// # Errors
    ///
    /// The database refuses; a record cannot be read as what it is.
    pub async fn reverted(
        &self,
        transaction: &mut Transaction<'_, DB>,
        query: &Query,
        window: Duration,
    ) -> Result<Reverted, Error> {
        let mut details = query.describe();
        details["window_seconds"] = json!(window.as_secs());
        self.record_reading(transaction, "reverted", details).await?;

        let mut query = query.clone().limit(Query::MAX_LIMIT);
        let mut search = Search::new(window);
        loop {
            let page = self.page(transaction, &query).await?;
            page.records.iter().for_each(|record| search.look_at(record));
            match page.next {
                Some(cursor) if search.found.len() <= MAX_REVERSALS => query = query.after(cursor),
                _ => break,
            }
        }
        let more = search.found.len() > MAX_REVERSALS;
        search.found.truncate(MAX_REVERSALS);
        Ok(Reverted { reversals: search.found, more })
    }
}

/// Entity type, entity id, path.
type Field = (String, String, String);

struct Search {
    window_us: i64,
    /// The changes of each field within the window, oldest first.
    recent: HashMap<Field, Vec<(Step, FieldChange)>>,
    /// When changes that are too old were last forgotten.
    forgotten: Timestamp,
    found: Vec<Reversal>,
}

impl Search {
    fn new(window: Duration) -> Self {
        let window_us = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        Self { window_us, recent: HashMap::new(), forgotten: Timestamp::from_micros(i64::MIN), found: Vec::new() }
    }

    fn look_at(&mut self, record: &Record) {
        self.forget(record.time);
        let oldest = record.time.plus_micros(-self.window_us);
        for change in &record.diff {
            // The same mask on both sides says nothing of the values.
            if change.withheld || change.before == change.after {
                continue;
            }
            let field = (record.entity_type.clone(), record.entity_id.clone(), change.path.clone());
            let step = Step { id: record.id, time: record.time, actor: record.actor.clone() };
            let recent = self.recent.entry(field).or_default();
            recent.retain(|(done, _)| done.time >= oldest);
            if let Some(at) = recent.iter().position(|(_, earlier)| earlier.before == change.after) {
                let (done, earlier) = recent[at].clone();
                self.found.push(Reversal {
                    entity_type: record.entity_type.clone(),
                    entity_id: record.entity_id.clone(),
                    path: change.path.clone(),
                    value: change.after.clone(),
                    between: earlier.after,
                    done,
                    undone: step.clone(),
                });
                // What is undone cannot be undone again.
                recent.truncate(at);
            } else {
                recent.push((step, change.clone()));
            }
        }
    }

    /// Forgets, once in a window, all that is too old.
    fn forget(&mut self, now: Timestamp) {
        let oldest = now.plus_micros(-self.window_us);
        if self.forgotten < oldest {
            self.recent.retain(|_, changes| changes.last().is_some_and(|(step, _)| step.time >= oldest));
            self.forgotten = now;
        }
    }
}
