//! Lists of arguments, as programs log what they were started with and what they start: `args=["app", "--token", "x"]`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::time::Duration;

use tracing_privacy::boundary::{PrivacySubscriberExt as _, Sanitized, Value};
use tracing_privacy::format::json_layer;
use tracing_privacy::{Exemption, Policy};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

#[path = "boundary_support/mod.rs"]
mod support;

use support::Output;

/// Stands for a secret; no rule knows its form.
const CANARY: &str = "hunter2zq";

#[test]
fn an_argument_is_masked_by_the_option_before_it() {
    let policy = Policy::builtin();
    let masked = "[redacted:credential]";
    let args =
        |token: &str, last: &str| ["app", "--token", token, "--region", "eu", "--api-key", last].map(str::to_owned);
    let (raw, safe) = (args(CANARY, "hun\"ter2zq"), args(masked, masked));
    assert_eq!(policy.sanitize_text(&format!("{raw:?}")), format!("{safe:?}"));
    assert_eq!(policy.sanitize_text(&format!("{raw:#?}")), format!("{safe:#?}"));
    let spaced = |args: &[String]| args.iter().map(|arg| format!("{arg:?}")).collect::<Vec<_>>().join(" ");
    assert_eq!(policy.sanitize_text(&spaced(&raw)), spaced(&safe));
    let json = |args: &[String]| serde_json::json!({ "args": args, "n": ["--token", true, CANARY], "c": "--token", "d": CANARY });
    let mut value = json(&raw);
    assert_eq!(policy.sanitize_text(&value.to_string()), json(&safe).to_string());
    policy.sanitize_json(&mut value);
    assert_eq!(value, json(&safe));
    let mixed = |last: serde_json::Value| serde_json::json!(["--port", 5432, true, "--token", last, null, "-v"]);
    for raw in [serde_json::json!(CANARY), serde_json::json!(4711), serde_json::json!(-0.5)] {
        let mut value = mixed(raw);
        assert_eq!(policy.sanitize_text(&value.to_string()), mixed(masked.into()).to_string());
        policy.sanitize_json(&mut value);
        assert_eq!(value, mixed(masked.into()));
    }
    let mut deeper = serde_json::json!(["--token", [CANARY], "--region", ["eu"], ["api_key", CANARY]]);
    policy.sanitize_json(&mut deeper);
    assert_eq!(deeper, serde_json::json!(["--token", masked, "--region", ["eu"], ["api_key", masked]]));
    let short = [
        r#"["mysql","-uroot","-phunter2zq"]"#,
        r#"{"args": ["curl", "-u", "jo:hunter2zq"]}"#,
        r#"["sshpass","-p","hunter2zq"]"#,
    ];
    for line in short {
        let mut value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        policy.sanitize_json(&mut value);
        assert!(value.to_string().contains(masked) && !value.to_string().contains(CANARY), "{value}");
        let text = policy.sanitize_text(line);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value, "{text}");
    }
    let list = |args: &[String]| Value::List(args.iter().map(|arg| Value::Text(arg.clone().into())).collect());
    let mut value = list(&raw);
    assert_eq!(policy.outgoing().value("args", &mut value), Sanitized::Masked);
    assert_eq!(value, list(&safe));

    let output = Output::default();
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(policy);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(args = ?raw, "started");
        tracing::info!(command = ?std::process::Command::new("app").args(&raw[1..]), "running");
    });
    assert_eq!(output.text().matches(masked).count(), 4, "{}", output.text());
    assert!(!output.text().contains("ter2zq"), "{}", output.text());
}

/// Each string is read by itself, too, whatever another one says of it.
#[test]
fn a_string_with_escapes_is_masked_where_something_stands() {
    let policy = Policy::builtin();
    let pairs = [
        (
            r#"["-x","to \"jane@example.com\" password=hunter2zq"]"#,
            r#"["-x","to \"***@example.com\" password=[redacted:credential]"]"#,
        ),
        (
            r#"["-x","charge \"4111111111111111\" password=1234"]"#,
            r#"["-x","charge \"************1111\" password=[redacted:credential]"]"#,
        ),
        (
            r#"["sh","-c","set -e\nping 203.0.113.17\necho ok"]"#,
            r#"["sh","-c","set -e\nping 203.0.113.0/24\necho ok"]"#,
        ),
        (r#"["git","-m","Fix \"login\" for all"]"#, r#"["git","-m","Fix \"login\" for all"]"#),
        (r#"["sshpass","-p","hun\"ter2zq","ssh"]"#, r#"["sshpass","-p","[redacted:credential]","ssh"]"#),
        (r#"["sshpass","-p","hun\"ter2zq"#, r#"["sshpass","-p","[redacted:credential]""#),
    ];
    for (raw, safe) in pairs {
        assert_eq!(policy.sanitize_text(raw), safe);
        assert_eq!(policy.sanitize_text(safe), safe);
    }
}

#[test]
fn what_is_exempt_lets_nothing_else_pass() {
    let policy = Policy::builtin();
    let output = Output::default();
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(policy.clone());
    tracing::subscriber::with_default(subscriber, || {
        let exemption = Exemption::pattern("email").target("*").reason("a test").lasts(Duration::from_secs(60));
        let _guard = policy.exempt(exemption).unwrap();
        for list in [r#"["-x","to \"jane@example.com\" password=hunter2zq"]"#, r#"["--token","jane@example.com"]"#] {
            tracing::info!(m = %list);
        }
    });
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(policy.clone());
    tracing::subscriber::with_default(subscriber, || {
        let exemption = Exemption::field("token").target("*").reason("a test").lasts(Duration::from_secs(60));
        let _guard = policy.exempt(exemption).unwrap();
        tracing::info!(m = %r#"["--token","a \"b\" password=hunter2zq"]"#);
    });
    assert!(!output.text().contains(CANARY) && output.text().contains("jane@example.com"), "{}", output.text());
    assert_eq!(output.text().matches("[redacted:credential]").count(), 3, "{}", output.text());
}

/// Where a key has no rule and all such are masked, nothing is looked into, and nothing else is counted.
#[test]
fn arguments_that_are_masked_anyway_are_not_read() {
    let rules = "version = 1\ninclude = [\"builtin:secrets\"]\n[defaults]\nunlisted = \"mask\"\n";
    let policy: Policy = rules.parse().unwrap();
    let mut value = serde_json::json!({ "x": ["--token", CANARY] });
    policy.sanitize_json(&mut value);
    assert_eq!(value, serde_json::json!({ "x": ["[redacted:sensitive]", "[redacted:sensitive]"] }));
    assert!(!policy.masked().by_rule().contains_key("token"));
    assert_eq!(policy.masked().by_rule().values().sum::<u64>(), 2);
}
