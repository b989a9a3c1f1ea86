//! A sensitive value in the text of a message.

use super::super::keys::Keys;
use super::super::statement::{Kind, Statement, Value};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "sensitive_message",
    finds: "a message that has a sensitive value in its text",
    help: "log it as a field, which is masked by its key, or as a typed value: `confidential(&value)`",
    check,
};

fn check(statement: &Statement, _: &Keys<'_>, found: &mut Vec<Found>) {
    if matches!(statement.kind, Kind::Print | Kind::Panic) {
        return;
    }
    let fields = statement.fields.iter().filter(|field| field.key == "message").map(|field| &field.value);
    for value in statement.values.iter().chain(fields) {
        tell(statement, value, found);
    }
}

fn tell(statement: &Statement, value: &Value, found: &mut Vec<Found>) {
    let Some(carried) = value.sensitive() else { return };
    let subject = Subject::carried(carried);
    let Subject { name, class, category } = &subject;
    let (level, outcome) = if value.is_masked {
        (Level::Warning, "; the policy masks it by the text before it")
    } else {
        (Level::Error, ", where no key tells what it is")
    };
    let message = format!("`{name}` ({class}, {category}) stands in the text of a message{outcome}");
    found.push(statement.finding(&LINT, level, carried.place, &subject, message));
}
