//! `check`: whether a rules file is good.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_privacy::{Diagnostic, Policy, Severity};

use crate::outcome::{FOUND, refused, trouble};
use crate::report::{Format, Item, Level, Report};

const EXAMPLES: &str = "\
Examples:
  tracing-privacy check
  tracing-privacy check redaction-rules.toml
  tracing-privacy check --deny-warnings
  tracing-privacy check --format sarif redaction-rules.toml > rules.sarif

Exit status:
  0  the rules are good; standard output tells of what has no effect, and notes what costs time
  1  they are wrong, or something has no effect and --deny-warnings was given; standard output says where, and how to mend it
  2  they could not be read, or the usage was wrong";

/// Checks a rules file
///
/// Reads and compiles the rules as a program would at its start: keys, classes, maskers, regexes, examples, token keys. Warns of
/// what has no effect: rules that match nothing or that another one always goes before, classes that no profile masks,
/// exemptions whose time is over; and of what will soon have none. Notes patterns that cost time in every text.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How mistakes are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Take warnings for mistakes
    #[arg(long)]
    deny_warnings: bool,

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
        let (source, diagnostics) = match result {
            Ok(policy) => (policy.source().to_owned(), policy.warnings().to_vec()),
            // What is at fault at no place of a file is the environment, or a file that cannot be read.
            Err(error) if error.place().is_none() => return refused(&error.to_string()),
            Err(error) => (String::new(), vec![error.into()]),
        };
        let wrong = |diagnostic: &Diagnostic| self.level(diagnostic) == Level::Error;
        match self.tell(&source, &diagnostics) {
            Ok(()) if diagnostics.iter().any(wrong) => ExitCode::from(FOUND),
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => trouble("standard output", &error),
        }
    }

    fn level(&self, diagnostic: &Diagnostic) -> Level {
        match diagnostic.severity() {
            Severity::Note => Level::Note,
            Severity::Warning if !self.deny_warnings => Level::Warning,
            _ => Level::Error,
        }
    }

    fn tell(&self, source: &str, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.format == Format::Text {
            return tell_people(source, diagnostics, &mut out);
        }
        let mut report = Report::new(self.format, "check", &mut out)?;
        for diagnostic in diagnostics {
            let place = diagnostic.place();
            let message = diagnostic.help().map_or_else(
                || diagnostic.message().to_owned(),
                |help| format!("{}; help: {help}", diagnostic.message()),
            );
            let item = Item {
                rule: diagnostic.kind().as_str(),
                level: self.level(diagnostic),
                message: &message,
                file: place.map_or(source, |place| &place.file),
                line: place.map_or(1, |place| place.line as u64),
                column: place.map_or(1, |place| place.column as u64),
                end_column: None,
                fingerprint: None,
                facts: &[],
                excerpt: None,
            };
            report.add(&item)?;
        }
        report.finish()
    }
}

/// With a picture of each place.
fn tell_people(source: &str, diagnostics: &[Diagnostic], out: &mut impl io::Write) -> io::Result<()> {
    for diagnostic in diagnostics {
        match diagnostic.severity() {
            Severity::Warning => writeln!(out, "warning[{}]: {diagnostic}\n", diagnostic.kind().as_str())?,
            Severity::Note => writeln!(out, "note[{}]: {diagnostic}\n", diagnostic.kind().as_str())?,
            _ => writeln!(out, "{diagnostic}")?,
        }
    }
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => writeln!(out, "{source}: the rules are good"),
        (0, 1) => writeln!(out, "{source}: the rules can be used, with 1 warning"),
        (0, more) => writeln!(out, "{source}: the rules can be used, with {more} warnings"),
        _ => Ok(()),
    }
}
