//! Verhoeff's check digit, of the dihedral group of order ten.
//!
//! Source: J. Verhoeff, "Error Detecting Decimal Codes" (1969).

use super::{exactly, luhn};

/// India, Aadhaar: twelve digits, of which the first is neither 0 nor 1 (UIDAI).
pub(super) fn in_aadhaar(text: &[u8]) -> bool {
    exactly::<12>(text).is_some_and(|digits| digits[0] > 1 && passes(&digits))
}

/// Luxembourg, matricule: year, month, day, a serial, then a check digit by Luhn's formula and one by Verhoeff's, both of
/// what stands before (Règlement grand-ducal du 28 novembre 2013).
pub(super) fn lu_national_id(text: &[u8]) -> bool {
    let Some(digits) = exactly::<13>(text) else { return false };
    let mut without_luhn = [0; 12];
    without_luhn[..11].copy_from_slice(&digits[..11]);
    without_luhn[11] = digits[12];
    matches!(digits[..2], [1, 8 | 9] | [2, 0]) && luhn::passes(&digits[..12]) && passes(&without_luhn)
}

fn passes(digits: &[u8]) -> bool {
    let check = digits.iter().rev().enumerate().fold(0, |check, (place, &digit)| {
        multiply(check, (0..place % 8).fold(digit, |digit, _| PERMUTATION[usize::from(digit)]))
    });
    check == 0
}

const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The product of two elements: 0 to 4 turn a pentagon, 5 to 9 turn it over.
fn multiply(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn the_textbook_number_passes() {
        assert!(passes(&[2, 3, 6, 3]) && !passes(&[2, 3, 6, 4]) && !passes(&[3, 2, 6, 3]));
    }

    #[test]
    fn specimens_pass_and_no_others() {
        accepts_only(in_aadhaar, &["2341 2341 2346"]);
        accepts_only(lu_national_id, &["1893120105732"]);
    }
}
