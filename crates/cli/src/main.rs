//! Command line of tracing-privacy.
fn main() {}
