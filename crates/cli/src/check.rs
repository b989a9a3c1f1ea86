//! `check`: whether a rules file is good.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_privacy::{Error, Policy};

use crate::outcome::{FOUND, refused, trouble};
use crate::report::{Format, Item, Level, Report};

const EXAMPLES: &str = "\
Examples:
  tracing-privacy check
  tracing-privacy check redaction-rules.toml
  tracing-privacy check --format sarif redaction-rules.toml > rules.sarif

Exit status:
  0  the rules are good
  1  they are wrong; standard output says where, and how to mend it
  2  they could not be read, or the usage was wrong";

/// Checks a rules file
///
/// Reads and compiles the rules as a program would at its start: keys, classes, maskers, regexes, examples, token keys.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How mistakes are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Rules file; without it $TRACING_PRIVACY_RULES, else redaction-rules.toml in the working directory, else built in
    #[arg(value_name = "FILE")]
    rules: Option<PathBuf>,
}

impl Check {
    pub(crate) fn run(&self) -> ExitCode {
        let result = match &self.rules {
            Some(path) => Policy::from_file(path),
            None => Policy::from_environment(),
        };
        // What is at fault at no place of a file is the environment, or a file that cannot be read.
        if let Err(error) = &result
            && error.place().is_none()
        {
            return refused(&error.to_string());
        }
        match self.tell(&result) {
            Ok(()) => result.map_or(ExitCode::from(FOUND), |_| ExitCode::SUCCESS),
            Err(error) => trouble("standard output", &error),
        }
    }

    fn tell(&self, result: &Result<Policy, Error>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match (self.format, result) {
            (Format::Text, Ok(policy)) => writeln!(out, "{}: the rules are good", policy.source()),
            // With a picture of the place.
            (Format::Text, Err(error)) => writeln!(out, "{error}"),
            (format, result) => {
                let mut report = Report::new(format, "check", &mut out)?;
                if let Err(error) = result
                    && let Some(place) = error.place()
                {
                    let message = error.help().map_or_else(
                        || error.message().to_owned(),
                        |help| format!("{}; help: {help}", error.message()),
                    );
                    report.add(&Item {
                        rule: "rules",
                        level: Level::Error,
                        message: &message,
                        file: &place.file,
                        line: place.line as u64,
                        column: place.column as u64,
                        end_column: None,
                        fingerprint: None,
                        facts: &[],
                        excerpt: None,
                    })?;
                }
                report.finish()
            }
        }
    }
}
