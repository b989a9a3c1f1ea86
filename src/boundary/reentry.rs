//! Notices events that are logged while another one is being sanitized.
//!
//! A `Debug` or `Display` may itself log. Its event runs through the whole subscriber between the outer event's
//! `enabled` and `event`, where `tracing-subscriber` keeps, per thread, what per-layer filters answered of the outer one.
//! So the nested event may be judged by the outer one's answers (if `enabled` is not called for it, because its callsite
//! is always enabled), and the outer one finds its answers gone. Whoever sees either asks `enabled` again, which sets
//! the answers right.

use std::cell::Cell;

thread_local! {
    // No destructor, so these can be used while the thread is torn down.
    static PASSES: Cell<u64> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static IN_LAYERS: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is in the code of layers inside a boundary.
pub(crate) fn is_in_layers() -> bool {
    IN_LAYERS.get() > 0
}

/// Runs the code of layers.
pub(super) fn in_layers<R>(run: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            IN_LAYERS.set(IN_LAYERS.get() - 1);
        }
    }
    IN_LAYERS.set(IN_LAYERS.get() + 1);
    let _leave = Leave;
    run()
}

/// Counts one pass through a boundary on this thread, if it is inside of another.
#[inline]
pub(super) fn count_pass() {
    if DEPTH.get() > 0 {
        PASSES.set(PASSES.get().wrapping_add(1));
    }
}

/// Runs `sanitize`; whether what filters answered of its event or span may have been overwritten by another, or
/// is another's.
pub(super) fn overwrites(sanitize: impl FnOnce()) -> bool {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            DEPTH.with(|depth| depth.set(depth.get() - 1));
        }
    }
    let before = PASSES.with(Cell::get);
    let nested = DEPTH.with(|depth| depth.replace(depth.get() + 1)) > 0;
    let leave = Leave;
    sanitize();
    drop(leave);
    nested || PASSES.with(Cell::get) != before
}
