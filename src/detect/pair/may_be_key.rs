//! A first look at what stands before a separator: most words there are no key that the inventory knows, and their last letters tell.

use crate::policy::{FEW_LETTERS, Inventory, LAST_LETTERS};

/// What a byte before a separator may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyByte {
    Letter,
    Digit,
    /// A sign within a key, one of which may stand between two of its letters.
    Within,
    /// A sign before a key.
    Before,
    Other,
}

const KEY_BYTES: [KeyByte; 256] = {
    let mut bytes = [KeyByte::Other; 256];
    let mut b = 0;
    while b < bytes.len() {
        bytes[b] = match b as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => KeyByte::Letter,
            b'0'..=b'9' => KeyByte::Digit,
            b'_' | b'-' | b'$' | b'@' | b' ' => KeyByte::Within,
            b'.' | b',' | b'(' | b'{' | b'/' | b'?' | b'&' | b'\n' | b'\t' => KeyByte::Before,
            _ => KeyByte::Other,
        };
        b += 1;
    }
    bytes
};

/// Whether a key may stand before a separator, as far as its last letters tell, or the key of a value that has its name beside it: most
/// that stand there are neither.
#[inline]
pub(crate) fn may_be_key(before: &[u8], inventory: &Inventory) -> bool {
    may_be_known(before, inventory) || may_be_value(before)
}

/// Whether these letters may end the [key of a value](super::Role::Value) that has its name beside it.
fn may_be_value(before: &[u8]) -> bool {
    let ends_with =
        |word: &[u8]| before.len().checked_sub(word.len()).is_some_and(|at| before[at..].eq_ignore_ascii_case(word));
    match before {
        [.., b'e' | b'E'] => ends_with(b"value"),
        [.., b'l' | b'L'] => ends_with(b"val"),
        // Behind a line break that is written out, too.
        [.., b, b'v' | b'V'] => !b.is_ascii_lowercase() || matches!(before, [.., b'\\', b'n' | b'r' | b't', _]),
        _ => false,
    }
}

fn may_be_known(before: &[u8], inventory: &Inventory) -> bool {
    let mut last = [0; LAST_LETTERS];
    let (mut len, mut rest) = (0, before);
    // As the loop would, without reading them one by one: most keys end with five letters with which no known one ends.
    if let Some((head, [a, b, c, d, e])) = before.split_last_chunk()
        && [a, b, c, d, e].into_iter().all(u8::is_ascii_alphabetic)
    {
        let few: [u8; FEW_LETTERS] = [*e, *d, *c, *b, *a];
        if !inventory.may_end_so(&few) {
            return false;
        }
        last[..FEW_LETTERS].copy_from_slice(&few);
        (len, rest) = (FEW_LETTERS, head);
    }
    for &b in rest.iter().rev().take(2 * LAST_LETTERS - len) {
        match KEY_BYTES[usize::from(b)] {
            // It may be the end of an escape before the key (`%20pin=`), or part of the key.
            KeyByte::Digit if len > 0 && inventory.may_end(&last[..len]) => return true,
            kind @ (KeyByte::Letter | KeyByte::Digit) if len > 0 || kind == KeyByte::Letter => {
                last[len] = b;
                len += 1;
                // The first two may belong to an escape before the key (`%abpin=`, `%abpasswd=`): it is told by fewer letters then.
                match (len, last.first_chunk()) {
                    (FEW_LETTERS, Some(few)) if !inventory.may_end_so(few) => return false,
                    (LAST_LETTERS, _) => return inventory.may_end(&last),
                    _ => {}
                }
            }
            KeyByte::Within if len > 0 => {}
            KeyByte::Before => return len < 3 || inventory.may_end(&last[..len]),
            // Digits at the end, quotes, escapes, other scripts: all that takes a closer look.
            _ => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::tests::inventory;
    use super::*;

    #[test]
    fn most_keys_are_told_by_their_last_letters() {
        let inventory = inventory();
        let may_be = |before: &str| may_be_key(before.as_bytes(), &inventory);
        for before in [
            "password",
            "x.pin",
            "a_pin",
            "date of birth",
            "Birth",
            "status 0",
            "x\"",
            "ab",
            "",
            "tok\u{e9}n",
            "PASSWORD",
            "api key",
            "some value",
            "x_val",
            "a v",
            "an \\nv",
        ] {
            assert!(may_be(before), "{before}");
        }
        for before in [
            "status",
            "the size",
            "(level",
            "kernel.time",
            "x-mode",
            "\\nstatus",
            "a,info",
            "est-1 status",
            "x2status",
            "some dev",
            "some levels",
        ] {
            assert!(!may_be(before), "{before}");
        }
        // The first letters may belong to an escape.
        for before in [
            "\\nid",
            "\\rip",
            "\\npin",
            "%faip",
            "%fapin",
            "%2fapin",
            "%20pin",
            "\\x20pin",
            "\\u0020api_key",
            "a1_pin",
            "\x1b[mip",
            "\x1b[0;1mpin",
        ] {
            assert!(may_be(before), "{before}");
        }
    }
}
