//! What a target may log at all.

use std::fmt;

use tracing_core::Metadata;

use super::exemption::TargetPattern;
use super::field_name::{is_not_data, split_path};
use super::{Compiled, Inventory, OWN_TARGET, Policy, Treatment};
use crate::detect::pair::Dotted;
use crate::observe::Notice;
use crate::rules::{Error, NotAllowed, SchemaRule, Source};

/// One `[[schema]]`, compiled.
pub(crate) struct Schema {
    target: TargetPattern,
    allow: Vec<(Box<str>, Inventory)>,
    not_allowed: NotAllowed,
}

/// A callsite that has a field which a schema does not allow. Known when the callsite is first met, for its fields are
/// constants of the program.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The callsite: target, file and line.
    pub callsite: &'static Metadata<'static>,
    /// The name of the field.
    pub field: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = (self.callsite.file().unwrap_or("?"), self.callsite.line().unwrap_or(0));
        write!(f, "{file}:{line}: the schema of {} does not allow the field `{}`", self.callsite.target(), self.field)
    }
}

impl Schema {
    pub(super) fn compile(source: &Source, rule: &SchemaRule) -> Result<Self, Error> {
        let target = TargetPattern::parse(rule.target.get_ref()).ok_or_else(|| {
            let hint = Some("name that of the events and spans, such as \"shop::billing\" or \"shop::*\"".to_owned());
            Error::at(source, rule.target.span(), "a schema needs a target", hint)
        })?;
        let allow = |key: &toml::Spanned<String>| {
            let pattern = Inventory::single(key.get_ref());
            let pattern = pattern.map_err(|message| Error::at(source, key.span(), message, None))?;
            Ok((key.get_ref().as_str().into(), pattern))
        };
        let allow = rule.allow.iter().map(allow).collect::<Result<_, Error>>()?;
        Ok(Self { target, allow, not_allowed: rule.unlisted.unwrap_or_default() })
    }

    fn allows(&self, field: &str) -> bool {
        let (parents, key) = split_path(field);
        self.allow.iter().any(|(_, pattern)| pattern.rule(key, &Dotted(parents)).is_some())
    }

    pub(super) fn not_allowed(&self) -> NotAllowed {
        self.not_allowed
    }

    /// Whether it does all that another one does: for its targets, it allows no more, and is as strict.
    pub(super) fn is_in_place_of(&self, other: &Self) -> bool {
        let more = |(key, _): &(Box<str>, Inventory)| !other.allow.iter().any(|(known, _)| known == key);
        // A `*` of the other one can only stand where this one has a `*`.
        self.target.matches(other.target.as_str())
            && self.not_allowed >= other.not_allowed
            && !self.allow.iter().any(more)
    }

    /// Whether another schema allows no more than this one.
    pub(super) fn is_kept_by(&self, other: &Self) -> bool {
        let more = |(key, _): &(Box<str>, Inventory)| !self.allow.iter().any(|(known, _)| known == key);
        self.target == other.target && other.not_allowed >= self.not_allowed && !other.allow.iter().any(more)
    }
}

impl Compiled {
    /// Tells of a violation, once for each callsite and field.
    pub(crate) fn violated(&self, violation: &Violation) {
        self.counters.violated();
        if let Some(observer) = &self.observer {
            observer.noticed(&Notice::SchemaViolated(violation));
        }
    }
}

impl Policy {
    /// What becomes of a field that the schemas of its target do not allow; `None` if they do, or there is none.
    pub(crate) fn not_allowed(&self, target: &str, field: &str) -> Option<NotAllowed> {
        if is_not_data(field) || target == OWN_TARGET {
            return None;
        }
        let schemas = self.compiled().schemas.iter().filter(|schema| schema.target.matches(target));
        schemas.filter(|schema| !schema.allows(field)).map(|schema| schema.not_allowed).max()
    }

    /// What becomes of a field that the schemas of a target do not allow; `None` if they do, or there is none. Of several, the
    /// strictest decides, and it goes before what [`Policy::explain_key`] tells.
    ///
    /// ```
    /// use tracing_privacy::{Policy, Treatment};
    ///
    /// let rules = "version = 1\n[[schema]]\ntarget = \"shop::*\"\nallow = [\"order_id\"]\nunlisted = \"mask\"\n";
    /// let policy: Policy = rules.parse()?;
    /// assert_eq!(policy.explain_schema("shop::orders", "customer"), Some(Treatment::Masked));
    /// assert_eq!(policy.explain_schema("shop::orders", "order_id"), None);
    /// assert_eq!(policy.explain_schema("stock", "customer"), None);
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn explain_schema(&self, target: &str, field: &str) -> Option<Treatment> {
        self.not_allowed(target, field).map(|not_allowed| match not_allowed {
            NotAllowed::Mask => Treatment::Masked,
            NotAllowed::Drop => Treatment::Dropped,
            NotAllowed::Reject => Treatment::Rejected,
        })
    }

    /// The callsites met so far that have fields which a schema does not allow.
    ///
    /// ```
    /// use tracing_privacy::Policy;
    /// use tracing_privacy::testing::capture;
    ///
    /// let rules = "version = 1\n[[schema]]\ntarget = \"shop::*\"\nallow = [\"order_id\"]\n";
    /// let policy: Policy = rules.parse()?;
    /// let log = capture(&policy, || tracing::info!(target: "shop::orders", order_id = 7, customer = "jo", "paid"));
    /// let [violation] = policy.violations()[..] else { panic!("there is one") };
    /// assert_eq!((violation.field, violation.callsite.target()), ("customer", "shop::orders"));
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn violations(&self) -> Vec<Violation> {
        self.plans().violations()
    }
}
