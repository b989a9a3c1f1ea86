//! What begins in one line and goes on in lines below it: private keys, and other values.

use std::ops::Range;

use tracing_privacy::{Finding, Policy};

use crate::outline::{Insides, Outline};
use crate::private_key::{Markers, PrivateKeys};
use crate::siblings::Siblings;

/// What lines leave behind for those below them.
#[derive(Clone, Default)]
pub(crate) struct Carry {
    keys: PrivateKeys,
    outline: Outline,
    siblings: Siblings,
}

impl Carry {
    /// Goes on to the state behind a block of lines, of which those over `limit` are not looked at. It must cost little: it is done for
    /// one block after the other, and the work on them side by side.
    pub(crate) fn pass(&mut self, block: &[u8], limit: usize) {
        self.keys.pass(block, limit);
        self.outline.pass(block, limit);
        self.siblings.pass(block, limit);
    }
}

/// Follows what goes on from line to line of a block.
pub(crate) struct Follower<'p, 'b> {
    keys: PrivateKeys,
    markers: Markers<'b>,
    insides: Insides<'p>,
    siblings: Siblings,
    policy: &'p Policy,
}

/// What began above a line and goes on in it.
pub(crate) enum GoesOn<'p> {
    Nothing,
    /// A private key, the material of which stands in these places.
    Key(Vec<Range<usize>>),
    /// Another value.
    Value(Finding<'p>),
}

impl<'p, 'b> Follower<'p, 'b> {
    /// Before the block stood lines that left `carry` behind.
    pub(crate) fn new(policy: &'p Policy, carry: Carry, block: &'b [u8]) -> Self {
        let insides = Insides::new(policy, carry.outline.clone());
        let Carry { keys, siblings, .. } = carry;
        Self { keys, markers: Markers::new(block), insides, siblings, policy }
    }

    /// What goes on in the next line, which begins at `start` of the block.
    pub(crate) fn next(&mut self, line: &[u8], start: usize) -> GoesOn<'p> {
        let end = start + line.len();
        let concerns_keys = self.keys.is_open() || self.markers.next_from(start).is_some_and(|marker| marker < end);
        let material = if concerns_keys { self.keys.find(line) } else { Vec::new() };
        let named = self.siblings.next(self.policy, line);
        match self.insides.next(line).or(named) {
            _ if !material.is_empty() => GoesOn::Key(material),
            Some(value) => GoesOn::Value(value),
            None => GoesOn::Nothing,
        }
    }
}
