//! `suggest`: rules for what logs hold and no rule names.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::buffers::Buffers;
use crate::input::{Input, Inputs};
use crate::outcome::{TROUBLE, trouble, wrong};
use crate::pipeline;
use crate::progress::{Progress, remark};
use crate::report::one_line;
use crate::rules::Rules;
use crate::scan::{Finder, Found, Keys, snippet};
use crate::steps::{Step, Steps, Task};
use crate::work::Work;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy suggest /var/log/shop
  tracing-privacy suggest app.json >> redaction-rules.toml    # then look at each of them

Exit status:
  0  what there is to suggest was printed
  2  an input could not be read (the others were), the rules are wrong, or the usage was";

/// Suggests rules for keys in logs that no rule names
///
/// Looks at the keys of JSON lines and of `key=value`: those that packs would name, that hold what a rule finds, that sound sensitive, or
/// that are masked in the logs and left the inventory. Prints `[[field]]` rules to paste into a rules file, with the place of each
/// key, and never a value. `scan --policy-audit` tells the same as findings.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Suggest {
    #[command(flatten)]
    rules: Rules,

    #[command(flatten)]
    work: Work,

    #[command(flatten)]
    inputs: Inputs,
}

impl Suggest {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        self.inputs.tell_of_terminal();
        let finder = Finder::auditing(policy, self.work.cut().limit);
        let buffers = Buffers::default();
        let steps = Steps::new(self.inputs.each(), self.work.cut(), buffers.clone());
        let mut progress = Progress::new(&self.inputs, steps.bytes_read());
        let work = move |task: Task| {
            let found = finder.find(task.carry, task.block.text());
            buffers.give(task.block.into_buffer());
            found
        };
        let mut seen = Seen { keys: Keys::default(), input: Input::Stdin, lines: 0, all_read: true };
        let read = pipeline::run(self.work.jobs(), steps, work, |step| {
            progress.update();
            seen.take(step, &progress, self.work.max_line());
            Ok(())
        });
        if let Err(error) = read {
            return trouble("the inputs", &error);
        }
        let all_read = seen.all_read;
        let wanting = seen.keys.wanting();
        if let Err(error) = io::stdout().write_all(snippet(&wanting).as_bytes()) {
            return trouble("standard output", &error);
        }
        remark(&format!("tracing-privacy: keys that want a rule: {}; look at each before you keep it", wanting.len()));
        if all_read { ExitCode::SUCCESS } else { ExitCode::from(TROUBLE) }
    }
}

struct Seen {
    keys: Keys,
    input: Input,
    /// Of the input, so far.
    lines: u64,
    all_read: bool,
}

impl Seen {
    fn take(&mut self, step: Step<Found>, progress: &Progress, max_line: u16) {
        match step {
            Step::Begin(beginning) => (self.input, self.lines) = (beginning.input, 0),
            Step::Lines(found) => {
                for line in &found.overlong {
                    let number = self.lines + line + 1;
                    self.unread(
                        &format!("line {number} is over {max_line} MiB and was not looked at (see --max-line)"),
                        progress,
                    );
                }
                self.keys.add(found.keys, &self.input.to_string(), self.lines);
                self.lines += found.lines;
            }
            Step::End => {}
            Step::Failed(reason) => self.unread(&reason, progress),
        }
    }

    fn unread(&mut self, reason: &str, progress: &Progress) {
        progress.say(&format!("tracing-privacy: {}: {reason}", one_line(&self.input.to_string())));
        self.all_read = false;
    }
}
