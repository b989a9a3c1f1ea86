//! Payment card numbers.
//!
//! Source: ISO/IEC 7812-1; shapes as printed on cards. A number counts only when Luhn's check digit fits, an issuer has its
//! prefix and gives out its length, and it fills whole groups of digits.

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::validator::card::{is_card, is_card_number};
use super::{Detector, Probe, Verdict};

/// Finds the whole number, first digit to last.
pub(crate) static DETECTOR: Detector =
    Detector { name: "card", anchors: &[Anchor::Shape(Shape::CardDigits)], find, number: Some(is_card_number) };

const MAX_DIGITS: usize = 19;

/// Tries every group of the run of digits and separators around the anchor as the first group of a card number.
///
/// Each run is read once: to its end if it holds no card, else to the card's end, which is the next floor.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let mut group = run_start(text, anchor_end, floor);
    loop {
        group = past_escape(text, group);
        if let Some(end) = card_at(text, group) {
            return Verdict::Found(group..end);
        }
        let end = group_end(text, group);
        match next_group(text, end) {
            Some((_, next)) => group = next,
            None => return Verdict::Nothing { resume: end.max(anchor_end) },
        }
    }
}

/// Where the first digit stands of the run that `end` lies in or behind.
fn run_start(text: &[u8], end: usize, floor: usize) -> usize {
    let mut start = end;
    let mut at = end;
    let mut digit_follows = false;
    while at > floor {
        match text[at - 1] {
            b'0'..=b'9' => (start, digit_follows) = (at - 1, true),
            b if digit_follows && is_separator(b) => digit_follows = false,
            _ => break,
        }
        at -= 1;
    }
    start
}

/// Where the card number ends whose first digit stands at `start`.
fn card_at(text: &[u8], start: usize) -> Option<usize> {
    if word_before(text, start) {
        return None;
    }
    let mut digits = [0; MAX_DIGITS + 1];
    let mut len = 0;
    let mut sizes = Sizes::default();
    let mut separator = None;
    let mut at = start;
    let mut best = None;
    loop {
        let before = len;
        let end = read_group(text, at, &mut digits, &mut len);
        if len > MAX_DIGITS || !sizes.push(len - before) {
            break;
        }
        let alone = sizes.len == 1;
        if sizes.are_plausible()
            && is_card(&digits[..len])
            && (!word_after(text, end) || is_track(&text[end..]))
            && !(alone && is_part(text, start, end, len))
            && !(sizes.are_unusual() && separator == Some(b' ') && is_in_columns(text, start, end))
        {
            best = Some(end);
        }
        match next_group(text, end) {
            Some((kind, next)) if *separator.get_or_insert(kind) == kind => at = next,
            _ => break,
        }
    }
    best
}

/// Whether a number as long goes on behind blanks, or others on both sides, as in tables: `48210492 12345678 35864814`.
fn is_in_columns(text: &[u8], start: usize, end: usize) -> bool {
    /// So far apart columns may stand.
    const FARTHEST: usize = 16;
    const GROUP: usize = 8;
    /// What has fewer digits says when the card ends, or is on its back.
    const FEWEST_DIGITS: usize = 5;
    let is_blank = |b: &&u8| matches!(b, b' ' | b'\t');
    let is_digit = |b: &&u8| b.is_ascii_digit();
    let is_alone = |b: Option<&u8>| b.is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    let before = text[..start].iter().rev().take(FARTHEST).take_while(is_blank).count();
    let behind = text[end..].iter().take(FARTHEST).take_while(is_blank).count();
    let (left, right) = (&text[..start - before], &text[end + behind..]);
    let left_digits = left.iter().rev().take(FARTHEST).take_while(is_digit).count();
    let right_digits = right.iter().take(FARTHEST).take_while(is_digit).count();
    let left_digits = if before > 0 && is_alone(left[..left.len() - left_digits].last()) { left_digits } else { 0 };
    let right_digits = if behind > 0 && is_alone(right.get(right_digits)) { right_digits } else { 0 };
    [left_digits, right_digits].contains(&GROUP) || left_digits.min(right_digits) >= FEWEST_DIGITS
}

/// Whether the rest of a second track follows, with the separator that it has in hexadecimal (ISO/IEC 7813; EMV, tag 57): a date, a service
/// code and more digits.
fn is_track(behind: &[u8]) -> bool {
    const FEWEST_DIGITS: usize = 7;
    let Some((b'D' | b'd', digits)) = behind.split_first() else { return false };
    digits.iter().take_while(|b| b.is_ascii_digit()).count() >= FEWEST_DIGITS
}

/// Whether digits in one piece are part of something else: of a decimal or negative number, or of a long identifier.
fn is_part(text: &[u8], start: usize, end: usize, len: usize) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let before = text[..start].last();
    let negative = before == Some(&b'-') && !start.checked_sub(2).is_some_and(|at| text[at].is_ascii_alphanumeric());
    // `4111111111111111.0` is how `Debug` prints a whole number that is a float.
    let fraction = text.get(end) == Some(&b'.') && digit(end + 1);
    let whole = text[end..].starts_with(b".0") && !digit(end + 2);
    let decimal = (before == Some(&b'.') && start >= 2 && digit(start - 2)) || fraction && !whole;
    decimal || negative || (len > 16 && matches!(before, Some(b'_' | b'-')))
}

/// Reads the digits of the group at `at`, at most one more than fits; the end of the group, or of what was read.
fn read_group(text: &[u8], mut at: usize, digits: &mut [u8; MAX_DIGITS + 1], len: &mut usize) -> usize {
    while let (Some(slot), Some(digit @ b'0'..=b'9')) = (digits.get_mut(*len), text.get(at)) {
        *slot = digit - b'0';
        *len += 1;
        at += 1;
    }
    at
}

/// Where the group ends that lies at `at`.
fn group_end(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|b| b.is_ascii_digit()).count()
}

/// The separator after a group that ends at `end`, and where the next group begins.
fn next_group(text: &[u8], end: usize) -> Option<(u8, usize)> {
    let separator = *text.get(end).filter(|&&b| is_separator(b))?;
    text.get(end + 1).is_some_and(u8::is_ascii_digit).then_some((separator, end + 1))
}

fn is_separator(b: u8) -> bool {
    matches!(b, b' ' | b'-' | b'.' | b'+')
}

/// How many digits each group has.
#[derive(Default)]
struct Sizes {
    sizes: [u8; 10],
    len: usize,
}

impl Sizes {
    /// Adds a group; `false` where no card has so many groups, or one of that size.
    fn push(&mut self, size: usize) -> bool {
        let Some(slot) = self.sizes.get_mut(self.len).filter(|_| size > 0) else { return false };
        *slot = size as u8;
        self.len += 1;
        self.len == 1 || self.sizes[0] >= 2
    }

    /// Whether few people write card numbers in such groups, and many other things are written so.
    fn are_unusual(&self) -> bool {
        self.len > 1 && self.sizes[0] == 8
    }

    /// Whether people write card numbers in such groups.
    fn are_plausible(&self) -> bool {
        match &self.sizes[..self.len] {
            [_] | [4, 6, 4 | 5] | [4, 3, 3, 3] => true,
            [first @ (2 | 3 | 4 | 5 | 8), middle @ .., last] => {
                middle.iter().all(|size| size == first) && last <= first
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_cards_as_people_write_them() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦4111111111111111⟧",
                "card=⟦4111 1111 1111 1111⟧, exp 12/27",
                "\"pan\":\"⟦4111-1111-1111-1111⟧\"",
                "paid with ⟦4111.1111.1111.1111⟧.",
                "amex ⟦3782 822463 10005⟧ ok",
                "diners ⟦3056 930902 5904⟧",
                "q=⟦378282246310005⟧&x=1",
                "⟦41111111-11111111⟧",
                "visa of 13 digits ⟦4222 222 222 222⟧",
                "⟦4222-222-222-222⟧ ⟦42222 22222 222⟧, ⟦42222222 22222⟧",
                "⟦37828224 6310005⟧",
                "⟦41 11 11 11 11 11 11 11⟧",
                "unionpay ⟦6200 0000 0000 0000 000⟧!",
                "id_⟦5555555555554444⟧_x",
                "qty 12 ⟦4111 1111 1111 1111⟧ 12 27",
                "⟦4111 1111 1111 1111⟧ ⟦5555 5555 5555 4444⟧",
                "1,⟦4111111111111111⟧,12/27",
                "pan: ⟦4111111111111111⟧.0, x",
                "id_x ⟦41111111 11111111⟧ x 7",
                "12345678 ⟦4111 1111 1111 1111⟧ 12345678",
                "2026-01-01 12:00:00 ⟦41111111 11111111⟧ declined",
                "card ⟦41111111 11111111⟧ 12/27",
                "card: ⟦41111111 11111111⟧ 123",
                "48210492 ⟦41111111-11111111⟧ 35864814",
                "1764259200 ⟦41111111 11111111⟧ declined",
                "⟦41111111 11111111⟧  90210",
                "57: ⟦4111111111111111⟧D3012201 x",
            ],
        );
    }

    #[test]
    fn what_stands_around_may_be_escaped() {
        assert_finds(
            &DETECTOR,
            &[
                "pan=⟦4111+1111+1111+1111⟧",
                "q=%20⟦4111111111111111⟧%20",
                "\\n⟦4111111111111111⟧\\n",
                "\x1b[32m⟦4111111111111111⟧\x1b[0m",
                "卡号⟦4111111111111111⟧。",
            ],
        );
    }

    #[test]
    fn ignores_what_only_looks_like_a_card() {
        assert_ignores(
            &DETECTOR,
            &[
                "4111111111111112",
                "/dev/sda1      48210492 41111111 11111111 26% /",
                "41111111 11111111 35864814",
                "4111111111111111D x 4111111111111111D301",
                "- 1490973120 2017.03.31 R30-M0",
                "1490973120 2017 and 081110 220708 19 INFO",
                "blk_-1608999687919862906 blk_-4111111111111111 x=-4111111111111111",
                "id-4000000000000000006",
                "0.4111111111111111",
                "4111111111111111.25",
                "4111111111111111.01",
                "a4111111111111111",
                "4111111111111111b",
                "04111111111111111",
                "41111111111111110000000",
                "2026-11-22 02:50:48,123 1490973120123456",
                "4111 111111111111 1",
                "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                "4111-1111 1111-1111",
                "4111  1111  1111  1111",
            ],
        );
    }
}
