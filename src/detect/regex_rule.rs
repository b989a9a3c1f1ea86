//! Detectors that are a regex, from a pack or from a rules file.

mod ascii;
mod cost;
mod holds;
mod start;

use std::ops::Range;

use regex_automata::meta;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

pub(crate) use self::cost::Cost;
pub(crate) use self::start::{Prefix, Start};
use super::around::{escape_ends, without_escapes, word_after, word_before};
use super::head::Head;
use super::scanner::BETWEEN;
use super::screen::ESCAPE;
use super::validator::Validator;

/// A compiled regex rule.
pub(crate) struct RegexRule {
    pattern: Box<str>,
    regex: meta::Regex,
    start: Start,
    /// Whether `start` is true of [plain](is_plain) texts only.
    start_in_plain_text: bool,
    /// Signs one of which is in each match; none if it need not have one.
    needed_signs: Vec<u8>,
    begins_word: bool,
    /// The bytes of ASCII that a match may hold.
    held: u128,
    head: Head,
    validator: Option<&'static Validator>,
    context: Vec<Box<str>>,
}

/// How far from a value its context words may stand, in bytes.
pub(crate) const CONTEXT_REACH: usize = 60;
/// So many groups of a regex are asked whether they take part in a match.
const MOST_GROUPS: usize = 7;
/// The size of one compiled regex, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

impl RegexRule {
    /// Compiles; an error says why it could not.
    pub(crate) fn new(pattern: &str, validator: Option<&'static Validator>, context: &[&str]) -> Result<Self, String> {
        let config = syntax::Config::new().utf8(false);
        let hir = syntax::parse_with(pattern, &config).map_err(|e| e.to_string())?;
        match hir.properties().minimum_len() {
            None => return Err("the regex matches no text at all".to_owned()),
            Some(0) => return Err("the regex matches the empty text, so it would match everywhere".to_owned()),
            Some(_) => {}
        }
        let regex = meta::Regex::builder()
            .configure(meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).utf8_empty(false))
            .build_from_hir(&hir)
            .map_err(|e| match e.size_limit() {
                Some(limit) => format!("the compiled regex is larger than {limit} bytes"),
                None => e.to_string(),
            })?;
        let (start, start_in_plain_text) = Start::of(&hir, context);
        let context = context.iter().flat_map(|word| in_any_case(word)).collect();
        Ok(Self {
            pattern: pattern.into(),
            regex,
            start,
            start_in_plain_text,
            needed_signs: holds::needed_signs(&hir).unwrap_or_default(),
            begins_word: start::begins_word(&hir),
            held: holds::held(&hir),
            head: Head::of(&hir),
            validator,
            context,
        })
    }

    /// The regex as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Where the scanner looks for matches.
    pub(crate) fn start(&self) -> &Start {
        &self.start
    }

    /// Whether it is looked for so in [plain](is_plain) texts only. Others must be searched for it: `\d` stands for the digits of all
    /// scripts.
    pub(crate) fn starts_so_in_plain_text(&self) -> bool {
        self.start_in_plain_text
    }

    /// Whether it can match in a text, as far as the signs tell that are in each match.
    pub(crate) fn may_match(&self, text: &[u8]) -> bool {
        match *self.needed_signs {
            [] => true,
            [a] => memchr::memchr(a, text).is_some(),
            [a, b] => memchr::memchr2(a, b, text).is_some(),
            [a, b, c, ..] => self.needed_signs.len() > 3 || memchr::memchr3(a, b, c, text).is_some(),
        }
    }

    /// Whether a sign is in each match.
    pub(crate) fn needs_sign(&self) -> bool {
        !self.needed_signs.is_empty()
    }

    /// Whether matches are looked for where words begin, and not everywhere.
    #[cfg(test)]
    pub(crate) fn is_found_by_words(&self) -> bool {
        !self.start_in_plain_text
            && match &self.start {
                Start::Prefixes(prefixes) => prefixes.iter().all(|prefix| prefix.is_found_by_word(self.begins_word)),
                Start::Context { .. } | Start::Beginnings(_) | Start::LongWord { .. } => true,
                Start::Anywhere => false,
            }
    }

    /// Whether a match may hold a byte of ASCII.
    #[cfg(test)]
    pub(crate) fn may_hold(&self, b: u8) -> bool {
        self.may_hold_all(&[b])
    }

    /// Whether a match may hold all of these bytes of ASCII.
    pub(crate) fn may_hold_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|b| self.held >> b & 1 == 1)
    }

    /// Whether a match may go from a key of JSON to its value, and what it begins with is not seen in the key alone: of that, no more than
    /// eight bytes are compared, without the blank that need not stand behind the colon.
    pub(crate) fn hides_in_keys(&self) -> bool {
        let is_seen = |prefix: &Prefix| !prefix.compared(self.begins_word).contains(&b'"');
        self.may_hold_all(BETWEEN)
            && match &self.start {
                Start::Prefixes(prefixes) => self.start_in_plain_text || !prefixes.iter().all(is_seen),
                Start::Context { .. } => self.start_in_plain_text,
                Start::Beginnings(_) | Start::LongWord { .. } | Start::Anywhere => true,
            }
    }

    /// Whether every match begins where a word begins.
    pub(crate) fn begins_word(&self) -> bool {
        self.begins_word
    }

    /// The words one of which must stand near a value, in lower case.
    pub(crate) fn context(&self) -> &[Box<str>] {
        &self.context
    }

    /// Where a match near the context word `word` can stand.
    pub(crate) fn reach(&self, word: Range<usize>, longest: usize, text: &[u8]) -> Range<usize> {
        let reach = CONTEXT_REACH + longest;
        word.start.saturating_sub(reach)..text.len().min(word.end + reach)
    }

    /// Tries to match at `start`: the value, if validator and context agree to it, and the end of the match.
    pub(crate) fn match_at(&self, text: &[u8], start: usize) -> Option<(Option<Range<usize>>, usize)> {
        if !self.head.begins(&text[start..]) {
            return None;
        }
        // Behind an escape (`\n`) it is a word that begins there: so the regex is not to see what the escape is written with.
        let from =
            if start > 0 && text[start - 1].is_ascii_alphanumeric() && escape_ends(&text[..start]) { start } else { 0 };
        let input = Input::new(&text[from..]).range(start - from..).anchored(Anchored::Yes);
        let (value, whole) = self.capture(input, from)?;
        Some((self.agreed(text, value, &whole), whole.end))
    }

    /// Whether a match may begin with a text, as far as its first bytes tell.
    pub(crate) fn may_begin_with(&self, text: &[u8]) -> bool {
        self.head.may_begin_with(text)
    }

    /// Whether a match may stand at the start of a text if each digit is taken for all of them, as far as its first bytes tell.
    pub(crate) fn may_match_in_any_digits(&self, text: &[u8]) -> bool {
        self.head.begins_in_any_digits(text)
    }

    /// Calls `visit` with each value in `range` that validator and context agree to, and its match; with what stands behind escapes after
    /// all others, and perhaps twice.
    pub(crate) fn find_each(
        &self,
        text: &[u8],
        range: Range<usize>,
        mut visit: impl FnMut(Range<usize>, Range<usize>),
    ) {
        // A word may stand near the end of what was read already.
        if range.start >= range.end {
            return;
        }
        self.find_in(text, text, 0, range.clone(), &mut visit);
        let around = range.start.saturating_sub(1)..text.len().min(range.end + 1);
        if let Some(seen) = without_escapes(&text[around.clone()]) {
            self.find_in(text, &seen, around.start, range, &mut visit);
        }
    }

    /// The values in a text, and where their matches end.
    #[cfg(test)]
    pub(crate) fn all(&self, text: &[u8]) -> Vec<(Range<usize>, usize)> {
        let mut all = Vec::new();
        self.find_each(text, 0..text.len(), |value, whole| all.push((value, whole.end)));
        all
    }

    /// Searches in `seen`, which stands for the part of `text` that begins at `from`.
    fn find_in(
        &self,
        text: &[u8],
        seen: &[u8],
        from: usize,
        mut range: Range<usize>,
        visit: &mut impl FnMut(Range<usize>, Range<usize>),
    ) {
        while range.start < range.end {
            let Some((value, whole)) = self.next_match(seen, from, range.clone()) else { return };
            if let Some(value) = self.agreed(text, value, &whole) {
                visit(value, whole.clone());
            }
            range.start = whole.end.max(range.start + 1);
        }
    }

    /// The next match in a range of what `seen` stands for, which begins at `from`.
    ///
    /// Near a context word there is little text, and mostly none of the kind. So where a few bytes tell where a match may begin, it is tried
    /// there, which costs less than to start a search. Of many such places the first are tried, and from the next one on it is searched.
    fn next_match(&self, seen: &[u8], from: usize, range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        const MOST_TRIES: usize = 4;
        let (start, end) = (range.start - from, range.end - from);
        let search = |start: usize| self.capture(Input::new(seen).range(start..end), from);
        if !matches!(self.start, Start::Context { .. }) {
            return search(start);
        }
        let Some(mut places) = self.head.places(seen, start..end, self.begins_word) else { return search(start) };
        let at_place = |at| self.capture(Input::new(seen).range(at..end).anchored(Anchored::Yes), from);
        places.by_ref().take(MOST_TRIES).find_map(at_place).or_else(|| search(places.next()?))
    }

    fn agreed(&self, text: &[u8], value: Range<usize>, whole: &Range<usize>) -> Option<Range<usize>> {
        let valid = self.validator.is_none_or(|v| (v.check)(&text[value.clone()]));
        let near = self.has_context(text, whole) && (self.context.is_empty() || !is_digest(text, &value));
        (!value.is_empty() && valid && near).then_some(value)
    }

    /// The first capture group that takes part, or else the whole match; and the whole match. What is searched stands at `from`.
    fn capture(&self, input: Input<'_>, from: usize) -> Option<(Range<usize>, Range<usize>)> {
        let mut slots = [None; 2 * (1 + MOST_GROUPS)];
        let groups = self.regex.captures_len().min(1 + MOST_GROUPS);
        self.regex.search_slots(&input, &mut slots[..2 * groups])?;
        let range = |slots: &[Option<NonMaxUsize>]| match slots {
            [Some(start), Some(end)] => Some(from + start.get()..from + end.get()),
            _ => None,
        };
        let mut found = slots.chunks(2).map(range);
        let whole = found.next()??;
        Some((found.flatten().next().unwrap_or_else(|| whole.clone()), whole))
    }

    fn has_context(&self, text: &[u8], found: &Range<usize>) -> bool {
        if self.context.is_empty() {
            return true;
        }
        let before = &text[found.start.saturating_sub(CONTEXT_REACH)..found.start];
        let after = &text[found.end..text.len().min(found.end + CONTEXT_REACH)];
        self.context.iter().any(|word| contains_word(before, word) || contains_word(after, word))
    }
}

/// A context word as it is compared, in any case of ASCII; of one in another script, its usual cases: `код`, `Код`, `КОД`.
fn in_any_case(word: &str) -> Vec<Box<str>> {
    if word.is_ascii() {
        return vec![word.to_ascii_lowercase().into()];
    }
    let lower = word.to_lowercase();
    let mut rest = lower.chars();
    let capitalised = rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect();
    let mut all = vec![lower.to_uppercase(), capitalised, lower];
    all.dedup();
    all.into_iter().map(Into::into).collect()
}

/// Whether it is that of an image, an action or a file, whatever word is near: `acme/app@sha256:01ba…`, `acme/deploy@01ba…`.
fn is_digest(text: &[u8], value: &Range<usize>) -> bool {
    const SHORTEST: usize = 32;
    const BEFORE: [&[u8]; 5] = [b"@", b"md5:", b"sha1:", b"sha256:", b"sha512:"];
    let (before, found) = (&text[..value.start], &text[value.clone()]);
    found.len() >= SHORTEST
        && found.iter().all(u8::is_ascii_hexdigit)
        && BEFORE.iter().any(|sign| before.ends_with(sign))
}

/// Whether a text is of ASCII and has no escapes, before which or with which a match may begin that is no word's beginning.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    text.is_ascii() && memchr::memchr3(b'\\', b'%', ESCAPE, text).is_none()
}

/// Whether `word` (lower case) stands in `text` in any case, not in the middle of a longer word.
fn contains_word(text: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    let (Some(first), Some(last)) = (word.first(), text.len().checked_sub(word.len())) else { return false };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..=last]).any(|at| {
        let there = at..at + word.len();
        text[there.clone()].eq_ignore_ascii_case(word) && is_whole_word(text, there)
    })
}

/// Whether no letter or digit of the same word stands right before or after.
pub(super) fn is_whole_word(text: &[u8], word: Range<usize>) -> bool {
    !word_before(text, word.start) && !word_after(text, word.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::random;

    fn rule(pattern: &str) -> RegexRule {
        RegexRule::new(pattern, None, &[]).expect("a good regex")
    }

    #[test]
    fn a_group_names_the_value() {
        let rule = rule(r"badge=(\d+);");
        let text = b"x badge=1234; y";
        let [(value, end)] = &rule.all(text)[..] else { panic!("one stands there") };
        assert_eq!(&text[value.clone()], b"1234");
        assert_eq!(*end, 13);
    }

    #[test]
    fn context_words_are_whole_and_near() {
        let rule = RegexRule::new(r"\d{6}", None, &["Badge"]).expect("a good regex");
        let found = |text: &str| !rule.all(text.as_bytes()).is_empty();
        assert!(found("BADGE no 123456"));
        assert!(found("123456 badge") && found("Badge 123456") && !found("123456 badg"));
        assert!(!found("badger no 123456"));
        assert!(!found(&format!("badge{}123456", " ".repeat(CONTEXT_REACH))));
    }

    #[test]
    fn digests_are_nothing_that_a_word_tells_of() {
        let rule = RegexRule::new("[0-9a-f]{40}", None, &["acme"]).expect("a good regex");
        let digits = "01ba4719c80b6fe911b091a7c05124b64eeece96";
        let found = |before: &str| !rule.all(format!("acme {before}{digits}").as_bytes()).is_empty();
        assert!(found("") && found("sha256 ") && found("x:"));
        assert!(!found("app@") && !found("app@sha256:"));
    }

    /// What is found where a match may begin is what a search finds.
    #[test]
    fn the_next_match_is_the_first_one_there_is() {
        let patterns = [
            r"(?-u)\b[0-9]{3}-?[0-9]{2}\b",
            r"\b[0-9]{3}-?[0-9]{2}\b",
            r"(?-u)\b[A-Z][0-9](a{1,9})",
            r"(?-u)\b-[0-9]",
            r"\b-[0-9]",
            r"(?-u)[0-9]{2}a",
            r"(?-u)\b[a_][0-9]",
            r"(?:a|1)[0-9]",
            r"\B[0-9]a",
            r"[0-9][é-ü]",
        ];
        let rules = patterns.map(|pattern| RegexRule::new(pattern, None, &["word"]).expect("a good regex"));
        let pieces: [&[u8]; 13] =
            [b"1", b"12", b"123", b"a", b"A1a", b"-", b"_", b" ", "é".as_bytes(), b"12345", b"aa", b"\xff", b"\xc3"];
        let (mut next, mut found) = (random(0x2545_F491_4F6C_DD1D), [0; 10]);
        for _ in 0..3_000 {
            let text: Vec<u8> = (0..next(20)).flat_map(|_| pieces[next(pieces.len())]).copied().collect();
            let from = next(100);
            let start = next(text.len() + 1);
            let end = start + next(text.len() + 1 - start);
            for (rule, found) in rules.iter().zip(&mut found) {
                let expected = rule.capture(Input::new(&text).range(start..end), from);
                let range = from + start..from + end;
                assert_eq!(rule.next_match(&text, from, range), expected, "{} {}", rule.as_str(), text.escape_ascii());
                *found += usize::from(expected.is_some());
            }
        }
        assert!(found.iter().all(|found| *found > 20), "{found:?}");
    }

    #[test]
    fn nothing_is_searched_where_all_was_read() {
        let all_read = |range: Range<usize>| rule("[0-9]").find_each(br"x\n1 x", range, |value, _| panic!("{value:?}"));
        all_read(6..6);
        // A word near the end of a document may reach no further than that.
        #[expect(clippy::reversed_empty_ranges, reason = "it is what is tested")]
        all_read(6..2);
    }

    #[test]
    fn empty_and_huge_regexes_are_refused() {
        assert!(RegexRule::new("a*", None, &[]).is_err());
        assert!(RegexRule::new(r"(?:\w{500}){500}", None, &[]).is_err());
        assert!(RegexRule::new("(", None, &[]).is_err());
    }
}
