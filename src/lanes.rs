//! Sixteen bytes of a text, compared at once.

use wide::u8x16;

/// How many bytes are compared at once.
pub(crate) const LANE: usize = 16;

/// Sixteen bytes from `at` on; zeros behind the end of the text.
#[inline(always)]
pub(crate) fn sixteen_from(text: &[u8], at: usize) -> u8x16 {
    match text.get(at..).and_then(<[u8]>::first_chunk) {
        Some(lane) => u8x16::new(*lane),
        None => u8x16::new(last_of_sixteen(text, at).to_le_bytes()),
    }
}

// A copy into zeros would be shorter, but slow: what is stored byte by byte cannot be loaded as a whole before all of it is in the cache.
#[inline(never)]
fn last_of_sixteen(text: &[u8], at: usize) -> u128 {
    let there = text.len().saturating_sub(at);
    if let Some(last) = text.last_chunk() {
        return u128::from_le_bytes(*last).checked_shr(8 * (LANE - there) as u32).unwrap_or(0);
    }
    u128::from(eight_from(text, at)) | u128::from(eight_from(text, at + 8)) << u64::BITS
}

/// Eight bytes from `at` on, the first in the lowest bits; zeros behind the end of the text.
#[inline(always)]
pub(crate) fn eight_from(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(<[u8]>::first_chunk) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => last_of_eight(text, at),
    }
}

#[inline(never)]
fn last_of_eight(text: &[u8], at: usize) -> u64 {
    let there = text.len().saturating_sub(at);
    if let Some(last) = text.last_chunk::<8>() {
        return u64::from_le_bytes(*last).checked_shr(8 * (8 - there) as u32).unwrap_or(0);
    }
    text.get(at..).unwrap_or_default().iter().rev().fold(0, |eight, &b| eight << 8 | u64::from(b))
}

/// The eight bytes before `end`, the last in the lowest bits; zeros before the beginning of the text.
#[inline(always)]
pub(crate) fn eight_before(text: &[u8], end: usize) -> u64 {
    match text[..end].last_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => text[..end].iter().fold(0, |eight, &b| eight << 8 | u64::from(b)),
    }
}

/// Which of sixteen bytes are that one.
#[inline(always)]
pub(crate) fn is(byte: u8) -> impl Fn(u8x16) -> u8x16 {
    move |lane| lane.simd_eq(u8x16::splat(byte))
}

/// Which of sixteen bytes stand between those two.
#[inline(always)]
pub(crate) fn within(first: u8, last: u8) -> impl Fn(u8x16) -> u8x16 {
    move |lane| (lane - u8x16::splat(first)).simd_le(u8x16::splat(last - first))
}

/// Which of sixteen bytes are letters in either case that stand between those two.
#[inline(always)]
pub(crate) fn letter_within(first: u8, last: u8) -> impl Fn(u8x16) -> u8x16 {
    move |lane| within(first, last)(lane | u8x16::splat(SMALL))
}

/// Set in a letter, it makes it a small one.
pub(crate) const SMALL: u8 = 0x20;

/// One bit for each of sixteen bytes: its highest.
#[inline(always)]
pub(crate) fn bits(lane: u8x16) -> u64 {
    u64::from(lane.to_bitmask())
}

/// The places of the bits that are set, lowest first.
#[inline(always)]
pub(crate) fn each_bit(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let i = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(i)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_beyond_the_text_are_zeros() {
        let all: Vec<u8> = (1..=40).collect();
        for len in 0..=all.len() {
            let text = &all[..len];
            let padded: Vec<u8> = [&[0; 8], text, &[0; 32]].concat();
            for at in 0..=len {
                assert_eq!(sixteen_from(text, at).to_array(), padded[8 + at..24 + at], "{at} of {len}");
                assert_eq!(eight_from(text, at).to_le_bytes(), padded[8 + at..16 + at], "{at} of {len}");
                assert_eq!(eight_before(text, at).to_be_bytes(), padded[at..8 + at], "{at} of {len}");
            }
            assert_eq!((sixteen_from(text, len + 9).to_array(), eight_from(text, len + 9)), ([0; 16], 0));
        }
    }
}
