//! Compares logs with the rules: keys that no rule names and that look as if one should.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sha2::{Digest as _, Sha256};
use tracing_privacy::mask::marks;
use tracing_privacy::{Category, DataClass, Policy};

use super::fingerprint::Fingerprint;
use super::pairs::{Pair, pairs};
use super::telling::category_by_name;
use crate::page::is_name;

/// What looks at the keys of lines.
pub(crate) struct Auditor {
    policy: Policy,
    /// What the packs know.
    builtin: Policy,
}

/// The keys that no rule names, by their name.
#[derive(Default)]
pub(crate) struct Keys {
    seen: HashMap<String, Seen>,
    /// More keys than this are not those of a program.
    full: bool,
}

/// How a key was met.
#[derive(Clone)]
struct Seen {
    /// Where it was first: a file, a line counted from 0, a column counted from 1.
    first: (String, u64, u64),
    /// How many of its values are nothing but one of our marks, and the category of the first.
    masked: u64,
    mark: Option<String>,
    /// How many are raw.
    raw: u64,
    /// How many of these are, as a whole, what one of the rules finds, and the first such rule.
    found: u64,
    rule: Option<(String, DataClass, Category)>,
    /// Why its name tells of something sensitive.
    name: Option<ByName>,
}

#[derive(Clone)]
enum ByName {
    /// A rule of the packs, and its maskers.
    Pack {
        rule: String,
        class: DataClass,
        category: Category,
        maskers: Vec<String>,
    },
    Word(&'static str),
}

const MOST_KEYS: usize = 10_000;

/// A key that wants a rule.
pub(crate) struct Wanting {
    pub(crate) key: String,
    pub(crate) file: String,
    /// Counted from 0.
    pub(crate) line: u64,
    /// Counted from 1.
    pub(crate) column: u64,
    pub(crate) count: u64,
    pub(crate) class: DataClass,
    pub(crate) category: String,
    /// The maskers to use, if the packs have some for it.
    pub(crate) maskers: Vec<String>,
    pub(crate) why: Why,
}

/// Why a key wants a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// All its values are masked, and no rule names it any more.
    NoLongerListed,
    /// A rule of the packs names it, which these rules do not have.
    NamedByPack(String),
    /// Its values are found, as a whole, by this rule.
    Holds(String),
    /// Its name says so.
    Telling,
}

impl Why {
    /// The name of what is told, as rules have names.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::NoLongerListed => "masked_key_not_listed",
            Self::NamedByPack(_) | Self::Holds(_) | Self::Telling => "sensitive_key_not_listed",
        }
    }

    /// In words, to which the key is the subject.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::NoLongerListed => "is masked here, and no rule names it: it may have left the inventory".to_owned(),
            Self::NamedByPack(rule) => format!("is named by no rule; `{rule}` of the packs would"),
            Self::Holds(rule) => format!("is named by no rule; its values are what the rule `{rule}` finds"),
            Self::Telling => "is named by no rule, and sounds sensitive".to_owned(),
        }
    }
}

impl Auditor {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, builtin: Policy::builtin() }
    }

    /// Looks at the keys of one line. `has_leaks` says whether the policy finds anything in it.
    pub(super) fn line(&self, line: &[u8], number: u64, has_leaks: bool, keys: &mut Keys) {
        for Pair { path, value, at } in pairs(line) {
            let seen = match keys.seen.entry(path) {
                Entry::Occupied(seen) => seen.into_mut(),
                Entry::Vacant(_) if keys.full => continue,
                Entry::Vacant(vacant) => match self.first(vacant.key(), line, number, at) {
                    Some(seen) => vacant.insert(seen),
                    None => continue,
                },
            };
            let mark = marks(&value).next().filter(|mark| mark.range == (0..value.len()));
            if let Some(mark) = mark {
                seen.masked += 1;
                seen.mark.get_or_insert_with(|| mark.category.to_owned());
                continue;
            }
            if !says_something(&value) {
                continue;
            }
            seen.raw += 1;
            if has_leaks {
                let whole = |found: &tracing_privacy::Finding<'_>| found.range == (0..value.len());
                if let Some(found) = self.policy.findings(&value).into_iter().find(whole) {
                    seen.found += 1;
                    seen.rule.get_or_insert_with(|| (found.rule.to_owned(), found.class, found.category.clone()));
                }
            }
        }
        keys.full = keys.seen.len() >= MOST_KEYS;
    }

    /// What is known of a key before its values; `None` for one that needs no look, or is data itself.
    fn first(&self, path: &str, line: &[u8], number: u64, at: usize) -> Option<Seen> {
        if !is_name(path) || !self.policy.explain_key(path).rules.is_empty() {
            return None;
        }
        let is_data = |policy: &Policy| !policy.findings(path.as_bytes()).is_empty();
        if is_data(&self.policy) || is_data(&self.builtin) {
            return None;
        }
        let by_pack =
            self.builtin.explain_key(path).rules.into_iter().find(|rule| rule.masks).map(|rule| ByName::Pack {
                rule: rule.rule.to_owned(),
                class: rule.class,
                category: rule.category.clone(),
                maskers: rule.maskers.iter().map(|masker| (*masker).to_owned()).collect(),
            });
        let name = by_pack.or_else(|| category_by_name(path).map(ByName::Word));
        let column = String::from_utf8_lossy(&line[..at]).chars().count() as u64 + 1;
        let first = (String::new(), number, column);
        Some(Seen { first, masked: 0, mark: None, raw: 0, found: 0, rule: None, name })
    }
}

/// Whether a value says more than yes, no or a small number.
fn says_something(value: &[u8]) -> bool {
    value.len() > 2
        && !value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && !["true", "false", "null", "None", "none"].iter().any(|word| value == word.as_bytes())
}

impl Keys {
    /// Adds what was seen in the next block of `file`, before which so many lines stood.
    pub(crate) fn add(&mut self, block: Self, file: &str, lines_before: u64) {
        for (key, seen) in block.seen {
            match self.seen.entry(key) {
                Entry::Vacant(_) if self.full => {}
                Entry::Vacant(vacant) => {
                    let (_, line, column) = seen.first;
                    vacant.insert(Seen { first: (file.to_owned(), lines_before + line, column), ..seen });
                }
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.masked += seen.masked;
                    known.raw += seen.raw;
                    known.found += seen.found;
                    known.mark = known.mark.take().or(seen.mark);
                    known.rule = known.rule.take().or(seen.rule);
                }
            }
        }
        self.full = self.seen.len() >= MOST_KEYS;
    }

    /// The keys that want a rule, by their names.
    pub(crate) fn wanting(self) -> Vec<Wanting> {
        let mut wanting: Vec<_> = self.seen.into_iter().filter_map(|(key, seen)| seen.wanting(key)).collect();
        wanting.sort_by(|one, other| one.key.cmp(&other.key));
        wanting
    }
}

impl Seen {
    fn wanting(self, key: String) -> Option<Wanting> {
        let (file, line, column) = self.first;
        let told = |class, category: &str, maskers, why| {
            let category = category.to_owned();
            Some(Wanting { key, file, line, column, count: self.masked + self.raw, class, category, maskers, why })
        };
        match (self.name, self.rule, self.mark) {
            // Where only some values are masked, a pattern found them.
            (_, _, Some(mark)) if self.raw == 0 => {
                told(DataClass::Confidential, &mark, Vec::new(), Why::NoLongerListed)
            }
            (Some(ByName::Pack { rule, class, category, maskers }), ..) if self.raw > 0 => {
                told(class, category.as_str(), maskers, Why::NamedByPack(rule))
            }
            (_, Some((rule, class, category)), _) if self.found * 2 >= self.raw => {
                told(class, category.as_str(), Vec::new(), Why::Holds(rule))
            }
            (Some(ByName::Word(category)), ..) if self.raw > 0 => {
                told(DataClass::Confidential, category, Vec::new(), Why::Telling)
            }
            _ => None,
        }
    }
}

impl Wanting {
    /// Names are not secret, so it needs no key.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(b"tracing-privacy audit v1\0");
        hash.update(self.why.rule());
        hash.update(b"\0");
        hash.update(&self.key);
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        Fingerprint(half)
    }
}
