//! A policy applied to one callsite, once.

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::ops::Deref;
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tracing_core::callsite::Identifier;
use tracing_core::{Field, Metadata};

use crate::detect::pair::{Companion, Dotted, Role, names_value};
use crate::document::json;
use crate::label::Labels;
use crate::policy::{Policy, Violation, split_path};
use crate::rules::NotAllowed;
use crate::sanitize::Action;

/// What to do with each field of one callsite.
pub(super) struct Plan {
    metadata: &'static Metadata<'static>,
    fields: Box<[Planned]>,
    /// The fields that a schema does not allow.
    violations: Box<[Violation]>,
    rejected: bool,
}

/// One field of a callsite.
struct Planned {
    field: Field,
    action: Action,
    /// Whether the field's companion says so (`user` of `pass`), and results of tests are only read.
    accompanied: bool,
    /// Whether it may hold the name of what stands in another field, and whether it may have its own name in another.
    names: bool,
    is_named: bool,
    /// Tells it from all fields of all plans. Never 0.
    id: u64,
    /// Its name as the key of a JSON member, colon included.
    json_key: Box<str>,
}

impl Plan {
    fn new(policy: &Policy, metadata: &'static Metadata<'static>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let planned = |field: Field| {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            let own = policy.action_at(metadata.target(), field.name());
            let beside = if own.is_scan() { action_beside(policy, &field, metadata) } else { None };
            let action = beside.unwrap_or(own);
            let json_key = json_key(field.name());
            let is_named = Role::of(field.name().as_bytes()) == Some(Role::Value) && !action.is_whole();
            Planned { field, action, accompanied: beside.is_some(), names: false, is_named, id, json_key }
        };
        let not_allowed = |field: &Field| policy.not_allowed(metadata.target(), field.name());
        let violation =
            |field: Field| not_allowed(&field).map(|_| Violation { callsite: metadata, field: field.name() });
        let mut fields: Box<[Planned]> = metadata.fields().iter().map(planned).collect();
        let values: Vec<&str> = fields.iter().filter(|field| field.is_named).map(|field| field.field.name()).collect();
        for field in &mut fields {
            field.names = values.iter().any(|value| names_value(field.field.name().as_bytes(), value.as_bytes()));
        }
        Self {
            metadata,
            fields,
            violations: metadata.fields().iter().filter_map(violation).collect(),
            rejected: metadata.fields().iter().any(|field| not_allowed(&field) == Some(NotAllowed::Reject)),
        }
    }

    /// Whether a schema lets no event of this callsite pass.
    pub(super) fn rejected(&self) -> bool {
        self.rejected
    }

    pub(super) fn metadata(&self) -> &'static Metadata<'static> {
        self.metadata
    }

    pub(super) fn field(&self, index: usize) -> Option<&Field> {
        self.fields.get(index).map(|planned| &planned.field)
    }

    pub(super) fn action(&self, field: &Field) -> Option<Action> {
        self.fields.get(field.index()).map(|planned| planned.action)
    }

    /// Whether a field's companion says what is done with it, which is not for results of tests.
    pub(super) fn is_accompanied(&self, field: &Field) -> bool {
        self.fields.get(field.index()).is_some_and(|planned| planned.accompanied)
    }

    /// Whether a field may hold the name of what stands in another.
    #[inline]
    pub(super) fn is_name(&self, index: usize) -> bool {
        self.fields.get(index).is_some_and(|planned| planned.names)
    }

    /// The fields of which that one may hold the name.
    pub(super) fn named_by(&self, name: &str) -> impl Iterator<Item = usize> {
        let is_it =
            move |field: &Planned| field.is_named && names_value(name.as_bytes(), field.field.name().as_bytes());
        self.fields.iter().enumerate().filter(move |(_, field)| is_it(field)).map(|(index, _)| index)
    }

    pub(super) fn json_key(&self, index: usize) -> Option<&str> {
        self.fields.get(index).map(|planned| &*planned.json_key)
    }

    /// Whether a text of a field is one that was [found clean](Self::found_clean) before.
    #[inline]
    pub(super) fn is_known_clean(&self, index: usize, text: &[u8]) -> bool {
        self.fields.get(index).is_some_and(|field| CLEAN.with(|clean| clean.knows(field.id, text)))
    }

    /// Remembers a text of a field that is clean, whenever it is looked at: what depends on time is not for here.
    #[inline]
    pub(super) fn found_clean(&self, index: usize, text: &[u8]) {
        if let Some(field) = self.fields.get(index) {
            CLEAN.with(|clean| clean.remember(field.id, text));
        }
    }
}

thread_local! {
    /// Short texts that were looked at on this thread and found clean, each in one field of one plan: methods, regions, names of queues.
    /// No destructor, so it can be used while the thread is torn down.
    static CLEAN: Labels<128> = const { Labels::new() };
}

/// What is done with the texts of a field that has its companion beside it, under the same parents: `pass` with `user`.
fn action_beside(policy: &Policy, field: &Field, metadata: &Metadata<'_>) -> Option<Action> {
    let (path, key) = split_path(field.name());
    let companion = Companion::of(key)?;
    let is_companion = |other: Field| {
        let (other_path, other) = split_path(other.name());
        other_path == path && companion.is(other)
    };
    let stands_beside = metadata.fields().iter().any(is_companion);
    policy.compiled().action_beside(companion, key, &Dotted(path)).filter(|_| stands_beside)
}

fn json_key(name: &str) -> Box<str> {
    let mut key = vec![b'"'];
    json::escape(name.as_bytes(), &mut key);
    key.extend_from_slice(b"\":");
    String::from_utf8_lossy(&key).into()
}

/// Plans of one policy, one for each callsite met so far. They die with their policy.
pub(crate) struct PlanCache {
    /// Tells this cache from all others, so that a thread never takes the plan of another policy.
    id: u64,
    plans: RwLock<HashMap<Identifier, Arc<Plan>, BuildHasherDefault<AddressHasher>>>,
}

impl Default for PlanCache {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), plans: RwLock::default() }
    }
}

impl Policy {
    /// The plan for a callsite, made now if it is new.
    pub(super) fn plan(&self, metadata: &'static Metadata<'static>) -> PlanRef {
        let cache = self.plans();
        let found = cache.recall(&metadata.callsite(), || {
            Some(cache.find(&metadata.callsite()).unwrap_or_else(|| cache.keep(self, Plan::new(self, metadata))))
        });
        match found {
            Some(plan) if ptr::eq(plan.metadata, metadata) => plan,
            // Two callsites that pass for one: the plan must still be for these fields.
            _ => PlanRef::new(cache.id, Arc::new(Plan::new(self, metadata))),
        }
    }

    /// Makes the plan for a callsite before its first event.
    pub(super) fn prepare(&self, metadata: &'static Metadata<'static>) {
        self.plan(metadata);
    }

    /// The plan for a callsite of which only the name is known. There is one for every span that came through a boundary,
    /// under whatever policy: a policy that came into force after the span makes its own.
    pub(super) fn known_plan(&self, callsite: &Identifier) -> Option<PlanRef> {
        let cache = self.plans();
        let new = || Some(cache.keep(self, Plan::new(self, metadata_of(callsite)?)));
        cache.recall(callsite, || cache.find(callsite).or_else(new))
    }
}

/// All callsites that any boundary met.
static CALLSITES: RwLock<Callsites> = RwLock::new(HashMap::with_hasher(BuildHasherDefault::new()));

type Callsites = HashMap<Identifier, &'static Metadata<'static>, BuildHasherDefault<AddressHasher>>;

/// What a callsite is, if a boundary met it. The lock is let go here: who held it while he asks again would wait for a writer that waits
/// for him.
fn metadata_of(callsite: &Identifier) -> Option<&'static Metadata<'static>> {
    CALLSITES.read().unwrap_or_else(PoisonError::into_inner).get(callsite).copied()
}

impl PlanCache {
    /// Tells the policy of these plans from all others. Never 0.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Looks into this thread's own small cache first: no lock, no shared counter.
    fn recall(&self, callsite: &Identifier, otherwise: impl FnOnce() -> Option<Arc<Plan>>) -> Option<PlanRef> {
        let recent = |recent: &[Cell<Option<PlanRef>>; RECENT]| {
            let cell = &recent[(address_of(callsite) ^ self.id) as usize % RECENT];
            let plan = cell.take()?;
            cell.set(Some(plan.clone()));
            (plan.0.cache == self.id && plan.metadata.callsite() == *callsite).then_some(plan)
        };
        if let Some(plan) = RECENT_PLANS.try_with(recent).ok().flatten() {
            return Some(plan);
        }
        let plan = PlanRef::new(self.id, otherwise()?);
        // While the thread is torn down there is no such cache any more; the plan serves all the same.
        let _ = RECENT_PLANS.try_with(|recent| {
            recent[(address_of(callsite) ^ self.id) as usize % RECENT].set(Some(plan.clone()));
        });
        Some(plan)
    }

    fn find(&self, callsite: &Identifier) -> Option<Arc<Plan>> {
        // Plans are made outside of the lock, so whatever is in the map is whole, even if a thread died holding it.
        self.plans.read().unwrap_or_else(PoisonError::into_inner).get(callsite).cloned()
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        plans.values().flat_map(|plan| plan.violations.iter().copied()).collect()
    }

    fn keep(&self, policy: &Policy, plan: Plan) -> Arc<Plan> {
        let callsite = plan.metadata.callsite();
        if metadata_of(&callsite).is_none() {
            CALLSITES.write().unwrap_or_else(PoisonError::into_inner).entry(callsite).or_insert(plan.metadata);
        }
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        let (plan, is_new) = match plans.entry(plan.metadata.callsite()) {
            Entry::Occupied(known) => (Arc::clone(known.get()), false),
            Entry::Vacant(place) => (Arc::clone(place.insert(Arc::new(plan))), true),
        };
        drop(plans);
        if is_new {
            plan.violations.iter().for_each(|violation| policy.compiled().violated(violation));
        }
        plan
    }
}

/// A plan, as cheap to clone as a counter that no other thread touches.
#[derive(Clone)]
pub(super) struct PlanRef(Rc<Cached>);

struct Cached {
    cache: u64,
    plan: Arc<Plan>,
}

impl PlanRef {
    fn new(cache: u64, plan: Arc<Plan>) -> Self {
        Self(Rc::new(Cached { cache, plan }))
    }
}

impl Deref for PlanRef {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0.plan
    }
}

/// How many plans a thread has at hand. A power of two.
const RECENT: usize = 64;

thread_local! {
    static RECENT_PLANS: [Cell<Option<PlanRef>>; RECENT] = const { [const { Cell::new(None) }; RECENT] };
}

fn address_of(callsite: &Identifier) -> u64 {
    let mut hasher = AddressHasher::default();
    callsite.hash(&mut hasher);
    hasher.finish()
}

/// Hashes a callsite, which hashes by its address: one multiplication spreads it.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    fn write_usize(&mut self, word: usize) {
        // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
        self.0 = (self.0.rotate_left(5) ^ word as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use tracing_core::field::FieldSet;
    use tracing_core::{Callsite, Interest, Kind, Level};

    use super::*;

    /// A callsite with an address of its own.
    struct Site(#[expect(dead_code, reason = "without a size all would have one address")] u8);

    impl Callsite for Site {
        fn set_interest(&self, _: Interest) {}

        fn metadata(&self) -> &Metadata<'_> {
            unreachable!("nobody asks")
        }
    }

    fn callsites(count: usize) -> Vec<&'static Metadata<'static>> {
        let new = |_| {
            let site: &'static Site = Box::leak(Box::new(Site(0)));
            let fields = FieldSet::new(&[], Identifier(site));
            let metadata = Metadata::new("event", "target", Level::INFO, None, None, None, fields, Kind::EVENT);
            &*Box::leak(Box::new(metadata))
        };
        (0..count).map(new).collect()
    }

    /// Where one thread holds a lock while it asks for it again, and another waits to write, both wait for ever.
    #[test]
    fn threads_that_meet_known_and_new_callsites_do_not_wait_for_each_other() {
        const CALLSITES: usize = 5_000;
        const READERS: usize = 3;
        let policy = || "version = 1".parse::<Policy>().expect("good rules");
        let known = callsites(CALLSITES);
        prepare_all(&policy(), &known);
        let (done, all_done) = channel();
        for _ in 0..READERS {
            let (policy, known, done) = (policy(), known.clone(), done.clone());
            thread::spawn(move || {
                let plans = known.iter().filter_map(|metadata| policy.known_plan(&metadata.callsite()));
                done.send(plans.count())
            });
        }
        let policy = policy();
        thread::spawn(move || {
            let new = callsites(CALLSITES);
            prepare_all(&policy, &new);
            done.send(new.len())
        });
        for _ in 0..=READERS {
            assert_eq!(all_done.recv_timeout(Duration::from_secs(60)), Ok(CALLSITES));
        }
    }

    fn prepare_all(policy: &Policy, callsites: &[&'static Metadata<'static>]) {
        callsites.iter().for_each(|metadata| policy.prepare(metadata));
    }
}
