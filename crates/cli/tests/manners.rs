//! What every command owes to shells and terminals: signals, closed pipes, colors, standard input.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{TRAIL, command, directory, finished, ran, trail};

const MAIL: &str = "jane.doe@example.com";

fn files(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn wait_for(what: &str, is: impl Fn() -> bool) {
    let since = Instant::now();
    while !is() {
        assert!(since.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn ctrl_c_leaves_nothing_behind_and_changes_nothing() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let directory = directory();
        let big = format!("to {MAIL} and more, which takes its time to be looked at\n").repeat(200_000);
        fs::write(directory.path().join("big.log"), &big).unwrap();
        let mut child =
            command(directory.path()).args(["redact", "--in-place", "--jobs", "1", "big.log"]).spawn().unwrap();
        wait_for("the file that is being written", || files(directory.path()).len() == 2);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(files(directory.path()), ["big.log"]);
        assert!(fs::read_to_string(directory.path().join("big.log")).unwrap() == big, "the file was changed");
    }
}

#[test]
fn ctrl_c_ends_what_waits_for_input() {
    let directory = directory();
    for arguments in [
        &["redact"][..],
        &["scan"],
        &["report"],
        &["suggest"],
        &["trail", "show", "-"],
        &["token", "--category", "contact"],
    ] {
        let mut waits = command(directory.path());
        waits.args(arguments).stdin(Stdio::piped()).env("TRACING_PRIVACY_KEY", support::KEY);
        let mut child = waits.spawn().unwrap();
        let stdin = child.stdin.take();
        // Once it has something to wait for, it watches for signals.
        wait_for("the watch for signals", || {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
        });
        std::thread::sleep(Duration::from_millis(20));
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{arguments:?}");
        drop(stdin);
    }
    assert!(files(directory.path()).is_empty());
}

/// A reader that closes its end has seen enough; that is no failure of the command.
#[test]
fn a_closed_pipe_ends_every_command_quietly() {
    let directory = directory();
    fs::write(directory.path().join("a.log"), format!("{MAIL}\nshop_email={MAIL}\n").repeat(5_000)).unwrap();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL)).unwrap();
    fs::write(directory.path().join("bad.toml"), "version = 1\nx = 1\n").unwrap();
    for arguments in [
        "redact a.log",
        "scan a.log",
        "scan --format sarif a.log",
        "scan --format junit a.log",
        "suggest a.log",
        "report a.log -o -",
        "check bad.toml",
        "explain email",
        "keygen",
        "token x --category contact",
        "trail show a.trail",
        "trail report a.trail",
        "trail verify a.trail",
        "completions bash",
        "man",
        "--help",
        "scan --help",
    ] {
        let mut run = command(directory.path());
        run.args(arguments.split(' ')).env("TRACING_PRIVACY_KEY", support::KEY);
        let mut child = run.spawn().unwrap();
        drop(child.stdout.take());
        let ended = finished(child.wait_with_output().unwrap());
        assert!(matches!(ended.code, Some(0 | 1)), "{arguments}: {ended:?}");
        assert!(!ended.err.contains("panic") && !ended.err.contains("Broken pipe"), "{arguments}: {}", ended.err);
    }
}

#[test]
fn standard_input_that_is_a_directory_is_told() {
    let directory = directory();
    fs::write(directory.path().join("a.log"), "x\n").unwrap();
    for arguments in ["redact", "scan", "suggest", "report -o -", "trail show -", "trail verify -", "redact a.log -"] {
        let mut run = command(directory.path());
        run.args(arguments.split(' ')).stdin(fs::File::open(directory.path()).unwrap());
        let ended = finished(run.output().unwrap());
        assert_eq!(ended.code, Some(2), "{arguments}");
        assert!(
            ended.err.contains("standard input: ") && ended.err.contains("directory"),
            "{arguments}: {}",
            ended.err
        );
    }
}

/// Runs a line of shell at a terminal of its own; `None`, said aloud, where there is no `script`.
fn at_terminal(directory: &Path, line: &str, no_color: bool) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_tracing-privacy");
    let mut script = Command::new("script");
    script.args(["-qec", &line.replace("tracing-privacy", program), "/dev/null"]).current_dir(directory);
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR").stdin(Stdio::piped()).stdout(Stdio::piped());
    if no_color {
        script.env("NO_COLOR", "1");
    }
    match script.spawn() {
        Ok(mut child) => {
            // Ctrl-D, as soon as the terminal listens.
            let mut stdin = child.stdin.take().unwrap();
            let typing = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(500));
                std::io::Write::write_all(&mut stdin, b"\x04").is_ok()
            });
            let output = child.wait_with_output().unwrap();
            let _ = typing.join();
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            assert!(std::env::var_os("REQUIRE_TOOLS").is_none(), "REQUIRE_TOOLS is set, and there is no script");
            eprintln!("NOT RUN: there is no script (of util-linux) to give a terminal");
            None
        }
    }
}

#[test]
fn who_types_is_told_what_is_waited_for() {
    let directory = directory();
    for command in ["redact", "scan", "suggest", "report -o page.html"] {
        let Some(told) = at_terminal(directory.path(), &format!("tracing-privacy {command}"), false) else { return };
        assert!(told.contains("reading standard input; end it with Ctrl-D"), "{command}: {told}");
        let Some(quiet) = at_terminal(directory.path(), &format!("tracing-privacy --quiet {command}"), false) else {
            return;
        };
        assert!(!quiet.contains("reading standard input"), "{command}: {quiet}");
    }
}

#[test]
fn colors_are_for_terminals_and_for_who_asks() {
    let directory = directory();
    fs::write(directory.path().join("a.log"), format!("{MAIL}\n")).unwrap();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL)).unwrap();
    for command in ["scan a.log", "scan missing.log", "trail show a.trail", "trail report a.trail", "--help", "redcat"]
    {
        let is_colored = |ran: support::Ran| ran.out.contains('\u{1b}') || ran.err.contains('\u{1b}');
        assert!(!is_colored(ran(directory.path(), command)), "{command}");
        assert!(is_colored(ran(directory.path(), &format!("--color always {command}"))), "{command}");
        assert!(is_colored(ran(directory.path(), &format!("--color=always {command}"))), "{command}");
        assert!(!is_colored(ran(directory.path(), &format!("--color never {command}"))), "{command}");
        let line = format!("tracing-privacy {command}");
        if let Some(shown) = at_terminal(directory.path(), &line, false) {
            assert!(shown.contains('\u{1b}'), "{command} has no color at a terminal: {shown}");
        }
        if let Some(shown) = at_terminal(directory.path(), &line, true) {
            assert!(!shown.contains("\u{1b}[3"), "{command} has color under NO_COLOR: {shown}");
        }
    }
    // What programs read has none, whoever asks.
    let json = ran(directory.path(), "--color always scan --format json a.log");
    assert!(!json.out.contains('\u{1b}'));
}
