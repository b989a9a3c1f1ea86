//! `report`: one page that shows what was masked, and what was not, in logs and trails.

mod facts;
mod html;
mod plot;
mod read;
mod series;
mod time;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use self::facts::{Facts, InputFacts};
use self::read::Reader;
pub(crate) use self::read::is_name;
use crate::atomic::Unfinished;
use crate::buffers::Buffers;
use crate::input::{Input, Inputs};
use crate::outcome::{FOUND, TROUBLE, refused, trouble, wrong};
use crate::pipeline;
use crate::progress::{Progress, remark};
use crate::report::one_line;
use crate::rules::Rules;
use crate::steps::{Step, Steps, Task};
use crate::trail::{State, is_trail, state};
use crate::work::Work;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy report privacy.trail -o report.html
  tracing-privacy report /var/log/shop privacy.trail -o report.html
  zcat old.log.gz | tracing-privacy report - -o - > report.html

Exit status:
  0  the page was written
  1  it was, and a trail is not as the program wrote it
  2  it was not, or an input could not be read (the others were), or the rules or the usage are wrong";

/// Shows what was masked in one page of HTML
///
/// Counts the masks and tokens in logs, the decisions in trails, and what the policy finds unmasked: over time, by category, rule
/// and place. The page needs no script, loads nothing, and holds no value. Times are those of JSON lines (`timestamp`, `time`, `ts`
/// …) or at the start of lines. Trails are verified, too.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    /// File to write, in one step; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,

    /// How many rules and places are shown
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: u16,

    #[command(flatten)]
    rules: Rules,

    #[command(flatten)]
    work: Work,

    #[command(flatten)]
    inputs: Inputs,
}

impl Report {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        let to_stdout = self.output.as_os_str() == "-";
        // Before hours of reading.
        if !to_stdout && let Err(error) = self.begin() {
            return refused(&self.not_written(&error));
        }
        self.inputs.tell_of_terminal();
        let reader = Reader::new(policy.clone(), self.work.cut().limit);
        let gathered = match self.gather(reader) {
            Ok(gathered) => gathered,
            Err(error) => return trouble("the inputs", &error),
        };
        let page = html::page(&gathered.facts, &policy, &self.rules.source(), usize::from(self.top));
        let written = match to_stdout {
            true => io::stdout().lock().write_all(page.as_bytes()),
            false => self.begin().and_then(|mut file| {
                file.write_all(page.as_bytes())?;
                file.put(&self.output)
            }),
        };
        if let Err(error) = written {
            return match to_stdout {
                true => trouble("standard output", &error),
                false => refused(&self.not_written(&error)),
            };
        }
        remark(&format!("tracing-privacy: wrote {}; {}", self.output.display(), gathered.facts.summary()));
        ExitCode::from(match gathered {
            Gathered { all_read: false, .. } => TROUBLE,
            Gathered { all_whole: false, .. } => FOUND,
            _ => 0,
        })
    }

    /// A file that will be the page.
    fn begin(&self) -> io::Result<Unfinished> {
        Unfinished::new(&self.output)
    }

    fn not_written(&self, error: &io::Error) -> String {
        format!("{}: the page cannot be written: {error}; name another file with --output", self.output.display())
    }

    fn gather(&self, reader: Reader) -> io::Result<Gathered> {
        let buffers = Buffers::default();
        let steps = Steps::new(self.inputs.each(), self.work.cut(), buffers.clone());
        let mut progress = Progress::new(&self.inputs, steps.bytes_read());
        let work = move |task: Task| {
            let facts = reader.read(task.carry, task.block.text());
            buffers.give(task.block.into_buffer());
            facts
        };
        let mut gathered = Gathered::new(self.work.max_line());
        pipeline::run(self.work.jobs(), steps, work, |step| {
            progress.update();
            gathered.take(step, &progress);
            Ok(())
        })?;
        Ok(gathered)
    }
}

/// All that was read.
struct Gathered {
    facts: Facts,
    /// In MiB, for messages.
    max_line: u16,
    input: Input,
    all_read: bool,
    /// Whether all trails are as they were written.
    all_whole: bool,
}

impl Gathered {
    fn new(max_line: u16) -> Self {
        Self { facts: Facts::default(), max_line, input: Input::Stdin, all_read: true, all_whole: true }
    }

    fn take(&mut self, step: Step<Facts>, progress: &Progress) {
        match step {
            Step::Begin(beginning) => {
                self.facts.begin(InputFacts::named(&beginning.input));
                self.input = beginning.input;
            }
            Step::Lines(facts) => {
                for line in facts.overlong() {
                    let number = self.facts.lines_of_input() + line + 1;
                    self.unread(
                        &format!("line {number} is over {} MiB and was not looked at (see --max-line)", self.max_line),
                        progress,
                    );
                }
                self.facts.add(facts);
            }
            Step::End => self.verify(progress),
            Step::Failed(reason) => self.unread(&reason, progress),
        }
    }

    /// What is a trail is verified, too.
    fn verify(&mut self, progress: &Progress) {
        let Input::File(path) = &self.input else { return };
        if !self.facts.has_trail_lines() || !is_trail(path) {
            return;
        }
        let state = state(&self.input, None);
        if let State::Unread(reason) = &state {
            self.unread(reason, progress);
            return;
        }
        if !state.is_whole() {
            progress.say(&format!("tracing-privacy: {}: {}", one_line(&self.input.to_string()), state.told()));
            self.all_whole = false;
        }
        self.facts.verified(&state);
    }

    fn unread(&mut self, reason: &str, progress: &Progress) {
        progress.say(&format!("tracing-privacy: {}: {reason}", one_line(&self.input.to_string())));
        self.facts.unread(reason);
        self.all_read = false;
    }
}
