//! Schemas: what a target may log at all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing_privacy::observe::{Decision, Notice, Observer};
use tracing_privacy::testing::{Output, assert_schemas, capture};
use tracing_privacy::{Exemption, LivePolicy, Mode, Policy, PolicyBuilder, Treatment};

fn builder(unlisted: &str) -> PolicyBuilder {
    Policy::builder().rules(&format!(
        r#"
        version = 1
        include = ["builtin:pii"]
        [[schema]]
        target = "billing::*"
        allow = ["order_id", "*_amount", "customer.email"]
        unlisted = "{unlisted}"
        "#
    ))
}

fn log() {
    let span = tracing::info_span!(target: "billing::span", "work", order_id = 7, first = "in a span");
    let _entered = span.enter();
    tracing::info!(target: "billing::db", order_id = 8, net_amount = 1.5, customer.email = "jo@example.com", email = "kim@example.com", note = 515_051_505_u64, "from jo@example.com");
    tracing::info!(target: "shop", note = "elsewhere");
}

fn json(policy: &Policy) -> String {
    capture(policy, log).text(Output::Json).to_owned()
}

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn decided(&self, _: &Decision<'_>) {}

    fn noticed(&self, notice: &Notice<'_>) {
        if let Notice::SchemaViolated(violation) = notice {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(violation.to_string());
        }
    }
}

#[test]
fn what_is_not_allowed_is_dropped_or_masked_and_the_rest_is_as_ever() {
    for (unlisted, gone) in [("drop", true), ("mask", false)] {
        let text = json(&builder(unlisted).build().expect("good rules"));
        for stays in
            ["\"order_id\":7", "\"order_id\":8", "\"net_amount\":1.5", "\"note\":\"elsewhere\"", "from ***@example.com"]
        {
            assert!(text.contains(stays), "{stays} in {text}");
        }
        assert!(text.contains("\"customer.email\":\"***@example.com\""), "what is allowed is masked as ever: {text}");
        assert!(!text.contains("in a span") && !text.contains("kim") && !text.contains("515051505"), "{text}");
        assert_eq!(text.contains("\"note\":\"[redacted:sensitive]\""), !gone, "{text}");
        assert_eq!(text.contains("\"email\""), !gone, "{text}");
    }
}

#[test]
fn an_event_is_rejected_and_a_span_loses_the_field() {
    let policy = builder("reject").build().expect("good rules");
    let text = json(&policy);
    assert!(!text.contains("billing::db") && text.contains("elsewhere"), "{text}");
    assert!(text.contains("\"order_id\":7") && !text.contains("in a span"), "{text}");
    assert_eq!((policy.counts().rejected, policy.counts().violations), (1, 3));
    let observed = builder("reject").mode(Mode::Observe).build().expect("good rules");
    assert!(json(&observed).contains("kim@example.com"), "where nothing is masked, nothing is rejected");
}

#[test]
fn violations_are_told_once_with_file_and_line() {
    let told = Told::default();
    let policy = builder("drop").observer(told.clone()).build().expect("good rules");
    for _ in 0..3 {
        json(&policy);
    }
    let told = std::mem::take(&mut *told.0.lock().unwrap_or_else(PoisonError::into_inner));
    assert_eq!(told.len(), 3, "{told:?}");
    let line = told.iter().find(|line| line.contains("`note`")).expect("one is of that field");
    assert!(
        line.starts_with("tests/schemas.rs:")
            && line.ends_with("the schema of billing::db does not allow the field `note`")
    );
    assert_eq!((policy.counts().violations, policy.violations().len()), (3, 3));
}

#[test]
#[should_panic(expected = "the schema of billing::db does not allow the field `note`")]
fn in_a_test_a_violation_is_a_failure() {
    let policy = builder("drop").build().expect("good rules");
    capture(&policy, || tracing::info!("nothing that is not allowed"));
    assert_schemas(&policy);
    capture(&policy, log);
    assert_schemas(&policy);
}

/// What says where a record of `log` comes from is no data; the rest of what is called so is.
#[test]
fn the_place_of_a_record_is_allowed_and_no_more_of_its_kind() {
    let policy = builder("drop").build().expect("good rules");
    assert_eq!(policy.explain_schema("billing::db", "log.line"), None);
    assert_eq!(policy.explain_schema("billing::db", "log.record.original"), Some(Treatment::Dropped));
}

#[test]
fn an_exemption_does_not_open_a_schema() {
    let policy = builder("drop").build().expect("good rules");
    let exemption = Exemption::field("note").target("*").reason("a test").lasts(Duration::from_secs(60));
    let _guard = policy.exempt(exemption).expect("a good exemption");
    assert!(!json(&policy).contains("515051505"));
}

#[test]
fn the_strictest_of_several_counts_and_a_lock_keeps_them() {
    let rules = |second: &str| {
        format!(
            "version = 1\n[defaults]\nprofile = \"p\"\n[profile.p]\nlocked = true\n[[schema]]\ntarget = \"billing::*\"\n\
             allow = [\"order_id\", \"note\"]\nunlisted = \"mask\"\n{second}"
        )
    };
    let second = "[[schema]]\ntarget = \"*::db\"\nallow = [\"note\", \"email\"]\nunlisted = \"drop\"\n";
    let policy: Policy = rules(second).parse().expect("good rules");
    let text = json(&policy);
    assert!(
        text.contains("\"note\":515051505") && !text.contains("net_amount") && !text.contains("\"order_id\":8"),
        "{text}"
    );
    assert!(text.contains("\"email\":\"[redacted:sensitive]\""), "{text}");
    let refuse = |rules: String| {
        let live = LivePolicy::new(policy.clone());
        let error = live.replace(rules.parse().expect("good rules")).expect_err("weaker").to_string();
        assert!(error.contains("a schema would allow more"), "{error}");
    };
    refuse(rules(""));
    refuse(rules(&second.replace("\"email\"", "\"email\", \"x\"")));
    refuse(rules(&second.replace("drop", "mask")));
    LivePolicy::new(policy.clone())
        .replace(rules(&second.replace("drop", "reject")).parse().expect("good"))
        .expect("stricter");
}
