//! A field that the schema of its target does not allow.

use tracing_privacy::Treatment;

use super::super::keys::Keys;
use super::super::statement::{Kind, Statement};
use super::{Found, Lint, Subject};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "schema",
    finds: "a field that the `[[schema]]` of its target does not allow",
    help: "leave it out, or add it to `allow` in the rules",
    check,
};

fn check(statement: &Statement, keys: &Keys<'_>, found: &mut Vec<Found>) {
    // A recorded value belongs to a span that may have been made anywhere, where its field was already told.
    let Some(target) = statement.target.as_deref().filter(|_| statement.kind != Kind::Record) else { return };
    for field in &statement.fields {
        let Some(treatment) = keys.policy().explain_schema(target, &field.key) else { continue };
        let outcome = match treatment {
            Treatment::Rejected if statement.kind == Kind::Event => "the event is not logged",
            Treatment::Masked => "it is masked",
            _ => "it is dropped",
        };
        let message = format!("the schema of `{target}` does not allow the field `{}`: {outcome}", field.key);
        let (class, category) = keys.sensitive(&field.key).map_or_else(Default::default, |sensitive| {
            (sensitive.class.as_str().to_owned(), sensitive.category.clone())
        });
        let subject = Subject { name: field.key.clone(), class, category };
        found.push(statement.finding(&LINT, Level::Error, field.place, &subject, message));
    }
}
