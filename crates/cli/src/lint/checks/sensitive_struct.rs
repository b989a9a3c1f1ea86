//! A struct that is logged with all its fields.

use super::super::keys::{Keys, is_kept_back};
use super::super::statement::{FieldOrigin, Kind, Statement, Value};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "sensitive_struct",
    finds: "a struct that is logged with its sensitive fields",
    help: "log the fields that are needed, wrap the sensitive ones (`Sensitive<String>`, `SecretString`), or write `Debug` by hand",
    check,
};

fn check(statement: &Statement, keys: &Keys<'_>, found: &mut Vec<Found>) {
    if matches!(statement.kind, Kind::Print | Kind::Panic) {
        return;
    }
    let target = statement.target.as_deref();
    for field in statement.fields.iter().filter(|field| field.origin == FieldOrigin::Written) {
        if !is_kept_back(keys.treatment(target, &field.key)) {
            tell(statement, &field.value, &format!("logged in `{}`", field.key), found);
        }
    }
    statement.values.iter().for_each(|value| tell(statement, value, "logged in the message", found));
}

fn tell(statement: &Statement, value: &Value, how: &str, found: &mut Vec<Found>) {
    let (Some(exposed), Some(subject)) = (value.prints(), Subject::exposed(value)) else { return };
    // What is masked depends on how the struct is printed: one refactoring away from not being masked.
    let (level, outcome) = if exposed.iter().all(|exposed| exposed.is_masked) {
        (Level::Warning, "; the policy masks what it can read of it")
    } else {
        (Level::Error, ", where the policy does not mask all of it")
    };
    let Subject { name, class, category } = &subject;
    let be = if value.exposed.len() == 1 { "is" } else { "are" };
    let message = format!("{name} ({class}, {category}) {be} {how}{outcome}");
    found.push(statement.finding(&LINT, level, value.place, &subject, message));
}
