//! Check characters of ISO/IEC 7064.

use super::date::{is_day, pair};
use super::exactly;

/// Germany, steuerliche Identifikationsnummer: MOD 11,10; of the first ten digits one stands twice or thrice, and at least
/// one not at all (Bundeszentralamt für Steuern, § 139b AO).
pub(super) fn de_steuer_id(text: &[u8]) -> bool {
    let Some(digits) = exactly::<11>(text).filter(|digits| digits[0] > 0) else { return false };
    let mut counts = [0u8; 10];
    digits[..10].iter().for_each(|&digit| counts[usize::from(digit)] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count();
    repeated == 1 && counts.iter().all(|count| *count <= 3) && mod_11_10(&digits)
}

/// Croatia, OIB: MOD 11,10 (Zakon o osobnom identifikacijskom broju).
pub(super) fn hr_oib(text: &[u8]) -> bool {
    exactly::<11>(text).is_some_and(|digits| digits.iter().any(|digit| *digit != digits[0]) && mod_11_10(&digits))
}

/// China, resident identity number: MOD 11-2, a region, and a date (GB 11643).
pub(super) fn cn_resident_id(text: &[u8]) -> bool {
    let Some((last, body)) = text.split_last() else { return false };
    let Some(digits) = exactly::<17>(body) else { return false };
    let check = match last {
        b'0'..=b'9' => last - b'0',
        b'X' | b'x' => 10,
        _ => return false,
    };
    let product = digits.iter().fold(0u32, |product, &digit| (product + u32::from(digit)) * 2 % 11);
    (11..=91).contains(&pair(&digits, 0))
        && matches!(pair(&digits, 6), 18..=20)
        && is_day(pair(&digits, 10), pair(&digits, 12))
        && (product + u32::from(check)) % 11 == 1
}

/// The hybrid system MOD 11,10.
fn mod_11_10(digits: &[u8]) -> bool {
    let [body @ .., check] = digits else { return false };
    let product = body.iter().fold(10u32, |product, &digit| match (product + u32::from(digit)) % 10 {
        0 => 10 * 2 % 11,
        sum => sum * 2 % 11,
    });
    (product + u32::from(*check)) % 10 == 1
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn specimens_pass_and_no_others() {
        accepts_only(de_steuer_id, &["86 095 742 719", "36574261809"]);
        accepts_only(hr_oib, &["33392005961"]);
        // The example of GB 11643 itself.
        accepts_only(cn_resident_id, &["11010519491231002X"]);
        accepts_only(cn_resident_id, &["440524188001010014"]);
    }

    #[test]
    fn digits_of_a_tax_number_repeat_as_they_must() {
        // Its check digit fits, but no digit stands twice.
        assert!(mod_11_10(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 3]) && !de_steuer_id(b"12345678903"));
        assert!(!cn_resident_id(b"11010519491331002X"));
    }
}
