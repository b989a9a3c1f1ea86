//! What is asked of the trail.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::database::Value;
use crate::record::{Action, Party, Record};
use crate::{Error, Timestamp};

/// Which records to read, in the order of time. Without any condition, all.
///
/// ```
/// use tracing_privacy_audit::{Action, Party, Query};
///
/// let by_jane = Query::new().actor(Party::user("7")).action(Action::UPDATE).limit(50);
/// let of_user = Query::entity("user", "42").from("2026-11-01T00:00:00Z".parse()?);
/// # Ok::<(), tracing_privacy_audit::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "give it to `Trail::read`"]
pub struct Query {
    pub(super) entity: Option<Party>,
    pub(super) actor: Option<Party>,
    pub(super) action: Option<Action>,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
    pub(super) after: Option<Cursor>,
    pub(super) limit: Option<u32>,
}

impl Query {
    /// How many records a page has unless it is said.
    pub const DEFAULT_LIMIT: u32 = 100;
    /// How many it has at most.
    pub const MAX_LIMIT: u32 = 1000;

    /// All records.
    pub fn new() -> Self {
        Self::default()
    }

    /// The history of an entity.
    pub fn entity(entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self { entity: Some(Party::new(entity_type, entity_id)), ..Self::default() }
    }

    /// Only what that one did.
    pub fn actor(mut self, actor: Party) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Only that action.
    pub fn action(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    /// Only from that time on.
    pub fn from(mut self, time: Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Only before that time.
    pub fn to(mut self, time: Timestamp) -> Self {
        self.to = Some(time);
        self
    }

    /// Goes on where a page ended.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// At most so many records, up to [`MAX_LIMIT`](Self::MAX_LIMIT).
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    pub(super) fn page_size(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT_LIMIT).clamp(1, Self::MAX_LIMIT)
    }

    /// The conditions, as SQL behind `WHERE`, and their values; ids as they are stored.
    pub(super) fn conditions(&self, safe_id: impl Fn(&str) -> String) -> (String, Vec<Value>) {
        let mut sql = String::from("1 = 1");
        let mut values = Vec::new();
        let mut condition = |text: &str, bound: Vec<Value>| {
            sql.push_str(" AND ");
            sql.push_str(text);
            values.extend(bound);
        };
        if let Some(Party { kind, id }) = &self.entity {
            condition("entity_type = ? AND entity_id = ?", vec![kind.as_str().into(), safe_id(id).into()]);
        }
        if let Some(Party { kind, id }) = &self.actor {
            condition("actor_type = ? AND actor_id = ?", vec![safe_id(kind).into(), safe_id(id).into()]);
        }
        if let Some(action) = &self.action {
            condition("action = ?", vec![action.as_str().into()]);
        }
        if let Some(from) = self.from {
            condition("time_us >= ?", vec![from.as_micros().into()]);
        }
        if let Some(to) = self.to {
            condition("time_us < ?", vec![to.as_micros().into()]);
        }
        if let Some(Cursor { time, id }) = self.after {
            condition("(time_us, id) > (?, ?)", vec![time.as_micros().into(), id.to_string().into()]);
        }
        (sql, values)
    }

    /// What was asked, to be recorded.
    pub(super) fn describe(&self) -> serde_json::Value {
        let party = |party: &Option<Party>| party.as_ref().map(|Party { kind, id }| format!("{kind}/{id}"));
        serde_json::json!({
            "entity": party(&self.entity),
            "actor": party(&self.actor),
            "action": self.action.as_ref().map(Action::as_str),
            "from": self.from,
            "to": self.to,
            "continued": self.after.is_some(),
            "limit": self.page_size(),
        })
    }
}

/// Where a page ended. As text it can be handed to a client; it says a time and a record's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cursor {
    time: Timestamp,
    id: Uuid,
}

impl Cursor {
    pub(super) fn of(record: &Record) -> Self {
        Self { time: record.time, id: record.id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.time.as_micros(), self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = text.split_once('.').and_then(|(time, id)| {
            Some(Self { time: Timestamp::from_micros(time.parse().ok()?), id: Uuid::try_parse(id).ok()? })
        });
        parsed.ok_or_else(|| Error::usage("this is not a cursor that a page ended with"))
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

impl TryFrom<String> for Cursor {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}
