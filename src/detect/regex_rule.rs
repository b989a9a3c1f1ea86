//! Detectors that are a regex, from a pack or from a rules file.

mod start;

use std::ops::Range;

use regex_automata::meta;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

pub(crate) use self::start::{Prefix, Start};
use super::head::Head;
use super::validator::Validator;

/// A compiled regex rule.
pub(crate) struct RegexRule {
    pattern: Box<str>,
    regex: meta::Regex,
    start: Start,
    begins_word: bool,
    head: Head,
    validator: Option<&'static Validator>,
    context: Vec<Box<str>>,
}

/// How far from a value its context words may stand, in bytes.
pub(crate) const CONTEXT_REACH: usize = 60;
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
        let start = Start::of(&hir, context);
        let context = context.iter().map(|word| word.to_ascii_lowercase().into()).collect();
        Ok(Self {
            pattern: pattern.into(),
            regex,
            start,
            begins_word: start::begins_word(&hir),
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

    /// Whether matches are looked for where words begin, and not everywhere.
    #[cfg(test)]
    pub(crate) fn is_found_by_words(&self) -> bool {
        match &self.start {
            Start::Prefixes(prefixes) => {
                prefixes.iter().all(|p| super::grams::word_in(&p.text, self.begins_word).is_some())
            }
            Start::Context { .. } | Start::Beginnings(_) | Start::LongWord { .. } => true,
            Start::Anywhere => false,
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
        let (value, whole) = self.capture(Input::new(text).range(start..).anchored(Anchored::Yes))?;
        Some((self.agreed(text, value, &whole), whole.end))
    }

    /// The first value in `range` that validator and context agree to, and where its match ends.
    pub(crate) fn find_in(&self, text: &[u8], mut range: Range<usize>) -> Option<(Range<usize>, usize)> {
        while range.start < range.end {
            let (value, whole) = self.capture(Input::new(text).range(range.clone()))?;
            if let Some(value) = self.agreed(text, value, &whole) {
                return Some((value, whole.end));
            }
            range.start = whole.end.max(range.start + 1);
        }
        None
    }

    fn agreed(&self, text: &[u8], value: Range<usize>, whole: &Range<usize>) -> Option<Range<usize>> {
        let valid = self.validator.is_none_or(|v| (v.check)(&text[value.clone()]));
        (!value.is_empty() && valid && self.has_context(text, whole)).then_some(value)
    }

    /// The first capture group, or else the whole match; and the whole match.
    fn capture(&self, input: Input<'_>) -> Option<(Range<usize>, Range<usize>)> {
        let mut slots = [None; 4];
        let groups = if self.regex.captures_len() > 1 { 4 } else { 2 };
        self.regex.search_slots(&input, &mut slots[..groups])?;
        let at = |slot: usize| slots[slot].map(|offset| offset.get());
        let whole = at(0)?..at(1)?;
        let value = match (at(2), at(3)) {
            (Some(start), Some(end)) => start..end,
            _ => whole.clone(),
        };
        Some((value, whole))
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

/// Whether `word` (lower case) stands in `text` in any case, not in the middle of a longer word.
fn contains_word(text: &[u8], word: &str) -> bool {
    text.windows(word.len())
        .enumerate()
        .any(|(i, window)| window.eq_ignore_ascii_case(word.as_bytes()) && is_whole_word(text, i..i + word.len()))
}

/// Whether no letter or digit stands right before or after.
pub(super) fn is_whole_word(text: &[u8], word: Range<usize>) -> bool {
    let is_part = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    !is_part(text[..word.start].last()) && !is_part(text.get(word.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str) -> RegexRule {
        RegexRule::new(pattern, None, &[]).expect("a good regex")
    }

    #[test]
    fn a_group_names_the_value() {
        let rule = rule(r"badge=(\d+);");
        let text = b"x badge=1234; y";
        let (value, end) = rule.find_in(text, 0..text.len()).expect("stands there");
        assert_eq!(&text[value], b"1234");
        assert_eq!(end, 13);
    }

    #[test]
    fn context_words_are_whole_and_near() {
        let rule = RegexRule::new(r"\d{6}", None, &["Badge"]).expect("a good regex");
        let found = |text: &str| rule.find_in(text.as_bytes(), 0..text.len()).is_some();
        assert!(found("BADGE no 123456"));
        assert!(!found("badger no 123456"));
        assert!(!found(&format!("badge{}123456", " ".repeat(CONTEXT_REACH))));
    }

    #[test]
    fn empty_and_huge_regexes_are_refused() {
        assert!(RegexRule::new("a*", None, &[]).is_err());
        assert!(RegexRule::new(r"(?:\w{500}){500}", None, &[]).is_err());
        assert!(RegexRule::new("(", None, &[]).is_err());
    }
}
