//! Values on their way into and out of a database.

use crate::Error;

/// A value of a statement or of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row, as its values in the order of the query.
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    pub(crate) fn is_null(&self, index: usize) -> bool {
        matches!(self.0.get(index), None | Some(Value::Null))
    }

    pub(crate) fn text(&self, index: usize) -> Result<&str, Error> {
        self.optional_text(index)?.ok_or_else(|| wrong(index))
    }

    pub(crate) fn optional_text(&self, index: usize) -> Result<Option<&str>, Error> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(wrong(index)),
        }
    }

    pub(crate) fn integer(&self, index: usize) -> Result<i64, Error> {
        match self.0.get(index) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(wrong(index)),
        }
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<&[u8], Error> {
        match self.0.get(index) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(wrong(index)),
        }
    }
}

fn wrong(index: usize) -> Error {
    Error::damaged(format!("column {index} of the audit tables has another type than was written"))
}
