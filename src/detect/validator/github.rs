//! GitHub's own tokens: `ghp_`, 30 random characters, and their checksum.
//!
//! Source: "Behind GitHub's new authentication token formats" (GitHub Engineering, 2021-04-05): the last six characters are
//! the CRC-32 of the random part, in base 62 with leading zeros.

const CHECKSUM_LEN: usize = 6;

/// Whether the checksum at the end of a token fits the rest, its prefix (up to the last `_`) aside.
pub(super) fn check(token: &[u8]) -> bool {
    let body = token.rsplit(|&b| b == b'_').next().unwrap_or(token);
    let Some(split) = body.len().checked_sub(CHECKSUM_LEN).filter(|&split| split > 0 && body.len() < token.len())
    else {
        return false;
    };
    let (random, checksum) = body.split_at(split);
    base62(checksum) == Some(u64::from(crc32(random)))
}

fn base62(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value: u64, &b| {
        let digit = match b {
            b'0'..=b'9' => b - b'0',
            b'A'..=b'Z' => b - b'A' + 10,
            b'a'..=b'z' => b - b'a' + 36,
            _ => return None,
        };
        Some(value * 62 + u64::from(digit))
    })
}

/// CRC-32 as in ISO 3309 and zlib.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_of_the_check_string() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn accepts_a_token_whose_checksum_fits() {
        // Thirty letters in order and their checksum: of the right form, but given out by nobody.
        assert!(check(b"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"));
    }

    #[test]
    fn rejects_any_other() {
        assert!(!check(b"ghp_ABCDEFGHIJKLMNOPQRSTUVWXYZ01230000000"));
        assert!(!check(b"ghp_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123"));
        assert!(!check(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ01234KGnwg"));
        assert!(!check(b"ghp_"));
        assert!(!check(b"_"));
    }
}
