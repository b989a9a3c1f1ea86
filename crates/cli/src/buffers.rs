//! Buffers that go from thread to thread and are used again: fresh memory for every block would cost as much as the work.

use std::sync::{Arc, Mutex, PoisonError};

/// How many buffers are kept.
const MOST: usize = 64;
/// The largest buffer that is kept, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;

/// A pool; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Buffers {
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Buffers {
    /// A buffer of any length and content.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// An empty buffer.
    pub(crate) fn take_empty(&self) -> Vec<u8> {
        let mut buffer = self.take();
        buffer.clear();
        buffer
    }

    /// Keeps a buffer for whoever takes one next.
    pub(crate) fn give(&self, buffer: Vec<u8>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST && buffer.capacity() <= LARGEST {
            kept.push(buffer);
        }
    }
}
