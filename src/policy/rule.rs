//! What is done with a kind of value.

use super::{Category, DataClass};
use crate::mask::Chain;
use crate::rules::Extent;

/// One rule of a policy: a field of the inventory, or a pattern.
pub(crate) struct Rule {
    pub(crate) name: Box<str>,
    pub(crate) category: Category,
    pub(crate) class: DataClass,
    pub(crate) chain: Chain,
    pub(crate) extent: Extent,
    /// Whether the class is high enough to be masked under this policy.
    pub(crate) masks: bool,
}
