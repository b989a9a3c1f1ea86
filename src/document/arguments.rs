//! Lists of arguments as values: what one of them is, another may say (`["--token", "x"]`, `["mysql", "-px"]`).

use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized};

/// Sanitizes texts as the array that they are in JSON, if one begins with a dash. `None` if they are no list of arguments, and each is to
/// be read by itself.
pub(crate) fn sanitize<'t>(
    policy: &Policy,
    field: &str,
    texts: impl Iterator<Item = Option<&'t str>>,
) -> Option<Vec<String>> {
    let texts: Vec<&str> = texts.collect::<Option<_>>()?;
    if !texts.iter().any(|text| text.starts_with('-')) {
        return None;
    }
    let (text, mut out) = (serde_json::to_string(&texts).ok()?, Vec::new());
    match policy.sanitize(Action::Scan, field, text.as_bytes(), &mut out) {
        Sanitized::Clean => Some(texts.into_iter().map(str::to_owned).collect()),
        Sanitized::Masked | Sanitized::Dropped => {
            serde_json::from_slice(&out).ok().filter(|safe: &Vec<String>| safe.len() == texts.len())
        }
    }
}
