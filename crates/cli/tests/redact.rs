//! `tracing-privacy redact`, run as a person runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

const MAIL: &str = "jane.doe@example.com";
const AWS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const PATIENCE: Duration = Duration::from_secs(60);

/// Rules that no built-in policy has, so that a test can see whose rules are in force.
const EMPLOYEE_RULES: &str = r#"
version = 1

[[pattern]]
name = "employee_id"
regex = 'EMP-\d{6}'
class = "confidential"
mask = { fixed = "EMP-hidden" }
"#;

/// `redact` in a directory of its own, with none of the environment's rules.
fn redact(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracing-privacy"));
    command.arg("redact").current_dir(directory);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRACING_PRIVACY_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs `command` with `input` on its standard input.
fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A child that stops early (bad rules) closes the pipe; that is not this side's failure.
        scope.spawn(move || stdin.write_all(input).is_ok());
        child.wait_with_output().unwrap()
    })
}

fn filter(input: &[u8]) -> Output {
    run(redact(directory().path()), input)
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn assert_quiet_success(output: &Output) {
    assert_eq!(stderr(output), "");
    assert_eq!(output.status.code(), Some(0));
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn secrets_are_masked_and_the_rest_of_the_line_stays() {
    let output = filter(format!("2024-05-01 INFO login of {MAIL} done\n").as_bytes());
    assert_quiet_success(&output);
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(!line.contains(MAIL), "{line}");
    assert!(line.starts_with("2024-05-01 INFO login of "), "{line}");
    assert!(line.ends_with(" done\n"), "{line}");
}

#[test]
fn json_lines_and_mixed_lines_are_understood() {
    let input = format!(
        "{{\"level\":\"INFO\",\"fields\":{{\"message\":\"key {AWS_KEY}\",\"n\":1}}}}\n\
         plain {AWS_KEY}\n\
         mixed {{\"key\":\"{AWS_KEY}\"}} end\n"
    );
    let output = filter(input.as_bytes());
    assert_quiet_success(&output);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(!lines.contains(AWS_KEY), "{lines}");
    let lines: Vec<_> = lines.lines().collect();
    assert!(lines[0].starts_with("{\"level\":\"INFO\",\"fields\":{\"message\":\"key ["), "{}", lines[0]);
    assert!(lines[0].ends_with("\",\"n\":1}}"), "{}", lines[0]);
    assert!(lines[1].starts_with("plain ["), "{}", lines[1]);
    assert!(lines[2].starts_with("mixed {\"key\":\"") && lines[2].ends_with("\"} end"), "{}", lines[2]);
}

#[test]
fn as_many_lines_come_out_as_went_in() {
    let mut input = String::new();
    for number in 0..20_000 {
        input += &match number % 4 {
            0 => format!("request {number} took 12 ms\n"),
            1 => format!("{{\"email\":\"{MAIL}\"}}\n"),
            2 => "\n".to_owned(),
            _ => format!("{AWS_KEY} {MAIL}\n"),
        };
    }
    let output = filter(input.as_bytes());
    assert_quiet_success(&output);
    assert_eq!(count_lines(&output.stdout), 20_000);
    assert!(!contains(&output.stdout, MAIL) && !contains(&output.stdout, AWS_KEY));
}

#[test]
fn what_need_not_be_masked_passes_byte_for_byte() {
    let inputs: [&[u8]; 9] = [
        b"",
        b"\n",
        b"\n\n\r\n",
        b"unix\nwindows\r\nno end",
        b"carriage\rreturns\r\r\n",
        b"return at the end\r",
        b"\xff\xfe broken \xc3( \xe2\x82 \x80\n\xf0\x9f\n",
        b"nul \0 and \0\0\n\0\n",
        "ünïcödé \u{1f980} \u{200b}\u{202e}\n".as_bytes(),
    ];
    for input in inputs {
        let output = filter(input);
        assert_quiet_success(&output);
        assert_eq!(output.stdout, input, "{:?}", String::from_utf8_lossy(input));
    }
}

#[test]
fn terminators_and_broken_bytes_around_a_secret_stay() {
    let output = filter(format!("a {AWS_KEY}\r\nb {AWS_KEY}\nc {AWS_KEY}").as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 3, "{text:?}");
    assert!(lines[0].ends_with("]\r\n") && lines[1].ends_with("]\n") && !lines[1].ends_with("\r\n"), "{text:?}");
    assert!(lines[2].starts_with("c [") && lines[2].ends_with(']'), "{text:?}");

    let input = [b"\xff\xc3 \0 ", AWS_KEY.as_bytes(), b" \xf0\x9f\n"].concat();
    let output = filter(&input);
    assert!(!contains(&output.stdout, AWS_KEY));
    assert!(output.stdout.starts_with(b"\xff\xc3 \0 [") && output.stdout.ends_with(b"] \xf0\x9f\n"));
}

#[test]
fn each_line_comes_out_before_the_next_goes_in() {
    let directory = directory();
    let mut child = redact(directory.path()).stdin(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let answers = lines_of(&mut child);
    for number in 0..50 {
        // Several writes to one line, and an unfinished one behind it, must not hold it back.
        write!(to, "{number} ").unwrap();
        to.write_all(format!("{AWS_KEY}\nhalf a line ").as_bytes()).unwrap();
        let answer = answers.recv_timeout(PATIENCE).expect("the line did not come out");
        assert!(!answer.contains(AWS_KEY) && answer.contains(&number.to_string()), "{answer}");
        writeln!(to).unwrap();
        assert_eq!(answers.recv_timeout(PATIENCE).expect("the line did not come out"), "half a line \n");
    }
    drop(to);
    assert!(child.wait().unwrap().success());
}

fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let mut from = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|len| len > 0) && sender.send(std::mem::take(&mut line)).is_ok() {}
    });
    receiver
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let directory = directory();
    let file = directory.path().join("big.log");
    fs::write(&file, "a harmless line\n".repeat(500_000)).unwrap();
    let mut child = redact(directory.path()).arg(&file).spawn().unwrap();
    let mut from = child.stdout.take().unwrap();
    let mut start = [0; 16];
    from.read_exact(&mut start).unwrap();
    drop(from);
    let output = child.wait_with_output().unwrap();
    assert_quiet_success(&output);
}

#[test]
fn files_are_read_in_order_and_standard_input_among_them() {
    let directory = directory();
    fs::write(directory.path().join("first.log"), "first\n").unwrap();
    fs::write(directory.path().join("last.log"), "last\n").unwrap();
    let mut command = redact(directory.path());
    command.args(["first.log", "-", "last.log"]);
    let output = run(command, b"middle\n");
    assert_quiet_success(&output);
    assert_eq!(output.stdout, b"first\nmiddle\nlast\n");
}

#[test]
fn lines_of_two_files_do_not_become_one() {
    let directory = directory();
    fs::write(directory.path().join("first.log"), "no end").unwrap();
    fs::write(directory.path().join("empty.log"), "").unwrap();
    fs::write(directory.path().join("last.log"), "no end either").unwrap();
    let output = redact(directory.path()).args(["first.log", "empty.log", "last.log"]).output().unwrap();
    assert_quiet_success(&output);
    assert_eq!(output.stdout, b"no end\nno end either");
}

#[test]
fn an_input_that_cannot_be_read_does_not_stop_the_others() {
    let directory = directory();
    fs::write(directory.path().join("good.log"), "good\n").unwrap();
    fs::write(directory.path().join("broken.log.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03key").unwrap();
    let output = redact(directory.path()).args(["missing.log", "broken.log.gz", "good.log"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"good\n");
    let messages = stderr(&output);
    let messages: Vec<_> = messages.lines().collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("tracing-privacy: missing.log: "), "{messages:?}");
    assert!(messages[1].starts_with("tracing-privacy: broken.log.gz: "), "{messages:?}");
}

#[test]
fn inputs_that_cannot_be_read_as_text_are_refused_not_passed_on() {
    let directory = directory();
    fs::write(directory.path().join("old.log.xz"), b"\xfd7zXZ\0\0\x04key\n").unwrap();
    let utf16: Vec<u8> = format!("\u{feff}{MAIL}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(directory.path().join("wide.log"), utf16).unwrap();
    let output = redact(directory.path()).args(["old.log.xz", "wide.log"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    assert!(stderr(&output).contains("xz -dc") && stderr(&output).contains("iconv"), "{}", stderr(&output));
}

#[test]
fn an_overlong_line_is_replaced_as_a_whole() {
    let directory = directory();
    let mut command = redact(directory.path());
    command.args(["--max-line", "1"]);
    let long = format!("{AWS_KEY} {}{AWS_KEY}\r\n", "x".repeat(3 * 1024 * 1024));
    let output = run(command, format!("before\n{long}after\n").as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "before\n[redacted:sensitive]\r\nafter\n");
    assert!(stderr(&output).contains("standard input: line 2 is over 1 MiB"), "{}", stderr(&output));
}

#[test]
fn a_private_key_over_several_lines_does_not_get_through() {
    let body = [
        "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANotAKeyNotAKeyX",
        "NotAKeyNotAKeyNotAKeyNotAKeyNotAKeyNotAKeyNotAKeyNotAKeyNotAKey1",
        "Qw==",
    ];
    let input = format!(
        "loading key\n-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\nloaded\n{}\n",
        body.join("\n"),
        body[1]
    );
    let output = filter(input.as_bytes());
    assert_quiet_success(&output);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    assert_eq!(lines[0], "loading key");
    assert_eq!(lines[2..5], ["[redacted:credential]"; 3]);
    assert_eq!(lines[6..], ["loaded", body[1]]);
}

/// As `{:#?}` and others print it, with the password in a line of its own.
#[test]
fn a_value_over_several_lines_does_not_get_through() {
    let input = "INFO app: Config {\n    password: Some(\n        \"hunter2\",\n    ),\n    note: \"ok\",\n}\n";
    let output = filter(input.as_bytes());
    assert_quiet_success(&output);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[2..], ["        \"[redacted:credential]\",", "    ),", "    note: \"ok\",", "}"]);
    let again = filter(text.as_bytes());
    assert_eq!(String::from_utf8(again.stdout).unwrap(), text);

    let document = serde_json::json!({
        "passwords": ["hunter2", 4_711, "4711", "true", null], "user": "joe",
        "credentials": {"login": "hunter2", "n": 4_711, "on": true, "s": "4711", "inner": [["hunter2"], {}], MAIL: "hunter2"},
    });
    let output = filter(serde_json::to_string_pretty(&document).unwrap().as_bytes());
    let masked = "[redacted:credential]";
    let expected = serde_json::json!({
        "passwords": [masked, masked, masked, masked, null], "user": "joe",
        "credentials": {"login": masked, "n": masked, "on": masked, "s": masked, "inner": [[masked], {}], "***@example.com": masked},
    });
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap(), expected);
}

/// Several blocks of lines, keys across their borders among them, without a terminator at the end.
#[test]
fn the_number_of_threads_changes_nothing() {
    let directory = directory();
    let body = "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANotAKeyNotAKeyX\r\n".repeat(12);
    let record = format!(
        "2024-05-01 INFO ready\n{{\"email\":\"{MAIL}\"}}\r\n-----BEGIN PRIVATE KEY-----\r\n{body}-----END PRIVATE KEY-----\r\n\
         token: [\r\n  'hunter2',\r\n]\r\n"
    );
    fs::write(directory.path().join("big.log"), record.repeat(4_000) + "the end").unwrap();
    let with = |jobs: &str| redact(directory.path()).args(["-v", "--jobs", jobs, "big.log"]).output().unwrap();
    let one = with("1");
    assert_eq!(count_lines(&one.stdout), 4_000 * 19);
    assert!(one.stdout.ends_with(b"  '[redacted:credential]',\r\n]\r\nthe end"));
    assert!(
        !contains(&one.stdout, "hunter2") && !contains(&one.stdout, "NotAKey") && !contains(&one.stdout, "jane.doe")
    );
    for jobs in ["2", "5"] {
        let several = with(jobs);
        assert!(several.stdout == one.stdout, "{jobs} threads");
        assert_eq!((several.status.code(), stderr(&several)), (Some(0), stderr(&one)));
    }
}

#[test]
fn a_reader_that_leaves_ends_all_threads() {
    let directory = directory();
    let mut child = redact(directory.path()).args(["--jobs", "4"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    drop(child.stdout.take());
    to.write_all(b"one line\n").unwrap();
    // Its input stays open: it must not wait for more of it.
    let output = child.wait_with_output().unwrap();
    assert_quiet_success(&output);
    drop(to);
}

#[test]
fn rules_come_from_the_option_then_the_environment_then_the_directory() {
    let directory = directory();
    let (here, elsewhere) = (directory.path().join("here"), directory.path().join("elsewhere"));
    fs::create_dir(&here).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let rules = here.join("redaction-rules.toml");
    fs::write(&rules, EMPLOYEE_RULES).unwrap();
    let input = b"badge EMP-123456\n";
    let masked = b"badge EMP-hidden\n";

    let mut option = redact(&elsewhere);
    // An environment that would fail, if it were asked.
    option.args(["--rules".as_ref(), rules.as_os_str()]).env("TRACING_PRIVACY_RULES", "missing.toml");
    assert_eq!(run(option, input).stdout, masked);

    let mut environment = redact(&elsewhere);
    environment.env("TRACING_PRIVACY_RULES", &rules);
    assert_eq!(run(environment, input).stdout, masked);

    assert_eq!(run(redact(&here), input).stdout, masked);
    assert_eq!(run(redact(&elsewhere), input).stdout, input);
}

#[test]
fn a_mode_in_which_nothing_would_be_masked_is_refused() {
    for mode in ["observe", "off"] {
        let directory = directory();
        let mut command = redact(directory.path());
        command.env("TRACING_PRIVACY_MODE", mode);
        let output = run(command, MAIL.as_bytes());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{mode}");
        assert!(stderr(&output).contains(&format!("the mode is `{mode}`")), "{}", stderr(&output));
    }
}

#[test]
fn the_rules_that_the_readme_shows_are_accepted() {
    let readme = include_str!("../../../README.md");
    let shown: Vec<_> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let rules: Vec<_> = shown.into_iter().filter(|toml| toml.contains("version = 1")).collect();
    assert!(!rules.is_empty());
    for rules in rules {
        let directory = directory();
        fs::write(directory.path().join("redaction-rules.toml"), rules).unwrap();
        let mut command = redact(directory.path());
        // The bytes 0x20 to 0x3f: a key of the right length that nobody takes for a real one.
        command.env("TRACING_PRIVACY_KEY", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=");
        let output = run(command, b"badge EMP-123456\n");
        assert_quiet_success(&output);
        assert!(!contains(&output.stdout, "EMP-1234"), "{:?}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_mask_with_a_line_break_does_not_make_two_lines_of_one() {
    let directory = directory();
    let rules = EMPLOYEE_RULES.replace("EMP-hidden", "EMP\\nhidden");
    fs::write(directory.path().join("redaction-rules.toml"), rules).unwrap();
    let output = run(redact(directory.path()), b"badge EMP-123456\n");
    // The rules may refuse such a mask; what must not be is a second line.
    assert!(output.status.code() == Some(2) || count_lines(&output.stdout) == 1, "{output:?}");
}

#[test]
fn bad_rules_stop_before_anything_is_written() {
    let directory = directory();
    fs::write(directory.path().join("bad.toml"), "version = 1\n[[pattern]\n").unwrap();
    let mut command = redact(directory.path());
    command.args(["--rules", "bad.toml"]);
    let output = run(command, format!("{MAIL}\n").as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    assert!(stderr(&output).contains("bad.toml") && stderr(&output).contains('2'), "{}", stderr(&output));

    let output = redact(directory.path()).args(["--rules", "missing.toml"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(stderr(&output).contains("missing.toml"), "{}", stderr(&output));
}

#[test]
fn verbose_reports_on_standard_error_only() {
    let directory = directory();
    let mut command = redact(directory.path());
    command.arg("--verbose");
    let output = run(command, format!("{MAIL}\nclean\n").as_bytes());
    assert_eq!(count_lines(&output.stdout), 2);
    assert_eq!(stderr(&output), "tracing-privacy: rules: built in\ntracing-privacy: 2 lines, 1 masked\n");
}

#[test]
fn usage_is_told_on_request_and_on_mistakes() {
    let directory = directory();
    let help = redact(directory.path()).arg("--help").output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("Examples:") && text.contains("Exit status:") && text.contains("--rules <FILE>"), "{text}");

    let version = Command::new(env!("CARGO_BIN_EXE_tracing-privacy")).arg("--version").output().unwrap();
    let expected = format!("tracing-privacy {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);

    let mistake = redact(directory.path()).arg("--no-such-option").output().unwrap();
    assert_eq!((mistake.status.code(), mistake.stdout.len()), (Some(2), 0));
}

#[test]
fn ten_megabytes_in_one_line_are_masked_to_their_end() {
    let input = format!("{}{AWS_KEY}\n", "0123456789 abcdef ".repeat(10 * 1024 * 1024 / 18));
    let output = filter(input.as_bytes());
    assert_quiet_success(&output);
    assert!(!contains(&output.stdout[output.stdout.len() - 64..], AWS_KEY));
    assert!(output.stdout.len() > 10_000_000);
}
