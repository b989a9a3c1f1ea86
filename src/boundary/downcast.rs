//! What needs `unsafe` of `tracing`: `downcast_raw` can be written and called in no other way.

#![allow(unsafe_code, reason = "`downcast_raw` can be written and called in no other way")]

use std::any::TypeId;
use std::ptr;

use tracing_core::Subscriber;
use tracing_subscriber::Layer;

/// Writes `downcast_raw` from an expression over `self` and the wanted type. The expression must be made of the functions
/// below.
macro_rules! downcast_raw {
    (|$this:ident, $wanted:ident| $answer:expr) => {
        // SAFETY: the functions below answer with a pointer to a live value of the wanted type that `self` owns, or
        // pass on what a part that `self` owns answers under the same contract.
        #[allow(unsafe_code, reason = "where the macro is used")]
        unsafe fn downcast_raw(&self, $wanted: std::any::TypeId) -> Option<*const ()> {
            let $this = self;
            $answer
        }
    };
}
pub(super) use downcast_raw;

/// The value itself, if it is what is wanted.
pub(super) fn itself<T: 'static>(value: &T, wanted: TypeId) -> Option<*const ()> {
    (wanted == TypeId::of::<T>()).then(|| ptr::from_ref(value).cast())
}

/// What a subscriber answers.
pub(super) fn subscriber(part: &dyn Subscriber, wanted: TypeId) -> Option<*const ()> {
    // SAFETY: the pointer is only passed on, to a caller bound by the same contract.
    unsafe { part.downcast_raw(wanted) }
}

/// What a layer answers.
pub(super) fn layer<S: Subscriber>(part: &dyn Layer<S>, wanted: TypeId) -> Option<*const ()> {
    // SAFETY: as above.
    unsafe { part.downcast_raw(wanted) }
}
