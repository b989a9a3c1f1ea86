//! `trail`: the decision trail, verified, read and summed up.

pub(crate) mod entry;
mod show;
pub(crate) mod sums;
mod verify;
mod when;

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use self::entry::{Entries, Entry, Unread};
use crate::input::{Input, files_in};
use crate::outcome::{TROUBLE, trouble};
use crate::progress::say;
use crate::report::one_line;

/// Verifies, shows and sums up a decision trail
///
/// The trail is what a program writes of its masking (feature `trail` of the library): rule, place, and how often; never a value.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trail {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tracing-privacy trail verify privacy.trail
  tracing-privacy trail show --category credential --since 2h privacy.trail
  tracing-privacy trail report privacy.trail

Exit status:
  0  all is well
  1  a trail is not as it was written (`verify`)
  2  one could not be read, or the usage was wrong";

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    Show(show::Show),
    Report(sums::Report),
}

impl Trail {
    pub(crate) fn run(&self) -> ExitCode {
        match &self.command {
            Command::Verify(verify) => verify.run(),
            Command::Show(show) => show.run(),
            Command::Report(report) => report.run(),
        }
    }
}

/// The trails that arguments name.
#[derive(clap::Args)]
struct Trails {
    /// Trails to read, and folders with nothing but trails in them, gzip and zstd too; `-` is standard input
    #[arg(value_name = "TRAIL", required = true)]
    paths: Vec<PathBuf>,
}

impl Trails {
    fn each(&self) -> impl Iterator<Item = Input> {
        self.paths.iter().flat_map(|path| -> Box<dyn Iterator<Item = Input>> {
            match path {
                path if path.as_os_str() == "-" => Box::new([Input::Stdin].into_iter()),
                path if path.is_dir() => Box::new(files_in(path, false)),
                path => Box::new([Input::File(path.clone())].into_iter()),
            }
        })
    }

    /// Reads all lines of all trails. What is no line of a trail is told, and the rest is read. The error is one of `take`.
    fn read(&self, filter: &Filter, mut take: impl FnMut(&str, &Entry) -> io::Result<()>) -> io::Result<Read> {
        let mut read = Read { all: true };
        for input in self.each() {
            let name = one_line(&input.to_string());
            let mut unread = |reason: &str| {
                say(&format!("tracing-privacy: {name}: {reason}"));
                read.all = false;
            };
            let opened = match input.open(&Default::default()) {
                Ok(opened) => opened,
                Err(reason) => {
                    unread(&reason);
                    continue;
                }
            };
            for entry in Entries::new(BufReader::new(opened.bytes)) {
                match entry {
                    Ok(entry) if filter.takes(&entry) => take(&name, &entry)?,
                    Ok(_) => {}
                    Err(Unread::Line(line)) => {
                        unread(&format!("line {line} is none of a trail; `trail verify` says more"))
                    }
                    Err(Unread::Io(error)) => unread(&error.to_string()),
                }
            }
        }
        Ok(read)
    }
}

/// Whether all lines could be read.
struct Read {
    all: bool,
}

impl Read {
    fn ended(result: io::Result<Self>) -> ExitCode {
        match result {
            Ok(Self { all: true }) => ExitCode::SUCCESS,
            Ok(Self { all: false }) => ExitCode::from(TROUBLE),
            Err(error) => trouble("standard output", &error),
        }
    }
}

/// Which lines are of interest. A pattern may hold `*`, which stands for anything.
#[derive(clap::Args)]
struct Filter {
    /// Only decisions of this rule; `*` stands for anything
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,

    /// Only decisions about this category
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,

    /// Only what happened in this target, as in rules: `shop::billing::*`
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// Only what was written from then on: 2026-01-31, 2026-01-31T12:00:00Z, or `2h` for two hours ago
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    since: Option<jiff::Timestamp>,

    /// Only what was written before then
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    until: Option<jiff::Timestamp>,
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, is: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| is.as_ref().is_some_and(|is| matches_pattern(wanted, is)))
        };
        is(&self.rule, &entry.rule)
            && is(&self.category, &entry.category)
            && is(&self.target, &entry.target)
            && self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time < until)
    }
}

/// Whether `text` is what `pattern` says, in which `*` stands for anything.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Whether a file is a trail, by its first line.
pub(crate) fn is_trail(path: &Path) -> bool {
    let opened = Input::File(path.to_owned()).open(&Default::default());
    opened.is_ok_and(|opened| Entries::new(BufReader::new(opened.bytes)).next().is_some_and(|first| first.is_ok()))
}

pub(crate) use self::verify::{State, state};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in [
            ("a", "a"),
            ("a*", "a"),
            ("shop::*", "shop::billing"),
            ("*::billing", "shop::billing"),
            ("s*::b*g", "shop::billing"),
            ("*", ""),
            ("a*a", "aa"),
        ] {
            assert!(matches_pattern(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("", "a"), ("a*a", "a"), ("shop::*", "shops::x"), ("*x*", "abc")] {
            assert!(!matches_pattern(pattern, text), "{pattern} {text}");
        }
    }
}
