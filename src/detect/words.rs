//! The beginnings of words of which only the kinds of characters are known: `[A-Z]{2}[0-9]{6}`.
//!
//! Each beginning is a bit of a word, and each place in it has a table that says, for each byte, which beginnings allow it
//! there: and-ing the entries of the bytes of a text leaves the beginnings that match. Most texts leave none after a byte or two.
//! (Baeza-Yates and Gonnet, "A new approach to text searching", Communications of the ACM 35, 1992.)

use super::screen::SIGNS;
use crate::lanes::{each_bit, only};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// How much of a word is compared, in bytes.
pub(crate) const LONGEST_BEGINNING: usize = 8;
/// The most that one pattern may be, when what is optional in it is written out.
const MOST_BEGINNINGS: usize = 16;

/// A set of bytes.
pub(super) type ByteSet = [bool; 256];

/// The first bytes of a word, by kind; eight at most.
#[derive(Clone)]
pub(crate) struct Beginning(Vec<ByteSet>);

/// The beginnings that are looked for, each with what is to be done where it stands.
pub(super) struct Words<T> {
    groups: Vec<Group<T>>,
}

/// As many beginnings as a word has bits.
struct Group<T> {
    tables: Box<[[u64; 256]; LONGEST_BEGINNING]>,
    /// Of each table, what it has for any digit.
    digits: [u64; LONGEST_BEGINNING],
    targets: Vec<(T, usize)>,
}

impl Beginning {
    /// The beginnings of what a regex matches, without its look-arounds, each as long as they stay few; `None` if nothing of bytes
    /// is left.
    pub(crate) fn all(hir: &Hir) -> Option<Vec<Self>> {
        let (beginnings, _) = extend(vec![Self(Vec::new())], hir);
        (!beginnings.iter().any(|beginning| beginning.0.is_empty())).then_some(beginnings)
    }

    /// The beginnings of a regex that is part of this program.
    pub(super) fn of(regex: &str) -> Vec<Self> {
        let config = regex_automata::util::syntax::Config::new().unicode(false).utf8(false);
        let hir = regex_automata::util::syntax::parse_with(regex, &config).ok();
        hir.as_ref().and_then(Self::all).expect("the anchors of detectors are good")
    }

    /// Whether it begins with signs at which the screen stops.
    pub(crate) fn is_sign(&self) -> bool {
        (0..=u8::MAX).all(|b| !self.0[0][usize::from(b)] || SIGNS.contains(&b))
    }

    /// Whether it begins with letters and digits, at which the screen sees words begin: not with `_`, which is of a word for a regex.
    pub(crate) fn is_word(&self) -> bool {
        (0..=u8::MAX).all(|b| !self.0[0][usize::from(b)] || b.is_ascii_alphanumeric())
    }

    /// Whether it begins with a digit or capital, whatever else.
    pub(crate) fn is_code(&self) -> bool {
        (0..=u8::MAX).all(|b| !self.0[0][usize::from(b)] || b.is_ascii_digit() || b.is_ascii_uppercase())
    }

    fn is_long_enough(&self) -> bool {
        self.0.len() >= LONGEST_BEGINNING
    }

    /// How many bytes are compared.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Appends what `part` matches to each beginning that is not long enough yet. Where they would become too many, or characters beyond ASCII
/// follow, it appends as much as it can of what every match has, and answers `false`: nothing more may be appended.
fn extend(beginnings: Vec<Beginning>, part: &Hir) -> (Vec<Beginning>, bool) {
    if beginnings.iter().all(Beginning::is_long_enough) {
        return (beginnings, true);
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => (beginnings, true),
        HirKind::Capture(capture) => extend(beginnings, &capture.sub),
        HirKind::Literal(literal) => {
            let one = |beginnings, &b: &u8| push(beginnings, &std::array::from_fn(|i| i == usize::from(b)));
            (literal.0.iter().fold(beginnings, one), true)
        }
        HirKind::Class(class) => match bytes(class) {
            Some(set) => (push(beginnings, &set), true),
            None => (beginnings, false),
        },
        HirKind::Concat(parts) => {
            let (mut beginnings, mut whole) = (beginnings, true);
            for part in parts {
                (beginnings, whole) = extend(beginnings, part);
                if !whole {
                    break;
                }
            }
            (beginnings, whole)
        }
        HirKind::Alternation(branches) => {
            let (mut all, mut all_whole) = (Vec::new(), true);
            for branch in branches {
                let (some, whole) = extend(beginnings.clone(), branch);
                all.extend(some);
                all_whole &= whole;
                if all.len() > MOST_BEGINNINGS {
                    return (beginnings, false);
                }
            }
            (all, all_whole)
        }
        HirKind::Repetition(repetition) => repeat(beginnings, repetition),
    }
}

fn repeat(beginnings: Vec<Beginning>, repetition: &Repetition) -> (Vec<Beginning>, bool) {
    let mut least = beginnings;
    for _ in 0..repetition.min {
        let whole;
        (least, whole) = extend(least, &repetition.sub);
        if !whole {
            return (least, false);
        }
    }
    let more = repetition.max.map_or(LONGEST_BEGINNING as u32, |max| max - repetition.min);
    let (mut all, mut longest) = (least.clone(), least.clone());
    for _ in 0..more {
        longest.retain(|beginning| !beginning.is_long_enough());
        if longest.is_empty() {
            break;
        }
        let whole;
        (longest, whole) = extend(longest, &repetition.sub);
        all.extend(longest.iter().cloned());
        if !whole || all.len() > MOST_BEGINNINGS {
            return (least, false);
        }
    }
    (all, true)
}

fn push(mut beginnings: Vec<Beginning>, set: &ByteSet) -> Vec<Beginning> {
    for beginning in &mut beginnings {
        if !beginning.is_long_enough() {
            beginning.0.push(*set);
        }
    }
    beginnings
}

/// The bytes of a class; `None` if it has characters beyond ASCII.
pub(super) fn bytes(class: &Class) -> Option<ByteSet> {
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) if class.is_ascii() => {
            class.ranges().iter().map(|range| (range.start() as u8, range.end() as u8)).collect()
        }
        Class::Unicode(_) => return None,
    };
    let mut set = [false; 256];
    ranges.into_iter().for_each(|(first, last)| set[first as usize..=last as usize].fill(true));
    Some(set)
}

impl<T: Copy> Words<T> {
    pub(super) fn new(beginnings: Vec<(Beginning, T)>) -> Self {
        Self { groups: beginnings.chunks(u64::BITS as usize).map(Group::new).collect() }
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether one of them begins with that byte.
    #[inline]
    pub(super) fn may_begin(&self, b: u8) -> bool {
        self.groups.iter().any(|group| group.tables[0][usize::from(b)] != 0)
    }

    /// Of the places in a block where a word begins, those where one of the beginnings may stand. `eight` gives the bytes of a place,
    /// the first in the lowest bits.
    #[inline(never)]
    pub(super) fn places(&self, words: u64, eight: impl Fn(usize) -> u64) -> u64 {
        only(words, |i| {
            let eight = eight(i);
            self.groups.iter().any(|group| group.may_stand(eight))
        })
    }

    /// Whether one of the beginnings that is wanted may stand here if each digit is taken for all of them.
    pub(super) fn may_stand_in_any_digits(&self, eight: u64, wanted: impl Fn(T) -> bool) -> bool {
        self.groups.iter().any(|group| {
            let mut left = u64::MAX;
            for ((table, digits), b) in group.tables.iter().zip(group.digits).zip(eight.to_le_bytes()) {
                left &= if b.is_ascii_digit() { digits } else { table[usize::from(b)] };
                if left == 0 {
                    return false;
                }
            }
            each_bit(left).any(|bit| wanted(group.targets[bit].0))
        })
    }

    /// Calls `visit` with each beginning that stands at `at`, and where it ends. `eight` are the bytes there, with zeros behind the end of
    /// the text, the first in the lowest bits.
    #[inline]
    pub(super) fn each(&self, text: &[u8], at: usize, eight: u64, mut visit: impl FnMut(T, usize)) {
        for group in &self.groups {
            let mut left = u64::MAX;
            // Behind the end of the text stand zeros, which a class may have, too: whether a beginning ends in it is asked below.
            for (table, b) in group.tables.iter().zip(eight.to_le_bytes()) {
                left &= table[usize::from(b)];
                if left == 0 {
                    break;
                }
            }
            for (target, len) in each_bit(left).map(|bit| group.targets[bit]) {
                if at + len <= text.len() {
                    visit(target, at + len);
                }
            }
        }
    }
}

impl<T: Copy> Group<T> {
    /// Whether there is a beginning that allows all of the bytes.
    #[inline]
    fn may_stand(&self, eight: u64) -> bool {
        let mut left = u64::MAX;
        // Two at a time: what the first byte leaves is most often gone after the second.
        for (tables, bytes) in self.tables.as_chunks::<2>().0.iter().zip(eight.to_le_bytes().as_chunks::<2>().0) {
            left &= tables.iter().zip(bytes).fold(u64::MAX, |left, (table, b)| left & table[usize::from(*b)]);
            if left == 0 {
                return false;
            }
        }
        true
    }

    fn new(beginnings: &[(Beginning, T)]) -> Self {
        let mut tables = Box::new([[0; 256]; LONGEST_BEGINNING]);
        for (bit, (Beginning(sets), _)) in beginnings.iter().enumerate() {
            for (place, table) in tables.iter_mut().enumerate() {
                for (b, entry) in table.iter_mut().enumerate() {
                    let allowed = sets.get(place).is_none_or(|set| set[b]);
                    *entry |= u64::from(allowed) << bit;
                }
            }
        }
        let targets = beginnings.iter().map(|(beginning, target)| (*target, beginning.len())).collect();
        let digits = tables.each_ref().map(|table| (b'0'..=b'9').fold(0, |all, digit| all | table[usize::from(digit)]));
        Self { tables, digits, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(regexes: &[&str], text: &str) -> Vec<(usize, usize)> {
        let beginnings = regexes.iter().enumerate();
        let beginnings = beginnings.flat_map(|(i, regex)| Beginning::of(regex).into_iter().map(move |b| (b, i)));
        let mut found = Vec::new();
        let mut eight = [0; 8];
        eight.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        let eight = u64::from_le_bytes(eight);
        Words::new(beginnings.collect()).each(text.as_bytes(), 0, eight, |target, end| found.push((target, end)));
        found
    }

    #[test]
    fn beginnings_are_compared_by_kind() {
        let regexes = [r"[A-Z]{2}[0-9]{6}", r"784-?[0-9]{4}-?[0-9]{7}", "[13]a|b[0-9]{2,}"];
        assert_eq!(found(&regexes, "AB123456x"), [(0, 8)]);
        assert_eq!(found(&regexes, "AB12345"), []);
        assert_eq!(found(&regexes, "7841234567"), [(1, 8)]);
        assert_eq!(found(&regexes, "784-1234-567"), [(1, 8)]);
        assert_eq!(found(&regexes, "784_1234"), []);
        assert_eq!(found(&regexes, "3a"), [(2, 2)]);
        assert_eq!(found(&regexes, "b12"), [(2, 3)]);
        assert_eq!(found(&regexes, ""), []);
    }

    #[test]
    fn more_beginnings_than_a_word_has_bits() {
        let regexes: Vec<String> = (0..100).map(|i| format!("X{i:03}[a-z]")).collect();
        let regexes: Vec<&str> = regexes.iter().map(String::as_str).collect();
        assert_eq!(found(&regexes, "X071b"), [(71, 5)]);
    }

    #[test]
    fn a_beginning_ends_where_there_are_too_many_ways_to_go_on() {
        let lengths = |regex| Beginning::of(regex).iter().map(Beginning::len).max();
        assert_eq!(lengths("[ab]{1,3}[cd]{1,3}[ef]{1,3}"), Some(7));
        assert_eq!(lengths("x(?:[ab]{0,3}-){3}"), Some(8));
        assert_eq!(lengths("x(?:ab|cd|ef|gh|ij)(?:ab|cd|ef|gh|ij)"), Some(3));
    }

    /// Of what is repeated, the part is known that each match has.
    #[test]
    fn a_beginning_goes_into_what_there_are_too_many_ways_through() {
        let number = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
        let address = format!(r"{number}(?:\.{number}){{3}}");
        for (text, stands) in
            [("192.0.2.17", true), ("8.8.8.8", true), ("255.1.1.1", true), ("19", false), ("1992", false)]
        {
            assert_eq!(!found(&[&address], text).is_empty(), stands, "{text}");
        }
        assert!(Beginning::of(&address).iter().all(|beginning| beginning.len() >= 2));
        let optional = "a(?:b(?:cc|dd|ee|ff|gg)(?:cc|dd|ee|ff|gg))?[xy]";
        assert!(["ax", "abccggx"].iter().all(|text| !found(&[optional], text).is_empty()));
        // What stands behind it is not looked for in its place.
        assert!(!found(&["x(?:(?:aa|bb|cc|dd|ee)-?){3}y"], "xaa-bb-ccy").is_empty());
    }

    #[test]
    fn what_has_no_beginning_of_bytes_is_refused() {
        let config = regex_automata::util::syntax::Config::new().utf8(false);
        for regex in ["[a-z]?", "[é-ü]{3}"] {
            let hir = regex_automata::util::syntax::parse_with(regex, &config).expect("a good regex");
            assert!(Beginning::all(&hir).is_none(), "{regex}");
        }
    }
}
