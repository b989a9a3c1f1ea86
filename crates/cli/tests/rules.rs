//! `check` and `explain`: what rules are, before any log is masked by them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;

use support::{command, directory, finished, ran};

const GOOD: &str = r#"
version = 1
include = ["builtin:pii", "builtin:secrets"]

[[field]]
name = "staff"
keys = ["work_email", "staff.email"]
class = "internal"
category = "person"
mask = ["lowercase", "email_domain"]

[[field]]
keys = ["color"]
class = "public"

[[field]]
keys = ["trace_id"]
mask = "drop"
"#;
const BAD: &str = "version = 1\n\n[[field]]\nkeys = [\"email\"]\nclas = \"public\"\n";

#[test]
fn good_rules_are_good() {
    let directory = directory();
    fs::write(directory.path().join("good.toml"), GOOD).unwrap();
    let good = ran(directory.path(), "check good.toml");
    assert_eq!((good.code, good.out.as_str(), good.err.as_str()), (Some(0), "good.toml: the rules are good\n", ""));
    assert_eq!(ran(directory.path(), "check").out, "built-in: the rules are good\n");
    fs::write(directory.path().join("redaction-rules.toml"), GOOD).unwrap();
    assert_eq!(ran(directory.path(), "check").out, "redaction-rules.toml: the rules are good\n");
    let json = ran(directory.path(), "check --format json");
    assert_eq!((json.code, json.out.as_str()), (Some(0), ""));
}

#[test]
fn wrong_rules_are_told_in_the_form_that_is_asked_for() {
    let directory = directory();
    fs::write(directory.path().join("bad.toml"), BAD).unwrap();
    let bad = ran(directory.path(), "check bad.toml");
    assert_eq!((bad.code, bad.err.as_str()), (Some(1), ""));
    insta::assert_snapshot!("check_text", bad.out);
    for format in ["json", "sarif", "junit", "github"] {
        let bad = ran(directory.path(), &format!("check --format {format} bad.toml"));
        assert_eq!((bad.code, bad.err.as_str()), (Some(1), ""));
        insta::assert_snapshot!(format!("check_{format}"), bad.out);
    }
}

const DOUBTFUL: &str = "version = 1

[[field]]
keys = [\"badge\"]

[[field]]
name = \"visitor\"
keys = [\"badge\"]

[[exemption]]
field = \"badge\"
target = \"shop::*\"
reason = \"INC-4711\"
expires = 2026-01-01T12:00:00Z
";

#[test]
fn what_costs_time_is_noted_and_never_an_error() {
    let directory = directory();
    let rules = "version = 1\n[[pattern]]\nname = \"employee_id\"\nregex = 'EMP-\\d{6}'\n";
    fs::write(directory.path().join("costly.toml"), rules).unwrap();
    for arguments in ["check costly.toml", "check --deny-warnings costly.toml"] {
        let noted = ran(directory.path(), arguments);
        assert_eq!((noted.code, noted.err.as_str()), (Some(0), ""));
        assert!(
            noted.out.starts_with("note[costly]: the pattern `employee_id` is looked for at each byte"),
            "{}",
            noted.out
        );
        assert!(noted.out.ends_with("costly.toml: the rules are good\n"), "{}", noted.out);
    }
    let sarif = ran(directory.path(), "check --deny-warnings --format sarif costly.toml");
    assert!(sarif.code == Some(0) && sarif.out.contains("\"level\":\"note\""), "{}", sarif.out);
}

#[test]
fn what_has_no_effect_is_told_and_an_error_only_where_that_is_asked_for() {
    let directory = directory();
    fs::write(directory.path().join("doubtful.toml"), DOUBTFUL).unwrap();
    for format in ["text", "json", "sarif", "junit", "github"] {
        let warned = ran(directory.path(), &format!("check --format {format} doubtful.toml"));
        assert_eq!((warned.code, warned.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("check_warns_{format}"), warned.out);
        let denied = ran(directory.path(), &format!("check --deny-warnings --format {format} doubtful.toml"));
        assert_eq!((denied.code, denied.err.as_str()), (Some(1), ""));
        // The words are the same; where a form has levels, all are errors.
        let is_text = format == "text";
        assert_eq!(denied.out == warned.out, is_text, "{format}");
        let told = |out: &str| out.matches("remove").count();
        assert_eq!((told(&denied.out), told(&warned.out)), (2, 2), "{format}");
        assert!(is_text || !denied.out.contains("warning"), "{}", denied.out);
    }
    assert_eq!(ran(directory.path(), "check --deny-warnings").code, Some(0), "nothing is said of the built-in rules");
}

#[test]
fn the_schema_is_printed() {
    let directory = directory();
    let schema = ran(directory.path(), "schema");
    assert_eq!((schema.code, schema.err.as_str()), (Some(0), ""));
    let schema: serde_json::Value = serde_json::from_str(&schema.out).unwrap();
    assert_eq!(schema["properties"]["version"]["const"], 1);
}

#[test]
fn rules_that_cannot_be_read_are_no_verdict() {
    let directory = directory();
    let missing = ran(directory.path(), "check missing.toml");
    assert_eq!((missing.code, missing.out.as_str()), (Some(2), ""));
    assert!(missing.err.contains("missing.toml"), "{}", missing.err);
    let unknown = finished(command(directory.path()).arg("check").env("TRACING_PRIVACY_RULE", "x").output().unwrap());
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("TRACING_PRIVACY_RULES"), "{}", unknown.err);
}

#[test]
fn keys_and_texts_are_explained() {
    let directory = directory();
    fs::write(directory.path().join("redaction-rules.toml"), GOOD).unwrap();
    let mut told = String::new();
    for arguments in [
        &["workEmail"][..],
        &["workEmail=Jo@Example.com"],
        &["staff.email=jo@example.com"],
        &["email"],
        &["trace_id=7"],
        &["color=red or jo@example.com"],
        &["nothing"],
        &["message=password=hunter2"],
        &["a=b=c"],
        &["--text", "caf\u{e9} jo@example.com, key AKIAIOSFODNN7EXAMPLE\n\u{1b}[0m"],
        &["--text", "nothing to see"],
        &["--text", "password=AKIAIOSFODNN7EXAMPLE"],
        &["password=AKIAIOSFODNN7EXAMPLE"],
    ] {
        let explained = finished(command(directory.path()).arg("explain").args(arguments).output().unwrap());
        assert_eq!((explained.code, explained.err.as_str()), (Some(0), ""));
        told += &format!("$ tracing-privacy explain {}\n{}\n", arguments.join(" ").escape_debug(), explained.out);
    }
    insta::assert_snapshot!("explain", told);
    for value in ["Jo@Example", "hunter2", "AKIAIOSF"] {
        let shown = told.lines().filter(|line| !line.starts_with('$')).any(|line| line.contains(value));
        assert!(!shown, "{value} is shown");
    }
}

const PROFILES: &str = r#"
version = 1
include = ["builtin:pii"]

[profile.development]
mask_from = "confidential"

[profile.production]
mask_from = "internal"
locked = true

[[field]]
keys = ["team"]
class = "internal"
category = "person"

[[exemption]]
field = "email"
target = "shop::*"
reason = "INC-4711"
expires = 2999-01-01T00:00:00Z
"#;

#[test]
fn what_is_explained_is_that_of_a_profile() {
    let directory = directory();
    let rules = PROFILES.replace("2999-01-01T00:00:00Z", &soon());
    fs::write(directory.path().join("redaction-rules.toml"), rules).unwrap();
    let explain = |arguments: &[&str], variable: Option<&str>| {
        let mut command = command(directory.path());
        command.arg("explain").args(arguments);
        variable.map(|profile| command.env("TRACING_PRIVACY_PROFILE", profile));
        finished(command.output().unwrap())
    };
    let lines = |ran: &support::Ran| ran.out.lines().map(str::to_owned).collect::<Vec<_>>();

    let development = explain(&["--profile", "development", "team=red"], None);
    assert_eq!(lines(&development)[1], "profile: development, mode: enforce, masks from: confidential");
    assert_eq!(lines(&development).last().unwrap(), "comes out: red");
    for (arguments, variable) in [
        (&["--profile", "production", "team=red"][..], None),
        (&["team=red"], Some("production")),
        (&["--profile", "production", "team=red"], Some("production")),
        (&["--rules", "redaction-rules.toml", "--profile", "production", "team=red"], Some("development")),
    ] {
        let production = explain(arguments, variable);
        assert_eq!(lines(&production)[1], "profile: production (locked), mode: enforce, masks from: internal");
        assert_eq!(lines(&production)[2], "exempted for now: field email, in shop::* (INC-4711)");
        assert_eq!(lines(&production).last().unwrap(), "comes out: [redacted:person]");
    }
    let two = explain(&["--profile", "production", "team=red"], Some("development"));
    assert!(two.code == Some(2) && two.err.contains("env -u TRACING_PRIVACY_PROFILE"), "{two:?}");
    let none = explain(&["--profile", "staging", "team"], None);
    assert!(none.code == Some(2) && none.err.contains("no profile `staging`"), "{none:?}");
}

/// A time within the longest exemption, as TOML writes it.
fn soon() -> String {
    let time = std::time::SystemTime::now() + std::time::Duration::from_secs(3_600);
    let seconds = time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    jiff::Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap().to_string()
}
