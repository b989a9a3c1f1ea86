//! The kinds of bytes, on processors of x86 that have AVX2: nearly all since 2013, but programs are compiled for older ones.
//!
//! A byte is looked up by its two halves, thirty-two bytes at once. (Langdale and Lemire, "Parsing gigabytes of JSON per second",
//! The VLDB Journal 28, 2019, section 3.1.2, tells of classifying bytes so.)

#![allow(unsafe_code, reason = "only asking the processor tells whether it has these instructions")]

use std::arch::x86_64::*;

use super::kinds::{ESCAPE, Halves, Kinds, SPECIAL, WORDS};
use super::{BLOCK, Block, Screen, Seen};

/// Looks at the next block; false, and nothing is done, on a processor that lacks something.
#[inline]
pub(super) fn look(screen: &mut Screen, block: &Block<'_>, seen: &mut Seen) -> bool {
    let available = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt");
    if available {
        // SAFETY: the processor has what it needs.
        unsafe { look_by_halves(screen, block, seen) };
    }
    available
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn look_by_halves(screen: &mut Screen, block: &Block<'_>, seen: &mut Seen) {
    screen.look_with(block, |bytes, kinds| kinds_by_halves(bytes, kinds), seen);
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

/// Both halves of a block.
#[derive(Clone, Copy)]
struct Both(__m256i, __m256i);

impl Both {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(bytes: &[u8; BLOCK]) -> Self {
        let (halves, _) = bytes.as_chunks::<{ BLOCK / 2 }>();
        // SAFETY: as many bytes are read as there are, and nothing is said of alignment.
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
