//! `scan --policy-audit` and `suggest`: what logs hold and rules do not know of.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::Path;

use support::{Ran, directory, ran};

const RULES: &str = r#"
version = 1
include = ["builtin:secrets"]

[[pattern]]
name = "employee"
regex = '\bEMP-\d{6}\b'
class = "internal"
category = "person"
"#;

/// What no output may hold.
const RAW: [&str; 7] = [
    "jane.doe@example.com",
    "EMP-123456",
    "hunter2zq",
    "Jane Roe",
    "roe.key@example.net",
    "4111111111111111",
    "12 High Street",
];

fn logs(directory: &Path) {
    let at = |name: &str| directory.join(name);
    fs::create_dir_all(at("logs")).unwrap();
    fs::write(at("redaction-rules.toml"), RULES).unwrap();
    let json = [
        r#"{"level":"info","fields":{"message":"in","user":{"email":"jane.doe@example.com"},"badge":"EMP-123456","count":"12"}}"#,
        r#"{"level":"info","fields":{"message":"in","passport":"Jane Roe","status":"ok","roe.key@example.net":"x y z"}}"#,
        r#"{"level":"info","fields":{"message":"in","nickname":"[redacted:person]","note":"[redacted:credential]"}}"#,
        r#"{"level":"info","fields":{"message":"in","nickname":"[redacted:person]","note":"all is well","tokens":"4111111111111111"}}"#,
    ];
    fs::write(at("logs/a.json"), json.join("\n") + "\n").unwrap();
    let plain = "level=info homeAddress=\"12 High Street\" shop_code=A77\npassword=hunter2zq password_set=true token_count=12345\n";
    fs::write(at("logs/b.log"), plain).unwrap();
}

#[track_caller]
fn assert_shows_nothing(ran: &Ran) {
    for value in RAW {
        assert!(!ran.out.contains(value) && !ran.err.contains(value), "{value} is shown: {}", ran.out);
    }
}

#[test]
fn keys_that_want_a_rule_are_told_with_rules_to_paste() {
    let directory = directory();
    logs(directory.path());
    let audit = ran(directory.path(), "scan --policy-audit logs");
    assert_eq!(audit.code, Some(1), "{audit:?}");
    assert_shows_nothing(&audit);
    insta::assert_snapshot!("policy_audit", audit.out);
    // Without it, only what is a leak.
    let scan = ran(directory.path(), "scan logs");
    assert_eq!(
        scan.out,
        "logs/a.json:1:91: employee (internal, person)\nlogs/b.log:2:10: password (confidential, credential)\n"
    );
}

#[test]
fn what_is_suggested_can_be_pasted_and_then_nothing_is_left_to_suggest() {
    let directory = directory();
    logs(directory.path());
    let suggested = ran(directory.path(), "suggest logs");
    assert_eq!(
        (suggested.code, suggested.err.as_str()),
        (Some(0), "tracing-privacy: keys that want a rule: 5; look at each before you keep it\n")
    );
    assert_shows_nothing(&suggested);
    let rules = directory.path().join("redaction-rules.toml");
    fs::write(&rules, format!("{RULES}\n{}", suggested.out)).unwrap();
    let check = ran(directory.path(), "check");
    assert_eq!(check.code, Some(0), "{}", check.out);
    let again = ran(directory.path(), "suggest --jobs 3 logs");
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""), "{}", again.out);
    // Now these are leaks, by their keys.
    let scan = ran(directory.path(), "scan logs");
    assert_eq!(scan.out.lines().count(), 5, "{}", scan.out);
}

#[test]
fn a_baseline_knows_keys_too_and_every_form_tells_them() {
    let directory = directory();
    logs(directory.path());
    assert_eq!(ran(directory.path(), "scan --policy-audit --write-baseline known.json logs").code, Some(0));
    let known = ran(directory.path(), "scan --policy-audit --baseline known.json logs");
    assert_eq!((known.code, known.out.as_str()), (Some(0), ""), "{}", known.err);
    assert!(known.err.contains("0 findings, 7 known"), "{}", known.err);
    for format in ["json", "sarif", "junit", "github"] {
        let told = ran(directory.path(), &format!("scan --policy-audit --format {format} logs"));
        assert_eq!(told.code, Some(1));
        assert_shows_nothing(&told);
        assert!(
            told.out.contains("masked_key_not_listed") && !told.out.contains("Rules to paste"),
            "{format}: {}",
            told.out
        );
    }
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_looked_at() {
    let directory = directory();
    logs(directory.path());
    let suggested = ran(directory.path(), "suggest missing.log logs");
    assert!(suggested.code == Some(2) && suggested.err.starts_with("tracing-privacy: missing.log: "), "{suggested:?}");
    assert!(suggested.out.contains("\"passport\""));
}
