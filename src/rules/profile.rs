//! `[profile.NAME]`: the settings of one stage of deployment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Unlisted;
use crate::policy::{DataClass, Mode};

/// What a profile changes of the defaults.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Profile {
    /// The lowest class that is masked.
    pub(crate) mask_from: Option<DataClass>,
    /// What happens to the value of a key that no rule names.
    pub(crate) unlisted: Option<Unlisted>,
    /// Whether anything is masked at all.
    pub(crate) mode: Option<Mode>,
    /// How long an exemption may be in force.
    #[serde(default, with = "super::span::option")]
    #[cfg_attr(test, schemars(with = "Option<super::json_schema::Length>"))]
    pub(crate) max_exemption: Option<Duration>,
    /// How many bytes a `Debug` or an error may write; what is longer becomes the name of its type, its size, and a token.
    pub(crate) reduce_over: Option<usize>,
    /// Whether nothing may make it weaker.
    #[serde(default)]
    pub(crate) locked: bool,
}
