//! What `#[instrument]` records without being told to.

use super::super::keys::{Keys, is_kept_back};
use super::super::statement::{FieldOrigin, Statement};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "instrumented_argument",
    finds: "a sensitive argument, result or error that `#[instrument]` records",
    help: "skip it: `#[instrument(skip(NAME))]`, or `skip_all` and `fields(…)` with what is needed; leave out `ret` or `err`",
    check,
};

fn check(statement: &Statement, keys: &Keys<'_>, found: &mut Vec<Found>) {
    for field in statement.fields.iter().filter(|field| field.origin != FieldOrigin::Written) {
        let is_masked = is_kept_back(keys.treatment(statement.target.as_deref(), &field.key));
        let (subject, told, is_masked) = match (field.value.sensitive(), field.value.prints()) {
            (Some(carried), _) => (Subject::carried(carried), format!("`{}`", carried.name), is_masked),
            (None, Some(exposed)) => {
                let Some(subject) = Subject::exposed(&field.value) else { continue };
                let told = subject.name.clone();
                (subject, told, is_masked || exposed.iter().all(|exposed| exposed.is_masked))
            }
            (None, None) => continue,
        };
        let what = match field.origin {
            FieldOrigin::Returned => "with `ret`",
            FieldOrigin::Failed => "with `err`",
            _ => "as an argument",
        };
        let (level, outcome) = if is_masked {
            (Level::Warning, "; the policy masks it")
        } else {
            (Level::Error, ", and the policy does not mask it")
        };
        let message =
            format!("`#[instrument]` records {told} ({}, {}) {what}{outcome}", subject.class, subject.category);
        found.push(statement.finding(&LINT, level, field.place, &subject, message));
    }
}
