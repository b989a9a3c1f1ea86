//! `schema`: the JSON Schema of the rules file.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::outcome::trouble;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy schema > redaction-rules.schema.json

and, as the first line of redaction-rules.toml, for editors that use Taplo:
  #:schema ./redaction-rules.schema.json

Exit status:
  0  it was printed";

/// Prints the JSON Schema of the rules file, for editors
///
/// With it, an editor completes keys and words, shows what they mean, and marks mistakes of form. What only the whole can tell, such as
/// a regex that is no good, `check` tells.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Schema {}

impl Schema {
    pub(crate) fn run(&self) -> ExitCode {
        match io::stdout().write_all(tracing_privacy::RULES_SCHEMA.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => trouble("standard output", &error),
        }
    }
}
