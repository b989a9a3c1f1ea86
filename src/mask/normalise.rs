//! `trim`, `lowercase`, `digits`: one form for values that mean the same, so that their tokens are equal.
//!
//! None of them hides anything, so none of them can end a chain.

use super::keep::HIDDEN;
use super::{MaskError, Masker, Outcome, Reveals, Subject};

/// Unicode lower case, character by character: no locale, no context.
pub(super) struct Lowercase;

/// Without Unicode white space at its ends.
pub(super) struct Trim;

/// Decimal digits only, those of every script in the basic multilingual plane folded to ASCII. A value without any
/// fails: otherwise all such values would get one token. What `keep` has hidden stays hidden, so that a value that was masked
/// before is the same after `digits` and `keep`.
pub(super) struct Digits;

impl Masker for Lowercase {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        if value.is_ascii() {
            let start = out.len();
            out.push_str(value);
            out[start..].make_ascii_lowercase();
        } else {
            out.extend(value.chars().flat_map(char::to_lowercase));
        }
        Ok(Outcome::Replaced)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Everything
    }
}

impl Masker for Trim {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        out.push_str(value.trim());
        Ok(Outcome::Replaced)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Everything
    }
}

impl Masker for Digits {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let start = out.len();
        out.extend(value.chars().filter_map(|c| if c == HIDDEN { Some(c) } else { ascii_digit(c) }));
        if out.len() == start { Err(MaskError) } else { Ok(Outcome::Replaced) }
    }

    fn reveals(&self) -> Reveals {
        Reveals::Everything
    }
}

/// The ASCII form of a decimal digit of any script; `None` for what is no digit.
fn ascii_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let code = u16::try_from(u32::from(c)).ok()?;
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    char::from_digit(u32::from(code - zero), 10)
}

/// The zeros of all decimal digits (Unicode general category Nd) of the basic multilingual plane, in order. Each is
/// followed by its one to nine.
const ZEROS: [u16; 36] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn lowercase_of_any_script() {
        assert_eq!(masked(&Lowercase, "Ann@Example.COM").as_deref(), Some("ann@example.com"));
        assert_eq!(masked(&Lowercase, "ÅNGSTRÖM Σ").as_deref(), Some("ångström σ"));
        assert_eq!(masked(&Lowercase, "").as_deref(), Some(""));
    }

    #[test]
    fn trim_takes_unicode_space() {
        assert_eq!(masked(&Trim, "\u{a0}\t a b \u{3000}\n").as_deref(), Some("a b"));
    }

    #[test]
    fn digits_only() {
        assert_eq!(masked(&Digits, "+1 (202) 555-0143").as_deref(), Some("12025550143"));
        assert_eq!(masked(&Digits, "４１１１ ٤٢\u{301}").as_deref(), Some("411142"));
        assert_eq!(masked(&Digits, "unknown ½ Ⅳ"), None);
        assert_eq!(masked(&Digits, ""), None);
        assert_eq!(masked(&Digits, "**** **** 1234").as_deref(), Some("********1234"));
    }

    #[test]
    fn every_decimal_digit_of_the_basic_plane_is_folded() {
        let decimal = regex::Regex::new(r"^\d$").unwrap();
        for c in (0..=0xFFFF).filter_map(char::from_u32) {
            let is_decimal = decimal.is_match(c.encode_utf8(&mut [0; 4]));
            assert_eq!(ascii_digit(c).is_some(), is_decimal, "{:04X}", u32::from(c));
        }
        assert_eq!(ascii_digit('９'), Some('9'));
    }
}
