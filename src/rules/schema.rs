//! `[[schema]]`: what a target may log at all.

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// The fields that events and spans of some targets may have.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct SchemaRule {
    pub(crate) target: Spanned<String>,
    /// Keys, written as in the inventory.
    pub(crate) allow: Vec<Spanned<String>>,
    pub(crate) unlisted: Option<NotAllowed>,
}

/// What becomes of a field that a schema does not allow. The variants stand in the order of strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NotAllowed {
    /// Its value is masked.
    Mask,
    /// It goes away.
    #[default]
    Drop,
    /// The event is not logged. A span loses the field.
    Reject,
}
