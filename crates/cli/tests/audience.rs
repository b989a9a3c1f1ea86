//! `--audience`: working by the policy of one audience.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;

use support::{command, directory, ran, ran_with_input};

const RULES: &str = "version = 1
[defaults]
mask_from = \"confidential\"
[audience.vendor]
mask_from = \"internal\"
[[field]]
keys = [\"badge\"]
class = \"internal\"
";

#[test]
fn each_audience_gets_its_own_amount() {
    let directory = directory();
    fs::write(directory.path().join("redaction-rules.toml"), RULES).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = command(directory.path());
        command.args(arguments);
        ran_with_input(command, b"badge=4711\n")
    };
    assert_eq!(run(&["redact"]).out, "badge=4711\n");
    assert_eq!(run(&["redact", "--audience", "vendor"]).out, "badge=[redacted:sensitive]\n");
    assert_eq!((run(&["scan"]).code, run(&["scan", "--audience", "vendor"]).code), (Some(0), Some(1)));
    let explained = ran(directory.path(), "explain badge --audience vendor");
    assert!(explained.out.contains("masked as a whole"), "{}", explained.out);

    let unknown = run(&["redact", "--audience", "vendr"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(2), ""));
    assert!(unknown.err.contains("there is no audience `vendr`") && unknown.err.contains("did you mean `vendor`?"));
}
