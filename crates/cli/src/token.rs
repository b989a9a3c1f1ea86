//! `token`: the tokens of a value, to search logs for.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use tracing_privacy::Category;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::outcome::{refused, trouble};
use crate::progress::remark;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy token jane.doe@example.com --category contact
  echo jane.doe@example.com | tracing-privacy token --category contact    # not in the history of the shell
  tracing-privacy token --category contact < value.txt | grep -Ff - app.log

Exit status:
  0  the tokens were printed
  2  there is no key, or it is no good, or the usage was wrong";

/// Prints the tokens of a value, to find a person in logs
///
/// One a line, under every key there is: that of the active key first. The value must be as the masker `tokenize` got it: where a
/// rule says [\"lowercase\", \"tokenize\"], in lower case.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Token {
    /// The value; without it, or as `-`, each line of standard input is one
    #[arg(value_name = "VALUE")]
    value: Option<String>,

    /// The category of the rule that made the tokens, such as contact: the same value has another token in each category
    #[arg(long, value_name = "CATEGORY", value_parser = category)]
    category: Category,

    #[command(flatten)]
    keys: Keys,
}

impl Token {
    pub(crate) fn run(&self) -> ExitCode {
        let ring = match self.keys.ring() {
            Ok(Some(ring)) => ring,
            Ok(None) => {
                return refused(
                    "there is no key: set TRACING_PRIVACY_KEY or TRACING_PRIVACY_KEY_FILE, or give --key-file",
                );
            }
            Err(reason) => return refused(&reason),
        };
        let values = match self.values() {
            Ok(values) => values,
            Err(error) => return trouble("standard input", &error),
        };
        let mut tokens = String::new();
        for value in values.lines() {
            for token in ring.tokens(&self.category, value) {
                let _ = writeln!(tokens, "{token}"); // Writing to memory does not fail.
            }
        }
        match io::stdout().write_all(tokens.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => trouble("standard output", &error),
        }
    }

    /// The values, one a line.
    fn values(&self) -> io::Result<Zeroizing<String>> {
        match self.value.as_deref() {
            Some(value) if value != "-" => Ok(Zeroizing::new(value.to_owned())),
            _ => {
                if io::stdin().is_terminal() {
                    remark("tracing-privacy: reading values from standard input, one a line; end it with Ctrl-D");
                }
                let mut values = Zeroizing::new(String::new());
                io::stdin().read_to_string(&mut values)?;
                Ok(values)
            }
        }
    }
}

/// Reads a category; what is not shown of it may be a value in the wrong place.
fn category(name: &str) -> Result<Category, String> {
    Category::new(name).ok_or_else(|| "a category is 1 to 32 of a-z, 0-9 and _, and starts with a letter".to_owned())
}
