//! Whether a policy masks, only counts, or does nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a policy does with what it finds; ordered, `Enforce` is the strictest.
///
/// ```
/// use tracing_privacy::{Mode, Policy};
/// assert_eq!(Policy::builtin().mode(), Mode::Enforce);
/// assert!(Mode::Off < Mode::Observe && Mode::Observe < Mode::Enforce);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is looked at: the output is as without a boundary.
    Off,
    /// Nothing is masked, but counted and told to observers. Apart from control characters, which print escaped, the output
    /// is as without a boundary: raw values come out.
    Observe,
    /// What the rules say is masked.
    Enforce,
}

impl Mode {
    /// The name that rules files, the environment and reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
