//! The keys that are looked for, and the segments of their paths.

use super::Companion;
use crate::policy::{Inventory, Parents};
use crate::rules::Extent;

/// The keys that are looked for, and what stands around the text.
pub(crate) struct Keys<'k> {
    pub(crate) inventory: &'k Inventory,
    /// The name of the field that holds the text; its segments are parents of the keys inside.
    pub(crate) field: &'k str,
    /// How a rule reads values in text; `None` if it masks nothing under this policy.
    pub(crate) reading: &'k dyn Fn(u32) -> Option<Reading>,
}

/// How a rule reads keys and values in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// How far a value without quotes goes.
    pub(crate) extent: Extent,
    /// A key may be written with blanks (`API key: …`). Prose is full of such words, so not every rule asks for it.
    pub(crate) phrase: bool,
}

impl Keys<'_> {
    /// The rule for a key, if it masks.
    pub(super) fn rule(&self, key: &[u8]) -> Option<(u32, Reading)> {
        if !key.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii()) {
            return None;
        }
        let field = Dotted(self.field.as_bytes());
        // Scripts without blanks run on into a key of ASCII: `令牌token: x`, `状态200。token=x`.
        let behind_other = || {
            let other = key.iter().rposition(|b| !b.is_ascii())?;
            // A sentence that goes on is none of them: `parse error…token: let`.
            let goes_on = key[..=other].ends_with("…".as_bytes());
            (!goes_on).then(|| self.inventory.rule_in_text(&key[other + 1..], &field)).flatten()
        };
        let rule = self.inventory.rule_in_text(key, &field).or_else(behind_other)?;
        Some((rule, (self.reading)(rule)?))
    }
}

impl Keys<'_> {
    /// The rule for a key that has its companion beside it, if it masks.
    pub(super) fn rule_beside(&self, key: &[u8], companion: &Companion) -> Option<(u32, Reading)> {
        let rule = self.inventory.rule(key, &companion.before(&Dotted(self.field.as_bytes())))?;
        Some((rule, (self.reading)(rule)?))
    }
}

/// The segments before a key, with dots, then those of what it stands in.
pub(crate) struct KeyPath<'k> {
    pub(crate) prefix: &'k [u8],
    pub(crate) parents: &'k dyn Parents,
}

impl Parents for KeyPath<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        Dotted(self.prefix).each(visit) && self.parents.each(visit)
    }
}

/// The segments of `a.b.` before a key.
pub(crate) struct Dotted<'a>(pub(crate) &'a [u8]);

impl Parents for Dotted<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.split(|&b| b == b'.').rev().all(|segment| segment.is_empty() || visit(segment))
    }
}
