//! What was in force, and what was counted under it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::observe::{Counters, Masked, Snapshot};
use crate::policy::{InForce, Policy};

/// The past of a live policy, by audience. That of everybody has no name, and an audience has one.
#[derive(Default)]
pub(super) struct Past(BTreeMap<Box<str>, Part>);

#[derive(Default)]
struct Part {
    /// Counts under which an event may still be on its way.
    recent: Vec<Arc<Counters>>,
    totals: Snapshot,
    masked: Masked,
    /// What was in force before, the last at the end, each once.
    before: Vec<InForce>,
}

/// How many policies that were in force are remembered, for whoever shows that they no longer are.
const REMEMBERED: usize = 64;

impl Past {
    /// Puts a policy that was in force, and those of its audiences, into the past.
    pub(super) fn add(&mut self, old: &Policy, new: &Policy) {
        for (name, old) in old.with_audiences() {
            let part = self.0.entry(name.unwrap_or_default().into()).or_default();
            part.keep(&old.compiled().counters);
            let new = name.map_or(Ok(new.clone()), |name| new.audience(name));
            if new.is_ok_and(|new| new.fingerprint() == old.fingerprint()) {
                continue;
            }
            part.before.retain(|before| before.fingerprint != old.fingerprint());
            part.before.push(old.in_force());
            let over = part.before.len().saturating_sub(REMEMBERED);
            part.before.drain(..over);
        }
    }

    /// What was counted for an audience under this policy, and under those before it.
    pub(super) fn counts(&self, audience: Option<&str>, policy: &Policy) -> Snapshot {
        let counters = &policy.compiled().counters;
        let mut totals = counters.snapshot();
        if let Some(part) = self.part(audience) {
            totals += part.totals;
            part.others(counters).for_each(|past| totals += past.snapshot());
        }
        totals
    }

    /// The same, by rule and place.
    pub(super) fn masked(&self, audience: Option<&str>, policy: &Policy) -> Masked {
        let counters = &policy.compiled().counters;
        let mut masked = counters.masked();
        if let Some(part) = self.part(audience) {
            masked.add_all(&part.masked);
            part.others(counters).for_each(|past| masked.add_all(&past.masked()));
        }
        masked
    }

    /// What was in force for an audience before what is, if it was something else.
    pub(super) fn before(&self, audience: Option<&str>) -> Option<InForce> {
        self.part(audience)?.before.last().cloned()
    }

    /// All that was in force, for everybody or for an audience, and may not be any more.
    #[cfg(feature = "metrics")]
    pub(super) fn all_before(&self) -> Vec<InForce> {
        self.0.values().flat_map(|part| part.before.iter().cloned()).collect()
    }

    fn part(&self, audience: Option<&str>) -> Option<&Part> {
        self.0.get(audience.unwrap_or_default())
    }
}

impl Part {
    /// Keeps the counts of a policy, and adds up those of which nobody has the policy any more.
    fn keep(&mut self, counters: &Arc<Counters>) {
        let Self { recent, totals, masked, .. } = self;
        recent.retain(|counters| {
            let in_use = Arc::strong_count(counters) > 1;
            if !in_use {
                *totals += counters.snapshot();
                masked.add_all(&counters.masked());
            }
            in_use
        });
        if !recent.iter().any(|known| Arc::ptr_eq(known, counters)) {
            recent.push(Arc::clone(counters));
        }
    }

    /// The counts that are not added up, but for those that are in force again.
    fn others(&self, in_force: &Arc<Counters>) -> impl Iterator<Item = &Arc<Counters>> {
        self.recent.iter().filter(|counters| !Arc::ptr_eq(counters, in_force))
    }
}
