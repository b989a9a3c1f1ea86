//! The kinds of bytes, on processors of x86 that have AVX2: nearly all since 2013, but programs are compiled for older ones.
//!
//! A byte is looked up by its two halves, thirty-two bytes at once. (Langdale and Lemire, "Parsing gigabytes of JSON per second",
//! The VLDB Journal 28, 2019, section 3.1.2, tells of classifying bytes so.)

#![allow(unsafe_code, reason = "only asking the processor tells whether it has these instructions")]

use std::arch::x86_64::*;

use super::BLOCK;
use super::kinds::{ESCAPE, Halves, Kinds, SPECIAL, WORDS};

/// Puts the kinds of a block into `kinds`. False, and nothing is done, on a processor without AVX2.
#[inline]
pub(super) fn look(bytes: &[u8; BLOCK], kinds: &mut Kinds) -> bool {
    let available = is_x86_feature_detected!("avx2");
    if available {
        // SAFETY: the processor has what it needs.
        unsafe { look_by_halves(bytes, kinds) };
    }
    available
}

#[target_feature(enable = "avx2")]
fn look_by_halves(bytes: &[u8; BLOCK], kinds: &mut Kinds) {
    let block = Both::load(bytes);
    let not_special = look_up(&SPECIAL, block).is(0);
    let words = look_up(&WORDS, block);
    let letter = words.bit::<1>() | words.bit::<2>();
    let (backslash, percent) =
        if not_special == u64::MAX { (0, 0) } else { (block.is(b'\\'), block.is(b'%')) };
    kinds.special = !not_special;
    kinds.backslash = backslash;
    kinds.percent = percent;
    kinds.escape = block.is(ESCAPE);
    kinds.beyond_ascii = block.bit::<7>();
    kinds.digit = words.bit::<0>();
    kinds.letter = letter;
    kinds.upper = letter & !block.bit::<5>();
    kinds.hex_letter = words.bit::<3>();
    kinds.dash = block.is(b'-');
    kinds.dot = words.bit::<6>();
    kinds.colon = words.bit::<7>();
    kinds.blank = block.is(b' ');
    kinds.plus = block.is(b'+');
    kinds.base64_sign = words.bit::<4>() | words.bit::<5>();
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
        let [first, last] = [_mm256_movemask_epi8(self.0), _mm256_movemask_epi8(self.1)].map(|bits| u64::from(bits as u32));
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
