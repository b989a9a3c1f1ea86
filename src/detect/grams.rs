//! Literals that are looked for in a text: prefixes of secrets, context words, names of keys.
//!
//! There may be thousands, so they are looked for only where words begin or end, and there by their first characters (or last):
//! a hash of four, without the case of letters, and one bit for the fifth, in a table that is no larger than they need.

use crate::lanes::only;

/// A literal that is looked for.
pub(super) struct Literal<T> {
    text: Vec<u8>,
    /// Where in it the word begins by which it is looked for.
    offset: usize,
    /// Only in this case of letters.
    exact: bool,
    /// Only where neither letter nor digit follows.
    whole: bool,
    target: T,
}

/// Which way words are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From where they begin.
    Forward,
    /// From where they end.
    Backward,
}

/// Literals by a hash of their first four characters, each with what is to be done where it stands.
pub(super) struct Grams<T> {
    direction: Direction,
    /// By hash, and one more.
    slots: Box<[Slot]>,
    /// How far a hash is shifted to be the index of a slot.
    shift: u32,
    entries: Vec<Entry>,
    literals: Vec<Literal<T>>,
    /// Of the entries, those with digits: with zeros for these, by their first byte.
    with_digits: Vec<Entry>,
}

/// What there is of literals with one hash.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// Of which kinds the fifth character may be.
    fifth: u32,
    /// Where their entries begin; they end where those of the next slot begin.
    entries: u32,
}

/// The first bytes of a literal.
#[derive(Clone, Copy)]
struct Entry {
    /// In lower case, so to speak: see [`FOLD`].
    head: u64,
    mask: u64,
    literal: u32,
}

/// The fewest and the most slots, as powers of two, and how many there are for each literal: one of which only three characters are known
/// is in many.
const FEWEST_SLOTS: u32 = 6;
const MOST_SLOTS: u32 = 15;
const SLOTS_FOR_EACH: usize = 128;

/// Set in bytes, it makes letters lower case, and keeps most other characters apart.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// The fewest bytes by which a literal is looked for.
pub(super) const SHORTEST_LITERAL: usize = 3;
/// How much of a literal is compared before it is compared whole, in bytes.
pub(super) const LONGEST_HEAD: usize = size_of::<u64>();
/// The fewest bytes by which a whole word is looked for.
pub(super) const SHORTEST_WORD: usize = 2;

/// Where in a literal the word begins by which it can be looked for: at its own beginning if that is one of a word wherever it
/// stands (`begins_word`), or behind a sign inside of it. `None` if there is no word of three bytes or more.
pub(super) fn word_in(literal: &[u8], begins_word: bool) -> Option<usize> {
    let in_word = |at: usize| literal[at].is_ascii_alphanumeric() || !literal[at].is_ascii();
    let is_start = |&at: &usize| if at == 0 { begins_word && in_word(0) } else { in_word(at) && !in_word(at - 1) };
    (0..(literal.len() + 1).saturating_sub(SHORTEST_LITERAL)).find(is_start)
}

impl<T: Copy> Literal<T> {
    /// A literal that is looked for where words begin; `None` if it cannot be, and must be looked for everywhere.
    pub(super) fn of_word(text: &[u8], exact: bool, begins_word: bool, target: T) -> Option<Self> {
        Some(Self { text: text.to_vec(), offset: word_in(text, begins_word)?, exact, whole: false, target })
    }

    /// A literal of three bytes or more that is looked for where it begins (or ends).
    pub(super) fn new(text: &[u8], exact: bool, target: T) -> Self {
        Self { text: text.to_vec(), offset: 0, exact, whole: false, target }
    }

    /// A word in any case, of three letters or more, that nobody wants to know of as part of another.
    pub(super) fn whole_word(text: &[u8], target: T) -> Self {
        Self { whole: true, ..Self::new(text, false, target) }
    }
}

impl<T: Copy> Grams<T> {
    pub(super) fn new(direction: Direction, literals: Vec<Literal<T>>) -> Self {
        let bits = (literals.len() * SLOTS_FOR_EACH + 1).ilog2().clamp(FEWEST_SLOTS, MOST_SLOTS);
        let shift = u32::BITS - bits;
        let mut by_slot: Vec<(u32, Vec<Entry>)> = vec![(0, Vec::new()); 1 << bits];
        let mut with_digits: Vec<Entry> = Vec::new();
        for (i, literal) in literals.iter().enumerate() {
            let mut head: Vec<u8> = match direction {
                Direction::Forward => literal.text[literal.offset..].to_vec(),
                Direction::Backward => literal.text.iter().rev().copied().collect(),
            };
            head.truncate(LONGEST_HEAD);
            let entry = Entry::new(&head, u32::try_from(i).expect("a rules file is at most 4 MiB"));
            if entry.head.to_le_bytes().iter().any(u8::is_ascii_digit) {
                with_digits.push(Entry { head: with_zeros(entry.head), ..entry });
            }
            // Which kinds the byte at a place may be.
            let kinds_at = |place: usize| match head.get(place) {
                Some(&b) => 1 << kind(b),
                None if literal.whole && head.len() == place => !ALPHANUMERIC,
                None => u32::MAX,
            };
            let fourth = kinds_at(3);
            for kind in (0..u32::BITS).filter(|kind| fourth >> kind & 1 == 1) {
                let slot = hash(u32::from_le_bytes([head[0], head[1], head[2], 0]), kind) >> shift;
                let (fifth, entries) = &mut by_slot[slot as usize];
                *fifth |= kinds_at(4);
                // Two kinds may share a slot.
                if entries.last().is_none_or(|last| last.literal != entry.literal) {
                    entries.push(entry);
                }
            }
        }
        with_digits.sort_by_key(|entry| entry.head as u8);
        let mut slots = Vec::with_capacity(by_slot.len() + 1);
        let mut entries = Vec::new();
        let so_far = |entries: &Vec<Entry>| u32::try_from(entries.len()).expect("a rules file is at most 4 MiB");
        for (fifth, of_slot) in by_slot {
            slots.push(Slot { fifth, entries: so_far(&entries) });
            entries.extend(of_slot);
        }
        slots.push(Slot { fifth: 0, entries: so_far(&entries) });
        Self { direction, slots: slots.into(), shift, entries, literals, with_digits }
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.literals.is_empty()
    }

    /// Of the places in a block where a word begins (ends), those where a literal does, as far as its first eight bytes tell.
    /// `eight` gives the bytes of a place, the first in the lowest bits; read the other way, the last.
    #[inline(never)]
    pub(super) fn places(&self, words: u64, eight: impl Fn(usize) -> u64) -> u64 {
        only(words, |i| self.may_stand(eight(i)))
    }

    #[inline(always)]
    fn may_stand(&self, eight: u64) -> bool {
        let slot = self.slot(eight);
        let is_of_kind = self.slots[slot].fifth >> kind((eight >> 32) as u8) & 1 == 1;
        is_of_kind && self.in_slot(slot).iter().any(|entry| entry.begins(eight))
    }

    /// Whether a literal with digits may stand here if each digit is taken for all of them. (Of the others [`places`](Self::places) tells.)
    pub(super) fn may_stand_in_any_digits(&self, eight: u64) -> bool {
        let folded = eight | FOLD;
        let zeros = with_zeros(folded);
        if digits(zeros) == 0 {
            return false;
        }
        let from = self.with_digits.partition_point(|entry| (entry.head as u8) < zeros as u8);
        let mut same_first = self.with_digits[from..].iter().take_while(|entry| entry.head as u8 == zeros as u8);
        same_first.any(|entry| entry.begins(zeros))
    }

    /// Where literals stand that may begin with these bytes.
    #[inline(always)]
    fn slot(&self, eight: u64) -> usize {
        (hash(eight as u32, kind((eight >> 24) as u8)) >> self.shift) as usize
    }

    #[inline(always)]
    fn in_slot(&self, slot: usize) -> &[Entry] {
        &self.entries[self.slots[slot].entries as usize..self.slots[slot + 1].entries as usize]
    }

    /// Calls `visit` with each literal that stands at the word that begins (ends) at `at`, and where the literal ends.
    pub(super) fn each(&self, text: &[u8], at: usize, eight: u64, mut visit: impl FnMut(T, usize)) {
        for entry in self.in_slot(self.slot(eight)).iter().filter(|entry| entry.begins(eight)) {
            let literal = &self.literals[entry.literal as usize];
            let len = literal.text.len();
            let before = if self.direction == Direction::Forward { literal.offset } else { len };
            let Some(there) = at.checked_sub(before).and_then(|start| text.get(start..start + len)) else { continue };
            if there == literal.text || !literal.exact && there.eq_ignore_ascii_case(&literal.text) {
                visit(literal.target, at - before + len);
            }
        }
    }
}

/// Words of two bytes, in any case. They are too short to be looked for by how they begin.
pub(super) struct ShortWords<T> {
    /// By the kind of the first character: of which kinds the second may be.
    filter: [u32; 32],
    words: Vec<([u8; 2], T)>,
}

impl<T: Copy> ShortWords<T> {
    pub(super) fn new(words: Vec<([u8; 2], T)>) -> Self {
        let mut filter = [0; 32];
        words.iter().for_each(|([a, b], _)| filter[kind(*a) as usize] |= 1 << kind(*b));
        Self { filter, words }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// As [`Grams::places`], of the places where such a word may begin. Digits are of one kind, so it does not matter which stands there.
    pub(super) fn places(&self, words: u64, eight: impl Fn(usize) -> u64) -> u64 {
        only(words, |i| {
            let [a, b, ..] = eight(i).to_le_bytes();
            self.filter[kind(a) as usize % 32] >> kind(b) & 1 == 1
        })
    }

    /// Calls `visit` with each that begins with these bytes, the first in the lowest bits.
    pub(super) fn each(&self, eight: u64, mut visit: impl FnMut(T)) {
        let [a, b, ..] = eight.to_le_bytes();
        let same = |word: &[u8; 2]| word.eq_ignore_ascii_case(&[a, b]);
        self.words.iter().filter(|(word, _)| same(word)).for_each(|&(_, target)| visit(target));
    }
}

/// The same bytes, with zeros for digits.
#[inline]
fn with_zeros(eight: u64) -> u64 {
    // A digit is a zero with some of the lowest four bits.
    eight & !(digits(eight) & 0x0f0f_0f0f_0f0f_0f0f)
}

/// All bits of the bytes that are digits.
#[inline]
fn digits(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH << 7;
    const ZEROS: u64 = EACH * b'0' as u64;
    let from_zero = eight ^ ZEROS;
    // Where it is ten or more, the highest bit is set.
    let others = ((from_zero & !HIGHEST) + (HIGHEST - EACH * 10)) | from_zero;
    ((!others & HIGHEST) >> 7) * 0xff
}

impl Entry {
    fn new(first: &[u8], literal: u32) -> Self {
        let (mut head, mut mask) = ([0; 8], [0; 8]);
        for (i, &b) in first.iter().enumerate() {
            (head[i], mask[i]) = (b, u8::MAX);
        }
        Self { head: u64::from_le_bytes(head) | FOLD, mask: u64::from_le_bytes(mask), literal }
    }

    /// Whether a word with these first bytes begins so.
    #[inline]
    fn begins(&self, eight: u64) -> bool {
        ((eight | FOLD) ^ self.head) & self.mask == 0
    }
}

/// A hash of the first three of four bytes, without the case of letters, and of the kind of the fourth.
#[inline]
fn hash(four: u32, kind: u32) -> u32 {
    let three = (four | FOLD as u32) & 0x00ff_ffff;
    // 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    (three | kind << 24).wrapping_mul(0x9e37_79b9)
}

/// One of 32 kinds of bytes; letters are told apart, but not their case.
#[inline]
fn kind(b: u8) -> u32 {
    KINDS[usize::from(b)].into()
}

static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut b = 0;
    while b < kinds.len() {
        kinds[b] = match b as u8 {
            letter if letter.is_ascii_alphabetic() => letter % 32,
            b'0'..=b'9' => DIGIT,
            b'_' => 28,
            b'-' => 29,
            b' ' => 30,
            0x80.. => 31,
            _ => 0,
        };
        b += 1;
    }
    kinds
};

/// The kind of digits.
const DIGIT: u8 = 27;
/// The kinds of letters and digits.
const ALPHANUMERIC: u32 = (1 << (DIGIT + 1)) - 2;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found where words begin (end) in `text`.
    fn found(direction: Direction, literals: &[(&str, bool)], text: &str) -> Vec<(usize, usize)> {
        let literals =
            literals.iter().enumerate().map(|(target, &(text, exact))| Literal::new(text.as_bytes(), exact, target));
        let grams = Grams::new(direction, literals.collect());
        let text = text.as_bytes();
        let mut found = Vec::new();
        for at in 0..=text.len() {
            let mut eight = [0; 8];
            let from_here: Box<dyn Iterator<Item = &u8>> = match direction {
                Direction::Forward => Box::new(text[at..].iter()),
                Direction::Backward => Box::new(text[..at].iter().rev()),
            };
            eight.iter_mut().zip(from_here).for_each(|(to, from)| *to = *from);
            let eight = u64::from_le_bytes(eight);
            let before = found.len();
            grams.each(text, at, eight, |target, end| found.push((target, end)));
            assert!(found.len() == before || grams.may_stand(eight));
        }
        found
    }

    #[test]
    fn digits_are_told_from_all_other_bytes() {
        for b in 0..=u8::MAX {
            let eight = [b, b'7', b, 0xff, 0, b, b'a', b];
            let expected = eight.map(|b| if b.is_ascii_digit() { 0xff } else { 0 });
            assert_eq!(digits(u64::from_le_bytes(eight)).to_le_bytes(), expected, "{b:#x}");
            let zeros = eight.map(|b| if b.is_ascii_digit() { b'0' } else { b });
            assert_eq!(with_zeros(u64::from_le_bytes(eight)).to_le_bytes(), zeros, "{b:#x}");
        }
    }

    #[test]
    fn literals_are_found_in_their_case() {
        let literals = [("ghp_", true), ("badge number", false)];
        assert_eq!(found(Direction::Forward, &literals, "ghp_ GHP_ BADGE numbers"), [(0, 4), (1, 22)]);
        assert_eq!(found(Direction::Forward, &literals, "badge numbe"), []);
        assert_eq!(found(Direction::Forward, &literals, ""), []);
    }

    #[test]
    fn words_are_read_from_their_end_as_well() {
        let literals = [("key", false), ("passphrase", false)];
        assert_eq!(found(Direction::Backward, &literals, "apiKey PASSPHRASE phrase"), [(0, 6), (1, 17)]);
    }

    #[test]
    fn all_literals_of_one_beginning_are_found() {
        let literals = [("key", false), ("key id", false), ("key", true)];
        assert_eq!(found(Direction::Forward, &literals, "KEY ID key"), [(0, 3), (1, 6), (0, 10), (2, 10)]);
    }

    #[test]
    fn a_literal_that_may_stand_inside_a_word_is_found_by_a_word_inside_of_it() {
        let offset = |text: &str, begins_word| word_in(text.as_bytes(), begins_word);
        assert_eq!(offset("hooks.slack.", false), Some(6));
        assert_eq!(offset("hooks.slack.", true), Some(0));
        assert_eq!(offset("&sig=", false), Some(1));
        assert_eq!(offset("ABSK", false), None);
        assert_eq!(offset("ab.cd", false), None);
        assert_eq!(offset("ab", true), None);
    }
}
