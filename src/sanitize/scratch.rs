//! What a thread keeps between two texts, so that nothing is allocated for the second.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_automata::hybrid::dfa::Cache;

use super::edits::Edits;
use crate::detect::scanner::Scanner;

/// Buffers for reading texts.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) edits: Edits,
    /// What this thread learned of the automata, by scanner; few policies are in use at once.
    caches: Vec<(ScannerId, Cache)>,
}

/// Tells scanners apart for as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScannerId(u64);

/// The most automata whose states a thread keeps.
const MOST_CACHES: usize = 4;

thread_local! {
    /// Taken out while in use, so that a masker or observer that logs finds none and makes its own.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// This thread's scratch; a new one where it is in use, or the thread is ending.
    pub(super) fn take() -> Box<Self> {
        SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default()
    }

    /// Keeps it for the next text. Where the thread is ending it is lost.
    pub(super) fn keep(mut self: Box<Self>) {
        self.edits.clear();
        let _ = SCRATCH.try_with(|scratch| scratch.set(Some(self)));
    }

    /// The edits, and the cache of that scanner.
    pub(super) fn parts(&mut self, scanner: &Scanner) -> (&mut Edits, &mut Cache) {
        let found = self.caches.iter().position(|(id, _)| *id == scanner.id());
        let index = found.unwrap_or_else(|| {
            if self.caches.len() == MOST_CACHES {
                self.caches.remove(0);
            }
            self.caches.push((scanner.id(), scanner.cache()));
            self.caches.len() - 1
        });
        (&mut self.edits, &mut self.caches[index].1)
    }
}

impl ScannerId {
    /// One that was never given before.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
