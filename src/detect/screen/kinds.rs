//! Which bytes of a block are of which kind, one bit for each.

use wide::u8x16;

use super::BLOCK;
use crate::lanes::{LANE, SMALL, base64_signs, bits, is, sixteen_from, within};

/// Where bytes of a kind stand in a block: bit `i` tells of byte `i`. All digits are of the same kinds
/// (`Scanner::is_quiet_in_any_digits` relies on it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    /// One of [`SIGNS`](super::SIGNS), or the beginning of a character beyond ASCII.
    pub(super) special: u64,
    /// These two are special as well.
    pub(super) backslash: u64,
    pub(super) percent: u64,
    pub(super) escape: u64,
    pub(super) beyond_ascii: u64,
    pub(super) digit: u64,
    pub(super) letter: u64,
    pub(super) upper: u64,
    /// Letters that are hexadecimal digits.
    pub(super) hex_letter: u64,
    pub(super) dash: u64,
    pub(super) dot: u64,
    pub(super) colon: u64,
    pub(super) blank: u64,
    pub(super) plus: u64,
    /// `+`, `/`, `_`, `-`.
    pub(super) base64_sign: u64,
}

/// Begins the colours of terminals.
pub(in crate::detect) const ESCAPE: u8 = 0x1b;
/// The first byte of a character of UTF-8 beyond ASCII is this or more.
pub(super) const FIRST_LEAD: u8 = 0xC2;

impl Kinds {
    /// Those of the first `len` bytes; the others are zeros.
    #[inline]
    pub(super) fn of(bytes: &[u8; BLOCK], len: usize) -> Self {
        let mut kinds = Self::default();
        for n in 0..len.div_ceil(LANE) {
            let lane = sixteen_from(bytes, n * LANE);
            let small = lane | u8x16::splat(SMALL);
            let set = |kind: &mut u64, lane: u8x16| *kind |= bits(lane) << (n * LANE);
            let (backslash, percent, colon) = (is(b'\\')(lane), is(b'%')(lane), is(b':')(lane));
            let (dash, plus) = (is(b'-')(lane), is(b'+')(lane));
            // `{` is `[` in lower case.
            let brackets = is(b'{')(small) | is(b'(')(lane);
            let signs = within(b':', b'>')(lane) | within(b'$', b'&')(lane) | is(b'@')(lane) | is(b'~')(lane);
            let special = brackets | signs | plus | backslash | lane.simd_ge(u8x16::splat(FIRST_LEAD));
            set(&mut kinds.special, special);
            set(&mut kinds.backslash, backslash);
            set(&mut kinds.percent, percent);
            set(&mut kinds.escape, is(ESCAPE)(lane));
            // The highest bit tells.
            set(&mut kinds.beyond_ascii, lane);
            set(&mut kinds.digit, within(b'0', b'9')(lane));
            set(&mut kinds.letter, within(b'a', b'z')(small));
            set(&mut kinds.upper, within(b'A', b'Z')(lane));
            set(&mut kinds.hex_letter, within(b'a', b'f')(small));
            set(&mut kinds.dash, dash);
            set(&mut kinds.dot, is(b'.')(lane));
            set(&mut kinds.colon, colon);
            set(&mut kinds.blank, is(b' ')(lane));
            set(&mut kinds.plus, plus);
            set(&mut kinds.base64_sign, base64_signs(lane));
        }
        kinds
    }

    /// Of the last half of the block before, and the first half of this one.
    #[inline(always)]
    pub(super) fn across(before: &Self, here: &Self) -> Self {
        let across = |kind: fn(&Self) -> u64| kind(before) >> (BLOCK / 2) | kind(here) << (BLOCK / 2);
        Self {
            special: across(|kinds| kinds.special),
            backslash: across(|kinds| kinds.backslash),
            percent: across(|kinds| kinds.percent),
            escape: across(|kinds| kinds.escape),
            beyond_ascii: across(|kinds| kinds.beyond_ascii),
            digit: across(|kinds| kinds.digit),
            letter: across(|kinds| kinds.letter),
            upper: across(|kinds| kinds.upper),
            hex_letter: across(|kinds| kinds.hex_letter),
            dash: across(|kinds| kinds.dash),
            dot: across(|kinds| kinds.dot),
            colon: across(|kinds| kinds.colon),
            blank: across(|kinds| kinds.blank),
            plus: across(|kinds| kinds.plus),
            base64_sign: across(|kinds| kinds.base64_sign),
        }
    }

    /// What stands in no plain text.
    pub(super) fn unplain(&self) -> u64 {
        self.backslash | self.percent | self.escape | self.beyond_ascii
    }

    /// Letters and digits.
    pub(super) fn alphanumeric(&self) -> u64 {
        self.letter | self.digit
    }
}

#[cfg(test)]
mod tests {
    use super::super::SIGNS;
    use super::*;
    use crate::detect::regex_rule::is_plain;

    /// The same, byte by byte.
    fn expected(bytes: &[u8; BLOCK]) -> Kinds {
        let all = |is: fn(u8) -> bool| (0..BLOCK).fold(0, |all, i| all | u64::from(is(bytes[i])) << i);
        Kinds {
            special: all(|b| SIGNS.contains(&b) || b >= FIRST_LEAD),
            backslash: all(|b| b == b'\\'),
            percent: all(|b| b == b'%'),
            escape: all(|b| b == ESCAPE),
            beyond_ascii: all(|b| !b.is_ascii()),
            digit: all(|b| b.is_ascii_digit()),
            letter: all(|b| b.is_ascii_alphabetic()),
            upper: all(|b| b.is_ascii_uppercase()),
            hex_letter: all(|b| b.is_ascii_alphabetic() && b.is_ascii_hexdigit()),
            dash: all(|b| b == b'-'),
            dot: all(|b| b == b'.'),
            colon: all(|b| b == b':'),
            blank: all(|b| b == b' '),
            plus: all(|b| b == b'+'),
            base64_sign: all(|b| b"+/_-".contains(&b)),
        }
    }

    #[test]
    fn all_digits_are_of_the_same_kinds() {
        let of = |digit: u8| Kinds::of(&[digit; BLOCK], BLOCK);
        assert!((b'0'..=b'9').all(|digit| of(digit) == of(b'0')));
    }

    #[test]
    fn all_texts_are_plain_that_have_no_other_bytes() {
        for b in 0..=u8::MAX {
            let unplain = Kinds::of(&[b; BLOCK], BLOCK).unplain();
            assert_eq!(unplain, if is_plain(&[b]) { 0 } else { u64::MAX }, "{b:#x}");
        }
    }

    #[test]
    fn every_byte_is_of_its_kinds_at_every_place() {
        for b in 0..=u8::MAX {
            for shift in 0..BLOCK {
                let mut bytes = [b'x'; BLOCK];
                bytes[shift] = b;
                assert_eq!(Kinds::of(&bytes, BLOCK), expected(&bytes), "{b:#x} at {shift}");
            }
        }
    }
}
