//! Phone numbers in international form.
//!
//! Source: ITU-T E.164 (structure, assigned country codes), E.123 (notation), RFC 3966 (`tel:` URIs). National forms have no
//! shape of their own, and `00` is a prefix of many other numbers: both are left to rules with context.

use std::ops::Range;

use super::anchor::{Anchor, Shape};
use super::around::{word_after, word_before};
use super::{Detector, Probe, Verdict};

/// Finds the number from its `+` (also as `%2B`) to the last digit; after `tel:`, national numbers too.
pub(crate) static DETECTOR: Detector = Detector {
    name: "phone",
    anchors: &[Anchor::Shape(Shape::PlusDigit), Anchor::Shape(Shape::TelDigit)],
    find,
    number: None,
};

const MAX_DIGITS: usize = 15;
/// Space, dash, dot, parentheses and no-break space between digits; never more than this many.
const MAX_BETWEEN: usize = 3;

/// Reads at most a fixed number of bytes to either side.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let first = anchor_end - 1;
    let mark_end = first - usize::from(text[first - 1] == b'(');
    let number = match &text[..mark_end] {
        [before @ .., b'+'] => international(text, before.len(), first),
        [before @ .., b'%', b'2', _] => international(text, before.len(), first),
        [before @ .., _, _, _, b':'] if !word_before(text, before.len()) => national(text, first),
        _ => None,
    };
    let number = number.filter(|number| number.start >= floor);
    number.map_or(Verdict::Nothing { resume: anchor_end }, Verdict::Found)
}

/// The number whose plus sign starts at `start` and whose first digit is at `first`.
fn international(text: &[u8], start: usize, first: usize) -> Option<Range<usize>> {
    let sum = word_before(text, start) || matches!(text[..start].last(), Some(b')' | b']' | b'_' | b'+'));
    let end = longest(text, first, |digits, in_one_piece| {
        is_international(digits) && !(in_one_piece && digits.len() < 9 && !is_small_country(digits))
    })?;
    (!sum).then_some(start..end)
}

/// The number without a country code whose first digit is at `first`.
fn national(text: &[u8], first: usize) -> Option<Range<usize>> {
    longest(text, first, |digits, _| digits.len() >= 7).map(|end| first..end)
}

/// Where the longest number ends that starts at `first`, consists of whole groups of digits, and is accepted.
fn longest(text: &[u8], first: usize, accepted: impl Fn(&[u8], bool) -> bool) -> Option<usize> {
    let mut digits = [0; MAX_DIGITS];
    let mut len = 0;
    let mut at = first;
    let mut best = None;
    let mut in_one_piece = true;
    loop {
        while let Some(digit) = text.get(at).filter(|b| b.is_ascii_digit()) {
            match digits.get_mut(len) {
                Some(slot) => *slot = digit - b'0',
                None => return best,
            }
            len += 1;
            at += 1;
        }
        if word_after(text, at) {
            return best;
        }
        if accepted(&digits[..len], in_one_piece) {
            best = Some(at);
        }
        match between(text, at) {
            Some(next) => at = next,
            None => return best,
        }
        in_one_piece = false;
    }
}

/// Where the next group of digits starts after the separators at `at`.
fn between(text: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..MAX_BETWEEN {
        at += match text.get(at..)? {
            [b' ' | b'-' | b'.' | b'(' | b')' | b'/', ..] => 1,
            [0xC2, 0xA0, ..] => 2,
            [0xE2, 0x80, 0x90..=0x95 | 0xAF, ..] | [b'%', b'2', b'0', ..] => 3,
            _ => return None,
        };
        if text.get(at)?.is_ascii_digit() {
            return Some(at);
        }
    }
    None
}

/// Whether these digits start with an assigned country code and are as many as its numbers can have.
fn is_international(digits: &[u8]) -> bool {
    match *digits {
        [1, area, _, _, exchange, ..] => digits.len() == 11 && area >= 2 && exchange >= 2,
        [7, area, ..] => digits.len() == 11 && area >= 3,
        [a, b, ..] if TWO_DIGIT_CODES.contains(&(a * 10 + b)) => digits.len() >= 8,
        _ => is_small_country(digits) && digits.len() >= 7,
    }
}

/// Whether these digits start with a country code of three digits.
fn is_small_country(digits: &[u8]) -> bool {
    let [a, b, c, ..] = *digits else { return false };
    let row = THREE_DIGIT_CODES.iter().find(|(code, _)| *code == a * 10 + b);
    row.is_some_and(|(_, last)| last.contains(&c))
}

#[rustfmt::skip]
const TWO_DIGIT_CODES: [u8; 44] = [
    20, 27,
    30, 31, 32, 33, 34, 36, 39,
    40, 41, 43, 44, 45, 46, 47, 48, 49,
    51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66,
    81, 82, 84, 86,
    90, 91, 92, 93, 94, 95, 98,
];

/// First two digits, and the third digits that are assigned.
const THREE_DIGIT_CODES: [(u8, &[u8]); 23] = [
    (21, &[1, 2, 3, 6, 8]),
    (22, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (23, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (24, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (25, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
    (26, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (29, &[0, 1, 7, 8, 9]),
    (35, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (37, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (38, &[0, 1, 2, 3, 5, 6, 7, 8, 9]),
    (42, &[0, 1, 3]),
    (50, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (59, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (67, &[0, 2, 3, 4, 5, 6, 7, 8, 9]),
    (68, &[0, 1, 2, 3, 5, 6, 7, 8, 9]),
    (69, &[0, 1, 2]),
    (80, &[0, 8]),
    (85, &[0, 2, 3, 5, 6]),
    (87, &[0, 8]),
    (88, &[0, 1, 2, 3, 6, 8]),
    (96, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
    (97, &[0, 1, 2, 3, 4, 5, 6, 7, 9]),
    (99, &[2, 3, 4, 5, 6, 8]),
];

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_international_numbers() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦+1 202-555-0143⟧",
                "call ⟦+12025550143⟧, please",
                "phone=⟦+1 (202) 555-0143⟧;",
                "\"⟦+44 (0)20 7946 0958⟧\"",
                "⟦+49 30 23125 000⟧.",
                "⟦+33.1.99.00.12.34⟧ ok",
                "⟦+672 10 6609⟧ took",
                "⟦+683 4002⟧ took ⟦+971 50 123 4567⟧ and ⟦+993 12 34-56-78⟧",
                "q=%2B⟦⟧".replace("%2B⟦⟧", "⟦%2B442079460958⟧").as_str(),
                "\\n⟦+442079460958⟧\\n",
                "⟦+44\u{a0}20\u{a0}7946\u{a0}0958⟧",
                "tel:⟦+1-202-555-0143⟧",
                "tel:⟦555-0143⟧;phone-context=example.com",
                "⟦+1 202 555 0143⟧ 200 12ms",
                "⟦+12025550143⟧ ⟦+12025550144⟧",
            ],
        );
    }

    #[test]
    fn ignores_zones_sums_and_offsets() {
        assert_ignores(
            &DETECTOR,
            &[
                "2026-11-22T02:50:48+01:00 +0100 GMT+12",
                "part-0.log:255220+72920000000",
                "a+12025550143 f(x)+12025550143",
                "+1234567890 +1 102 555 0143",
                "+2101234567 +999 123 4567",
                "+4930231250001234567",
                "+12025550143x",
                "+34567890 bytes",
                "c++14 1+1",
                "hotel:5550143 tel:911",
                "00492079460958",
            ],
        );
    }
}
