//! Phone numbers in national form that show it: with the trunk prefix `0`, and in groups.
//!
//! Source: ITU-T E.123 section 2 (national notation), E.164 (lengths); most countries dial `0` before an area or mobile code
//! (`020 7946 0958`, `090-1234-5678`, `06 12 34 56 78`). Numbers that begin otherwise have no shape of their own and are left to
//! rules with context, as are those in one piece. A blank may be `+`, as in forms.

use super::anchor::Anchor;
use super::around::word_after;
use super::{Detector, Probe, Verdict};

/// Finds the number from its trunk prefix to its last digit.
pub(crate) static DETECTOR: Detector =
    Detector { name: "phone_national", anchors: &[Anchor::Word("0[1-9][0-9]{0,3}[ +-][0-9]{2}")], find, number: None };

/// Trunk prefix included; a shorter number may be a date.
const DIGITS: std::ops::RangeInclusive<usize> = 9..=11;
/// The longest group, in digits.
const LONGEST_GROUP: usize = 8;
const MOST_GROUPS: usize = 5;

/// Reads the run of groups as a whole, as far as a number can reach.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let second = anchor_end - 2;
    let separator = text[second - 1];
    let area = text[..second - 1].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let start = second - 1 - area;
    let mut sizes = [area, 0, 0, 0, 0];
    let mut groups = 1;
    let mut end = second - 1;
    while text.get(end) == Some(&separator) && text.get(end + 1).is_some_and(u8::is_ascii_digit) {
        let size = text[end + 1..].iter().take(LONGEST_GROUP + 1).take_while(|b| b.is_ascii_digit()).count();
        match sizes.get_mut(groups) {
            Some(slot) if (2..=LONGEST_GROUP).contains(&size) => *slot = size,
            _ => return Verdict::Nothing { resume: anchor_end },
        }
        groups += 1;
        end += 1 + size;
    }
    let sizes = &sizes[..groups];
    let number = &text[start..end];
    let plausible = DIGITS.contains(&sizes.iter().sum()) && is_grouped(sizes, separator) && !is_time(number, sizes);
    if start < floor || !plausible || is_part(text, start, end, separator) {
        return Verdict::Nothing { resume: anchor_end };
    }
    Verdict::Found(start..end)
}

/// Whether people write phone numbers in such groups. Two columns of a table have a blank between them, too; three times
/// three digits are many other numbers.
fn is_grouped(sizes: &[usize], separator: u8) -> bool {
    let pairs = sizes.iter().all(|size| *size == 2);
    match sizes.len() {
        2 => separator == b'-' && sizes[1] >= 6,
        MOST_GROUPS => pairs,
        _ => !pairs && *sizes != [3; 3],
    }
}

/// `02-50-48-123`: a time of day.
fn is_time(number: &[u8], sizes: &[usize]) -> bool {
    let below = |at: usize, limit: u8| (number[at] - b'0') * 10 + number[at + 1] - b'0' < limit;
    let dashes = number.get(2) == Some(&b'-');
    dashes && sizes.len() > 3 && sizes[..3] == [2; 3] && below(0, 24) && below(3, 60) && below(6, 60)
}

/// Whether more of a number, a word or a list goes on behind, or stands right before.
fn is_part(text: &[u8], start: usize, end: usize, separator: u8) -> bool {
    let hex = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_hexdigit);
    let word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let glued = |b: &u8| b.is_ascii_alphanumeric() || b"_.:,/-".contains(b);
    let glued = text[..start].last().is_some_and(glued);
    let after = match text.get(end) {
        Some(b'.' | b':' | b',' | b'/' | b'-') => text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b'_') => true,
        // A list of bytes, of which these are some.
        Some(b' ') => separator == b' ' && hex(Some(end + 1)) && hex(Some(end + 2)) && !word(Some(end + 3)),
        _ => word_after(text, end),
    };
    let before = separator == b' ' && start >= 2 && text[start - 1] == b' ' && text[start - 2].is_ascii_digit();
    glued || before || after
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_numbers_with_a_trunk_prefix() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦020 7946 0958⟧",
                "to ⟦090-1234-5678⟧.",
                "at ⟦01 99 00 12 34⟧, please",
                "number is ⟦09-7625400⟧",
                "(⟦0688 872 49 99⟧)",
                "tel=⟦0161 496 0000⟧;",
                "q=⟦020+7946+0958⟧&n=1",
                "\"⟦03-5550-1234⟧\"",
                "⟦089-123456⟧ ok",
            ],
        );
    }

    #[test]
    fn ignores_dates_times_and_columns() {
        assert_ignores(
            &DETECTOR,
            &[
                "01-02-2026",
                "02-50-48-123 at 01-15-10-30-45",
                "03-17 16:13:38.811",
                "081109 203615 148 INFO",
                "02 1234 5678 90 12",
                "012 3456789",
                "046 454 286",
                "12 020 7946 0958",
                "01 02 03 04 05 ab",
                "01 02 03 04 05 06",
                "01 02 03 04",
                "x-090-1234-5678 090-1234-5678-1 a090-1234-5678",
                "090-1234-5678x 090-1234-5678_1 090-1234-5678.5",
                "0-306-40615-2",
                "007-1234-5678",
                "020 7946-0958",
            ],
        );
    }
}
