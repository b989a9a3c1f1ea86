//! Whether a locked policy may be replaced by another.

use super::rule::Rule;
use super::{Compiled, Policy};
use crate::mask::Reveals;
use crate::rules::{Error, quoted};

/// Allows what masks at least as much. Where that cannot be told, it is refused.
pub(super) fn allow(old: &Policy, new: &Policy) -> Result<(), Error> {
    let (old, new) = (old.compiled(), new.compiled());
    let Some(floor) = &old.settled.floor else { return Ok(()) };
    let refuse = |why: String| {
        let hint = Some("take the change back, or restart the program with it".to_owned());
        Err(Error::plain(format!("the profile {} is locked, and {why}", quoted(&floor.profile)), hint))
    };
    if new.settled.floor.is_none() {
        return refuse("the new rules have no lock".to_owned());
    }
    if let Some(weaker) = new.settled.settings.weaker_than(&floor.settings) {
        return refuse(format!("the new rules would weaken it: {weaker}"));
    }
    let masking = || old.rules.iter().filter(|rule| rule.masks);
    if let Some(rule) = masking().find(|rule| !new.rules.iter().any(|other| masks_as_much(other, rule))) {
        return refuse(format!("the rule {} would mask less, or may", quoted(&rule.name)));
    }
    if !old.schemas.iter().all(|schema| new.schemas.iter().any(|other| schema.is_kept_by(other))) {
        return refuse("a schema would allow more, or may".to_owned());
    }
    if let Some(rule) = new.rules.iter().find(|rule| may_show_more(rule, old)) {
        return refuse(format!("the new rule {} may show what is masked now", quoted(&rule.name)));
    }
    Ok(())
}

/// Whether a rule of the new policy masks all that one of the old policy does, and shows no more of it.
fn masks_as_much(new: &Rule, old: &Rule) -> bool {
    let shows_no_more = new.mask == old.mask || is_strict(new);
    new.masks && new.name == old.name && shows_no_more && old.finds.iter().all(|what| new.finds.contains(what))
}

/// Whether nothing of a value comes out, nor anything that is equal for equal values.
fn is_strict(rule: &Rule) -> bool {
    rule.masks && rule.chain.reveals() == Reveals::Nothing && !rule.chain.tokenizes()
}

/// Whether a rule, or what was added to one, could speak in place of one of the old policy that shows less.
fn may_show_more(rule: &Rule, old: &Compiled) -> bool {
    if is_strict(rule) {
        return false;
    }
    let same = |other: &&Rule| other.name == rule.name && other.mask == rule.mask && other.masks == rule.masks;
    let known =
        |what: &str| old.rules.iter().filter(same).any(|other| other.finds.iter().any(|found| **found == *what));
    rule.finds.iter().filter(|what| !known(what)).any(|what| match rule.is_pattern {
        // A pattern that is not masked finds nothing. One that shows parts may win over another.
        true => rule.masks,
        false => what.contains('*') || !old.action_of(what).is_scan(),
    })
}
