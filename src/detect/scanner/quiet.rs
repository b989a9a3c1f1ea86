//! Texts about which nobody need be asked, whatever their digits.

use super::pass::eight;
use super::{Matcher, Scanner, Target};
use crate::detect::anchor::Shape;
use crate::detect::screen::{BLOCK, Block, LONG_WORD, Room, Screen, Seen};
use crate::document::encoding::blob::{InRun, read_run_in_any_digits};
use crate::lanes::each_bit;

/// The longest text of which that is told, in bytes.
pub(crate) const LONGEST_QUIET: usize = BLOCK;

impl Scanner {
    /// Whether nothing can be found in a text, nor in any other that differs from it in its digits alone.
    ///
    /// The screen sees where digits stand, not which; so what it sees of such texts is the same. Of the lists that tell words from one
    /// another, each is asked whether it has one that would stand there if the digits were others; so are long words.
    pub(crate) fn is_quiet_in_any_digits(&self, text: &[u8]) -> bool {
        if text.len() > LONGEST_QUIET || self.anywhere.may_be_in(text) {
            return false;
        }
        if text.is_empty() {
            return true;
        }
        let (mut room, mut screen, mut seen) = (Room::default(), Screen::default(), Seen::default());
        let block = Block::new(text, 0, &mut room);
        screen.look(&block, &mut seen);
        let long_words = std::mem::take(&mut seen.shapes.long_word);
        self.lists.places(&block, &seen).all() == 0
            && !self.lists.may_stand_in_any_digits(&block, &seen)
            && each_bit(long_words).all(|last| self.is_quiet_long_word(text, last + 1 - LONG_WORD))
    }

    /// The same of the run that begins at `start`, with a long word: at none of the places where `Pass::long_word` asks a rule can that
    /// match. (No escape stands before it, for that has a sign.)
    fn is_quiet_long_word(&self, text: &[u8], start: usize) -> bool {
        let may_match = |target, at: usize| {
            let Target::Beginning(index, _) = target else { return true };
            let (_, matcher) = &self.matchers[index as usize];
            !matches!(matcher, Matcher::Regex(rule) if !rule.may_match_in_any_digits(&text[at..]))
        };
        let long_words = &self.lists.long_words;
        let may_stand = |at| long_words.may_stand_in_any_digits(eight(text, at), |target| may_match(target, at));
        let mut quiet = !self.lists.leads.iter().filter_map(|lead| start.checked_sub(*lead)).any(may_stand);
        let end = read_run_in_any_digits(text, start, |told| {
            quiet &= match told {
                InRun::Stretch(..) => false,
                InRun::Word(at) => !may_stand(at),
            }
        });
        quiet && end - start < Shape::VERY_LONG_WORD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::anchor::Anchor;
    use crate::detect::regex_rule::RegexRule;
    use crate::detect::scanner::Matcher;
    use crate::detect::{BUILTIN, Detector, Verdict};

    fn is_quiet(scanner: &Scanner, text: &str) -> bool {
        scanner.is_quiet_in_any_digits(text.as_bytes())
    }

    #[test]
    fn where_a_rule_would_find_something_with_other_digits_it_is_not_quiet() {
        let rules: [(&str, &[&str], &str); 13] = [
            ("zq7_[a-z]{6}", &[], "zq8_abcdef"),
            ("zq-77[a-z]{6}", &[], "zq-80abcdef"),
            (r"\bzq7[a-z]{6}", &[], "zq8abcdef"),
            (r"\b7zq[a-z]{6}", &[], "see 9zqabcdef"),
            ("[0-9]{5}", &["pin7"], "pin8 12345"),
            ("[0-9]{5}", &["7in"], "8in 12345"),
            ("[0-9]{5}", &["s7"], "s8 12345"),
            ("[0-9]{5}", &["#7"], "#8 12345"),
            (r"\b7[0-9]{5}", &[], "812345"),
            (r"\b[a-z]7[a-z]{3}", &[], "a8bcd"),
            (r"\b[a-z]7[0-9a-z]{22}", &[], "a8zzzzzzzzzzzzzzzzzzzzzz"),
            (r"\b[a-z]7[0-9a-z]{22}", &[], "path/a8zzzzzzzzzzzzzzzzzzzzzz"),
            (r"\b7\.[0-9a-z]{22}", &[], "8.zzzzzzzzzzzzzzzzzzzzzz"),
        ];
        for (regex, context, text) in rules {
            let rule = RegexRule::new(regex, None, context).expect("a good regex");
            let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
            assert!(is_quiet(&scanner, "as ever 12"), "{regex}");
            assert!(!is_quiet(&scanner, text), "{regex}");
            for digit in ['0', '7'] {
                assert!(
                    !is_quiet(&scanner, &text.replace(|c: char| c.is_ascii_digit(), &digit.to_string())),
                    "{regex}"
                );
            }
        }
    }

    #[test]
    fn a_long_word_is_quiet_where_no_rule_matches_whatever_its_digits() {
        let rule = RegexRule::new(r"\bapi/v1/[a-z0-9]{20}/x", None, &[]).expect("a good regex");
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        for quiet in ["see /api/v1/catalogue/96569", "see api/v3/catalogue/96569/x", "/api/v1/zzzzzzzzzzzzzzzz2zzz/y"] {
            assert!(is_quiet(&scanner, quiet), "{quiet}");
        }
        for other in ["see api/v1/zzzzzzzzzzzzzzzz2zzz/x", "see /api/v3/zzzzzzzzzzzzzzzz2zzz/x"] {
            assert!(!is_quiet(&scanner, other), "{other}");
        }
    }

    #[test]
    fn where_a_name_would_stand_with_other_digits_it_is_not_quiet() {
        static NAMED: Detector = Detector {
            name: "named",
            anchors: &[Anchor::Name("a7key")],
            find: |probe| Verdict::Nothing { resume: probe.anchor_end },
            number: None,
        };
        let scanner = Scanner::new(vec![(0, Matcher::Native(&NAMED))]).expect("a detector compiles");
        assert!(is_quiet(&scanner, "akey is 1"));
        assert!(!is_quiet(&scanner, "a7key is 1") && !is_quiet(&scanner, "a8key is 1"));
    }

    #[test]
    fn where_a_rule_may_begin_anywhere_nothing_is_quiet() {
        let rule = RegexRule::new("[^x]{2}q", None, &[]).expect("a good regex");
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        assert!(!is_quiet(&scanner, "as ever"));
    }

    #[test]
    fn what_services_log_is_quiet_and_what_may_mean_something_is_not() {
        let matchers = BUILTIN.iter().zip(0..).map(|(detector, i)| (i, Matcher::Native(detector)));
        let scanner = Scanner::new(matchers.collect()).expect("detectors compile");
        for quiet in [
            "",
            "parcel 48213 left in 35 ms",
            "GET /api/v1/parcels/48213/items 200",
            "moved 12 files to /var/lib/app/data/2026/11",
            "worker-17 is ready",
            &"z".repeat(Shape::VERY_LONG_WORD - 1),
            &"z ".repeat(LONGEST_QUIET / 2),
        ] {
            assert!(is_quiet(&scanner, quiet), "{quiet}");
        }
        for other in [
            "a=1",
            "my_secret is x",
            "jo@example.com",
            "4111 1111 1111 1112",
            "999-99-9999",
            "203.0.113.7",
            "2001:db8::7",
            "00:00:5e:00:53:01",
            "00005e005301",
            "c2VjcmV0IHNlY3JldCBzZWNyZXQ",
            "c9VjcmV9IHNlY9JldCBzZWNyZXQ",
            "736563726574207365637265742073656372",
            &"z".repeat(Shape::VERY_LONG_WORD),
            &"z ".repeat(LONGEST_QUIET / 2 + 1),
        ] {
            assert!(!is_quiet(&scanner, other), "{other}");
        }
    }
}
