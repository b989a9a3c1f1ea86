//! What the documents show is what happens: every `$ …` in them is run, and what comes out is compared.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{TRAIL, directory, head, trail};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The README, and all pages of `docs`.
fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md"), root().join("crates/audit/README.md")];
    documents.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    documents.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    documents.sort();
    documents
}

/// The lines of all blocks that are sessions.
fn session(text: &str) -> Vec<&str> {
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("console\n"));
    blocks.flat_map(str::lines).collect()
}

/// Runs a line of shell, and gives what it writes to both outputs.
fn run(line: &str, directory: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_tracing-privacy")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-c", &format!("exec 2>&1; {line}")]).current_dir(directory).env("PATH", path).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRACING_PRIVACY_")) {
        command.env_remove(name);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// Whether `output` is what `expected` shows, in which a line `…` stands for any number of lines.
fn is_shown(output: &[&str], expected: &[&str]) -> bool {
    match expected {
        [] => output.is_empty(),
        ["…", rest @ ..] => (0..=output.len()).any(|skipped| is_shown(&output[skipped..], rest)),
        [line, rest @ ..] => output.first() == Some(line) && is_shown(&output[1..], rest),
    }
}

#[test]
fn sessions_in_documents_are_what_happens() {
    let mut commands = 0;
    for document in documents() {
        let directory = directory();
        let whole = trail(&TRAIL);
        fs::write(directory.path().join("privacy.trail"), &whole).unwrap();
        let text = fs::read_to_string(&document).unwrap();
        let mut lines = session(&text).into_iter().peekable();
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{document:?}: {line}"));
            let mut expected = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push(line);
            }
            let output = run(command, directory.path());
            // A document shows the first digits of a hash.
            let output = output.replace(&head(&whole), &format!("{}…", &head(&whole)[..4]));
            let output: Vec<&str> = output.lines().collect();
            assert!(is_shown(&output, &expected), "{}: {command}\n{output:#?}\n{expected:#?}", document.display());
            commands += usize::from(command.contains("tracing-privacy"));
        }
    }
    assert!(commands > 15, "{commands} commands were run");
}

/// Every `tracing-privacy …` that stands in a session is one of these; none hides in another kind of block.
#[test]
fn no_session_is_left_out() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let all = text.lines().filter(|line| line.starts_with("$ tracing-privacy")).count();
        let run = session(&text).iter().filter(|line| line.starts_with("$ tracing-privacy")).count();
        assert_eq!(all, run, "{}", document.display());
    }
}

#[test]
fn the_recipe_for_ci_is_the_one_that_this_project_runs() {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let shown = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let script = fs::read_to_string(root().join(".ci/leaks")).unwrap();
    assert!(script.ends_with(shown), "docs/ci.md and .ci/leaks differ");
}

#[test]
fn a_session_that_is_wrong_would_be_seen() {
    assert!(is_shown(&["a", "b", "c"], &["a", "…", "c"]) && is_shown(&[], &["…"]) && is_shown(&["a"], &["a"]));
    assert!(!is_shown(&["a"], &["b"]) && !is_shown(&["a", "b"], &["a"]) && !is_shown(&["a"], &["a", "b"]));
    assert!(!is_shown(&["a", "b"], &["…", "a"]));
    let directory = directory();
    assert_eq!(run("tracing-privacy explain email | head -n 1", directory.path()), "rules: built in\n");
}
