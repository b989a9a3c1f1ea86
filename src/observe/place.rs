//! Which callsite is being looked at on this thread, and what was decided about its values so far.

use std::cell::Cell;

use tracing_core::Metadata;

use super::counters::Counters;

/// So many decisions of one event or span are counted together; what goes beyond is counted one by one.
const MOST: usize = 16;

/// Nothing in it has a destructor, so it can be used while the thread is torn down, and is reached without a check.
struct Here {
    callsite: Cell<Option<&'static Metadata<'static>>>,
    /// The number of the counters that count for the callsite.
    counters: Cell<u64>,
    /// How many of `noted` are in use: first those of the callsites that were looked at before this one, and still are.
    len: Cell<usize>,
    noted: [Cell<Noted>; MOST],
}

/// A decision of a rule that is not yet counted; in one word, for it is read right after it was written.
#[derive(Clone, Copy)]
pub(crate) struct Noted(u64);

impl Noted {
    #[inline]
    pub(crate) fn new(rule: u32, fate: Fate) -> Self {
        Self(u64::from(rule) << 8 | u64::from(fate.0))
    }

    #[inline]
    pub(crate) fn rule(self) -> usize {
        (self.0 >> 8) as usize
    }

    #[inline]
    pub(crate) fn fate(self) -> Fate {
        Fate(self.0 as u8)
    }
}

/// What became of a value, as a [`Decision`](super::Decision) tells it.
#[derive(Clone, Copy)]
pub(crate) struct Fate(u8);

impl Fate {
    pub(crate) const MASKED: Self = Self(0);
    pub(crate) const FAILED: Self = Self(1);
    pub(crate) const DROPPED: Self = Self(2);
    /// The mode is `observe`: it only would have been.
    pub(crate) const OBSERVED: Self = Self(4);
    /// Something else wrote than the rule's masker.
    pub(crate) const ELSEWISE: Self = Self(8);

    #[inline]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(crate) fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// No counters have this number.
const NOBODY: u64 = u64::MAX;

thread_local! {
    static HERE: Here = const {
        Here {
            callsite: Cell::new(None),
            counters: Cell::new(NOBODY),
            len: Cell::new(0),
            noted: [const { Cell::new(Noted(0)) }; MOST],
        }
    };
}

/// The callsite whose values are looked at, if they came through a boundary.
pub(crate) fn place() -> Option<&'static Metadata<'static>> {
    HERE.with(|here| here.callsite.get())
}

/// Notes a decision, to be counted with all others of its event. Not if these counters are not those of the callsite, or
/// there are too many.
#[inline]
pub(super) fn note(counters: u64, noted: Noted) -> bool {
    HERE.with(|here| {
        let len = here.len.get();
        let room = here.noted.get(len).filter(|_| here.counters.get() == counters);
        room.is_some_and(|room| {
            room.set(noted);
            here.len.set(len + 1);
            true
        })
    })
}

/// Looks at a callsite until it is dropped, and then again at the one before.
pub(crate) struct LookingAt<'c> {
    counters: Option<&'c Counters>,
    callsite_before: Option<&'static Metadata<'static>>,
    counters_before: u64,
    len_before: usize,
}

impl<'c> LookingAt<'c> {
    pub(crate) fn callsite(metadata: &'static Metadata<'static>, counters: &'c Counters) -> Self {
        Self::begin(Some(metadata), Some(counters))
    }

    /// For what did not come through a boundary, even if it is looked at while a callsite is.
    pub(crate) fn nothing() -> Self {
        Self::begin(None, None)
    }

    fn begin(callsite: Option<&'static Metadata<'static>>, counters: Option<&'c Counters>) -> Self {
        HERE.with(|here| Self {
            counters,
            callsite_before: here.callsite.replace(callsite),
            counters_before: here.counters.replace(counters.map_or(NOBODY, Counters::id)),
            len_before: here.len.get(),
        })
    }
}

impl Drop for LookingAt<'_> {
    fn drop(&mut self) {
        HERE.with(|here| {
            let len = here.len.replace(self.len_before);
            let callsite = here.callsite.replace(self.callsite_before);
            here.counters.set(self.counters_before);
            if let Some(counters) = self.counters
                && let Some(noted) = here.noted.get(self.len_before..len)
                && !noted.is_empty()
            {
                counters.decided_at(callsite, noted);
            }
        });
    }
}
