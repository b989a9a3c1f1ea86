//! The keys that tokens are made with.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::key_text::{KeyError, KeyErrorKind, MIN_KEY_LEN, key_text, parse_key};
use super::tokenize::TokenKey;
use crate::policy::Category;

/// The active token key, and older ones that tokens in old logs were made with. Cheap to clone.
///
/// Written as `id:KEY`, one a line or with commas between; the first is the active one. `KEY` is at least 32 random bytes in
/// base64 or hex, the id is up to 16 characters of `a-z`, `0-9` and `_` and stands in every token. Without an id, the key's
/// fingerprint is taken. To rotate, put a new key in front and leave the old ones behind it.
///
/// Keys are wiped from memory when they are no longer needed and show up neither in `Debug` nor in errors.
///
/// ```
/// use tracing_privacy::{Category, mask::KeyRing};
///
/// let ring = KeyRing::parse(
///     "# one key a line, the active one first
///      2026_11: ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=
///      2025_01: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
/// )?;
/// assert_eq!(ring.active_key_id(), "2026_11");
///
/// // What to search logs for, old and new, where this address was tokenized:
/// let tokens: Vec<String> = ring.tokens(&Category::CONTACT, "ann@example.com").collect();
/// assert!(tokens[0].starts_with("tok-contact-2026_11-"));
/// assert!(tokens[1].starts_with("tok-contact-2025_01-"));
/// # Ok::<(), tracing_privacy::mask::KeyError>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    /// Never empty; the active key first. Each in a box, so that a growing list leaves no copies of keys behind.
    keys: Arc<[Box<TokenKey>]>,
}

impl KeyRing {
    /// Reads keys from text: separated by commas or line breaks. Blank lines and lines that begin with `#` are skipped.
    ///
    /// The text is the caller's to wipe.
    ///
    /// # Errors
    ///
    /// Where there is no key, a key is cut off, shorter than 32 bytes or easy to guess (fewer than 8 different bytes), or
    /// an id is malformed or used twice.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim_start().starts_with('#'));
        let entries = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty());

        let mut keys: Vec<Box<TokenKey>> = Vec::new();
        for (index, entry) in entries.enumerate() {
            let position = index + 1;
            let key = Box::new(parse_key(entry).map_err(|kind| kind.at(position))?);
            if let Some(first) = keys.iter().position(|other| other.id() == key.id()) {
                return Err(KeyErrorKind::DuplicateId { first: first + 1 }.at(position));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyErrorKind::Empty.into());
        }
        Ok(Self { keys: keys.into() })
    }

    /// Reads keys from a file, as [`parse`](Self::parse) does.
    ///
    /// # Errors
    ///
    /// As `parse`, and where the file cannot be read, is larger than 64 KiB or is not text. The error does not show the path,
    /// which may be a key that was put in its place.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        const LIMIT: usize = 64 * 1024;
        let failed = |error: std::io::Error| KeyError::from(KeyErrorKind::File(error.kind()));

        // Room for all of it, so that no piece is left behind where the buffer grew.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 64));
        File::open(path).map_err(failed)?.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > LIMIT {
            return Err(KeyErrorKind::FileTooLarge.into());
        }
        Self::parse(str::from_utf8(&bytes).map_err(|_| KeyErrorKind::FileNotText)?)
    }

    /// Reads the keys that the environment gives: the text of `TRACING_PRIVACY_KEY`, or the file that
    /// `TRACING_PRIVACY_KEY_FILE` names; `None` where neither is set.
    ///
    /// # Errors
    ///
    /// Where the keys are no good, as for `parse` and `from_file`, both variables are set, or one that begins with
    /// `TRACING_PRIVACY_` is not known.
    pub fn from_environment() -> Result<Option<Self>, crate::Error> {
        crate::rules::Environment::from_process()?.key_ring()
    }

    /// A random key that lives as long as the process, with the id `ephemeral`: for local work. Its tokens are equal
    /// for equal values within one run, and no others can be made later.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no random bytes.
    pub fn ephemeral() -> Result<Self, KeyError> {
        Ok(Self { keys: Arc::new([Box::new(TokenKey::new("ephemeral", &*random_key()?))]) })
    }

    /// A new random key as a line to store, `id:KEY`.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no random bytes.
    ///
    /// ```
    /// use tracing_privacy::mask::KeyRing;
    ///
    /// let line = KeyRing::generate_key_text()?;
    /// let (id, _) = line.split_once(':').unwrap();
    /// assert_eq!(KeyRing::parse(&line)?.active_key_id(), id);
    /// # Ok::<(), tracing_privacy::mask::KeyError>(())
    /// ```
    pub fn generate_key_text() -> Result<Zeroizing<String>, KeyError> {
        Ok(key_text(&*random_key()?))
    }

    /// The id of the key that new tokens are made with.
    pub fn active_key_id(&self) -> &str {
        self.active().id()
    }

    /// The ids of all keys, the active one first: as [`tokens`](Self::tokens) uses them.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id())
    }

    /// The tokens of a value under all keys, the active one first: what to search logs for.
    ///
    /// `value` is what the `tokenize` step gets: where the rule says `["lowercase", "tokenize"]`, the lower-case form.
    pub fn tokens(&self, category: &Category, value: &str) -> impl Iterator<Item = String> {
        self.keys.iter().map(move |key| {
            let mut token = String::new();
            key.write(category, value, &mut token);
            token
        })
    }

    pub(super) fn active(&self) -> &TokenKey {
        &self.keys[0]
    }
}

/// Shows the ids only.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing ")?;
        f.debug_list().entries(self.keys.iter().map(|key| key.id())).finish()
    }
}

fn random_key() -> Result<Zeroizing<[u8; MIN_KEY_LEN]>, KeyError> {
    let mut key = Zeroizing::new([0; MIN_KEY_LEN]);
    getrandom::fill(&mut *key).map_err(|_| KeyErrorKind::NoRandomness)?;
    Ok(key)
}

#[cfg(test)]
mod tests;
