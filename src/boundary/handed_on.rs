//! The event that a boundary is handing to the layers inside it, for formatters of this crate.
//!
//! Such a formatter need not visit the event: the sanitized values are at hand, and so are the names of fields as JSON, which were
//! escaped when the plan was made.

use std::cell::Cell;
use std::error::Error;
use std::ops::Deref;
use std::ptr;

use scoped_tls::scoped_thread_local;
use tracing_core::Event;

use super::buffer::{Borrowed, Fields, Kept};
use super::plan::{Plan, PlanRef};

// The innermost one on this thread.
scoped_thread_local!(static HANDED_ON: HandedOn);

/// Sanitized fields, with the plan that they belong to.
pub(super) struct HandedOn {
    plan: PlanRef,
    fields: Borrowed,
    /// The address of the event that was made of them; 0 before it is made. Only compared: it tells this event from others.
    event: Cell<usize>,
}

/// A sanitized value.
pub(crate) enum SanitizedValue<'a> {
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F64(f64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Error(&'a (dyn Error + 'static)),
}

impl HandedOn {
    pub(super) fn new(plan: PlanRef, fields: Borrowed) -> Self {
        Self { plan, fields, event: Cell::new(0) }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Runs the code of layers that are given `event`, which was made of these fields.
    pub(super) fn hand_on<R>(&self, event: &Event<'_>, layers: impl FnOnce() -> R) -> R {
        self.event.set(ptr::from_ref(event).addr());
        HANDED_ON.set(self, layers)
    }
}

impl Deref for HandedOn {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

/// Calls `visit` with the fields of an event that a boundary made: each with its name as the key of a JSON member, colon included, and
/// its value. False, and nothing is called, for all other events.
pub(crate) fn each_sanitized(event: &Event<'_>, mut visit: impl FnMut(&str, SanitizedValue<'_>)) -> bool {
    HANDED_ON.is_set()
        && HANDED_ON.with(|handed_on| {
            let HandedOn { plan, fields, event: made } = handed_on;
            let is_it = made.get() == ptr::from_ref(event).addr();
            if is_it {
                for (index, kept) in &fields.kept {
                    if let Some(key) = plan.json_key(*index) {
                        visit(key, SanitizedValue::of(kept, fields));
                    }
                }
            }
            is_it
        })
}

impl<'a> SanitizedValue<'a> {
    #[inline(always)]
    fn of(kept: &Kept, fields: &'a Fields) -> Self {
        match kept {
            Kept::Bool(value) => Self::Bool(*value),
            Kept::I64(value) => Self::I64(*value),
            Kept::U64(value) => Self::U64(*value),
            Kept::I128(value) => Self::I128(i128::from_ne_bytes(*value)),
            Kept::U128(value) => Self::U128(u128::from_ne_bytes(*value)),
            Kept::F64(value) => Self::F64(*value),
            Kept::Bytes(range) => Self::Bytes(&fields.bytes[range.clone()]),
            Kept::Str(text) | Kept::Printed(text) => Self::Text(&fields.text[text.clone()]),
            Kept::Error(index) => Self::Error(fields.errors.get(*index)),
        }
    }
}
