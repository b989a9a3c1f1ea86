//! A canary that came out, and the report about it.

use std::fmt;

use tracing_core::Metadata;

use super::canary::{Canaries, Sighting};
use super::encoding::Encoding;
use super::output::Output;

/// Where in the code something was logged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Callsite {
    /// What was logged.
    pub kind: CallsiteKind,
    /// The name of the span, or of the event (`event src/app.rs:12` where the code gave none).
    pub name: String,
    /// The target: by default the module.
    pub target: String,
    /// The source file.
    pub file: Option<String>,
    /// The line in the source file.
    pub line: Option<u32>,
}

/// What a callsite logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallsiteKind {
    /// An event.
    Event,
    /// A span, as it was created.
    Span,
    /// A span, with fields that were recorded later.
    Record,
}

impl Callsite {
    pub(super) fn of(metadata: &Metadata<'_>) -> Self {
        Self {
            kind: if metadata.is_span() { CallsiteKind::Span } else { CallsiteKind::Event },
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            file: metadata.file().map(str::to_owned),
            line: metadata.line(),
        }
    }

    pub(super) fn unknown() -> Self {
        Self { kind: CallsiteKind::Event, name: "unknown".to_owned(), target: String::new(), file: None, line: None }
    }

    /// This place, without anything that holds a canary: names are code, but a bridged `log` record brings its own.
    pub(super) fn safe(&self, canaries: &Canaries) -> Self {
        let safe = |text: &String| canaries.safe(text).into_owned();
        Self {
            kind: self.kind,
            name: safe(&self.name),
            target: safe(&self.target),
            file: self.file.as_ref().map(safe),
            line: self.line,
        }
    }
}

impl fmt::Display for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            CallsiteKind::Event => "event",
            CallsiteKind::Span => "span",
            CallsiteKind::Record => "late record on span",
        };
        write!(f, "{what} `{}`", self.name)?;
        if let Some(file) = &self.file {
            write!(f, " at {file}")?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
        }
        write!(f, " (target `{}`)", self.target)
    }
}

/// A canary came out: which one, where in the code, in which output and how encoded. It holds nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    sighting: Sighting,
    callsite: Callsite,
    field: Option<String>,
    output: Output,
}

impl Leak {
    /// `callsite` and `field` must be [safe](Callsite::safe).
    pub(super) fn new(sighting: Sighting, callsite: Callsite, field: Option<String>, output: Output) -> Self {
        Self { sighting, callsite, field, output }
    }

    /// The canary's name.
    pub fn canary(&self) -> &str {
        self.sighting.canary()
    }

    /// How it was encoded, the outermost first.
    pub fn encodings(&self) -> &[Encoding] {
        self.sighting.encodings()
    }

    /// Where it was logged. For text outputs that is the event whose lines hold the canary, also where the canary is
    /// in a field of a span around the event.
    pub fn callsite(&self) -> &Callsite {
        &self.callsite
    }

    /// The field that holds it. `None` where a text output holds it and no field of the event does: it is in a field of
    /// a span around the event (which has a leak of its own then), or in what a formatter added.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The output that holds it.
    pub fn output(&self) -> Output {
        self.output
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in ", self.sighting)?;
        match &self.field {
            Some(field) => write!(f, "field `{field}` of ")?,
            None => f.write_str("what the formatter wrote for ")?,
        }
        write!(f, "{}, in output `{}`", self.callsite, self.output)
    }
}
