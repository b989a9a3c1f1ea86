//! What leaves by another way than `tracing`: through an SDK that code of the application hands values to directly.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::detect::pair::{Dotted, option_name};
use crate::document::arguments;
use crate::document::encoding::byte_list;
use crate::document::lossy;
use crate::document::names::Names;
use crate::observe::{LookingAt, Passed};
use crate::policy::{Mode, Policy, Scope};
use crate::sanitize::{Action, Number, Sanitized};

/// How deep lists and maps are followed; what lies deeper is erased.
const MAX_DEPTH: usize = 128;

impl Policy {
    /// Begins with one thing that leaves the program by another way than `tracing`: a span of an SDK, a report of an
    /// error, a message. This is for whoever writes a wrapper around such an SDK, as `tracing-privacy-opentelemetry` is.
    ///
    /// ```
    /// use tracing_privacy::Policy;
    /// use tracing_privacy::boundary::{Sanitized, Value};
    ///
    /// let policy = Policy::builtin();
    /// let mut report = policy.outgoing();
    /// assert_eq!(report.text("cannot mail jo@example.com").as_deref(), Some("cannot mail ***@example.com"));
    /// assert_eq!(report.text("cannot mail"), None); // clean
    ///
    /// let mut value = Value::List(vec![Value::Int(7), Value::Text("password=hunter2".into())]);
    /// assert_eq!(report.value("args", &mut value), Sanitized::Masked);
    /// assert_eq!(value, Value::List(vec![Value::Int(7), Value::Text("password=[redacted:credential]".into())]));
    /// # drop(report);
    /// # assert_eq!((policy.counts().exported > 0, policy.counts().masked > 1), (true, true));
    /// ```
    pub fn outgoing(&self) -> Outgoing<'_> {
        Outgoing { policy: self, values: 0, bytes: 0 }
    }
}

/// One thing on its way out; see [`Policy::outgoing`].
///
/// All of it is sanitized by one policy. When it is dropped, it is counted, with the values and bytes that were looked at.
/// [Exemptions](crate::Exemption) and schemas apply to the targets of events and spans. Values that are sent this way have none, so
/// neither applies.
pub struct Outgoing<'p> {
    policy: &'p Policy,
    values: u64,
    bytes: u64,
}

/// A value in the form that SDKs have them.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'v> {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Cow<'v, str>),
    /// Bytes, which may be text.
    Bytes(Cow<'v, [u8]>),
    /// Several values under one key.
    List(Vec<Value<'v>>),
    /// Values with keys of their own.
    Map(Vec<(Cow<'v, str>, Value<'v>)>),
}

impl Outgoing<'_> {
    /// Sanitizes a text that stands under no key: a name, a message, a key. `None` if it is clean.
    pub fn text(&mut self, text: &str) -> Option<String> {
        let _apart = self.apart();
        self.saw(text.len());
        let mut out = Vec::new();
        let outcome = self.policy.sanitize(Action::Scan, "", text.as_bytes(), &mut out);
        (outcome != Sanitized::Clean).then(|| string(&out))
    }

    /// Sanitizes a value in place, by its key and by what is in it, as in JSON: under a key that is masked, a list or map
    /// becomes one masked text. In a list of arguments, a value that follows `--password` stands under that key.
    pub fn value(&mut self, key: &str, value: &mut Value<'_>) -> Sanitized {
        let _apart = self.apart();
        let action = self.policy.action(key);
        self.walk(key, action, value, 0)
    }

    /// The same, for a key that the SDK itself writes, such as `service.name`: it is masked if a rule names it, but not
    /// since none does (`unlisted`).
    pub fn own_value(&mut self, key: &str, value: &mut Value<'_>) -> Sanitized {
        let _apart = self.apart();
        let unlisted = self.policy.compiled().unlisted_rule;
        let action = match self.policy.action(key) {
            Action::Unlisted(_) => Action::Scan,
            Action::Drop(rule) if rule == unlisted => Action::Scan,
            action => action,
        };
        self.walk(key, action, value, 0)
    }

    /// What stands for a value that cannot be read. It is counted as a failure.
    pub fn unreadable(&mut self, key: &str) -> String {
        let _apart = self.apart();
        let mut out = Vec::new();
        self.policy.unreadable(key, &mut out);
        string(&out)
    }

    /// Belongs to no event or span, even while one is looked at. For one call: this may outlive it, or go to another thread.
    fn apart(&self) -> (LookingAt<'static>, Option<Scope>) {
        (LookingAt::nothing(), self.policy.looking_at_nothing())
    }

    fn saw(&mut self, bytes: usize) {
        self.values += 1;
        self.bytes += bytes as u64;
    }

    fn walk(&mut self, field: &str, action: Action, value: &mut Value<'_>, depth: usize) -> Sanitized {
        let whole = action.is_whole();
        match value {
            Value::List(items) if items.is_empty() => Sanitized::Clean,
            Value::Map(members) if members.is_empty() => Sanitized::Clean,
            Value::List(_) | Value::Map(_) if depth >= MAX_DEPTH => {
                *value = Value::Text(self.unreadable(field).into());
                Sanitized::Masked
            }
            Value::List(_) | Value::Map(_) if whole => {
                let raw = json(value, depth).to_string();
                self.saw(raw.len());
                self.replace(value, |policy, out| policy.sanitize(action, field, raw.as_bytes(), out))
            }
            Value::List(items) => match text_of(items).filter(|_| action.is_scan()) {
                Some(text) => {
                    self.saw(text.len());
                    self.replace(value, |policy, out| policy.sanitize(action, field, &text, out))
                }
                None => self.list(field, action, items, depth),
            },
            Value::Map(members) => self.map(field, members, depth),
            Value::Text(text) => {
                self.saw(text.len());
                let text = std::mem::take(text);
                let outcome = self.replace(value, |policy, out| policy.sanitize(action, field, text.as_bytes(), out));
                if outcome != Sanitized::Masked {
                    *value = Value::Text(text);
                }
                outcome
            }
            Value::Bytes(bytes) => {
                self.saw(bytes.len());
                let bytes = std::mem::take(bytes);
                let outcome = self.replace(value, |policy, out| policy.sanitize(action, field, &bytes, out));
                if outcome != Sanitized::Masked {
                    *value = Value::Bytes(bytes);
                }
                outcome
            }
            Value::Bool(b) => self.number(field, action, Number::Bool(*b), value),
            Value::Int(n) => self.number(field, action, Number::Signed((*n).into()), value),
            Value::Float(n) => self.number(field, action, Number::Float(*n), value),
        }
    }

    fn number(&mut self, field: &str, action: Action, number: Number, value: &mut Value<'_>) -> Sanitized {
        self.saw(0);
        self.replace(value, |policy, out| policy.sanitize_number(action, field, number, out))
    }

    fn list(&mut self, field: &str, action: Action, items: &mut Vec<Value<'_>>, depth: usize) -> Sanitized {
        let text = |item: &Value<'_>| if let Value::Text(text) = item { Some((**text).into()) } else { None };
        let texts: Option<Vec<serde_json::Value>> = items.iter().map(text).collect();
        if action.is_scan()
            && let Some(safe) = texts.and_then(|texts| arguments::sanitize(self.policy, field, &texts))
        {
            return self.arguments(items, &safe);
        }
        let (mut outcome, mut option) = (Sanitized::Clean, None);
        items.retain_mut(|item| {
            let named = if let Value::Text(text) = item { option_name(text.as_bytes()) } else { None };
            let named = named.map(|name| lossy(name).into_owned());
            let by_option = std::mem::replace(&mut option, named).map(|name: String| (self.policy.action(&name), name));
            if let Value::List(pair) = item
                && let [Value::Text(key), value] = &mut pair[..]
                && let path = path_of(field, key)
                && let named @ (Action::Mask(_) | Action::Drop(_)) = self.policy.action(&path)
            {
                let became = self.walk(&path, named, value, depth + 2);
                if let Some(safe) = self.text(key) {
                    *key = safe.into();
                    outcome = Sanitized::Masked;
                }
                if became != Sanitized::Clean {
                    outcome = Sanitized::Masked;
                }
                return became != Sanitized::Dropped;
            }
            let became = match by_option {
                Some((named @ (Action::Mask(_) | Action::Drop(_)), name)) => self.walk(&name, named, item, depth + 1),
                _ => self.walk(field, action, item, depth + 1),
            };
            if became != Sanitized::Clean {
                outcome = Sanitized::Masked;
            }
            became != Sanitized::Dropped
        });
        outcome
    }

    /// Puts sanitized arguments in place of those that they were.
    fn arguments(&mut self, items: &mut [Value<'_>], safe: &[serde_json::Value]) -> Sanitized {
        let mut outcome = Sanitized::Clean;
        for (item, safe) in items.iter_mut().zip(safe) {
            if let (Value::Text(text), Some(safe)) = (&*item, safe.as_str()) {
                self.saw(text.len());
                if **text != *safe {
                    *item = Value::Text(safe.to_owned().into());
                    outcome = Sanitized::Masked;
                }
            }
        }
        outcome
    }

    fn map(&mut self, field: &str, members: &mut Vec<(Cow<'_, str>, Value<'_>)>, depth: usize) -> Sanitized {
        let mut outcome = Sanitized::Clean;
        let texts = members
            .iter()
            .map(|(key, value)| (&**key, if let Value::Text(text) = value { Some(&**text) } else { None }));
        let names = Names::among(self.policy, texts, &Dotted(field.as_bytes()));
        members.retain_mut(|(key, value)| {
            let path = path_of(field, key);
            let (action, path) = names.action(self.policy.action(&path), key, &path);
            let became = self.walk(path, action, value, depth + 1);
            // Personal data hides in the keys of maps, too.
            if let Some(safe) = self.text(key) {
                *key = safe.into();
                outcome = Sanitized::Masked;
            }
            if became != Sanitized::Clean {
                outcome = Sanitized::Masked;
            }
            became != Sanitized::Dropped
        });
        if outcome == Sanitized::Masked {
            tell_apart(members);
        }
        outcome
    }

    fn replace(&self, value: &mut Value<'_>, sanitize: impl FnOnce(&Policy, &mut Vec<u8>) -> Sanitized) -> Sanitized {
        let mut out = Vec::new();
        let outcome = sanitize(self.policy, &mut out);
        if outcome == Sanitized::Masked {
            *value = Value::Text(string(&out).into());
        }
        outcome
    }
}

impl Drop for Outgoing<'_> {
    fn drop(&mut self) {
        if self.policy.mode() != Mode::Off {
            self.policy.compiled().counters.passed(Passed::Exported, self.values, self.bytes);
        }
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("values", &self.values).finish_non_exhaustive()
    }
}

/// What kind of value it is; never the value, which may be raw.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool(_) => "Bool(..)",
            Self::Int(_) => "Int(..)",
            Self::Float(_) => "Float(..)",
            Self::Text(_) => "Text(..)",
            Self::Bytes(_) => "Bytes(..)",
            Self::List(_) => "List(..)",
            Self::Map(_) => "Map(..)",
        })
    }
}

/// The path of a key in what stands in a field.
fn path_of(field: &str, key: &str) -> String {
    if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") }
}

/// Keys that became one must not cost a value: all but the first get a number.
fn tell_apart(members: &mut [(Cow<'_, str>, Value<'_>)]) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for (key, _) in members {
        let mut free = key.to_string();
        while taken.contains_key(&free) {
            let count = taken.entry(key.to_string()).or_insert(1);
            *count += 1;
            free = format!("{key}_{count}");
        }
        taken.insert(free.clone(), 1);
        *key = free.into();
    }
}

/// The text in a list of its bytes.
fn text_of(items: &[Value<'_>]) -> Option<Vec<u8>> {
    byte_list::of(items.iter().map(|item| if let Value::Int(n) = item { u8::try_from(*n).ok() } else { None }))
}

/// The text of a list or map that is masked as a whole.
fn json(value: &Value<'_>, depth: usize) -> serde_json::Value {
    match value {
        Value::List(_) | Value::Map(_) if depth >= MAX_DEPTH => serde_json::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Int(n) => (*n).into(),
        Value::Float(n) => (*n).into(),
        Value::Text(text) => (**text).into(),
        Value::Bytes(bytes) => lossy(bytes).into(),
        Value::List(items) => items.iter().map(|item| json(item, depth + 1)).collect(),
        Value::Map(members) => members.iter().map(|(key, value)| (key.to_string(), json(value, depth + 1))).collect(),
    }
}

fn string(bytes: &[u8]) -> String {
    lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
