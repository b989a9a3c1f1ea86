//! Base64, read leniently: both alphabets (RFC 4648 sections 4 and 5), no padding needed, cut anywhere.

/// Whether `b` belongs to base64 or base64url.
pub(super) fn is_base64(b: u8) -> bool {
    sextet(b).is_some()
}

/// Whether `b` belongs to base64url.
pub(super) fn is_base64url(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

/// The bytes that `text` encodes, up to the first byte that is not base64; an unfinished last byte is left out.
pub(super) fn decode(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut bits = 0u32;
    let mut held = 0u32;
    text.iter().map_while(|&b| sextet(b)).filter_map(move |sextet| {
        bits = (bits << 6 | u32::from(sextet)) & 0xFFFF;
        held += 6;
        (held >= 8).then(|| {
            held -= 8;
            (bits >> held) as u8
        })
    })
}

fn sextet(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        decode(text.as_bytes()).collect()
    }

    #[test]
    fn decodes_the_examples_of_rfc_4648() {
        assert_eq!(decoded(""), b"");
        assert_eq!(decoded("Zg=="), b"f");
        assert_eq!(decoded("Zm8="), b"fo");
        assert_eq!(decoded("Zm9vYmFy"), b"foobar");
    }

    #[test]
    fn decodes_both_alphabets_and_cut_text() {
        assert_eq!(decoded("+/8="), decoded("-_8"));
        assert_eq!(decoded("Zm9vYm"), b"foob");
        assert_eq!(decoded("Zm9v.YmFy"), b"foo");
    }
}
