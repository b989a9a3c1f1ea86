//! What can go wrong, told without values.

use std::fmt;

/// Why something could not be recorded, read or checked.
///
/// Its text names operations, entity types, paths of fields and codes of the database. It never holds a value, and it does
/// not pass on the text of the database, in which values stand.
///
/// ```
/// use tracing_privacy_audit::{EntityType, Retention};
///
/// let error = Retention::months(100).unwrap_err();
/// assert_eq!(error.to_string(), "a retention of 100 months: give 1 to 84");
/// ```
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`], for a caller that must tell them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The database refused or could not be reached.
    Database {
        /// What was being done.
        doing: &'static str,
        /// What kind of error it was, with the code of the database if it gave one.
        why: String,
    },
    /// An entity type that was never declared.
    UnknownEntity(String),
    /// What was declared makes no sense.
    Declaration(String),
    /// A change names fields that may not be written.
    Refused {
        /// The paths, made safe.
        paths: Vec<String>,
    },
    /// A patch does not fit the document: a path that is not there, a test that fails.
    Patch(String),
    /// A call that cannot be done as it was asked for.
    Usage(String),
    /// What is stored cannot be read back: damaged, or written by a later version.
    Damaged(String),
    /// A file could not be read or written.
    File(std::io::ErrorKind),
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    pub(crate) fn declaration(text: impl Into<String>) -> Self {
        ErrorKind::Declaration(text.into()).into()
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        ErrorKind::Usage(text.into()).into()
    }

    pub(crate) fn damaged(text: impl Into<String>) -> Self {
        ErrorKind::Damaged(text.into()).into()
    }

    /// Tells of an error of the database what holds no value: its kind and its code. What the database itself says may quote
    /// a value, and is not passed on.
    pub fn of_database(doing: &'static str, error: &sqlx::Error) -> Self {
        ErrorKind::Database { doing, why: describe(error) }.into()
    }

    /// Keeps of an error of the database what holds no value.
    pub(crate) fn database(doing: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |error| Self::of_database(doing, &error)
    }
}

/// The kind of an error of `sqlx`, and the code; not its message, which may quote a value.
fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            // What our own triggers say is a constant.
            let refused = database.message().split("audit: ").nth(1).filter(|text| is_ours(text));
            let code = database.code().unwrap_or_default();
            match refused {
                Some(text) => format!("{text} (code {code})"),
                None => format!("refused with code {code}"),
            }
        }
        sqlx::Error::Io(error) => format!("input or output failed: {}", error.kind()),
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::PoolClosed => "the pool is closed".to_owned(),
        sqlx::Error::RowNotFound => "there is no such row".to_owned(),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "a column has another type".to_owned(),
        _ => "the connection failed".to_owned(),
    }
}

/// Texts of the triggers in `migrations/`.
fn is_ours(text: &str) -> bool {
    text.len() < 80 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b" ,_-".contains(&b))
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        ErrorKind::File(error.kind()).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Database { doing, why } => write!(f, "{doing}: {why}"),
            ErrorKind::UnknownEntity(name) => {
                write!(f, "the entity type `{name}` was not declared; declare it with `TrailBuilder::entity`")
            }
            ErrorKind::Refused { paths } => write!(f, "fields that may not be written: {}", paths.join(", ")),
            ErrorKind::Patch(text) => write!(f, "the patch does not fit: {text}"),
            ErrorKind::Declaration(text) | ErrorKind::Usage(text) | ErrorKind::Damaged(text) => f.write_str(text),
            ErrorKind::File(kind) => write!(f, "a file: {kind}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {}
