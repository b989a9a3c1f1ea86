//! What an application asks to be recorded.

use std::fmt;

use serde_json::Value;

use super::{Action, Outcome, Party, Source};
use crate::context::Context;

/// What is to be recorded, with raw values: the trail makes them safe.
///
/// Who acts and from where comes from the [`Context`] of the request, unless it is said here.
///
/// ```
/// use tracing_privacy_audit::{Entry, Party};
///
/// let entry = Entry::update("user", "42").reason("asked for by telephone").actor(Party::user("7"));
/// assert_eq!(format!("{entry:?}"), r#"Entry { action: "update", entity_type: "user", .. }"#);
/// ```
#[derive(Clone)]
#[must_use = "an entry does nothing until it is recorded"]
pub struct Entry {
    pub(crate) action: Action,
    pub(crate) entity_type: String,
    pub(crate) entity_id: String,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<String>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) subject: Option<(String, String)>,
    pub(crate) context: Option<Context>,
    pub(crate) actor: Option<Party>,
    pub(crate) on_behalf_of: Option<Party>,
    pub(crate) source: Option<Source>,
}

impl Entry {
    /// An action on an entity.
    pub fn new(action: Action, entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self {
            action,
            entity_type: entity_type.into(),
            entity_id: entity_id.into(),
            outcome: Outcome::Success,
            reason: None,
            before: None,
            after: None,
            subject: None,
            context: None,
            actor: None,
            on_behalf_of: None,
            source: None,
        }
    }

    /// [`Action::CREATE`]. Give what was made to [`after`](Self::after).
    pub fn create(entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self::new(Action::CREATE, entity_type, entity_id)
    }

    /// [`Action::UPDATE`]. [`Trail::change`](crate::Trail::change) reads before and after by itself.
    pub fn update(entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self::new(Action::UPDATE, entity_type, entity_id)
    }

    /// [`Action::DELETE`]. Give what was there to [`before`](Self::before).
    pub fn delete(entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self::new(Action::DELETE, entity_type, entity_id)
    }

    /// What the entity was before. Read it in the same transaction.
    pub fn before(mut self, document: Value) -> Self {
        self.before = Some(document);
        self
    }

    /// What the entity is afterwards.
    pub fn after(mut self, document: Value) -> Self {
        self.after = Some(document);
        self
    }

    /// What became of it; [`Outcome::Success`] unless said.
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Why. Free text, which goes through the policy.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Who does it, if it is not the actor of the context.
    pub fn actor(mut self, actor: Party) -> Self {
        self.actor = Some(actor);
        self
    }

    /// For whom, if it is not whom the context names.
    pub fn on_behalf_of(mut self, party: Party) -> Self {
        self.on_behalf_of = Some(party);
        self
    }

    /// From where, if it is not the source of the context.
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// The context to use in place of the current one.
    pub fn context(mut self, context: Context) -> Self {
        self.context = Some(context);
        self
    }

    /// The person whose key personal values are encrypted under, where it is not the entity itself: an order's customer.
    pub fn subject(mut self, subject_type: impl Into<String>, subject_id: impl Into<String>) -> Self {
        self.subject = Some((subject_type.into(), subject_id.into()));
        self
    }
}

/// Neither ids nor values: they are raw.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Entry");
        debug.field("action", &self.action.as_str()).field("entity_type", &self.entity_type).finish_non_exhaustive()
    }
}
