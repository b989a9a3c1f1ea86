//! The one crossing: (key, value, policy) → safe text. All masking passes through here.

#![allow(dead_code, unused_variables, reason = "filled in by the next steps")]

use crate::policy::Policy;

/// What a policy does with the values of one field, decided once, from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Look inside the value.
    Scan,
    /// Mask the whole value by the rule of that index.
    Mask(u32),
    /// Let no value through; the field disappears.
    Drop,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sanitized {
    /// Nothing to mask: the raw value may pass. Nothing was appended.
    Clean,
    /// The safe text was appended.
    Masked,
    /// The field must disappear. Nothing was appended.
    Dropped,
}

/// A number as `tracing` hands it out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Signed(i128),
    Unsigned(u128),
    Float(f64),
    Bool(bool),
}

impl Policy {
    /// What this policy does with a field of that name (`user.email`, `http.request.header.x-api-key`).
    pub(crate) fn action(&self, field: &str) -> Action {
        Action::Scan
    }

    /// Sanitizes one text value; appends to `out` unless it is clean. Text need not be UTF-8; what is appended is,
    /// if `text` is.
    pub(crate) fn sanitize(&self, action: Action, field: &str, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        Sanitized::Clean
    }

    /// Sanitizes one number.
    pub(crate) fn sanitize_number(&self, action: Action, field: &str, number: Number, out: &mut Vec<u8>) -> Sanitized {
        Sanitized::Clean
    }

    /// What stands for a value that could not be read at all (its `Debug` panicked, its text is too large): appended to
    /// `out`, counted as a failure.
    pub(crate) fn unreadable(&self, field: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"[redacted:sensitive]");
    }
}
