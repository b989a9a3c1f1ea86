//! Base58Check: letters and digits without the ones that look alike, and four bytes of a double SHA-256 at the end.
//!
//! Source: the Bitcoin reference client, `base58.cpp`.

use sha2::{Digest, Sha256};

/// The alphabet of Bitcoin and of all that came from it.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Whether a byte is one of [`ALPHABET`].
pub(in crate::detect) fn is_letter(b: u8) -> bool {
    LETTERS[usize::from(b)]
}

static LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut i = 0;
    while i < ALPHABET.len() {
        letters[ALPHABET[i] as usize] = true;
        i += 1;
    }
    letters
};

/// A version byte, a hash of twenty bytes, a checksum of four.
const LEN: usize = 25;

/// Whether `address` spells a version byte, a hash, and a checksum that fits.
pub(in crate::detect) fn check(address: &[u8]) -> bool {
    let Some(bytes) = decode(address) else { return false };
    // Each zero byte at the start is written as the first letter: so an address has one length, and few are ever hashed.
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    if zeros != address.iter().take_while(|letter| **letter == ALPHABET[0]).count() {
        return false;
    }
    let (body, checksum) = bytes.split_at(LEN - 4);
    Sha256::digest(Sha256::digest(body)).starts_with(checksum)
}

/// Whether `address` is one of Bitcoin as far as can be told without its checksum: letters of both cases and digits that spell
/// a hash behind the version of `1…` or `3…`. Words of that kind and length are hardly ever anything else, and one that was
/// mistyped tells nearly as much.
pub(in crate::detect) fn is_well_formed(address: &[u8]) -> bool {
    const VERSIONS: [u8; 2] = [0x00, 0x05];
    const LENGTHS: std::ops::RangeInclusive<usize> = 32..=35;
    let any = |is: fn(&u8) -> bool| address.iter().any(is);
    let mixed = any(u8::is_ascii_digit) && any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase);
    let zeros = |bytes: [u8; LEN]| bytes.iter().take_while(|byte| **byte == 0).count();
    let ones = address.iter().take_while(|letter| **letter == ALPHABET[0]).count();
    LENGTHS.contains(&address.len())
        && mixed
        && decode(address).is_some_and(|bytes| VERSIONS.contains(&bytes[0]) && zeros(bytes) == ones)
}

/// The number that the characters spell, if it fits.
fn decode(address: &[u8]) -> Option<[u8; LEN]> {
    let mut bytes = [0; LEN];
    for &b in address {
        let mut carry = ALPHABET.iter().position(|&letter| letter == b)?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = (carry % 256) as u8;
            carry /= 256;
        }
        if carry > 0 {
            return None;
        }
    }
    (!address.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_addresses_pass() {
        // The first of all, and an example of BIP 13.
        assert!(check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(check(b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"));
    }

    #[test]
    fn the_form_tells_without_the_checksum() {
        assert!(is_well_formed(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        assert!(is_well_formed(b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz"));
        for other in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNaNaNa",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7Div",
            "1111111111111111111111111111111111",
            "3d2f1a9b8c7d6e5f4a3b2c1d9e8f7a6b5c",
            "1EYTGXQQDSVBWZ4KMFHPRCJAU8N2L6T3ZQ",
        ] {
            assert!(!is_well_formed(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn anything_else_does_not() {
        for other in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7Div0Na",
            "",
            "1",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert!(!check(other.as_bytes()), "{other}");
        }
    }
}
