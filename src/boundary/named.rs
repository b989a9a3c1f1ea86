//! Fields that say of one another what they are: `debug!(key = "db_password", value = %x)`.

use tracing_core::Field;

use super::buffer::{Fields, Kept};
use super::plan::Plan;
use crate::detect::pair::Dotted;
use crate::document::lossy;
use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized, peeled};

/// A name, in a field of an event, that a rule knows.
pub(super) struct Named {
    /// The field that holds it.
    field: &'static str,
    action: Action,
    name: String,
}

impl Named {
    /// What a field's raw text says of other fields, if anything.
    #[cold]
    pub(super) fn by(policy: &Policy, field: &Field, text: &str) -> Option<Self> {
        // Without what `?name` puts around it.
        let name = peeled(text.as_bytes());
        let action = match policy.compiled().action_by_name(&name, &Dotted(b""))? {
            // The value was looked into already: what is left of it makes no token.
            Action::Mask(rule) => Action::Erase(rule),
            action => action,
        };
        Some(Self { field: field.name(), action, name: lossy(&name).into_owned() })
    }

    /// Masks the values that have the name beside them. All fields are sanitized by themselves already.
    pub(super) fn mask(&self, policy: &Policy, plan: &Plan, fields: &mut Fields) {
        for index in plan.named_by(self.field) {
            let Some(at) = fields.kept.iter().position(|(of, _)| *of == index) else { continue };
            let text = text_of(fields, at);
            fields.masked.clear();
            match policy.sanitize(self.action, &self.name, &text, &mut fields.masked) {
                Sanitized::Clean => {}
                Sanitized::Masked => {
                    let text = fields.keep_masked();
                    let kept = &mut fields.kept[at].1;
                    *kept = if let Kept::Printed(_) = kept { Kept::Printed(text) } else { Kept::Str(text) };
                }
                Sanitized::Dropped => {
                    fields.kept.remove(at);
                }
            }
        }
    }
}

fn text_of(fields: &Fields, at: usize) -> Vec<u8> {
    match &fields.kept[at].1 {
        Kept::Bool(value) => value.to_string().into(),
        Kept::I64(value) => value.to_string().into(),
        Kept::U64(value) => value.to_string().into(),
        Kept::I128(value) => i128::from_ne_bytes(*value).to_string().into(),
        Kept::U128(value) => u128::from_ne_bytes(*value).to_string().into(),
        Kept::F64(value) => value.to_string().into(),
        Kept::Bytes(range) => fields.bytes[range.clone()].into(),
        Kept::Str(range) | Kept::Printed(range) => fields.text[range.clone()].into(),
        Kept::Error(index) => fields.errors.get(*index).to_string().into(),
    }
}
