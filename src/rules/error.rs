//! What is wrong with the rules or the environment, where, and how to mend it.

use std::fmt;

/// Why a policy could not be made. Its `Display` says what is wrong, where, and how to mend it; never a value.
pub struct Error {
    text: String,
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
