//! Reads raw values, and keeps sanitized ones.

use std::error::Error;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing_core::Field;
use tracing_core::field::Visit;

use super::buffer::{Fields, Kept};
use super::escape::{escaped, forges_lines};
use super::named::Named;
use super::plan::{Plan, PlanRef};
use crate::detect::pair::is_result;
use crate::observe::LookingAt;
use crate::policy::{Policy, Scope, is_not_data};
use crate::sanitize::{Action, Number, Sanitized};
use crate::typed::reading;

/// A `Debug` or `Display` that writes more than this many bytes is masked as a whole.
const MAX_FORMATTED: usize = 64 << 20;

/// Visits raw values; leaves sanitized ones in its fields.
pub(super) struct Sanitizer<'a> {
    policy: &'a Policy,
    plan: Found,
    fields: &'a mut Fields,
    /// Held while fields are visited: decisions and exemptions are told where this is.
    place: Option<(LookingAt<'a>, Option<Scope>)>,
    /// What fields say of others.
    named: Vec<Named>,
}

/// The plan for the fields that are visited.
enum Found {
    /// It is known.
    Plan(PlanRef),
    /// It follows from the first field.
    NotYet,
    /// There is none: nothing can be said of the fields, so none passes.
    None,
}

impl<'a> Sanitizer<'a> {
    /// For an event or a new span.
    pub(super) fn new(policy: &'a Policy, plan: PlanRef, fields: &'a mut Fields) -> Self {
        let place = Some(looking_at(policy, &plan));
        Self { policy, plan: Found::Plan(plan), fields, place, named: Vec::new() }
    }

    /// For a record, which does not say of which callsite it is; its fields do.
    pub(super) fn for_record(policy: &'a Policy, fields: &'a mut Fields) -> Self {
        Self { policy, plan: Found::NotYet, fields, place: None, named: Vec::new() }
    }

    /// After the last field: masks values by the names that other fields hold.
    #[inline]
    pub(super) fn finish(&mut self) {
        if let Found::Plan(plan) = &self.plan {
            self.named.iter().for_each(|named| named.mask(self.policy, plan, self.fields));
        }
    }

    /// The plan that the visited fields belong to; `None` if no field was visited.
    pub(super) fn into_plan(self) -> Option<PlanRef> {
        match self.plan {
            Found::Plan(plan) => Some(plan),
            Found::NotYet | Found::None => None,
        }
    }

    /// What to do with a field; `None` if nothing of it may be kept.
    #[inline]
    fn action(&mut self, field: &Field) -> Option<Action> {
        match &self.plan {
            Found::Plan(plan) => plan.action(field).or_else(|| self.find_action(field)),
            _ => self.find_action(field),
        }
    }

    #[cold]
    fn find_action(&mut self, field: &Field) -> Option<Action> {
        if let Found::NotYet = self.plan {
            self.plan = self.policy.known_plan(&field.callsite()).map_or(Found::None, Found::Plan);
            if let Found::Plan(plan) = &self.plan {
                self.place = Some(looking_at(self.policy, plan));
            }
        }
        let action = match &self.plan {
            Found::Plan(plan) => Plan::action(plan, field),
            Found::NotYet | Found::None => None,
        };
        if action.is_none() {
            // Counted as a failure; what stands for the value has no place to go.
            self.policy.unreadable(field.name(), &mut self.fields.masked);
            self.fields.masked.clear();
        }
        action
    }

    #[inline(always)]
    fn keep(&mut self, field: &Field, kept: Kept) {
        self.fields.kept.push((field.index(), kept));
    }

    #[inline(always)]
    fn number(&mut self, field: &Field, number: Number, clean: Kept) {
        self.fields.values += 1;
        let Some(mut action) = self.action(field) else { return };
        if !action.is_scan() && is_accompanied(&self.plan, field) {
            action = Action::Scan;
        }
        self.fields.masked.clear();
        match self.policy.sanitize_number(action, field.name(), number, &mut self.fields.masked) {
            Sanitized::Clean => self.keep(field, clean),
            Sanitized::Masked => {
                let text = self.fields.keep_masked();
                self.keep(field, Kept::Str(text));
            }
            Sanitized::Dropped => {}
        }
    }

    /// Sanitizes a text. A masked one is in `masked`.
    fn text(&mut self, action: Action, field: &Field, raw: &str) -> Sanitized {
        let Fields { masked, looked_at, .. } = &mut *self.fields;
        Reading { policy: self.policy, plan: &self.plan, action, field, masked, looked_at }.text(raw)
    }
}

/// A text while it is sanitized.
struct Reading<'r> {
    policy: &'r Policy,
    plan: &'r Found,
    action: Action,
    field: &'r Field,
    /// Where its safe form is written, if it is masked.
    masked: &'r mut Vec<u8>,
    looked_at: &'r mut usize,
}

impl Reading<'_> {
    fn text(mut self, raw: &str) -> Sanitized {
        if self.action.is_whole()
            && is_accompanied(self.plan, self.field)
            && is_result(raw.trim_matches('"').as_bytes(), true)
        {
            self.action = Action::Scan;
        }
        *self.looked_at += raw.len();
        let (index, raw) = (self.field.index(), raw.as_bytes());
        if let Found::Plan(plan) = self.plan
            && plan.is_known_clean(index, raw)
        {
            return Sanitized::Clean;
        }
        self.masked.clear();
        let (outcome, lasting) = self.policy.sanitize_lasting(self.action, self.field.name(), raw, self.masked);
        if lasting && let Found::Plan(plan) = self.plan {
            plan.found_clean(index, raw);
        }
        outcome
    }

    /// The same of what code of the application wrote.
    fn printed(self, raw: &str) -> Sanitized {
        let field = self.field.name();
        if !self.policy.reduces(self.action, field, raw) {
            return self.text(raw);
        }
        *self.looked_at += raw.len();
        self.masked.clear();
        self.policy.reduce(field, raw, None, self.masked)
    }
}

/// Whether a field's companion says what is done with it.
#[cold]
fn is_accompanied(plan: &Found, field: &Field) -> bool {
    matches!(plan, Found::Plan(plan) if plan.is_accompanied(field))
}

fn looking_at<'p>(policy: &'p Policy, plan: &Plan) -> (LookingAt<'p>, Option<Scope>) {
    (LookingAt::callsite(plan.metadata(), &policy.compiled().counters), policy.looking_at(plan.metadata().target()))
}

impl Visit for Sanitizer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.values += 1;
        let Some(action) = self.action(field) else { return };
        self.fields.ran_foreign_code = true;
        let Fields { text, masked, looked_at, .. } = &mut *self.fields;
        let start = text.len();
        let format = || format_limited(format_args!("{value:?}"), text);
        let outcome = match reading(self.policy, action, field.name(), format) {
            Ok(()) => {
                let raw = &text[start..];
                if let Found::Plan(plan) = &self.plan
                    && plan.is_name(field.index())
                {
                    self.named.extend(Named::by(self.policy, field, raw));
                }
                Reading { policy: self.policy, plan: &self.plan, action, field, masked, looked_at }.printed(raw)
            }
            Err(Unreadable) => {
                masked.clear();
                self.policy.unreadable(field.name(), masked);
                Sanitized::Masked
            }
        };
        if outcome != Sanitized::Clean {
            text.truncate(start);
        }
        let end = text.len();
        let text = match outcome {
            Sanitized::Clean => start..end,
            Sanitized::Masked => self.fields.keep_masked(),
            Sanitized::Dropped => return,
        };
        self.keep(field, Kept::Printed(text));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.values += 1;
        let Some(action) = self.action(field) else { return };
        if let Found::Plan(plan) = &self.plan
            && plan.is_name(field.index())
        {
            self.named.extend(Named::by(self.policy, field, value));
        }
        let text = match self.text(action, field, value) {
            Sanitized::Clean => self.fields.keep_text(value),
            Sanitized::Masked => self.fields.keep_masked(),
            Sanitized::Dropped => return,
        };
        // Formatters print the message as it is, and where a record of `log` comes from; they quote every other text.
        let kept = match field.name() {
            name if !is_not_data(name) || !forges_lines(&self.fields.text[text.clone()]) => Kept::Str(text),
            "message" => Kept::Printed(text),
            // It is turned back into metadata, and must stay a text.
            _ => {
                let escaped = escaped(&self.fields.text[text]);
                Kept::Str(self.fields.keep_text(&escaped))
            }
        };
        self.keep(field, kept);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.fields.values += 1;
        self.fields.looked_at += value.len();
        let Some(action) = self.action(field) else { return };
        self.fields.masked.clear();
        match self.policy.sanitize(action, field.name(), value, &mut self.fields.masked) {
            Sanitized::Clean => {
                let start = self.fields.bytes.len();
                self.fields.bytes.extend_from_slice(value);
                self.keep(field, Kept::Bytes(start..start + value.len()));
            }
            Sanitized::Masked => {
                let text = self.fields.keep_masked();
                self.keep(field, Kept::Str(text));
            }
            Sanitized::Dropped => {}
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.fields.values += 1;
        let Some(action) = self.action(field) else { return };
        self.fields.ran_foreign_code = true;
        if let Some(index) = self.fields.errors.add(self.policy, action, field.name(), value) {
            self.keep(field, Kept::Error(index));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, Number::Signed(value.into()), Kept::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, Number::Unsigned(value.into()), Kept::U64(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.number(field, Number::Signed(value), Kept::I128(value.to_ne_bytes()));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.number(field, Number::Unsigned(value), Kept::U128(value.to_ne_bytes()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, Number::Float(value), Kept::F64(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, Number::Bool(value), Kept::Bool(value));
    }
}

/// A value could not be read: its code panicked, returned an error, or wrote too much.
#[derive(Debug)]
pub(super) struct Unreadable;

/// Formats a value of the application once, whatever its code does.
pub(super) fn format_limited(value: fmt::Arguments<'_>, out: &mut String) -> Result<(), Unreadable> {
    let most = out.len().saturating_add(MAX_FORMATTED);
    let mut limited = Limited { out, most };
    format_caught(|| limited.write_fmt(value))?.map_err(|_| Unreadable)
}

/// Runs code of the application, and catches its panic.
pub(super) fn format_caught<R>(code: impl FnOnce() -> R) -> Result<R, Unreadable> {
    // What the code may leave half done is an output buffer, and that is thrown away.
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        // A payload may panic again when it is dropped.
        std::mem::forget(payload);
        Unreadable
    })
}

struct Limited<'a> {
    out: &'a mut String,
    /// How long it may become, in bytes.
    most: usize,
}

impl Write for Limited<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > self.most - self.out.len() {
            return Err(fmt::Error);
        }
        self.out.push_str(text);
        Ok(())
    }
}
