//! What there is to say about rules: mistakes, and what is none but has no effect, or soon will have none, or costs time.

use std::fmt::{self, Write as _};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::error::{Place, one_line};
use super::picture::Picture;
use super::source::Source;

/// One thing to say about rules, with its place and how to mend it; never a value.
///
/// [`Policy::warnings`](crate::Policy::warnings) has those of a policy. Where there is no policy, its
/// [`Error`](crate::Error) is one, too:
///
/// ```
/// use tracing_privacy::{Diagnostic, DiagnosticKind, Policy, Severity};
///
/// fn diagnose(rules: &str) -> Vec<Diagnostic> {
///     match rules.parse::<Policy>() {
///         Ok(policy) => policy.warnings().to_vec(),
///         Err(error) => vec![error.into()],
///     }
/// }
///
/// let twice = "version = 1\n[[field]]\nkeys = [\"badge\"]\n[[field]]\nname = \"again\"\nkeys = [\"badge\"]\n";
/// let [warning] = &diagnose(twice)[..] else { panic!("one is shadowed") };
/// assert_eq!((warning.severity(), warning.kind()), (Severity::Warning, DiagnosticKind::Shadowed));
/// assert_eq!(warning.place().map(|place| (place.line, place.column)), Some((5, 8)));
/// assert_eq!(diagnose("version = 2")[0].severity(), Severity::Error);
/// ```
#[derive(Clone)]
pub struct Diagnostic {
    kind: DiagnosticKind,
    /// All of it, with a picture of the place.
    text: String,
    message: String,
    help: Option<String>,
    place: Option<Place>,
}

/// Whether rules can be used; ordered, an error is the graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// They can, and do what they say; something in them costs more than it need.
    Note,
    /// They can, and something in them should be looked at.
    Warning,
    /// They cannot.
    Error,
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// The rules are wrong, and there is no policy.
    Wrong,
    /// A pattern that no text can match.
    NeverMatches,
    /// A rule, key, schema, exemption or switch that never takes effect, because another one always takes precedence.
    Shadowed,
    /// A rule whose class is masked under no profile.
    NeverMasked,
    /// An exemption or a schema that changes nothing.
    NeverApplies,
    /// A pattern of a key and its value that no member of a document matches, as these are read.
    NotInDocuments,
    /// An exemption whose time is over.
    Expired,
    /// An exemption whose time is over within a day.
    ExpiresSoon,
    /// A token key that is to be replaced within 30 days, or should have been.
    KeyRotation,
    /// Card numbers may come out truncated in one place, and as a token in another.
    CardAndToken,
    /// A pattern for which each text is looked at, whether it holds it or not.
    Costly,
}

impl DiagnosticKind {
    /// Its name in reports: `never-matches`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "rules",
            Self::NeverMatches => "never-matches",
            Self::Shadowed => "shadowed",
            Self::NeverMasked => "never-masked",
            Self::NeverApplies => "never-applies",
            Self::NotInDocuments => "not-in-documents",
            Self::Expired => "expired",
            Self::ExpiresSoon => "expires-soon",
            Self::KeyRotation => "key-rotation",
            Self::CardAndToken => "card-and-token",
            Self::Costly => "costly",
        }
    }

    /// How grave it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Wrong => Severity::Error,
            Self::Costly => Severity::Note,
            _ => Severity::Warning,
        }
    }
}

impl Diagnostic {
    /// About that place of that text.
    pub(crate) fn at(
        kind: DiagnosticKind,
        source: &Source,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> Self {
        // Rules made in code have no text to show.
        if source.text.is_empty() {
            return Self::plain(kind, format!("{message} (in {})", source.name), help);
        }
        let picture = Picture::of(&source.text, span);
        let gutter = picture.line.to_string().len();
        let place = Place { file: one_line(&source.name), line: picture.line, column: picture.column };
        let marked = AnnotationKind::Primary.span(picture.marked);
        let snippet = Snippet::source(picture.text).line_start(picture.line).annotation(marked);
        // The place is written here, not by the renderer: it would count columns in what is left of the line.
        let drawn = Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]);
        let Place { file, line, column } = &place;
        let mut text = format!("{message}\n{:gutter$}--> {file}:{line}:{column}\n{drawn}", "");
        if let Some(help) = &help {
            let _ = write!(text, "\n{:gutter$} |\n{:gutter$} = help: {help}", "", "");
        }
        Self { kind, text, message, help, place: Some(place) }
    }

    /// About no place of a text.
    pub(crate) fn plain(kind: DiagnosticKind, message: String, help: Option<String>) -> Self {
        let mut text = message.clone();
        if let Some(help) = &help {
            text.push_str("\n  = help: ");
            text.push_str(help);
        }
        Self { kind, text, message, help, place: None }
    }

    /// What it is about.
    pub fn kind(&self) -> DiagnosticKind {
        self.kind
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// What is said, in one sentence without its place: for programs. People want the `Display`, which shows the line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How to mend it, where that is known.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Its place; `None` where it is about no place of a rules file: rules in code, the environment.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

/// As the `Display` of an [`Error`](crate::Error): message, place, a picture of the line, help.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
