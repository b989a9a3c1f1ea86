//! The exemptions in force, and the place that is being looked at.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime};

use super::super::Inventory;
use super::{ExemptionInfo, TargetPattern};
use crate::detect::pair::Dotted;
use crate::observe::{Notice, Observer};

/// What an exemption lets through.
pub(super) enum Of {
    Field { key: Box<str>, pattern: Inventory },
    Pattern(Box<str>),
}

/// One exemption that was armed.
pub(crate) struct Armed {
    of: Of,
    target: TargetPattern,
    reason: Box<str>,
    expires: SystemTime,
    /// The same moment by a clock that nobody sets.
    deadline: Instant,
    by_code: bool,
    /// Never false again: a clock that is set back brings nothing back.
    over: AtomicBool,
    used: AtomicU64,
}

/// How an exemption ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Expired,
    TakenBack,
}

impl Armed {
    pub(super) fn new(
        of: Of,
        target: TargetPattern,
        reason: Box<str>,
        expires: SystemTime,
        deadline: Instant,
        by_code: bool,
    ) -> Self {
        let (over, used) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { of, target, reason, expires, deadline, by_code, over, used }
    }

    pub(super) fn info(&self) -> ExemptionInfo {
        let of = match &self.of {
            Of::Field { key, .. } => format!("field {key}"),
            Of::Pattern(name) => format!("pattern {name}"),
        };
        ExemptionInfo {
            of,
            target: self.target.as_str().to_owned(),
            reason: self.reason.clone().into(),
            expires: self.expires,
            used: self.used.load(Ordering::Relaxed),
        }
    }

    /// Whether it is over, by either clock.
    pub(super) fn is_over(&self, now: Instant, wall: SystemTime) -> bool {
        self.over.load(Ordering::Acquire) || now >= self.deadline || wall >= self.expires
    }

    fn is_for_field(&self, field: &str) -> bool {
        let Of::Field { pattern, .. } = &self.of else { return false };
        let last = field.rfind('.').map_or(0, |dot| dot + 1);
        pattern.rule(&field.as_bytes()[last..], &Dotted(&field.as_bytes()[..last])).is_some()
    }

    fn is_for_pattern(&self, name: &str) -> bool {
        matches!(&self.of, Of::Pattern(pattern) if **pattern == *name)
    }
}

/// The exemptions of one policy.
#[derive(Default)]
pub(crate) struct Exemptions {
    /// How many are in force: all that is read where there are none.
    count: AtomicUsize,
    list: RwLock<Vec<Arc<Armed>>>,
}

/// What is looked at: the target of an event or span, and the exemption for the field as a whole, if there is one.
struct Place {
    target: &'static str,
    whole: Option<Arc<Armed>>,
}

thread_local! {
    static PLACE: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// Puts back the place that was looked at before.
pub(crate) struct Scope(Option<Place>);

impl Drop for Scope {
    fn drop(&mut self) {
        let before = self.0.take();
        let _ = PLACE.try_with(|place| place.replace(before));
    }
}

/// What is looked at from now on, until the answer is dropped, is of that target.
pub(crate) fn in_target(target: &'static str) -> Scope {
    let place = Some(Place { target, whole: None });
    Scope(PLACE.try_with(|cell| cell.replace(place)).ok().flatten())
}

/// What is looked at from now on, until the answer is dropped, is of no target.
pub(crate) fn in_no_target() -> Scope {
    Scope(PLACE.try_with(|cell| cell.take()).ok().flatten())
}

impl Exemptions {
    pub(crate) fn any(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    pub(super) fn arm(&self, armed: Arc<Armed>, observer: Option<&dyn Observer>) {
        let info = armed.info();
        // Told first, so that no use is told before.
        if let Some(observer) = observer {
            observer.noticed(&Notice::ExemptionArmed(&info));
        }
        self.change(|list| list.push(armed));
    }

    pub(super) fn in_force(&self) -> Vec<ExemptionInfo> {
        let (now, wall) = (Instant::now(), SystemTime::now());
        self.list().iter().filter(|armed| !armed.is_over(now, wall)).map(|armed| armed.info()).collect()
    }

    /// Ends those whose time is over. Called for each event and span while there are any.
    pub(crate) fn expire(&self, observer: Option<&dyn Observer>) {
        let (now, wall) = (Instant::now(), SystemTime::now());
        let over: Vec<_> = self.list().iter().filter(|armed| armed.is_over(now, wall)).cloned().collect();
        for armed in over {
            self.end(&armed, Ending::Expired, observer);
        }
    }

    pub(super) fn end(&self, armed: &Arc<Armed>, ending: Ending, observer: Option<&dyn Observer>) {
        let was_over = armed.over.swap(true, Ordering::AcqRel);
        self.change(|list| list.retain(|other| !Arc::ptr_eq(other, armed)));
        if let Some(observer) = observer.filter(|_| !was_over) {
            let info = armed.info();
            observer.noticed(&match ending {
                Ending::Expired => Notice::ExemptionExpired(&info),
                Ending::TakenBack => Notice::ExemptionTakenBack(&info),
            });
        }
    }

    /// Whether a value under that key may pass, or one that was found by the pattern of that name; if so, it is counted.
    /// Never where it is not known which target is looked at.
    pub(crate) fn let_pass(&self, field: &str, pattern: Option<&str>, observer: Option<&dyn Observer>) -> bool {
        let found = PLACE.try_with(|place| {
            let place = place.borrow();
            let place = place.as_ref()?;
            let is_for = |armed: &&Arc<Armed>| {
                armed.is_for_field(field) || pattern.is_some_and(|pattern| armed.is_for_pattern(pattern))
            };
            place.whole.clone().or_else(|| self.find(place.target, is_for))
        });
        let Some(armed) = found.ok().flatten() else { return false };
        if armed.used.fetch_add(1, Ordering::Relaxed) == 0
            && let Some(observer) = observer
        {
            observer.noticed(&Notice::ExemptionUsed(&armed.info()));
        }
        true
    }

    /// Whether a field as a whole is looked at that may pass.
    pub(crate) fn whole_field(&self) -> bool {
        PLACE.try_with(|place| place.borrow().as_ref().is_some_and(|place| place.whole.is_some())).unwrap_or(false)
    }

    /// Looks at a field as a whole, until the answer is dropped: where there is an exemption for it, all that is inside
    /// may pass.
    pub(crate) fn in_field(&self, field: &str) -> Option<Scope> {
        if field.is_empty() {
            return None;
        }
        PLACE
            .try_with(|cell| {
                let mut place = cell.borrow_mut();
                let target = place.as_ref()?.target;
                let whole = Some(self.find(target, |armed| armed.is_for_field(field))?);
                Some(Scope(place.replace(Place { target, whole })))
            })
            .ok()
            .flatten()
    }

    fn find(&self, target: &str, is_for: impl Fn(&&Arc<Armed>) -> bool) -> Option<Arc<Armed>> {
        let list = self.list();
        let mut in_force =
            list.iter().filter(|armed| !armed.over.load(Ordering::Acquire) && armed.target.matches(target));
        in_force.find(is_for).cloned()
    }

    fn list(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<Armed>>> {
        // No code of others runs under the lock.
        self.list.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Armed>>)) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut list);
        self.count.store(list.len(), Ordering::Relaxed);
    }

    /// Takes over what code armed under another policy and still is in force; what would now be longer than `max` ends.
    pub(crate) fn take_over(&self, other: &Self, max: std::time::Duration, observer: Option<&dyn Observer>) {
        let now = Instant::now();
        let by_code: Vec<_> = other.list().iter().filter(|armed| armed.by_code).cloned().collect();
        for armed in by_code {
            if armed.deadline.saturating_duration_since(now) > max {
                other.end(&armed, Ending::TakenBack, observer);
            } else if !armed.over.load(Ordering::Acquire) {
                self.change(|list| list.push(armed));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_set_back_or_forth_prolongs_nothing() {
        let (now, wall, minute) = (Instant::now(), SystemTime::now(), Duration::from_secs(60));
        let target = TargetPattern::parse("*").expect("a good target");
        let armed = Armed::new(Of::Pattern("card".into()), target, "test".into(), wall + minute, now + minute, true);
        assert!(!armed.is_over(now, wall));
        assert!(armed.is_over(now + minute, wall - 100 * minute), "set back");
        assert!(armed.is_over(now, wall + minute), "set forth");
        armed.over.store(true, Ordering::Release);
        assert!(armed.is_over(now, wall - 100 * minute), "what is over stays so");
    }
}
