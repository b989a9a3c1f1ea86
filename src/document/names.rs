//! Members of an object that say what others of it are: `{"name": "DB_PASSWORD", "value": "x"}`.

use serde_json::Value;

use crate::detect::pair::{Role, names_value};
use crate::policy::{Parents, Policy};
use crate::sanitize::Action;

/// A pair in an array (`["password", "x"]`), as maps are often written: what is done with its value, by its key.
pub(crate) fn of_pair<'v>(
    policy: &Policy,
    item: &'v mut Value,
    parents: &dyn Parents,
) -> Option<(Action, &'v mut String, &'v mut Value)> {
    let [Value::String(key), value] = item.as_array_mut()?.as_mut_slice() else { return None };
    let action = policy.compiled().action_in(key.as_bytes(), parents);
    matches!(action, Action::Mask(_) | Action::Drop(_)).then_some((action, key, value))
}

/// Those of one object.
#[derive(Default)]
pub(crate) struct Names(Vec<Name>);

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
        members: impl Iterator<Item = (&'m str, Option<&'m str>)>,
        parents: &dyn Parents,
    ) -> Self {
        let names = members.filter(|(key, _)| Role::of(key.as_bytes()) == Some(Role::Name));
        let named = |(key, name): (&str, Option<&str>)| {
            let action = policy.compiled().action_by_name(name?.as_bytes(), parents)?;
            Some(Name { action, key: key.to_owned(), name: name?.to_owned() })
        };
        Self(names.filter_map(named).collect())
    }

    /// What is done with the value of a key, and what it is called: by its name, if it has one and its key (`own`) says nothing.
    pub(crate) fn action<'a>(&'a self, own: Action, key: &str, called: &'a str) -> (Action, &'a str) {
        let mut names = self.0.iter().filter(|_| !own.is_whole());
        let name = names.find(|name| names_value(name.key.as_bytes(), key.as_bytes()));
        name.map_or((own, called), |name| (name.action, &name.name))
    }
}
