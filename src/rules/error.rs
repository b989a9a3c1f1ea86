//! What is wrong with the rules or the environment, where, and how to mend it.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::conceal;
use super::diagnostic::{Diagnostic, DiagnosticKind};
use super::source::Source;

/// Why a policy could not be made. Its `Display` says what is wrong, where, and how to mend it; never a value.
///
/// `Debug` shows the same text, so that an error returned from `main` can be read:
///
/// ```text
/// Error: unknown key `clas` in `field`
///  --> redaction-rules.toml:6:1
///   |
/// 6 | clas = "confidential"
///   | ^^^^
///   |
///   = help: did you mean `class`?
/// ```
pub struct Error(Box<Diagnostic>);

/// Where in a rules file something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The path as it was given, or the name of a pack.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

impl Error {
    /// Something is wrong at that place of that text.
    pub(crate) fn at(source: &Source, span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Self {
        Self(Box::new(Diagnostic::at(DiagnosticKind::Wrong, source, span, message.into(), hint)))
    }

    /// Something is wrong at no place of a text.
    pub(crate) fn plain(message: impl Into<String>, hint: Option<String>) -> Self {
        Self(Box::new(Diagnostic::plain(DiagnosticKind::Wrong, message.into(), hint)))
    }

    /// What is wrong, in one sentence without its place: for programs. People want the `Display` of the error.
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// How to mend it, where that is known.
    pub fn help(&self) -> Option<&str> {
        self.0.help()
    }

    /// Where it is wrong; `None` where no place of a rules file is at fault: a file that cannot be read, rules in code, the
    /// environment.
    pub fn place(&self) -> Option<&Place> {
        self.0.place()
    }

    /// A file could not be read.
    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "write the file, or give the path of one that exists",
            io::ErrorKind::IsADirectory => "give the path of a file, such as `redaction-rules.toml` in that directory",
            io::ErrorKind::PermissionDenied => "let the user that this process runs as read it",
            _ => "see that the path is right and the file can be read",
        };
        Self::plain(format!("cannot read {}: {error}", path.display()), Some(hint.into()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// An error is the diagnostic that leaves no policy.
impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        *error.0
    }
}

impl std::error::Error for Error {}

/// A name from a rules file as messages show it: in backticks, on one line, without control characters. What is too
/// long for a name, or looks like a key, is not shown: it may be a value in the wrong place.
pub(crate) fn quoted(name: &str) -> String {
    const LONGEST: usize = 48;
    match name.chars().count() {
        0..=LONGEST if conceal::long_runs(name).is_empty() => format!("`{}`", one_line(name)),
        length => format!("of {length} characters"),
    }
}

/// Control characters made visible, so that a name cannot forge lines of a log.
pub(super) fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}
