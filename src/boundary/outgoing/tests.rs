use std::time::Duration;

use super::*;
use crate::testing::capture;
use crate::{Exemption, FieldBuilder, Mask};

fn policy() -> Policy {
    let gone = FieldBuilder::new(["gone"]).mask(Mask::named("drop"));
    Policy::builder().include_all().field(gone).build().expect("good rules")
}

fn text(text: &str) -> Value<'_> {
    Value::Text(text.into())
}

fn became<'v>(policy: &Policy, key: &str, mut value: Value<'v>) -> (Sanitized, Value<'v>) {
    let outcome = policy.outgoing().value(key, &mut value);
    (outcome, value)
}

#[test]
fn values_are_masked_by_their_key_and_by_what_is_in_them() {
    let policy = policy();
    let cases = [
        ("note", text("fine"), text("fine")),
        ("password", text("hunter2"), text("[redacted:credential]")),
        ("password", Value::Int(7), text("[redacted:credential]")),
        ("password", Value::Bool(true), text("[redacted:credential]")),
        ("note", Value::Int(4_111_111_111_111_111), text("************1111")),
        ("note", Value::Float(4_111_111_111_111_111.0), text("************1111")),
        ("note", Value::Bytes(b"jo@example.com"[..].into()), text("***@example.com")),
        ("note", Value::Bytes(b"\xff\xfe"[..].into()), Value::Bytes(b"\xff\xfe"[..].into())),
        ("password", Value::List(vec![text("a"), text("b")]), text("[redacted:credential]")),
        ("password", Value::List(vec![]), Value::List(vec![])),
        (
            "note",
            Value::List(vec![Value::Int(1), text("jo@example.com")]),
            Value::List(vec![Value::Int(1), text("***@example.com")]),
        ),
    ];
    for (key, raw, safe) in cases {
        let outcome = if raw == safe { Sanitized::Clean } else { Sanitized::Masked };
        let once = became(&policy, key, raw);
        assert!(once == (outcome, safe.clone()), "{key}: {}", once.1.json(0));
        assert!(became(&policy, key, once.1) == (Sanitized::Clean, safe), "{key}, twice");
    }
    assert_eq!(became(&policy, "gone", text("x")).0, Sanitized::Dropped);
}

#[test]
fn members_have_keys_and_paths_of_their_own() {
    let rules = "version = 1\n[[field]]\nkeys = [\"user.name\"]\n[[field]]\nkeys = [\"gone\"]\nmask = \"drop\"";
    let policy: Policy = rules.parse().expect("good rules");
    let member = |key: &'static str, value| (key.into(), value);
    let user = Value::Map(vec![member("name", text("Jane")), member("gone", text("x")), member("id", Value::Int(7))]);
    let safe = Value::Map(vec![member("name", text("[redacted:sensitive]")), member("id", Value::Int(7))]);
    assert!(became(&policy, "user", user.clone()) == (Sanitized::Masked, safe));
    assert_eq!(became(&policy, "place", Value::Map(vec![member("name", text("Oslo"))])).0, Sanitized::Clean);
}

#[test]
fn keys_that_become_one_cost_no_value() {
    let members = (0..2000).map(|i| (format!("u{i}@example.com").into(), Value::Int(i))).collect();
    let (_, Value::Map(members)) = became(&policy(), "", Value::Map(members)) else { panic!("it stays a map") };
    let keys: std::collections::HashSet<_> = members.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!((members.len(), keys.len()), (2000, 2000));
    assert!(keys.iter().all(|key| key.starts_with("***@example.com")));
}

#[test]
fn an_argument_stands_under_the_option_before_it() {
    let list = |items: &[&'static str]| Value::List(items.iter().map(|item| text(item)).collect());
    let cases = [
        (
            list(&["db", "--password", "hunter2", "--verbose"]),
            list(&["db", "--password", "[redacted:credential]", "--verbose"]),
        ),
        (list(&["--password", "--hunter2", "x"]), list(&["--password", "[redacted:credential]", "x"])),
        (list(&["--password=hunter2"]), list(&["--password=[redacted:credential]"])),
        (list(&["--color", "red"]), list(&["--color", "red"])),
    ];
    let mixed = |value| Value::List(vec![text("--port"), Value::Int(8080), text("--token"), value]);
    let cases = cases.into_iter().chain([
        (mixed(text("hunter2")), mixed(text("[redacted:credential]"))),
        (mixed(Value::Int(4711)), mixed(text("[redacted:credential]"))),
    ]);
    for (raw, safe) in cases {
        assert!(became(&policy(), "process.command_args", raw).1 == safe, "{:?}", safe.json(0));
    }
}

#[test]
fn what_lies_too_deep_is_erased() {
    let deep = (0..200).fold(text("jo@example.com"), |inner, _| Value::List(vec![inner]));
    for key in ["note", "password"] {
        let shown = &became(&policy(), key, deep.clone()).1.json(0).to_string();
        assert!(shown.contains("[redacted:") && !shown.contains("jo@"), "{shown}");
    }
}

#[test]
fn what_the_sdk_writes_is_not_unlisted() {
    for unlisted in ["mask", "drop"] {
        let rules = format!("version = 1\n[defaults]\nunlisted = \"{unlisted}\"\n[[field]]\nkeys = [\"password\"]");
        let policy: Policy = rules.parse().expect("good rules");
        let own = |key: &str| policy.outgoing().own_value(key, &mut text("shop"));
        assert_eq!((own("service.name"), own("password")), (Sanitized::Clean, Sanitized::Masked));
        assert_ne!(became(&policy, "service.name", text("shop")).0, Sanitized::Clean);
    }
}

#[test]
fn no_exemption_lets_it_pass_even_from_within_an_event() {
    struct Exports(Policy);
    impl fmt::Debug for Exports {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0.outgoing().text("jo@example.com").unwrap_or_default().replace('@', " at "))
        }
    }
    let policy = policy();
    let exemption = Exemption::pattern("email").target("*").reason("INC-1").lasts(Duration::from_secs(60));
    let _guard = policy.exempt(exemption).expect("a good exemption");
    let log = capture(&policy, || tracing::info!(mail = "jo@example.com", exports = ?Exports(policy.clone())));
    let shown = log.text(crate::testing::Output::Json);
    assert!(shown.contains("jo@example.com") && shown.contains("*** at example.com"), "{shown}");
}

#[test]
fn nothing_is_masked_or_counted_where_the_mode_says_so() {
    for (mode, exported, observed) in [(Mode::Off, 0, 0), (Mode::Observe, 1, 1)] {
        let policy = Policy::builder().include_all().mode(mode).build().expect("good rules");
        assert!(became(&policy, "password", text("x")) == (Sanitized::Clean, text("x")));
        let deep = || (0..200).fold(text("x"), |inner, _| Value::List(vec![inner]));
        assert!(became(&policy, "note", deep()) == (Sanitized::Clean, deep()));
        let counts = policy.counts();
        assert_eq!((counts.exported, counts.observed, counts.masked), (2 * exported, 2 * observed, 0), "{mode:?}");
    }
}

#[test]
fn debug_shows_no_value() {
    let value = Value::Map(vec![("hunter2".into(), text("hunter2"))]);
    assert!(!format!("{value:?} {:?}", policy().outgoing()).contains("hunter2"));
}

#[test]
fn whatever_the_masker_what_it_wrote_is_left_alone() {
    let cases = [
        (Mask::named("erase"), "Jane"),
        (Mask::fixed("***"), "Jane"),
        (Mask::keep(2, 2), "A-48213"),
        (Mask::named("email_domain"), "jo@example.com"),
        (Mask::named("ip_prefix"), "192.0.2.17"),
        (Mask::named("ip_prefix"), "2001:db8:abcd::17"),
        (Mask::named("year"), "1984-05-06"),
        (Mask::named("age"), "93"),
        (Mask::named("age"), "42"),
        (Mask::named("zip3"), "94110"),
        (Mask::bucket(10), "37"),
        (Mask::named("lowercase").then(Mask::named("tokenize")), "Jo@Example.com"),
        (Mask::named("digits").then(Mask::keep(0, 4)), "4111 1111 1111 1111"),
        (Mask::named("trim").then(Mask::named("lowercase")).then(Mask::keep(1, 1)), " Jane "),
    ];
    for (i, (mask, raw)) in cases.into_iter().enumerate() {
        let keys = crate::mask::KeyRing::ephemeral().expect("random bytes");
        let field = FieldBuilder::new(["held"]).mask(mask);
        let policy = Policy::builder().field(field).key_ring(keys).build().expect("good rules");
        let once = policy.sanitize_field("held", raw);
        assert_eq!(policy.sanitize_field("held", &once), once, "case {i}");
    }
}
