//! Base58Check: letters and digits without the ones that look alike, and four bytes of a double SHA-256 at the end.
//!
//! Source: the Bitcoin reference client, `base58.cpp`.

use sha2::{Digest, Sha256};

/// The alphabet of Bitcoin and of all that came from it.
pub(in crate::detect) const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

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
