//! How much was masked.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Decision;

/// Counts of one policy. Only masked values touch them; clean ones cost nothing.
#[derive(Default)]
pub(crate) struct Counters {
    masked: AtomicU64,
    failures: AtomicU64,
    observed: AtomicU64,
    exempted: AtomicU64,
}

/// Counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Values that were masked, failures included.
    pub masked: u64,
    /// Values that were erased since they could not be read or their masker failed.
    pub failures: u64,
    /// Values that would have been masked if the mode were `enforce`.
    pub observed: u64,
    /// Values that an exemption let pass.
    pub exempted: u64,
}

impl Counters {
    pub(crate) fn count(&self, decision: &Decision<'_>) {
        if !decision.enforced {
            self.observed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.masked.fetch_add(1, Ordering::Relaxed);
        if decision.failed {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_exempted(&self) {
        self.exempted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Snapshot {
            masked: load(&self.masked),
            failures: load(&self.failures),
            observed: load(&self.observed),
            exempted: load(&self.exempted),
        }
    }
}
