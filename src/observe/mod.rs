//! Seeing what was masked, never the values.

mod counters;
#[cfg(feature = "metrics")]
pub mod metrics;
mod notice;
mod place;
#[cfg(feature = "trail")]
pub mod trail;

pub(crate) use self::counters::{Counters, Label, Passed};
pub use self::counters::{Location, Masked, MaskedCount, Snapshot};
pub use self::notice::Notice;
pub(crate) use self::place::{Fate, LookingAt, place};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing_core::Metadata;

use crate::policy::{Category, DataClass};

/// One act of masking, or what would be one if the mode were `enforce`. It holds nothing of the value and nothing derived from it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Decision<'a> {
    /// The name of the rule that decided: of a pattern, or of a field (its first key, if it has no name); `unlisted` for a
    /// key that no rule names, `schema`, `typed`, `reduced`, `unreadable` or `too_deep` where none was asked.
    pub rule: &'a str,
    /// The rule's category.
    pub category: &'a Category,
    /// The rule's data class.
    pub class: DataClass,
    /// The last masker of the rule's chain; `erase` where rules disagreed about overlapping findings.
    pub masker: &'a str,
    /// The field, member or key under which the value stood; empty for a text without one.
    pub field: &'a str,
    /// The callsite of the event or span, where the value came through a boundary: target, file and line are constants of the
    /// program.
    pub callsite: Option<&'static Metadata<'static>>,
    /// The [fingerprint](crate::Policy::fingerprint) of the policy.
    pub policy: &'a str,
    /// Whether the masker failed, so that the value was erased instead.
    pub failed: bool,
    /// Whether the value went away with its field or member.
    pub dropped: bool,
    /// Whether the value was masked; false where the mode is `observe`, and it only would have been.
    pub enforced: bool,
    /// The number of the policy, which no other one has, and of the rule in it; `None` if no rule decided.
    #[cfg_attr(not(feature = "trail"), expect(dead_code, reason = "the trail finds places by it"))]
    pub(crate) made_by: Option<(u64, u32)>,
}

/// Told of every decision, on the thread that logs. It must be quick and must not log. Should it panic, the application goes on, and what
/// it was told of is masked all the same.
pub trait Observer: Send + Sync + 'static {
    /// Called once for each masked value, and where the mode is `observe`, for each that would be.
    fn decided(&self, decision: &Decision<'_>);

    /// Called for whatever else is worth a record: exemptions that begin and end, rules that change.
    fn noticed(&self, notice: &Notice<'_>) {
        let _ = notice;
    }
}

/// An observer of the application, whose panics are caught.
pub(crate) struct Caught<O>(pub(crate) O);

impl<O: Observer> Observer for Caught<O> {
    fn decided(&self, decision: &Decision<'_>) {
        caught(|| self.0.decided(decision));
    }

    fn noticed(&self, notice: &Notice<'_>) {
        caught(|| self.0.noticed(notice));
    }
}

fn caught(tell: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(tell)) {
        // A payload may panic again when it is dropped.
        std::mem::forget(payload);
    }
}
