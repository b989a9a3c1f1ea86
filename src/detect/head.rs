//! The first bytes of what a regex matches, as far as it is known of which class each of them is.
//!
//! Most words at which a rule is asked begin as its matches do, and then go on otherwise: a look at a few bytes tells, where starting
//! the regex costs as much as reading a line.

use std::ops::Range;

use regex_syntax::hir::{Hir, HirKind};
use regex_syntax::is_word_byte;

use super::words::{ByteSet, bytes};
use crate::lanes::{LANE, alphanumeric, bits, is, sixteen_from, within};

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

/// A repetition is written out no further than this, in bytes.
const LONGEST: usize = 64;

impl Head {
    /// That of a regex: nothing, if nothing is known.
    pub(super) fn of(hir: &Hir) -> Self {
        let mut classes = Vec::new();
        push(hir, &mut classes);
        let first = classes.first().map(|(first, _)| first.ends());
        Self { classes: classes.into(), first, shortest: hir.properties().minimum_len().unwrap_or(0) }
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

/// Appends the classes of what `hir` begins with. Answers whether that is all of it, always of the same length.
fn push(hir: &Hir, classes: &mut Vec<(Set, usize)>) -> bool {
    let mut add = |set: &ByteSet| {
        let set = Set::of(set);
        match classes.last_mut() {
            Some((last, len)) if *last == set => *len += 1,
            _ => classes.push((set, 1)),
        }
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.iter().for_each(|&b| add(&std::array::from_fn(|i| i == usize::from(b))));
            true
        }
        HirKind::Class(class) => bytes(class).is_some_and(|set| {
            add(&set);
            true
        }),
        HirKind::Capture(capture) => push(&capture.sub, classes),
        HirKind::Concat(parts) => parts.iter().all(|part| push(part, classes)),
        HirKind::Repetition(repetition) => {
            let short = |classes: &[(Set, usize)]| classes.iter().map(|(_, len)| len).sum::<usize>() < LONGEST;
            let whole = (0..repetition.min).all(|_| short(classes) && push(&repetition.sub, classes));
            whole && repetition.max == Some(repetition.min)
        }
        HirKind::Alternation(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::util::syntax;

    use super::*;

    #[test]
    fn a_text_begins_with_a_match_or_not() {
        let config = syntax::Config::new().utf8(false);
        let long = "x".repeat(LONGEST) + &"y".repeat(200 - LONGEST);
        for (regex, begin, others) in [
            (r"(?-u)\bghp_[0-9a-z]{3,}", vec!["ghp_0az", "ghp_0az-"], vec!["", "ghp_0a", "ghp_0a-", "ghq_0az"]),
            (r"/v1/([0-9]{2})/(?:ax|by)", vec!["/v1/42/ax", "/v1/42/zz"], vec!["/v1/42/", "/v1/4/axx", "v1/42/axx"]),
            ("(?:ab){2}c?d", vec!["ababd", "ababx"], vec!["abab", "abacd"]),
            ("(?i)k[0-9]", vec!["K1", "xx"], vec!["k"]),
            ("[é-ü]x|y", vec!["zz", "z"], vec![""]),
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
        assert_eq!(places("x|yy", "axb", 0..3, false), None);
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
