//! What a policy does with a value, by the name that it stands under.

use super::field_name::{is_not_data, last_segment, without_silent};
use super::inventory::Parents;
use super::{Compiled, OWN_TARGET, Policy};
use crate::detect::pair::{Companion, Dotted};
use crate::detect::scanner::Hint;
use crate::rules::{NotAllowed, Unlisted};
use crate::sanitize::Action;

impl Policy {
    /// What this policy does with a field of that name (`user.email`, `http.request.header.x-api-key`).
    pub(crate) fn action(&self, field: &str) -> Action {
        self.compiled.action_of(field)
    }

    /// What this policy does with a field of an event or span of that target.
    pub(crate) fn action_at(&self, target: &str, field: &str) -> Action {
        match self.not_allowed(target, field) {
            Some(NotAllowed::Mask) => return Action::Mask(self.compiled.schema_rule),
            Some(NotAllowed::Drop | NotAllowed::Reject) => return Action::Drop(self.compiled.schema_rule),
            None => {}
        }
        match self.action(field) {
            // What this library itself tells must not be lost since no rule names it.
            Action::Unlisted(_) if target == OWN_TARGET => Action::Scan,
            Action::Drop(rule) if target == OWN_TARGET && rule == self.compiled.unlisted_rule => Action::Scan,
            action => action,
        }
    }
}

impl Compiled {
    /// What is done with a field of that name.
    pub(super) fn action_of(&self, field: &str) -> Action {
        if is_not_data(field) {
            return Action::Scan;
        }
        self.action_or_hinted(field.as_bytes(), &Dotted(b""))
    }

    /// What is done with the value of a key, of which [`action_in`](Self::action_in) does not say whether it is read with its name.
    pub(crate) fn action_or_hinted(&self, key: &[u8], parents: &dyn Parents) -> Action {
        match self.action_in(key, parents) {
            Action::Scan => match self.scanner.hint_of(last_segment(without_silent(key))) {
                Hint::None => Action::Scan,
                hint => Action::ScanHinted { numbers: hint == Hint::ForAll },
            },
            action => action,
        }
    }

    /// What is done with a text under a key that says nothing alone, beside its companion.
    pub(crate) fn action_beside(&self, companion: &Companion, key: &[u8], parents: &dyn Parents) -> Option<Action> {
        let action = self.action_in(key, &companion.before(parents));
        action.is_whole().then_some(action)
    }

    /// What is done with the value of a key.
    pub(crate) fn action_in(&self, key: &[u8], parents: &dyn Parents) -> Action {
        match (self.inventory.rule_of_path(key, parents), self.unlisted) {
            (Some(rule), _) if self.rule(rule).masks => match self.rule(rule).chain.drops() {
                true => Action::Drop(rule),
                false => Action::Mask(rule),
            },
            (Some(_), _) | (None, Unlisted::Scan) => Action::Scan,
            (None, Unlisted::Mask) => Action::Unlisted(self.unlisted_rule),
            (None, Unlisted::Drop) => Action::Drop(self.unlisted_rule),
        }
    }
}
