//! The decision trail: what was masked, where, by which rule, how often; never a value, nor anything made of one.
//!
//! ```
//! use std::fs::File;
//! use std::io::BufReader;
//! use tracing_privacy::Policy;
//! use tracing_privacy::observe::trail::{Trail, verify};
//! use tracing_privacy::testing::capture;
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("privacy.trail");
//! let trail = Trail::open(&path)?;
//! let policy = Policy::builder().include_all().observer(trail.clone()).build()?;
//! capture(&policy, || tracing::info!(password = "hunter2", "signed in"));
//! trail.flush();
//!
//! let verified = verify(BufReader::new(File::open(&path)?))?;
//! assert_eq!(verified.lines, 1);
//! let text = std::fs::read_to_string(&path)?;
//! assert!(text.contains(r#""rule":"password""#) && !text.contains("hunter2"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each line is a JSON object with its number, the hash of the line before and its own (SHA-256). So [`verify`] finds and names
//! a line that was modified, moved or taken out. Hashes have no key: whoever can write the file can write all of it anew, and
//! can take lines off its end. To see that, keep [`Verified::head`] elsewhere now and then.
//!
//! A decision that is the first of its kind and place is written at once; those that follow are counted, and written once in
//! each interval with their number. A field is named where it is one of the callsite: keys inside of texts and documents are
//! data, and are not.

mod chain;
mod file;

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tracing_core::Metadata;

pub use self::chain::{TrailFault, Verified, verify};
use self::file::{Sink, TrailFile};
use super::{Decision, Notice, Observer};
use crate::format::write_time;
use crate::policy::ExemptionInfo;

/// Writes decisions and notices to a file; see the [module](self). Cheap to clone; all clones are one.
///
/// What was not yet written is when the last clone is dropped. Where a global subscriber holds one to the end, a program
/// calls [`flush`](Self::flush) before it ends.
#[derive(Clone)]
pub struct Trail(Arc<Writing>);

struct Writing {
    hasher: RandomState,
    /// What is counted, by a hash of what it is.
    places: [Mutex<HashMap<u64, Vec<Place>>>; SHARDS],
    out: Mutex<Out>,
    lost: AtomicU64,
}

/// A power of two: threads that mask different things seldom meet.
const SHARDS: usize = 16;

/// More places than this in one shard are counted as one.
const MOST_PLACES: usize = 1024;

/// Under this they are counted.
const OTHERS: u64 = 0;

/// How often what was counted is written, if nothing else is said.
const INTERVAL: Duration = Duration::from_secs(20);

struct Out {
    sink: Box<dyn Sink>,
    next: u64,
    before: String,
    /// How many notices could not be written.
    lost: u64,
}

/// What is told of a decision.
#[derive(Clone, Serialize)]
struct Place {
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
    #[serde(rename = "count")]
    unwritten: u64,
}

impl Trail {
    /// Opens a trail, new or not. One that is there goes on: where its last line is torn, it is taken off, and a line says so.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or written; another process, or another trail of this one, has it; its last whole line is none
    /// of a trail. A text says which.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_with_interval(path, INTERVAL)
    }

    /// The same, with another interval than 20 seconds.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_interval(path: impl AsRef<Path>, interval: Duration) -> io::Result<Self> {
        let (file, found) = TrailFile::open(path.as_ref())?;
        let (next, before) = found.last.map_or_else(|| (1, chain::of_nothing()), |last| (last.number + 1, last.hash));
        let trail = Self::to(Box::new(file), next, before);
        if found.torn > 0 {
            trail.0.write(&Recovered { kind: "recovered", bytes: found.torn })?;
        }
        let writing = Arc::downgrade(&trail.0);
        thread::Builder::new().name("privacy-trail".into()).spawn(move || keep_writing(&writing, interval))?;
        Ok(trail)
    }

    /// Writes what was counted and not yet written.
    pub fn flush(&self) {
        self.0.flush();
    }

    /// How many notices could not be written, since there was no space or the file was gone. Decisions are not lost: they
    /// are counted on, and written when that is possible again. A line of the trail then tells of lost notices, too.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    fn to(sink: Box<dyn Sink>, next: u64, before: String) -> Self {
        let out = Mutex::new(Out { sink, next, before, lost: 0 });
        Self(Arc::new(Writing {
            hasher: RandomState::new(),
            places: std::array::from_fn(|_| Mutex::default()),
            out,
            lost: AtomicU64::new(0),
        }))
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

impl Observer for Trail {
    fn decided(&self, decision: &Decision<'_>) {
        self.0.decided(decision);
    }

    fn noticed(&self, notice: &Notice<'_>) {
        self.0.noticed(notice);
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Writing {
    fn decided(&self, decision: &Decision<'_>) {
        let callsite = decision.callsite.map(std::ptr::from_ref);
        let what = (decision.rule, decision.masker, decision.field, outcome(decision), callsite);
        let hash = self.hasher.hash_one(what);
        let shard = hash as usize % SHARDS;
        let first = {
            let mut places = lock(&self.places[shard]);
            let others = places.len() >= MOST_PLACES && !places.contains_key(&hash);
            let same = places.entry(if others { OTHERS } else { hash }).or_default();
            match same.iter_mut().find(|place| others || place.is_of(decision)) {
                Some(place) => {
                    place.unwritten += 1;
                    None
                }
                None => {
                    let first = Place::of(decision, others);
                    same.push(Place { unwritten: 0, ..first.clone() });
                    Some(first)
                }
            }
        };
        if let Some(first) = first
            && self.write(&Masked { kind: "masked", place: &first }).is_err()
        {
            self.count_again(shard, &first);
        }
    }

    fn noticed(&self, notice: &Notice<'_>) {
        let exemption = |kind, info: &ExemptionInfo| {
            let (mut expires, of) = (String::new(), info.of.as_str());
            let _ = write_time(&mut expires, info.expires);
            let (target, reason) = (info.target.as_str(), info.reason.as_str());
            self.write(&Exemption { kind, of, target, reason, expires, used: info.used })
        };
        let written = match notice {
            Notice::ExemptionArmed(info) => exemption("exemption_armed", info),
            Notice::ExemptionUsed(info) => exemption("exemption_used", info),
            Notice::ExemptionExpired(info) => exemption("exemption_expired", info),
            Notice::ExemptionTakenBack(info) => exemption("exemption_taken_back", info),
            Notice::SchemaViolated(violation) => self.write(&SchemaViolated {
                kind: "schema_violated",
                target: violation.callsite.target(),
                file: violation.callsite.file(),
                line: violation.callsite.line(),
                field: violation.field,
            }),
            Notice::Reloaded { from, to } => self.write(&Reloaded { kind: "reloaded", from, to }),
            // What the error shows of the rules file is for the log.
            Notice::ReloadFailed(_) => self.write(&Failed { kind: "reload_failed" }),
        };
        if written.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
            lock(&self.out).lost += 1;
        }
    }

    fn flush(&self) {
        for (shard, places) in self.places.iter().enumerate() {
            let unwritten: Vec<Place> = {
                let mut places = lock(places);
                let counted = places.values_mut().flatten().filter(|place| place.unwritten > 0);
                counted.map(Place::take).collect()
            };
            let mut failed = false;
            for place in unwritten {
                failed = failed || self.write(&Masked { kind: "masked", place: &place }).is_err();
                if failed {
                    self.count_again(shard, &place);
                }
            }
        }
    }

    /// Counts again what could not be written.
    fn count_again(&self, shard: usize, place: &Place) {
        let mut places = lock(&self.places[shard]);
        if let Some(known) = places.values_mut().flatten().find(|known| known.is_same(place)) {
            known.unwritten += place.unwritten;
        }
    }

    /// Writes one line, after one that tells what was lost before.
    fn write(&self, line: &impl Serialize) -> io::Result<()> {
        let mut out = lock(&self.out);
        if out.lost > 0 {
            let count = out.lost;
            out.append(&Lost { kind: "lost", count })?;
            out.lost = 0;
        }
        out.append(line)
    }
}

impl Out {
    fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut time = String::new();
        let _ = write_time(&mut time, SystemTime::now());
        let members = serde_json::to_string(&Timed { time, line })?;
        let (line, hash) = chain::line(self.next, &members[1..members.len() - 1], &self.before);
        self.sink.append(line.as_bytes())?;
        self.next += 1;
        self.before = hash;
        Ok(())
    }
}

impl Place {
    fn of(decision: &Decision<'_>, others: bool) -> Self {
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
            field: callsite.and_then(|callsite| field_of(callsite, decision.field)),
            policy: decision.policy.into(),
            callsite,
            unwritten: 1,
        }
    }

    fn is_of(&self, decision: &Decision<'_>) -> bool {
        let callsite = |callsite: Option<&'static Metadata<'static>>| callsite.map(std::ptr::from_ref);
        *self.rule == *decision.rule
            && *self.masker == *decision.masker
            && self.outcome == outcome(decision)
            && callsite(self.callsite) == callsite(decision.callsite)
            && self.field == decision.callsite.and_then(|callsite| field_of(callsite, decision.field))
            && *self.policy == *decision.policy
    }

    fn is_same(&self, other: &Self) -> bool {
        let callsite = |place: &Self| place.callsite.map(std::ptr::from_ref);
        self.rule == other.rule
            && self.masker == other.masker
            && self.outcome == other.outcome
            && callsite(self) == callsite(other)
            && self.field == other.field
            && self.policy == other.policy
    }

    /// What is to be written; nothing of it is left.
    fn take(&mut self) -> Self {
        let taken = self.clone();
        self.unwritten = 0;
        taken
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

fn keep_writing(writing: &Weak<Writing>, interval: Duration) {
    loop {
        thread::sleep(interval);
        match writing.upgrade() {
            Some(writing) => writing.flush(),
            None => return,
        }
    }
}

/// Whatever is behind these locks is whole, even if a thread died holding one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Serialize)]
struct Timed<'l, L> {
    time: String,
    #[serde(flatten)]
    line: &'l L,
}

#[derive(Serialize)]
struct Masked<'p> {
    kind: &'static str,
    #[serde(flatten)]
    place: &'p Place,
}

#[derive(Serialize)]
struct Exemption<'n> {
    kind: &'static str,
    of: &'n str,
    target: &'n str,
    reason: &'n str,
    expires: String,
    used: u64,
}

#[derive(Serialize)]
struct SchemaViolated {
    kind: &'static str,
    target: &'static str,
    file: Option<&'static str>,
    line: Option<u32>,
    field: &'static str,
}

#[derive(Serialize)]
struct Reloaded<'n> {
    kind: &'static str,
    from: &'n str,
    to: &'n str,
}

#[derive(Serialize)]
struct Failed {
    kind: &'static str,
}

#[derive(Serialize)]
struct Lost {
    kind: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct Recovered {
    kind: &'static str,
    bytes: u64,
}

#[cfg(test)]
mod tests;
