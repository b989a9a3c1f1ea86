//! What is wrong with the rules or the environment, where, and how to mend it.

use std::fmt::{self, Write as _};
use std::io;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::conceal;
use super::picture::Picture;
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
pub struct Error {
    text: String,
}

impl Error {
    /// Something is wrong at that place of that text.
    pub(crate) fn at(source: &Source, span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Self {
        let message = message.into();
        // Rules made in code have no text to show.
        if source.text.is_empty() {
            return Self::plain(format!("{message} (in {})", source.name), hint);
        }
        let picture = Picture::of(&source.text, span);
        let gutter = picture.line.to_string().len();
        let place = format!("{}:{}:{}", one_line(&source.name), picture.line, picture.column);
        let marked = AnnotationKind::Primary.span(picture.marked);
        let snippet = Snippet::source(picture.text).line_start(picture.line).annotation(marked);
        // The place is written here, not by the renderer: it would count columns in what is left of the line.
        let drawn = Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]);
        let mut text = format!("{message}\n{:gutter$}--> {place}\n{drawn}", "");
        if let Some(hint) = hint {
            let _ = write!(text, "\n{:gutter$} |\n{:gutter$} = help: {hint}", "", "");
        }
        Self { text }
    }

    /// Something is wrong at no place of a text.
    pub(crate) fn plain(message: impl Into<String>, hint: Option<String>) -> Self {
        let mut text = message.into();
        if let Some(hint) = hint {
            text.push_str("\n  = help: ");
            text.push_str(&hint);
        }
        Self { text }
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
        f.write_str(&self.text)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}
