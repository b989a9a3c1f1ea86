//! Texts about which nobody need be asked, whatever their digits.

use super::lists::Places;
use super::pass::eight;
use super::pass::signs::is_quiet_sign;
use super::{Matcher, Scanner, Target};
use crate::detect::anchor::Shape;
use crate::detect::screen::{BLOCK, Block, ESCAPE, LONG_WORD, Room, Screen, Seen};
use crate::detect::words::Words;
use crate::document::encoding::blob::{InRun, read_run_in_any_digits};
use crate::lanes::each_bit;

/// The longest text of which it is told whether it is quiet, in bytes.
pub(crate) const LONGEST_QUIET: usize = BLOCK;

/// Whether a key may stand at the end of a text, as far as its last letters tell.
type MayBeKey<'k> = &'k dyn Fn(&[u8]) -> bool;

impl Scanner {
    /// Whether nothing can be found in a text, nor in any other that differs from it in its digits alone. Where `may_be_key` says no, no key
    /// ends that means anything.
    ///
    /// The screen sees where digits stand, not which; so what it sees of such texts is the same. Of the lists that tell words from one
    /// another, each is asked whether it has one that would stand there if the digits were others. Where somebody would be asked all the
    /// same, the text around that place tells of most that they would have nothing to say.
    pub(crate) fn is_quiet_in_any_digits(&self, text: &[u8], may_be_key: MayBeKey<'_>) -> bool {
        if text.len() > LONGEST_QUIET || self.anywhere.may_be_in(text) {
            return false;
        }
        if text.is_empty() {
            return true;
        }
        let (mut room, mut screen, mut seen) = (Room::default(), Screen::default(), Seen::default());
        let block = Block::new(text, 0, &mut room);
        screen.look(&block, self.lists.numbers, &mut seen);
        let long_words = std::mem::take(&mut seen.shapes.long_word);
        let Places { literals, inside, short, pairs, names, codes, words, special, shapes: _ } =
            self.lists.places_in_any_digits(&block, &seen);
        let all = |places, is_quiet: &dyn Fn(usize) -> bool| each_bit(places).all(is_quiet);
        literals | inside | short | pairs | names | seen.shapes.any() == 0
            && (special == 0 || !self.anywhere.searches_at_signs())
            && all(special, &|at| {
                self.cannot_begin(&self.lists.signs, text, at)
                    && is_quiet_sign(text, at, &|before| may_be_key_in_any_digits(before, may_be_key))
            })
            && all(codes, &|at| self.cannot_begin(&self.lists.codes, text, at))
            && all(words, &|at| self.cannot_begin(&self.lists.words, text, at))
            && all(seen.dashes, &|at| !text.get(at + 1).is_some_and(u8::is_ascii_alphabetic))
            && all(long_words, &|last| self.is_quiet_long_word(text, last + 1 - LONG_WORD))
    }

    /// Whether no rule of a list can match at a place, as far as the first bytes of its matches tell.
    fn cannot_begin(&self, list: &Words<Target>, text: &[u8], at: usize) -> bool {
        let may_match = |target| {
            let Target::Beginning(index, _) = target else { return true };
            let (_, matcher) = &self.matchers[index as usize];
            !matches!(matcher, Matcher::Regex(rule) if !rule.may_match_in_any_digits(&text[at..]))
        };
        !list.may_stand_in_any_digits(eight(text, at), may_match)
    }

    /// Whether nobody has anything to say about the run that begins at `start`, with a long word: at none of the places where
    /// `Pass::long_word` asks a rule can that match.
    fn is_quiet_long_word(&self, text: &[u8], start: usize) -> bool {
        // Of an escape before it (`\0`) the digits tell whether it is one.
        if memchr::memchr3(b'\\', b'%', ESCAPE, &text[..start]).is_some() {
            return false;
        }
        let is_quiet = |at| self.cannot_begin(&self.lists.long_words, text, at);
        let mut quiet = self.lists.leads.iter().filter_map(|lead| start.checked_sub(*lead)).all(is_quiet);
        let end = read_run_in_any_digits(text, start, |told| {
            quiet &= match told {
                InRun::Stretch(..) => false,
                InRun::Sign(at) => is_quiet(at) && is_quiet(at + 1),
            }
        });
        quiet && end - start < Shape::VERY_LONG_WORD
    }
}

/// Whether a key may stand at the end of a text if each digit is taken for all of them: the nearest one may be part of what tells, and what
/// stands further away than two digits is not looked at.
fn may_be_key_in_any_digits(before: &[u8], may_be_key: MayBeKey<'_>) -> bool {
    let last_digit = |text: &[u8]| text.iter().rposition(u8::is_ascii_digit);
    let Some(nearest) = last_digit(before) else { return may_be_key(before) };
    let from = last_digit(&before[..nearest]).map_or(0, |digit| digit + 1);
    let mut near = before[from..].to_vec();
    (b'0'..=b'9').any(|digit| {
        near[nearest - from] = digit;
        may_be_key(&near)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::anchor::Anchor;
    use crate::detect::regex_rule::RegexRule;
    use crate::detect::scanner::Matcher;
    use crate::detect::{BUILTIN, Detector, Verdict};

    /// Keys end with `pin`, `pass` or `s3_key`. Of a text that is shorter than these nothing can be told.
    fn is_quiet(scanner: &Scanner, text: &str) -> bool {
        let may_be_key = |before: &[u8]| {
            before.len() < 6
                || before.ends_with(b"2")
                || ["pin", "pass", "s3_key"].iter().any(|key| before.ends_with(key.as_bytes()))
        };
        scanner.is_quiet_in_any_digits(text.as_bytes(), &may_be_key)
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
        // A match may begin with a sign inside of a long word, too.
        let rule = RegexRule::new(r"(?-u)\b-[a-c][a-z0-9]{21}", None, &[]).expect("a good regex");
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        assert!(is_quiet(&scanner, "x7-dzzzzzzzzzzzzzzzz2zzzz"));
        assert!(!is_quiet(&scanner, "x7-bzzzzzzzzzzzzzzzz2zzzz"));
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
        // One whose matches have a sign is searched for where that stands.
        let rule = RegexRule::new("[a-z]+;q", None, &[]).expect("a good regex");
        let scanner = Scanner::new(vec![(0, Matcher::Regex(Box::new(rule)))]).expect("a rule compiles");
        assert!(is_quiet(&scanner, "as ever") && !is_quiet(&scanner, "as ever; q"));
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
            "status=200 took=35 ms",
            "at 12:30:07 worker: 17 parcels",
            "[main] [17] ready (3 of 12), 100%, next -> 17",
            "a < 17, b > 3; c; $; x + y; -- ",
            "the path \\temp\\new & more: Größe → 12 µm",
            "{} {x} ready(17) worker(a)",
        ] {
            assert!(is_quiet(&scanner, quiet), "{quiet}");
        }
        for other in [
            "a=1",
            "a 12=1",
            "the pin=1",
            "the pass: x",
            "the s3_key=x",
            "the s9_key=x",
            "7 the s9_key=x",
            "the pin2: x",
            "my_secret is x",
            "a = 'x' and b<'x'",
            "b>'x'",
            "b ~ 'x'",
            "c in ('x')",
            "values (17)",
            "(\"pin\", \"x\")",
            "<pin>x",
            "{\"a\":1}",
            "[ \"a\"]",
            "[106, 97]",
            "[redacted:contact]",
            "https://x",
            "tel:17",
            "+17",
            "+(17",
            "a%40b",
            "\\u0040",
            "\\\\x40",
            "a&commat;b",
            "\u{ff20}",
            "--pin x",
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
