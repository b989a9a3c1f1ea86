//! Keys that never take effect, because another rule always takes precedence.

use super::{Place, Written};
use crate::detect::pair::Dotted;
use crate::policy::DataClass;
use crate::policy::explain::precedence;
use crate::policy::inventory::{KeyPattern, Rank};
use crate::rules::{Diagnostic, DiagnosticKind, quoted};

/// Stands for `*` in keys that are made of patterns: no pattern that people write has it.
const ANY: &str = "zqxjkv";
/// What a `*` may stand for, as far as it matters: nothing, a part of a word, whole words.
const STARS: [&str; 4] = ["", ANY, "zqxjkv_", "_zqxjkv"];
/// Patterns with more stars than that are not looked at.
const MOST_STARS: usize = 3;

/// A key, and the one that goes before it.
struct Beaten<'w> {
    key: &'w KeyPattern,
    place: &'w Place,
    by: &'w KeyPattern,
    why: String,
}

pub(super) fn shadowed(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let keys = written.compiled.inventory.patterns();
    let own = || keys.iter().zip(&written.places.keys).filter(|(_, place)| place.own);
    // Of one rule, keys follow each other.
    let mut own = own().peekable();
    while let Some(first) = own.next() {
        let rule = first.0.rule();
        let mut of_rule = vec![first];
        while let Some(next) = own.next_if(|(key, _)| key.rule() == rule) {
            of_rule.push(next);
        }
        let beaten: Vec<Beaten<'_>> =
            of_rule.iter().filter_map(|(key, place)| always_beaten(written, key, place)).collect();
        let name = |rule: u32| quoted(&written.compiled.rule(rule).name);
        if beaten.len() == of_rule.len()
            && let Some(Beaten { by, why, .. }) = beaten.first()
        {
            let message =
                format!("the rule {} never decides: {} always goes first, for {why}", name(rule), name(by.rule()));
            found.push(written.places.rules[rule as usize].warn(DiagnosticKind::Shadowed, message, help(written, by)));
        } else {
            found.extend(beaten.iter().map(|Beaten { key, place, by, why }| {
                let message = format!(
                    "the key {} never decides: {} of {} always goes first, for {why}",
                    quoted(key.text()),
                    quoted(by.text()),
                    name(by.rule())
                );
                place.warn(DiagnosticKind::Shadowed, message, help(written, by))
            }));
        }
    }
}

fn help(written: &Written<'_>, by: &KeyPattern) -> Option<&'static str> {
    Some(match written.places.rules[by.rule() as usize].own {
        true => "put it before the other one, or make it more particular, or remove it",
        false => "switch the other one off in `[rules]`, or remove this one",
    })
}

/// The pattern that goes before this one for every key that this one matches, whatever the profile; none if there is not one.
fn always_beaten<'w>(written: &'w Written<'_>, key: &'w KeyPattern, place: &'w Place) -> Option<Beaten<'w>> {
    let mut by = None;
    for candidate in candidates(key.text()) {
        let matching = written.compiled.inventory.matching(candidate.as_bytes(), &Dotted(b""));
        if !matching.iter().any(|pattern| std::ptr::eq(*pattern, key)) {
            continue;
        }
        for level in &written.levels {
            // Those of one rank stand in their order, and the first goes first.
            let ranked = matching.iter().map(|pattern| (rank(written, pattern, *level), *pattern)).rev();
            let (first_rank, first) = ranked.max_by_key(|(rank, _)| *rank)?;
            if first.rule() == key.rule() {
                return None;
            }
            let why = || precedence(first_rank, rank(written, key, *level)).to_string();
            by.get_or_insert_with(|| (first, why()));
        }
    }
    by.map(|(by, why)| Beaten { key, place, by, why })
}

/// The rank that a pattern has where that class is the lowest that is masked.
fn rank(written: &Written<'_>, pattern: &KeyPattern, level: DataClass) -> Rank {
    Rank { masks: written.compiled.rule(pattern.rule()).class >= level, ..pattern.rank() }
}

/// Keys that show what a pattern may match.
fn candidates(pattern: &str) -> Vec<String> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    if pieces.len() - 1 > MOST_STARS {
        return Vec::new();
    }
    let mut keys = vec![pieces[0].to_owned()];
    for piece in &pieces[1..] {
        keys = keys.iter().flat_map(|key| STARS.map(|star| format!("{key}{star}{piece}"))).collect();
    }
    keys
}
