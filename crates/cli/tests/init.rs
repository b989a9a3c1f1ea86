//! `tracing-privacy init`, run as a person runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;

use support::{directory, ran};

#[test]
fn a_rules_file_tells_of_the_fields_that_sources_log() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir_all(at("src/deep")).unwrap();
    fs::create_dir_all(at("target")).unwrap();
    fs::write(at(".gitignore"), "target\n").unwrap();
    fs::write(at("target/made.rs"), "fn f() { info!(made_field = 1); }").unwrap();
    fs::write(at("src/main.rs"), "fn main() {\n    info!(user.email = 1, basket = ?b, \"go\");\n}\n").unwrap();
    fs::write(at("src/deep/a.rs"), "#[instrument]\nfn f(password: &str, \"\"#)").unwrap();
    fs::write(at("src/deep/b.rs"), "#[instrument]\nfn f(password: &str, note: &str) {}").unwrap();

    let made = ran(directory.path(), "init");
    assert_eq!((made.code, made.out.as_str()), (Some(2), ""));
    let messages: Vec<_> = made.err.lines().collect();
    assert!(messages[0].starts_with("tracing-privacy: src/deep/a.rs: line 2: "), "{messages:?}");
    assert_eq!(
        messages[1],
        "tracing-privacy: wrote redaction-rules.toml; fields that are logged: 4, named by no rule: 2"
    );
    insta::assert_snapshot!(fs::read_to_string(at("redaction-rules.toml")).unwrap());
    assert_eq!(ran(directory.path(), "check").out, "redaction-rules.toml: the rules are good\n");

    let again = ran(directory.path(), "init");
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("redaction-rules.toml exists"), "{}", again.err);
}

#[test]
fn a_project_without_sources_gets_a_file_too() {
    let directory = directory();
    let made = ran(directory.path(), "init --output my.toml");
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert_eq!(ran(directory.path(), "check my.toml").code, Some(0));
    let missing = ran(directory.path(), "init no/such/folder --output other.toml");
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("no/such/folder: is no folder") && !directory.path().join("other.toml").exists());
}
