//! What is done with a kind of value.

use super::{Category, DataClass};
use crate::mask::Chain;
use crate::observe::Label;
use crate::rules::Extent;

/// One rule of a policy: a field of the inventory, or a pattern.
pub(crate) struct Rule {
    pub(crate) name: Box<str>,
    pub(crate) category: Category,
    pub(crate) class: DataClass,
    pub(crate) chain: Chain,
    /// The chain as it is written, in one form.
    pub(crate) mask: Box<str>,
    /// Whether the rule itself says how it masks.
    pub(crate) says_how: bool,
    /// What it finds, as it is written: keys, or a regex or detector with its conditions.
    pub(crate) finds: Vec<Box<str>>,
    pub(crate) is_pattern: bool,
    pub(crate) extent: Extent,
    /// Whether the class is high enough to be masked under this policy.
    pub(crate) masks: bool,
}

impl Rule {
    /// What its decisions are counted as.
    pub(crate) fn label(&self) -> Label {
        Label {
            rule: (*self.name).into(),
            category: self.category.clone(),
            class: self.class,
            masker: self.chain.shared_masker_name(),
        }
    }
}
