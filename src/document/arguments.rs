//! Lists of arguments as values: what one of them is, another may say (`["--token", "x"]`, `["mysql", "-px"]`).

use serde_json::Value;

use super::tree::{Tree, Walk};
use crate::sanitize::{Action, Sanitized};

/// Sanitizes a list as the text that it is in JSON, if it holds no other and a string in it begins with a dash. `None` if it is no list of
/// arguments, and each element is to be read by itself.
pub(super) fn sanitize<T: Tree>(walk: &mut Walk<'_>, field: &str, items: &mut [T]) -> Option<Sanitized> {
    let mut has_option = false;
    for item in &mut *items {
        let node = item.node();
        has_option |= node.text().is_some_and(|text| text.starts_with('-'));
        if !node.is_scalar() {
            return None;
        }
    }
    if !has_option {
        return None;
    }
    let raw: Vec<Value> = items.iter().map(|item| item.json(0).into_owned()).collect();
    let (text, mut out) = (Value::from(&*raw).to_string(), Vec::new());
    let outcome = walk.policy.sanitize(Action::Scan, field, text.as_bytes(), &mut out);
    if outcome != Sanitized::Clean {
        let safe: Vec<Value> = serde_json::from_slice(&out).ok().filter(|safe: &Vec<Value>| safe.len() == raw.len())?;
        for ((item, raw), safe) in items.iter_mut().zip(&raw).zip(safe) {
            if let Value::String(safe) = safe
                && raw.as_str() != Some(&safe)
            {
                *item = T::of_text(safe);
            }
        }
    }
    raw.iter().for_each(|raw| walk.saw(raw.as_str().map_or(0, str::len)));
    Some(outcome)
}
