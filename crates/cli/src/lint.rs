//! `lint`: looks for mistakes in sources, before they are leaks in logs.

mod allow;
mod checks;
mod excerpt;
mod expression;
mod file;
mod files;
mod index;
mod keys;
mod logged;
mod map;
mod package;
mod parse;
mod place;
mod scope;
mod statement;
mod syntax;
mod types;
mod values;
mod walk;
mod work;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_privacy::{Mode, Policy};

use self::checks::LINTS;
use self::file::{Assigned, Options, Shown, defined, look};
use self::index::Index;
use self::keys::Keys;
pub(crate) use self::logged::{logged_fields, with_room};
use self::map::MapForm;
use crate::outcome::{FOUND, TROUBLE, refused, trouble, wrong};
use crate::progress::{remark, say};
use crate::report::{Excerpt, Format, Item, Level, Report, one_line};
use crate::rules::Rules;
use crate::scan::baseline::Baseline;
use crate::scan::fingerprint::Fingerprint;
use crate::sieve::Sieve;
use crate::terminal::is_quiet;

const EXAMPLES: &str = "\
In or above a line, a comment `// privacy:allow LINT reason` allows findings of that lint.

Examples:
  tracing-privacy lint
  tracing-privacy lint --profile production crates/shop
  tracing-privacy lint --level error --format github
  tracing-privacy lint --write-baseline known.json     # what is there is known from now on
  tracing-privacy lint --map=markdown src > data-map.md

Exit status:
  0  nothing was found, or nothing new; with --map, it was written
  1  something was found
  2  a file could not be read or is no Rust (the others were looked at), the rules are wrong, or the usage was";

/// The help below the options, with all lints.
fn after_help() -> String {
    let widest = LINTS.iter().map(|lint| lint.name.len()).max().unwrap_or(0);
    let lines = LINTS.iter().map(|lint| format!("  {:widest$}  {}\n", lint.name, lint.finds));
    format!("Lints:\n{}\n{EXAMPLES}", lines.collect::<String>())
}

/// Looks for mistakes in Rust sources, before they are leaks
///
/// Reads the macros of tracing and log, #[instrument], println! and panic! and the like, and tells where a sensitive value goes
/// past the rules: under a name that no rule masks, in the text of a message, within a struct, to standard output. Also secrets in
/// configuration files beside the sources. What is sensitive is what the rules say of names. Nothing of a literal is shown.
#[derive(clap::Args)]
#[command(after_help = after_help())]
pub(crate) struct Lint {
    #[command(flatten)]
    rules: Rules,

    /// How findings are told
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Lowest level that is told
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    level: Level,

    /// Does not tell findings of this lint; can be given more than once
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    allow: Vec<String>,

    /// Looks into tests, too: `#[test]`, `#[cfg(test)]` and folders that are called tests or benches
    #[arg(long)]
    tests: bool,

    /// Writes the data map instead: every field that is logged, what it is and what the rules do with it
    #[arg(
        long,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table",
        conflicts_with_all = ["format", "level", "allow", "baseline", "write_baseline"]
    )]
    map: Option<MapForm>,

    /// Leaves out what this file knows, as often as it knows it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Writes what is found to this file, to be known from then on, instead of telling it
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,

    /// How many threads work; as many as there are processors, if not said
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Files to look at, and folders with all sources in them; what .gitignore says is left out, and so is target
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
}

fn lint_name(name: &str) -> Result<String, String> {
    match LINTS.iter().find(|lint| lint.name == name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(format!("lints are {}", LINTS.map(|lint| lint.name).join(", "))),
    }
}

/// How a run went.
#[derive(Default)]
struct Counts {
    files: u64,
    unread: u64,
}

impl Lint {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        if policy.mode() != Mode::Enforce {
            let mode = policy.mode();
            say(&format!(
                "tracing-privacy: the mode is `{mode}`, in which nothing is masked; judged as if it were `enforce`"
            ));
        }
        if self.map.is_some() { self.run_map(&policy) } else { self.run_lints(&policy) }
    }

    fn run_lints(&self, policy: &Policy) -> ExitCode {
        let known = match self.baseline.as_deref().map(Baseline::read).transpose() {
            Ok(known) => known,
            Err(reason) => return refused(&reason),
        };
        // Fingerprints are of names, which need no key.
        if let Some(key) = known.as_ref().and_then(|known| known.key.as_deref()) {
            return refused(&format!(
                "the baseline is one of `scan`, made with the key `{key}`; write one with `lint`"
            ));
        }
        let new = self.write_baseline.as_ref().map(|_| Baseline::by_key(None));
        let report = (!is_quiet()).then(|| Report::new(self.format, "lint", BufWriter::new(io::stdout().lock())));
        let mut sieve = match report.transpose() {
            Ok(report) => Sieve::new(report, known, new),
            Err(error) => return trouble("standard output", &error),
        };
        let tell = |file: &str, seen: file::Seen| {
            seen.findings.iter().try_for_each(|shown| self.tell(file, shown, &mut sieve))
        };
        let counts = match self.look(policy, false, tell).and_then(|counts| sieve.finish().map(|()| counts)) {
            Ok(counts) => counts,
            // Whoever reads has seen enough, and so there was something to see.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::from(FOUND),
            Err(error) => return trouble("standard output", &error),
        };
        if let Some(path) = &self.write_baseline
            && let Err(error) = sieve.write(path)
        {
            return trouble(path.display(), &error);
        }
        remark(&format!("tracing-privacy: {}; files: {}", sieve.summary(), counts.files));
        match (counts.unread, sieve.told()) {
            (1.., _) => ExitCode::from(TROUBLE),
            (0, 0) => ExitCode::SUCCESS,
            _ => ExitCode::from(FOUND),
        }
    }

    fn run_map(&self, policy: &Policy) -> ExitCode {
        let mut entries = Vec::new();
        let keep = |file: &str, seen: file::Seen| {
            entries.extend(seen.entries.into_iter().map(|entry| (file.to_owned(), entry)));
            Ok(())
        };
        let looked = self.look(policy, true, keep);
        let form = self.map.unwrap_or(MapForm::Table);
        let written = looked.and_then(|counts| {
            map::write(form, &entries, &mut BufWriter::new(io::stdout().lock()))?;
            Ok(counts)
        });
        match written {
            Err(error) => trouble("standard output", &error),
            Ok(counts) => {
                remark(&format!("tracing-privacy: fields that are logged: {}; files: {}", entries.len(), counts.files));
                if counts.unread > 0 { ExitCode::from(TROUBLE) } else { ExitCode::SUCCESS }
            }
        }
    }

    /// Looks at all files, and hands on what was seen, in their order.
    fn look(
        &self,
        policy: &Policy,
        map: bool,
        mut consume: impl FnMut(&str, file::Seen) -> io::Result<()>,
    ) -> io::Result<Counts> {
        let (sources, closed) = files::sources(&self.paths, self.tests);
        let mut counts = Counts::default();
        let unread = |path: &std::path::Path, reason: &str, counts: &mut Counts| {
            say(&format!("tracing-privacy: {}: {reason}", one_line(&path.display().to_string())));
            counts.unread += 1;
        };
        closed.iter().for_each(|(path, reason)| unread(path, reason, &mut counts));
        let jobs = self.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        let options = Options { tests: self.tests, map };
        // One package after the other, so that what they define is not held at once.
        for files in Assigned::by_package(sources) {
            let mut index = Index::default();
            let merge = |_: &Assigned, defined: Index| {
                index.merge(defined);
                Ok(())
            };
            work::in_order(jobs, &files, || (), |(), file| defined(file), merge)?;
            index.finish();
            let look = |keys: &mut Keys<'_>, file: &Assigned| look(file, &index, keys, &options);
            work::in_order(
                jobs,
                &files,
                || Keys::new(policy),
                look,
                |file, seen| {
                    counts.files += 1;
                    match seen {
                        Ok(seen) => consume(&file.source.path.display().to_string(), seen),
                        Err(reason) => {
                            unread(&file.source.path, &reason, &mut counts);
                            Ok(())
                        }
                    }
                },
            )?;
        }
        Ok(counts)
    }

    fn tell(&self, file: &str, shown: &Shown, sieve: &mut Sieve<impl Write>) -> io::Result<()> {
        let found = &shown.found;
        if found.level < self.level || self.allow.iter().any(|allowed| allowed == found.lint) {
            return Ok(());
        }
        let fingerprint = Fingerprint::of_text(&found.identity);
        if !sieve.lets_through(found.lint, fingerprint, shown.is_allowed) {
            return Ok(());
        }
        let facts = [
            ("level", found.level.as_str()),
            ("class", &*found.class),
            ("category", &*found.category),
            ("help", &*found.help),
        ];
        let is_one_line = found.place.line == found.place.end_line;
        sieve.tell(&Item {
            rule: found.lint,
            level: found.level,
            message: &found.message,
            file,
            line: found.place.line as u64,
            column: found.place.column as u64,
            end_column: is_one_line.then_some(found.place.end_column as u64),
            fingerprint: Some(&fingerprint.to_string()),
            facts: &facts,
            excerpt: Some(Excerpt { line: &shown.line, help: &found.help }),
        })
    }
}
