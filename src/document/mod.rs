//! Text that is really a document, and documents that are values.

use std::borrow::Cow;

mod arguments;
pub(crate) mod encoding;
pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod tree;
pub(crate) mod value;

/// [`String::from_utf8_lossy_owned`], which is not stable yet.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// [`String::from_utf8_lossy`], faster for what is UTF-8.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
