//! Numbers of health care.

use super::weighted::{Rule, Weighted};
use super::{exactly, luhn};

/// NHS number, England, Wales and the Isle of Man: NHS Data Dictionary, "NHS NUMBER".
pub(super) const NHS: Weighted<10> =
    Weighted { weights: &[10, 9, 8, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::Complement };

/// National provider identifier: Luhn over the number with 80840 before it (45 CFR 162.406; CMS, "NPI check digit").
pub(super) fn npi(text: &[u8]) -> bool {
    let Some(digits) = exactly::<10>(text) else { return false };
    let mut card = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    card[5..].copy_from_slice(&digits);
    matches!(digits[0], 1 | 2) && luhn::passes(&card)
}

/// Registration number of the Drug Enforcement Administration: two letters, six digits and a check digit (21 CFR 1301.35).
pub(super) fn dea(text: &[u8]) -> bool {
    let Some(digits) = text.get(2..).and_then(exactly::<7>) else { return false };
    let sum = |places: [usize; 3]| places.iter().map(|&place| u32::from(digits[place])).sum::<u32>();
    (sum([0, 2, 4]) + 2 * sum([1, 3, 5])) % 10 == u32::from(digits[6])
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn published_examples_pass_and_no_others() {
        accepts_only(|t| NHS.check(t), &["943 476 5919", "9876543210"]);
        accepts_only(npi, &["1234567893"]);
        accepts_only(dea, &["AB1234563"]);
    }
}
