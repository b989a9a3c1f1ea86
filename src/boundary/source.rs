//! Which policy an event meets.

use std::cell::Cell;
use std::rc::Rc;

use tracing_core::Dispatch;

use crate::policy::{LivePolicy, Policy, PolicySource, PolicySourceKind};

impl PolicySource {
    /// Says which subscriber the boundary is in.
    pub(super) fn is_in(&self, dispatch: &Dispatch) {
        if let PolicySourceKind::Live(live) = &self.0 {
            live.is_in(dispatch);
        }
    }

    /// Calls `then` with the policy in force, which stays the same until `then` is done.
    ///
    /// A policy that never changes is at hand. Of one that may, each thread keeps what it met last, so that an event
    /// costs the load of one number, and threads do not contend for a counter of references.
    pub(super) fn with<R>(&self, then: impl FnOnce(&Policy) -> R) -> R {
        match &self.0 {
            PolicySourceKind::Policy(policy) => then(policy),
            PolicySourceKind::Live(live) => then(&recent(live).policy),
        }
    }
}

struct Met {
    live: u64,
    generation: u64,
    policy: Policy,
}

/// How many policies a thread has at hand. A power of two.
const RECENT: usize = 4;

thread_local! {
    static RECENTLY_MET: [Cell<Option<Rc<Met>>>; RECENT] = const { [const { Cell::new(None) }; RECENT] };
}

fn recent(live: &LivePolicy) -> Rc<Met> {
    let slot = live.id() as usize % RECENT;
    let generation = live.generation();
    let met = |recent: &[Cell<Option<Rc<Met>>>; RECENT]| {
        let met = recent[slot].take()?;
        recent[slot].set(Some(Rc::clone(&met)));
        (met.live == live.id() && met.generation == generation).then_some(met)
    };
    if let Some(met) = RECENTLY_MET.try_with(met).ok().flatten() {
        return met;
    }
    let (generation, policy) = live.numbered();
    let met = Rc::new(Met { live: live.id(), generation, policy });
    // While the thread is torn down there is no place to keep it; it serves all the same.
    let old = RECENTLY_MET.try_with(|recent| recent[slot].replace(Some(Rc::clone(&met))));
    drop(old);
    met
}
