//! `{ keep_first = 2, keep_last = 2 }`: the ends of a value, its shape, and stars between.

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
        let total = value.chars().count();
        let counted = value.chars().filter(|&c| !is_separator(c)).count();
        let keeps_separators = total - counted <= counted;
        let wanted = self.first.saturating_add(self.last);
        let enough_hidden = wanted <= counted / 2 || counted.saturating_sub(wanted) >= FEWEST_HIDDEN;
        let (first, last) = if enough_hidden { (self.first, self.last) } else { (0, 0) };
        let shown_again_from = counted - last;

        out.reserve(value.len());
        let mut index = 0;
        for c in value.chars() {
            if is_separator(c) {
                out.push(if keeps_separators { c } else { HIDDEN });
                continue;
            }
            let shows = (index < first || index >= shown_again_from) && !c.is_control();
            out.push(if shows { c } else { HIDDEN });
            index += 1;
        }
        Ok(Outcome::Replaced)
    }
}

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

    #[test]
    fn a_large_value_takes_one_pass() {
        let large = "7".repeat(10 << 20);
        let out = keep(0, 4, &large);
        assert!(out.len() == large.len() && out.ends_with("*7777") && out.starts_with("****"));
    }
}
