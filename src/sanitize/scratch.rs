//! What a thread keeps between two texts, so that nothing is allocated for the second.

use std::cell::Cell;

use super::edits::Edits;

thread_local! {
    /// Taken out while in use, so that a masker or observer that logs finds none and makes its own.
    static EDITS: Cell<Option<Box<Edits>>> = const { Cell::new(None) };
}

/// This thread's edits, empty; new ones where they are in use, or the thread is ending.
pub(super) fn take() -> Box<Edits> {
    EDITS.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

/// Keeps them for the next text. Where the thread is ending they are lost.
pub(super) fn keep(mut edits: Box<Edits>) {
    edits.clear();
    let _ = EDITS.try_with(|kept| kept.set(Some(edits)));
}
