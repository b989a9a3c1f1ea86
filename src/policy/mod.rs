//! The compiled, immutable form of the rules.

mod action;
mod audience;
mod builder;
mod category;
mod class;
mod compile;
mod diagnose;
mod endings;
mod exemption;
mod explain;
mod field_name;
mod fingerprint;
mod in_force;
mod inventory;
mod key;
mod live;
mod lock;
mod mode;
mod rule;
mod schema;
mod settings;
mod source;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use once_cell::sync::Lazy;

pub use self::builder::{FieldBuilder, Mask, PatternBuilder, PolicyBuilder};
pub use self::category::Category;
pub use self::class::DataClass;
pub use self::exemption::{Exemption, ExemptionGuard, ExemptionInfo};
pub(crate) use self::exemption::{Exemptions, Scope};
pub use self::explain::{KeyExplanation, KeyRule, Precedence, Speaker, Treatment};
pub(crate) use self::field_name::{is_not_data, name_of, split_path};
pub(crate) use self::fingerprint::Fingerprint;
pub use self::in_force::InForce;
pub(crate) use self::inventory::{FEW_LETTERS, Inventory, LAST_LETTERS, Parents};
#[cfg(test)]
pub(crate) use self::inventory::{KeyPattern, Rank};
use self::live::FileRead;
pub use self::live::{LivePolicy, Reloads};
pub use self::mode::Mode;
pub(crate) use self::rule::Rule;
use self::schema::Schema;
pub use self::schema::Violation;
use self::settings::Settled;
pub(crate) use self::source::Kind as PolicySourceKind;
pub use self::source::PolicySource;
use crate::boundary::PlanCache;
use crate::detect::scanner::Scanner;
use crate::document::{into_text, value};
use crate::mask::Chain;
use crate::observe::{Counters, Masked, Observer, Snapshot};
use crate::rules::{Diagnostic, Error, Unlisted};
use crate::sanitize::{Action, Reduction, Sanitized, clean_only_now};

/// What to mask and how: rules, compiled. Cheap to clone; never changes.
///
/// ```
/// use tracing_privacy::Policy;
///
/// let policy: Policy = r#"
///     version = 1
///     include = ["builtin:secrets"]
///
///     [[field]]
///     keys = ["customer_number"]
///     category = "person"
///     mask = { keep_last = 2 }
/// "#.parse()?;
///
/// assert_eq!(policy.sanitize_text("customer_number=483920 paid"), "customer_number=****20 paid");
/// assert_eq!(policy.sanitize_text("login with password=hunter2"), "login with password=[redacted:credential]");
/// # Ok::<(), tracing_privacy::Error>(())
/// ```
#[derive(Clone)]
pub struct Policy {
    compiled: Arc<Compiled>,
}

/// What a policy holds. Rules are named by their index.
pub(crate) struct Compiled {
    source: Box<str>,
    rules: Vec<Rule>,
    /// The names of the patterns that mask.
    patterns: Box<[Box<str>]>,
    pub(crate) exemptions: Exemptions,
    /// What is not wrong with the rules, but not right either.
    warnings: Box<[Diagnostic]>,
    /// The files that the rules were read from.
    files: Box<[FileRead]>,
    pub(crate) inventory: Inventory,
    pub(crate) scanner: Scanner,
    /// The lowest class that is masked.
    pub(crate) mask_from: DataClass,
    pub(crate) mode: Mode,
    settled: Settled,
    /// Whose policy it is, if it is that of an audience.
    audience: Option<Box<str>>,
    /// The same rules for others.
    audiences: BTreeMap<Box<str>, Policy>,
    fingerprint: Fingerprint,
    unlisted: Unlisted,
    /// The rule for what the inventory does not name.
    pub(crate) unlisted_rule: u32,
    schemas: Box<[Schema]>,
    /// What is done with payloads that are too large.
    pub(crate) reduction: Option<Reduction>,
    /// The rule for what a schema does not allow.
    pub(crate) schema_rule: u32,
    pub(crate) counters: Arc<Counters>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    plans: PlanCache,
}

/// The target of the events that this library itself logs.
pub(crate) const OWN_TARGET: &str = "tracing_privacy";

static BUILTIN: Lazy<Policy> = Lazy::new(|| {
    let policy = Policy::builder().include_all().build();
    policy.expect("a test compiles the built-in packs")
});

impl Policy {
    /// The policy that is in force where nobody wrote rules: all packs, masked without a key.
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// Reads and compiles a rules file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or something in it is wrong. The error's text shows the place and how to mend it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder().rules_file(path).build()
    }

    /// The policy that the environment asks for: the file that `TRACING_PRIVACY_RULES` names, or else
    /// `redaction-rules.toml` in the working directory if there is one, or else the built-in policy.
    ///
    /// `TRACING_PRIVACY_PROFILE` names the profile, `TRACING_PRIVACY_MODE` the mode (`enforce`, `observe`, `off`),
    /// `TRACING_PRIVACY_MASK_FROM` the lowest class that is masked. Token keys come from `TRACING_PRIVACY_KEY` or from the
    /// file that `TRACING_PRIVACY_KEY_FILE` names.
    ///
    /// # Errors
    ///
    /// As [`Policy::from_file`]; also for a `TRACING_PRIVACY_` variable that does not exist, is empty, holds no good key or
    /// no known word, or would weaken a locked profile.
    pub fn from_environment() -> Result<Self, Error> {
        Self::builder().environment().build()
    }

    /// Starts a policy in code.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }

    /// Whether both are one: clones of each other, not only equal.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.compiled, &other.compiled)
    }

    /// Where the rules came from: a path, `<string>`, `<code>` or `built-in`.
    pub fn source(&self) -> &str {
        &self.compiled.source
    }

    /// What is not wrong with the rules, but should be looked at: a rule that never takes effect, an exemption whose time
    /// is over; and notes, of patterns that cost time in every text. As things stood when the policy was made; packs give none.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.compiled.warnings
    }

    /// How much was looked at and masked under this policy so far, in this process. To ask costs a little for each thread
    /// that logs; to count costs a thread no lock, and no memory that another one writes.
    pub fn counts(&self) -> Snapshot {
        self.compiled.counters.snapshot()
    }

    /// What was masked under this policy so far, in this process, by rule, class, category and masker.
    pub fn masked(&self) -> Masked {
        self.compiled.counters.masked()
    }

    /// Sanitizes a text that stands under no key: a line of a log file, a message. Documents inside it are understood.
    ///
    /// [Exemptions](crate::Exemption) are for the targets of events and spans. Text that is given to this method, or to the other
    /// `sanitize_…` methods, has no target, so no exemption applies.
    pub fn sanitize_text(&self, text: &str) -> String {
        self.sanitize_field("", text)
    }

    /// Sanitizes the value of a field; empty if the field is to be dropped.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let policy = Policy::builtin();
    /// assert_eq!(policy.sanitize_field("password", "hunter2"), "[redacted:credential]");
    /// assert_eq!(policy.sanitize_field("note", "ask jo@example.com"), "ask ***@example.com");
    /// ```
    pub fn sanitize_field(&self, field: &str, text: &str) -> String {
        let (_apart, mut out) = (self.looking_at_nothing(), Vec::new());
        match self.sanitize(self.action(field), field, text.as_bytes(), &mut out) {
            Sanitized::Clean => text.to_owned(),
            Sanitized::Masked => into_text(out),
            Sanitized::Dropped => String::new(),
        }
    }

    /// Sanitizes a text that stands under no key and need not be UTF-8; bytes that are not are kept.
    ///
    /// Appends exactly one sanitized text to `out`, clean or not. Returns whether anything was masked.
    pub fn sanitize_line(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let _apart = self.looking_at_nothing();
        let outcome = self.sanitize(Action::Scan, "", text, out);
        if outcome == Sanitized::Clean {
            out.extend_from_slice(text);
        }
        outcome != Sanitized::Clean
    }

    /// Sanitizes a JSON value by its keys and by what its strings and numbers hold.
    ///
    /// A value under a key that is masked becomes one masked string, whatever it was. `null`, the empty string and the
    /// empty container stay. An array of the bytes of a text becomes that text, masked, if there is something to mask in it. In a list of
    /// arguments, one may say what another is: `["--token", "x"]`.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let mut value = serde_json::json!({"user": {"passWord": "hunter2", "id": 7}});
    /// Policy::builtin().sanitize_json(&mut value);
    /// assert_eq!(value, serde_json::json!({"user": {"passWord": "[redacted:credential]", "id": 7}}));
    /// ```
    pub fn sanitize_json(&self, value: &mut serde_json::Value) {
        let _apart = self.looking_at_nothing();
        match self.mode() {
            Mode::Enforce => value::sanitize(self, value),
            Mode::Observe => value::sanitize(self, &mut value.clone()),
            Mode::Off => {}
        }
    }

    /// Sanitizes one value of a document, to which `keys` lead from the outermost object, as [`sanitize_json`](Self::sanitize_json) would
    /// where it stands: by its keys, by what it holds, and by the name that a member beside it gives it. No other value is sanitized or
    /// counted.
    ///
    /// Answers the safe keys and the safe value; `None` if it is to be dropped, or if `keys` lead nowhere. If a parent is masked as a whole
    /// or lies too deep, fewer keys are returned: they lead to that parent, and the value is what it would become if it held only this one.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let document = serde_json::json!({"setting": {"name": "db_password", "value": "hunter2"}});
    /// let (keys, value) = Policy::builtin().sanitize_json_at(&document, &["setting", "value"]).unwrap();
    /// assert_eq!(keys, ["setting", "value"]);
    /// assert_eq!(value, "[redacted:credential]");
    /// ```
    pub fn sanitize_json_at<K: AsRef<str>>(
        &self,
        document: &serde_json::Value,
        keys: &[K],
    ) -> Option<(Vec<String>, serde_json::Value)> {
        let _apart = self.looking_at_nothing();
        let sanitized = match self.mode() {
            Mode::Enforce | Mode::Observe => value::sanitize_at(self, document, keys),
            Mode::Off => None,
        };
        if self.mode() == Mode::Enforce {
            return sanitized;
        }
        let raw = value::value_at(document, keys)?;
        Some((keys.iter().map(|key| key.as_ref().to_owned()).collect(), raw.clone()))
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    fn files(&self) -> &[FileRead] {
        &self.compiled.files
    }

    /// Plans of this policy, one for each callsite met so far.
    pub(crate) fn plans(&self) -> &PlanCache {
        &self.compiled.plans
    }
}

impl FromStr for Policy {
    type Err = Error;

    fn from_str(rules: &str) -> Result<Self, Error> {
        Self::builder().rules(rules).build()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.compiled.rules.len();
        f.debug_struct("Policy").field("source", &self.compiled.source).field("rules", &rules).finish_non_exhaustive()
    }
}

impl Compiled {
    pub(crate) fn rule(&self, index: u32) -> &Rule {
        &self.rules[index as usize]
    }

    pub(crate) fn fingerprint(&self) -> &str {
        self.fingerprint.as_str()
    }

    /// The names of the patterns in force.
    fn pattern_names(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|name| &**name)
    }

    /// Whether an exemption lets a value pass that stands under that key, or that this rule found.
    pub(crate) fn exempts(&self, field: &str, rule: Option<u32>) -> bool {
        let exempts = self.exemptions.any() && rule != Some(self.schema_rule) && {
            // A rule of the inventory may have the name of a pattern.
            let pattern = rule.map(|rule| self.rule(rule)).filter(|rule| rule.is_pattern).map(|rule| &*rule.name);
            self.exemptions.let_pass(field, pattern, self.observer.as_deref())
        };
        if exempts {
            clean_only_now();
            self.counters.exempted();
        }
        exempts
    }

    /// How a value is masked for which no rule says how.
    pub(crate) fn default_chain(&self) -> &Chain {
        &self.rule(self.unlisted_rule).chain
    }

    /// Tells this policy from all others, for what threads remember. Never 0.
    pub(crate) fn id(&self) -> u64 {
        self.plans.id()
    }
}
