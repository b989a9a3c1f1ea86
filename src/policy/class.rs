//! How much harm a value can do.

use serde::{Deserialize, Serialize};

/// How much harm a value can do outside; ordered, `Public` is the lowest.
///
/// ```
/// use tracing_privacy::DataClass;
/// assert!(DataClass::Public < DataClass::Internal);
/// assert!(DataClass::Internal < DataClass::Confidential);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DataClass {
    /// May be seen by anyone.
    Public,
    /// May be seen inside the organisation.
    Internal,
    /// May be seen by few; harms a person or the organisation when it gets out.
    Confidential,
}

impl DataClass {
    /// The name that rules files and reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
        }
    }
}
