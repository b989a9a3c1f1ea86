//! What a source does with values: the statements that log, print or end with a message.

use super::expression::Carried;
use super::index::Exposed;
use super::place::Place;

/// A call of a macro, a recording, or a function under `#[instrument]`.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) kind: Kind,
    /// As a person calls it: `info!`, `#[instrument]`.
    pub(super) name: String,
    /// None, where the source does not tell.
    pub(super) level: Option<String>,
    pub(super) target: Option<String>,
    /// The function around it, with its type.
    pub(super) function: String,
    /// The line that it begins in.
    pub(super) line: usize,
    pub(super) fields: Vec<Field>,
    /// What is printed in its message, or otherwise without a key.
    pub(super) values: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    Span,
    /// `Span::record`, which tells neither target nor level.
    Record,
    Instrument,
    Print,
    Panic,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) origin: FieldOrigin,
    pub(super) value: Value,
}

/// Why a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldOrigin {
    /// Someone wrote it.
    Written,
    /// `#[instrument]` records the arguments that it does not skip.
    Argument,
    /// `ret`.
    Returned,
    /// `err`.
    Failed,
}

#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) place: Place,
    /// The sensitive value that it is or holds.
    pub(super) carried: Option<Carried>,
    /// The name of its type, and the sensitive fields that it prints.
    pub(super) ty: String,
    pub(super) exposed: Vec<Exposed>,
    /// Whether it is nothing to keep back, whatever its key is: a mask, a flag, a typed value.
    pub(super) is_safe: bool,
    /// In a message: whether the policy masks it for what stands around it.
    pub(super) is_masked: bool,
}
