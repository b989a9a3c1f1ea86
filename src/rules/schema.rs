//! `[[schema]]`: what a target may log at all.

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// The fields that events and spans of some targets may have.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct SchemaRule {
    /// The target of the events and spans that it is for; `*` stands for anything.
    #[cfg_attr(test, schemars(with = "super::json_schema::Target"))]
    pub(crate) target: Spanned<String>,
    /// Keys, written as in the inventory.
    #[cfg_attr(test, schemars(with = "Vec<super::json_schema::KeyPattern>"))]
    pub(crate) allow: Vec<Spanned<String>>,
    /// What becomes of a field that is not allowed: `drop` if nothing is said.
    pub(crate) unlisted: Option<NotAllowed>,
}

/// What becomes of a field that a schema does not allow. The variants stand in the order of strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
