//! United States social security numbers.
//!
//! Source: Social Security Administration, "Social Security Number Randomization" (2011): area 000, 666 and 900–999, group
//! 00 and serial 0000 are never given out. Two numbers became famous through advertisements and were withdrawn.

use super::digits;

const WITHDRAWN: [[u8; 9]; 2] = [[0, 7, 8, 0, 5, 1, 1, 2, 0], [2, 1, 9, 0, 9, 9, 9, 9, 9]];

/// Whether `text`, nine digits with or without separators, may have been given out.
pub(in crate::detect) fn check(text: &[u8]) -> bool {
    let Some((digits, 9)) = digits::<9>(text) else { return false };
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    let area_exists = area[0] != 9 && area != [0; 3] && area != [6; 3];
    area_exists && group != [0; 2] && serial != [0; 4] && !WITHDRAWN.contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_rules_of_the_administration() {
        assert!(check(b"123-45-6789") && check(b"899 99 9999") && check(b"001010001"));
        for never in
            ["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "078-05-1120", "219-09-9999"]
        {
            assert!(!check(never.as_bytes()), "{never}");
        }
        assert!(!check(b"123-45-678") && !check(b"123-45-67890") && !check(b"123/45/6789"));
    }
}
