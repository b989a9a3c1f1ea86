//! What every command says of itself, and of mistakes in its usage.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{directory, ran};

/// The commands, as a page of help lists them.
fn commands(page: &str) -> Vec<String> {
    let help = ran(directory().path(), page).out;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    list.lines()
        .filter(|line| !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|command| command != "help")
        .collect()
}

#[test]
fn help_is_as_it_was_read_last() {
    let directory = directory();
    insta::assert_snapshot!("help", ran(directory.path(), "--help").out);
    let mut commands = commands("--help");
    if cfg!(feature = "audit") {
        commands.extend(self::commands("audit --help").iter().map(|command| format!("audit {command}")));
    }
    for command in commands {
        let help = ran(directory.path(), &format!("{command} --help"));
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
        assert!(help.out.contains("Examples:") && help.out.contains("Exit status:"), "{command}");
        insta::assert_snapshot!(format!("help_{}", command.replace(' ', "_")), help.out);
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
        "completions csh",
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
