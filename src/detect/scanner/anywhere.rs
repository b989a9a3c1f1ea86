//! Rules of which nothing is known by which they could be looked for, or not in every text: such texts are searched for them.

use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_syntax::is_word_byte;

use super::{Matcher, Scanner, Sink};
use crate::detect::around::without_escapes;
use crate::detect::regex_rule::{RegexRule, Start, is_plain};

/// Regexes that are searched for.
pub(super) struct Anywhere {
    always: Searched,
    /// Whether each match of these has a sign at which the screen stops.
    needs_sign: bool,
    /// Those of which the lists tell where they begin in plain texts: these are searched for in others.
    unless_plain: Searched,
    /// Of all rules, those of which a name must be asked whether they [hide in it](RegexRule::hides_in_keys).
    across_members: Vec<u32>,
}

/// Regexes that are searched for in the same texts.
struct Searched {
    matchers: Vec<u32>,
    /// Tells which of them match, where there are many.
    set: Option<RegexSet>,
}

/// So many regexes are searched for one after the other: each knows what to look for first (an `@`), and all together do not.
const FEW: usize = 4;

/// The size of the set of such regexes, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

impl Anywhere {
    /// Those of the matchers that are searched for. An error says what was too large.
    pub(super) fn of(matchers: &[(u32, Matcher)]) -> Result<Self, String> {
        let rules: Vec<_> = matchers
            .iter()
            .zip(0..)
            .filter_map(|((_, matcher), i)| match matcher {
                Matcher::Regex(rule) => Some((i, &**rule)),
                Matcher::Native(_) => None,
            })
            .collect();
        let across_members = rules.iter().filter(|(_, rule)| rule.hides_in_keys()).map(|(i, _)| *i).collect();
        let (always, others): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|(_, rule)| matches!(rule.start(), Start::Anywhere));
        let unless_plain: Vec<_> = others.into_iter().filter(|(_, rule)| rule.starts_so_in_plain_text()).collect();
        Ok(Self {
            across_members,
            needs_sign: always.iter().all(|(_, rule)| rule.needs_sign()),
            always: Searched::new(&always)?,
            unless_plain: Searched::new(&unless_plain)?,
        })
    }

    /// Whether something may be found in a text of which the screen and the lists say that there is nothing.
    pub(super) fn may_be_in(&self, text: &[u8]) -> bool {
        self.may_be_in_any() || self.may_be_in_unplain() && !is_plain(text)
    }

    /// The same, of any text.
    pub(super) fn may_be_in_any(&self) -> bool {
        !self.needs_sign
    }

    /// The same, of texts that are not plain, though not of others.
    pub(super) fn may_be_in_unplain(&self) -> bool {
        !self.unless_plain.matchers.is_empty()
    }

    /// Whether texts with signs are searched for rules that can be looked for in no other way.
    pub(super) fn searches_at_signs(&self) -> bool {
        !self.always.matchers.is_empty()
    }

    /// Whether a match may go from a key of JSON to its value.
    pub(super) fn reach_across_members(&self) -> bool {
        !self.across_members.is_empty()
    }

    /// Whether a match may begin at one of the first bytes of a key and what stands behind it, up to the one at `last`, and go on behind
    /// the text.
    pub(super) fn may_begin(&self, scanner: &Scanner, text: &[u8], last: usize) -> bool {
        let mut regexes =
            self.across_members.iter().filter_map(|matcher| match &scanner.matchers[*matcher as usize].1 {
                Matcher::Regex(regex) => Some(regex),
                Matcher::Native(_) => None,
            });
        let is_in_word = |at: usize| at > 0 && is_word_byte(text[at - 1]) && is_word_byte(text[at]);
        regexes.any(|regex| {
            let may_begin =
                |at: &usize| !(regex.begins_word() && is_in_word(*at)) && regex.may_begin_with(&text[*at..]);
            (0..=last).any(|at| may_begin(&at))
        })
    }

    /// Searches a text. What the lists told of already is told of again, as the same value.
    pub(super) fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
        self.always.scan(scanner, text, sink);
        if self.may_be_in_unplain() && !is_plain(text) {
            self.unless_plain.scan(scanner, text, sink);
        }
    }
}

impl Searched {
    fn new(rules: &[(u32, &RegexRule)]) -> Result<Self, String> {
        let patterns = rules.iter().map(|(_, rule)| rule.as_str());
        let set = || RegexSetBuilder::new(patterns).size_limit(SIZE_LIMIT).build().map_err(|e| e.to_string());
        let set = if rules.len() > FEW { Some(set()?) } else { None };
        Ok(Self { matchers: rules.iter().map(|(i, _)| *i).collect(), set })
    }

    fn scan(&self, scanner: &Scanner, text: &[u8], sink: &mut impl Sink) {
        let rule = |matcher: u32| match &scanner.matchers[matcher as usize] {
            (rule, Matcher::Regex(regex)) => Some((*rule, regex)),
            (_, Matcher::Native(_)) => None,
        };
        let may_match = |matcher: &u32| rule(*matcher).is_some_and(|(_, regex)| regex.may_match(text));
        let mut search = |matcher: u32| {
            if let Some((rule, regex)) = rule(matcher) {
                regex.find_each(text, 0..text.len(), |value, whole| sink.found(rule, whole.start, value));
            }
        };
        let Some(set) = &self.set else {
            return self.matchers.iter().filter(|matcher| may_match(matcher)).for_each(|matcher| search(*matcher));
        };
        if !self.matchers.iter().any(may_match) {
            return;
        }
        let (hits, behind_escapes) = (set.matches(text), without_escapes(text).map(|seen| set.matches(&seen)));
        for (hit, matcher) in self.matchers.iter().enumerate() {
            if hits.matched(hit) || behind_escapes.as_ref().is_some_and(|hits| hits.matched(hit)) {
                search(*matcher);
            }
        }
    }
}
