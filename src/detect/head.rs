//! The first bytes of what a regex matches, as far as it is known what each of them may be.
//!
//! Most words at which a rule is asked begin as its matches do, and then go on otherwise: a look at a few bytes tells, where starting
//! the regex costs as much as reading a line.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::is_word_byte;

use super::words::ByteSet;
use crate::lanes::{LANE, alphanumeric, bits, each_bit, is, sixteen_from, within};

/// The classes of the first bytes of all matches of a regex.
pub(super) struct Head {
    classes: Box<[(Set, usize)]>,
    /// The least and the greatest byte of the first class; `None` if no class is known.
    first: Option<[u8; 2]>,
    /// How long a match is at least, in bytes.
    shortest: usize,
}

/// A set of bytes, and in [`Head`] how many in a row are of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Set([u64; 4]);

/// No more is known of a match than its first so many bytes.
const LONGEST: usize = Places::BITS as usize;

impl Head {
    /// That of a regex: nothing, if nothing is known.
    pub(super) fn of(hir: &Hir) -> Self {
        let shortest = hir.properties().minimum_len().unwrap_or(0);
        let mut reading = Reading { sets: vec![[false; 256]; LONGEST], known: shortest.min(LONGEST) };
        reading.read(hir, 1);
        let sets: Vec<Set> = reading.sets[..reading.known].iter().map(Set::of).collect();
        let first = sets.first().map(Set::ends);
        let classes = sets.chunk_by(Set::eq).map(|same| (same[0], same.len())).collect();
        Self { classes, first, shortest }
    }

    /// The places in a range of a text where a match may begin that ends in it; if `at_words`, not in the middle of a word. `None` if no
    /// class is known.
    pub(super) fn places(
        &self,
        text: &[u8],
        range: Range<usize>,
        at_words: bool,
    ) -> Option<impl Iterator<Item = usize>> {
        let [low, high] = self.first?;
        let text = &text[..range.end];
        let (mut lane_at, mut left) = (range.start, 0_u64);
        let mut in_word = range.start > 0 && is_word_byte(text[range.start - 1]);
        let next = move || {
            while left == 0 {
                if lane_at >= text.len() {
                    return None;
                }
                let lane = sixteen_from(text, lane_at);
                left = bits(within(low, high)(lane));
                if at_words {
                    let word = bits(alphanumeric(lane) | is(b'_')(lane));
                    left &= !(word & (word << 1 | u64::from(in_word)));
                    in_word = word >> (LANE - 1) == 1;
                }
                lane_at += LANE;
            }
            let at = lane_at - LANE + left.trailing_zeros() as usize;
            left &= left - 1;
            Some(at)
        };
        // Behind the end of the text a lane has zeros.
        Some(std::iter::from_fn(next).filter(|at| text.get(*at..).is_some_and(|rest| self.begins(rest))))
    }

    /// Whether a match may begin with the text.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        self.begins_so(text, Set::has)
    }

    /// Whether a match may begin with the text and go on behind it.
    pub(super) fn may_begin_with(&self, mut text: &[u8]) -> bool {
        for (set, len) in &self.classes {
            let (here, rest) = text.split_at(text.len().min(*len));
            if !here.iter().all(|b| set.has(*b)) {
                return false;
            }
            text = rest;
        }
        true
    }

    /// The same if each digit is taken for all of them.
    pub(super) fn begins_in_any_digits(&self, text: &[u8]) -> bool {
        self.begins_so(text, Set::has_in_any_digits)
    }

    #[inline(always)]
    fn begins_so(&self, mut text: &[u8], is_of: impl Fn(&Set, u8) -> bool) -> bool {
        if text.len() < self.shortest {
            return false;
        }
        for (set, len) in &self.classes {
            let Some((here, rest)) = text.split_at_checked(*len) else { return false };
            if !here.iter().all(|b| is_of(set, *b)) {
                return false;
            }
            text = rest;
        }
        true
    }
}

impl Set {
    fn of(set: &ByteSet) -> Self {
        let mut bits = [0; 4];
        (0..set.len()).filter(|b| set[*b]).for_each(|b| bits[b / 64] |= 1 << (b % 64));
        Self(bits)
    }

    /// The least and the greatest byte of it.
    fn ends(&self) -> [u8; 2] {
        let mut bytes = (0..=u8::MAX).filter(|b| self.has(*b));
        let least = bytes.next().unwrap_or(u8::MAX);
        [least, bytes.next_back().unwrap_or(least)]
    }

    #[inline]
    fn has(&self, b: u8) -> bool {
        self.0[usize::from(b / 64)] >> (b % 64) & 1 == 1
    }

    /// The same; of a digit, whether it has any.
    fn has_in_any_digits(&self, b: u8) -> bool {
        if b.is_ascii_digit() { (b'0'..=b'9').any(|digit| self.has(digit)) } else { self.has(b) }
    }
}

/// What may stand at each of the first places of a match, over all ways to match.
struct Reading {
    /// By place.
    sets: Vec<ByteSet>,
    /// From here on anything may stand.
    known: usize,
}

/// Places of a match, one bit each. Those from [`LONGEST`] on are not told of.
type Places = u64;

impl Reading {
    /// Reads on from each of these places; answers where it may end.
    fn read(&mut self, hir: &Hir, from: Places) -> Places {
        match hir.kind() {
            _ if from == 0 => 0,
            HirKind::Empty | HirKind::Look(_) => from,
            HirKind::Literal(literal) => {
                literal.0.iter().fold(from, |from, &b| self.one(&std::array::from_fn(|i| i == usize::from(b)), from))
            }
            HirKind::Class(class) => {
                let ends = self.one(&first_bytes(class), from);
                if class.maximum_len() == Some(1) {
                    return ends;
                }
                self.known = self.known.min(ends.trailing_zeros() as usize);
                0
            }
            HirKind::Capture(capture) => self.read(&capture.sub, from),
            HirKind::Concat(parts) => parts.iter().fold(from, |from, part| self.read(part, from)),
            HirKind::Alternation(parts) => parts.iter().fold(0, |ends, part| ends | self.read(part, from)),
            HirKind::Repetition(repetition) => {
                let sub = &repetition.sub;
                let mut last =
                    (0..repetition.min).fold(from, |from, _| if from == 0 { 0 } else { self.read(sub, from) });
                let mut ends = last;
                for _ in repetition.min..repetition.max.unwrap_or(u32::MAX) {
                    last = self.read(sub, last) & !ends;
                    if last == 0 {
                        break;
                    }
                    ends |= last;
                }
                ends
            }
        }
    }

    /// One byte of a set.
    fn one(&mut self, set: &ByteSet, from: Places) -> Places {
        each_bit(from).for_each(|at| self.sets[at].iter_mut().zip(set).for_each(|(may, is)| *may |= is));
        from << 1
    }
}

/// What the characters of a class begin with.
fn first_bytes(class: &Class) -> ByteSet {
    let first = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (first(range.start()), first(range.end()))).collect()
        }
    };
    let mut set = [false; 256];
    ranges.into_iter().for_each(|(first, last)| set[first as usize..=last as usize].fill(true));
    set
}

#[cfg(test)]
mod tests {
    use regex_automata::util::syntax;

    use super::*;
    use crate::random::random;

    #[test]
    fn a_text_begins_with_a_match_or_not() {
        let config = syntax::Config::new().utf8(false);
        let long = "x".repeat(LONGEST) + &"y".repeat(200 - LONGEST);
        for (regex, begin, others) in [
            (r"(?-u)\bghp_[0-9a-z]{3,}", vec!["ghp_0az", "ghp_0az-"], vec!["", "ghp_0a", "ghp_0a-", "ghq_0az"]),
            (
                r"/v1/([0-9]{2})/(?:ax|by)",
                vec!["/v1/42/ax", "/v1/42/bx"],
                vec!["/v1/42/", "/v1/42/zz", "/v1/4/axx", "v1/42/axx"],
            ),
            ("(?:ab){2}c?d", vec!["ababd", "ababc"], vec!["abab", "abacd", "ababx"]),
            ("(?:ab?){2}c", vec!["aac", "aba", "abb"], vec!["acc", "bac", "aad"]),
            (
                "(?-u)[0-9]{2}-?[0-9]{2}[ -]?[0-9]",
                vec!["12345", "12-34", "12345-"],
                vec!["1234", "12 34", "1-345", "12--4"],
            ),
            ("(?-u)[0-9]+(?:ab|[.:]x)+", vec!["1ab", "12345", "1:x"], vec!["1a", "ab1", "1xx"]),
            ("(?:a{2,3}|b)c", vec!["aa", "bc", "ba"], vec!["c", "ab", "bb"]),
            ("(?i)k[0-9]", vec!["K1", "kx", "\u{212a}1"], vec!["k", "xx", "1k"]),
            ("[é-ü]x|yz", vec!["éx", "ÿx", "yz", "yx"], vec!["", "y", "zz"]),
            ("x{200}", vec![&long], vec!["x", "y"]),
        ] {
            let head = Head::of(&syntax::parse_with(regex, &config).expect("a good regex"));
            for text in begin {
                assert!(head.begins(text.as_bytes()), "{regex} {text}");
            }
            for text in others {
                assert!(!head.begins(text.as_bytes()), "{regex} {text}");
            }
        }
    }

    #[test]
    fn a_match_may_go_on_behind_a_text() {
        let head = Head::of(
            &syntax::parse_with("(?-u)pat[0-9a-z]{14}[.]", &syntax::Config::new().utf8(false)).expect("a good regex"),
        );
        for (text, may) in
            [("", true), ("pat", true), ("path", true), ("path\"", false), ("pas", false), ("pat01234567890123", true)]
        {
            assert_eq!(head.may_begin_with(text.as_bytes()), may, "{text}");
        }
        assert!(!head.may_begin_with(b"pat01234567890123x"));
    }

    /// Regexes made of pieces, and texts: where one matches, the text begins so.
    #[test]
    fn every_match_begins_so() {
        let pieces =
            ["a", "b?", "[ab]", "[^b]", "(?:ab|1)", "a{2,3}", "(?:b1?)+", "[1é]", ".*?", "(?:a|b1|)", r"\b", r"\d"];
        let characters = ["a", "b", "1", "é", "-"];
        let config = syntax::Config::new().utf8(false);
        let (mut next, mut matches, mut others) = (random(0x2545_F491_4F6C_DD1D), 0, 0);
        for _ in 0..2_000 {
            let pattern: String = (0..1 + next(4)).map(|_| pieces[next(pieces.len())]).collect();
            let head = Head::of(&syntax::parse_with(&pattern, &config).expect("a good regex"));
            let regex = regex::bytes::Regex::new(&format!("^(?:{pattern})")).expect("a good regex");
            for _ in 0..20 {
                let text: String = (0..next(7)).map(|_| characters[next(characters.len())]).collect();
                let begins = head.begins(text.as_bytes());
                assert!(begins || !regex.is_match(text.as_bytes()), "{pattern} {text}");
                *if begins { &mut matches } else { &mut others } += 1;
            }
        }
        assert!(matches > 1_000 && others > 1_000, "{matches} {others}");
    }

    #[test]
    fn places_are_all_where_a_match_may_begin() {
        let places = |regex: &str, text: &str, range: Range<usize>, at_words: bool| {
            let head = Head::of(&syntax::parse_with(regex, &syntax::Config::new().utf8(false)).expect("a good regex"));
            head.places(text.as_bytes(), range, at_words).map(Iterator::collect::<Vec<_>>)
        };
        let text = "1 12 x123 4";
        assert_eq!(places("[0-9]{2}x?", text, 0..11, false), Some(vec![2, 6, 7]));
        assert_eq!(places("[0-9]{2}x?", text, 0..11, true), Some(vec![2]));
        assert_eq!(places("[0-9]{2}x?", text, 3..8, false), Some(vec![6]));
        assert_eq!(places("[0-9]", text, 3..11, true), Some(vec![10]));
        assert_eq!(places("[0-9]{2}", "", 0..0, true), Some(vec![]));
        assert_eq!(places(r"(?-u)[\x00-b]", "xax", 0..3, false), Some(vec![1]));
        assert_eq!(places("x|yy", "axbyc", 0..5, false), Some(vec![1, 3]));
        assert_eq!(places("(?-u:[^a])|b", "ab", 0..2, false), Some(vec![1]));
        let long = format!("{}12{}-12_12 é12", "a".repeat(14), "b".repeat(31));
        assert_eq!(places("[0-9]{2}", &long, 0..long.len(), true), Some(vec![48, 56]));
        assert_eq!(places("[0-9]{2}", &long, 0..long.len(), false), Some(vec![14, 48, 51, 56]));
        assert_eq!(places("[ab-]1", &long, 0..long.len(), true), Some(vec![47]));
    }

    #[test]
    fn a_digit_may_be_taken_for_all_of_them() {
        let config = syntax::Config::new().utf8(false);
        let head = Head::of(&syntax::parse_with("(?-u)api/v1/[a-z0-9]{3}[5-7]", &config).expect("a good regex"));
        for text in ["api/v1/abc5", "api/v3/abc0", "api/v9/a111-"] {
            assert!(head.begins_in_any_digits(text.as_bytes()), "{text}");
        }
        for text in ["api/v1/abc", "api/vx/abc5", "api/v1/a-b5", "api/v1/abcx"] {
            assert!(!head.begins_in_any_digits(text.as_bytes()), "{text}");
        }
    }
}
