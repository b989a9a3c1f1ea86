//! Schemas, exemptions and keys of tokens that change nothing, or soon will.

use std::time::{Duration, SystemTime};

use super::{Place, Written};
use crate::policy::OWN_TARGET;
use crate::policy::exemption::{TargetPattern, moment};
use crate::rules::{Diagnostic, DiagnosticKind, ExemptionRule, SchemaRule, Source, quoted};

/// What ends so soon is told.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);
/// So long before its time is over a key is told of: a new one has to come to all that make tokens.
const ROTATION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(super) fn schemas(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let rules: Vec<(&Source, &SchemaRule)> =
        written.files.iter().flat_map(|(source, file)| file.schemas.iter().map(move |rule| (source, rule))).collect();
    let compiled = &written.compiled.schemas;
    for (index, ((source, rule), schema)) in rules.iter().zip(compiled).enumerate() {
        let place = Place { source: (*source).clone(), span: rule.target.span(), own: true };
        if rule.target.get_ref() == OWN_TARGET {
            let message = "this schema has no effect: what this library logs itself is under none".to_owned();
            found.push(place.warn(DiagnosticKind::NeverApplies, message, Some("remove it")));
            continue;
        }
        // Of two that are the same, the first does all the work.
        let does_it = |&(other, stricter): &(usize, &crate::policy::Schema)| {
            other != index && stricter.is_in_place_of(schema) && (other < index || !schema.is_in_place_of(stricter))
        };
        if let Some((other, _)) = compiled.iter().enumerate().find(does_it) {
            let other = quoted(rules[other].1.target.get_ref());
            let message = format!("this schema has no effect: that of {other} allows no more, for the same targets");
            found.push(place.warn(DiagnosticKind::Shadowed, message, Some("remove one of the two")));
        }
    }
}

pub(super) fn exemptions(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let now = SystemTime::now();
    let rules: Vec<(&Source, &ExemptionRule)> = written
        .files
        .iter()
        .flat_map(|(source, file)| file.exemptions.iter().map(move |rule| (source, rule)))
        .collect();
    for (index, (source, rule)) in rules.iter().enumerate() {
        let at = |span| Place { source: (*source).clone(), span, own: true };
        let expires = rule.expires.get_ref().0;
        if expires <= now {
            let message = "this exemption is over, and has no effect".to_owned();
            found.push(at(rule.expires.span()).warn(DiagnosticKind::Expired, message, Some("remove it")));
            continue;
        }
        if let Some(name) = &rule.pattern
            && !written.compiled.pattern_names().any(|known| known == name.get_ref())
        {
            let message = format!(
                "this exemption has no effect: the pattern {} is switched off, or of a class that is not masked",
                quoted(name.get_ref())
            );
            found.push(at(name.span()).warn(DiagnosticKind::NeverApplies, message, Some("remove it")));
            continue;
        }
        let does_it = |&(other, (_, broader)): &(usize, &(&Source, &ExemptionRule))| {
            other != index && is_in_place_of(broader, rule) && (other < index || !is_in_place_of(rule, broader))
        };
        if rules.iter().enumerate().any(|other| does_it(&other)) {
            let message = "this exemption has no effect: another one is for the same and more, and as long".to_owned();
            found.push(at(rule.target.span()).warn(DiagnosticKind::Shadowed, message, Some("remove one of the two")));
        } else if expires < now + SOON {
            let message = format!("this exemption ends soon: at {}", moment(expires));
            let help = Some("remove it then, or give it a later end if it is still needed");
            found.push(at(rule.expires.span()).warn(DiagnosticKind::ExpiresSoon, message, help));
        }
    }
}

/// Whether the first lets pass all that the second does, and as long.
fn is_in_place_of(first: &ExemptionRule, second: &ExemptionRule) -> bool {
    let text = |text: &Option<toml::Spanned<String>>| text.as_ref().map(|text| text.get_ref().clone());
    text(&first.field) == text(&second.field)
        && text(&first.pattern) == text(&second.pattern)
        && first.expires.get_ref().0 >= second.expires.get_ref().0
        && TargetPattern::parse(first.target.get_ref()).is_some_and(|target| target.matches(second.target.get_ref()))
}

/// Keys that rules say are to be replaced.
pub(super) fn key_rotation(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let now = SystemTime::now();
    let tokens = written.files.iter().filter_map(|(source, file)| Some((source, file.tokens.as_ref()?)));
    for (source, tokens) in tokens {
        for (id, by) in &tokens.rotate_by {
            let place = Place { source: source.clone(), span: id.span(), own: true };
            let (name, by) = (quoted(&id.get_ref().0), by.get_ref().0);
            let Some(ring) = written.key_ring else { continue };
            let mut warn =
                |message: String, help| found.push(place.warn(DiagnosticKind::KeyRotation, message, Some(help)));
            if !ring.key_ids().any(|known| known == id.get_ref().0) {
                warn(format!("there is no key {name} among the token keys"), "remove this line, if it was taken out");
            } else if by > now + ROTATION {
                // There is time.
            } else if ring.active_key_id() == id.get_ref().0 {
                let when = if by <= now { "was to be" } else { "is to be" };
                let message = format!("the key {name}, which tokens are made with, {when} replaced by {}", moment(by));
                warn(message, "put a new key in front of it, as `tracing-privacy keygen` makes one");
            } else {
                let when = if by <= now { "was to be" } else { "is to be" };
                let message = format!("the key {name}, of older tokens, {when} taken out by {}", moment(by));
                warn(message, "take it out, when nobody looks for its tokens any more");
            }
        }
    }
}
