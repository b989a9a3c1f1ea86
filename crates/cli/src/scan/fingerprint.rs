//! What makes a finding the same finding again, without telling its value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};
use sha2::{Digest as _, Sha256};
use tracing_privacy::Category;
use tracing_privacy::mask::KeyRing;

/// Equal for equal findings, wherever they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fingerprint(pub(crate) [u8; 16]);

impl Fingerprint {
    /// That of what a text tells, which must hold nothing to keep back: names, and masked lines.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(text)[..16]);
        Self(half)
    }
}

/// Makes fingerprints.
///
/// With a key, of the rule and the token of the value: the same value is the same finding in any line. Without, of the rule and
/// the masked line: an unkeyed hash of a phone number would be the number (all of them can be tried), and the masked line may be
/// seen by anyone.
#[derive(Clone)]
pub(crate) struct Fingerprints {
    ring: Option<KeyRing>,
    /// Which key of the ring.
    index: usize,
}

impl Fingerprints {
    /// By the active key, if there is one.
    pub(crate) fn new(ring: Option<KeyRing>) -> Self {
        Self { ring, index: 0 }
    }

    /// By the key that a baseline was made with; the error says that it is not there.
    pub(crate) fn by_key(ring: Option<KeyRing>, key: Option<&str>) -> Result<Self, String> {
        let Some(key) = key else { return Ok(Self::new(None)) };
        let missing = || format!("the baseline was made with the key `{key}`, which is not there");
        let index = ring.as_ref().and_then(|ring| ring.key_ids().position(|id| id == key)).ok_or_else(missing)?;
        Ok(Self { ring, index })
    }

    /// The key that is used.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.ring.as_ref().and_then(|ring| ring.key_ids().nth(self.index))
    }

    /// The fingerprint of a value that `rule` found in a line; `masked_line` gives what [`digest`] makes of the line without it.
    pub(crate) fn of(
        &self,
        rule: &str,
        category: &Category,
        value: &[u8],
        masked_line: impl FnOnce() -> [u8; 32],
    ) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(b"tracing-privacy finding v1\0");
        hash.update(rule.as_bytes());
        match &self.ring {
            Some(ring) => {
                hash.update(b"\0token\0");
                hash.update(ring.tokens(category, &String::from_utf8_lossy(value)).nth(self.index).unwrap_or_default());
            }
            None => {
                hash.update(b"\0line\0");
                hash.update(masked_line());
            }
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        Fingerprint(half)
    }
}

/// Stands for a masked line, however long that is and however much is found in it.
pub(crate) fn digest(masked_line: &[u8]) -> [u8; 32] {
    Sha256::digest(masked_line).into()
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| Error::custom("a fingerprint is not 32 hexadecimal digits"))
    }
}

fn parse(text: &str) -> Option<Fingerprint> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(|number| Fingerprint(number.to_be_bytes()))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
