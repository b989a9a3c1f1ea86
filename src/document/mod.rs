//! Text that is really a document.
