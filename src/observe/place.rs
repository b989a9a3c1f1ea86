//! Which callsite is being looked at on this thread.

use std::cell::Cell;

use tracing_core::Metadata;

thread_local! {
    // No destructor, so it can be used while the thread is torn down.
    static PLACE: Cell<Option<&'static Metadata<'static>>> = const { Cell::new(None) };
}

/// The callsite whose values are looked at, if they came through a boundary.
pub(crate) fn place() -> Option<&'static Metadata<'static>> {
    PLACE.get()
}

/// Looks at a callsite until it is dropped, and then again at the one before.
pub(crate) struct LookingAt(Option<&'static Metadata<'static>>);

impl LookingAt {
    pub(crate) fn callsite(metadata: &'static Metadata<'static>) -> Self {
        Self(PLACE.replace(Some(metadata)))
    }

    /// For what did not come through a boundary, even if it is looked at while a callsite is.
    pub(crate) fn nothing() -> Self {
        Self(PLACE.replace(None))
    }
}

impl Drop for LookingAt {
    fn drop(&mut self) {
        PLACE.set(self.0);
    }
}
