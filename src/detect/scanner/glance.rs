//! A glance at short parts of a text, such as the strings of a document: whether they need be read at all.

use std::ops::Range;

use super::{Scanner, Scratch};
use crate::detect::screen::{BLOCK, Block};

/// Tells of parts of a text, in order, whether anything can stand in them that somebody must be asked about. A block is looked
/// at once, however many parts it has.
pub(crate) struct Glance<'t> {
    scanner: &'t Scanner,
    text: &'t [u8],
    scratch: Box<Scratch>,
    /// The block that was looked at last.
    block: Range<usize>,
    /// Where in it somebody must be asked.
    places: u64,
}

impl<'t> Glance<'t> {
    pub(crate) fn new(scanner: &'t Scanner, text: &'t [u8], scratch: Box<Scratch>) -> Self {
        Self { scanner, text, scratch, block: 0..0, places: 0 }
    }

    /// Gives back what it was made with.
    pub(crate) fn into_scratch(self) -> Box<Scratch> {
        self.scratch
    }

    /// Whether nothing can be found in a part that is read by itself, and before and behind which neither a letter nor a digit stands.
    /// Where it is too long for a glance, or too far back, the answer is no.
    pub(crate) fn is_quiet(&mut self, part: &Range<usize>) -> bool {
        if part.len() > BLOCK || part.start < self.block.start || self.scanner.anywhere.may_be_in_any() {
            return false;
        }
        if self.block.is_empty() || part.start >= self.block.end + BLOCK {
            self.scratch.screen.restart();
            self.block = part.start..part.start;
        }
        loop {
            let (start, end) = (part.start.max(self.block.start), part.end.min(self.block.end));
            if start < end {
                let part = u64::MAX >> (BLOCK - (end - start)) << (start - self.block.start);
                if self.places & part != 0 {
                    return false;
                }
            }
            if part.end <= self.block.end {
                return true;
            }
            self.look_at_next();
        }
    }

    fn look_at_next(&mut self) {
        let Scratch { room, screen, seen, .. } = &mut *self.scratch;
        let start = self.block.end;
        let block = Block::new(self.text, start, room);
        let Scanner { anywhere, lists, .. } = self.scanner;
        screen.look(&block, lists.numbers, seen);
        self.places = lists.places(&block, seen).all();
        if anywhere.may_be_in_unplain() {
            self.places |= screen.unplain();
        }
        self.block = start..start + block.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::BUILTIN;
    use crate::detect::regex_rule::RegexRule;
    use crate::detect::scanner::Matcher;

    /// Whether the middle one of three parts is quiet, wherever it stands; all must say the same.
    fn is_quiet(scanner: &Scanner, part: &str) -> bool {
        let answers = (0..=2 * BLOCK).map(|before| {
            let text = format!("[\"{}\",\"{part}\",\"ok\"]", "a ".repeat(before));
            let at = before * 2 + "[\"\",\"".len();
            let mut glance = Glance::new(scanner, text.as_bytes(), Box::default());
            let first = 2..2 + before * 2;
            assert_eq!(glance.is_quiet(&first), first.len() <= BLOCK, "{part}");
            glance.is_quiet(&(at..at + part.len()))
        });
        let answers: Vec<bool> = answers.collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{part}: {answers:?}");
        answers[0]
    }

    #[test]
    fn where_a_rule_finds_something_it_is_not_quiet() {
        let rules: [(&str, &[&str], &str); 9] = [
            ("zq_[a-z]{6}", &[], "zq_abcdef"),
            ("[0-9]{5}", &["pin"], "pin 12345"),
            ("[0-9]{5}", &["iq"], "iq 12345"),
            ("[0-9]{5}", &["п"], "п 12345"),
            ("[0-9]{5}", &["#!"], "#! 12345"),
            (r"\b[A-Z]{4}[0-9]", &[], "ABCD1"),
            (r"\b[a-z]{4}_x", &[], "abcd_x"),
            (r"\$[0-9]{3}", &[], "$123"),
            (r"\b[a-z]{3}[0-9a-z]{30}", &[], "abc0123456789abcdefghijklmnopqrst"),
        ];
        for (regex, context, found) in rules {
            let rule = RegexRule::new(regex, None, context).expect("a good regex");
            let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
            assert!(is_quiet(&scanner, "as ever"), "{regex}");
            assert!(!is_quiet(&scanner, found), "{regex}");
        }
    }

    /// Of what it finds, the lists tell in plain texts only.
    #[test]
    fn where_a_rule_may_find_something_in_a_text_that_is_not_plain_it_is_not_quiet() {
        let rule = RegexRule::new(r"\b\d{3}-\d{2}", None, &[]).expect("a good regex");
        assert!(rule.starts_so_in_plain_text());
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        assert!(is_quiet(&scanner, "as ever"));
        for unplain in ["as \u{1b} ever", "as\u{80}ever", "100 % of it"] {
            assert!(!is_quiet(&scanner, unplain), "{unplain}");
        }
    }

    #[test]
    fn where_a_rule_may_begin_anywhere_nothing_is_quiet() {
        let rule = RegexRule::new("[^x]{2}q", None, &[]).expect("a good regex");
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        assert!(!Glance::new(&scanner, b"as ever", Box::default()).is_quiet(&(0..7)));
    }

    #[test]
    fn words_and_short_numbers_are_quiet_and_what_means_something_is_not() {
        let matchers = BUILTIN.iter().zip(0..).map(|(detector, i)| (i, Matcher::Native(detector)));
        let scanner = Scanner::new(matchers.collect()).expect("detectors compile");
        for quiet in ["", "a", "cables 17", "tables/12", "true", "-12.5", "ready, steady"] {
            assert!(is_quiet(&scanner, quiet), "{quiet}");
        }
        for stirred in [
            "a=1",
            "my_secret",
            "jo@example.com",
            "%40",
            "&#64;",
            "密码",
            "--token x",
            "4111 1111 1111 1111",
            "203.0.113.7",
            "2001:db8::7",
            "c2VjcmV0IHNlY3JldCBzZWNyZXQ",
            "[redacted:contact]",
        ] {
            assert!(!is_quiet(&scanner, stirred), "{stirred}");
        }
    }

    #[test]
    fn what_stands_before_is_not_told_of() {
        let scanner = Scanner::new(Vec::new()).expect("nothing compiles");
        let text = b"as ever, as ever";
        let mut glance = Glance::new(&scanner, text, Box::default());
        assert!(glance.is_quiet(&(9..16)));
        assert!(!glance.is_quiet(&(0..7)));
    }
}
