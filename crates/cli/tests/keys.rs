//! Token keys: made, taken from the environment, and asked for the tokens of a value.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{KEY, command, directory, ran, ran_with_input};

fn redact(rules: &str, key: Option<(&str, &str)>) -> (String, String) {
    let folder = directory();
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    let mut command = command(folder.path());
    command.args(["redact", "--rules", "rules.toml"]);
    if let Some((name, value)) = key {
        command.env(name, value);
    }
    let ran = ran_with_input(command, b"badge=4821 in\n");
    (ran.out, ran.err)
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

#[test]
fn a_generated_key_is_good_and_no_other_is_like_it() {
    let directory = directory();
    let (one, other) = (ran(directory.path(), "keygen"), ran(directory.path(), "keygen"));
    assert_eq!((one.code, one.err.as_str()), (Some(0), ""));
    assert_ne!(one.out, other.out);
    let (id, key) = one.out.trim_end().split_once(':').unwrap();
    assert!(!id.is_empty() && key.len() >= 43, "{}", id.len());
    assert!(redact(RULES, Some(("TRACING_PRIVACY_KEY", &one.out))).0.contains(&format!("-{id}-")));
}

#[test]
fn a_key_file_is_for_its_owner_only_and_is_not_overwritten() {
    let directory = directory();
    let made = ran(directory.path(), "keygen --id k9 --output token.key");
    assert_eq!((made.code, made.out.as_str()), (Some(0), ""));
    assert_eq!(made.err, "tracing-privacy: wrote the key `k9` to token.key\n");
    let path = directory.path().join("token.key");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("k9:") && text.ends_with('\n') && text.lines().count() == 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = ran(directory.path(), "keygen --id k9 --output token.key");
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""));
    assert!(again.err.contains("token.key exists"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let nowhere = ran(directory.path(), "keygen --output no/such/place.key");
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("no/such/place.key: "), "{}", nowhere.err);
    let bad_id = ran(directory.path(), "keygen --id NOT-AN-ID");
    assert_eq!((bad_id.code, bad_id.out.as_str()), (Some(2), ""));
}

/// The token is the one that `src/mask/tokenize.rs` pins.
#[test]
fn tokens_are_those_that_stand_in_logs_under_every_key() {
    const ANN: &str = "tok-contact-k1-kbp4254anflrqxoszkmklwesky";
    let directory = directory();
    let old = "k0:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    std::fs::write(directory.path().join("token.key"), format!("{KEY}\n{old}\n")).unwrap();
    let arguments = "token ann@example.com --category contact --key-file token.key";
    let tokens = ran(directory.path(), arguments);
    assert_eq!((tokens.code, tokens.err.as_str()), (Some(0), ""));
    let lines: Vec<_> = tokens.out.lines().collect();
    assert_eq!(lines[0], ANN);
    assert!(lines.len() == 2 && lines[1].starts_with("tok-contact-k0-"), "{lines:?}");

    for value in [&["-"][..], &[]] {
        let mut command = command(directory.path());
        command.args(["token", "--category", "contact"]).args(value).env("TRACING_PRIVACY_KEY", KEY);
        let tokens = ran_with_input(command, b"ann@example.com\r\nbob@example.com\n");
        let lines: Vec<_> = tokens.out.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, ANN));
    }
}

#[test]
fn without_a_good_key_there_are_no_tokens() {
    let directory = directory();
    let none = ran(directory.path(), "token x --category contact");
    assert_eq!((none.code, none.out.as_str()), (Some(2), ""));
    assert!(none.err.contains("TRACING_PRIVACY_KEY"), "{}", none.err);

    let mut command = command(directory.path());
    command.args(["token", "x", "--category", "contact"]).env("TRACING_PRIVACY_KEY", "hunter2zq");
    let bad = ran_with_input(command, b"");
    assert!(bad.code == Some(2) && !bad.err.contains("hunter2zq"), "{}", bad.err);

    std::fs::write(directory.path().join("bad.key"), "k1:hunter2zq").unwrap();
    let bad = ran(directory.path(), "token x --category contact --key-file bad.key");
    assert!(bad.code == Some(2) && !bad.err.contains("hunter2zq") && bad.err.contains("--key-file"), "{}", bad.err);
}
