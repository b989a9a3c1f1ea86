//! `scan`: looks for what leaked into logs that already exist.

pub(crate) mod allow;
mod audit;
pub(crate) mod baseline;
mod find;
pub(crate) mod fingerprint;
mod pairs;
mod snippet;
mod telling;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use self::audit::Wanting;
pub(crate) use self::audit::{Auditor, Keys};
use self::baseline::Baseline;
pub(crate) use self::find::{Finder, Found, Leak};
use self::fingerprint::Fingerprints;
pub(crate) use self::snippet::snippet;
use crate::buffers::Buffers;
use crate::input::{Input, Inputs};
use crate::keys::Keys as TokenKeys;
use crate::outcome::{FOUND, TROUBLE, refused, trouble, wrong};
use crate::pipeline;
use crate::progress::{Progress, remark};
use crate::report::{Format, Item, Level, Report, one_line};
use crate::rules::Rules;
use crate::sieve::Sieve;
use crate::steps::{Step, Steps, Task};
use crate::terminal::is_quiet;
use crate::work::Work;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy scan /var/log/shop
  cargo test -- --nocapture 2>&1 | tracing-privacy scan
  tracing-privacy scan --write-baseline known.json logs/    # what is there is known from now on
  tracing-privacy scan --baseline known.json logs/
  tracing-privacy scan --format sarif logs/ > leaks.sarif
  tracing-privacy scan --policy-audit logs/                 # what the rules do not know of

In a line that says `privacy:allow RULE reason`, findings of that rule are allowed.

Exit status:
  0  nothing was found, or nothing new
  1  something was found
  2  an input could not be read (the others were), the rules are wrong, or the usage was";

/// Looks for secrets and personal data in logs
///
/// Tells the rule, file, line and column of what a policy would have masked, and a fingerprint by which the same finding is known
/// again, but never the value. Reads text, gzip and zstd, folders and standard input; the masks and tokens of this library
/// are no findings. With a token key, a fingerprint is of the value; without, of the line as it would be masked.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Scan {
    #[command(flatten)]
    rules: Rules,

    #[command(flatten)]
    work: Work,

    /// How findings are told
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Leaves out what this file knows, as often as it knows it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Writes what is found to this file, to be known from then on, instead of telling it
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,

    #[command(flatten)]
    keys: TokenKeys,

    /// Compares the logs with the rules, too: keys that no rule names and that look as if one should, with rules to paste in the text
    #[arg(long)]
    policy_audit: bool,

    /// Tells the values, too: for your eyes, not for the logs of a build
    #[arg(long)]
    show: bool,

    #[command(flatten)]
    inputs: Inputs,
}

impl Scan {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        let (fingerprints, known) = match self.fingerprints() {
            Ok(both) => both,
            Err(reason) => return refused(&reason),
        };
        self.inputs.tell_of_terminal();
        let key = fingerprints.key_id().map(str::to_owned);
        let auditor = self.policy_audit.then(|| Auditor::new(policy.clone()));
        let finder = Finder { policy, auditor, fingerprints, show: self.show, limit: self.work.cut().limit };
        let new = self.write_baseline.as_ref().map(|_| Baseline::by_key(key));
        let report = (!is_quiet()).then(|| Report::new(self.format, "scan", BufWriter::new(io::stdout().lock())));
        let mut tally = match report.transpose() {
            Ok(report) => Tally::new(Sieve::new(report, known, new), self.work.max_line()),
            Err(error) => return trouble("standard output", &error),
        };
        match self.scan(finder, &mut tally) {
            // Whoever reads has seen enough, and so there was something to see.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::from(FOUND),
            Err(error) => return trouble("standard output", &error),
            Ok(()) => {}
        }
        if let Some(path) = &self.write_baseline
            && let Err(error) = tally.sieve.write(path)
        {
            return trouble(path.display(), &error);
        }
        remark(&tally.summary());
        match (tally.all_read, tally.sieve.told()) {
            (false, _) => ExitCode::from(TROUBLE),
            (true, 0) => ExitCode::SUCCESS,
            _ => ExitCode::from(FOUND),
        }
    }

    /// What makes fingerprints, and what is known.
    fn fingerprints(&self) -> Result<(Fingerprints, Option<Baseline>), String> {
        let ring = self.keys.ring()?;
        match &self.baseline {
            None => Ok((Fingerprints::new(ring), None)),
            Some(path) => {
                let known = Baseline::read(path)?;
                Ok((Fingerprints::by_key(ring, known.key.as_deref())?, Some(known)))
            }
        }
    }

    fn scan(&self, finder: Finder, tally: &mut Tally<impl Write>) -> io::Result<()> {
        let buffers = Buffers::default();
        let steps = Steps::new(self.inputs.each(), self.work.cut(), buffers.clone());
        let mut progress = Progress::new(&self.inputs, steps.bytes_read());
        let work = move |task: Task| {
            let found = finder.find(task.carry, task.block.text());
            buffers.give(task.block.into_buffer());
            found
        };
        pipeline::run(self.work.jobs(), steps, work, |step| {
            progress.update();
            tally.take(step, &progress)
        })?;
        tally.finish(self.policy_audit && self.format == Format::Text)
    }
}

/// Tells findings, and counts them.
struct Tally<W> {
    sieve: Sieve<W>,
    /// Keys that no rule names.
    keys: Keys,
    /// In MiB, for messages.
    max_line: u16,
    input: Input,
    name: String,
    lines_of_input: u64,
    inputs: u64,
    lines: u64,
    all_read: bool,
}

impl<W: Write> Tally<W> {
    fn new(sieve: Sieve<W>, max_line: u16) -> Self {
        Self {
            sieve,
            keys: Keys::default(),
            max_line,
            input: Input::Stdin,
            name: String::new(),
            lines_of_input: 0,
            inputs: 0,
            lines: 0,
            all_read: true,
        }
    }

    fn take(&mut self, step: Step<Found>, progress: &Progress) -> io::Result<()> {
        match step {
            Step::Begin(beginning) => {
                self.name = beginning.input.to_string();
                self.input = beginning.input;
                self.lines_of_input = 0;
                self.inputs += 1;
                Ok(())
            }
            Step::Lines(found) => {
                let told = self.sieve.told();
                for leak in &found.leaks {
                    self.leak(leak)?;
                }
                for line in &found.overlong {
                    let (number, limit) = (self.lines_of_input + line + 1, self.max_line);
                    self.unread(
                        &format!("line {number} is over {limit} MiB and was not looked at (see --max-line)"),
                        progress,
                    );
                }
                self.keys.add(found.keys, &self.name, self.lines_of_input);
                self.lines_of_input += found.lines;
                self.lines += found.lines;
                // A pipe is watched while it flows.
                if self.sieve.told() > told { self.sieve.flush() } else { Ok(()) }
            }
            Step::End => Ok(()),
            Step::Failed(reason) => {
                self.unread(&reason, progress);
                Ok(())
            }
        }
    }

    fn unread(&mut self, reason: &str, progress: &Progress) {
        progress.say(&format!("tracing-privacy: {}: {reason}", one_line(&self.input.to_string())));
        self.all_read = false;
    }

    fn leak(&mut self, leak: &Leak) -> io::Result<()> {
        if !self.sieve.lets_through(&leak.rule, leak.fingerprint, leak.allowed) {
            return Ok(());
        }
        let (class, category) = (leak.class.as_str(), leak.category.as_str());
        let value = leak.value.as_ref().map_or_else(String::new, |value| format!(": {value}"));
        let mut facts = vec![("class", class), ("category", category)];
        facts.extend(leak.value.as_deref().map(|value| ("value", value)));
        self.sieve.tell(&Item {
            rule: &leak.rule,
            level: Level::Error,
            message: &format!("{} ({class}, {category}){value}", leak.rule),
            file: &self.name,
            line: self.lines_of_input + leak.line + 1,
            column: leak.column,
            end_column: Some(leak.end_column),
            fingerprint: Some(&leak.fingerprint.to_string()),
            facts: &facts,
            excerpt: None,
        })
    }

    /// Tells what can only be told in the end, and ends the report.
    fn finish(&mut self, with_snippet: bool) -> io::Result<()> {
        let mut news = std::mem::take(&mut self.keys).wanting();
        news.retain(|wanting| self.sieve.lets_through(wanting.why.rule(), wanting.fingerprint(), false));
        for wanting in &news {
            let Wanting { key, file, line, column, count, class, category, why, .. } = wanting;
            let rule = why.rule();
            self.sieve.tell(&Item {
                rule,
                level: Level::Error,
                message: &format!("{rule}: `{key}` {} (lines: {count})", why.told()),
                file,
                line: line + 1,
                column: *column,
                end_column: None,
                fingerprint: Some(&wanting.fingerprint().to_string()),
                facts: &[("key", key), ("class", class.as_str()), ("category", category)],
                excerpt: None,
            })?;
        }
        if with_snippet && !news.is_empty() {
            self.sieve.text(&format!("\n# Rules to paste; look at each before you keep it.\n{}", snippet(&news)))?;
        }
        self.sieve.finish()
    }

    fn summary(&self) -> String {
        let Self { sieve, lines, inputs, .. } = self;
        format!("tracing-privacy: {}; lines: {lines}, inputs: {inputs}", sieve.summary())
    }
}
