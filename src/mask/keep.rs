//! `{ keep_first = 2, keep_last = 2 }`: the ends of a value, its shape, and stars between.

use std::ops::Range;

use super::{MaskError, Masker, Outcome, Subject};

/// Keeps the first and last characters; every other one becomes `*`.
///
/// Separators (space and `-./_()`) stay in place and are not counted, so that `555-0100` and `4111 1111 1111 1111` keep
/// their shape. Every other character counts and is hidden like a letter: punctuation may be all that a password is
/// made of. Control characters never show.
///
/// Two limits hold whatever the rule asks for:
/// - at most half of the characters show, or, of a longer value, all but five: the first six and last four of a card
///   number, as PCI DSS 3.4.1 allows. Where the rule would keep more, it keeps none: a `keep_last = 4` shows nothing of
///   a seven-digit number;
/// - where separators outnumber the characters, they carry the value, and are hidden too.
///
/// Its own output comes out as it went in, since `*` counts like any character and separators stand where they stood.
pub(super) struct Keep {
    /// How many characters show at the start.
    pub(super) first: usize,
    /// How many characters show at the end.
    pub(super) last: usize,
}

impl Masker for Keep {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        match self.short_ascii(value.as_bytes(), &mut [0; SHORT]) {
            Some(masked) => out.push_str(masked),
            None => self.mask_by_chars(value, out),
        }
        Ok(Outcome::Replaced)
    }
}

impl Keep {
    /// Appends what shows, and stars for the rest.
    fn mask_by_chars(&self, value: &str, out: &mut String) {
        let (mut total, mut counted) = (0, 0);
        for c in value.chars() {
            total += 1;
            counted += usize::from(!is_separator(c));
        }
        let shown = self.shown(total, counted);
        out.reserve(value.len());
        let mut index = 0;
        out.extend(value.chars().map(|c| if shown.shows(c, &mut index) { c } else { HIDDEN }));
    }

    /// The same byte by byte, in `room`; `None` of what is longer or not ASCII.
    fn short_ascii<'r>(&self, value: &[u8], room: &'r mut [u8; SHORT]) -> Option<&'r str> {
        let room = room.get_mut(..value.len()).filter(|_| value.is_ascii())?;
        let separators = value.iter().filter(|b| is_separator(char::from(**b))).count();
        let shown = self.shown(value.len(), value.len() - separators);
        let mut index = 0;
        for (to, b) in room.iter_mut().zip(value) {
            *to = if shown.shows(char::from(*b), &mut index) { *b } else { HIDDEN as u8 };
        }
        str::from_utf8(room).ok()
    }

    /// What shows of so many characters, of which so many are counted.
    fn shown(&self, total: usize, counted: usize) -> Shown {
        let wanted = self.first.saturating_add(self.last);
        let enough_hidden = wanted <= counted / 2 || counted.saturating_sub(wanted) >= FEWEST_HIDDEN;
        let (first, last) = if enough_hidden { (self.first, self.last) } else { (0, 0) };
        Shown { hidden: first..counted - last, separators: total - counted <= counted }
    }
}

/// What shows of one value.
struct Shown {
    /// Which of the characters that count are hidden.
    hidden: Range<usize>,
    /// Whether separators show.
    separators: bool,
}

impl Shown {
    /// Whether the next character does; `index` counts those before it.
    #[inline(always)]
    fn shows(&self, c: char, index: &mut usize) -> bool {
        if is_separator(c) {
            return self.separators;
        }
        let shows = !self.hidden.contains(index) && !c.is_control();
        *index += 1;
        shows
    }
}

/// The longest value that is masked byte by byte.
const SHORT: usize = 64;

/// Of a value of which more than half shows, at least so many characters stay hidden: those of a 15-digit card number.
const FEWEST_HIDDEN: usize = 5;

/// What stands for a hidden character.
pub(super) const HIDDEN: char = '*';

/// Whether a character only gives a value its shape.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '_' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;
    use crate::random::random;

    fn keep(first: usize, last: usize, value: &str) -> String {
        masked(&Keep { first, last }, value).unwrap()
    }

    #[test]
    fn keeps_ends_and_shape() {
        assert_eq!(keep(0, 4, "4111 1111 1111 1234"), "**** **** **** 1234");
        assert_eq!(keep(0, 4, "(202) 555-0143"), "(***) ***-0143");
        assert_eq!(keep(2, 2, "DE89370400440532013000"), "DE******************00");
        assert_eq!(keep(3, 0, "ghp_abcdefghij"), "ghp_**********");
        assert_eq!(keep(6, 4, "41111111111111111234"), "411111**********1234");
    }

    #[test]
    fn never_so_much_that_the_rest_can_be_guessed() {
        assert_eq!(keep(0, 4, "12345678"), "****5678");
        assert_eq!(keep(0, 4, "1234567"), "*******");
        assert_eq!(keep(0, 4, "12-34-56"), "**-**-**");
        assert_eq!(keep(usize::MAX, usize::MAX, "abc"), "***");
        assert_eq!(keep(1, 0, "a"), "*");
        assert_eq!(keep(6, 4, "4111 1111 1111 1234"), "4111 11** **** 1234");
        assert_eq!(keep(6, 4, "3782 822463 10005"), "3782 82**** *0005");
        assert_eq!(keep(6, 4, "30569309025904"), "**************");
        assert_eq!(keep(0, 4, ""), "");
    }

    #[test]
    fn what_is_no_separator_is_hidden() {
        assert_eq!(keep(0, 2, "!!§§##+1"), "******+1");
        assert_eq!(keep(1, 1, "\u{1b}\0b\n"), "****", "control characters never show");
        // Zero-width characters count: they never let a digit more through.
        assert_eq!(keep(0, 4, "4\u{200b}1\u{200b}1\u{200b}1\u{200b}2"), "*****\u{200b}1\u{200b}2");
        assert_eq!(keep(0, 1, "\u{301}"), "*");
        assert_eq!(keep(0, 2, "Zoe\u{308} Ångström"), "**** ******öm");
        assert_eq!(keep(1, 1, "日本語名"), "日**名");
    }

    #[test]
    fn separators_that_carry_the_value_are_hidden() {
        assert_eq!(keep(0, 4, "----"), "****");
        assert_eq!(keep(0, 1, ".-. a ..-"), "*********");
        assert_eq!(keep(0, 1, "a-b-"), "*-b-");
    }

    #[test]
    fn its_own_output_stays() {
        let values =
            ["4111 1111 1111 1234", "1234", "----", ".-.a", "a-b-", "", "日本語名前です", "a\0\u{301}b", "***", "-a-b"];
        for (first, last) in [(0, 4), (2, 2), (1, 0), (0, 1), (0, 0)] {
            for value in values {
                let once = keep(first, last, value);
                assert_eq!(keep(first, last, &once), once, "{value:?} {first} {last}");
            }
        }
    }

    /// What is masked byte by byte is what is masked character by character.
    #[test]
    fn short_values_are_masked_as_all_others() {
        let pieces = ["1", "a", "Z", " ", "-", ".", "/", "_", "(", ")", "!", "\0", "\n", "12345678"];
        let mut next = random(0x2545_F491_4F6C_DD1D);
        let mut short = 0;
        for _ in 0..5_000 {
            let value: String = (0..next(14)).map(|_| pieces[next(pieces.len())]).collect();
            let keep = Keep { first: next(8), last: next(8) };
            let mut expected = String::new();
            keep.mask_by_chars(&value, &mut expected);
            let mut room = [0; SHORT];
            let masked = keep.short_ascii(value.as_bytes(), &mut room);
            assert_eq!(masked.is_some(), value.len() <= SHORT);
            assert!(masked.is_none_or(|masked| masked == expected), "{value:?}: {masked:?}, {expected}");
            short += usize::from(masked.is_some_and(|masked| masked != value));
        }
        assert!(short > 1_000, "{short}");
    }

    #[test]
    fn a_large_value_takes_one_pass() {
        let large = "7".repeat(10 << 20);
        let out = keep(0, 4, &large);
        assert!(out.len() == large.len() && out.ends_with("*7777") && out.starts_with("****"));
    }
}
