//! Rules to paste, for keys that want one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::audit::{Wanting, Why};
use crate::report::one_line;
use crate::rules::toml_string;

/// Maskers that need no more than their name, and no key.
const PLAIN: [&str; 6] = ["drop", "email_domain", "ip_prefix", "year", "age", "zip3"];

/// What a `[[field]]` says beside its keys.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    category: String,
    class: &'static str,
    mask: String,
}

/// A text of `[[field]]` rules, to be pasted into a rules file; empty where no key wants one.
pub(crate) fn snippet(wanting: &[Wanting]) -> String {
    let mut fields: BTreeMap<Kind, Vec<&Wanting>> = BTreeMap::new();
    for wants in wanting {
        let mask = match wants.maskers.as_slice() {
            [masker] if PLAIN.contains(&masker.as_str()) => masker.clone(),
            _ => "erase".to_owned(),
        };
        let kind = Kind { category: wants.category.clone(), class: wants.class.as_str(), mask };
        fields.entry(kind).or_default().push(wants);
    }
    let mut text = String::new();
    // Writing to memory does not fail.
    for (kind, wanting) in fields {
        let mut keys: BTreeMap<&str, &Wanting> = BTreeMap::new();
        for wants in wanting {
            keys.entry(wants.key.rsplit('.').next().unwrap_or(&wants.key)).or_insert(wants);
        }
        let separator = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{separator}[[field]]\nkeys = [");
        for (key, wants) in keys {
            let place = format!("{}:{}", one_line(&wants.file), wants.line + 1);
            let _ = writeln!(text, "    {}, # {}, first in {place}", toml_string(key), reason(&wants.why));
        }
        let Kind { category, class, mask } = kind;
        let _ = writeln!(text, "]\nclass = \"{class}\"\ncategory = \"{category}\"\nmask = \"{mask}\"");
    }
    text
}

fn reason(why: &Why) -> String {
    match why {
        Why::NoLongerListed => "is masked in the logs".to_owned(),
        Why::NamedByPack(rule) => format!("as `{rule}` of the packs"),
        Why::Holds(rule) => format!("holds what `{rule}` finds"),
        Why::Telling => "sounds sensitive".to_owned(),
    }
}
