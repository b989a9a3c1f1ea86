//! `serde_json::Value`, sanitized in place.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::names::Names;
use super::tree::{MAX_DEPTH, Node, Path, Tree, Walk};
use crate::policy::Policy;
use crate::sanitize::{Action, Number, Sanitized};

impl Tree for Value {
    type Text = String;
    type Map = Map<String, Self>;

    fn node(&mut self) -> Node<'_, Self> {
        match self {
            Self::Null => Node::Nothing,
            Self::Bool(b) => Node::Number(Number::Bool(*b)),
            Self::Number(number) => Node::Number(match (number.as_u128(), number.as_i128(), number.as_f64()) {
                (Some(n), _, _) => Number::Unsigned(n),
                (_, Some(n), _) => Number::Signed(n),
                (_, _, n) => Number::Float(n.unwrap_or(f64::NAN)),
            }),
            Self::String(text) => Node::Text(text),
            Self::Array(items) => Node::List(items),
            Self::Object(members) => Node::Map(members),
        }
    }

    fn of_text(text: String) -> Self {
        Self::String(text)
    }

    fn json(&self, _: usize) -> Cow<'_, Value> {
        Cow::Borrowed(self)
    }
}

pub(crate) fn sanitize(policy: &Policy, value: &mut Value) {
    Walk::new(policy).value(value, Action::Scan, &Path::of_field(""), 0);
}

/// The value to which `keys` lead.
pub(crate) fn value_at<'v, K: AsRef<str>>(document: &'v Value, keys: &[K]) -> Option<&'v Value> {
    keys.iter().try_fold(document, |value, key| value.get(key.as_ref()))
}

/// Sanitizes the value to which `keys` lead, with nothing of the others but what they say of it: see [`Policy::sanitize_json_at`].
pub(crate) fn sanitize_at<K: AsRef<str>>(
    policy: &Policy,
    document: &Value,
    keys: &[K],
) -> Option<(Vec<String>, Value)> {
    let mut safe = Vec::with_capacity(keys.len());
    let value = walk_to(policy, document, Action::Scan, &Path::of_field(""), keys, &mut safe)?;
    Some((safe, value))
}

fn walk_to<K: AsRef<str>>(
    policy: &Policy,
    value: &Value,
    action: Action,
    path: &Path<'_>,
    keys: &[K],
    safe: &mut Vec<String>,
) -> Option<Value> {
    let depth = safe.len();
    let (Some((key, behind)), false) = (keys.split_first(), action.is_whole() || depth >= MAX_DEPTH) else {
        let alone = value_at(value, keys)?.clone();
        let mut alone = keys
            .iter()
            .rev()
            .fold(alone, |inner, key| Value::Object(Map::from_iter([(key.as_ref().to_owned(), inner)])));
        let stays = Walk::new(policy).value(&mut alone, action, path, depth) != Sanitized::Dropped;
        return stays.then_some(alone);
    };
    let key = key.as_ref();
    let members = value.as_object()?;
    let value = members.get(key)?;
    // Of most keys the others need not be asked.
    let names = if Names::may_tell_of(key) {
        let texts = members.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Names::among(policy, texts, path)
    } else {
        Names::default()
    };
    let own = policy.compiled().action_or_hinted(key.as_bytes(), path);
    let (action, segment) = names.action(own, key, key);
    safe.push(policy.sanitize_text(key));
    walk_to(policy, value, action, &Path { segment, outer: Some(path) }, behind, safe)
}
