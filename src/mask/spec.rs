//! How a rules file names maskers.

use serde::Deserialize;

/// A chain as written: one masker, or several, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MaskSpec(pub(crate) Vec<StepSpec>);

/// One masker as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepSpec {
    /// `"erase"`, or the name of a masker that the application registered.
    Named(String),
    /// `{ keep_first = 6, keep_last = 4 }`
    Keep { first: usize, last: usize },
    /// `{ fixed = "***" }`
    Fixed(String),
    /// `{ bucket = 10 }`
    Bucket(u64),
}

impl<'de> Deserialize<'de> for MaskSpec {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(Self(vec![StepSpec::Named(name)]))
    }
}
