//! How often what was decided where.
//!
//! A thread counts in cells of its own, found by the addresses and numbers that tell a place: no text is hashed or compared, and no lock
//! taken. The first decision of a place on a thread, and those that no rule made, go the longer way.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::Serialize;
use tracing_core::Metadata;

use super::lock;
use crate::observe::Decision;

/// A power of two: threads that meet new places at once seldom wait for each other.
pub(super) const SHARDS: usize = 16;

/// More places than this in one shard are counted as one.
pub(super) const MOST_PLACES: usize = 1024;

/// Under this they are counted.
const OTHERS: u64 = 0;

/// A thread that knows more cells than this forgets them all, for most may be of policies that are gone.
pub(super) const MOST_CELLS: usize = 4096;

/// A thread that knows more trails than this forgets the one that it met first.
const MOST_TRAILS: usize = 4;

/// What is told of decisions of one kind and place.
#[derive(Clone, Serialize)]
pub(super) struct Place {
    rule: Box<str>,
    category: Box<str>,
    class: &'static str,
    masker: Box<str>,
    outcome: &'static str,
    target: Option<&'static str>,
    file: Option<&'static str>,
    line: Option<u32>,
    field: Option<&'static str>,
    policy: Box<str>,
    /// Where `line` and `field` are from.
    #[serde(skip)]
    callsite: Option<&'static Metadata<'static>>,
    /// How often, since it was last taken.
    count: u64,
}

/// All places of a trail.
pub(super) struct Places {
    /// Tells these from all others.
    id: u64,
    hasher: RandomState,
    /// By a hash of what is told.
    shards: [Mutex<HashMap<u64, Vec<Known>>>; SHARDS],
}

struct Known {
    place: Place,
    cells: Vec<Seen>,
}

/// The cell of a thread, and how much of its count is in the place's.
struct Seen {
    cell: Arc<AtomicU64>,
    count: u64,
}

impl Places {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { id, hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Counts a decision. The first of its kind and place is not counted but given back.
    #[inline]
    pub(super) fn count(&self, decision: &Decision<'_>) -> Option<Place> {
        let key = Key::of(decision);
        if key.is_some_and(|key| self.count_here(key)) {
            return None;
        }
        self.count_anew(decision, key)
    }

    #[cold]
    fn count_anew(&self, decision: &Decision<'_>, key: Option<Key>) -> Option<Place> {
        let field = decision.callsite.and_then(|callsite| field_of(callsite, decision.field));
        // A key that stands in a text has any address.
        let key = key.map(|key| key.with_field(field.unwrap_or_default()));
        if key.is_some_and(|key| self.count_here(key)) {
            return None;
        }
        self.count_known(decision, field, key)
    }

    fn count_known(&self, decision: &Decision<'_>, field: Option<&'static str>, key: Option<Key>) -> Option<Place> {
        let hash = self.hash(decision, field);
        let mut shard = lock(&self.shards[hash as usize % SHARDS]);
        let others = shard.len() >= MOST_PLACES && !shard.contains_key(&hash);
        let same = shard.entry(if others { OTHERS } else { hash }).or_default();
        let (known, first) = match same.iter().position(|known| others || known.place.is_of(decision, field)) {
            Some(at) => {
                same[at].place.count += 1;
                (&mut same[at], None)
            }
            None => {
                let first = Place::of(decision, field, others);
                same.push(Known { place: Place { count: 0, ..first.clone() }, cells: Vec::new() });
                (same.last_mut().expect("it was pushed"), Some(first))
            }
        };
        if let Some(key) = key {
            let cell = Arc::new(AtomicU64::new(0));
            if self.keep_here(key, &cell) {
                known.cells.push(Seen { cell, count: 0 });
            }
        }
        first
    }

    /// Takes what was counted since the last time.
    pub(super) fn take(&self) -> Vec<Place> {
        let mut taken = Vec::new();
        for shard in &self.shards {
            for known in lock(shard).values_mut().flatten() {
                known.gather();
                if known.place.count > 0 {
                    taken.push(known.place.clone());
                    known.place.count = 0;
                }
            }
        }
        taken
    }

    /// Counts again what was taken, or given back as a first, and could not be written.
    pub(super) fn count_again(&self, place: &Place) {
        for shard in &self.shards {
            if let Some(known) = lock(shard).values_mut().flatten().find(|known| known.place.is_same(place)) {
                known.place.count += place.count;
                return;
            }
        }
    }

    /// Counts in the cell of this thread, if it has one.
    #[inline]
    fn count_here(&self, key: Key) -> bool {
        let counted = HERE.try_with(|here| {
            // Nothing that runs here decides anything, so it is never borrowed twice.
            let Ok(here) = here.try_borrow() else { return false };
            let Some((_, cells)) = here.iter().find(|(id, _)| *id == self.id) else { return false };
            let Some(cell) = cells.get(&key) else { return false };
            // No other thread writes, so that nothing is lost between the two.
            cell.store(cell.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            true
        });
        counted.unwrap_or(false)
    }

    /// Makes a cell that of this thread, unless it is being torn down.
    fn keep_here(&self, key: Key, cell: &Arc<AtomicU64>) -> bool {
        let kept = HERE.try_with(|here| {
            let Ok(mut here) = here.try_borrow_mut() else { return false };
            let at = here.iter().position(|(id, _)| *id == self.id).unwrap_or_else(|| {
                here.insert(0, (self.id, Cells::default()));
                here.truncate(MOST_TRAILS);
                0
            });
            here[at].1.insert(key, Arc::clone(cell));
            true
        });
        kept.unwrap_or(false)
    }

    fn hash(&self, decision: &Decision<'_>, field: Option<&'static str>) -> u64 {
        let callsite = decision.callsite.map(std::ptr::from_ref);
        self.hasher.hash_one((decision.rule, decision.masker, field, outcome(decision), callsite, decision.policy))
    }
}

impl Known {
    /// Adds up what threads counted. Cells that no thread has any more are done with.
    fn gather(&mut self) {
        let count = &mut self.place.count;
        self.cells.retain_mut(|seen| {
            let is_last = Arc::get_mut(&mut seen.cell).is_some();
            let now = seen.cell.load(Ordering::Relaxed);
            *count += now - seen.count;
            seen.count = now;
            !is_last
        });
    }
}

impl Place {
    fn of(decision: &Decision<'_>, field: Option<&'static str>, others: bool) -> Self {
        let callsite = decision.callsite.filter(|_| !others);
        Self {
            rule: if others { "others".into() } else { decision.rule.into() },
            category: decision.category.as_str().into(),
            class: decision.class.as_str(),
            masker: decision.masker.into(),
            outcome: outcome(decision),
            target: callsite.map(Metadata::target),
            file: callsite.and_then(Metadata::file),
            line: callsite.and_then(Metadata::line),
            field: field.filter(|_| !others),
            policy: decision.policy.into(),
            callsite,
            count: 1,
        }
    }

    fn is_of(&self, decision: &Decision<'_>, field: Option<&'static str>) -> bool {
        let address = |callsite: Option<&'static Metadata<'static>>| callsite.map(std::ptr::from_ref);
        *self.rule == *decision.rule
            && *self.masker == *decision.masker
            && *self.category == *decision.category.as_str()
            && self.outcome == outcome(decision)
            && address(self.callsite) == address(decision.callsite)
            && self.field == field
            && *self.policy == *decision.policy
    }

    fn is_same(&self, other: &Self) -> bool {
        let address = |place: &Self| place.callsite.map(std::ptr::from_ref);
        self.rule == other.rule
            && self.masker == other.masker
            && self.category == other.category
            && self.outcome == other.outcome
            && address(self) == address(other)
            && self.field == other.field
            && self.policy == other.policy
    }
}

/// The name of a field, if the callsite has it; else it is a key in a text, and that is data.
fn field_of(callsite: &'static Metadata<'static>, field: &str) -> Option<&'static str> {
    callsite.fields().iter().map(|known| known.name()).find(|known| *known == field)
}

fn outcome(decision: &Decision<'_>) -> &'static str {
    match decision {
        Decision { enforced: false, .. } => "observed",
        Decision { failed: true, .. } => "failed",
        Decision { dropped: true, .. } => "dropped",
        _ => "masked",
    }
}

/// What tells a kind and place of decisions, in numbers: while a policy is there, its rules and their maskers stand where they stand, and
/// no two policies have one number.
#[derive(Clone, Copy)]
struct Key {
    policy: u64,
    callsite: u64,
    /// Where the name of the field begins; it is a constant of the program, or empty.
    field: u64,
    /// Where the name of the masker begins; no two that a policy holds begin at one place.
    masker: u64,
    /// The rule, how long the name of the field is, and what became of the value.
    numbers: u64,
}

impl Key {
    /// `None` for a decision that no rule made.
    #[inline]
    fn of(decision: &Decision<'_>) -> Option<Self> {
        let (policy, rule) = decision.made_by?;
        let how = u64::from(decision.enforced) | u64::from(decision.failed) << 1 | u64::from(decision.dropped) << 2;
        let key = Self {
            policy,
            callsite: decision.callsite.map_or(0, |callsite| std::ptr::from_ref(callsite).addr() as u64),
            field: 0,
            masker: decision.masker.as_ptr().addr() as u64,
            numbers: u64::from(rule) << 32 | how,
        };
        Some(key.with_field(decision.field))
    }

    #[inline]
    fn with_field(self, field: &str) -> Self {
        let address = if field.is_empty() { 0 } else { field.as_ptr().addr() as u64 };
        // A name of a field is never near that long.
        let long = (field.len() as u64).min(0xff_ffff) << 8;
        Self { field: address, numbers: self.numbers & !0xffff_ff00 | long, ..self }
    }

    /// Without a branch for each of its parts, as most keys that are compared are one.
    #[inline]
    fn is(&self, other: &Self) -> bool {
        (self.policy ^ other.policy)
            | (self.callsite ^ other.callsite)
            | (self.field ^ other.field)
            | (self.masker ^ other.masker)
            | (self.numbers ^ other.numbers)
            == 0
    }

    /// What is left out seldom differs where these do not. Nobody can choose them.
    #[inline]
    fn hash(&self) -> usize {
        let mixed = (self.field << 20).wrapping_add(self.callsite) ^ self.numbers.rotate_left(16) ^ self.policy;
        // The high bits of a product depend on all bits of its factors.
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
    }
}

/// The cells of one thread in one trail. A cell stands in the first free slot from where its key says on; at least half of the
/// slots are free, so that a look or two finds it.
#[derive(Default)]
struct Cells {
    slots: Vec<Option<(Key, Arc<AtomicU64>)>>,
    used: usize,
}

impl Cells {
    #[inline]
    fn get(&self, key: &Key) -> Option<&AtomicU64> {
        self.slots.get(self.place(key)?)?.as_ref().map(|(_, cell)| &**cell)
    }

    /// Where the cell of that key stands, or would.
    #[inline]
    fn place(&self, key: &Key) -> Option<usize> {
        let most = self.slots.len().checked_sub(1)?;
        let mut at = key.hash() & most;
        // There is always a free one.
        while let Some((known, _)) = self.slots.get(at)?
            && !known.is(key)
        {
            at = (at + 1) & most;
        }
        Some(at)
    }

    fn insert(&mut self, key: Key, cell: Arc<AtomicU64>) {
        if self.used >= MOST_CELLS {
            *self = Self::default();
        }
        if (self.used + 1) * 2 > self.slots.len() {
            let more = (self.slots.len() * 2).max(16);
            let slots = mem::replace(&mut self.slots, (0..more).map(|_| None).collect());
            self.used = 0;
            slots.into_iter().flatten().for_each(|(key, cell)| self.insert(key, cell));
        }
        if let Some(at) = self.place(&key) {
            self.used += usize::from(self.slots[at].is_none());
            self.slots[at] = Some((key, cell));
        }
    }
}

thread_local! {
    /// The cells of this thread, by the trail that they belong to.
    static HERE: RefCell<Vec<(u64, Cells)>> = const { RefCell::new(Vec::new()) };
}
