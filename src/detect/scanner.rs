//! One pass over a text, whatever the number of rules.
//!
//! A text is read in blocks. The [screen](super::screen) says where words begin, and where bytes and shapes stand that may
//! matter. By how a word begins (or ends), [grams] tell which literals of rules may stand there, and [words] which
//! codes: all of these stand in [lists]. Only there the [pass] asks a detector, a rule's regex, or the reader of pairs and documents.
//! Rules that cannot be found so may begin [anywhere]: a second pass, made only if there are any.

mod anywhere;
mod glance;
mod hint;
mod lists;
mod pass;
mod quiet;
mod resume;

use std::ops::Range;

use self::anywhere::Anywhere;
pub(crate) use self::glance::Glance;
pub(crate) use self::hint::{BETWEEN, Hint};
use self::lists::Lists;
pub(crate) use self::quiet::LONGEST_QUIET;
use self::resume::Resume;
use super::Detector;
use super::regex_rule::{Cost, RegexRule};
use super::screen::{Room, Screen, Seen};
use crate::document::encoding::blob::Blob;

/// Every detector of a policy, compiled.
pub(crate) struct Scanner {
    matchers: Vec<(u32, Matcher)>,
    /// Of the matchers, those that judge bare numbers.
    numbers: Vec<(u32, NumberCheck)>,
    lists: Lists,
    anywhere: Anywhere,
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
    /// A detector's rule found a value, by what begins at `from`: the value, or what stands before it.
    fn found(&mut self, rule: u32, from: usize, value: Range<usize>);
    /// A key may end before `at`, where a separator (`=`, `:`) stands.
    fn separator(&mut self, at: usize);
    /// An option's name (`--token`) begins at `at`.
    fn option(&mut self, at: usize);
    /// The first string in a bracket begins at `at`.
    fn bracketed(&mut self, at: usize);
    /// The fields of a type begin at `at`, behind a brace.
    fn braced(&mut self, at: usize);
    /// The name of an element of XML begins at `at`.
    fn element(&mut self, at: usize);
    /// The rows of an SQL statement (`VALUES (`) begin at `at`.
    fn sql_values(&mut self, at: usize);
    /// A literal of SQL begins at `at`, behind an operator and its quote.
    fn sql_literal(&mut self, at: usize);
    /// A document may begin at `at`. Answers where to go on.
    fn document(&mut self, at: usize) -> usize;
    /// Something stands in the text that means something else than it is. Hint once.
    fn disguise(&mut self);
    /// A part of a text in base64 or hex ends at `end`.
    fn blob(&mut self, kind: Blob, end: usize);
    /// A list of bytes may begin at `at`.
    fn byte_list(&mut self, at: usize);
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

/// What a token of ours begins with.
const TOKEN: &[u8] = b"tok-";

impl Scanner {
    /// The rules that cost time in texts that do not hold them, with why.
    pub(crate) fn costly(&self) -> impl Iterator<Item = (u32, Cost)> {
        self.matchers.iter().filter_map(|(rule, matcher)| match matcher {
            Matcher::Regex(regex) => Some((*rule, regex.cost()?)),
            Matcher::Native(_) => None,
        })
    }

    /// Compiles the matchers of all rules in force; an error says what was too large.
    pub(crate) fn new(matchers: Vec<(u32, Matcher)>) -> Result<Self, String> {
        let (lists, anywhere) = (Lists::of(&matchers), Anywhere::of(&matchers)?);
        let numbers = matchers.iter().filter_map(|(rule, matcher)| match matcher {
            Matcher::Native(detector) => Some((*rule, detector.number?)),
            Matcher::Regex(_) => None,
        });
        Ok(Self { numbers: numbers.collect(), lists, anywhere, matchers })
    }

    /// The rule that says a bare number is sensitive.
    pub(crate) fn number(&self, number: u128) -> Option<u32> {
        self.numbers.iter().find_map(|(rule, check)| check(number).then_some(*rule))
    }
}
