//! What is looked for in each block, of all rules together: lists, by how it is found.

use std::cmp::Reverse;

use super::{Matcher, TOKEN, Target};
use crate::detect::Detector;
use crate::detect::anchor::{Anchor, Shape, may_follow_name};
use crate::detect::grams::{Direction, Grams, Literal, SHORTEST_WORD, ShortWords};
use crate::detect::regex_rule::{Prefix, RegexRule, Start};
use crate::detect::screen::{BLOCK, Block, Seen};
use crate::detect::words::{Beginning, Words};
use crate::lanes::only;

/// What is looked for, by how it is found.
///
/// A list that tells one digit from another is asked in [`Lists::places_in_any_digits`], too.
pub(super) struct Lists {
    /// By shape: the matchers that are asked where it stands.
    pub(super) shapes: [Vec<u32>; Shape::COUNT],
    /// Whether a shape of numbers or addresses is among them.
    pub(super) numbers: bool,
    /// By how words begin.
    pub(super) literals: Grams<Target>,
    /// Words of two letters or digits.
    pub(super) short: ShortWords<Target>,
    /// Other words of two bytes, which are looked for everywhere.
    pub(super) pairs: ShortWords<Target>,
    /// By how words end.
    pub(super) names: Grams<Target>,
    /// Those that may begin anywhere: only of rules of one's own, for they cost a look at every byte.
    pub(super) inside: Grams<Target>,
    /// Codes and numbers, which begin with a capital or digit.
    pub(super) codes: Words<Target>,
    /// Other words of which only the kinds of characters are known.
    pub(super) words: Words<Target>,
    pub(super) signs: Words<Target>,
    /// Words of which a long word is part, and how far before its beginning they may begin, the farthest first.
    pub(super) long_words: Words<Target>,
    pub(super) leads: Vec<usize>,
}

/// Where in a block somebody must be asked: bit `i` tells of byte `i`.
pub(super) struct Places {
    pub(super) literals: u64,
    pub(super) inside: u64,
    pub(super) short: u64,
    pub(super) pairs: u64,
    pub(super) codes: u64,
    pub(super) words: u64,
    pub(super) names: u64,
    pub(super) special: u64,
    pub(super) shapes: u64,
}

/// Operators of SQL before a literal: ISO/IEC 9075-2, and those of databases for passwords.
const OPERATORS: [&str; 5] = ["like", "between", "identified by", "password", "regexp"];
/// What may follow a name as one word with it.
const TAILS: [&str; 3] = ["", "s", "value"];

impl Lists {
    /// The lists of those matchers. Those stand in none of which nothing is known.
    pub(super) fn of(matchers: &[(u32, Matcher)]) -> Self {
        let mut gathered = Gathered::default();
        gathered.literal(TOKEN, true, true, Target::Token);
        OPERATORS.iter().for_each(|operator| gathered.literal(operator.as_bytes(), false, true, Target::Operator));
        for ((_, matcher), i) in matchers.iter().zip(0..) {
            match matcher {
                Matcher::Native(detector) => gathered.detector(i, detector),
                Matcher::Regex(rule) => gathered.rule(i, rule),
            }
        }
        gathered.into_lists()
    }

    /// Where in a block somebody must be asked.
    // Both callers ask of each block, and a call that hands nine words back costs 3 % of a text.
    #[inline(always)]
    pub(super) fn places(&self, block: &Block<'_>, seen: &Seen) -> Places {
        let (forward, backward) = (|i| block.forward(i), |i| block.backward(i));
        let everywhere = everywhere(block);
        let names = if self.names.is_empty() { 0 } else { self.names.places(seen.letters_end, backward) };
        Places {
            literals: self.literals.places(seen.word_start, forward),
            inside: if self.inside.is_empty() { 0 } else { self.inside.places(everywhere, forward) },
            short: self.short.places(seen.short_word, forward),
            pairs: if self.pairs.is_empty() { 0 } else { self.pairs.places(everywhere, forward) },
            codes: self.codes.places(seen.code_start, forward),
            words: if self.words.is_empty() { 0 } else { self.words.places(seen.word_start, forward) },
            names: only(names, |i| may_follow_name(block.forward(i + 1) as u8)),
            special: seen.special,
            shapes: seen.shapes.any() | seen.dashes,
        }
    }

    /// Calls `ask` with each target whose word may stand at place `i` of the block at `at`, and with where it ends. In the order of the
    /// text, whichever list a word stands in: where a rule found a value it does not look again before it.
    #[inline(always)]
    pub(super) fn each_word(
        &self,
        text: &[u8],
        at: usize,
        block: &Block<'_>,
        places: &Places,
        i: usize,
        mut ask: impl FnMut(Target, usize),
    ) {
        let eight = block.forward(i);
        for (literals, places) in [(&self.literals, places.literals), (&self.inside, places.inside)] {
            if places >> i & 1 == 1 {
                literals.each(text, at + i, eight, &mut ask);
            }
        }
        for (words, places) in [(&self.short, places.short), (&self.pairs, places.pairs)] {
            if places >> i & 1 == 1 {
                words.each(eight, |target| ask(target, at + i + SHORTEST_WORD));
            }
        }
        if places.names >> i & 1 == 1 {
            self.names.each(text, at + i + 1, block.backward(i), &mut ask);
        }
    }

    /// The same if each digit is taken for all of them. To short words all digits are one, and signs and shapes stand where they stand.
    pub(super) fn places_in_any_digits(&self, block: &Block<'_>, seen: &Seen) -> Places {
        let here = self.places(block, seen);
        let literal = |i| self.literals.may_stand_in_any_digits(block.forward(i));
        let inside = |i| self.inside.may_stand_in_any_digits(block.forward(i));
        let code = |i| self.codes.may_stand_in_any_digits(block.forward(i), |_| true);
        let word = |i| self.words.may_stand_in_any_digits(block.forward(i), |_| true);
        let name = |i| self.names.may_stand_in_any_digits(block.backward(i));
        Places {
            literals: here.literals | only(seen.word_start, literal),
            inside: here.inside | only(everywhere(block), inside),
            codes: here.codes | only(seen.code_start, code),
            words: here.words | only(seen.word_start, word),
            names: here.names | only(seen.letters_end, name),
            ..here
        }
    }
}

/// All places of a block.
fn everywhere(block: &Block<'_>) -> u64 {
    u64::MAX.checked_shr((BLOCK - block.len()) as u32).unwrap_or(0)
}

impl Places {
    pub(super) fn all(&self) -> u64 {
        self.words() | self.codes | self.words | self.special | self.shapes
    }

    /// Those of words that are known by their letters.
    pub(super) fn words(&self) -> u64 {
        self.literals | self.inside | self.short | self.pairs | self.names
    }
}

/// The lists while they grow.
#[derive(Default)]
struct Gathered {
    shapes: [Vec<u32>; Shape::COUNT],
    literals: Vec<Literal<Target>>,
    whole: Vec<Literal<Target>>,
    inside: Vec<Literal<Target>>,
    names: Vec<Literal<Target>>,
    short: Vec<([u8; 2], Target)>,
    pairs: Vec<([u8; 2], Target)>,
    codes: Vec<(Beginning, Target)>,
    words: Vec<(Beginning, Target)>,
    signs: Vec<(Beginning, Target)>,
    long_words: Vec<(Beginning, Target)>,
    leads: Vec<usize>,
}

impl Gathered {
    fn detector(&mut self, i: u32, detector: &Detector) {
        let target = Target::Matcher(i);
        let mut beginnings = Vec::new();
        for anchor in detector.anchors {
            match *anchor {
                Anchor::Exact(text) => self.literal(text.as_bytes(), true, true, target),
                Anchor::AnyCase(text) => self.literal(text.as_bytes(), false, true, target),
                Anchor::Name(name) => {
                    self.names.extend(TAILS.iter().map(|tail| {
                        Literal::new(format!("{name}{tail}").as_bytes(), false, Target::Name(i, tail.len()))
                    }))
                }
                Anchor::Word(regex) => beginnings.extend(Beginning::of(regex)),
                Anchor::Shape(shape) => self.shapes[shape as usize].push(i),
            }
        }
        self.beginnings(&beginnings, |_| target);
    }

    fn rule(&mut self, i: u32, rule: &RegexRule) {
        match rule.start() {
            Start::Prefixes(prefixes) => prefixes.iter().for_each(|Prefix { text, exact }| {
                self.literal(text, *exact, rule.begins_word(), Target::Beginning(i, text.len()));
            }),
            Start::Context { longest } => rule.context().iter().for_each(|word| {
                self.context(word.as_bytes(), Target::Context(i, word.len(), *longest));
            }),
            Start::Beginnings(beginnings) => {
                self.beginnings(beginnings, |beginning| Target::Beginning(i, beginning.len()));
            }
            Start::LongWord { beginnings, lead } => {
                self.long_words.extend(beginnings.iter().map(|b| (b.clone(), Target::Beginning(i, b.len()))));
                self.leads.push(*lead);
            }
            Start::Anywhere => {}
        }
    }

    fn literal(&mut self, text: &[u8], exact: bool, begins_word: bool, target: Target) {
        match Literal::of_word(text, exact, begins_word, target) {
            Some(literal) => self.literals.push(literal),
            None => self.inside.push(Literal::new(text, exact, target)),
        }
    }

    fn context(&mut self, word: &[u8], target: Target) {
        match *word {
            [a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => self.short.push(([a, b], target)),
            [a, _, _, ..] if a.is_ascii_alphanumeric() => self.whole.push(Literal::whole_word(word, target)),
            [a, b] => self.pairs.push(([a, b], target)),
            _ => self.literal(word, false, true, target),
        }
    }

    /// Those of one rule stand in one list, for codes and words of a block are not asked about in the order of the text.
    fn beginnings(&mut self, beginnings: &[Beginning], target: impl Fn(&Beginning) -> Target) {
        let all = |is: fn(&Beginning) -> bool| beginnings.iter().all(is);
        let list = if all(Beginning::is_sign) {
            &mut self.signs
        } else if all(Beginning::is_code) {
            &mut self.codes
        } else {
            &mut self.words
        };
        list.extend(beginnings.iter().map(|beginning| (beginning.clone(), target(beginning))));
    }

    fn into_lists(mut self) -> Lists {
        self.literals.append(&mut self.whole);
        self.leads.sort_unstable_by_key(|lead| Reverse(*lead));
        self.leads.dedup();
        Lists {
            numbers: Shape::NUMBERS.iter().any(|shape| !self.shapes[*shape as usize].is_empty()),
            shapes: self.shapes,
            literals: Grams::new(Direction::Forward, self.literals),
            short: ShortWords::new(self.short),
            pairs: ShortWords::new(self.pairs),
            names: Grams::new(Direction::Backward, self.names),
            inside: Grams::new(Direction::Forward, self.inside),
            codes: Words::new(self.codes),
            words: Words::new(self.words),
            signs: Words::new(self.signs),
            long_words: Words::new(self.long_words),
            leads: self.leads,
        }
    }
}
