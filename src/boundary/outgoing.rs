//! What leaves by another way than `tracing`: through an SDK that code of the application hands values to directly.

use std::borrow::Cow;
use std::fmt;

use crate::detect::pair::Dotted;
use crate::document::names::Names;
use crate::document::tree::{MAX_DEPTH, Node, Path, Tree, Walk};
use crate::document::{into_text, lossy};
use crate::observe::{LookingAt, Passed};
use crate::policy::{Mode, Policy, Scope};
use crate::sanitize::{Action, Number, Sanitized};

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
        Outgoing(Walk::new(self))
    }
}

/// One thing on its way out; see [`Policy::outgoing`].
///
/// All of it is sanitized by one policy. When it is dropped, it is counted, with the values and bytes that were looked at.
/// [Exemptions](crate::Exemption) and schemas apply to the targets of events and spans. Values that are sent this way have none, so
/// neither applies.
pub struct Outgoing<'p>(Walk<'p>);

/// What values say of one another; see [`Outgoing::neighbours`].
pub struct Neighbours(Names);

impl fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Neighbours").finish_non_exhaustive()
    }
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
        self.0.text(text)
    }

    /// Sanitizes a value in place, by its key and by what is in it, as in JSON: under a key that is masked, a list or map
    /// becomes one masked text. In a list of arguments, a value that follows `--password` stands under that key.
    pub fn value(&mut self, key: &str, value: &mut Value<'_>) -> Sanitized {
        let _apart = self.apart();
        let action = self.0.policy.action(key);
        self.0.value(value, action, &Path::of_field(key), 0)
    }

    /// What values that stand beside each other say of one another (`user` and `pass`, `name` and `value`), each by its key and its text, if it
    /// is one: for [`value_among`](Self::value_among).
    ///
    /// ```
    /// use tracing_privacy::Policy;
    /// use tracing_privacy::boundary::{Sanitized, Value};
    ///
    /// let policy = Policy::builtin();
    /// let mut report = policy.outgoing();
    /// let neighbours = report.neighbours(&[("user", Some("jo")), ("pass", Some("hunter2"))]);
    /// let mut value = Value::Text("hunter2".into());
    /// assert_eq!(report.value_among(&neighbours, "pass", &mut value), Sanitized::Masked);
    /// ```
    pub fn neighbours(&self, values: &[(&str, Option<&str>)]) -> Neighbours {
        Neighbours(Names::among(self.0.policy, values.iter().copied(), &Dotted(b"")))
    }

    /// [`Self::value`] of one that stands among others.
    pub fn value_among(&mut self, neighbours: &Neighbours, key: &str, value: &mut Value<'_>) -> Sanitized {
        let _apart = self.apart();
        let (action, called) = neighbours.0.action(self.0.policy.action(key), key, key);
        self.0.value(value, action, &Path::of_field(called), 0)
    }

    /// The same, for a key that the SDK itself writes, such as `service.name`: it is masked if a rule names it, but not
    /// since none does (`unlisted`).
    pub fn own_value(&mut self, key: &str, value: &mut Value<'_>) -> Sanitized {
        let _apart = self.apart();
        let unlisted = self.0.policy.compiled().unlisted_rule;
        let action = match self.0.policy.action(key) {
            Action::Unlisted(_) => Action::Scan,
            Action::Drop(rule) if rule == unlisted => Action::Scan,
            action => action,
        };
        self.0.value(value, action, &Path::of_field(key), 0)
    }

    /// What stands for a value that cannot be read. It is counted as a failure.
    pub fn unreadable(&mut self, key: &str) -> String {
        let _apart = self.apart();
        let mut out = Vec::new();
        self.0.policy.unreadable(key, &mut out);
        into_text(out)
    }

    /// Belongs to no event or span, even while one is looked at. For one call: this may outlive it, or go to another thread.
    fn apart(&self) -> (LookingAt<'static>, Option<Scope>) {
        (LookingAt::nothing(), self.0.policy.looking_at_nothing())
    }
}

impl Drop for Outgoing<'_> {
    fn drop(&mut self) {
        let Walk { policy, values, bytes } = self.0;
        if policy.mode() != Mode::Off {
            policy.compiled().counters.passed(Passed::Exported, values, bytes);
        }
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("values", &self.0.values).finish_non_exhaustive()
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

impl<'v> Tree for Value<'v> {
    type Text = Cow<'v, str>;
    type Map = Vec<(Cow<'v, str>, Self)>;

    fn node(&mut self) -> Node<'_, Self> {
        match self {
            Self::Bool(b) => Node::Number(Number::Bool(*b)),
            Self::Int(n) => Node::Number(Number::Signed((*n).into())),
            Self::Float(n) => Node::Number(Number::Float(*n)),
            Self::Text(text) => Node::Text(text),
            Self::Bytes(bytes) => Node::Bytes(bytes),
            Self::List(items) => Node::List(items),
            Self::Map(members) => Node::Map(members),
        }
    }

    fn of_text(text: String) -> Self {
        Self::Text(text.into())
    }

    fn json(&self, depth: usize) -> Cow<'_, serde_json::Value> {
        Cow::Owned(match self {
            Self::List(_) | Self::Map(_) if depth >= MAX_DEPTH => serde_json::Value::Null,
            Self::Bool(b) => (*b).into(),
            Self::Int(n) => (*n).into(),
            Self::Float(n) => (*n).into(),
            Self::Text(text) => (**text).into(),
            Self::Bytes(bytes) => lossy(bytes).into(),
            Self::List(items) => items.iter().map(|item| item.json(depth + 1).into_owned()).collect(),
            Self::Map(members) => {
                let member =
                    |(key, value): &(Cow<'_, str>, Self)| (key.to_string(), value.json(depth + 1).into_owned());
                members.iter().map(member).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests;
