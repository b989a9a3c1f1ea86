//! `redact`: lines in, the same lines without secrets out.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracing_privacy::{Error, Mode, Policy};

use crate::encoding;
use crate::lines::{Line, Lines};
use crate::private_key::PrivateKeys;

/// Some input could not be read, or the rules are wrong. Also what a usage error gives.
const EXIT_TROUBLE: u8 = 2;

/// What stands for a line that was not looked at; the form of the library's own placeholders.
const UNREAD_LINE: &[u8] = b"[redacted:sensitive]";

/// Sanitized text is written at this size, in bytes, even if more input waits.
const WRITE_AT: usize = 1024 * 1024;

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
    /// Rules file; without it $TRACING_PRIVACY_RULES, else redaction-rules.toml in the working directory, else built in
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Longest line that is looked at; a longer one is replaced as a whole
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    max_line: u16,

    /// Says on standard error which rules are in force, and how many lines were masked
    #[arg(short, long)]
    verbose: bool,

    /// Files to read; `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Redact {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.policy() {
            Ok(policy) => policy,
            Err(error) => {
                say(&error.to_string());
                return ExitCode::from(EXIT_TROUBLE);
            }
        };
        if policy.mode() != Mode::Enforce {
            say(&format!(
                "tracing-privacy: the mode is `{}`, so that nothing would be masked; `redact` needs `enforce` (see \
                 TRACING_PRIVACY_MODE, and `mode` in the rules)",
                policy.mode()
            ));
            return ExitCode::from(EXIT_TROUBLE);
        }
        let mut output = Output::new(&policy, io::stdout().lock());
        let result = self.redact_all(&mut output);
        if self.verbose {
            say(&format!("tracing-privacy: {} lines, {} masked", output.lines, output.masked));
        }
        match result {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(EXIT_TROUBLE),
            // The reader has seen enough (`head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                say(&format!("tracing-privacy: standard output: {error}"));
                ExitCode::from(EXIT_TROUBLE)
            }
        }
    }

    fn policy(&self) -> Result<Policy, Error> {
        let policy = match &self.rules {
            Some(path) => Policy::from_file(path)?,
            None => Policy::from_environment()?,
        };
        if self.verbose {
            say(&format!("tracing-privacy: rules: {}", self.source()));
        }
        Ok(policy)
    }

    /// Where the policy came from; the order is that of [`Policy::from_environment`].
    fn source(&self) -> String {
        const WORKING_DIRECTORY: &str = "redaction-rules.toml";
        match (&self.rules, std::env::var_os("TRACING_PRIVACY_RULES")) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(path)) => format!("{} (TRACING_PRIVACY_RULES)", Path::new(&path).display()),
            (None, None) if Path::new(WORKING_DIRECTORY).exists() => WORKING_DIRECTORY.to_owned(),
            (None, None) => "built in".to_owned(),
        }
    }

    /// Whether every input could be read. An error is one of the output.
    fn redact_all(&self, output: &mut Output<'_, impl Write>) -> io::Result<bool> {
        let stdin = [PathBuf::from("-")];
        let inputs = if self.files.is_empty() { &stdin[..] } else { &self.files };
        if self.files.is_empty() && io::stdin().is_terminal() {
            say("tracing-privacy: reading standard input; end it with Ctrl-D, or name files (see --help)");
        }
        let limit = usize::from(self.max_line) * 1024 * 1024;
        let mut all_read = true;
        for path in inputs {
            let input = open(path).map_err(Trouble::from).map(|input| Lines::new(input, limit));
            let overlong = |number| {
                let (name, limit) = (name(path), self.max_line);
                let placeholder = String::from_utf8_lossy(UNREAD_LINE);
                say(&format!(
                    "tracing-privacy: {name}: line {number} is over {limit} MiB, {placeholder} stands for it (see --max-line)"
                ));
            };
            match input.and_then(|input| output.redact(input, overlong)) {
                Ok(()) => {}
                Err(Trouble::Output(error)) => return Err(error),
                Err(Trouble::Input(reason)) => {
                    // What was read before keeps its place before the message.
                    output.write_out()?;
                    say(&format!("tracing-privacy: {}: {reason}", name(path)));
                    all_read = false;
                }
            }
        }
        Ok(all_read)
    }
}

/// Why an input was not passed on to its end.
enum Trouble {
    Input(String),
    Output(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Input(error.to_string())
    }
}

/// Where sanitized lines go.
struct Output<'p, W> {
    policy: &'p Policy,
    private_keys: PrivateKeys,
    to: W,
    /// Sanitized text that is not yet written.
    sanitized: Vec<u8>,
    /// A line after `private_keys` and before the policy.
    keyless: Vec<u8>,
    /// The line before had no terminator.
    unterminated: bool,
    lines: u64,
    masked: u64,
}

impl<'p, W: Write> Output<'p, W> {
    fn new(policy: &'p Policy, to: W) -> Self {
        let (sanitized, keyless) = (Vec::new(), Vec::new());
        Self {
            policy,
            private_keys: PrivateKeys::default(),
            to,
            sanitized,
            keyless,
            unterminated: false,
            lines: 0,
            masked: 0,
        }
    }

    /// Passes on all lines of one input; tells `overlong` the numbers of those over the limit.
    ///
    /// Nothing that can be written is held back while the input is waited for.
    fn redact(&mut self, mut input: Lines<impl Read>, overlong: impl Fn(u64)) -> Result<(), Trouble> {
        let mut number = 0;
        let mut push = |output: &mut Self, line: &Line<'_>| {
            number += 1;
            if line.text.is_none() {
                overlong(number);
            }
            output.push(line).map_err(Trouble::Output)
        };
        let mut at_start = true;
        while input.fill()? {
            if let (true, Some(advice)) = (at_start, encoding::refusal(input.buffered())) {
                return Err(Trouble::Input(advice.to_owned()));
            }
            at_start = false;
            while let Some(line) = input.next_buffered() {
                push(self, &line)?;
            }
            self.write_out().map_err(Trouble::Output)?;
        }
        if let Some(line) = input.remainder() {
            push(self, &line)?;
        }
        self.write_out().map_err(Trouble::Output)
    }

    fn push(&mut self, line: &Line<'_>) -> io::Result<()> {
        if self.unterminated {
            // Lines of two files must not become one.
            self.sanitized.push(b'\n');
        }
        self.unterminated = line.terminator.is_empty();
        self.lines += 1;
        self.masked += u64::from(self.sanitize(line.text));
        self.sanitized.extend_from_slice(line.terminator);
        if self.sanitized.len() >= WRITE_AT { self.write_out() } else { Ok(()) }
    }

    /// Whether anything was masked.
    fn sanitize(&mut self, text: Option<&[u8]>) -> bool {
        let Some(text) = text else {
            // The front of a line says little about where in it a secret ends: none of it is shown.
            self.sanitized.extend_from_slice(UNREAD_LINE);
            return true;
        };
        self.keyless.clear();
        let had_key = self.private_keys.mask(text, &mut self.keyless);
        let text = if had_key { &self.keyless } else { text };
        let start = self.sanitized.len();
        let masked = self.policy.sanitize_line(text, &mut self.sanitized);
        if masked {
            // A mask that a person wrote may hold a line break; one line in stays one line out.
            self.sanitized[start..].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        }
        masked || had_key
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.to.write_all(&self.sanitized)?;
        self.sanitized.clear();
        self.to.flush()
    }
}

/// Opens an input.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    if std::fs::metadata(path)?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory; name the files in it"));
    }
    Ok(Box::new(File::open(path)?))
}

/// What messages call an input.
fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// Writes a message to standard error; where that is closed, to nobody.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{}", message.trim_end());
}
