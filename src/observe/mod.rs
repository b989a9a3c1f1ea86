//! Seeing what was masked, never the values.

use crate::policy::{Category, DataClass};

/// One act of masking. It holds nothing of the value and nothing derived from it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Decision<'a> {
    /// The rule that decided: a detector's or pattern's name, or the inventory key that matched.
    pub rule: &'a str,
    /// The rule's category.
    pub category: &'a Category,
    /// The rule's data class.
    pub class: DataClass,
    /// The masker that ended the chain.
    pub masker: &'a str,
    /// The field, member or key under which the value stood; empty for a text without one.
    pub field: &'a str,
    /// Whether the masker failed, so that the value was erased instead.
    pub failed: bool,
}

/// Told of every decision, on the thread that logs. It must be quick and must not log.
pub trait Observer: Send + Sync + 'static {
    /// Called once for each masked value.
    fn decided(&self, decision: &Decision<'_>);
}
