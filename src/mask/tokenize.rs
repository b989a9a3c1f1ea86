//! `tokenize`: a keyed hash, so that equal values can be found and joined but not read.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::key_ring::KeyRing;
use super::mark::{BASE32, CODE_LEN, TOKEN};
use super::{MaskError, Masker, Outcome, Reveals, Subject};
use crate::policy::Category;

/// Writes `tok-CATEGORY-KEYID-CODE` under the ring's active key.
pub(super) struct Tokenize {
    ring: KeyRing,
}

impl Tokenize {
    /// The name in rules files.
    pub(super) const NAME: &'static str = "tokenize";

    pub(super) fn new(ring: KeyRing) -> Self {
        Self { ring }
    }
}

impl Masker for Tokenize {
    fn mask(&self, value: &str, subject: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        self.ring.active().write(subject.category, value, out);
        Ok(Outcome::Replaced)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Nothing
    }
}

/// One key, ready to make tokens. Holds the hash's state after the key, not the key; zeroized when dropped.
pub(super) struct TokenKey {
    id: Box<str>,
    /// HMAC-SHA256 (RFC 2104, FIPS 180-4) that has read the key and the domain; cloned for each token.
    keyed: Hmac<Sha256>,
}

impl TokenKey {
    /// A key of any length; [`KeyRing`] sees to its strength.
    pub(super) fn new(id: &str, key: &[u8]) -> Self {
        let mut keyed = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        keyed.update(DOMAIN);
        Self { id: id.into(), keyed }
    }

    /// The name of this key in its tokens.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Appends the token of a value.
    ///
    /// The code is the first 128 bits of the HMAC over domain, category, NUL and value. A category never holds a NUL, so
    /// no two pairs of category and value are hashed alike. A truncated HMAC is as strong as its length (RFC 2104 §5).
    pub(super) fn write(&self, category: &Category, value: &str, out: &mut String) {
        let mut mac = self.keyed.clone();
        mac.update(category.as_str().as_bytes());
        mac.update(b"\0");
        mac.update(value.as_bytes());
        let hash = mac.finalize().into_bytes();
        let (half, _) = hash.split_first_chunk::<16>().expect("SHA-256 has 32 bytes");

        for part in [TOKEN, category.as_str(), "-", &self.id, "-"] {
            out.push_str(part);
        }
        out.extend(base32(u128::from_be_bytes(*half)));
    }
}

/// What sets these hashes apart from any other use of the same key, and from later forms of token.
const DOMAIN: &[u8] = b"tracing-privacy token v1\0";

/// 128 bits in base32, the most significant first, as RFC 4648 §6 writes 16 bytes.
fn base32(bits: u128) -> impl Iterator<Item = char> {
    // 26 digits hold 130 bits: the last digit has three bits and two zeros behind.
    (0..CODE_LEN).map(move |index| {
        let digit = if index + 1 < CODE_LEN { bits >> (123 - 5 * index) } else { bits << 2 };
        char::from(BASE32[(digit & 31) as usize])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::is_own_mark;

    fn token(key: &TokenKey, category: &Category, value: &str) -> String {
        let mut out = String::new();
        key.write(category, value, &mut out);
        out
    }

    fn key() -> TokenKey {
        TokenKey::new("k1", &(0..32).collect::<Vec<u8>>())
    }

    /// Computed with another implementation of HMAC and base32.
    #[test]
    fn tokens_never_change() {
        let ann = token(&key(), &Category::CONTACT, "ann@example.com");
        assert_eq!(ann, "tok-contact-k1-kbp4254anflrqxoszkmklwesky");
        assert_eq!(token(&key(), &Category::PAYMENT, ""), "tok-payment-k1-c2rzqocfshbtdvsrqpwxqzjpde");
    }

    #[test]
    fn values_categories_and_keys_are_kept_apart() {
        let other_key = TokenKey::new("k1", &(1..33).collect::<Vec<u8>>());
        let codes = [
            token(&key(), &Category::CONTACT, "a"),
            token(&key(), &Category::CONTACT, "a\0"),
            token(&key(), &Category::CONTACT, "A"),
            token(&key(), &Category::CONTACT, "\u{301}"),
            token(&key(), &Category::PERSON, "a"),
            token(&other_key, &Category::CONTACT, "a"),
        ];
        for (index, one) in codes.iter().enumerate() {
            assert!(is_own_mark(one.as_bytes()), "{one}");
            for other in &codes[index + 1..] {
                assert_ne!(one.rsplit('-').next(), other.rsplit('-').next());
            }
        }
    }

    #[test]
    fn a_large_value_has_a_token_of_the_same_length() {
        let large = token(&key(), &Category::CONTACT, &"x".repeat(10 << 20));
        assert!(is_own_mark(large.as_bytes()));
        assert_eq!(large.len(), token(&key(), &Category::CONTACT, "").len());
    }

    /// RFC 4648 §6 base32 of 16 bytes, lower case, without its padding.
    #[test]
    fn base32_is_that_of_the_rfc() {
        let written = |bytes: &[u8; 16]| base32(u128::from_be_bytes(*bytes)).collect::<String>();
        assert_eq!(written(b"foobarfoobarfoob"), "mzxw6ytbojtg633cmfzgm33pmi");
        assert_eq!(written(&[0xff; 16]), "77777777777777777777777774");
        assert_eq!(written(&[0; 16]), "a".repeat(26));
    }

    /// RFC 4231 §4, test cases 1 to 7 (5 gives the first 128 bits only).
    #[test]
    fn the_hash_is_hmac_sha256() {
        let fourth: Vec<u8> = (1..=25).collect();
        let seventh = "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
                       hashed before being used by the HMAC algorithm.";
        let cases: [(&[u8], &[u8], &str); 7] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&fourth, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], seventh.as_bytes(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, data, expected) in cases {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(data);
            let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
            assert!(hex.starts_with(expected), "{hex}");
        }
    }
}
