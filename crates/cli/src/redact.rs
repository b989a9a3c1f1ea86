//! `redact`: lines in, the same lines without secrets out.

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::blocks::BLOCK;
use crate::buffers::Buffers;
use crate::input::Input;
use crate::mask::{Masked, UNREAD_LINE, mask};
use crate::outcome::{TROUBLE, trouble, wrong};
use crate::pipeline;
use crate::progress::{Progress, say};
use crate::rules::Rules;
use crate::steps::{Cut, Step, Steps};
use tracing_privacy::Policy;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy redact app.log > app.clean.log
  kubectl logs -f deploy/shop | tracing-privacy redact
  tracing-privacy redact --rules redaction-rules.toml app.log.1 app.log
  zcat old.log.gz | tracing-privacy redact | less

Exit status:
  0  everything was read
  2  an input could not be read (the others were), the rules are wrong, or the usage was";

/// Masks secrets and personal data in lines of text
///
/// Reads the files, or standard input, and writes them to standard output: one line out for each line in, with its line
/// terminator. Plain text, JSON and mixtures are understood; what need not be masked, invalid UTF-8 too, stays as it
/// is. In a pipe, each line comes out as soon as it has come in.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Redact {
    #[command(flatten)]
    rules: Rules,

    /// Longest line that is looked at; a longer one is replaced as a whole
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    max_line: u16,

    /// How many threads mask lines; as many as there are processors, if not said
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Says on standard error which rules are in force, and how many lines were masked
    #[arg(short, long)]
    verbose: bool,

    /// Files to read; `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Redact {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        if self.verbose {
            say(&format!("tracing-privacy: rules: {}", self.rules.source()));
        }
        if self.files.is_empty() && io::stdin().is_terminal() {
            say("tracing-privacy: reading standard input; end it with Ctrl-D, or name files (see --help)");
        }
        let inputs = Input::named(&self.files);
        let total = inputs.iter().map(Input::len).sum();
        let mut output = Output::new(io::stdout().lock(), Progress::new(total), self.max_line);
        let cut = Cut { limit: usize::from(self.max_line) * 1024 * 1024, block: BLOCK };
        let jobs = self.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        let result = redact(policy, inputs, cut, jobs, &mut output);
        if self.verbose {
            output.progress.say(&format!("tracing-privacy: {} lines, {} masked", output.lines, output.masked));
        }
        match result {
            Ok(()) if output.all_read => ExitCode::SUCCESS,
            Ok(()) => ExitCode::from(TROUBLE),
            Err(error) => trouble("standard output", &error),
        }
    }
}

/// Masks all lines of `inputs`. An error is one of the output.
fn redact(
    policy: Policy,
    inputs: Vec<Input>,
    cut: Cut,
    jobs: NonZeroUsize,
    output: &mut Output<impl Write>,
) -> io::Result<()> {
    let buffers = Buffers::default();
    let steps = Steps::new(inputs.into_iter(), cut, buffers.clone());
    let worker_buffers = buffers.clone();
    let work = move |task: crate::steps::Task| {
        let masked = mask(&policy, task.keys, task.block.text(), cut.limit, worker_buffers.take_empty());
        let read = task.block.text().len() as u64;
        worker_buffers.give(task.block.into_buffer());
        (masked, read)
    };
    pipeline::run(jobs, steps, work, |step| output.take(step, &buffers))
}

/// Where masked lines go.
struct Output<W> {
    to: W,
    progress: Progress,
    /// In MiB, for messages.
    max_line: u16,
    input: Arc<Input>,
    /// How many lines of the input were written.
    lines_of_input: u64,
    /// The line before had no terminator.
    unterminated: bool,
    lines: u64,
    masked: u64,
    /// Whether every input could be read.
    all_read: bool,
}

impl<W: Write> Output<W> {
    fn new(to: W, progress: Progress, max_line: u16) -> Self {
        Self {
            to,
            progress,
            max_line,
            input: Arc::new(Input::Stdin),
            lines_of_input: 0,
            unterminated: false,
            lines: 0,
            masked: 0,
            all_read: true,
        }
    }

    fn take(&mut self, step: Step<(Masked, u64)>, buffers: &Buffers) -> io::Result<()> {
        match step {
            Step::Begin(input) => {
                self.input = input;
                self.lines_of_input = 0;
            }
            Step::Lines((masked, read)) => {
                self.write(&masked)?;
                self.progress.advance(read);
                buffers.give(masked.text);
            }
            Step::End => {}
            Step::Failed(reason) => {
                self.progress.say(&format!("tracing-privacy: {}: {reason}", self.input));
                self.all_read = false;
            }
        }
        Ok(())
    }

    fn write(&mut self, masked: &Masked) -> io::Result<()> {
        for index in &masked.overlong {
            let (input, number, limit) = (&self.input, self.lines_of_input + index + 1, self.max_line);
            self.progress.say(&format!(
                "tracing-privacy: {input}: line {number} is over {limit} MiB, {UNREAD_LINE} stands for it (see --max-line)"
            ));
        }
        self.lines_of_input += masked.lines;
        self.lines += masked.lines;
        self.masked += masked.masked;
        if self.unterminated {
            // Lines of two files must not become one.
            self.to.write_all(b"\n")?;
        }
        self.unterminated = !masked.terminated;
        self.to.write_all(&masked.text)?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes out of `input`, cut into blocks of that size, with so many threads.
    fn redacted(input: &[u8], block: usize, jobs: usize) -> (Vec<u8>, u64, u64) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("input.log");
        std::fs::write(&path, input).expect("it can be written");
        let mut written = Vec::new();
        let mut output = Output::new(&mut written, Progress::new(None), 0);
        let jobs = NonZeroUsize::new(jobs).expect("not 0");
        redact(Policy::builtin(), vec![Input::File(path)], Cut { limit: 500, block }, jobs, &mut output)
            .expect("memory can be written");
        let (lines, masked) = (output.lines, output.masked);
        (written, lines, masked)
    }

    /// Pieces of logs that must be read together, or must not.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let body = "MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu";
        let known = [
            "-----BEGIN RSA PRIVATE KEY-----",
            "-----END RSA PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----",
            body,
            "Qw==",
            "2024-05-01T10:00:10Z stdout F ",
            "{\"email\":\"jane.doe@example.com\",\"n\":1}",
            "password=hunter2 user=7",
            "AKIAIOSFODNN7EXAMPLE",
            "harmless ",
        ];
        prop_oneof![
            6 => proptest::sample::select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
            6 => proptest::sample::select(vec![&b"\n"[..], b"\r\n", b"\n\n"]).prop_map(<[u8]>::to_vec),
            1 => proptest::collection::vec(any::<u8>(), 0..12),
            1 => Just(vec![b'x'; 400]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// One block for all lines is how a single thread would read a file that fits into memory.
        #[test]
        fn neither_threads_nor_blocks_change_what_comes_out(
            pieces in proptest::collection::vec(piece(), 0..60),
            block in 1..400_usize,
            jobs in 2..5_usize,
        ) {
            let input = pieces.concat();
            let whole = redacted(&input, input.len() + 1, 1);
            prop_assert_eq!(&redacted(&input, block, 1), &whole);
            prop_assert_eq!(&redacted(&input, block, jobs), &whole);
        }
    }
}
