//! `[profile.NAME]`: the settings of one stage of deployment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Unlisted;
use crate::policy::{DataClass, Mode};

/// What a profile changes of the defaults.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Profile {
    pub(crate) mask_from: Option<DataClass>,
    pub(crate) unlisted: Option<Unlisted>,
    pub(crate) mode: Option<Mode>,
    #[serde(default, with = "super::span::option")]
    pub(crate) max_exemption: Option<Duration>,
    /// Whether nothing may make it weaker.
    #[serde(default)]
    pub(crate) locked: bool,
}
