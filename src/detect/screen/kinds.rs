//! Which bytes of a block are of which kind, one bit for each.

use wide::u8x16;

use super::{BLOCK, SIGNS};
use crate::lanes::{LANE, SMALL, bits, is, within};

/// Where bytes of a kind stand in a block: bit `i` tells of byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    /// One of [`SIGNS`], or the beginning of a character beyond ASCII.
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
pub(super) const ESCAPE: u8 = 0x1b;
/// The first byte of a character of UTF-8 beyond ASCII is this or more.
const FIRST_LEAD: u8 = 0xC2;

impl Kinds {
    /// Those of the first `len` bytes; the others are zeros.
    #[inline]
    pub(super) fn of(bytes: &[u8; BLOCK], len: usize) -> Self {
        let mut kinds = Self::default();
        for n in 0..len.div_ceil(LANE) {
            let mut lane = [0; LANE];
            lane.copy_from_slice(&bytes[n * LANE..(n + 1) * LANE]);
            let lane = u8x16::new(lane);
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
            set(&mut kinds.base64_sign, dash | plus | is(b'/')(lane) | is(b'_')(lane));
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

    /// Letters and digits.
    pub(super) fn alphanumeric(&self) -> u64 {
        self.letter | self.digit
    }
}

/// What a processor looks up that looks up sixteen bytes at once: for each half of a byte, a set of kinds. A byte is of the kinds
/// that are in the sets of both of its halves.
pub(super) struct Halves {
    /// The sets of the low halves, the first in the lowest bits.
    pub(super) low: u128,
    pub(super) high: u128,
}

impl Halves {
    /// Each kind is all bytes whose high and low halves are among those, given as bits.
    const fn new(kinds: [(u16, u16); 8]) -> Self {
        let mut halves = Self { low: 0, high: 0 };
        let mut i = 0;
        while i < 16 * 8 {
            let (half, kind) = (i / 8, i % 8);
            let (high, low) = kinds[kind];
            halves.low |= ((low >> half & 1) as u128) << i;
            halves.high |= ((high >> half & 1) as u128) << i;
            i += 1;
        }
        halves
    }
}

/// Bytes that are [`special`](Kinds::special) are of one of these kinds.
pub(super) const SPECIAL: Halves = {
    // A kind for each high half of a sign, and two for what begins a character beyond ASCII.
    let mut kinds = [(0, 0); 8];
    let mut i = 0;
    while i < SIGNS.len() {
        let (high, low) = (SIGNS[i] >> 4, SIGNS[i] & 0xf);
        // Those of ASCII are less than 8.
        let kind = (high - 2) as usize;
        kinds[kind] = (1 << high, kinds[kind].1 | 1 << low);
        i += 1;
    }
    kinds[6] = (1 << (FIRST_LEAD >> 4), u16::MAX << (FIRST_LEAD & 0xf));
    kinds[7] = (u16::MAX << ((FIRST_LEAD >> 4) + 1), u16::MAX);
    Halves::new(kinds)
};

/// The kinds of what words and numbers are made of: the bit of each is its place here, and letters have two.
pub(super) const WORDS: Halves = {
    Halves::new([
        (1 << 0x3, 0x03ff),                         // digits
        (1 << 0x4 | 1 << 0x6, 0xfffe),              // letters to `o`
        (1 << 0x5 | 1 << 0x7, 0x07ff),              // letters from `p`
        (1 << 0x4 | 1 << 0x6, 0x007e),              // hexadecimal letters
        (1 << 0x2, 1 << 0xb | 1 << 0xd | 1 << 0xf), // `+`, `-`, `/`
        (1 << 0x5, 1 << 0xf),                       // `_`
        (1 << 0x2, 1 << 0xe),                       // `.`
        (1 << 0x3, 1 << 0xa),                       // `:`
    ])
};

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of each byte, by its value.
    fn expected(b: u8) -> [bool; 15] {
        [
            SIGNS.contains(&b) || b >= FIRST_LEAD,
            b == b'\\',
            b == b'%',
            b == ESCAPE,
            !b.is_ascii(),
            b.is_ascii_digit(),
            b.is_ascii_alphabetic(),
            b.is_ascii_uppercase(),
            b.is_ascii_alphabetic() && b.is_ascii_hexdigit(),
            b == b'-',
            b == b'.',
            b == b':',
            b == b' ',
            b == b'+',
            b"+/_-".contains(&b),
        ]
    }

    fn told(kinds: &Kinds, i: usize) -> [bool; 15] {
        let Kinds {
            special,
            backslash,
            percent,
            escape,
            beyond_ascii,
            digit,
            letter,
            upper,
            hex_letter,
            dash,
            dot,
            colon,
            blank,
            plus,
            base64_sign,
        } = *kinds;
        [
            special,
            backslash,
            percent,
            escape,
            beyond_ascii,
            digit,
            letter,
            upper,
            hex_letter,
            dash,
            dot,
            colon,
            blank,
            plus,
            base64_sign,
        ]
        .map(|kind| kind >> i & 1 == 1)
    }

    #[test]
    fn every_byte_is_of_its_kinds_at_every_place() {
        for b in 0..=u8::MAX {
            for shift in 0..BLOCK {
                let mut bytes = [b'x'; BLOCK];
                bytes[shift] = b;
                let kinds = Kinds::of(&bytes, BLOCK);
                for i in 0..BLOCK {
                    assert_eq!(told(&kinds, i), expected(bytes[i]), "{b:#x} at {shift}");
                }
            }
        }
    }
}
