//! Members of an object that say what others of it are: `{"name": "DB_PASSWORD", "value": "x"}`, `{"user": "joe", "pass": "x"}`.

use std::collections::HashMap;

use crate::detect::pair::{Companion, Companions, Role, is_result, names_value};
use crate::policy::{Parents, Policy};
use crate::sanitize::Action;

/// Those of one object.
#[derive(Default)]
pub(crate) struct Names {
    names: Vec<Name>,
    /// Keys that have their companion among the others.
    accompanied: HashMap<String, Action>,
}

/// A name, the key that it stands under, and what is done with the value that has it.
struct Name {
    action: Action,
    key: String,
    name: String,
}

impl Names {
    /// Those among members, which are keys and values, of those that are texts.
    pub(crate) fn among<'m>(
        policy: &Policy,
        members: impl Iterator<Item = (&'m str, Option<&'m str>)> + Clone,
        parents: &dyn Parents,
    ) -> Self {
        let policy = policy.compiled();
        let mut found = Self::default();
        let mut companions = Companions::default();
        members.clone().for_each(|(key, _)| {
            companions.add(key.as_bytes());
        });
        for (key, text) in members {
            let Some(text) = text else { continue };
            if Role::of(key.as_bytes()) == Some(Role::Name) {
                let action = policy.action_by_name(text.as_bytes(), parents);
                found.names.extend(action.map(|action| Name { action, key: key.to_owned(), name: text.to_owned() }));
            }
            if let Some(companion) = Companion::of(key.as_bytes())
                && companions.have(companion)
                && !is_result(text.as_bytes(), true)
            {
                let action = policy.action_beside(companion, key.as_bytes(), parents);
                found.accompanied.extend(action.map(|action| (key.to_owned(), action)));
            }
        }
        found
    }

    /// Whether others may say what the value of a key is.
    pub(crate) fn may_tell_of(key: &str) -> bool {
        Role::of(key.as_bytes()) == Some(Role::Value) || Companion::of(key.as_bytes()).is_some()
    }

    /// What is done with the value of a key, and what it is called: by its name, if it has one and its key (`own`) says nothing.
    pub(crate) fn action<'a>(&'a self, own: Action, key: &str, called: &'a str) -> (Action, &'a str) {
        if own.is_whole() {
            return (own, called);
        }
        if let Some(action) = self.accompanied.get(key) {
            return (*action, called);
        }
        let name = self.names.iter().find(|name| names_value(name.key.as_bytes(), key.as_bytes()));
        name.map_or((own, called), |name| (name.action, &name.name))
    }
}
