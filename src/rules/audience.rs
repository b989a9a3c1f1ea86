//! `[audience.NAME]`: what one group of readers gets to see.

use serde::{Deserialize, Serialize};

use super::Unlisted;
use crate::policy::{DataClass, Mode};

/// What an audience changes of the settings of the profile in force.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Audience {
    pub(crate) mask_from: Option<DataClass>,
    pub(crate) unlisted: Option<Unlisted>,
    pub(crate) mode: Option<Mode>,
    /// Whether the file's exemptions are for this audience, too.
    pub(crate) exemptions: Option<bool>,
}
