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
mod places;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, SystemTime};

use serde::Serialize;

pub use self::chain::{TrailFault, Verified, verify};
use self::file::{Sink, TrailFile};
use self::places::{Place, Places};
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
    places: Places,
    out: Mutex<Out>,
    lost: AtomicU64,
}

/// How often what was counted is written, if nothing else is said.
const INTERVAL: Duration = Duration::from_secs(20);

struct Out {
    sink: Box<dyn Sink>,
    next: u64,
    before: String,
    /// How many notices could not be written.
    lost: u64,
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
        Self(Arc::new(Writing { places: Places::new(), out, lost: AtomicU64::new(0) }))
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
        if let Some(first) = self.places.count(decision) {
            self.met(&first);
        }
    }

    /// Writes the first decision of its kind and place.
    #[cold]
    fn met(&self, first: &Place) {
        if self.write(&Masked { kind: "masked", place: first }).is_err() {
            self.places.count_again(first);
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
        let mut failed = false;
        for place in self.places.take() {
            failed = failed || self.write(&Masked { kind: "masked", place: &place }).is_err();
            if failed {
                self.places.count_again(&place);
            }
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
