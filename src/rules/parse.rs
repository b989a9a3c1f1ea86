//! From text to the file form.

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::Error;
use super::file::RulesFile;
use super::from_toml::Value;
use super::source::{self, Source};

/// The version of the file form that this release reads.
const VERSION: i64 = 1;

const SMALLEST: &str = "the smallest rules file is `version = 1` and, below it, `include = [\"builtin:secrets\"]`";

/// Reads a rules file. The first mistake is the error.
pub(crate) fn parse(source: &Source) -> Result<RulesFile, Error> {
    if source.text.len() > source::MAX_LEN {
        return Err(source::too_large(&source.name));
    }
    if source.text.trim().is_empty() {
        return Err(Error::plain(format!("{} is empty", source.name), Some(SMALLEST.into())));
    }
    let table = DeTable::parse(&source.text).map_err(|error| not_toml(source, &error))?;
    check_version(source, table.get_ref())?;
    RulesFile::deserialize(Value::from(table)).map_err(|fault| fault.into_error(source))
}

/// A file of a later version may have keys that are unknown here; its version is what must be said.
fn check_version(source: &Source, table: &DeTable<'_>) -> Result<(), Error> {
    let Some(version) = table.get("version") else {
        return Err(Error::plain(format!("{} does not say its `version`", source.name), Some(SMALLEST.into())));
    };
    let (message, hint) = match version.get_ref() {
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(VERSION) => return Ok(()),
            Ok(other) => (format!("this is version {other} of the file form, and only 1 is known"), None),
            Err(_) => ("this version of the file form is not known".into(), None),
        },
        DeValue::String(_) => ("`version` must be a number, not a string".into(), Some("leave out the quotes".into())),
        _ => ("`version` must be a number".into(), None),
    };
    let hint = hint.or_else(|| Some("write `version = 1`, or use a release that reads this file".into()));
    Err(Error::at(source, version.span(), message, hint))
}

/// The TOML crate's messages say what was expected, and show nothing of the text.
fn not_toml(source: &Source, error: &toml::de::Error) -> Error {
    let message = error.message();
    let hint = match message {
        message if message.contains("duplicate key") => Some("a key may stand once in a table; remove one of them"),
        message if message.contains("key with no value") => {
            Some("a key and its value stand in one line: `key = value`")
        }
        message if message.contains("string, expected") => Some("a string ends with the quote that it began with"),
        message if message.contains("string values must be quoted") => Some("put it in quotes: \"…\""),
        _ => None,
    };
    let span = error.span().unwrap_or_default();
    Error::at(source, span, format!("this is not TOML: {message}"), hint.map(str::to_owned))
}
