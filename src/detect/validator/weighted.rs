//! Weighted sums: each digit times its weight, the sum by a modulus, and the remainder says what the last digit is.
//!
//! Most national numbers are made this way, so that the logic stands here once and each number is a row of data.

use super::exactly;

/// How a number of `N` digits is checked by its last one.
pub(super) struct Weighted<const N: usize> {
    /// One weight for each digit before the check digit.
    pub(super) weights: &'static [u8],
    pub(super) modulus: u32,
    pub(super) rule: Rule,
}

/// What the check digit is, given the remainder. Where it would be 10, the number is not given out, unless said otherwise.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// The remainder.
    Remainder,
    /// The remainder, and `0` for 10.
    RemainderTenIsZero,
    /// The remainder, and `1` for 10.
    RemainderTenIsOne,
    /// What is missing to the modulus.
    Complement,
    /// What is missing to the modulus, and `0` for 10.
    ComplementTenIsZero,
    /// What is missing to the modulus, and `1` for 10.
    ComplementTenIsOne,
    /// What is missing to the modulus, and `9` for 10.
    ComplementTenIsNine,
}

impl<const N: usize> Weighted<N> {
    /// Whether `text` is `N` digits, separators aside, of which the last one fits the others.
    pub(super) fn check(&self, text: &[u8]) -> bool {
        exactly::<N>(text).is_some_and(|digits| self.passes(&digits))
    }

    /// Whether the last of these digits fits the others. Digits that are all the same fit some sums, but are nobody's.
    pub(super) fn passes(&self, digits: &[u8; N]) -> bool {
        let [body @ .., check] = digits.as_slice() else { return false };
        check_digit(body, self.weights, self.modulus, self.rule) == Some(*check) && body.iter().any(|d| d != check)
    }
}

/// The check digit for these digits.
pub(super) fn check_digit(digits: &[u8], weights: &[u8], modulus: u32, rule: Rule) -> Option<u8> {
    let sum: u32 = digits.iter().zip(weights).map(|(&digit, &weight)| u32::from(digit) * u32::from(weight)).sum();
    let remainder = sum % modulus;
    let complement = (modulus - remainder) % modulus;
    let check = match (rule, remainder, complement) {
        (Rule::RemainderTenIsZero, 10, _) | (Rule::ComplementTenIsZero, _, 10) => 0,
        (Rule::RemainderTenIsOne, 10, _) | (Rule::ComplementTenIsOne, _, 10) => 1,
        (Rule::ComplementTenIsNine, _, 10) => 9,
        (Rule::Remainder | Rule::RemainderTenIsZero | Rule::RemainderTenIsOne, remainder, _) => remainder,
        (_, _, complement) => complement,
    };
    u8::try_from(check).ok().filter(|check| *check < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_reads_the_remainder_its_way() {
        let digit = |first, rule| check_digit(&[first], &[1], 11, rule);
        assert_eq!(digit(3, Rule::Remainder), Some(3));
        assert_eq!(digit(3, Rule::Complement), Some(8));
        assert_eq!(digit(0, Rule::Complement), Some(0));
        assert_eq!(digit(1, Rule::ComplementTenIsOne), Some(1));
        // 5 × 2 leaves 10; 1 leaves a complement of 10.
        let ten = |rule| check_digit(&[5], &[2], 11, rule);
        assert_eq!(
            (ten(Rule::Remainder), ten(Rule::RemainderTenIsZero), ten(Rule::RemainderTenIsOne)),
            (None, Some(0), Some(1))
        );
        assert_eq!((digit(1, Rule::Complement), digit(1, Rule::ComplementTenIsZero)), (None, Some(0)));
        assert_eq!(digit(1, Rule::ComplementTenIsNine), Some(9));
    }

    #[test]
    fn one_wrong_digit_fails() {
        let number = Weighted::<3> { weights: &[3, 1], modulus: 10, rule: Rule::Complement };
        assert!(number.check(b"12-5") && number.check(b"125"));
        assert!(!number.check(b"124") && !number.check(b"1250") && !number.check(b"12a5") && !number.check(b"000"));
    }
}
