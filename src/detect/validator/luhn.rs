//! The check digit of ISO/IEC 7812-1 annex B, known as Luhn's formula or mod 10.

/// Whether the digits of `text` pass; spaces, dashes and dots between them do not count.
pub(super) fn check(text: &[u8]) -> bool {
    let (sum, len, _) = match text.iter().rev().try_fold((0u32, 0u32, false), |(sum, len, doubled), &b| match b {
        b'0'..=b'9' => Some((sum + weight(b - b'0', doubled), len + 1, !doubled)),
        b' ' | b'-' | b'.' => Some((sum, len, doubled)),
        _ => None,
    }) {
        Some(total) => total,
        None => return false,
    };
    len >= 2 && sum.is_multiple_of(10)
}

/// Whether a number, as its digits, passes.
pub(super) fn passes(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &digit)| weight(digit, i % 2 == 1)).sum();
    sum.is_multiple_of(10)
}

fn weight(digit: u8, doubled: bool) -> u32 {
    let digit = u32::from(digit);
    match (doubled, digit) {
        (true, 5..) => digit * 2 - 9,
        (true, _) => digit * 2,
        (false, _) => digit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_the_textbook_number() {
        assert!(check(b"79927398713"));
        assert!(check(b"7992-7398 71.3"));
        assert!(passes(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
    }

    #[test]
    fn fails_on_any_other_check_digit() {
        for digit in b"012456789" {
            assert!(!check(&[b"7992739871".as_slice(), &[*digit]].concat()));
        }
    }

    #[test]
    fn fails_on_what_is_no_number() {
        assert!(!check(b""));
        assert!(!check(b"0"));
        assert!(!check(b"7992739871x3"));
    }
}
