//! Token keys as text: how a person stores them, and what can be wrong with that.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::mark::is_key_id;
use super::tokenize::TokenKey;

/// Why a key ring could not be made. Its `Display` says which key, what is wrong and how to mend it. It holds no part of
/// a key, of an id or of a path, since any of them may be a key that was put in the wrong place.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyError {
    kind: KeyErrorKind,
    /// Which key, counted from 1; `None` where it is not about one.
    position: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyErrorKind {
    Empty,
    BadId,
    DuplicateId { first: usize },
    HexLength { digits: usize },
    NotBase64,
    TooShort { bytes: usize },
    Weak,
    File(std::io::ErrorKind),
    FileTooLarge,
    FileNotText,
    NoRandomness,
}

/// The fewest bytes of a key: as many as the hash has (RFC 2104 §3).
pub(super) const MIN_KEY_LEN: usize = 32;
/// The fewest different bytes among them. Of 32 random bytes fewer are different once in more than 10^30 keys.
const MIN_DISTINCT_BYTES: usize = 8;

/// Reads one `id:ENCODED` or bare `ENCODED`.
pub(super) fn parse_key(entry: &str) -> Result<TokenKey, KeyErrorKind> {
    let (id, encoded) = match entry.split_once(':') {
        Some((id, encoded)) => (Some(id.trim()), encoded.trim()),
        None => (None, entry),
    };
    if id.is_some_and(|id| !is_key_id(id)) {
        return Err(KeyErrorKind::BadId);
    }
    let key = decode(encoded)?;
    check_strength(&key)?;
    Ok(match id {
        Some(id) => TokenKey::new(id, &key),
        None => TokenKey::new(&fingerprint(&key), &key),
    })
}

/// A key as `id:ENCODED`, for a person to store. Its id is the one that the bare key has.
pub(super) fn key_text(key: &[u8; MIN_KEY_LEN]) -> Zeroizing<String> {
    let id = fingerprint(key);
    // Room for all of it, so that no piece is left behind where the text grew.
    let mut text = Zeroizing::new(String::with_capacity(id.len() + 1 + key.len().div_ceil(3) * 4));
    text.push_str(&id);
    text.push(':');
    for chunk in key.chunks(3) {
        let mut bits = chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(if place <= chunk.len() { char::from(BASE64[(bits >> 18 & 63) as usize]) } else { '=' });
            bits <<= 6;
        }
    }
    text
}

/// The id of a key that was given none: the first 24 bits of a hash, in hex.
fn fingerprint(key: &[u8]) -> String {
    let hash = Sha256::new().chain_update(b"tracing-privacy key id\0").chain_update(key).finalize();
    hash.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}

fn check_strength(key: &[u8]) -> Result<(), KeyErrorKind> {
    if key.len() < MIN_KEY_LEN {
        return Err(KeyErrorKind::TooShort { bytes: key.len() });
    }
    let mut seen = [false; 256];
    for &byte in key {
        seen[usize::from(byte)] = true;
    }
    let distinct = seen.iter().filter(|&&seen| seen).count();
    if distinct < MIN_DISTINCT_BYTES { Err(KeyErrorKind::Weak) } else { Ok(()) }
}

/// Hex where all is hex, else base64. A text of hex digits only is never read as base64: a random key of 32 bytes
/// looks like that once in 10^19 times, a hex key that lost a digit always does.
fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyErrorKind> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return decode_base64(text).ok_or(KeyErrorKind::NotBase64);
    }
    if !text.len().is_multiple_of(2) || text.len() < 2 * MIN_KEY_LEN {
        return Err(KeyErrorKind::HexLength { digits: text.len() });
    }
    let mut key = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let digit = |b: u8| (char::from(b).to_digit(16).unwrap_or(0)) as u8;
    key.extend(text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])));
    Ok(key)
}

/// Base64, standard or url-safe (RFC 4648 §4, §5), padded or not. Written here since the text must go straight into one
/// buffer that is zeroized, whichever alphabet it has; with a crate, that takes four engines and as many lines.
fn decode_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 4 * 3 + 2));
    let mut bits = 0u32;
    let mut waiting = 0;
    for b in digits.bytes() {
        let b = match b {
            b'-' => b'+',
            b'_' => b'/',
            b => b,
        };
        let value = BASE64.iter().position(|&digit| digit == b)? as u32;
        bits = bits << 6 | value;
        waiting += 6;
        if waiting >= 8 {
            waiting -= 8;
            bytes.push((bits >> waiting) as u8);
            bits &= (1 << waiting) - 1;
        }
    }
    // RFC 4648 §3.5: what is left over must be zeros; else a character was lost or mistyped.
    (bits == 0).then_some(bytes)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl KeyErrorKind {
    /// About the key at this position, counted from 1.
    pub(super) fn at(self, position: usize) -> KeyError {
        KeyError { kind: self, position: Some(position) }
    }
}

impl From<KeyErrorKind> for KeyError {
    fn from(kind: KeyErrorKind) -> Self {
        Self { kind, position: None }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAKE_ONE: &str = "make one with `openssl rand -base64 32`";
        if let Some(position) = self.position {
            write!(f, "token key {position}: ")?;
        }
        match &self.kind {
            KeyErrorKind::Empty => write!(f, "there is no token key; {MAKE_ONE}"),
            KeyErrorKind::BadId => write!(
                f,
                "the id before the `:` must be 1 to 16 characters of a-z, 0-9 and _; write `id:KEY`, or the key alone"
            ),
            KeyErrorKind::DuplicateId { first } => {
                write!(f, "it has the same id as token key {first}; give every key an id of its own: `id:KEY`")
            }
            KeyErrorKind::HexLength { digits } => write!(
                f,
                "it looks like hex, but has {digits} digits; a key in hex has 64 or more, two for each byte \
                 (`openssl rand -hex 32`)"
            ),
            KeyErrorKind::NotBase64 => write!(
                f,
                "it is neither hex nor base64, or it was cut off or mistyped; copy the whole key, or {MAKE_ONE}"
            ),
            KeyErrorKind::TooShort { bytes } => {
                write!(f, "it has {bytes} bytes, and needs {MIN_KEY_LEN} or more; {MAKE_ONE}")
            }
            KeyErrorKind::Weak => {
                write!(f, "it has fewer than {MIN_DISTINCT_BYTES} different bytes, so it can be guessed; {MAKE_ONE}")
            }
            KeyErrorKind::File(kind) => write!(
                f,
                "the file of token keys cannot be read: {kind}; check that its path is right and that this process may \
                 read it"
            ),
            KeyErrorKind::FileTooLarge => {
                write!(f, "the file of token keys is larger than 64 KiB; it must hold keys only, one a line")
            }
            KeyErrorKind::FileNotText => write!(
                f,
                "the file of token keys is not text; it must hold keys in base64 or hex, one a line: {MAKE_ONE}"
            ),
            KeyErrorKind::NoRandomness => write!(f, "the operating system gave no random bytes to make a token key of"),
        }
    }
}

impl fmt::Debug for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        decode(text).ok().map(|key| key.to_vec())
    }

    #[test]
    fn base64_of_both_alphabets_padded_or_not() {
        // RFC 4648 §10.
        for (text, bytes) in [
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
            ("Zg", "f"),
            ("Zm8", "fo"),
            ("Zm9vYmE", "fooba"),
        ] {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decoded("+/v/"), Some(vec![0xfb, 0xfb, 0xff]));
        assert_eq!(decoded("-_v_"), Some(vec![0xfb, 0xfb, 0xff]));
    }

    #[test]
    fn what_is_cut_off_or_mistyped_is_refused() {
        for text in [
            "Z", "Zm9vZ", "Zh==", "Zm9=", "Zg=", "Zg===", "Z===", "=", "Zm9v====", "Zm 9v", "Zm9v\n", "Zm=9", "Zm9ü",
            "Zm9\0",
        ] {
            assert!(decode_base64(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn hex_is_hex_whatever_its_case() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let bytes: Vec<u8> = (0..32).collect();
        assert_eq!(decoded(hex), Some(bytes.clone()));
        assert_eq!(decoded(&hex.to_uppercase()), Some(bytes));
        assert_eq!(decode(&hex[1..]).unwrap_err(), KeyErrorKind::HexLength { digits: 63 });
        assert_eq!(decode(&hex[..62]).unwrap_err(), KeyErrorKind::HexLength { digits: 62 });
    }

    #[test]
    fn keys_that_can_be_guessed_are_refused() {
        let strength = |bytes: &[u8]| check_strength(bytes).err();
        let of = |distinct: u8, len: usize| (0..len).map(|index| index as u8 % distinct).collect::<Vec<u8>>();
        assert_eq!(strength(&of(8, 32)), None);
        assert_eq!(strength(&of(7, 32)), Some(KeyErrorKind::Weak));
        assert_eq!(strength(&of(7, 4096)), Some(KeyErrorKind::Weak));
        assert_eq!(strength(&of(31, 31)), Some(KeyErrorKind::TooShort { bytes: 31 }));
    }

    #[test]
    fn written_keys_are_read_again() {
        let key: [u8; 32] = std::array::from_fn(|index| (index * 37) as u8);
        let text = key_text(&key);
        let (id, encoded) = text.split_once(':').unwrap();
        assert_eq!(id, fingerprint(&key));
        assert_eq!(decoded(encoded).as_deref(), Some(&key[..]));
        assert_eq!(encoded.len(), 44);
        assert_eq!(fingerprint(&(0..32).collect::<Vec<u8>>()), "a856be");
    }
}
