//! Lists of arguments as values: what one of them is, another may say (`["--token", "x"]`, `["mysql", "-px"]`).

use serde_json::Value;

use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized};

/// Sanitizes an array as the text that it is in JSON, if it holds no other and a string in it begins with a dash. `None` if it is no list of
/// arguments, and each element is to be read by itself.
pub(crate) fn sanitize(policy: &Policy, field: &str, items: &[Value]) -> Option<Vec<Value>> {
    let is_option = |item: &Value| item.as_str().is_some_and(|text| text.starts_with('-'));
    if items.iter().any(|item| item.is_array() || item.is_object()) || !items.iter().any(is_option) {
        return None;
    }
    let (text, mut out) = (Value::from(items).to_string(), Vec::new());
    match policy.sanitize(Action::Scan, field, text.as_bytes(), &mut out) {
        Sanitized::Clean => Some(items.to_vec()),
        Sanitized::Masked | Sanitized::Dropped => {
            serde_json::from_slice(&out).ok().filter(|safe: &Vec<Value>| safe.len() == items.len())
        }
    }
}
