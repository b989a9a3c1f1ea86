//! Dates inside national numbers.

/// Whether such a day exists in some year; a number of two digits rarely says which century it is of.
pub(super) fn is_day(month: u8, day: u8) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Two digits as a number.
pub(super) fn pair(digits: &[u8], at: usize) -> u8 {
    digits[at] * 10 + digits[at + 1]
}

/// Whether the six digits at `at` are year, month and day.
pub(super) fn is_yymmdd(digits: &[u8], at: usize) -> bool {
    is_day(pair(digits, at + 2), pair(digits, at + 4))
}

/// Whether the six digits at `at` are day, month and year.
pub(super) fn is_ddmmyy(digits: &[u8], at: usize) -> bool {
    is_day(pair(digits, at + 2), pair(digits, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist() {
        assert!(is_day(2, 29) && is_day(12, 31) && is_day(4, 30));
        assert!(!is_day(2, 30) && !is_day(4, 31) && !is_day(0, 1) && !is_day(13, 1) && !is_day(1, 0));
    }

    #[test]
    fn both_orders() {
        assert!(is_yymmdd(&[0, 9, 9, 0, 2, 2, 9], 1) && !is_yymmdd(&[9, 9, 2, 9, 0, 2], 0));
        assert!(is_ddmmyy(&[2, 9, 0, 2, 9, 9], 0) && !is_ddmmyy(&[0, 2, 2, 9, 9, 9], 0));
    }
}
