//! Bech32 and Bech32m: a readable part, `1`, and characters of five bits, of which the last six are a checksum.
//!
//! Source: BIP 173, BIP 350.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// What the checksum comes to: in Bech32, in Bech32m.
const GOOD: [u32; 2] = [1, 0x2BC8_30A3];
const CHECKSUM_LEN: usize = 6;

/// Whether the checksum fits. Letters are all small or all capitals.
pub(super) fn check(text: &[u8]) -> bool {
    let mixed = text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    let Some(separator) = text.iter().rposition(|&b| b == b'1').filter(|at| *at > 0 && !mixed) else { return false };
    let (readable, data) = (&text[..separator], &text[separator + 1..]);
    let lower = || readable.iter().map(|b| u32::from(b.to_ascii_lowercase()));
    let mut state = lower().map(|b| b >> 5).chain([0]).chain(lower().map(|b| b & 31)).fold(1, step);
    for b in data {
        let Some(value) = ALPHABET.iter().position(|letter| *letter == b.to_ascii_lowercase()) else { return false };
        state = step(state, value as u32);
    }
    data.len() >= CHECKSUM_LEN && GOOD.contains(&state)
}

/// One step of the BCH code.
fn step(state: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    let top = state >> 25;
    let next = (state & 0x1FF_FFFF) << 5 ^ value;
    GENERATOR.iter().enumerate().filter(|(i, _)| top >> i & 1 == 1).fold(next, |next, (_, term)| next ^ term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_proposals_pass() {
        for text in [
            "A12UEL5L",
            "a1lqfn3a",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert!(check(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn others_do_not() {
        for text in ["", "1", "A12UEL5M", "A12uEL5L", "10a06t8", "x1b4n0q5v", "li1dgmt3"] {
            assert!(!check(text.as_bytes()), "{text}");
        }
    }
}
