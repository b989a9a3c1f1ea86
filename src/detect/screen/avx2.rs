//! The kinds of bytes, on processors of x86 that have AVX2: nearly all since 2013, but programs are compiled for older ones.
//!
//! A byte is looked up by its two halves, thirty-two bytes at once. (Langdale and Lemire, "Parsing gigabytes of JSON per second",
//! The VLDB Journal 28, 2019, section 3.1.2, tells of classifying bytes so.)

#![allow(unsafe_code, reason = "only asking the processor tells whether it has these instructions")]

use std::arch::x86_64::*;

use super::kinds::{ESCAPE, FIRST_LEAD, Kinds};
use super::{BLOCK, Block, SIGNS, Screen, Seen};

/// Looks at the next block; false, and nothing is done, on a processor that lacks something.
#[inline]
pub(super) fn look(screen: &mut Screen, block: &Block<'_>, numbers: bool, seen: &mut Seen) -> bool {
    let available = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt");
    if available {
        // SAFETY: the processor was just asked for all that the function enables.
        unsafe { look_by_halves(screen, block, numbers, seen) };
    }
    available
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn look_by_halves(screen: &mut Screen, block: &Block<'_>, numbers: bool, seen: &mut Seen) {
    screen.look_with(block, numbers, |bytes, kinds| kinds_by_halves(bytes, kinds), seen);
}

#[target_feature(enable = "avx2")]
#[inline]
fn kinds_by_halves(bytes: &[u8; BLOCK], kinds: &mut Kinds) {
    let block = Both::load(bytes);
    let not_special = look_up(&SPECIAL, block).is(0);
    let words = look_up(&WORDS, block);
    let letter = words.bit::<1>() | words.bit::<2>();
    let (backslash, percent) = if not_special == u64::MAX { (0, 0) } else { (block.is(b'\\'), block.is(b'%')) };
    *kinds = Kinds {
        special: !not_special,
        backslash,
        percent,
        escape: block.is(ESCAPE),
        beyond_ascii: block.bit::<7>(),
        digit: words.bit::<0>(),
        letter,
        upper: letter & !block.bit::<5>(),
        hex_letter: words.bit::<3>(),
        dash: block.is(b'-'),
        dot: words.bit::<6>(),
        colon: words.bit::<7>(),
        blank: block.is(b' '),
        plus: block.is(b'+'),
        base64_sign: words.bit::<4>() | words.bit::<5>(),
    };
}

const _: () = assert!(BLOCK / 2 == size_of::<__m256i>());

/// Both halves of a block.
#[derive(Clone, Copy)]
struct Both(__m256i, __m256i);

impl Both {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(bytes: &[u8; BLOCK]) -> Self {
        let (halves, _) = bytes.as_chunks::<{ BLOCK / 2 }>();
        // SAFETY: it reads 32 bytes, which is how long a half is, at any alignment.
        let load = |half: &[u8; BLOCK / 2]| unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        Self(load(&halves[0]), load(&halves[1]))
    }

    /// Where that byte stands.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn is(self, byte: u8) -> u64 {
        let byte = _mm256_set1_epi8(byte as i8);
        Self(_mm256_cmpeq_epi8(self.0, byte), _mm256_cmpeq_epi8(self.1, byte)).highest_bits()
    }

    /// That bit of each byte.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn bit<const N: u32>(self) -> u64 {
        let places = _mm_cvtsi32_si128(7 - N as i32);
        // What is shifted from one byte into the next does not come as far as its highest bit.
        Self(_mm256_sll_epi16(self.0, places), _mm256_sll_epi16(self.1, places)).highest_bits()
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn highest_bits(self) -> u64 {
        let [first, last] =
            [_mm256_movemask_epi8(self.0), _mm256_movemask_epi8(self.1)].map(|bits| u64::from(bits as u32));
        first | last << (BLOCK / 2)
    }
}

/// Of which kinds each byte is.
#[target_feature(enable = "avx2")]
#[inline]
fn look_up(table: &Halves, bytes: Both) -> Both {
    let low_half = _mm256_set1_epi8(0xf);
    let (low, high) = (twice(table.low), twice(table.high));
    let of = |bytes: __m256i| {
        let low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, low_half));
        let high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), low_half));
        _mm256_and_si256(low, high)
    };
    Both(of(bytes.0), of(bytes.1))
}

#[target_feature(enable = "avx2")]
#[inline]
fn twice(sixteen: u128) -> __m256i {
    let (first, last) = (sixteen as i64, (sixteen >> u64::BITS) as i64);
    _mm256_setr_epi64x(first, last, first, last)
}

/// What a processor looks up that looks up sixteen bytes at once: for each half of a byte, a set of kinds. A byte is of the kinds
/// that are in the sets of both of its halves.
struct Halves {
    /// The sets of the low halves, the first in the lowest bits.
    low: u128,
    high: u128,
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
const SPECIAL: Halves = {
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
const WORDS: Halves = Halves::new([
    (1 << 0x3, 0x03ff),                         // digits
    (1 << 0x4 | 1 << 0x6, 0xfffe),              // letters to `o`
    (1 << 0x5 | 1 << 0x7, 0x07ff),              // letters from `p`
    (1 << 0x4 | 1 << 0x6, 0x007e),              // hexadecimal letters
    (1 << 0x2, 1 << 0xb | 1 << 0xd | 1 << 0xf), // `+`, `-`, `/`
    (1 << 0x5, 1 << 0xf),                       // `_`
    (1 << 0x2, 1 << 0xe),                       // `.`
    (1 << 0x3, 1 << 0xa),                       // `:`
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_of_the_same_kinds_as_on_other_processors() {
        if !is_x86_feature_detected!("avx2") {
            eprintln!("nothing compared: this processor has no AVX2");
            return;
        }
        for b in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut bytes = [b'x'; BLOCK];
                bytes[place] = b;
                let mut kinds = Kinds::default();
                // SAFETY: the processor has what it needs.
                unsafe { kinds_by_halves(&bytes, &mut kinds) };
                assert_eq!(kinds, Kinds::of(&bytes, BLOCK), "{b:#x} at {place}");
            }
        }
    }
}
