//! `trail verify`: whether trails are as they were written.

use std::io::{self, BufReader, Read, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tracing_privacy::observe::trail::{TrailFault, Verified, verify};

use super::Trails;
use crate::input::Input;
use crate::outcome::{FOUND, TROUBLE, trouble};
use crate::progress::say;
use crate::report::one_line;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy trail verify privacy.trail
  tracing-privacy trail verify --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 privacy.trail
  tracing-privacy trail verify --format json old.trail.gz privacy.trail

Exit status:
  0  every trail is as it was written
  1  one is not; standard output names its first wrong line
  2  one could not be read (the others were), or the usage was wrong";

/// Verifies trails: whether a line was modified, moved, taken out or torn
///
/// Prints the head of each, the hash of its last line. Keep it elsewhere: with --head, a later run also tells whether lines were taken
/// off the end, or the whole trail was written anew.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// A head that was kept: some line of each trail must have this hash
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Option<String>,

    /// How it is told
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    trails: Trails,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A sentence for each trail
    Text,
    /// A JSON object a line
    Json,
}

fn head(text: &str) -> Result<String, &'static str> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_ascii_lowercase()).ok_or("a head is 64 hexadecimal digits, as `trail verify` prints it")
}

/// What a trail was found to be.
pub(crate) enum State {
    Whole(Verified),
    /// It is whole, and the head that was kept is not in it.
    Replaced(Verified),
    Wrong(TrailFault),
    Unread(String),
}

impl State {
    /// A word for programs, and the line that is at fault.
    fn fault(&self) -> Option<(&'static str, Option<u64>)> {
        match self {
            Self::Whole(_) => None,
            Self::Replaced(_) => Some(("replaced", None)),
            Self::Wrong(TrailFault::Modified { line }) => Some(("modified", Some(*line))),
            Self::Wrong(TrailFault::Reordered { line, .. }) => Some(("reordered", Some(*line))),
            Self::Wrong(TrailFault::Missing { line, .. }) => Some(("missing", Some(*line))),
            Self::Wrong(TrailFault::Torn { line }) => Some(("torn", Some(*line))),
            Self::Wrong(_) => Some(("wrong", None)),
            Self::Unread(_) => Some(("unread", None)),
        }
    }

    /// In a sentence, to which the name of the trail is the subject.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Whole(Verified { lines, head, .. }) => format!("whole; lines: {lines}, head: {head}"),
            Self::Replaced(_) => {
                "whole, but the head that was kept is not in it: lines were taken off its end, or it was written anew"
                    .to_owned()
            }
            Self::Wrong(fault) => fault.to_string(),
            Self::Unread(reason) => reason.clone(),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }
}

/// Verifies one trail. With `head`, some line must have that hash.
pub(crate) fn state(input: &Input, head: Option<&str>) -> State {
    let opened = match input.open(&Default::default()) {
        Ok(opened) => opened,
        Err(reason) => return State::Unread(reason),
    };
    let seen = Arc::new(AtomicBool::new(false));
    let of_nothing = head.is_some_and(|head| head.bytes().all(|byte| byte == b'0'));
    let bytes: Box<dyn Read + Send> = match head {
        None => opened.bytes,
        Some(head) => Box::new(Watched {
            bytes: opened.bytes,
            end: Vec::new(),
            head: format!("\"hash\":\"{head}\"}}"),
            seen: seen.clone(),
        }),
    };
    match verify(BufReader::new(bytes)) {
        Ok(verified) if head.is_none() || of_nothing || seen.load(Ordering::Relaxed) => State::Whole(verified),
        Ok(verified) => State::Replaced(verified),
        Err(TrailFault::Io(error)) => State::Unread(error.to_string()),
        Err(fault) => State::Wrong(fault),
    }
}

impl Verify {
    pub(super) fn run(&self) -> ExitCode {
        let mut code = 0;
        for input in self.trails.each() {
            let state = state(&input, self.head.as_deref());
            code = code.max(match state {
                State::Whole(_) => 0,
                State::Unread(_) => TROUBLE,
                State::Replaced(_) | State::Wrong(_) => FOUND,
            });
            if let Err(error) = self.tell(&input, &state) {
                return trouble("standard output", &error);
            }
        }
        ExitCode::from(code)
    }

    fn tell(&self, input: &Input, state: &State) -> io::Result<()> {
        let name = input.to_string();
        let mut out = io::stdout();
        match (self.format, state) {
            (_, State::Unread(reason)) => {
                say(&format!("tracing-privacy: {}: {reason}", one_line(&name)));
                Ok(())
            }
            (Format::Text, state) => writeln!(out, "{}: {}", one_line(&name), state.told()),
            (Format::Json, state) => {
                let mut object = json!({ "file": name, "whole": state.is_whole() });
                match state {
                    State::Whole(verified) | State::Replaced(verified) => {
                        object["lines"] = verified.lines.into();
                        object["head"] = verified.head.clone().into();
                    }
                    State::Wrong(_) | State::Unread(_) => {}
                }
                if let Some((fault, line)) = state.fault() {
                    object["fault"] = fault.into();
                    object["line"] = line.into();
                    object["message"] = state.told().into();
                }
                writeln!(out, "{object}")
            }
        }
    }
}

/// Looks for a hash in what is read.
struct Watched<R> {
    bytes: R,
    /// What the reads before ended with: the hash may lie across two.
    end: Vec<u8>,
    head: String,
    seen: Arc<AtomicBool>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(into)?;
        self.end.extend_from_slice(&into[..read]);
        if memchr::memmem::find(&self.end, self.head.as_bytes()).is_some() {
            self.seen.store(true, Ordering::Relaxed);
        }
        let kept = self.end.len().saturating_sub(self.head.len());
        self.end.drain(..kept);
        Ok(read)
    }
}
