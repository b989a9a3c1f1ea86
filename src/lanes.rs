//! Sixteen bytes of a text, compared at once.

use wide::u8x16;

/// How many bytes are compared at once.
pub(crate) const LANE: usize = 16;

/// Sixteen bytes from `at` on; zeros behind the end of the text.
#[inline(always)]
pub(crate) fn sixteen_from(text: &[u8], at: usize) -> u8x16 {
    let rest = text.get(at..).unwrap_or_default();
    u8x16::new(rest.first_chunk().copied().unwrap_or_else(|| {
        let mut sixteen = [0; LANE];
        sixteen[..rest.len()].copy_from_slice(rest);
        sixteen
    }))
}

/// The sixteen bytes before `end`; zeros before the beginning of the text.
#[inline(always)]
pub(crate) fn sixteen_before(text: &[u8], end: usize) -> u8x16 {
    let rest = text.get(..end).unwrap_or_default();
    u8x16::new(rest.last_chunk().copied().unwrap_or_else(|| {
        let mut sixteen = [0; LANE];
        sixteen[LANE - rest.len()..].copy_from_slice(rest);
        sixteen
    }))
}

/// Which of sixteen bytes are letters or digits of ASCII.
#[inline(always)]
pub(crate) fn alphanumeric(lane: u8x16) -> u8x16 {
    within(b'a', b'z')(lane | u8x16::splat(SMALL)) | within(b'0', b'9')(lane)
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

/// Which of sixteen bytes are those of base64 that are neither letters nor digits (RFC 4648, sections 4 and 5).
#[inline(always)]
pub(crate) fn base64_signs(lane: u8x16) -> u8x16 {
    is(b'+')(lane) | is(b'/')(lane) | is(b'_')(lane) | is(b'-')(lane)
}

/// Set in a letter, it makes it a small one.
pub(crate) const SMALL: u8 = 0x20;

/// One bit for each of sixteen bytes: its highest.
#[inline(always)]
pub(crate) fn bits(lane: u8x16) -> u64 {
    u64::from(lane.to_bitmask())
}

/// Of the bits that are set, those whose place is wanted.
#[inline(always)]
pub(crate) fn only(bits: u64, wanted: impl Fn(usize) -> bool) -> u64 {
    each_bit(bits).filter(|i| wanted(*i)).fold(0, |only, i| only | 1 << i)
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
