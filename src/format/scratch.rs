//! A thread's reusable buffers.

use std::cell::Cell;
use std::ops::Range;

/// Buffers that a thread keeps from one event to the next.
#[derive(Default)]
pub(super) struct Scratch {
    /// The JSON text in the making.
    pub(super) text: String,
    /// Where in `text` its members stand, where that matters.
    pub(super) members: Vec<Range<usize>>,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch { text: String::new(), members: Vec::new() }) };
}

impl Scratch {
    /// One huge event must not occupy memory for the rest of a thread's life: larger texts, in bytes, are given back.
    const LARGEST_KEPT: usize = 64 * 1024;

    /// Does some work with empty buffers.
    ///
    /// The buffers are taken out of the thread's slot meanwhile. So a `Debug` that logs while it is printed finds the
    /// slot empty and gets buffers of its own; if it panics, the buffers are lost and nothing else; and a thread whose
    /// slot is gone already still logs.
    pub(super) fn with<R>(work: impl FnOnce(&mut Self) -> R) -> R {
        let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        let result = work(&mut scratch);
        if scratch.text.capacity() <= Self::LARGEST_KEPT {
            scratch.text.clear();
            scratch.members.clear();
            // Err: the thread is ending, nobody will need the buffers.
            let _ = SCRATCH.try_with(|slot| slot.set(scratch));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    fn capacity() -> usize {
        Scratch::with(|scratch| scratch.text.capacity())
    }

    #[test]
    fn buffers_come_back_empty_and_grown() {
        Scratch::with(|scratch| {
            scratch.text.push_str("some text");
            scratch.members.push(0..4);
        });
        Scratch::with(|scratch| {
            assert!(scratch.text.is_empty() && scratch.members.is_empty());
            assert!(scratch.text.capacity() >= 9);
        });
    }

    #[test]
    fn a_huge_buffer_is_given_back() {
        Scratch::with(|scratch| scratch.text.reserve(Scratch::LARGEST_KEPT + 1));
        assert_eq!(capacity(), 0);
    }

    #[test]
    fn nested_work_gets_its_own_buffers() {
        Scratch::with(|outer| {
            outer.text.push_str("outer");
            Scratch::with(|nested| {
                assert!(nested.text.is_empty());
                nested.text.push_str("nested");
            });
            assert_eq!(outer.text, "outer");
        });
    }

    #[test]
    fn a_panic_loses_the_buffers_only() {
        let panicked = std::panic::catch_unwind(|| {
            Scratch::with(|scratch| {
                scratch.text.push_str("half an event");
                std::panic::resume_unwind(Box::new(()));
            })
        });
        assert!(panicked.is_err());
        Scratch::with(|scratch| assert!(scratch.text.is_empty()));
    }

    #[test]
    fn a_thread_that_is_ending_still_gets_buffers() {
        struct WorksAtTheEnd(Sender<()>);
        impl Drop for WorksAtTheEnd {
            fn drop(&mut self) {
                Scratch::with(|scratch| scratch.text.push_str("goodbye"));
                let _ = self.0.send(());
            }
        }
        thread_local! {
            static BEFORE: Cell<Option<WorksAtTheEnd>> = const { Cell::new(None) };
            static AFTER: Cell<Option<WorksAtTheEnd>> = const { Cell::new(None) };
        }
        let (worked, all) = channel();
        let thread = std::thread::spawn(move || {
            // On either side of the slot's own beginning: one of the two ends after the slot has ended.
            BEFORE.set(Some(WorksAtTheEnd(worked.clone())));
            Scratch::with(|scratch| scratch.text.push_str("hello"));
            AFTER.set(Some(WorksAtTheEnd(worked)));
        });
        thread.join().expect("the thread ends well");
        assert_eq!(all.iter().count(), 2);
    }
}
