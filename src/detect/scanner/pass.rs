//! The pass over one text: block by block, and where something may stand, whoever it matters to is asked.

pub(super) mod signs;

use std::ops::Range;

use super::resume::Resume;
use super::{Matcher, Scanner, Scratch, Sink, TOKEN, Target};
use crate::detect::anchor::Shape;
use crate::detect::around::past_escape;
use crate::detect::regex_rule::{CONTEXT_REACH, is_whole_word};
use crate::detect::screen::{BLOCK, Block, LONG_WORD, Seen};
use crate::detect::{Probe, Verdict};
use crate::document::encoding::blob::{self, InRun};
use crate::lanes::each_bit;
use crate::mask::own_mark;

/// How far inside a document, from either end, words are looked for that are context for values outside of it.
const EDGE: usize = CONTEXT_REACH + BLOCK;

impl Scanner {
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
            screen.look(&block, self.lists.numbers, seen);
            pass.block(at, &block, seen, &mut document);
            at += block.len();
            if at >= document.start + EDGE && at + EDGE < document.end {
                at = document.end - EDGE;
                screen.restart();
            }
        }
        self.anywhere.scan(self, text, pass.sink);
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
        let places = scanner.lists.places(block, seen);
        if places.all() == 0 && self.operators.is_empty() {
            return;
        }
        for i in each_bit(places.words()) {
            scanner.lists.each_word(text, at, block, &places, i, |target, end| {
                // What stands in a document was found when that was read.
                if at + i >= document.end || matches!(target, Target::Context(..)) {
                    self.ask(target, end);
                }
            });
        }
        for (words, places) in [(&scanner.lists.codes, places.codes), (&scanner.lists.words, places.words)] {
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
                if scanner.lists.signs.may_begin(text[at + i]) {
                    scanner.lists.signs.each(text, at + i, block.forward(i), |target, end| self.ask(target, end));
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
        for (ends, shape) in shapes.numbers().into_iter().zip(Shape::NUMBERS) {
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

    /// Asks about the run that begins at `start`. Where it asks, `Scanner::is_quiet_long_word` must look, too.
    fn long_word(&mut self, start: usize) {
        for begin in self.scanner.lists.leads.iter().filter_map(|lead| start.checked_sub(*lead)) {
            self.long_word_from(begin);
        }
        // The letters of an escape (`\n`) may stand before it in one piece with it.
        let past = past_escape(self.text, start);
        if past > start {
            self.long_word_from(past);
        }
        let end = blob::read_run(self.text, start, |told| match told {
            InRun::Stretch(kind, end) => self.sink.blob(kind, end),
            InRun::Sign(at) => {
                self.long_word_from(at);
                self.long_word_from(at + 1);
            }
        });
        if end - start >= Shape::VERY_LONG_WORD {
            self.shape(Shape::VeryLongWord, end);
        }
    }

    /// Asks about a word that begins at `at`: with a long word, before it or in it.
    fn long_word_from(&mut self, at: usize) {
        let (scanner, text) = (self.scanner, self.text);
        if text.get(at).is_some_and(|b| scanner.lists.long_words.may_begin(*b)) {
            scanner.lists.long_words.each(text, at, eight(text, at), |target, end| self.ask(target, end));
        }
    }

    fn shape(&mut self, shape: Shape, end: usize) {
        let scanner = self.scanner;
        scanner.lists.shapes[shape as usize].iter().for_each(|&matcher| self.ask(Target::Matcher(matcher), end));
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
                        self.sink.found(*rule, value.start, value);
                    }
                    Verdict::Nothing { resume: next } => {
                        debug_assert!(next >= end && next <= text.len());
                        self.resume.set(index, next);
                    }
                }
            }
            (Matcher::Regex(regex), Target::Beginning(_, len)) if end - len >= floor => {
                let from = end - len;
                if let Some((value, next)) = regex.match_at(text, from) {
                    self.resume.set(index, next);
                    value.into_iter().for_each(|value| self.sink.found(*rule, from, value));
                }
            }
            (Matcher::Regex(regex), Target::Context(_, word, longest)) if is_whole_word(text, end - word..end) => {
                let mut reach = regex.reach(end - word..end, longest, text);
                reach.start = reach.start.max(floor);
                regex.find_each(text, reach, |value, whole| {
                    self.resume.set(index, whole.end);
                    self.sink.found(*rule, whole.start, value);
                });
            }
            _ => {}
        }
    }
}

/// The byte at `at` and the seven behind it, the first in the lowest bits; zeros behind the end of the text.
#[inline]
pub(super) fn eight(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    let eight = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0; 8];
        eight[..rest.len()].copy_from_slice(rest);
        eight
    });
    u64::from_le_bytes(eight)
}
