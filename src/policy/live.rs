//! A policy that can be replaced while the program runs.

mod past;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tracing_core::Dispatch;
use tracing_core::dispatcher::{WeakDispatch, with_default};

use self::past::Past;
use super::exemption::{Exemption, ExemptionGuard};
use super::{InForce, OWN_TARGET, Policy, lock, watch};
use crate::observe::{Masked, Notice, Snapshot};
use crate::rules::{Error, Source, quoted};

/// A policy that can be replaced while the program runs: by [`reload`](Self::reload) or [`replace`](Self::replace), by
/// [watching](Self::watch) its files, by a signal. Cheap to clone; all clones are one.
///
/// ```
/// use tracing_privacy::{LivePolicy, boundary::PrivacySubscriberExt as _};
///
/// let live = LivePolicy::from_environment()?;
/// let subscriber = tracing_subscriber::registry().with_privacy(&live);
/// # let _ = subscriber;
/// live.reload()?; // reads the rules and the environment again
/// # Ok::<(), tracing_privacy::Error>(())
/// ```
///
/// Every event, span and record is masked by one policy as a whole: the one that was in force when it came. What a layer
/// keeps of a span is as it was when the span was made.
///
/// New rules that are wrong change nothing: the old policy stays in force, and an event at `error` says so. Under a locked
/// profile, rules that would mask less, or of which that cannot be told, are refused in the same way; a restart takes
/// them.
///
/// For rules with [audiences](Policy::audience), [`audience`](Self::audience) is the live policy of one; all of them change
/// at once.
#[derive(Clone)]
pub struct LivePolicy {
    live: Arc<Live>,
    /// Whose policy it is, if it is that of an audience.
    audience: Option<Audience>,
}

#[derive(Clone)]
struct Audience {
    name: Arc<str>,
    /// Tells this one from all others, for what threads keep.
    id: u64,
}

pub(super) struct Live {
    /// Tells this one from all others, for what threads keep.
    id: u64,
    /// Counts the policies that were in force; changes only while `current` is locked for writing.
    generation: AtomicU64,
    current: RwLock<Policy>,
    /// Held while a new policy is made, so that a slow reload cannot undo a quick one that began later.
    changing: Mutex<()>,
    load: Option<Box<Load>>,
    /// The subscribers whose boundaries have this policy.
    dispatches: Mutex<Vec<WeakDispatch>>,
    reloads: AtomicU64,
    failures: AtomicU64,
    /// The audiences that somebody has, and that a reload must not take away.
    audiences: Mutex<BTreeSet<Arc<str>>>,
    past: Mutex<Past>,
}

type Load = dyn Fn() -> Result<Policy, Error> + Send + Sync;

/// How often a policy was replaced, and how often that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloads {
    /// New policies that came into force.
    pub done: u64,
    /// New rules that could not be read, were wrong, or were refused by a lock.
    pub failed: u64,
}

impl LivePolicy {
    /// One that begins with this policy. It has no way to load another: [`replace`](Self::replace) is for that.
    pub fn new(policy: Policy) -> Self {
        Self::with(policy, None)
    }

    /// One that is made by this function, now and at each reload. Observers and key rings that the function gives to its
    /// builder should be the same each time.
    ///
    /// ```
    /// use tracing_privacy::{LivePolicy, Policy};
    /// let live = LivePolicy::load(|| Policy::builder().include("builtin:pii").environment().build())?;
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub fn load(load: impl Fn() -> Result<Policy, Error> + Send + Sync + 'static) -> Result<Self, Error> {
        load().map(|policy| Self::with(policy, Some(Box::new(load))))
    }

    /// [`Policy::from_file`], again at each reload.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        Self::load(move || Policy::from_file(&path))
    }

    /// [`Policy::from_environment`], again at each reload.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_environment() -> Result<Self, Error> {
        Self::load(Policy::from_environment)
    }

    /// The live policy of an audience; see [`Policy::audience`]. It is the same [`LivePolicy`] for other readers: reloading
    /// either reloads both, and no event sees the old policy of one and the new one of the other. Counts, exemptions and what is in force are
    /// those of the audience.
    ///
    /// From now on, new rules without that audience are refused.
    ///
    /// ```
    /// use tracing_privacy::{LivePolicy, Policy, boundary::PrivacyLayerExt as _};
    /// use tracing_subscriber::{fmt, prelude::*};
    ///
    /// let rules = "version = 1\n[audience.vendor]\nmask_from = \"public\"\n[audience.ops]\nmask_from = \"confidential\"\n";
    /// let live = LivePolicy::load(move || rules.parse())?;
    /// let subscriber = tracing_subscriber::registry()
    ///     .with(fmt::layer().with_layer_privacy(live.audience("ops")?))
    ///     .with(fmt::layer().json().with_layer_privacy(live.audience("vendor")?));
    /// # let _ = subscriber;
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The rules have no audience of that name.
    pub fn audience(&self, name: &str) -> Result<Self, Error> {
        // A reload in between could take it away.
        let _changing = self.live.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.live.current().audience(name)?;
        let name: Arc<str> = name.into();
        self.live.audiences_in_use().insert(Arc::clone(&name));
        Ok(Self { live: Arc::clone(&self.live), audience: Some(Audience { name, id: next_id() }) })
    }

    /// The policy in force.
    pub fn current(&self) -> Policy {
        self.part_of(self.live.current())
    }

    /// Makes the policy anew, from the rules as they are now, and puts it in force.
    ///
    /// Not to be called from inside of a layer: it asks all filters again which callsites they want.
    ///
    /// # Errors
    ///
    /// The rules are wrong, or a locked profile refuses them; or this was made by [`new`](Self::new). The old policy stays
    /// in force.
    pub fn reload(&self) -> Result<(), Error> {
        self.live.reload()
    }

    /// Puts another policy in force. The restriction of [`reload`](Self::reload) holds.
    ///
    /// # Errors
    ///
    /// A locked profile refuses it. The old policy stays in force.
    pub fn replace(&self, policy: Policy) -> Result<(), Error> {
        self.live.change(|| Ok(policy))
    }

    /// [`Policy::exempt`], over reloads: the exemption ends before its time only where new rules do not allow one so long.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn exempt(&self, exemption: Exemption) -> Result<ExemptionGuard, Error> {
        // A reload in between would not take it over.
        let _changing = self.live.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.current().exempt(exemption)
    }

    /// How often the policy was replaced.
    pub fn reloads(&self) -> Reloads {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Reloads { done: load(&self.live.reloads), failed: load(&self.live.failures) }
    }

    /// [`Policy::counts`], over all policies that were in force.
    pub fn counts(&self) -> Snapshot {
        self.live.past().counts(self.name(), &self.current())
    }

    /// [`Policy::masked`], over all policies that were in force.
    pub fn masked(&self) -> Masked {
        self.live.past().masked(self.name(), &self.current())
    }

    /// What was in force before the policy in force, if they differ.
    pub fn before(&self) -> Option<InForce> {
        self.live.past().before(self.name())
    }

    /// For everybody and for each audience: what is in force, and what was counted.
    #[cfg(feature = "metrics")]
    pub(crate) fn all_counts(&self) -> Vec<(InForce, Snapshot, Masked)> {
        let (past, current) = (self.live.past(), self.live.current());
        let of = |(name, policy)| (Policy::in_force(policy), past.counts(name, policy), past.masked(name, policy));
        current.with_audiences().map(of).collect()
    }

    /// All that was in force, for everybody or for an audience, and may not be any more.
    #[cfg(feature = "metrics")]
    pub(crate) fn all_before(&self) -> Vec<InForce> {
        self.live.past().all_before()
    }

    /// Reloads when a rules file changes. A thread reads the files each `interval`, and reloads when they differ from what is in
    /// force and were the same twice in a row: so half a file, caught while it is written, is not taken. It ends when the
    /// last clone of this and every boundary that has one are dropped.
    ///
    /// Reading is dull but sees every change: that of a file on a network, and that of a link such as those that Kubernetes
    /// mounts. A rules file is small.
    ///
    /// # Errors
    ///
    /// There is no file to watch, or no thread can be started.
    pub fn watch(&self, interval: Duration) -> io::Result<()> {
        watch::start(&self.live, interval)
    }

    /// Reloads on each `SIGHUP`, on a thread of its own.
    ///
    /// # Errors
    ///
    /// The signal cannot be caught, or no thread can be started.
    #[cfg(all(unix, feature = "signal"))]
    pub fn reload_on_hangup(&self) -> io::Result<()> {
        let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
        let live = Arc::downgrade(&self.live);
        let wait = move || {
            for _ in signals.forever() {
                let Some(live) = live.upgrade() else { return };
                // What is wrong was logged.
                let _ = live.reload();
            }
        };
        std::thread::Builder::new().name("privacy-signal".into()).spawn(wait).map(drop)
    }

    fn with(policy: Policy, load: Option<Box<Load>>) -> Self {
        let live = Live {
            id: next_id(),
            generation: AtomicU64::new(0),
            current: RwLock::new(policy),
            changing: Mutex::new(()),
            load,
            dispatches: Mutex::default(),
            reloads: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            audiences: Mutex::default(),
            past: Mutex::default(),
        };
        Self { live: Arc::new(live), audience: None }
    }

    fn name(&self) -> Option<&str> {
        self.audience.as_ref().map(|audience| &*audience.name)
    }

    /// Of a whole policy, the one that this is about.
    fn part_of(&self, policy: Policy) -> Policy {
        match &self.audience {
            None => policy,
            Some(audience) => policy.audience(&audience.name).expect("no policy without it comes into force"),
        }
    }

    /// Says that a subscriber has a boundary with this policy.
    pub(crate) fn is_in(&self, dispatch: &Dispatch) {
        let mut dispatches = self.live.dispatches.lock().unwrap_or_else(PoisonError::into_inner);
        dispatches.retain(|dispatch| dispatch.upgrade().is_some());
        dispatches.push(dispatch.downgrade());
    }

    /// Tells this one from all others.
    pub(crate) fn id(&self) -> u64 {
        self.audience.as_ref().map_or(self.live.id, |audience| audience.id)
    }

    /// Changes with the policy. A thread that sees a new number finds the new policy.
    pub(crate) fn generation(&self) -> u64 {
        self.live.generation.load(Ordering::Acquire)
    }

    /// The policy in force, and its number.
    pub(crate) fn numbered(&self) -> (u64, Policy) {
        let current = self.live.current.read().unwrap_or_else(PoisonError::into_inner);
        (self.generation(), self.part_of(current.clone()))
    }
}

/// Ids of live policies, also of those that are about an audience.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Live {
    pub(super) fn current(&self) -> Policy {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn reload(&self) -> Result<(), Error> {
        self.change(|| match &self.load {
            Some(load) => load(),
            None => {
                let hint = Some("make it by `LivePolicy::load`, or call `replace`".to_owned());
                Err(Error::plain("this policy was not loaded from anywhere", hint))
            }
        })
    }

    fn change(&self, new: impl FnOnce() -> Result<Policy, Error>) -> Result<(), Error> {
        // What a thread that panics here leaves is the old policy or the new one, whole.
        let changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current();
        let new = new().and_then(|new| self.allow(&old, &new).map(|()| new));
        let observer = old.compiled().observer.as_deref();
        let new = match new {
            Ok(new) => new,
            Err(error) => {
                drop(changing);
                self.failures.fetch_add(1, Ordering::Relaxed);
                if let Some(observer) = observer {
                    observer.noticed(&Notice::ReloadFailed(&error));
                }
                let log = || {
                    tracing::error!(target: OWN_TARGET, "privacy rules not reloaded, the old policy stays in force: {error}");
                };
                match self.subscriber() {
                    Some(subscriber) => with_default(&subscriber, log),
                    None => log(),
                }
                return Err(error);
            }
        };
        new.take_over_exemptions(&old);
        for (name, old) in old.with_audiences().skip(1) {
            if let Some(new) = name.and_then(|name| new.audience(name).ok()) {
                new.take_over_exemptions(old);
            }
        }
        // Who adds counts up has the past first, too, and so never sees both policies or neither.
        let mut past = self.past();
        {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            *current = new.clone();
            self.generation.fetch_add(1, Ordering::Release);
        }
        self.reloads.fetch_add(1, Ordering::Relaxed);
        past.add(&old, &new);
        drop(past);
        drop(changing);
        if let Some(observer) = new.compiled().observer.as_deref() {
            observer.noticed(&Notice::Reloaded { from: old.fingerprint(), to: new.fingerprint() });
        }
        match self.subscriber() {
            Some(subscriber) => with_default(&subscriber, || {
                // Plans for the callsites that are there, and what filters say of them.
                tracing_core::callsite::rebuild_interest_cache();
                new.log_in_force();
            }),
            None => new.log_in_force(),
        }
        Ok(())
    }

    /// Whether a policy may come into force after another.
    fn allow(&self, old: &Policy, new: &Policy) -> Result<(), Error> {
        lock::allow(old, new)?;
        for name in &*self.audiences_in_use() {
            let in_use = |error: Error| Error::plain(format!("{}, and it is in use", error.message()), None);
            new.audience(name).map_err(in_use)?;
        }
        for (name, old) in old.with_audiences().skip(1) {
            if let Some(new) = name.and_then(|name| new.audience(name).ok()) {
                let of_audience = |error: Error| {
                    let message = format!("for the audience {}: {}", quoted(name.unwrap_or_default()), error.message());
                    Error::plain(message, error.help().map(str::to_owned))
                };
                lock::allow(old, &new).map_err(of_audience)?;
            }
        }
        Ok(())
    }

    fn audiences_in_use(&self) -> MutexGuard<'_, BTreeSet<Arc<str>>> {
        self.audiences.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A subscriber that has a boundary with this policy.
    ///
    /// What is logged goes there, for the thread that reloads may have none. And it is the default while interest is built
    /// anew: where a program has one subscriber, `tracing-core` asks that of the thread, and on a thread without one would
    /// switch off every callsite. So without a boundary, on which nothing depends, nothing is built.
    fn subscriber(&self) -> Option<Dispatch> {
        let dispatches = self.dispatches.lock().unwrap_or_else(PoisonError::into_inner);
        dispatches.iter().find_map(WeakDispatch::upgrade)
    }
}

impl fmt::Debug for LivePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LivePolicy").field("current", &self.current()).field("reloads", &self.reloads()).finish()
    }
}

/// A rules file that a policy was made of, and what stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileRead {
    pub(super) path: PathBuf,
    pub(super) text: Arc<str>,
}

impl FileRead {
    /// None if it was no file.
    pub(super) fn of(source: &Source) -> Option<Self> {
        source.path.clone().map(|path| Self { path, text: Arc::clone(&source.text) })
    }
}
