//! What lines leave behind for those below them.

use crate::outline::Outline;
use crate::private_key::PrivateKeys;

/// What began in the lines before, and goes on.
#[derive(Clone, Default)]
pub(crate) struct Carry {
    pub(crate) keys: PrivateKeys,
    pub(crate) outline: Outline,
}

impl Carry {
    /// Goes on to the state behind a block of lines, of which those over `limit` are not looked at. It must cost little: it is done for
    /// one block after the other, and the work on them side by side.
    pub(crate) fn pass(&mut self, block: &[u8], limit: usize) {
        self.keys.pass(block, limit);
        self.outline.pass(block, limit);
    }
}
