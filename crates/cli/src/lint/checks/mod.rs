//! The lints, one file each, in one ordered list.

mod config_secret;
mod instrumented_argument;
mod renamed_field;
mod schema;
mod sensitive_message;
mod sensitive_output;
mod sensitive_panic;
mod sensitive_struct;
mod unmasked_field;

pub(super) use self::config_secret::secrets;
use super::expression::Carried;
use super::index::Exposed;
use super::keys::Keys;
use super::place::Place;
use super::statement::{Statement, Value};
use crate::report::Level;

/// A lint.
pub(super) struct Lint {
    /// By this name it is allowed, and told.
    pub(super) name: &'static str,
    /// What it finds, in one line.
    pub(super) finds: &'static str,
    /// How to mend it, in one line.
    pub(super) help: &'static str,
    /// Looks at a statement.
    check: fn(&Statement, &Keys<'_>, &mut Vec<Found>),
}

/// All lints.
pub(super) const LINTS: [&Lint; 9] = [
    &unmasked_field::LINT,
    &renamed_field::LINT,
    &instrumented_argument::LINT,
    &sensitive_struct::LINT,
    &sensitive_message::LINT,
    &sensitive_output::LINT,
    &sensitive_panic::LINT,
    &schema::LINT,
    &config_secret::LINT,
];

/// What a lint found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) lint: &'static str,
    pub(super) level: Level,
    pub(super) place: Place,
    /// One sentence, with names and never a value.
    pub(super) message: String,
    pub(super) help: String,
    pub(super) class: String,
    pub(super) category: String,
    /// What makes it the same finding again, when lines have moved.
    pub(super) identity: String,
    /// The line that its statement begins in.
    pub(super) statement_line: usize,
}

/// All that the lints find in a statement.
pub(super) fn found(statement: &Statement, keys: &Keys<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    LINTS.iter().for_each(|lint| (lint.check)(statement, keys, &mut found));
    found
}

/// What kind of value it is, for a finding.
struct Subject {
    /// `user.email`; not a value.
    name: String,
    class: String,
    category: String,
}

impl Subject {
    fn carried(carried: &Carried) -> Self {
        let sensitive = &carried.sensitive;
        Self {
            name: carried.name.clone(),
            class: sensitive.class.as_str().to_owned(),
            category: sensitive.category.clone(),
        }
    }

    /// The fields that a struct prints; the highest class of them.
    fn exposed(value: &Value) -> Option<Self> {
        let highest = value.exposed.iter().max_by_key(|exposed| exposed.sensitive.class)?;
        let names: Vec<_> = value.exposed.iter().map(|exposed| format!("`{}`", exposed.path)).collect();
        let names = if value.exposed.iter().any(|exposed| exposed.path == value.ty) {
            format!("a `{}`", value.ty)
        } else {
            let fields = if names.len() == 1 { "field" } else { "fields" };
            format!("the {fields} {} of `{}`", names.join(", "), value.ty)
        };
        let sensitive = &highest.sensitive;
        Some(Self { name: names, class: sensitive.class.as_str().to_owned(), category: sensitive.category.clone() })
    }
}

impl Statement {
    fn finding(&self, lint: &Lint, level: Level, place: Place, subject: &Subject, message: String) -> Found {
        let identity = [lint.name, self.target.as_deref().unwrap_or(""), &self.function, &self.name, &subject.name];
        Found {
            lint: lint.name,
            level,
            place,
            message,
            help: lint.help.to_owned(),
            class: subject.class.clone(),
            category: subject.category.clone(),
            identity: identity.join("\0"),
            statement_line: self.line,
        }
    }
}

impl Value {
    /// The sensitive value that it holds, unless that is safe.
    fn sensitive(&self) -> Option<&Carried> {
        self.carried.as_ref().filter(|_| !self.is_safe)
    }

    /// The sensitive fields that it prints.
    fn prints(&self) -> Option<&[Exposed]> {
        (self.carried.is_none() && !self.is_safe && !self.exposed.is_empty()).then_some(&self.exposed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_tells_what_it_finds_and_how_to_mend_it() {
        let mut names: Vec<_> = LINTS.iter().map(|lint| lint.name).collect();
        for lint in LINTS {
            let is_name = lint.name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(is_name && lint.finds.len() > 20 && lint.help.len() > 20, "{}", lint.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LINTS.len());
    }

    #[test]
    fn the_page_names_every_lint() {
        let page = include_str!("../../../../../docs/lint.md");
        for lint in LINTS {
            assert!(page.contains(&format!("| `{}` | {} |", lint.name, lint.finds)), "{}", lint.name);
        }
    }
}
