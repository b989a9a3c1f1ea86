//! What is wrong with a value of a rules file: what serde found, in our words and without the value.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Expected, Unexpected};

use super::error::quoted;
use super::source::Source;
use super::{Error, suggest};

/// A mistake in a rules file that is valid TOML.
#[derive(Debug)]
pub(super) struct Fault {
    problem: Problem,
    /// The innermost key under which it is.
    key: Option<String>,
    /// Whether it is in an item of the array under that key.
    item: bool,
    span: Option<Range<usize>>,
}

#[derive(Debug)]
enum Problem {
    UnknownKey {
        name: String,
        known: &'static [&'static str],
    },
    UnknownWord {
        word: String,
        known: &'static [&'static str],
    },
    Missing {
        key: &'static str,
    },
    Wrong {
        expected: String,
        found: Option<&'static str>,
    },
    /// In the words of a visitor, which may give a hint after `HINT`.
    Said {
        message: String,
    },
}

/// What a visitor writes between its message and its hint.
pub(crate) const HINT: &str = "\nhelp: ";

impl Fault {
    /// Says where, unless something inside has said so.
    pub(super) fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// Says under which key, unless something inside has said so.
    pub(super) fn under(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.to_owned());
        self
    }

    /// Says that it is in an item of an array, unless a key inside says more.
    pub(super) fn in_array(mut self) -> Self {
        self.item |= self.key.is_none();
        self
    }

    /// The error that a person reads.
    pub(super) fn into_error(self, source: &Source) -> Error {
        let key = self.key.as_deref().map(quoted);
        let place = key.as_ref().map_or(String::new(), |key| format!(" in {key}"));
        let item = if self.item { "an item of " } else { "" };
        let subject = key.map_or("this".into(), |key| format!("{item}{key}"));
        let (message, hint) = match self.problem {
            // Where keys of tokens belong, a name may be one.
            Problem::UnknownKey { known, .. } if self.key.as_deref() == Some("tokens") => {
                ("unknown key in `tokens`".into(), Some(suggest::hint("", known.iter().copied())))
            }
            Problem::UnknownKey { name, known } => {
                (format!("unknown key {}{place}", quoted(&name)), Some(suggest::hint(&name, known.iter().copied())))
            }
            Problem::UnknownWord { word, known } => {
                (format!("{subject} has an unknown value"), Some(suggest::hint(&word, known.iter().copied())))
            }
            Problem::Missing { key } => (format!("`{key}` is missing{place}"), None),
            Problem::Wrong { expected, found: Some("a table") } if expected == ARRAY => (
                format!("{subject} must be {ARRAY}, not a table"),
                self.key.map(|key| match key.as_str() {
                    "field" | "pattern" | "schema" | "exemption" => {
                        format!("it may stand several times, so it has two brackets: `[[{key}]]`")
                    }
                    _ => format!("put it in brackets: `{key} = […]`"),
                }),
            ),
            Problem::Wrong { expected, found } => {
                let but = found.map_or(String::new(), |found| format!(", not {found}"));
                let hint = (expected == ARRAY).then(|| "put it in brackets: `[…]`".into());
                (format!("{subject} must be {expected}{but}"), hint)
            }
            Problem::Said { message } => match message.split_once(HINT) {
                Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
                None => (message, None),
            },
        };
        Error::at(source, self.span.unwrap_or_default(), message, hint)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { problem, key: None, item: false, span: None }
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Problem::Said { message: message.to_string() }.into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Problem::Wrong { expected: in_our_words(expected), found: Some(kind(found)) }.into()
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Problem::Wrong { expected: in_our_words(expected), found: None }.into()
    }

    fn invalid_length(_length: usize, expected: &dyn Expected) -> Self {
        Problem::Wrong { expected: in_our_words(expected), found: None }.into()
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Problem::UnknownWord { word: word.to_owned(), known }.into()
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Problem::UnknownKey { name: name.to_owned(), known }.into()
    }

    fn missing_field(key: &'static str) -> Self {
        Problem::Missing { key }.into()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mistake in a rules file")
    }
}

impl std::error::Error for Fault {}

const ARRAY: &str = "an array";

/// What a visitor expects, in the words of TOML.
fn in_our_words(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "a sequence" => ARRAY.into(),
        "a map" => "a table".into(),
        "a boolean" => "`true` or `false`".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more".into(),
        other => other.into(),
    }
}

/// What was found, without the value.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Seq => ARRAY,
        Unexpected::Map => "a table",
        Unexpected::Other("a date") => "a date",
        _ => "this",
    }
}
