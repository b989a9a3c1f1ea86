//! The file form of the rules.

mod error;

pub use self::error::Error;
