//! What every command says of itself, and of mistakes in its usage.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{directory, ran};

/// The commands that a page of help lists.
fn commands(help: &str) -> Vec<String> {
    let Some(list) = help.split("Commands:\n").nth(1) else { return Vec::new() };
    let list = list.split("\n\n").next().unwrap();
    let names =
        list.lines().filter(|line| !line.starts_with("   ")).map(|line| line.split_whitespace().next().unwrap());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn help_is_as_it_was_read_last() {
    let directory = directory();
    let help = ran(directory.path(), "--help").out;
    insta::assert_snapshot!("help", help);
    let mut left = commands(&help);
    assert!(left.len() >= 12, "{left:?}");
    while let Some(command) = left.pop() {
        let help = ran(directory.path(), &format!("{command} --help"));
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
        assert!(help.out.contains("Examples:") && help.out.contains("Exit status:"), "{command}");
        insta::assert_snapshot!(format!("help_{}", command.replace(' ', "_")), help.out);
        left.extend(commands(&help.out).iter().map(|inner| format!("{command} {inner}")));
    }
}

#[test]
fn mistakes_in_the_usage_are_told_on_standard_error() {
    let directory = directory();
    let mut told = String::new();
    for arguments in [
        "",
        "redcat",
        "redact --no-such-option",
        "redact --jobs 0",
        "redact --max-line 0",
        "check --format yaml",
        "check a.toml b.toml",
        "explain",
        "explain a --text b",
        "token x",
        "token x --category Contact",
        "keygen --id",
        "scan --format xml",
        "lint --format xml",
        "lint --level info",
        "lint --allow no_such_lint",
        "lint --map=yaml",
        "lint --map --format json",
        "completions csh",
        "--color sometimes scan",
        "explain --profile",
        "report -o",
        "report --top 0 a.log",
        "suggest --max-line 0",
        "trail",
        "trail verify",
        "trail verify --head abc a.trail",
        "trail show --since yesterday a.trail",
        "trail report --format yaml a.trail",
        "audit",
        "audit histroy",
        "audit archive --months 85 --output x",
        "audit purge x",
        "audit erase user 42",
    ] {
        let mistake = ran(directory.path(), arguments);
        assert_eq!((mistake.code, mistake.out.as_str()), (Some(2), ""), "{arguments}");
        told += &format!("$ tracing-privacy {arguments}\n{}\n", mistake.err);
    }
    insta::assert_snapshot!(told);
}
