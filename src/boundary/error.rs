//! What becomes of an error and its chain of sources.

use std::error::Error;
use std::fmt;

use super::escape::{Printed, forges_lines};
use super::type_name::name_of;
use super::visitor::format_caught;
use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized};
use crate::typed::reading;

/// Longer chains, such as those that never end, are cut here.
const MAX_LINKS: usize = 32;

/// The sanitized text of an error, and of its sources. Nothing of the original remains.
pub(super) struct SanitizedError {
    message: String,
    forges: bool,
    source: Option<Box<SanitizedError>>,
}

impl SanitizedError {
    /// Sanitizes every link; `None` where the policy lets none of them through.
    pub(super) fn new(
        policy: &Policy,
        action: Action,
        field: &'static str,
        error: &(dyn Error + 'static),
    ) -> Option<Self> {
        let mut messages = Vec::new();
        let mut link = Some(error);
        while let Some(error) = link {
            if messages.len() == MAX_LINKS {
                messages.push(unreadable(policy, field));
                break;
            }
            messages.push(message(policy, action, field, error));
            link = match format_caught(|| error.source()) {
                Ok(source) => source,
                Err(_) => {
                    messages.push(unreadable(policy, field));
                    None
                }
            };
        }
        let chain = |source: Option<Self>, message: String| {
            Some(Self { forges: forges_lines(&message), message, source: source.map(Box::new) })
        };
        messages.into_iter().rev().flatten().fold(None, chain)
    }
}

impl fmt::Debug for SanitizedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SanitizedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Printed::new(&self.message, self.forges), f)
    }
}

impl Error for SanitizedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// One link's text; `None` where the policy drops it.
fn message(policy: &Policy, action: Action, field: &'static str, error: &(dyn Error + 'static)) -> Option<String> {
    let mut raw = String::new();
    let format = || super::visitor::format_limited(format_args!("{error}"), &mut raw);
    if reading(policy, action, field, format).is_err() {
        return unreadable(policy, field);
    }
    let mut safe = Vec::new();
    let outcome = match policy.reduces(action, field, &raw) {
        true => policy.reduce(field, &raw, reading(policy, action, field, || name_of(error)), &mut safe),
        false => policy.sanitize(action, field, raw.as_bytes(), &mut safe),
    };
    match outcome {
        Sanitized::Clean => Some(raw),
        Sanitized::Masked => Some(String::from_utf8_lossy(&safe).into_owned()),
        Sanitized::Dropped => None,
    }
}

fn unreadable(policy: &Policy, field: &str) -> Option<String> {
    let mut safe = Vec::new();
    policy.unreadable(field, &mut safe);
    Some(String::from_utf8_lossy(&safe).into_owned())
}
