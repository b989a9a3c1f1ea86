//! Running the command as a person runs it.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of it, and a test may panic")]

pub mod planted;

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

/// A trail with lines of these members, as the library writes them.
pub fn trail(lines: &[&str]) -> String {
    use sha2::{Digest as _, Sha256};
    let mut before = "0".repeat(64);
    let mut trail = String::new();
    for (number, members) in (1..).zip(lines) {
        let body = format!("{{\"n\":{number},{members},\"before\":\"{before}");
        let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        trail += &format!("{body}\",\"hash\":\"{hash}\"}}\n");
        before = hash;
    }
    trail
}

/// The last hash of a trail.
pub fn head(trail: &str) -> String {
    trail.trim_end().rsplit('"').nth(1).unwrap().to_owned()
}

/// What a service did in three hours.
pub const TRAIL: [&str; 8] = [
    r#""time":"2026-01-02T03:04:05.000006Z","kind":"masked","rule":"email","category":"contact","class":"confidential","masker":"email_domain","outcome":"masked","target":"shop::billing","file":"src/billing.rs","line":12,"field":"user.email","policy":"0123456789abcdef0123","count":1"#,
    r#""time":"2026-01-02T03:04:25.5Z","kind":"masked","rule":"email","category":"contact","class":"confidential","masker":"email_domain","outcome":"masked","target":"shop::billing","file":"src/billing.rs","line":12,"field":"user.email","policy":"0123456789abcdef0123","count":41"#,
    r#""time":"2026-01-02T04:00:00Z","kind":"masked","rule":"aws_access_key_id","category":"credential","class":"confidential","masker":"erase","outcome":"masked","target":"shop::cloud","file":"src/cloud.rs","line":7,"field":null,"policy":"0123456789abcdef0123","count":3"#,
    r#""time":"2026-01-02T04:30:00Z","kind":"masked","rule":"date_of_birth","category":"person","class":"confidential","masker":"year","outcome":"failed","target":"shop::billing","file":"src/billing.rs","line":30,"field":"born","policy":"0123456789abcdef0123","count":2"#,
    r#""time":"2026-01-02T05:00:00Z","kind":"exemption_armed","of":"field email","target":"shop::*","reason":"INC-4711","expires":"2026-01-02T06:00:00.000000Z","used":0"#,
    r#""time":"2026-01-02T05:10:00Z","kind":"schema_violated","target":"shop::billing","file":"src/billing.rs","line":44,"field":"note""#,
    r#""time":"2026-01-02T05:20:00Z","kind":"reloaded","from":"0123456789abcdef0123","to":"fedcba98765432100123""#,
    r#""time":"2026-01-02T05:30:00Z","kind":"lost","count":4"#,
];

/// The command as someone who may not do everything, also where the tests run as root.
#[cfg(unix)]
pub fn command_without_power(directory: &Path) -> Command {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;
    let mut command = command(directory);
    if std::fs::metadata(directory).unwrap().uid() == 0 {
        // The program and its files must be within reach of nobody.
        let program = directory.join("tracing-privacy");
        std::fs::copy(env!("CARGO_BIN_EXE_tracing-privacy"), &program).unwrap();
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut other = Command::new(program);
        other.current_dir(directory).uid(NOBODY).gid(NOBODY);
        other.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        other.env_clear().env("COLUMNS", "100");
        command = other;
    }
    command
}
