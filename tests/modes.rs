//! Modes: `observe` and `off` change nothing, and the first tells what `enforce` would have masked.

use std::sync::{Arc, Mutex, PoisonError};

use tracing_privacy::observe::{Decision, Observer};
use tracing_privacy::testing::{Output, capture};
use tracing_privacy::typed::confidential;
use tracing_privacy::{Mode, Policy};

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, bool)>>>);

impl Observer for Told {
    fn decided(&self, decision: &Decision<'_>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.push((decision.rule.to_owned(), decision.enforced));
    }
}

fn policy(mode: Mode, told: &Told) -> Policy {
    let rules =
        "version = 1\ninclude = [\"builtin:secrets\", \"builtin:pii\"]\n[[field]]\nkeys = [\"badge\"]\nmask = \"drop\"";
    Policy::builder().rules(rules).mode(mode).observer(told.clone()).build().expect("good rules")
}

fn log() {
    let span = tracing::info_span!("work", password = "hunter2zq", late = tracing::field::Empty);
    span.record("late", "mail to jo@example.com");
    let _entered = span.enter();
    let body = r#"{"password":"hunter2zq"}"#;
    let number = 4_111_111_111_111_111_u64;
    tracing::info!(badge = 17, number, body, name = %confidential("Jane Roe"), "mail to jo@example.com");
}

#[test]
fn observing_masks_nothing_and_tells_the_same() {
    let (enforced, observed, off) = (Told::default(), Told::default(), Told::default());
    let masked = capture(&policy(Mode::Enforce, &enforced), log).text(Output::Json).to_owned();
    assert!(!masked.contains("hunter2zq") && !masked.contains("jo@example") && !masked.contains("badge"), "{masked}");
    for (mode, told) in [(Mode::Observe, &observed), (Mode::Off, &off)] {
        let policy = policy(mode, told);
        let text = capture(&policy, log).text(Output::Json).to_owned();
        for raw in ["hunter2zq", "mail to jo@example.com", "\"badge\":17", "4111111111111111"] {
            assert!(text.contains(raw), "{mode}: {raw} in {text}");
        }
        assert!(!text.contains("Jane Roe"), "a typed value is as without a boundary: {text}");
        assert_eq!(policy.counts().masked, 0);
    }
    let take = |told: &Told| std::mem::take(&mut *told.0.lock().unwrap_or_else(PoisonError::into_inner));
    let (enforced, observed) = (take(&enforced), take(&observed));
    assert!(enforced.len() >= 6 && enforced.iter().all(|(_, enforced)| *enforced), "{enforced:?}");
    assert!(observed.iter().all(|(_, enforced)| !enforced), "{observed:?}");
    let rules = |told: &[(String, bool)]| told.iter().map(|(rule, _)| rule.clone()).collect::<Vec<_>>();
    assert_eq!(rules(&enforced), rules(&observed));
    assert!(take(&off).is_empty());
}

#[test]
fn an_observer_that_panics_takes_nothing_with_it() {
    struct Broken;
    impl Observer for Broken {
        fn decided(&self, decision: &Decision<'_>) {
            panic!("cannot tell of {}", decision.rule);
        }
    }
    let policy = Policy::builder().include_all().observer(Broken).build().expect("good rules");
    let text = capture(&policy, log).text(Output::Json).to_owned();
    assert!(!text.contains("hunter2zq") && text.contains("mail to ***@example.com"), "{text}");
    assert_eq!(policy.counts().failures, 0);
}

#[test]
fn other_ways_in_heed_the_mode_too() {
    for mode in [Mode::Observe, Mode::Off] {
        let policy = policy(mode, &Told::default());
        assert_eq!(policy.sanitize_text("password=hunter2zq"), "password=hunter2zq");
        let mut value = serde_json::json!({"password": "hunter2zq", "badge": 1});
        policy.sanitize_json(&mut value);
        assert_eq!(value, serde_json::json!({"password": "hunter2zq", "badge": 1}));
        assert_eq!(policy.counts().observed > 0, mode == Mode::Observe);
    }
}

#[test]
fn what_is_in_force_is_logged_whatever_happens_to_unlisted_fields() {
    for unlisted in ["mask", "drop"] {
        let rules = format!("version = 1\n[defaults]\nunlisted = \"{unlisted}\"\n[profile.x]\nlocked = true\n");
        let policy = Policy::builder().rules(&rules).profile("x").build().expect("good rules");
        let text = capture(&policy, || policy.log_in_force()).text(Output::Json).to_owned();
        for said in ["\"profile\":\"x\"", "\"locked\":true", "\"mode\":\"enforce\"", policy.fingerprint()] {
            assert!(text.contains(said), "{said} in {text}");
        }
    }
    let policy = policy(Mode::Observe, &Told::default());
    let text = capture(&policy, || policy.log_in_force()).text(Output::Json).to_owned();
    assert!(text.contains("WARN") && text.contains(policy.fingerprint()), "{text}");
}
