//! What becomes of an error and its chain of sources.

use std::error::Error;
use std::fmt;

use super::escape::Printed;
use super::type_name::name_of;
use super::visitor::format_caught;
use crate::document::lossy;
use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized};
use crate::typed::reading;

/// Longer chains, such as those that never end, are cut here.
const MAX_LINKS: usize = 32;

/// Longer texts are not kept for the next error, nor more links.
const KEEP_AT_MOST: usize = 2 * 1024;
const KEEP_LINKS: usize = 8;

/// The sanitized text of an error, and of its sources. Nothing of the original remains.
#[derive(Default)]
pub(super) struct SanitizedError {
    message: String,
    source: Option<Box<SanitizedError>>,
}

/// The errors of one event or span; what they take of memory is kept for the next.
#[derive(Default)]
#[expect(clippy::vec_box, reason = "a link moves into the one before it, box and all, and out again")]
pub(super) struct Errors {
    chains: Vec<Box<SanitizedError>>,
    /// Links without a source, for those to come.
    spare: Vec<Box<SanitizedError>>,
    /// Where the sanitizer writes.
    masked: Vec<u8>,
}

impl Errors {
    pub(super) fn get(&self, index: usize) -> &SanitizedError {
        &self.chains[index]
    }

    pub(super) fn clear(&mut self) {
        while let Some(mut link) = self.chains.pop() {
            self.chains.extend(link.source.take());
            self.give_back(link);
        }
        self.masked.clear();
        self.masked.shrink_to(KEEP_AT_MOST);
    }

    /// Sanitizes every link of an error. Answers its index; `None` where the policy lets no link through.
    pub(super) fn add(
        &mut self,
        policy: &Policy,
        action: Action,
        field: &'static str,
        error: &(dyn Error + 'static),
    ) -> Option<usize> {
        let mut masked = std::mem::take(&mut self.masked);
        let mut chain = None;
        let (mut end, mut links, mut next) = (&mut chain, 0, Some(error));
        while let Some(error) = next {
            if links == MAX_LINKS {
                self.append(end, |message| unreadable(policy, field, message, &mut masked));
                break;
            }
            end = self.append(end, |message| sanitize(policy, action, field, error, message, &mut masked));
            links += 1;
            next = match format_caught(|| error.source()) {
                Ok(source) => source,
                Err(_) => {
                    self.append(end, |message| unreadable(policy, field, message, &mut masked));
                    break;
                }
            };
        }
        self.masked = masked;
        self.chains.push(chain?);
        Some(self.chains.len() - 1)
    }

    /// Appends a link, unless `write` says that it goes away. Answers where the next one goes.
    fn append<'c>(
        &mut self,
        end: &'c mut Option<Box<SanitizedError>>,
        write: impl FnOnce(&mut String) -> bool,
    ) -> &'c mut Option<Box<SanitizedError>> {
        let mut link = self.spare.pop().unwrap_or_default();
        if !write(&mut link.message) {
            self.give_back(link);
            return end;
        }
        &mut end.insert(link).source
    }

    fn give_back(&mut self, mut link: Box<SanitizedError>) {
        link.message.clear();
        if self.spare.len() < KEEP_LINKS && link.message.capacity() <= KEEP_AT_MOST {
            self.spare.push(link);
        }
    }
}

impl fmt::Debug for SanitizedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SanitizedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Printed(&self.message), f)
    }
}

impl Error for SanitizedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Writes one link's text; false where the policy drops it.
fn sanitize(
    policy: &Policy,
    action: Action,
    field: &'static str,
    error: &(dyn Error + 'static),
    message: &mut String,
    masked: &mut Vec<u8>,
) -> bool {
    let format = || super::visitor::format_limited(format_args!("{error}"), message);
    if reading(policy, action, field, format).is_err() {
        return unreadable(policy, field, message, masked);
    }
    masked.clear();
    let outcome = match policy.reduces(action, field, message) {
        true => policy.reduce(field, message, reading(policy, action, field, || name_of(error)), masked),
        false => policy.sanitize(action, field, message.as_bytes(), masked),
    };
    if outcome == Sanitized::Masked {
        message.clear();
        message.push_str(&lossy(masked));
    }
    outcome != Sanitized::Dropped
}

/// Writes what stands for a link that cannot be read.
fn unreadable(policy: &Policy, field: &str, message: &mut String, masked: &mut Vec<u8>) -> bool {
    masked.clear();
    policy.unreadable(field, masked);
    message.clear();
    message.push_str(&lossy(masked));
    true
}
