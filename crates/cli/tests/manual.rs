//! Completions and manual pages, read by what they are for.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::process::Command;

use support::{directory, ran};

#[test]
fn bash_reads_its_completions_and_completes_with_them() {
    let directory = directory();
    let script = ran(directory.path(), "completions bash");
    assert_eq!((script.code, script.err.as_str()), (Some(0), ""));
    let path = directory.path().join("completions.bash");
    fs::write(&path, script.out).unwrap();
    let ask = r#"
        source "$0"
        read -ra registered < <(complete -p tracing-privacy)
        COMP_WORDS=(tracing-privacy sca) COMP_CWORD=1
        for ((i = 0; i < ${#registered[@]}; i++)); do
            if [[ ${registered[i]} == -F ]]; then "${registered[i + 1]}" tracing-privacy sca tracing-privacy; fi
        done
        echo "${COMPREPLY[@]}"
    "#;
    let answer = Command::new("bash").args(["-c", ask]).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8(answer.stdout).unwrap().trim(), "scan", "{:?}", String::from_utf8(answer.stderr));
}

#[test]
fn every_shell_has_completions_for_every_command() {
    let directory = directory();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = ran(directory.path(), &format!("completions {shell}"));
        assert_eq!(script.code, Some(0));
        for word in ["redact", "scan", "write-baseline", "keygen"] {
            assert!(script.out.contains(word), "{shell} knows no {word}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let directory = directory();
    let page = ran(directory.path(), "man").out;
    assert!(page.contains(".TH tracing-privacy 1") && page.contains("scan"), "{page}");
    assert_eq!(ran(directory.path(), "man --output .").code, Some(0));
    for command in ["", "-redact", "-scan", "-check", "-explain", "-keygen", "-token"] {
        let page = fs::read_to_string(directory.path().join(format!("tracing-privacy{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    let nowhere = ran(directory.path(), "man --output no/such/folder");
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("no/such/folder: "), "{}", nowhere.err);
}
