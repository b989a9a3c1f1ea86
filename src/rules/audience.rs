//! `[audience.NAME]`: what one group of readers gets to see.

use serde::{Deserialize, Serialize};

use super::Unlisted;
use crate::policy::{DataClass, Mode};

/// What an audience changes of the settings of the profile in force.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Audience {
    /// The lowest class that is masked.
    pub(crate) mask_from: Option<DataClass>,
    /// What happens to the value of a key that no rule names.
    pub(crate) unlisted: Option<Unlisted>,
    /// Whether anything is masked at all.
    pub(crate) mode: Option<Mode>,
    /// Whether the file's exemptions are for this audience, too.
    pub(crate) exemptions: Option<bool>,
}
