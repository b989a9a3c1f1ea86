//! A sensitive value under a name that tells nothing of it.

use super::super::keys::{Keys, is_kept_back};
use super::super::statement::{FieldOrigin, Statement};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "renamed_field",
    finds: "a sensitive value in a field whose name no rule masks",
    help: "give the field the name of what it holds, list its name under `[[field]]`, or log a typed value: `%confidential(&value)`",
    check,
};

fn check(statement: &Statement, keys: &Keys<'_>, found: &mut Vec<Found>) {
    for field in &statement.fields {
        let is_message = field.key == "message";
        let Some(carried) = field.value.sensitive().filter(|_| field.origin == FieldOrigin::Written && !is_message)
        else {
            continue;
        };
        // A name that tells of it, and is not masked, is another finding.
        if keys.sensitive(&field.key).is_some() || is_kept_back(keys.treatment(statement.target.as_deref(), &field.key))
        {
            continue;
        }
        let subject = Subject::carried(carried);
        let Subject { name, class, category } = &subject;
        let message = format!("`{name}` ({class}, {category}) is logged as `{}`, which no rule masks", field.key);
        found.push(statement.finding(&LINT, Level::Error, carried.place, &subject, message));
    }
}
