//! `{ bucket = 10 }`: the range that a number lies in.

use std::fmt::Write;

use crate::mask::{MaskError, Masker, Outcome, Subject};

/// A number to the range of whole numbers it lies in: with a width of 10, `34` → `30-39`, `-5` → `-10--1`.
///
/// Ranges begin at multiples of the width. Decimals are rounded down first (`39.9` → `30-39`, `-0.5` → `-10--1`), so the
/// range says where the number's whole part lies.
pub(in crate::mask) struct Bucket {
    width: i128,
}

impl Bucket {
    /// `None` for a width that hides nothing.
    pub(in crate::mask) fn new(width: u64) -> Option<Self> {
        (width >= 2).then(|| Self { width: i128::from(width) })
    }

    /// Where the range begins, if the text is a range that this masker writes.
    fn written_range(&self, text: &str) -> Option<i128> {
        // A dash at the very start is a sign.
        let dash = 1 + text.bytes().skip(1).position(|b| b == b'-')?;
        let (low, high) = (text[..dash].parse::<i128>().ok()?, text[dash + 1..].parse::<i128>().ok()?);
        (low.rem_euclid(self.width) == 0 && low.checked_add(self.width - 1) == Some(high)).then_some(low)
    }

    /// Where the range of a number begins.
    fn range_of(&self, text: &str) -> Option<i128> {
        let number = floor(text)?;
        number.checked_sub(number.rem_euclid(self.width))
    }
}

impl Masker for Bucket {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let text = value.trim();
        let low = self.written_range(text).or_else(|| self.range_of(text)).ok_or(MaskError)?;
        let high = low.checked_add(self.width - 1).ok_or(MaskError)?;
        write!(out, "{low}-{high}").map_err(|_| MaskError)?;
        Ok(Outcome::Replaced)
    }
}

/// The number, rounded down: `34`, `+34`, `-3.5`, `.5`, `1e3`.
fn floor(text: &str) -> Option<i128> {
    if let Ok(whole) = text.parse() {
        return Some(whole);
    }
    // `f64` reads names too (`inf`, `NaN`); those are no numbers here.
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    // Every number below this, rounded down, is an `i128`.
    let fits = number.abs() < 2f64.powi(126);
    fits.then(|| number.floor() as i128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    fn bucket(width: u64, value: &str) -> Option<String> {
        masked(&Bucket::new(width).unwrap(), value)
    }

    #[test]
    fn numbers_become_ranges() {
        for (width, value, safe) in [
            (10, "34", "30-39"),
            (10, " +30 ", "30-39"),
            (10, "39.9", "30-39"),
            (10, "0", "0-9"),
            (10, "-0", "0-9"),
            (10, "-1", "-10--1"),
            (10, "-10", "-10--1"),
            (10, "-11", "-20--11"),
            (10, "-0.5", "-10--1"),
            (10, "1.2e3", "1200-1209"),
            (1000, "52000", "52000-52999"),
            (7, "15", "14-20"),
            (u64::MAX, "5", "0-18446744073709551614"),
            (10, "18446744073709551615", "18446744073709551610-18446744073709551619"),
        ] {
            let once = bucket(width, value).unwrap();
            assert_eq!(once, safe, "{value} by {width}");
            assert_eq!(bucket(width, &once).as_deref(), Some(safe), "its own output");
        }
    }

    #[test]
    fn what_is_no_number_fails() {
        let beyond = u128::MAX.to_string();
        let edges = [i128::MAX.to_string(), i128::MIN.to_string()];
        for value in
            ["", "-", ".", "inf", "NaN", "infinity", "1,000", "0x10", "12 years", "1e999", "1e", "٣", "1\0", &beyond]
        {
            assert_eq!(bucket(10, value), None, "{value:?}");
        }
        for edge in &edges {
            assert_eq!(bucket(10, edge), None, "the range would not fit");
        }
    }

    #[test]
    fn a_range_of_another_width_is_no_output_of_ours() {
        for value in ["30-34", "31-40", "30-", "30-39-", "-", "--", "é-1", "555-0100", "30-039x"] {
            assert_eq!(bucket(10, value), None, "{value:?}");
        }
    }

    #[test]
    fn a_width_that_hides_nothing_is_refused() {
        assert!(Bucket::new(0).is_none() && Bucket::new(1).is_none());
    }
}
