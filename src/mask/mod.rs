//! Maskers: a sensitive value in, a safe one out.

pub(crate) mod spec;

use std::fmt;

use crate::policy::{Category, DataClass};

/// Turns a sensitive value into a safe one.
///
/// A masker that fails or panics leaks nothing: its value is erased and the failure is counted.
pub trait Masker: Send + Sync + 'static {
    /// Appends the safe form of `value` to `out`.
    fn mask(&self, value: &str, subject: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError>;

    /// How much of the value its output shows.
    fn reveals(&self) -> Reveals {
        Reveals::Parts
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The safe form stands in `out`.
    Replaced,
    /// The field or member goes away; where it cannot (in the middle of a text), nothing is written for it.
    Dropped,
}

/// How much of a value a masker's output shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reveals {
    /// Nothing of it: erased, fixed, dropped, tokenized.
    Nothing,
    /// Some of it: last digits, a network prefix, a year.
    Parts,
    /// All of it, in another form: lowercased, trimmed. Cannot end a chain.
    Everything,
}

/// What is known of the value that a masker is given, besides the value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// The category of the rule that found it.
    pub category: &'a Category,
    /// The data class of the rule that found it.
    pub class: DataClass,
    /// The name of the rule that found it.
    pub rule: &'a str,
}

/// A masker could not do its work. The value is erased instead.
#[derive(Clone, Copy, Debug)]
pub struct MaskError;

impl fmt::Display for MaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the masker could not do its work")
    }
}

impl std::error::Error for MaskError {}
