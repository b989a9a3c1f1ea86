//! A field that a rule names, in a class that is not masked.

use super::super::keys::{Keys, is_kept_back};
use super::super::statement::{FieldOrigin, Statement};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "unmasked_field",
    finds: "a sensitive field, of a class that the policy does not mask",
    help: "leave it out, raise its class or lower `mask_from`, or log a typed value: `%confidential(&value)`",
    check,
};

fn check(statement: &Statement, keys: &Keys<'_>, found: &mut Vec<Found>) {
    for field in &statement.fields {
        if field.origin != FieldOrigin::Written || field.value.is_safe {
            continue;
        }
        let Some(sensitive) = keys.sensitive(&field.key) else { continue };
        if is_kept_back(keys.treatment(statement.target.as_deref(), &field.key)) {
            continue;
        }
        let (class, category) = (sensitive.class.as_str().to_owned(), sensitive.category.clone());
        let message = format!(
            "the field `{}` ({class}, {category}) is logged as it is: the policy masks no such class",
            field.key
        );
        let subject = Subject { name: field.key.clone(), class, category };
        found.push(statement.finding(&LINT, Level::Error, field.place, &subject, message));
    }
}
