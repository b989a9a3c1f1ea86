//! Fields that say of one another what they are: `debug!(key = "db_password", value = %x)`.

use super::buffer::{Fields, Kept};
use super::plan::Plan;
use crate::detect::pair::Role;
use crate::policy::Policy;
use crate::sanitize::{Action, Sanitized};

/// Which fields of a callsite may hold the name of a value, and which a value that has its name beside it. None, unless both are there.
#[derive(Default)]
pub(super) struct NamedFields {
    names: Box<[usize]>,
    values: Box<[usize]>,
}

impl NamedFields {
    /// Those of a callsite's fields.
    pub(super) fn of<'f>(fields: impl Iterator<Item = (&'f str, Action)> + Clone) -> Self {
        let with = |role: Role| -> Box<[usize]> {
            let fields = fields.clone().enumerate().filter(|(_, (name, _))| Role::of(name.as_bytes()) == Some(role));
            let free = |action: &Action| role == Role::Name || matches!(action, Action::Scan | Action::Unlisted(_));
            fields.filter(|(_, (_, action))| free(action)).map(|(index, _)| index).collect()
        };
        match (with(Role::Name), with(Role::Value)) {
            (names, values) if names.is_empty() || values.is_empty() => Self::default(),
            (names, values) => Self { names, values },
        }
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Masks values by the names that stand beside them. All fields are sanitized by themselves already.
#[cold]
pub(super) fn mask_named(policy: &Policy, plan: &Plan, fields: &mut Fields) {
    let NamedFields { names, values } = plan.named_fields();
    let kept_of = |fields: &Fields, index: usize| fields.kept.iter().position(|(of, _)| *of == index);
    for name in names {
        let Some(at) = kept_of(fields, *name) else { continue };
        let (Kept::Str(name) | Kept::Printed(name)) = &fields.kept[at].1 else { continue };
        // What `?name` puts around it.
        let name = fields.text[name.clone()].trim_matches('"').to_owned();
        let action = policy.action(&name);
        if !matches!(action, Action::Mask(_) | Action::Drop(_)) {
            continue;
        }
        for value in values {
            let Some(at) = kept_of(fields, *value) else { continue };
            let raw = text_of(fields, at);
            fields.masked.clear();
            match policy.sanitize(action, &name, &raw, &mut fields.masked) {
                Sanitized::Clean => {}
                Sanitized::Masked => {
                    let start = fields.text.len();
                    fields.text.push_str(&String::from_utf8_lossy(&fields.masked));
                    fields.kept[at].1 = Kept::Str(start..fields.text.len());
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
