//! The syntax that `syn` does not know: what stands in the macros that log and print, and in `#[instrument]`.

pub(super) mod arguments;
pub(super) mod format_string;
pub(super) mod instrument;
pub(super) mod macros;
