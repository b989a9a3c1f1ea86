//! Token keys from the environment, whichever way the rules came.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Bytes 0 to 31: a key for documentation.
const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn redact(rules: &str, key: Option<(&str, &str)>) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, rules).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracing-privacy"));
    command.args(["redact", "--rules"]).arg(&path).env_remove("TRACING_PRIVACY_KEY");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some((name, value)) = key {
        command.env(name, value);
    }
    let mut child = command.spawn().expect("the command");
    let sent = child.stdin.take().expect("a pipe").write_all(b"badge=4821 in\n");
    drop(sent); // A command that refuses its rules reads nothing.
    let output = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

const RULES: &str = "version = 1\n[[field]]\nkeys = [\"badge\"]\ncategory = \"person\"\nmask = \"tokenize\"\n";

#[test]
fn a_rules_file_by_option_takes_the_key_of_the_environment() {
    let (out, err) = redact(RULES, Some(("TRACING_PRIVACY_KEY", KEY)));
    assert!(out.starts_with("badge=tok-person-k1-") && out.ends_with(" in\n"), "{out}{err}");
    let (out, err) = redact(RULES, None);
    assert!(out.is_empty() && err.contains("needs a token key"), "{out}{err}");
}

#[test]
fn a_key_of_the_environment_beats_a_random_one() {
    let rules = format!("{RULES}[tokens]\nkey = \"ephemeral\"\n");
    assert!(redact(&rules, Some(("TRACING_PRIVACY_KEY", KEY))).0.contains("-k1-"));
    assert!(redact(&rules, None).0.contains("-ephemeral-"));
}

#[test]
fn a_bad_key_is_told_without_showing_it() {
    let (out, err) = redact(RULES, Some(("TRACING_PRIVACY_KEY", "hunter2zq")));
    assert!(out.is_empty() && err.contains("TRACING_PRIVACY_KEY") && !err.contains("hunter2zq"), "{err}");
}
