//! Text that is really a document, and documents that are values.

pub(crate) mod encoding;
pub(crate) mod json;
pub(crate) mod value;
