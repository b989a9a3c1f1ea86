//! One pass over a text, whatever the number of rules.
//!
//! The anchors of all detectors, the literal prefixes of all regex rules, the separators between keys and values, and
//! the beginnings of documents are one automaton. It reads each byte once; only where it stops is a detector asked.
//! A regex is looked for at its literal prefixes, or near its context words. Those that have neither are gathered in one
//! set: a second pass, made only if there are any.

use std::collections::HashMap;
use std::ops::Range;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind};

use super::literals::{Literal, Literals};
use super::regex_rule::{RegexRule, Start, is_whole_word};
use super::{Detector, Probe, Verdict};
use crate::document::encoding::TRIGGERS;
use crate::document::encoding::blob::{BASE64_TRIGGER, Blob, HEX_TRIGGER};
use crate::document::json;
use crate::mask::own_mark;
use crate::sanitize::ScannerId;

/// Every detector of a policy, compiled.
pub(crate) struct Scanner {
    id: ScannerId,
    automaton: DFA,
    /// By pattern of the automaton: what to do where it ends.
    targets: Vec<Vec<Target>>,
    matchers: Vec<(u32, Matcher)>,
    /// Of the matchers, those that judge bare numbers.
    numbers: Vec<(u32, NumberCheck)>,
    /// The prefixes and context words of regex rules that begin words. They are hundreds, and together with the anchors,
    /// which count digits, they would make more states than fit.
    literals: Literals<Target>,
    anywhere: Option<Anywhere>,
}

/// Whether a bare number is such a value.
type NumberCheck = fn(u128) -> bool;

/// How a rule finds values in text.
pub(crate) enum Matcher {
    Native(&'static Detector),
    Regex(Box<RegexRule>),
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
    /// A document may begin at `at`. Answers where to go on. The cache is there for texts inside the document.
    fn document(&mut self, at: usize, cache: &mut Cache) -> usize;
    /// Something stands in the text that means something else than it is.
    fn disguise(&mut self);
    /// A part of a text in base64 or hex ends at `end`.
    fn blob(&mut self, kind: Blob, end: usize);
    /// One of our own marks stands here.
    fn own_mark(&mut self, mark: Range<usize>);
}

#[derive(Clone, Copy)]
enum Target {
    Matcher(u32),
    /// A regex rule's literal prefix of that length.
    Prefix(u32, usize),
    /// A context word of that length, of a regex rule whose matches are no longer than that.
    Context(u32, usize, usize),
    /// The beginning of a regex rule's match, or of what may be one; a match is no longer than that.
    Word(u32, usize),
    Separator,
    Option,
    Tuple,
    Element,
    SqlValues,
    SqlLiteral,
    Document,
    OwnMark(usize),
    Disguise,
    Blob(Blob),
}

/// Regexes that have neither a literal nor a context word to look for.
struct Anywhere {
    set: regex::bytes::RegexSet,
    matchers: Vec<u32>,
}

/// What does not come from a rule. An own mark's length is that of its beginning.
const STRUCTURE: &[(&str, Target)] = &[
    ("=", Target::Separator),
    // Not the colons of a time of day (`2026-11-22T12:30`), but those of `cvv2:123`.
    ("[^0-9]:|[0-9]:[ \t\"']|[A-Za-z][A-Za-z_][0-9]{1,2}:", Target::Separator),
    (r"--[A-Za-z]", Target::Option),
    (r#"\((?:[ \n]|\\+n)*\\*""#, Target::Tuple),
    ("<[A-Za-z]", Target::Element),
    (r"(?i:values?)(?:[ \t\r\n]|\\+[nrt])*\(|\) ?= ?\(", Target::SqlValues),
    (r#"(?i:like|between|by|password|regexp)[ (]{1,3}[NnEe]?['"]"#, Target::SqlLiteral),
    (r#"(?i:in) ?\( ?[NnEe]?['"]|[<>!~][=>*]? ?[NnEe]?['"]"#, Target::SqlLiteral),
    (r"[{\[]", Target::Document),
    (BASE64_TRIGGER, Target::Blob(Blob::Base64)),
    (HEX_TRIGGER, Target::Blob(Blob::Hex)),
    (r"\[redacted:", Target::OwnMark("[redacted:".len())),
    (r"tok-[a-z]", Target::OwnMark("tok-".len() + 1)),
];

/// The size of the automaton before states are made of it, in bytes.
const SIZE_LIMIT: usize = 64 << 20;
/// The most that one thread's states take, in bytes; beyond it they are made anew. Log lines need a part of it; only texts
/// that are made to need many states come near.
const CACHE_LIMIT: usize = 16 << 20;

impl Scanner {
    /// Compiles the matchers of all rules in force; an error says what was too large.
    pub(crate) fn new(matchers: Vec<(u32, Matcher)>) -> Result<Self, String> {
        let mut anchors: HashMap<String, usize> = HashMap::new();
        let mut patterns: Vec<String> = Vec::new();
        let mut targets: Vec<Vec<Target>> = Vec::new();
        let mut add = |pattern: String, target: Target| {
            let index = *anchors.entry(pattern.clone()).or_insert_with(|| {
                patterns.push(pattern);
                targets.push(Vec::new());
                targets.len() - 1
            });
            targets[index].push(target);
        };
        for (pattern, target) in STRUCTURE {
            add((*pattern).to_owned(), *target);
        }
        TRIGGERS.iter().for_each(|trigger| add((*trigger).to_owned(), Target::Disguise));
        let mut literals = Vec::new();
        let mut anywhere = Vec::new();
        for (i, (_, matcher)) in matchers.iter().enumerate() {
            let i = u32::try_from(i).expect("a rules file is at most 4 MiB");
            match matcher {
                Matcher::Native(detector) => {
                    detector.anchors.iter().for_each(|anchor| add((*anchor).to_owned(), Target::Matcher(i)));
                }
                Matcher::Regex(rule) => match rule.start() {
                    Start::Prefixes(prefixes) => {
                        for prefix in prefixes {
                            let (text, target) = (prefix.clone(), Target::Prefix(i, prefix.len()));
                            if rule.begins_word() && Literals::<Target>::takes(prefix) {
                                literals.push(Literal { text, exact: true, target });
                            } else {
                                add(literal(prefix), target);
                            }
                        }
                    }
                    Start::Context { longest } => {
                        for word in rule.context() {
                            let target = Target::Context(i, word.len(), *longest);
                            if Literals::<Target>::takes(word.as_bytes()) {
                                literals.push(Literal { text: word.as_bytes().to_vec(), exact: false, target });
                            } else {
                                add(format!("(?i:{})", literal(word.as_bytes())), target);
                            }
                        }
                    }
                    Start::Word { anchor, longest } => add(anchor.clone(), Target::Word(i, *longest)),
                    Start::Anywhere => anywhere.push((i, rule.as_str())),
                },
            }
        }
        let automaton = automaton(&patterns)?;
        let anywhere = Anywhere::new(&anywhere)?;
        let literals = Literals::new(literals);
        let numbers = matchers.iter().filter_map(|(rule, matcher)| match matcher {
            Matcher::Native(detector) => Some((*rule, detector.number?)),
            Matcher::Regex(_) => None,
        });
        let numbers = numbers.collect();
        Ok(Self { id: ScannerId::next(), numbers, automaton, targets, matchers, literals, anywhere })
    }

    /// Tells this scanner's caches from those of others.
    pub(crate) fn id(&self) -> ScannerId {
        self.id
    }

    /// Where one thread keeps what it learned of the automaton: states are made when a text first needs them.
    pub(crate) fn cache(&self) -> Cache {
        self.automaton.create_cache()
    }

    /// Reads `text` once and tells `sink` what stands in it.
    pub(crate) fn scan(&self, cache: &mut Cache, text: &[u8], sink: &mut impl Sink) {
        let mut resume = Resume::default();
        let mut state = self.start(cache);
        let mut at = 0;
        while at < text.len() {
            state = self.automaton.next_state(cache, state, text[at]).expect(NEVER_GIVES_UP);
            // A match is reported one byte late: it ended before this byte.
            if state.is_match()
                && let Some(beyond) = self.stop(cache, state, text, at, &mut resume, sink)
            {
                (state, at) = (self.start(cache), beyond.max(at));
                continue;
            }
            at += 1;
        }
        let state = self.automaton.next_eoi_state(cache, state).expect(NEVER_GIVES_UP);
        if state.is_match() {
            self.stop(cache, state, text, text.len(), &mut resume, sink);
        }
        // What is found inside a document is left out by the sink, which has read the document by itself.
        let mut resume = Resume::default();
        self.literals.scan(text, |target, end| self.ask(target, text, end, &mut resume, sink));
        if let Some(anywhere) = &self.anywhere {
            anywhere.scan(self, text, sink);
        }
    }

    fn start(&self, cache: &mut Cache) -> LazyStateID {
        self.automaton.start_state_forward(cache, &Input::new("")).expect(NEVER_GIVES_UP)
    }

    /// Asks those whose anchors end at `end`. Answers where to go on, if a document was read.
    fn stop(
        &self,
        cache: &mut Cache,
        state: LazyStateID,
        text: &[u8],
        end: usize,
        resume: &mut Resume,
        sink: &mut impl Sink,
    ) -> Option<usize> {
        let mut document = false;
        for i in 0..self.automaton.match_len(cache, state) {
            for target in &self.targets[self.automaton.match_pattern(cache, state, i).as_usize()] {
                match *target {
                    Target::Separator => sink.separator(separator_before(text, end)),
                    Target::Option => sink.option(end - 1),
                    Target::Tuple => sink.tuple(end),
                    Target::Element => sink.element(end - 1),
                    Target::SqlValues => sink.sql_values(end),
                    Target::SqlLiteral => sink.sql_literal(end),
                    Target::Disguise => sink.disguise(),
                    Target::Blob(kind) => sink.blob(kind, end),
                    Target::OwnMark(len) => {
                        if let Some(mark) = own_mark(&text[end - len..]) {
                            sink.own_mark(end - len..end - len + mark);
                        }
                    }
                    Target::Document => {
                        document |= json::may_begin(&text[end - 1..]);
                    }
                    Target::Matcher(_) | Target::Prefix(..) | Target::Context(..) | Target::Word(..) => {
                        self.ask(*target, text, end, resume, sink)
                    }
                }
            }
        }
        // Last, for what is inside the document is read with the same cache, after which `state` may be gone.
        document.then(|| {
            resume.floor = sink.document(end - 1, cache).max(end);
            resume.floor
        })
    }

    fn ask(&self, target: Target, text: &[u8], end: usize, resume: &mut Resume, sink: &mut impl Sink) {
        let (Target::Matcher(index) | Target::Prefix(index, _) | Target::Context(index, ..) | Target::Word(index, _)) =
            target
        else {
            return;
        };
        let floor = resume.of(index);
        let (rule, matcher) = &self.matchers[index as usize];
        match (matcher, target) {
            (Matcher::Native(detector), _) if end > floor => {
                match (detector.find)(Probe { text, anchor_end: end, floor }) {
                    Verdict::Found(value) => {
                        resume.set(index, value.end);
                        sink.found(*rule, value);
                    }
                    Verdict::Nothing { resume: next } => resume.set(index, next),
                }
            }
            (Matcher::Regex(regex), Target::Prefix(_, prefix)) if end - prefix >= floor => {
                if let Some((value, next)) = regex.match_at(text, end - prefix) {
                    resume.set(index, next);
                    value.into_iter().for_each(|value| sink.found(*rule, value));
                }
            }
            (Matcher::Regex(regex), Target::Word(_, longest)) => {
                let mut reach = RegexRule::around(end, longest, text);
                reach.start = reach.start.max(floor);
                if let Some((value, next)) = regex.find_in(text, reach) {
                    resume.set(index, next);
                    sink.found(*rule, value);
                }
            }
            (Matcher::Regex(regex), Target::Context(_, word, longest)) if is_whole_word(text, end - word..end) => {
                let mut reach = regex.reach(end - word..end, longest, text);
                reach.start = reach.start.max(floor);
                while let Some((value, next)) = regex.find_in(text, reach.clone()) {
                    reach.start = next;
                    resume.set(index, next);
                    sink.found(*rule, value);
                }
            }
            _ => {}
        }
    }

    /// The rule that says a bare number is sensitive.
    pub(crate) fn number(&self, number: u128) -> Option<u32> {
        self.numbers.iter().find_map(|(rule, check)| check(number).then_some(*rule))
    }
}

/// From where each matcher may look; few are ever asked in one text.
#[derive(Default)]
struct Resume {
    floor: usize,
    asked: Vec<(u32, usize)>,
}

impl Resume {
    fn of(&self, matcher: u32) -> usize {
        let own = self.asked.iter().find(|(index, _)| *index == matcher).map_or(0, |(_, at)| *at);
        own.max(self.floor)
    }

    fn set(&mut self, matcher: u32, at: usize) {
        match self.asked.iter_mut().find(|(index, _)| *index == matcher) {
            Some((_, resume)) => *resume = (*resume).max(at),
            None => self.asked.push((matcher, at)),
        }
    }
}

impl Anywhere {
    fn new(rules: &[(u32, &str)]) -> Result<Option<Self>, String> {
        if rules.is_empty() {
            return Ok(None);
        }
        let set = regex::bytes::RegexSetBuilder::new(rules.iter().map(|(_, pattern)| pattern))
            .size_limit(SIZE_LIMIT)
            .build()
            .map_err(|e| e.to_string())?;
        Ok(Some(Self { set, matchers: rules.iter().map(|(matcher, _)| *matcher).collect() }))
    }

    fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
        for hit in self.set.matches(text) {
            let (rule, Matcher::Regex(regex)) = &scanner.matchers[self.matchers[hit] as usize] else { continue };
            let mut from = 0;
            while let Some((value, end)) = regex.find_in(text, from..text.len()) {
                from = end;
                sink.found(*rule, value);
            }
        }
    }
}

/// The separator that the anchor found: the last byte, or the one before a blank.
fn separator_before(text: &[u8], end: usize) -> usize {
    let last = end - 1;
    if matches!(text[last], b'=' | b':') { last } else { last - 1 }
}

/// It gives up only when told to, or on a quit byte, of which there are none.
const NEVER_GIVES_UP: &str = "the automaton is not told to give up";

fn automaton(patterns: &[String]) -> Result<DFA, String> {
    DFA::builder()
        .configure(DFA::config().match_kind(MatchKind::All).cache_capacity(CACHE_LIMIT).skip_cache_capacity_check(true))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(SIZE_LIMIT)))
        .build_many(patterns)
        .map_err(|e| format!("the rules together are too large to compile: {e}"))
}

/// A regex that matches just these bytes.
fn literal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!(r"\x{b:02X}")).collect()
}
