//! Counters that no two threads share.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing_core::Metadata;

use super::places::Places;
use super::{Label, Masked, Snapshot};
use crate::mask::Subject;
use crate::observe::place::{Fate, Noted, note, place};
use crate::policy::{Category, DataClass};

/// Counts of one policy.
///
/// Each thread counts in a shard of its own, without a lock and without a word of memory that another thread writes. Who
/// asks for counts adds all shards up. Those of threads that ended are added up once.
pub(crate) struct Counters {
    /// Tells these from all others.
    id: u64,
    counts: bool,
    /// What is counted by rule, in the order of the rules.
    labels: Arc<[Label]>,
    known: Mutex<Known>,
    /// For threads that are being torn down; the only one that threads share.
    late: Shard,
}

#[derive(Default)]
struct Known {
    shards: Vec<Arc<Shard>>,
    past: Sums,
}

/// Counts that nobody changes any more.
#[derive(Clone, Default)]
struct Sums {
    totals: Snapshot,
    masked: Masked,
}

/// The counts of one thread. Written by it alone, read by all.
struct Shard {
    totals: [AtomicU64; TOTALS],
    /// By rule: how often its values were masked, and how often by `erase` in its masker's place.
    by_rule: Box<[[AtomicU64; 2]]>,
    /// Of values that no rule was asked about; the last one is for all kinds beyond.
    others: [Other; 16],
    /// By callsite; made with the first value that is masked.
    places: OnceLock<Places>,
}

struct Other {
    label: OnceLock<Label>,
    count: AtomicU64,
}

#[derive(Clone, Copy)]
enum Total {
    Events,
    Spans,
    Records,
    Exported,
    Values,
    Bytes,
    Masked,
    Failures,
    Dropped,
    Observed,
    Exempted,
    Violations,
    Rejected,
}

/// How a count grows.
#[derive(Clone, Copy)]
enum Add {
    /// No other thread writes it, so that nothing is lost between reading and writing.
    Alone,
    /// Threads share it.
    Shared,
}

impl Add {
    #[inline(always)]
    fn to(self, cell: &AtomicU64, more: u64) {
        match self {
            Self::Alone => cell.store(cell.load(Ordering::Relaxed) + more, Ordering::Relaxed),
            Self::Shared => drop(cell.fetch_add(more, Ordering::Relaxed)),
        }
    }
}

const TOTALS: usize = Total::Rejected as usize + 1;

/// What came through a boundary, or past it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    Event,
    Span,
    Record,
    /// Past `tracing`.
    Exported,
}

thread_local! {
    /// The shards of this thread, by the counters that they belong to; those met last stand first.
    static SHARDS: RefCell<Vec<(u64, Arc<Shard>)>> = const { RefCell::new(Vec::new()) };
}

/// A thread that met more policies than this looks for some that are gone.
const MANY: usize = 8;

impl Counters {
    pub(crate) fn new(labels: Arc<[Label]>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let late = Shard::new(labels.len());
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), counts: true, labels, known: Mutex::default(), late }
    }

    /// The same, with nothing counted so far; or never, if it does not count.
    pub(crate) fn afresh(&self, counts: bool) -> Self {
        Self { counts, ..Self::new(Arc::clone(&self.labels)) }
    }

    /// A number that no others have.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Whether these count at all.
    pub(crate) fn count_at_all(&self) -> bool {
        self.counts
    }

    /// Counts an event, span or record.
    pub(crate) fn passed(&self, what: Passed, values: u64, bytes: u64) {
        self.count(|shard, add| {
            let total = match what {
                Passed::Event => Total::Events,
                Passed::Span => Total::Spans,
                Passed::Record => Total::Records,
                Passed::Exported => Total::Exported,
            };
            add.to(shard.total(total), 1);
            add.to(shard.total(Total::Values), values);
            add.to(shard.total(Total::Bytes), bytes);
        });
    }

    /// Counts a decision that no rule made, about a value of the callsite that is looked at.
    pub(crate) fn decided_without_rule(&self, subject: &Subject<'_>, masker: &str, fate: Fate) {
        self.count(|shard, add| {
            add.to(shard.places.get_or_init(Places::new).at(place()), 1);
            shard.fate(add, fate);
            add.to(&shard.other(subject, masker).count, 1);
        });
    }

    /// Counts a decision of the rule of that index: with the others of the event that is looked at, or now if there is none.
    #[inline]
    pub(crate) fn decided_by(&self, rule: u32, masker: &str, fate: Fate) {
        let Some(label) = self.labels.get(rule as usize) else { return };
        // Nearly always it is the rule's own, not a copy of its name.
        let is_own = ptr::eq(&raw const *label.masker, masker) || *label.masker == *masker;
        let noted = Noted::new(rule, if is_own { fate } else { fate.and(Fate::ELSEWISE) });
        if self.counts && !note(self.id, noted) {
            self.decided_at(place(), &[Cell::new(noted)]);
        }
    }

    /// Counts decisions about the values of one callsite.
    pub(crate) fn decided_at(&self, callsite: Option<&'static Metadata<'static>>, decisions: &[Cell<Noted>]) {
        self.count(|shard, add| {
            add.to(shard.places.get_or_init(Places::new).at(callsite), decisions.len() as u64);
            for noted in decisions.iter().map(Cell::get) {
                let fate = noted.fate();
                shard.fate(add, fate);
                let elsewise = fate.is(Fate::ELSEWISE.and(Fate::FAILED));
                add.to(&shard.by_rule[noted.rule()][usize::from(elsewise)], 1);
            }
        });
    }

    pub(crate) fn exempted(&self) {
        self.count(|shard, add| add.to(shard.total(Total::Exempted), 1));
    }

    pub(crate) fn violated(&self) {
        self.count(|shard, add| add.to(shard.total(Total::Violations), 1));
    }

    pub(crate) fn rejected(&self) {
        self.count(|shard, add| add.to(shard.total(Total::Rejected), 1));
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.sums().totals
    }

    pub(crate) fn masked(&self) -> Masked {
        self.sums().masked
    }

    #[inline]
    fn count(&self, count: impl Fn(&Shard, Add)) {
        if !self.counts {
            return;
        }
        let own = SHARDS.try_with(|shards| {
            // Nothing that runs here counts, so it is never borrowed twice.
            let Ok(shards) = shards.try_borrow() else { return false };
            let Some((_, shard)) = shards.iter().find(|(id, _)| *id == self.id) else { return false };
            count(shard, Add::Alone);
            true
        });
        if !own.unwrap_or(false) {
            self.count_anew(&count);
        }
    }

    /// On a thread that has no shard yet, or never will.
    #[cold]
    fn count_anew(&self, count: &dyn Fn(&Shard, Add)) {
        let own = SHARDS.try_with(|shards| {
            let Ok(mut shards) = shards.try_borrow_mut() else { return false };
            shards.insert(0, (self.id, self.new_shard()));
            if shards.len() > MANY {
                shards.retain(|(_, shard)| Arc::strong_count(shard) > 1);
            }
            count(&shards[0].1, Add::Alone);
            true
        });
        if !own.unwrap_or(false) {
            count(&self.late, Add::Shared);
        }
    }

    fn new_shard(&self) -> Arc<Shard> {
        let shard = Arc::new(Shard::new(self.labels.len()));
        let mut known = self.known();
        known.settle(&self.labels);
        known.shards.push(Arc::clone(&shard));
        shard
    }

    fn sums(&self) -> Sums {
        let mut known = self.known();
        known.settle(&self.labels);
        let mut sums = known.past.clone();
        known.shards.iter().for_each(|shard| shard.add_to(&mut sums, &self.labels));
        self.late.add_to(&mut sums, &self.labels);
        sums
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Adds up what threads counted that ended, or no longer know these counters.
    fn settle(&mut self, labels: &[Label]) {
        let past = &mut self.past;
        self.shards.retain_mut(|shard| {
            // Nobody else has it, so nobody will count in it any more.
            let Some(shard) = Arc::get_mut(shard) else { return true };
            shard.add_to(past, labels);
            false
        });
    }
}

impl Shard {
    fn new(rules: usize) -> Self {
        Self {
            totals: Default::default(),
            by_rule: (0..rules).map(|_| Default::default()).collect(),
            others: std::array::from_fn(|_| Other { label: OnceLock::new(), count: AtomicU64::new(0) }),
            places: OnceLock::new(),
        }
    }

    fn total(&self, total: Total) -> &AtomicU64 {
        &self.totals[total as usize]
    }

    #[inline]
    fn fate(&self, add: Add, fate: Fate) {
        if fate.is(Fate::OBSERVED) {
            return add.to(self.total(Total::Observed), 1);
        }
        add.to(self.total(Total::Masked), 1);
        if fate.is(Fate::FAILED) {
            add.to(self.total(Total::Failures), 1);
        }
        if fate.is(Fate::DROPPED) {
            add.to(self.total(Total::Dropped), 1);
        }
    }

    fn other(&self, subject: &Subject<'_>, masker: &str) -> &Other {
        let is = |label: &Label| {
            *label.rule == *subject.rule
                && label.category == *subject.category
                && label.class == subject.class
                && *label.masker == *masker
        };
        let (last, others) = self.others.split_last().expect("there are 16");
        for other in others {
            if is(other.label.get_or_init(|| Label::of(subject, masker))) {
                return other;
            }
        }
        last.label.get_or_init(|| Label {
            rule: "others".into(),
            category: Category::SENSITIVE,
            class: DataClass::Confidential,
            masker: "others".into(),
        });
        last
    }

    fn add_to(&self, sums: &mut Sums, labels: &[Label]) {
        let get = |total| self.total(total).load(Ordering::Relaxed);
        sums.totals += Snapshot {
            events: get(Total::Events),
            spans: get(Total::Spans),
            records: get(Total::Records),
            exported: get(Total::Exported),
            values: get(Total::Values),
            bytes: get(Total::Bytes),
            masked: get(Total::Masked),
            failures: get(Total::Failures),
            dropped: get(Total::Dropped),
            observed: get(Total::Observed),
            exempted: get(Total::Exempted),
            violations: get(Total::Violations),
            rejected: get(Total::Rejected),
        };
        for (label, [own, elsewise]) in labels.iter().zip(&self.by_rule) {
            sums.masked.add(label, own.load(Ordering::Relaxed));
            let elsewise = elsewise.load(Ordering::Relaxed);
            if elsewise > 0 {
                sums.masked.add(&Label { masker: "erase".into(), ..label.clone() }, elsewise);
            }
        }
        for other in &self.others {
            if let Some(label) = other.label.get() {
                sums.masked.add(label, other.count.load(Ordering::Relaxed));
            }
        }
        if let Some(places) = self.places.get() {
            places.each(|callsite, count| sums.masked.add_at(callsite.map(Into::into), count));
        }
    }
}

impl Label {
    fn of(subject: &Subject<'_>, masker: &str) -> Self {
        Self {
            rule: subject.rule.into(),
            category: subject.category.clone(),
            class: subject.class,
            masker: masker.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn subject<'a>(rule: &'a str, category: &'a Category) -> Subject<'a> {
        Subject::new(category, DataClass::Internal, rule)
    }

    fn counters(rules: &[&str]) -> Counters {
        let label = |rule: &&str| Label::of(&subject(rule, &Category::PERSON), "keep");
        Counters::new(rules.iter().map(label).collect())
    }

    #[test]
    fn nothing_is_lost_when_threads_end_or_read_meanwhile() {
        let counters = Arc::new(counters(&["a", "b"]));
        let mut before = 0;
        for round in 1..=5 {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..1000 {
                            counters.passed(Passed::Event, 2, 10);
                            counters.decided_by(1, "keep", Fate::MASKED);
                        }
                    });
                }
                while before < round * 3000 {
                    let now = counters.snapshot().masked;
                    assert!(now >= before, "counts never fall");
                    before = now;
                    thread::yield_now();
                }
            });
            let counts = counters.snapshot();
            assert_eq!((counts.events, counts.values, counts.bytes), (round * 4000, round * 8000, round * 40_000));
            assert_eq!(counters.masked().by_rule(), [("b", round * 4000)].into());
        }
        // A thread gives its shard back a little after its end was seen.
        let ended = || counters.snapshot().masked == 20_000 && counters.known().shards.is_empty();
        let start = std::time::Instant::now();
        while !ended() {
            assert!(start.elapsed().as_secs() < 20, "shards of threads that ended do not add up");
            thread::yield_now();
        }
    }

    #[test]
    fn a_masker_that_failed_is_not_counted_as_the_one_that_wrote() {
        let counters = counters(&["a"]);
        counters.decided_by(0, "keep", Fate::MASKED);
        counters.decided_by(0, "erase", Fate::MASKED);
        counters.decided_by(0, "keep", Fate::FAILED);
        assert_eq!(counters.masked().by_masker(), [("erase", 2), ("keep", 1)].into());
        assert_eq!((counters.snapshot().masked, counters.snapshot().failures), (3, 1));
    }

    #[test]
    fn kinds_without_a_rule_are_few_and_then_one() {
        let counters = counters(&[]);
        for round in 0..2 {
            for i in 0..100 {
                let category = Category::new(&format!("c{i}")).expect("a good name");
                counters.decided_without_rule(&subject("typed", &category), "keep", Fate::MASKED);
            }
            assert_eq!(counters.masked().by_rule(), [("typed", 15 * (round + 1)), ("others", 85 * (round + 1))].into());
        }
    }
}
