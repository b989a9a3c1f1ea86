//! What must not stand in a JSON string as it is (RFC 8259, section 7): the quote, the backslash, and control characters below U+0020.

use wide::u8x16;

use crate::lanes::{LANE, bits, is};

/// Appends `text` as the inside of a JSON string.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    for &b in text {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
            _ => out.push(b),
        }
    }
}

/// Whether any byte must be escaped. Most texts are short and hold none: a few comparisons of many bytes tell. Where the bytes
/// do not fill the last of them, some are compared twice.
#[inline]
pub(crate) fn any_to_escape(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk() {
        let (sixteens, _) = bytes.as_chunks();
        return sixteens.iter().any(any_in_sixteen) || any_in_sixteen(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return any_in_eight(u64::from_le_bytes(*first)) || any_in_eight(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return any_in_eight(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)));
    }
    bytes.iter().any(|&byte| NEEDS_ESCAPE[usize::from(byte)])
}

fn any_in_sixteen(bytes: &[u8; LANE]) -> bool {
    to_escape(u8x16::new(*bytes)) != 0
}

/// Which of sixteen bytes must be escaped.
#[inline(always)]
pub(crate) fn to_escape(lane: u8x16) -> u64 {
    bits(lane.simd_le(u8x16::splat(0x1f)) | is(b'"')(lane) | is(b'\\')(lane))
}

/// Each term subtracts from every byte what makes it borrow exactly if it is sought. A borrow can make a byte *after*
/// one that is sought look sought too, never without such a one.
fn any_in_eight(word: u64) -> bool {
    const EACH: u64 = u64::MAX / 255;
    const HIGH_BITS: u64 = EACH * 0x80;
    let control = word.wrapping_sub(EACH * 0x20) & !word;
    let quote = word ^ (EACH * b'"' as u64);
    let quote = quote.wrapping_sub(EACH) & !quote;
    let backslash = word ^ (EACH * b'\\' as u64);
    let backslash = backslash.wrapping_sub(EACH) & !backslash;
    (control | quote | backslash) & HIGH_BITS != 0
}

static NEEDS_ESCAPE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};
