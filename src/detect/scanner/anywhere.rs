//! Rules of which nothing is known by which they could be looked for: each text is searched for them.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{Matcher, Scanner, Sink};
use crate::detect::around::without_escapes;

/// Regexes that have nothing else to look for.
pub(super) struct Anywhere {
    /// Tells which of them match, where there are many.
    set: Option<RegexSet>,
    matchers: Vec<u32>,
}

/// So many regexes are searched for one after the other: each knows what to look for first (an `@`), and all together do not.
const FEW_ANYWHERE: usize = 4;

/// The size of the set of such regexes, in bytes.
const SIZE_LIMIT: usize = 64 << 20;
impl Anywhere {
    /// The regexes of those matchers; `None` if there are none. An error says what was too large.
    pub(super) fn new(indices: Vec<u32>, matchers: &[(u32, Matcher)]) -> Result<Option<Self>, String> {
        if indices.is_empty() {
            return Ok(None);
        }
        let patterns = indices.iter().filter_map(|index| match &matchers[*index as usize] {
            (_, Matcher::Regex(rule)) => Some(rule.as_str()),
            (_, Matcher::Native(_)) => None,
        });
        let set = || RegexSetBuilder::new(patterns).size_limit(SIZE_LIMIT).build().map_err(|e| e.to_string());
        let set = if indices.len() > FEW_ANYWHERE { Some(set()?) } else { None };
        Ok(Some(Self { set, matchers: indices }))
    }

    pub(super) fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
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
