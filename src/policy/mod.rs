//! The compiled, immutable form of the rules.

mod builder;
mod category;
mod class;
mod compile;
mod fingerprint;
mod inventory;
mod key;
mod rule;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use once_cell::sync::Lazy;

pub use self::builder::{FieldBuilder, Mask, PatternBuilder, PolicyBuilder};
pub use self::category::Category;
pub use self::class::DataClass;
pub(crate) use self::inventory::{Inventory, Parents};
#[cfg(test)]
pub(crate) use self::inventory::{KeyPattern, Rank};
pub(crate) use self::rule::Rule;
use crate::boundary::PlanCache;
use crate::detect::pair::Dotted;
use crate::detect::scanner::Scanner;
use crate::mask::Chain;
use crate::observe::{Counters, Observer, Snapshot};
use crate::rules::{Error, Unlisted};
use crate::sanitize::{Action, Sanitized};

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
    fingerprint: Box<str>,
    rules: Vec<Rule>,
    pub(crate) inventory: Inventory,
    pub(crate) scanner: Scanner,
    /// The lowest class that is masked.
    pub(crate) mask_from: DataClass,
    unlisted: Unlisted,
    /// The rule for what the inventory does not name.
    unlisted_rule: u32,
    pub(crate) counters: Counters,
    pub(crate) observer: Option<Box<dyn Observer>>,
    plans: PlanCache,
}

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
    /// `redaction-rules.toml` in the working directory if there is one, or else the built-in policy. Token keys come
    /// from `TRACING_PRIVACY_KEY` or from the file that `TRACING_PRIVACY_KEY_FILE` names.
    ///
    /// # Errors
    ///
    /// As [`Policy::from_file`]; also for a `TRACING_PRIVACY_` variable that does not exist, is empty, or holds no good
    /// key.
    pub fn from_environment() -> Result<Self, Error> {
        Self::builder().environment().build()
    }

    /// Starts a policy in code.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }

    /// Where the rules came from: a path, `<string>`, `<code>` or `built-in`.
    pub fn source(&self) -> &str {
        &self.compiled.source
    }

    /// Tells this policy from others: 16 hex digits of a SHA-256 of its rules, its packs, the lowest class that it masks
    /// and the id of its token key (not the key). Two policies with the same rules have the same one.
    ///
    /// ```
    /// # use tracing_privacy::{DataClass, Policy};
    /// let strict = Policy::builder().include_all().mask_from(DataClass::Public).build()?;
    /// assert_ne!(strict.fingerprint(), Policy::builtin().fingerprint());
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn fingerprint(&self) -> &str {
        &self.compiled.fingerprint
    }

    /// How much was masked under this policy so far, in this process.
    pub fn counts(&self) -> Snapshot {
        self.compiled.counters.snapshot()
    }

    /// Sanitizes a text that stands under no key: a line of a log file, a message. Documents inside it are understood.
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
        let mut out = Vec::new();
        match self.sanitize(self.action(field), field, text.as_bytes(), &mut out) {
            Sanitized::Clean => text.to_owned(),
            Sanitized::Masked => String::from_utf8_lossy(&out).into_owned(),
            Sanitized::Dropped => String::new(),
        }
    }

    /// Sanitizes a text that stands under no key and need not be UTF-8; bytes that are not are kept.
    ///
    /// Appends exactly one sanitized text to `out`, clean or not. Returns whether anything was masked.
    pub fn sanitize_line(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let outcome = self.sanitize(Action::Scan, "", text, out);
        if outcome == Sanitized::Clean {
            out.extend_from_slice(text);
        }
        outcome != Sanitized::Clean
    }

    /// Sanitizes a JSON value by its keys and by what its strings and numbers hold.
    ///
    /// A value under a key that is masked becomes one masked string, whatever it was. `null`, the empty string and the
    /// empty container stay.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let mut value = serde_json::json!({"user": {"passWord": "hunter2", "id": 7}});
    /// Policy::builtin().sanitize_json(&mut value);
    /// assert_eq!(value, serde_json::json!({"user": {"passWord": "[redacted:credential]", "id": 7}}));
    /// ```
    pub fn sanitize_json(&self, value: &mut serde_json::Value) {
        crate::document::value::sanitize(self, value);
    }

    /// What this policy does with a field of that name (`user.email`, `http.request.header.x-api-key`).
    pub(crate) fn action(&self, field: &str) -> Action {
        // The message is text under no key. What `tracing-log` tells of a record's place is turned back into metadata
        // by layers, so it may be scanned but not masked as a whole.
        const NOT_DATA: &[&str] = &["", "message", "log.target", "log.module_path", "log.file", "log.line"];
        if NOT_DATA.contains(&field) {
            return Action::Scan;
        }
        let last = field.rfind('.').map_or(0, |dot| dot + 1);
        self.compiled.action_in(&field.as_bytes()[last..], &Dotted(&field.as_bytes()[..last]))
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
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

    /// How a value is masked for which no rule says how.
    pub(crate) fn default_chain(&self) -> &Chain {
        &self.rule(self.unlisted_rule).chain
    }

    /// What is done with the value of a key.
    pub(crate) fn action_in(&self, key: &[u8], parents: &dyn Parents) -> Action {
        match (self.inventory.rule(key, parents), self.unlisted) {
            (Some(rule), _) if self.rule(rule).masks => match self.rule(rule).chain.drops() {
                true => Action::Drop(rule),
                false => Action::Mask(rule),
            },
            (Some(_), _) | (None, Unlisted::Scan) => Action::Scan,
            (None, Unlisted::Mask) => Action::Unlisted(self.unlisted_rule),
            (None, Unlisted::Drop) => Action::Drop(self.unlisted_rule),
        }
    }
}
