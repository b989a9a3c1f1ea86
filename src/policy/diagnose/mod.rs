//! What is not wrong with rules, but has no effect, or soon will have none, or costs time that it need not cost.
//!
//! Only rules of one's own are looked at: that one of them goes before a pack's is what it is for. What is said must be true
//! under every profile, for whoever reads it may not know which one is in force elsewhere.

mod keys;
mod patterns;
mod permissions;

use std::collections::BTreeMap;
use std::ops::Range;

use super::rule::Rule;
use super::{Category, Compiled, DataClass};
use crate::mask::{Chain, KeyRing};
use crate::rules::{Diagnostic, DiagnosticKind, NotAllowed, RulesFile, Source, Unlisted, quoted};

/// Rules as they were written, and what became of them.
pub(super) struct Written<'w> {
    pub(super) files: &'w [(Source, RulesFile)],
    pub(super) compiled: &'w Compiled,
    pub(super) places: &'w Places,
    /// The lowest classes that are masked: by the settings in force, the defaults, and each profile. In order.
    pub(super) levels: Vec<DataClass>,
    pub(super) key_ring: Option<&'w KeyRing>,
}

/// Where rules stand.
#[derive(Default)]
pub(super) struct Places {
    /// Of each rule: its name.
    pub(super) rules: Vec<Place>,
    /// Of each entry of the inventory, in its order.
    pub(super) keys: Vec<Place>,
    /// The source of each pattern, by its name; also of those that are switched off.
    pub(super) patterns: BTreeMap<String, String>,
    /// Switches that later ones override.
    pub(super) overridden: Vec<Place>,
}

#[derive(Clone)]
pub(super) struct Place {
    pub(super) source: Source,
    pub(super) span: Range<usize>,
    /// Whether it is no pack's.
    pub(super) own: bool,
}

impl Place {
    fn warn(&self, kind: DiagnosticKind, message: String, help: Option<&str>) -> Diagnostic {
        Diagnostic::at(kind, &self.source, self.span.clone(), message, help.map(str::to_owned))
    }
}

/// All there is to say, in the order of what is looked at.
pub(super) fn diagnose(written: &Written<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for place in &written.places.overridden {
        let message = "another rules file switches this rule, and comes after this one".to_owned();
        found.push(place.warn(DiagnosticKind::Shadowed, message, Some("remove one of the two switches")));
    }
    keys::shadowed(written, &mut found);
    patterns::without_effect(written, &mut found);
    never_masked(written, &mut found);
    permissions::schemas(written, &mut found);
    permissions::exemptions(written, &mut found);
    permissions::key_rotation(written, &mut found);
    card_and_token(written, &mut found);
    found
}

impl Written<'_> {
    /// The rules of one's own, with their places.
    fn own_rules(&self) -> impl Iterator<Item = (&Rule, &Place)> {
        self.compiled.rules.iter().zip(&self.places.rules).filter(|(_, place)| place.own)
    }

    /// Whether a class is masked under some profile.
    fn is_ever_masked(&self, class: DataClass) -> bool {
        self.levels.first().is_some_and(|lowest| class >= *lowest)
    }
}

/// Rules that no profile lets mask. A field that is said to be public is no mistake: it lets a value through.
fn never_masked(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    for (rule, place) in written.own_rules() {
        let is_meant = !rule.is_pattern && rule.class == DataClass::Public && !rule.says_how;
        if written.is_ever_masked(rule.class) || is_meant {
            continue;
        }
        let (class, from) = (rule.class.as_str(), written.levels[0].as_str());
        let message = format!(
            "the rule {} never masks: its class is `{class}`, and no profile masks what is below `{from}`",
            quoted(&rule.name)
        );
        let help = format!("give it the class `{from}`, or set `mask_from = \"{class}\"` in `[defaults]` or a profile");
        found.push(place.warn(DiagnosticKind::NeverMasked, message, Some(&help)));
    }
}

/// Where rules that show parts of a card number stand beside a default that makes tokens of what no rule names (PCI DSS 3.5.1).
/// Between rules of that category this is an error; here it depends on what is logged.
fn card_and_token(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let compiled = written.compiled;
    let masks_unnamed = compiled.unlisted == Unlisted::Mask
        || compiled.schemas.iter().any(|schema| schema.not_allowed() == NotAllowed::Mask);
    if !masks_unnamed || !Chain::tokenizes(compiled.default_chain()) {
        return;
    }
    let keeping = compiled.rules.iter().find(|rule| {
        rule.masks && rule.category == Category::PAYMENT && rule.chain.keeps_parts() && !rule.chain.tokenizes()
    });
    let mask = written.files.iter().rev().find_map(|(source, file)| Some((source, file.defaults.mask.as_ref()?)));
    if let (Some(rule), Some((source, mask))) = (keeping, mask) {
        let message = format!(
            "a card number under a key that no rule names becomes a token, while {} shows parts of others; both of one number \
             give it away (PCI DSS 3.5.1)",
            quoted(&rule.name)
        );
        let help = format!("let the default erase, or [rules] {} = {{ mask = \"erase\" }}", rule.name);
        found.push(Diagnostic::at(DiagnosticKind::CardAndToken, source, mask.span(), message, Some(help)));
    }
}

#[cfg(test)]
mod tests;
