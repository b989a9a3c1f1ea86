//! Output past the boundary.

use super::super::keys::Keys;
use super::super::statement::{Kind, Statement};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "sensitive_output",
    finds: "a sensitive value that `println!`, `dbg!` and the like print",
    help: "log it as a field instead, or print a typed value: `confidential(&value)`",
    check,
};

fn check(statement: &Statement, _: &Keys<'_>, found: &mut Vec<Found>) {
    if statement.kind == Kind::Print {
        past_the_boundary(statement, &LINT, "is printed", found);
    }
}

/// Tells of every sensitive value of a statement.
pub(super) fn past_the_boundary(statement: &Statement, lint: &Lint, how: &str, found: &mut Vec<Found>) {
    for value in &statement.values {
        let (subject, told) = match (value.sensitive(), value.prints()) {
            (Some(carried), _) => (Subject::carried(carried), format!("`{}`", carried.name)),
            (None, Some(_)) => {
                let Some(subject) = Subject::exposed(value) else { continue };
                let told = subject.name.clone();
                (subject, told)
            }
            (None, None) => continue,
        };
        let Subject { class, category, .. } = &subject;
        let message = format!("{told} ({class}, {category}) {how} by `{}`, past the boundary", statement.name);
        found.push(statement.finding(lint, Level::Error, value.place, &subject, message));
    }
}
