//! Rules of which nothing is known by which they could be looked for, or not in every text: such texts are searched for them.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{Matcher, Scanner, Sink};
use crate::detect::around::without_escapes;
use crate::detect::regex_rule::{RegexRule, Start};

/// Regexes that are searched for.
pub(super) struct Anywhere {
    /// Those that are searched for in each text.
    always: Vec<u32>,
    /// Tells which of these match, where there are many.
    set: Option<RegexSet>,
    /// Whether each match of these has a sign at which the screen stops.
    needs_sign: bool,
    /// Those that are searched for in texts that are not all ASCII; in others, the lists tell where they begin.
    beyond_ascii: Vec<u32>,
}

/// So many regexes are searched for one after the other: each knows what to look for first (an `@`), and all together do not.
const FEW_ANYWHERE: usize = 4;

/// The size of the set of such regexes, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

impl Anywhere {
    /// Those of the matchers that are searched for. An error says what was too large.
    pub(super) fn of(matchers: &[(u32, Matcher)]) -> Result<Self, String> {
        let rules = || {
            matchers.iter().zip(0..).filter_map(|((_, matcher), i)| match matcher {
                Matcher::Regex(rule) => Some((i, &**rule)),
                Matcher::Native(_) => None,
            })
        };
        let always: Vec<(u32, &RegexRule)> =
            rules().filter(|(_, rule)| matches!(rule.start(), Start::Anywhere)).collect();
        let patterns = always.iter().map(|(_, rule)| rule.as_str());
        let set = || RegexSetBuilder::new(patterns).size_limit(SIZE_LIMIT).build().map_err(|e| e.to_string());
        Ok(Self {
            set: if always.len() > FEW_ANYWHERE { Some(set()?) } else { None },
            needs_sign: always.iter().all(|(_, rule)| rule.needs_sign()),
            always: always.iter().map(|(i, _)| *i).collect(),
            beyond_ascii: rules().filter(|(_, rule)| rule.starts_so_in_ascii()).map(|(i, _)| i).collect(),
        })
    }

    /// Whether something may be found where the screen and the lists say that there is nothing.
    pub(super) fn is_everywhere(&self) -> bool {
        !self.needs_sign
    }

    /// Searches a text. What the lists told of already is told of again, as the same value.
    pub(super) fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
        let mut search = |matcher: u32| {
            let (rule, Matcher::Regex(regex)) = &scanner.matchers[matcher as usize] else { return };
            if regex.may_match(text) {
                regex.find_each(text, 0..text.len(), |value, _| sink.found(*rule, value));
            }
        };
        if !self.beyond_ascii.is_empty() && !text.is_ascii() {
            self.beyond_ascii.iter().for_each(|matcher| search(*matcher));
        }
        let Some(set) = &self.set else {
            return self.always.iter().for_each(|matcher| search(*matcher));
        };
        let (hits, behind_escapes) = (set.matches(text), without_escapes(text).map(|seen| set.matches(&seen)));
        for (hit, matcher) in self.always.iter().enumerate() {
            if hits.matched(hit) || behind_escapes.as_ref().is_some_and(|hits| hits.matched(hit)) {
                search(*matcher);
            }
        }
    }
}
