//! `serde_json::Value`, sanitized in place.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::document::arguments;
use crate::document::encoding::byte_list;
use crate::document::into_text;
use crate::document::names::{self, Names};
use crate::policy::{Parents, Policy};
use crate::sanitize::{Action, Number, Sanitized};

/// How deep a value is followed; what lies deeper is erased. `serde_json` itself reads no deeper.
const MAX_DEPTH: usize = 128;

pub(crate) fn sanitize(policy: &Policy, value: &mut Value) {
    let path = Path { segment: "", outer: None };
    walk(policy, value, Action::Scan, &path, 0);
}

/// The keys that lead to a value, nearest first.
struct Path<'p> {
    segment: &'p str,
    outer: Option<&'p Path<'p>>,
}

impl Path<'_> {
    /// All keys, outermost first, with dots.
    fn dotted(&self) -> String {
        let mut segments = Vec::new();
        let mut next = Some(self);
        while let Some(path) = next {
            segments.extend(Some(path.segment).filter(|segment| !segment.is_empty()));
            next = path.outer;
        }
        segments.reverse();
        segments.join(".")
    }
}

impl Parents for Path<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) {
        let mut next = Some(self);
        while let Some(path) = next {
            if !path.segment.is_empty() && !visit(path.segment.as_bytes()) {
                return;
            }
            next = path.outer;
        }
    }
}

/// Sanitizes a value in place. Answers whether it stays.
fn walk(policy: &Policy, value: &mut Value, action: Action, path: &Path<'_>, depth: usize) -> bool {
    if let Action::Drop(rule) = action {
        return policy.compiled().drop(rule, path.segment) != Sanitized::Dropped;
    }
    let whole = action.is_whole();
    match value {
        Value::Null => true,
        Value::Array(items) if items.is_empty() => true,
        Value::Object(members) if members.is_empty() => true,
        Value::Array(_) | Value::Object(_) if depth >= MAX_DEPTH => {
            let mut out = Vec::new();
            policy.unreadable(path.segment, &mut out);
            *value = Value::String(into_text(out));
            true
        }
        Value::Array(_) | Value::Object(_) if whole => {
            let raw = value.to_string();
            replace(value, |out| policy.sanitize(action, path.segment, raw.as_bytes(), out))
        }
        Value::Array(items) => match text_of(items).filter(|_| action.is_scan()) {
            Some(text) => replace(value, |out| policy.sanitize(action, &field_in(policy, action, path), &text, out)),
            None => {
                let read = || arguments::sanitize(policy, &field_in(policy, action, path), items);
                match action.is_scan().then(read).flatten() {
                    Some(safe) => *items = safe,
                    None => items.retain_mut(|item| match names::of_pair(policy, item, path) {
                        Some((named, key, value)) => {
                            let stays =
                                walk(policy, value, named, &Path { segment: key, outer: Some(path) }, depth + 2);
                            *key = policy.sanitize_text(key);
                            stays
                        }
                        None => walk(policy, item, action, path, depth + 1),
                    }),
                }
                true
            }
        },
        Value::Object(members) => {
            object(policy, members, path, depth);
            true
        }
        Value::String(string) => {
            let raw = string.clone();
            replace(value, |out| policy.sanitize(action, &field_in(policy, action, path), raw.as_bytes(), out))
        }
        Value::Number(number) => {
            let number = match (number.as_u128(), number.as_i128(), number.as_f64()) {
                (Some(n), _, _) => Number::Unsigned(n),
                (_, Some(n), _) => Number::Signed(n),
                (_, _, n) => Number::Float(n.unwrap_or(f64::NAN)),
            };
            replace(value, |out| policy.sanitize_number(action, path.segment, number, out))
        }
        Value::Bool(b) => {
            let number = Number::Bool(*b);
            replace(value, |out| policy.sanitize_number(action, path.segment, number, out))
        }
    }
}

fn object(policy: &Policy, members: &mut Map<String, Value>, path: &Path<'_>, depth: usize) {
    let names = names_among(policy, members, path);
    let old = std::mem::take(members);
    let mut taken = HashMap::new();
    for (key, mut value) in old {
        let own = policy.compiled().action_or_hinted(key.as_bytes(), path);
        let (action, segment) = names.action(own, &key, &key);
        let here = Path { segment, outer: Some(path) };
        if walk(policy, &mut value, action, &here, depth + 1) {
            // Personal data hides in the keys of maps, too.
            let safe = policy.sanitize_text(&key);
            let key = if members.contains_key(&safe) { another(&safe, members, &mut taken) } else { safe };
            members.insert(key, value);
        }
    }
}

fn names_among(policy: &Policy, members: &Map<String, Value>, path: &Path<'_>) -> Names {
    Names::among(policy, members.iter().map(|(key, value)| (key.as_str(), value.as_str())), path)
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
    let path = Path { segment: "", outer: None };
    let value = walk_to(policy, document, Action::Scan, &path, keys, &mut safe)?;
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
        return walk(policy, &mut alone, action, path, depth).then_some(alone);
    };
    let key = key.as_ref();
    let members = value.as_object()?;
    let value = members.get(key)?;
    // Of most keys the others need not be asked.
    let names = if Names::may_tell_of(key) { names_among(policy, members, path) } else { Names::default() };
    let own = policy.compiled().action_or_hinted(key.as_bytes(), path);
    let (action, segment) = names.action(own, key, key);
    safe.push(policy.sanitize_text(key));
    walk_to(policy, value, action, &Path { segment, outer: Some(path) }, behind, safe)
}

/// A key for a member whose safe key another one has: two may have become one, and neither value is lost. `taken` counts
/// them, since thousands may (a map with e-mail addresses as keys).
fn another(safe: &str, members: &Map<String, Value>, taken: &mut HashMap<String, usize>) -> String {
    let count = taken.entry(safe.to_owned()).or_insert(1);
    loop {
        *count += 1;
        let key = format!("{safe}_{count}");
        if !members.contains_key(&key) {
            return key;
        }
    }
}

/// The field in which a text is read: rules may name the parents of a key that stands inside of it.
fn field_in<'p>(policy: &Policy, action: Action, path: &'p Path<'_>) -> Cow<'p, str> {
    if action.is_scan() && policy.compiled().inventory.has_paths() {
        Cow::Owned(path.dotted())
    } else {
        Cow::Borrowed(path.segment)
    }
}

/// The text in an array of its bytes.
fn text_of(items: &[Value]) -> Option<Vec<u8>> {
    byte_list::of(items.iter().map(|item| item.as_u64()?.try_into().ok()))
}

/// Puts what `sanitize` writes in place of a value. Answers whether the value stays.
fn replace(value: &mut Value, sanitize: impl FnOnce(&mut Vec<u8>) -> Sanitized) -> bool {
    let mut out = Vec::new();
    let outcome = sanitize(&mut out);
    if outcome == Sanitized::Masked {
        *value = Value::String(into_text(out));
    }
    outcome != Sanitized::Dropped
}
