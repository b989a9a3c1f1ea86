//! The record: who did what to which entity, when, from where and why, and what it was before and after.

mod action;
mod diff;
mod entry;
mod party;
mod stored;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use self::action::{Action, Outcome};
pub use self::diff::{ChangeOp, FieldChange};
pub(crate) use self::diff::{Leaves, disclose, withheld_path};
pub use self::entry::Entry;
pub use self::party::{Party, Source};
pub(crate) use self::stored::{COLUMN_COUNT, COLUMNS, Stored};
use crate::Timestamp;

/// A record, as it is read from the trail. All values in it are safe: they went through the policy before they were stored.
///
/// Values of [personal](crate::EntityType::personal) fields are readable if the trail that reads has the master key and
/// the person was not erased; else there is `{"erased": true}` in their place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// A UUIDv7, made by the client.
    pub id: Uuid,
    /// When it was recorded, by the clock of the application.
    pub time: Timestamp,
    /// The type of the entity.
    pub entity_type: String,
    /// Which one.
    pub entity_id: String,
    /// What was done.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
    /// Who did it.
    pub actor: Option<Party>,
    /// For whom.
    pub on_behalf_of: Option<Party>,
    /// From where.
    pub source: Source,
    /// The trace in which it happened, as 32 hex digits.
    pub trace_id: Option<String>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// The allowed fields before.
    pub before: Option<Value>,
    /// The allowed fields after.
    pub after: Option<Value>,
    /// What changed.
    pub diff: Vec<FieldChange>,
    /// The fingerprint of the policy that made the values safe.
    pub policy: String,
    /// How long it is kept.
    pub retention_months: u16,
    /// Whose key the personal values are encrypted under.
    pub subject: Option<String>,
}
