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
        let words = ["redact", "scan", "write-baseline", "keygen", "trail", "verify", "report", "suggest", "color"];
        for word in words {
            assert!(script.out.contains(word), "{shell} knows no {word}");
        }
    }
}

#[test]
fn shells_parse_their_completions() {
    let directory = directory();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let path = directory.path().join(shell);
        fs::write(&path, ran(directory.path(), &format!("completions {shell}")).out).unwrap();
        let Ok(parsed) = Command::new(shell).arg(check).arg(&path).output() else {
            assert!(std::env::var_os("REQUIRE_TOOLS").is_none(), "REQUIRE_TOOLS is set, and there is no {shell}");
            eprintln!("NOT RUN: there is no {shell} to parse its completions");
            continue;
        };
        assert!(parsed.status.success(), "{shell}: {}", String::from_utf8_lossy(&parsed.stderr));
        // It would say so.
        fs::write(&path, "if true; {").unwrap();
        assert!(!Command::new(shell).arg(check).arg(&path).output().unwrap().status.success(), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let directory = directory();
    let page = ran(directory.path(), "man").out;
    assert!(page.contains(".TH tracing-privacy 1") && page.contains("scan"), "{page}");
    assert_eq!(ran(directory.path(), "man --output .").code, Some(0));
    for command in ["", "-redact", "-scan", "-check", "-explain", "-keygen", "-token", "-report", "-trail-verify"] {
        let page = fs::read_to_string(directory.path().join(format!("tracing-privacy{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    let nowhere = ran(directory.path(), "man --output no/such/folder");
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("no/such/folder: "), "{}", nowhere.err);
}
