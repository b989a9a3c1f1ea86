//! Permissions to see more, for a time.

mod armed;
mod target;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use self::armed::{Armed, Ending, Of, in_no_target, in_target};
pub(crate) use self::armed::{Exemptions, Scope};
pub(crate) use self::target::TargetPattern;
use super::{Inventory, Policy};
use crate::rules::{Error, ExemptionRule, Moment, RulesFile, Source, hint, quoted, written};

/// A permission to see the values of a field, or what a pattern finds, in the events and spans of some targets, for a
/// time and a reason; see [`Policy::exempt`].
#[derive(Clone, Debug)]
#[must_use = "give it to `Policy::exempt`"]
pub struct Exemption {
    of: Asked,
    target: String,
    reason: String,
    length: Duration,
}

#[derive(Clone, Debug)]
enum Asked {
    Field(String),
    Pattern(String),
}

impl Exemption {
    /// For the values of a field, written as in the inventory: `email`, `*_email`, `customer.email`.
    pub fn field(key: &str) -> Self {
        Self::of(Asked::Field(key.to_owned()))
    }

    /// For what the pattern of that name finds in text.
    pub fn pattern(name: &str) -> Self {
        Self::of(Asked::Pattern(name.to_owned()))
    }

    /// Sets the target: that of the events and spans, in full or with `*` for anything (`shop::billing::*`).
    pub fn target(mut self, target: &str) -> Self {
        self.target = target.to_owned();
        self
    }

    /// Sets the reason, such as the name of an incident. It is logged: no place for anything sensitive.
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }

    /// Sets how long it is in force at most.
    pub fn lasts(mut self, length: Duration) -> Self {
        self.length = length;
        self
    }

    fn of(of: Asked) -> Self {
        Self { of, target: String::new(), reason: String::new(), length: Duration::ZERO }
    }
}

/// An exemption as it is told: to observers, and in [`InForce`](super::InForce).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExemptionInfo {
    /// What may be seen: `field email`, `pattern card`.
    pub of: String,
    /// The targets that it is for.
    pub target: String,
    /// Why.
    pub reason: String,
    /// When it ends at the latest.
    pub expires: SystemTime,
    /// How many values it let pass so far.
    pub used: u64,
}

impl fmt::Display for ExemptionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} until {}: {}", self.of, self.target, moment(self.expires), self.reason)
    }
}

/// An exemption that is in force until this is dropped, or its time is over.
///
/// A reload does not end it, unless the new rules allow only a shorter one.
#[must_use = "the exemption ends when this is dropped"]
pub struct ExemptionGuard {
    policy: Policy,
    armed: Arc<Armed>,
}

impl ExemptionGuard {
    /// What it is.
    pub fn info(&self) -> ExemptionInfo {
        self.armed.info()
    }

    /// Whether it is still in force.
    pub fn is_in_force(&self) -> bool {
        !self.armed.is_over(Instant::now(), SystemTime::now())
    }
}

impl Drop for ExemptionGuard {
    fn drop(&mut self) {
        let compiled = self.policy.compiled();
        compiled.exemptions.end(&self.armed, Ending::TakenBack, compiled.observer.as_deref());
    }
}

impl fmt::Debug for ExemptionGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExemptionGuard").field(&self.info()).finish()
    }
}

impl Policy {
    /// Lets some values through, for a time, wherever this policy is in force.
    ///
    /// What passes is the whole value of a field, whatever is in it, or what one pattern finds. It holds for events and
    /// spans; text given to [`sanitize_text`](Self::sanitize_text) and the like has no target, so none applies.
    ///
    /// That it is armed is logged, and told to the observer, as are its first use and its end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracing_privacy::testing::{Output, capture};
    /// use tracing_privacy::{Exemption, Policy};
    ///
    /// let policy = Policy::builder().include("builtin:pii").build()?;
    /// let exemption =
    ///     Exemption::field("email").target("shop::billing").reason("INC-4711").lasts(Duration::from_secs(600));
    /// let guard = policy.exempt(exemption)?;
    ///
    /// let log = capture(&policy, || {
    ///     tracing::info!(target: "shop::billing", email = "jo@example.com");
    ///     tracing::info!(target: "shop::orders", email = "jo@example.org");
    /// });
    /// assert!(log.text(Output::Json).contains("jo@example.com"));
    /// assert!(!log.text(Output::Json).contains("jo@example.org"));
    /// drop(guard); // ends it before its time
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Target, reason or length is missing; the length is over `max_exemption`; the key is none, or there is no pattern of
    /// that name.
    pub fn exempt(&self, exemption: Exemption) -> Result<ExemptionGuard, Error> {
        let Exemption { of, target, reason, length } = exemption;
        let fail = |Wrong { message, hint }| Error::plain(message, Some(hint));
        let of = match of {
            Asked::Field(key) => of_field(&key).map_err(fail)?,
            Asked::Pattern(name) => self.of_pattern(&name).map_err(fail)?,
        };
        let target = target_of(&target).map_err(fail)?;
        let reason = reason_of(&reason).map_err(fail)?;
        let now = SystemTime::now();
        let expires = now.checked_add(length);
        let expires = expires.ok_or_else(|| fail(too_long(self.compiled().settled.settings.max_exemption)))?;
        if length.is_zero() {
            let hint = "say for how long: `.lasts(Duration::from_secs(600))`".to_owned();
            return Err(Error::plain("an exemption needs a length", Some(hint)));
        }
        let armed = self.armed(of, target, reason, expires, now, true).map_err(fail)?;
        let compiled = self.compiled();
        compiled.exemptions.arm(Arc::clone(&armed), compiled.observer.as_deref());
        let info = armed.info();
        tracing::warn!(
            target: super::OWN_TARGET,
            of = info.of,
            exempt_target = info.target,
            reason = info.reason,
            expires = %moment(info.expires),
            "privacy exemption armed"
        );
        Ok(ExemptionGuard { policy: self.clone(), armed })
    }

    /// Says that events or spans of that target are looked at, until the answer is dropped. Ends exemptions whose time is
    /// over. Where there are none, it costs a load of one number.
    pub(crate) fn looking_at(&self, target: &'static str) -> Option<Scope> {
        let compiled = self.compiled();
        compiled.exemptions.any().then(|| {
            compiled.exemptions.expire(compiled.observer.as_deref());
            in_target(target)
        })
    }

    /// Says that what is looked at is of no target, until the answer is dropped. No exemption is for that.
    pub(crate) fn looking_at_nothing(&self) -> Option<Scope> {
        self.compiled().exemptions.any().then(in_no_target)
    }

    /// The exemptions in force.
    pub fn exemptions(&self) -> Vec<ExemptionInfo> {
        self.compiled().exemptions.in_force()
    }

    /// Takes over what code armed under the policy before this one.
    pub(super) fn take_over_exemptions(&self, old: &Self) {
        let (compiled, max) = (self.compiled(), self.compiled().settled.settings.max_exemption);
        compiled.exemptions.take_over(&old.compiled().exemptions, max, compiled.observer.as_deref());
    }

    /// Arms the exemptions of rules files, but for those whose time is over, and those of a pattern that is known and not in force.
    pub(super) fn arm_from(&self, files: &[(Source, RulesFile)], is_known: &dyn Fn(&str) -> bool) -> Result<(), Error> {
        let (now, compiled) = (SystemTime::now(), self.compiled());
        let rules = files.iter().flat_map(|(source, file)| file.exemptions.iter().map(move |rule| (source, rule)));
        for (source, rule) in rules {
            if let Some(armed) = self.of_file(source, rule, now, is_known)? {
                compiled.exemptions.arm(armed, compiled.observer.as_deref());
            }
        }
        Ok(())
    }

    /// An exemption of a rules file; none if it has no effect.
    fn of_file(
        &self,
        source: &Source,
        rule: &ExemptionRule,
        now: SystemTime,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Result<Option<Arc<Armed>>, Error> {
        let at = |span: std::ops::Range<usize>| {
            move |Wrong { message, hint }: Wrong| Error::at(source, span, message, Some(hint))
        };
        let of = match (&rule.field, &rule.pattern) {
            (Some(key), None) => of_field(key.get_ref()).map(Some).map_err(at(key.span()))?,
            (None, Some(name)) => match self.of_pattern(name.get_ref()) {
                Ok(of) => Some(of),
                Err(_) if is_known(name.get_ref()) => None,
                Err(wrong) => return Err(at(name.span())(wrong)),
            },
            _ => {
                let message = "an exemption is for either a `field` or a `pattern`";
                return Err(Error::at(source, rule.target.span(), message, None));
            }
        };
        let target = target_of(rule.target.get_ref()).map_err(at(rule.target.span()))?;
        let reason = reason_of(rule.reason.get_ref()).map_err(at(rule.reason.span()))?;
        let Moment(expires) = *rule.expires.get_ref();
        let Some(of) = of.filter(|_| expires > now) else { return Ok(None) };
        self.armed(of, target, reason, expires, now, false).map(Some).map_err(at(rule.expires.span()))
    }

    fn armed(
        &self,
        of: Of,
        target: TargetPattern,
        reason: &str,
        expires: SystemTime,
        now: SystemTime,
        by_code: bool,
    ) -> Result<Arc<Armed>, Wrong> {
        let max = self.compiled().settled.settings.max_exemption;
        let length = expires.duration_since(now).unwrap_or_default();
        let deadline = Instant::now().checked_add(length).filter(|_| length <= max).ok_or_else(|| too_long(max))?;
        // It will be told, to observers too.
        let reason = self.sanitize_text(reason).into();
        Ok(Arc::new(Armed::new(of, target, reason, expires, deadline, by_code)))
    }

    fn of_pattern(&self, name: &str) -> Result<Of, Wrong> {
        let names = || self.compiled().pattern_names().filter(|known| !known.is_empty());
        if names().any(|known| known == name) {
            return Ok(Of::Pattern(name.into()));
        }
        let message =
            format!("an exemption is for the pattern {}, and no pattern in force has this name", quoted(name));
        Err(Wrong { message, hint: hint(name, names()) })
    }
}

/// What is wrong with an exemption.
struct Wrong {
    message: String,
    hint: String,
}

fn of_field(key: &str) -> Result<Of, Wrong> {
    let hint = "write it as in `keys` of a `[[field]]`: \"email\", \"*_email\", \"customer.email\"".to_owned();
    let pattern = Inventory::single(key).map_err(|message| Wrong { message: message.into(), hint })?;
    Ok(Of::Field { key: key.into(), pattern })
}

fn target_of(target: &str) -> Result<TargetPattern, Wrong> {
    TargetPattern::parse(target).ok_or_else(|| Wrong {
        message: "an exemption needs a target".into(),
        hint: "name that of the events and spans, such as \"shop::billing\" or \"shop::*\"".into(),
    })
}

fn reason_of(reason: &str) -> Result<&str, Wrong> {
    let good = !reason.trim().is_empty() && !reason.chars().any(char::is_control);
    good.then(|| reason.trim()).ok_or_else(|| Wrong {
        message: "an exemption needs a reason".into(),
        hint: "say why on one line, such as the name of an incident".into(),
    })
}

fn too_long(max: Duration) -> Wrong {
    Wrong {
        message: format!("an exemption may be in force for {} at most, and this one would be longer", written(max)),
        hint: "let it end earlier, or set `max_exemption` in `[defaults]` or in the profile".into(),
    }
}

/// A moment, for people.
pub(crate) fn moment(time: SystemTime) -> impl fmt::Display {
    struct Moment(SystemTime);
    impl fmt::Display for Moment {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            crate::format::write_time(f, self.0)
        }
    }
    Moment(time)
}
