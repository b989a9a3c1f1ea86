//! Running the command as a person runs it.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of it, and a test may panic")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Bytes 0 to 31: a key for documentation.
pub const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A directory of a test's own.
pub fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The command in a directory, with none of the rules and keys of whoever runs the tests, and no terminal.
pub fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracing-privacy"));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRACING_PRIVACY_")) {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs the command with these arguments, separated by blanks.
pub fn ran(directory: &Path, arguments: &str) -> Ran {
    finished(command(directory).args(arguments.split(' ').filter(|argument| !argument.is_empty())).output().unwrap())
}

/// Runs a command with `input` on its standard input.
pub fn ran_with_input(mut command: Command, input: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A child that stops early closes the pipe; that is not this side's failure.
        scope.spawn(move || stdin.write_all(input).is_ok());
        child.wait_with_output().unwrap()
    });
    finished(output)
}

pub fn finished(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
