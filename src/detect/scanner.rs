//! One pass over a text, whatever the number of rules.
//!
//! A text is read in blocks. The [screen](super::screen) says where words begin, and where bytes and shapes stand that may
//! matter. By how a word begins (or ends), [grams] tell which literals of rules may stand there, and [words] which
//! codes; only there a detector, a rule's regex, or the reader of pairs and documents is asked. Rules that cannot be found so are
//! gathered in one set: a second pass, made only if there are any.

mod glance;
mod resume;
mod signs;

use std::cmp::Reverse;
use std::ops::Range;

pub(crate) use self::glance::Glance;
use self::resume::Resume;
use super::anchor::{Anchor, Shape, may_follow_name};
use super::around::{past_escape, without_escapes};
use super::grams::{Direction, Grams, Literal, SHORTEST_WORD, ShortWords};
use super::regex_rule::{CONTEXT_REACH, Prefix, RegexRule, Start, is_whole_word};
use super::screen::{BLOCK, Block, LONG_WORD, Room, Screen, Seen};
use super::words::{Beginning, Words};
use super::{Detector, Probe, Verdict};
use crate::document::encoding::blob::{self, Blob, InRun};
use crate::lanes::each_bit;
use crate::mask::own_mark;

/// Every detector of a policy, compiled.
pub(crate) struct Scanner {
    matchers: Vec<(u32, Matcher)>,
    /// Of the matchers, those that judge bare numbers.
    numbers: Vec<(u32, NumberCheck)>,
    /// By shape: the matchers that are asked where it stands.
    shapes: [Vec<u32>; Shape::COUNT],
    /// By how words begin.
    literals: Grams<Target>,
    /// Words of two letters or digits.
    short: ShortWords<Target>,
    /// Other words of two bytes, which are looked for everywhere.
    pairs: ShortWords<Target>,
    /// By how words end.
    names: Grams<Target>,
    /// Those that may begin anywhere: only of rules of one's own, for they cost a look at every byte.
    inside: Grams<Target>,
    /// Codes and numbers, which begin with a capital or digit.
    codes: Words<Target>,
    /// Other words of which only the kinds of characters are known.
    words: Words<Target>,
    signs: Words<Target>,
    /// Words of which a long word is part, and how far before its beginning they may begin, the farthest first.
    long_words: Words<Target>,
    leads: Vec<usize>,
    anywhere: Option<Anywhere>,
}

/// Whether a bare number is such a value.
type NumberCheck = fn(u128) -> bool;

/// How a rule finds values in text.
pub(crate) enum Matcher {
    Native(&'static Detector),
    Regex(Box<RegexRule>),
}

/// What is needed to read a text. It is worth keeping for the next one: to make it costs as much as to read a short text.
#[derive(Default)]
pub(crate) struct Scratch {
    room: Room,
    screen: Screen,
    /// What is seen in the block that is read.
    seen: Seen,
    resume: Resume,
    /// Where operators of SQL end that were not asked about yet: what they tell must come in the order of the text.
    operators: Vec<usize>,
}

/// What the scanner tells as it reads.
pub(crate) trait Sink {
    /// A detector's rule found a value.
    fn found(&mut self, rule: u32, value: Range<usize>);
    /// A key may end before `at`, where a separator (`=`, `:`) stands.
    fn separator(&mut self, at: usize);
    /// An option's name (`--token`) begins at `at`.
    fn option(&mut self, at: usize);
    /// A tuple's first string begins at `at`.
    fn tuple(&mut self, at: usize);
    /// The name of an element of XML begins at `at`.
    fn element(&mut self, at: usize);
    /// The rows of an SQL statement (`VALUES (`) begin at `at`.
    fn sql_values(&mut self, at: usize);
    /// A literal of SQL begins at `at`, behind an operator and its quote.
    fn sql_literal(&mut self, at: usize);
    /// A document may begin at `at`. Answers where to go on.
    fn document(&mut self, at: usize) -> usize;
    /// Something stands in the text that means something else than it is. Told once.
    fn disguise(&mut self);
    /// A part of a text in base64 or hex ends at `end`.
    fn blob(&mut self, kind: Blob, end: usize);
    /// One of our own marks stands here.
    fn own_mark(&mut self, mark: Range<usize>);
}

#[derive(Clone, Copy)]
enum Target {
    Matcher(u32),
    /// The beginning, of that length, of what may be a regex rule's match.
    Beginning(u32, usize),
    /// A context word of that length, of a regex rule whose matches are no longer than that.
    Context(u32, usize, usize),
    /// A name, and the length of its tail.
    Name(u32, usize),
    /// What a token of ours begins with.
    Token,
    /// An operator of SQL.
    Operator,
}

/// Regexes that have nothing else to look for.
struct Anywhere {
    /// Tells which of them match, where there are many.
    set: Option<regex::bytes::RegexSet>,
    matchers: Vec<u32>,
}

/// So many regexes are searched for one after the other: each knows what to look for first (an `@`), and all together do not.
const FEW_ANYWHERE: usize = 4;

/// The size of the set of such regexes, in bytes.
const SIZE_LIMIT: usize = 64 << 20;
/// What a token of ours begins with.
const TOKEN: &[u8] = b"tok-";
/// Operators of SQL before a literal: ISO/IEC 9075-2, and those of databases for passwords.
const OPERATORS: [&str; 5] = ["like", "between", "identified by", "password", "regexp"];
/// What may follow a name as one word with it.
const TAILS: [&str; 3] = ["", "s", "value"];
/// How far inside a document, from either end, words are looked for that are context for values outside of it.
const EDGE: usize = CONTEXT_REACH + BLOCK;

impl Scanner {
    /// Compiles the matchers of all rules in force; an error says what was too large.
    pub(crate) fn new(matchers: Vec<(u32, Matcher)>) -> Result<Self, String> {
        let mut shapes = std::array::from_fn(|_| Vec::new());
        let (mut literals, mut whole, mut inside, mut names) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut short, mut pairs) = (Vec::new(), Vec::new());
        let (mut codes, mut words, mut signs, mut anywhere) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut long_words, mut leads) = (Vec::new(), Vec::new());
        // Those of one rule stand in one list, for codes and words of a block are not asked about in the order of the text.
        let mut add_beginnings = |beginnings: &[Beginning], target: fn(u32, &Beginning) -> Target, i: u32| {
            let all = |is: fn(&Beginning) -> bool| beginnings.iter().all(is);
            let list = if all(Beginning::is_sign) {
                &mut signs
            } else if all(Beginning::is_code) {
                &mut codes
            } else {
                &mut words
            };
            list.extend(beginnings.iter().map(|beginning| (beginning.clone(), target(i, beginning))));
        };
        let mut add = |text: &[u8], exact, begins_word, target| match Literal::of_word(text, exact, begins_word, target)
        {
            Some(literal) => literals.push(literal),
            None => inside.push(Literal::new(text, exact, target)),
        };
        add(TOKEN, true, true, Target::Token);
        OPERATORS.iter().for_each(|operator| add(operator.as_bytes(), false, true, Target::Operator));
        for (i, (_, matcher)) in matchers.iter().enumerate() {
            let i = u32::try_from(i).expect("a rules file is at most 4 MiB");
            match matcher {
                Matcher::Native(detector) => {
                    let mut beginnings = Vec::new();
                    for anchor in detector.anchors {
                        let target = Target::Matcher(i);
                        match *anchor {
                            Anchor::Exact(text) => add(text.as_bytes(), true, true, target),
                            Anchor::AnyCase(text) => add(text.as_bytes(), false, true, target),
                            Anchor::Name(name) => names.extend(TAILS.iter().map(|tail| {
                                Literal::new(format!("{name}{tail}").as_bytes(), false, Target::Name(i, tail.len()))
                            })),
                            Anchor::Word(regex) => beginnings.extend(Beginning::of(regex)),
                            Anchor::Shape(shape) => shapes[shape as usize].push(i),
                        }
                    }
                    add_beginnings(&beginnings, |i, _| Target::Matcher(i), i);
                }
                Matcher::Regex(rule) => match rule.start() {
                    Start::Prefixes(prefixes) => prefixes.iter().for_each(|Prefix { text, exact }| {
                        add(text, *exact, rule.begins_word(), Target::Beginning(i, text.len()));
                    }),
                    Start::Context { longest } => rule.context().iter().for_each(|word| {
                        let target = Target::Context(i, word.len(), *longest);
                        match *word.as_bytes() {
                            [a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => {
                                short.push(([a, b], target));
                            }
                            [a, _, _, ..] if a.is_ascii_alphanumeric() => {
                                whole.push(Literal::whole_word(word.as_bytes(), target));
                            }
                            [a, b] => pairs.push(([a, b], target)),
                            _ => add(word.as_bytes(), false, true, target),
                        }
                    }),
                    Start::Beginnings(beginnings) => {
                        add_beginnings(beginnings, |i, beginning| Target::Beginning(i, beginning.len()), i);
                    }
                    Start::LongWord { beginnings, lead } => {
                        long_words.extend(beginnings.iter().map(|b| (b.clone(), Target::Beginning(i, b.len()))));
                        leads.push(*lead);
                    }
                    Start::Anywhere => anywhere.push((i, rule.as_str())),
                },
            }
        }
        let anywhere = Anywhere::new(&anywhere)?;
        let numbers = matchers.iter().filter_map(|(rule, matcher)| match matcher {
            Matcher::Native(detector) => Some((*rule, detector.number?)),
            Matcher::Regex(_) => None,
        });
        let numbers = numbers.collect();
        literals.append(&mut whole);
        let literals = Grams::new(Direction::Forward, literals);
        let inside = Grams::new(Direction::Forward, inside);
        let names = Grams::new(Direction::Backward, names);
        let [codes, words, signs, long_words] = [codes, words, signs, long_words].map(Words::new);
        leads.sort_unstable_by_key(|lead| Reverse(*lead));
        leads.dedup();
        let (short, pairs) = (ShortWords::new(short), ShortWords::new(pairs));
        Ok(Self {
            numbers,
            shapes,
            literals,
            short,
            pairs,
            inside,
            names,
            codes,
            words,
            signs,
            long_words,
            leads,
            matchers,
            anywhere,
        })
    }

    /// Reads `text` once and tells `sink` what stands in it.
    pub(crate) fn scan(&self, text: &[u8], scratch: &mut Scratch, sink: &mut impl Sink) {
        let Scratch { room, screen, seen, resume, operators } = scratch;
        screen.restart();
        resume.clear();
        operators.clear();
        let mut pass = Pass { scanner: self, text, sink, resume, operators, disguised: false };
        let mut document = 0..0;
        let mut at = 0;
        while at < text.len() {
            let block = Block::new(text, at, room);
            screen.look(&block, seen);
            pass.block(at, &block, seen, &mut document);
            at += block.len();
            if at >= document.start + EDGE && at + EDGE < document.end {
                at = document.end - EDGE;
                screen.restart();
            }
        }
        if let Some(anywhere) = &self.anywhere {
            anywhere.scan(self, text, pass.sink);
        }
    }

    /// Where in a block somebody must be asked.
    #[inline(always)]
    fn places(&self, block: &Block<'_>, seen: &Seen) -> Places {
        let (forward, backward) = (|i| block.forward(i), |i| block.backward(i));
        let everywhere = u64::MAX.checked_shr((BLOCK - block.len()) as u32).unwrap_or(0);
        Places {
            literals: self.literals.places(seen.word_start, forward),
            inside: if self.inside.is_empty() { 0 } else { self.inside.places(everywhere, forward) },
            short: self.short.places(seen.short_word, forward),
            pairs: if self.pairs.is_empty() { 0 } else { self.pairs.places(everywhere, forward) },
            codes: self.codes.places(seen.code_start, forward),
            words: if self.words.is_empty() { 0 } else { self.words.places(seen.word_start, forward) },
            names: each_bit(self.names.places(seen.letters_end, backward))
                .filter(|i| may_follow_name(block.forward(i + 1) as u8))
                .fold(0, |names, i| names | 1 << i),
            special: seen.special,
            shapes: seen.shapes.any() | seen.dashes,
        }
    }

    /// The rule that says a bare number is sensitive.
    pub(crate) fn number(&self, number: u128) -> Option<u32> {
        self.numbers.iter().find_map(|(rule, check)| check(number).then_some(*rule))
    }
}

/// Where in a block somebody must be asked: bit `i` tells of byte `i`.
struct Places {
    literals: u64,
    inside: u64,
    short: u64,
    pairs: u64,
    codes: u64,
    words: u64,
    names: u64,
    special: u64,
    shapes: u64,
}

impl Places {
    fn all(&self) -> u64 {
        let words = self.literals | self.inside | self.short | self.pairs | self.codes | self.words | self.names;
        words | self.special | self.shapes
    }
}

/// One text while it is read.
struct Pass<'p, S> {
    scanner: &'p Scanner,
    text: &'p [u8],
    sink: &'p mut S,
    resume: &'p mut Resume,
    operators: &'p mut Vec<usize>,
    disguised: bool,
}

impl<S: Sink> Pass<'_, S> {
    /// Asks whoever the bytes of a block may matter to. `document` is the last one that was read.
    fn block(&mut self, at: usize, block: &Block<'_>, seen: &Seen, document: &mut Range<usize>) {
        let (scanner, text) = (self.scanner, self.text);
        let places = scanner.places(block, seen);
        if places.all() == 0 && self.operators.is_empty() {
            return;
        }
        // In the order of the text, whichever list a word stands in: where a rule found a value it does not look again before it.
        for i in each_bit(places.literals | places.inside | places.short | places.pairs | places.names) {
            let eight = block.forward(i);
            let mut ask = |target, end| {
                // What stands in a document was found when that was read.
                if at + i >= document.end || matches!(target, Target::Context(..)) {
                    self.ask(target, end);
                }
            };
            for (literals, places) in [(&scanner.literals, places.literals), (&scanner.inside, places.inside)] {
                if places >> i & 1 == 1 {
                    literals.each(text, at + i, eight, &mut ask);
                }
            }
            for (words, places) in [(&scanner.short, places.short), (&scanner.pairs, places.pairs)] {
                if places >> i & 1 == 1 {
                    words.each(eight, |target| ask(target, at + i + SHORTEST_WORD));
                }
            }
            if places.names >> i & 1 == 1 {
                scanner.names.each(text, at + i + 1, block.backward(i), &mut ask);
            }
        }
        for (words, places) in [(&scanner.codes, places.codes), (&scanner.words, places.words)] {
            for i in each_bit(places).filter(|i| at + i >= document.end) {
                words.each(text, at + i, block.forward(i), |target, end| self.ask(target, end));
            }
        }
        for i in each_bit(places.special | places.shapes) {
            self.operators_before(at + i);
            if at + i < document.end {
                continue;
            }
            if places.special >> i & 1 == 1 {
                if scanner.signs.may_begin(text[at + i]) {
                    scanner.signs.each(text, at + i, block.forward(i), |target, end| self.ask(target, end));
                }
                if let Some(end) = self.special(at + i) {
                    *document = at + i..end;
                    self.resume.floor = end;
                    continue;
                }
            }
            if places.shapes >> i & 1 == 1 {
                self.shapes(at, i, seen);
            }
        }
        self.operators_before(at + block.len());
    }

    /// Asks about the shapes that end with byte `i` of the block at `at`.
    fn shapes(&mut self, at: usize, i: usize, seen: &Seen) {
        let end = at + i + 1;
        let shapes = &seen.shapes;
        for (ends, shape) in [
            (shapes.card, Shape::CardDigits),
            (shapes.ssn, Shape::SsnDigits),
            (shapes.iban, Shape::IbanHead),
            (shapes.ipv4, Shape::Ipv4),
            (shapes.ipv6, Shape::Ipv6),
            (shapes.mac, Shape::MacDigits),
            (shapes.hex, Shape::HexDigits),
        ] {
            if ends >> i & 1 == 1 {
                self.shape(shape, end);
            }
        }
        if seen.dashes >> i & 1 == 1 && self.text.get(end).is_some_and(u8::is_ascii_alphabetic) {
            self.sink.option(end);
        }
        if shapes.long_word >> i & 1 == 1 {
            self.long_word(end - LONG_WORD);
        }
    }

    fn long_word(&mut self, start: usize) {
        for begin in self.scanner.leads.iter().filter_map(|lead| start.checked_sub(*lead)) {
            self.long_word_from(begin);
        }
        // The letters of an escape (`\n`) may stand before it in one piece with it.
        let past = past_escape(self.text, start);
        if past > start {
            self.long_word_from(past);
        }
        let end = blob::read_run(self.text, start, |told| match told {
            InRun::Stretch(kind, end) => self.sink.blob(kind, end),
            InRun::Word(at) => self.long_word_from(at),
        });
        if end - start >= Shape::VERY_LONG_WORD {
            self.shape(Shape::VeryLongWord, end);
        }
    }

    /// Asks about a word that begins at `at`: with a long word, before it or in it.
    fn long_word_from(&mut self, at: usize) {
        let (scanner, text) = (self.scanner, self.text);
        if text.get(at).is_some_and(|b| scanner.long_words.may_begin(*b)) {
            scanner.long_words.each(text, at, eight(text, at), |target, end| self.ask(target, end));
        }
    }

    fn shape(&mut self, shape: Shape, end: usize) {
        let scanner = self.scanner;
        scanner.shapes[shape as usize].iter().for_each(|&matcher| self.ask(Target::Matcher(matcher), end));
    }

    fn ask(&mut self, target: Target, end: usize) {
        let (scanner, text) = (self.scanner, self.text);
        let (index, end) = match target {
            Target::Name(index, tail) => (index, end - tail),
            Target::Matcher(index) | Target::Beginning(index, _) | Target::Context(index, ..) => (index, end),
            Target::Token => {
                let start = end - TOKEN.len();
                own_mark(&text[start..]).into_iter().for_each(|len| self.sink.own_mark(start..start + len));
                return;
            }
            Target::Operator => {
                if let Some(b' ' | b'(') = text.get(end) {
                    self.operators.push(end);
                }
                return;
            }
        };
        let floor = self.resume.of(index);
        let (rule, matcher) = &scanner.matchers[index as usize];
        match (matcher, target) {
            (Matcher::Native(detector), _) if end > floor => {
                match (detector.find)(Probe { text, anchor_end: end, floor }) {
                    Verdict::Found(value) => {
                        debug_assert!(floor <= value.start && value.start < value.end && value.end <= text.len());
                        self.resume.set(index, value.end);
                        self.sink.found(*rule, value);
                    }
                    Verdict::Nothing { resume: next } => {
                        debug_assert!(next >= end && next <= text.len());
                        self.resume.set(index, next);
                    }
                }
            }
            (Matcher::Regex(regex), Target::Beginning(_, len)) if end - len >= floor => {
                if let Some((value, next)) = regex.match_at(text, end - len) {
                    self.resume.set(index, next);
                    value.into_iter().for_each(|value| self.sink.found(*rule, value));
                }
            }
            (Matcher::Regex(regex), Target::Context(_, word, longest)) if is_whole_word(text, end - word..end) => {
                let mut reach = regex.reach(end - word..end, longest, text);
                reach.start = reach.start.max(floor);
                regex.find_each(text, reach, |value, next| {
                    self.resume.set(index, next);
                    self.sink.found(*rule, value);
                });
            }
            _ => {}
        }
    }
}

/// The byte at `at` and the seven behind it, the first in the lowest bits; zeros behind the end of the text.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    let eight = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0; 8];
        eight[..rest.len()].copy_from_slice(rest);
        eight
    });
    u64::from_le_bytes(eight)
}

impl Anywhere {
    fn new(rules: &[(u32, &str)]) -> Result<Option<Self>, String> {
        if rules.is_empty() {
            return Ok(None);
        }
        let set = || {
            regex::bytes::RegexSetBuilder::new(rules.iter().map(|(_, pattern)| pattern))
                .size_limit(SIZE_LIMIT)
                .build()
                .map_err(|e| e.to_string())
        };
        let set = if rules.len() > FEW_ANYWHERE { Some(set()?) } else { None };
        Ok(Some(Self { set, matchers: rules.iter().map(|(matcher, _)| *matcher).collect() }))
    }

    fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
        let mut search = |matcher: u32| {
            let (rule, Matcher::Regex(regex)) = &scanner.matchers[matcher as usize] else { return };
            regex.find_each(text, 0..text.len(), |value, _| sink.found(*rule, value));
        };
        let Some(set) = &self.set else {
            return self.matchers.iter().for_each(|matcher| search(*matcher));
        };
        let (hits, behind_escapes) = (set.matches(text), without_escapes(text).map(|seen| set.matches(&seen)));
        for (hit, matcher) in self.matchers.iter().enumerate() {
            if hits.matched(hit) || behind_escapes.as_ref().is_some_and(|hits| hits.matched(hit)) {
                search(*matcher);
            }
        }
    }
}
