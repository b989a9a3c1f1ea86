//! Whether a boundary is formatting a value on this thread, and for which field.
//!
//! A typed value is masked while it is being printed, not found again in what was printed: so nothing that surrounds it
//! (`{:#?}`, an escaped string, a text from outside that imitates a mark) can unmask it or swallow a part of it, and its
//! raw form never stands in a text that someone else could keep.

use std::cell::Cell;
use std::fmt::{self, Write as _};

use scoped_tls::scoped_thread_local;

use crate::document::lossy;
use crate::mask::push_placeholder;
use crate::policy::{Category, DataClass, Mode, Policy};
use crate::sanitize::{Action, Sanitized};

// The policy of the innermost boundary that is formatting a value.
scoped_thread_local!(static POLICY: Policy);

thread_local! {
    /// The field whose value is being formatted, and what is done with it.
    static FIELD: Cell<(Action, &'static str)> = const { Cell::new((Action::Scan, "")) };
}

/// Runs `format`, which formats the value of a field for a boundary.
pub(crate) fn reading<R>(policy: &Policy, action: Action, field: &'static str, format: impl FnOnce() -> R) -> R {
    struct Restore((Action, &'static str));
    impl Drop for Restore {
        fn drop(&mut self) {
            FIELD.set(self.0);
        }
    }
    let _restore = Restore(FIELD.replace((action, field)));
    POLICY.set(policy, format)
}

/// How a typed value is to be printed.
pub(super) enum Shown {
    /// As it is.
    Value,
    /// By this text.
    Instead(String),
}

/// Decides it, for a value that prints as `raw`. An error where the value itself gave one.
pub(super) fn shown(class: DataClass, category: &Category, raw: fmt::Arguments<'_>) -> Result<Shown, fmt::Error> {
    let mut out = Vec::new();
    if !POLICY.is_set() {
        push_placeholder(category, &mut out);
        return Ok(Shown::Instead(text(&out)));
    }
    POLICY.with(|policy| {
        let (action, field) = FIELD.get();
        if policy.mode() == Mode::Enforce && policy.passes_typed(action, class) {
            return Ok(Shown::Value);
        }
        let mut value = String::new();
        value.write_fmt(raw)?;
        let value = unquoted(&value);
        if policy.mode() != Mode::Enforce {
            // It is counted; what is printed is as without a boundary.
            policy.sanitize_typed(action, field, class, category, value.as_bytes(), &mut out);
            out.clear();
            push_placeholder(category, &mut out);
            return Ok(Shown::Instead(text(&out)));
        }
        Ok(Shown::Instead(match policy.sanitize_typed(action, field, class, category, value.as_bytes(), &mut out) {
            Sanitized::Clean => value.to_owned(),
            Sanitized::Masked => text(&out),
            Sanitized::Dropped => String::new(),
        }))
    })
}

/// A string without the quotes of its `Debug`, so that its token is the same in all forms.
fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains(['"', '\\'])).unwrap_or(value)
}

fn text(bytes: &[u8]) -> String {
    lossy(bytes).into_owned()
}
