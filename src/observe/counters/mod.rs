//! How much was masked.

mod places;
mod shard;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use tracing_core::Metadata;

pub(crate) use self::shard::{Counters, Passed};
use crate::policy::{Category, DataClass};

/// Counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Events that came through a boundary.
    pub events: u64,
    /// Spans that came through a boundary.
    pub spans: u64,
    /// Later records of spans that came through a boundary.
    pub records: u64,
    /// What left by another way than `tracing`; see [`Policy::outgoing`](crate::Policy::outgoing).
    pub exported: u64,
    /// Values of fields that were looked at in events, spans and records, and of what was exported.
    pub values: u64,
    /// Bytes of text and of binary values that were looked at there. Numbers and errors count for none.
    pub bytes: u64,
    /// Values that were masked, those that were dropped and failures included.
    pub masked: u64,
    /// Values that were erased since they could not be read or their masker failed.
    pub failures: u64,
    /// Values that went away with their field or member.
    pub dropped: u64,
    /// Values that would have been masked if the mode were `enforce`.
    pub observed: u64,
    /// Values that an exemption let pass.
    pub exempted: u64,
    /// Fields of callsites that a schema does not allow; each counts once, when its callsite is first met.
    pub violations: u64,
    /// Events that a schema did not let pass.
    pub rejected: u64,
}

impl AddAssign for Snapshot {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.spans += other.spans;
        self.records += other.records;
        self.exported += other.exported;
        self.values += other.values;
        self.bytes += other.bytes;
        self.masked += other.masked;
        self.failures += other.failures;
        self.dropped += other.dropped;
        self.observed += other.observed;
        self.exempted += other.exempted;
        self.violations += other.violations;
        self.rejected += other.rejected;
    }
}

/// What was masked, and by what: one count for each rule that masked anything. Where the mode is `observe`, what would have
/// been.
///
/// ```
/// use tracing_privacy::Policy;
///
/// let policy = Policy::builder().include("builtin:pii").include("builtin:secrets").build()?;
/// policy.sanitize_text("jo@example.com and kim@example.com, password=hunter2");
/// let masked = policy.masked();
/// assert_eq!(masked.by_category()["contact"], 2);
/// assert_eq!(masked.by_class()["confidential"] + masked.by_class().get("internal").unwrap_or(&0), 3);
/// let email = masked.iter().find(|count| &*count.rule == "email").expect("it masked two");
/// assert_eq!((&*email.masker, email.count), ("email_domain", 2));
/// # Ok::<(), tracing_privacy::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    by_label: BTreeMap<Label, u64>,
    by_place: BTreeMap<Option<Location>, u64>,
}

/// Where in the program something was logged. All of it are constants of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Location {
    /// The target of the event or span.
    pub target: &'static str,
    /// The source file.
    pub file: Option<&'static str>,
    /// The line in it.
    pub line: Option<u32>,
}

impl From<&'static Metadata<'static>> for Location {
    fn from(callsite: &'static Metadata<'static>) -> Self {
        Self { target: callsite.target(), file: callsite.file(), line: callsite.line() }
    }
}

/// How often one rule masked by one masker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaskedCount {
    /// The name of the rule, as in [`Decision::rule`](super::Decision::rule).
    pub rule: Arc<str>,
    /// Its category.
    pub category: Category,
    /// Its class.
    pub class: DataClass,
    /// The masker that wrote; `erase` where rules disagreed or the rule's own failed.
    pub masker: Arc<str>,
    /// How often.
    pub count: u64,
}

/// What a count is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Label {
    pub(crate) rule: Arc<str>,
    pub(crate) category: Category,
    pub(crate) class: DataClass,
    pub(crate) masker: Arc<str>,
}

impl Masked {
    /// All counts, in the order of the rules' names.
    pub fn iter(&self) -> impl Iterator<Item = MaskedCount> {
        self.by_label.iter().map(|(label, &count)| {
            let Label { rule, category, class, masker } = label.clone();
            MaskedCount { rule, category, class, masker, count }
        })
    }

    /// Sums by rule.
    pub fn by_rule(&self) -> BTreeMap<&str, u64> {
        self.by(|label| &label.rule)
    }

    /// Sums by class.
    pub fn by_class(&self) -> BTreeMap<&str, u64> {
        self.by(|label| label.class.as_str())
    }

    /// Sums by category.
    pub fn by_category(&self) -> BTreeMap<&str, u64> {
        self.by(|label| label.category.as_str())
    }

    /// Sums by masker.
    pub fn by_masker(&self) -> BTreeMap<&str, u64> {
        self.by(|label| &label.masker)
    }

    /// How much was masked at which callsites, the most first. `None` stands for what did not come through a boundary, and for
    /// callsites beyond the 384 that each thread tells apart.
    pub fn by_place(&self) -> Vec<(Option<Location>, u64)> {
        let mut places: Vec<_> = self.by_place.iter().map(|(&place, &count)| (place, count)).collect();
        places.sort_by_key(|&(_, count)| Reverse(count));
        places
    }

    fn by<'a>(&'a self, key: impl Fn(&'a Label) -> &'a str) -> BTreeMap<&'a str, u64> {
        let mut sums = BTreeMap::new();
        for (label, count) in &self.by_label {
            *sums.entry(key(label)).or_default() += count;
        }
        sums
    }

    pub(crate) fn add(&mut self, label: &Label, count: u64) {
        if count > 0 {
            *self.by_label.entry(label.clone()).or_default() += count;
        }
    }

    pub(crate) fn add_at(&mut self, place: Option<Location>, count: u64) {
        if count > 0 {
            *self.by_place.entry(place).or_default() += count;
        }
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        other.by_label.iter().for_each(|(label, &count)| self.add(label, count));
        other.by_place.iter().for_each(|(&place, &count)| self.add_at(place, count));
    }
}
