//! Patterns that find nothing, or what another one finds, or that are costly to look for.

use std::collections::BTreeMap;

use regex_automata::util::syntax;
use regex_syntax::hir::{Capture, Hir, HirKind, Look, Repetition};

use super::{Place, Written};
use crate::detect::regex_rule::{CONTEXT_REACH, Cost};
use crate::mask::Reveals;
use crate::policy::Rule;
use crate::rules::{Diagnostic, DiagnosticKind, PatternRule, quoted};

pub(super) fn without_effect(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let rules = &written.compiled.rules;
    let costs = written.compiled.scanner.costly();
    let costs: BTreeMap<&str, Cost> =
        costs.filter_map(|(rule, cost)| Some((&*rules.get(rule as usize)?.name, cost))).collect();
    for (source, file) in written.files {
        for pattern in &file.patterns {
            let before = found.len();
            let place = |span| Place { source: source.clone(), span, own: true };
            if let Some(regex) = &pattern.regex
                && let Some(why) = never_matches(regex.get_ref())
            {
                let message = format!("the pattern {} finds nothing: {why}", quoted(pattern.name.get_ref()));
                let help = Some("mend its regex; `examples` of what it must find would tell, too");
                found.push(place(regex.span()).warn(DiagnosticKind::NeverMatches, message, help));
            }
            if let Some(first) = pattern.context.first()
                && pattern.context.iter().all(|word| word.get_ref().len() > CONTEXT_REACH)
            {
                let message = format!(
                    "the pattern {} finds nothing: each of its context words is longer than {CONTEXT_REACH} bytes, and they \
                     are looked for so far from a value",
                    quoted(pattern.name.get_ref())
                );
                found.push(place(first.span()).warn(DiagnosticKind::NeverMatches, message, Some("write shorter ones")));
            }
            if let Some(regex) = pattern.regex.as_ref().filter(|regex| is_tight_member(regex.get_ref())) {
                let message = format!(
                    "the pattern {} finds nothing in whole documents of JSON: their strings are read as `\"key\": \"value\"`, and their \
                     numbers without a key",
                    quoted(pattern.name.get_ref())
                );
                let help = Some("name the key in a [[field]]; or write `\":\\s?\"` for what is between key and value");
                found.push(place(regex.span()).warn(DiagnosticKind::NotInDocuments, message, help));
            } else if let Some(regex) = &pattern.regex
                && let Some(cost) = costs.get(pattern.name.get_ref().as_str())
                && found.len() == before
            {
                let (why, help) = told_of(*cost);
                let message = format!("the pattern {} {why}", quoted(pattern.name.get_ref()));
                found.push(place(regex.span()).warn(DiagnosticKind::Costly, message, Some(help)));
            }
            unused_conditions(pattern, &place, found);
        }
    }
    same_as_another(written, found);
}

/// What to say of a pattern for which texts are looked at that do not hold it.
fn told_of(cost: Cost) -> (&'static str, &'static str) {
    match cost {
        Cost::InsideWords => (
            "is looked for at each byte of each text, for it may begin inside of a word",
            "begin it with `\\b`, unless it is to be found inside of words, too",
        ),
        Cost::EachByte => (
            "is looked for at each byte of each text, for the little that it begins with may stand anywhere",
            "name words in `context` that stand near what it finds",
        ),
        Cost::EachText => (
            "is searched for in each text, for it does not say how it begins",
            "begin it with `\\b` and what it always begins with, bound what repeats before its end (`\\s{0,9}` for `\\s*`), \
             or name words in `context` that stand near what it finds",
        ),
    }
}

/// Whether a regex is about a key and its value as JSON writes them, with nothing between its colon and a string, or about a number.
fn is_tight_member(regex: &str) -> bool {
    const BLANKS: [&str; 7] = [r"\s*", r"\s?", "[ ]*", "[ ]?", " *", " ?", " "];
    let plain = |regex: String, blank: &&str| regex.replace(&format!("\"{blank}:"), "\":");
    let regex = BLANKS.iter().fold(regex.replace("\\\"", "\""), plain);
    let Some((key, value)) = regex.split_once("\":") else { return false };
    let after_blanks = BLANKS.iter().find_map(|blank| value.strip_prefix(blank)).unwrap_or(value);
    let number = after_blanks.trim_start_matches('(');
    key.contains('"') && (value.starts_with('"') || number.starts_with("[0-9]") || number.starts_with(r"\d"))
}

/// A detector has its own checks.
fn unused_conditions(
    pattern: &PatternRule,
    place: &dyn Fn(std::ops::Range<usize>) -> Place,
    found: &mut Vec<Diagnostic>,
) {
    if pattern.detector.is_none() {
        return;
    }
    let context = pattern.context.first().map(|word| ("context", word.span()));
    let validate = pattern.validate.as_ref().map(|name| ("validate", name.span()));
    for (key, span) in validate.into_iter().chain(context) {
        let message = format!("`{key}` has no effect beside a detector, which has its own conditions");
        let help = Some("remove it, or write a regex in the detector's place");
        found.push(place(span).warn(DiagnosticKind::NeverApplies, message, help));
    }
}

/// Of two patterns that find the same, only one masks.
fn same_as_another(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let rules = &written.compiled.rules;
    for (index, (rule, place)) in rules.iter().zip(&written.places.rules).enumerate() {
        if !place.own || !rule.is_pattern || !written.is_ever_masked(rule.class) {
            continue;
        }
        // Where this one masks, the other one does, too.
        let highest = written.levels.iter().rev().find(|level| rule.class >= **level);
        let masks_too = |class| highest.is_some_and(|level| class >= *level);
        let twin = rules.iter().enumerate().find(|(other, twin)| {
            *other < index && twin.is_pattern && twin.finds == rule.finds && masks_too(twin.class)
        });
        let hides = |rule: &Rule| rule.chain.reveals() == Reveals::Nothing;
        if let Some((other, twin)) = twin
            // One that hides what a pack's shows parts of goes before it, and is meant to.
            && (written.places.rules[other].own || hides(twin) || !hides(rule))
        {
            let message = format!(
                "{} and {} find the same, and only one of them masks it: the one that shows less",
                quoted(&rule.name),
                quoted(&twin.name)
            );
            let help = match written.places.rules[other].own {
                true => "remove one of them".to_owned(),
                false => format!("remove it, and change the other one: [rules] {} = {{ mask = … }}", twin.name),
            };
            found.push(place.warn(DiagnosticKind::Shadowed, message, Some(&help)));
        }
    }
}

/// Why a regex matches nothing, or nothing that could be masked; `None` if it may.
fn never_matches(regex: &str) -> Option<&'static str> {
    let hir = syntax::parse_with(regex, &syntax::Config::new().utf8(false)).ok()?;
    if !is_possible(&hir, false, false) {
        return Some("it asks for a text to begin or end where something else must stand");
    }
    let group = first_group(&hir)?;
    (group.properties().maximum_len() == Some(0)).then_some("its first group, which is what is masked, is always empty")
}

/// Whether something may match, where at least one character must stand before or after it. When in doubt, yes.
fn is_possible(hir: &Hir, before: bool, after: bool) -> bool {
    match hir.kind() {
        HirKind::Look(Look::Start) => !before,
        HirKind::Look(Look::End) => !after,
        HirKind::Capture(Capture { sub, .. }) => is_possible(sub, before, after),
        HirKind::Repetition(Repetition { min, sub, .. }) => *min == 0 || is_possible(sub, before, after),
        HirKind::Alternation(branches) => branches.iter().any(|branch| is_possible(branch, before, after)),
        HirKind::Concat(parts) => parts.iter().enumerate().all(|(at, part)| {
            let stands = |part: &Hir| part.properties().minimum_len().is_some_and(|least| least > 0);
            let before = before || parts[..at].iter().any(stands);
            let after = after || parts[at + 1..].iter().any(stands);
            is_possible(part, before, after)
        }),
        _ => hir.properties().minimum_len().is_some(),
    }
}

fn first_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(Capture { index: 1, sub, .. }) => Some(sub),
        HirKind::Capture(Capture { sub, .. }) | HirKind::Repetition(Repetition { sub, .. }) => first_group(sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(first_group),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_match_nothing_is_told_apart() {
        for never in [r"a^", r"$a", r"\d+\A\d", r"(?:a|b)^c", r"x(?:^a|$b)", r"a\zb", r"(a^)b", r"(?:a^)+b", r"key=()x"]
        {
            assert!(never_matches(never).is_some(), "{never}");
        }
        for may in [
            r"^a$",
            r"a(?:^b)?",
            r"(?m)a$\n^b",
            r"a?^b",
            r"\ba\b",
            r"(?:^|,)a(?:,|$)",
            r"a(?:|^)b",
            r"(x?)y",
            r"a*$",
            r"key=(\w+)|()z",
            r"^(?:a|^b)",
            r"a\b|b",
        ] {
            assert_eq!(never_matches(may), None, "{may}");
        }
    }
}
