//! `redact`: lines in, the same lines without secrets out.

mod compressor;
mod in_place;
mod sink;
mod stats;

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tracing_privacy::Mode;

use self::in_place::InPlace;
use self::sink::{Sink, Stream, Unwritten};
use self::stats::Stats;
use crate::buffers::Buffers;
use crate::encoding::Encoding;
use crate::input::{Input, Inputs};
use crate::mask::{Masked, Masker, UNREAD_LINE};
use crate::outcome::{TROUBLE, refused, trouble, wrong};
use crate::pipeline;
use crate::progress::{Progress, say};
use crate::report::one_line;
use crate::rules::Rules;
use crate::steps::{Cut, Step, Steps, Task};
use crate::work::Work;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy redact app.log > app.clean.log
  kubectl logs -f deploy/shop | tracing-privacy redact
  tracing-privacy redact --rules redaction-rules.toml app.log.2.gz app.log.1.zst app.log | less
  tracing-privacy redact --compress zstd /var/log/shop > clean.log.zst
  tracing-privacy redact --in-place --stats /var/log/shop

Exit status:
  0  everything was read
  2  an input or a line could not be read (the others were), the rules are wrong, or the usage was";

/// Masks secrets and personal data in lines of text
///
/// Reads the files, or standard input, and writes them to standard output: one line out for each line in, with its line
/// terminator. Plain text, JSON and mixtures are understood; what need not be masked, invalid UTF-8 too, stays as it
/// is. Private keys over several lines are followed, and values on deeper lines than their key. What is compressed with
/// gzip or zstd is unpacked. In a pipe, each line comes out as soon as it has come in. A line over --max-line is replaced
/// as a whole.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Redact {
    #[command(flatten)]
    rules: Rules,

    #[command(flatten)]
    work: Work,

    /// Masks each file where it stands, in one step: a compressed one stays compressed, mode and owner stay, and a file in which
    /// nothing is masked is not touched
    #[arg(short, long)]
    in_place: bool,

    /// Compresses what comes out; lines do not come out at once then
    #[arg(long, value_name = "FORM", conflicts_with = "in_place")]
    compress: Option<Form>,

    /// Says on standard error what was masked, by rule
    #[arg(long)]
    stats: bool,

    /// Says on standard error which rules are in force, and how many lines were masked
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    inputs: Inputs,
}

/// How output is compressed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Form {
    Gzip,
    Zstd,
}

impl Redact {
    pub(crate) fn run(&self) -> ExitCode {
        if self.in_place && self.inputs.read_stdin() {
            return refused("--in-place needs files: standard input has no place");
        }
        if self.compress.is_some() && io::stdout().is_terminal() {
            return refused(
                "--compress writes no text, and standard output is a terminal; send it to a file or a pipe",
            );
        }
        let encoding = match self.compress {
            Some(Form::Gzip) => Encoding::Gzip,
            Some(Form::Zstd) => Encoding::Zstd,
            None => Encoding::Plain,
        };
        let stats = Stats::default();
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        let mode = policy.mode();
        let limit = self.work.cut().limit;
        let masker = if self.stats {
            let told = stats.clone();
            match self.rules.observed_policy(stats.clone()) {
                Ok(observed) => Masker::new(observed, limit)
                    .telling(policy, Box::new(move |value| told.add(value.rule, value.category))),
                Err(error) => return wrong(&error),
            }
        } else {
            Masker::new(policy, limit)
        };
        if mode != Mode::Enforce {
            return refused(&format!(
                "the mode is `{mode}`, so that nothing would be masked; `redact` needs `enforce` (see \
                 TRACING_PRIVACY_MODE, and `mode` in the rules)"
            ));
        }
        if self.verbose {
            say(&format!("tracing-privacy: rules: {}", self.rules.source()));
        }
        self.inputs.tell_of_terminal();
        let progress = |read| Progress::new(&self.inputs, read);
        let (cut, jobs) = (self.work.cut(), self.work.jobs());
        let sink: Box<dyn Sink> = if self.in_place {
            Box::new(InPlace::default())
        } else {
            match Stream::new(io::stdout().lock(), encoding) {
                Ok(stream) => Box::new(stream),
                Err(error) => return trouble("standard output", &error),
            }
        };
        let mut output = Output::new(sink, self.work.max_line());
        let result = redact(masker, self.inputs.each(), cut, jobs, progress, &mut output);
        if self.stats {
            say(&stats.table());
        }
        if self.verbose {
            say(&format!("tracing-privacy: {} lines, {} masked", output.lines, output.masked));
        }
        match result {
            Ok(()) if output.all_done => ExitCode::SUCCESS,
            Ok(()) => ExitCode::from(TROUBLE),
            Err(error) => trouble("standard output", &error),
        }
    }
}

/// Masks all lines of `inputs`. An error is one of the output.
fn redact(
    masker: Masker,
    inputs: impl Iterator<Item = Input> + Send + 'static,
    cut: Cut,
    jobs: NonZeroUsize,
    progress: impl FnOnce(Arc<AtomicU64>) -> Progress,
    output: &mut Output<impl Sink>,
) -> io::Result<()> {
    let buffers = Buffers::default();
    let steps = Steps::new(inputs, cut, buffers.clone());
    let mut progress = progress(steps.bytes_read());
    let worker_buffers = buffers.clone();
    let work = move |task: Task| {
        let masked = masker.mask(task.carry, task.block.text(), worker_buffers.take_empty());
        worker_buffers.give(task.block.into_buffer());
        masked
    };
    pipeline::run(jobs, steps, work, |step| {
        progress.update();
        output.take(step, &progress, &buffers)
    })?;
    match output.sink.finish() {
        Ok(()) | Err(Unwritten::Input(_)) => Ok(()),
        Err(Unwritten::All(error)) => Err(error),
    }
}

/// Hands masked lines to their sink, and tells of what could not be read.
struct Output<S> {
    sink: S,
    /// In MiB, for messages.
    max_line: u16,
    input: Input,
    /// How many lines of the input were written.
    lines_of_input: u64,
    /// Whether the rest of the input is left out, since it could not be written.
    given_up: bool,
    lines: u64,
    masked: u64,
    /// Whether every input could be read and written.
    all_done: bool,
}

impl<S: Sink> Output<S> {
    fn new(sink: S, max_line: u16) -> Self {
        Self {
            sink,
            max_line,
            input: Input::Stdin,
            lines_of_input: 0,
            given_up: false,
            lines: 0,
            masked: 0,
            all_done: true,
        }
    }

    fn take(&mut self, step: Step<Masked>, progress: &Progress, buffers: &Buffers) -> io::Result<()> {
        let result = match step {
            Step::Begin(beginning) => {
                let result = self.sink.begin(&beginning);
                (self.input, self.lines_of_input, self.given_up) = (beginning.input, 0, false);
                result
            }
            _ if self.given_up => Ok(()),
            Step::Lines(masked) => {
                self.count(&masked, progress);
                let result = self.sink.write(&masked);
                buffers.give(masked.text);
                result
            }
            Step::End => self.sink.end(),
            Step::Failed(reason) => Err(Unwritten::Input(reason)),
        };
        match result {
            Ok(()) => Ok(()),
            Err(Unwritten::All(error)) => Err(error),
            Err(Unwritten::Input(reason)) => {
                progress.say(&format!("tracing-privacy: {}: {reason}", one_line(&self.input.to_string())));
                self.sink.abandon();
                self.given_up = true;
                self.all_done = false;
                Ok(())
            }
        }
    }

    fn count(&mut self, masked: &Masked, progress: &Progress) {
        // A line that was not read is a failure, although nothing of it was shown.
        self.all_done &= masked.overlong.is_empty();
        for index in &masked.overlong {
            let input = one_line(&self.input.to_string());
            let (number, limit) = (self.lines_of_input + index + 1, self.max_line);
            progress.say(&format!(
                "tracing-privacy: {input}: line {number} is over {limit} MiB, {UNREAD_LINE} stands for it (see --max-line)"
            ));
        }
        self.lines_of_input += masked.lines;
        self.lines += masked.lines;
        self.masked += masked.masked;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tracing_privacy::Policy;

    use super::*;

    /// What comes out of `input`, cut into blocks of that size, with so many threads.
    fn redacted(input: &[u8], block: usize, jobs: usize) -> (Vec<u8>, u64, u64) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("input.log");
        std::fs::write(&path, input).expect("it can be written");
        let mut written = Vec::new();
        let mut output = Output::new(Stream::new(&mut written, Encoding::Plain).expect("plain text needs nothing"), 0);
        let (jobs, cut) = (NonZeroUsize::new(jobs).expect("not 0"), Cut { limit: 500, block });
        let inputs = [Input::File(path)].into_iter();
        let masker = Masker::new(Policy::builtin(), cut.limit);
        redact(masker, inputs, cut, jobs, |_| Progress::none(), &mut output).expect("memory can be written");
        let (lines, masked) = (output.lines, output.masked);
        drop(output);
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
            "password: Some(",
            "    \"hunter2\",",
            "  token: |",
            "- name: DB_PASSWORD",
            "  value: hunter2",
            "- --password",
            "- hunter2",
            "- ",
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
