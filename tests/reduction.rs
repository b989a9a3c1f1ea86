//! Large `Debug` payloads and errors: a name, a size and a token come out, and nothing else.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tracing_privacy::mask::KeyRing;
use tracing_privacy::testing::{Canaries, Output, capture, capture_without_boundary};
use tracing_privacy::{Exemption, Mode, Policy};

const KEY: &str = "k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
/// Nothing that a rule knows, so that only the reduction takes it away.
const CANARY: &str = "Wintergreen-Canary-4711";
const RULES: &str = "version = 1\ninclude = [\"builtin:secrets\", \"builtin:pii\"]\n[defaults]\nreduce_over = 200\n";

fn policy(with_key: bool) -> Policy {
    let builder = Policy::builder().rules(RULES);
    let builder = if with_key { builder.key_ring(KeyRing::parse(KEY).expect("a good key")) } else { builder };
    builder.build().expect("good rules")
}

#[derive(Debug)]
#[expect(dead_code, reason = "only printed")]
struct Order {
    id: u64,
    note: String,
}

fn order(id: u64, len: usize) -> Order {
    Order { id, note: format!("{CANARY} {}", "x".repeat(len)) }
}

#[derive(Debug)]
enum Failure {
    Refused { why: String, source: Option<std::io::Error> },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Refused { why, .. } = self;
        write!(f, "refused: {why}")
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let Self::Refused { source, .. } = self;
        source.as_ref().map(|source| source as _)
    }
}

/// The fields of the only event.
fn fields(policy: &Policy, log: impl FnOnce()) -> Value {
    let text = capture(policy, log).text(Output::Json);
    let line: Value = serde_json::from_str(text.lines().last().expect("an event")).expect("JSON");
    line["fields"].clone()
}

/// A name, a size, and a token or not.
fn parts(text: &str) -> (&str, usize, Option<&str>) {
    let (name, rest) = text.split_once('[').expect("a bracket");
    let rest = rest.strip_suffix(']').expect("a bracket");
    let (size, token) = rest.split_once(" bytes").expect("a size");
    (name, size.parse().expect("a size"), token.strip_prefix(", "))
}

#[test]
fn a_large_debug_is_its_name_its_size_and_a_token() {
    let policy = policy(true);
    let log = |order: &Order| fields(&policy, || tracing::info!(?order, small = ?Some("kept"), "placed"));
    let (first, same, other) = (log(&order(1, 300)), log(&order(1, 300)), log(&order(2, 300)));
    let text = first["order"].as_str().expect("a text");
    let (name, size, token) = parts(text);
    assert_eq!((name, size), ("Order", format!("{:?}", order(1, 300)).len()));
    assert!(token.is_some_and(|token| token.starts_with("tok-payload-k1-") && token.len() == 15 + 26), "{text}");
    assert_eq!(first, same, "equal in, equal out");
    assert_ne!(first["order"], other["order"]);
    assert_eq!((&first["small"], &first["message"]), (&r#"Some("kept")"#.into(), &"placed".into()));
    assert!(log(&order(1, 30))["order"].as_str().is_some_and(|text| text.contains(CANARY)), "what is small stays");
    assert_eq!(policy.masked().by_rule(), [("reduced", 3)].into());
    assert_eq!(policy.masked().by_masker(), [("tokenize", 3)].into());
    assert_eq!(policy.masked().by_category(), [("payload", 3)].into());
}

#[test]
fn without_a_key_there_is_no_token() {
    let policy = policy(false);
    let order = order(1, 300);
    let size = format!("{order:?}").len();
    assert_eq!(fields(&policy, || tracing::info!(?order, "placed"))["order"], format!("Order[{size} bytes]"));
    assert_eq!(policy.masked().by_masker(), [("size", 1)].into());
}

#[test]
fn of_an_error_each_link_is_reduced_that_is_too_large() {
    let long = format!("{CANARY} {}", "x".repeat(300));
    let policy = policy(true);
    let log = |error: &(dyn Error + 'static)| {
        let capture = capture(&policy, || tracing::error!(error, "failed"));
        (capture.text(Output::Json), capture.text(Output::Full), capture)
    };
    let source = Some(std::io::Error::other(long.clone()));
    let (json, full, all) = log(&Failure::Refused { why: long.clone(), source });
    for text in [&json, &full] {
        assert!(text.contains("Refused[") && text.contains("tok-payload-k1-"), "{text}");
    }
    assert!(full.contains("std::io::Error[324 bytes, tok-payload-k1-"), "{full}");
    all.assert_clean(&Canaries::new([CANARY]));

    let (json, full, all) =
        log(&Failure::Refused { why: "short".into(), source: Some(std::io::Error::other(long.clone())) });
    assert!(json.contains("refused: short") && full.contains("std::io::Error["), "{json}{full}");
    all.assert_clean(&Canaries::new([CANARY]));
    let (_, full, _) = log(&Failure::Refused { why: long, source: Some(std::io::Error::other("short")) });
    assert!(full.contains("Refused[") && full.contains("short"), "{full}");
}

/// An error that says of itself what it likes, also what a name is not.
#[test]
fn what_is_no_name_is_not_shown_as_one() {
    struct Sly(&'static str);
    impl fmt::Debug for Sly {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.0 {
                "panic" => panic!("no Debug"),
                "fail" => Err(fmt::Error),
                text => f.write_str(text),
            }
        }
    }
    impl fmt::Display for Sly {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", "y".repeat(300))
        }
    }
    impl Error for Sly {}
    let policy = policy(true);
    for text in ["Jane Roe", "Jane", "jane(7)", "panic", "fail", "AKIAIOSFODNN7EXAMPLE(7)"] {
        let error = Sly(text);
        let error = fields(&policy, || tracing::error!(error = &error as &(dyn Error + 'static), "failed"));
        let text = error["error"].as_str().expect("a text");
        assert!(text.starts_with("[300 bytes, tok-payload-k1-"), "{text}");
    }
    // What was written by a `Display` is no struct.
    for text in [format!("Jane (Roe) {}", "y".repeat(300)), format!("Jane(Roe) {}", "y".repeat(300))] {
        let shown = fields(&policy, || tracing::info!(who = %text, "called"));
        assert!(shown["who"].as_str().expect("a text").starts_with("["), "{shown}");
    }
}

#[test]
fn nothing_of_it_comes_out_anywhere() {
    let canaries = Canaries::new([CANARY]);
    let log = || {
        let span = tracing::info_span!("work", order = ?order(1, 300), late = tracing::field::Empty);
        span.record("late", tracing::field::debug(vec![order(2, 300)]));
        let error = Failure::Refused { why: order(3, 300).note, source: None };
        let boxed: Box<dyn Error + Send + Sync> = order(4, 300).note.into();
        span.in_scope(|| {
            tracing::info!(pretty = format_args!("{:#?}", order(5, 300)), shown = %order(6, 300).note, "a");
            tracing::error!(error = &error as &(dyn Error + 'static), boxed = &*boxed as &(dyn Error + 'static), "b");
        });
    };
    assert!(!capture_without_boundary(log).leaks(&canaries).is_empty(), "it is there to be found");
    for with_key in [true, false] {
        capture(&policy(with_key), log).assert_clean(&canaries);
    }
}

#[test]
fn other_rules_go_before_it_and_the_message_is_never_reduced() {
    let policy = policy(true);
    let long = "z".repeat(300);
    let fields = fields(&policy, || {
        tracing::info!(password = ?order(1, 300), text = long.as_str(), bytes = long.as_bytes(), "{long} to jo@example.com");
    });
    assert_eq!(fields["password"], "[redacted:credential]");
    assert_eq!(
        (&fields["text"], &fields["message"]),
        (&long.clone().into(), &format!("{long} to ***@example.com").into())
    );
}

#[test]
fn reducing_twice_is_reducing_once() {
    for limit in [0, 10, 200] {
        let rules = RULES.replace("200", &limit.to_string());
        let policy = Policy::builder().rules(&rules).key_ring(KeyRing::parse(KEY).expect("a good key")).build();
        let policy = policy.expect("good rules");
        let once = fields(&policy, || tracing::info!(order = ?order(1, 300), "placed"));
        let text = once["order"].as_str().expect("a text");
        let twice = fields(&policy, || tracing::info!(order = %text, "placed"));
        assert_eq!(once["order"], twice["order"], "{limit}");
        assert_eq!(policy.sanitize_text(text), text);
    }
    // A text that only looks like it is looked into as any other.
    let shown = fields(&policy(true), || tracing::info!(order = %"Order[7 bytes] password=hunter2", "placed"));
    assert_eq!(shown["order"], "Order[7 bytes] password=[redacted:credential]");
}

#[test]
fn exemptions_and_modes_are_heard() {
    let policy = policy(true);
    let log = |policy: &Policy| fields(policy, || tracing::info!(target: "shop", order = ?order(1, 300), "placed"));
    let shows = |fields: &Value| fields["order"].as_str().expect("a text").contains(CANARY);
    let exemption = Exemption::field("order").target("shop").reason("INC-4711").lasts(Duration::from_secs(60));
    let guard = policy.exempt(exemption).expect("a good exemption");
    assert!(shows(&log(&policy)));
    drop(guard);
    assert!(!shows(&log(&policy)));
    let observed = Policy::builder().rules(RULES).mode(Mode::Observe).build().expect("good rules");
    assert!(shows(&log(&observed)));
    assert_eq!((observed.counts().observed, observed.counts().masked), (1, 0));
}

#[test]
fn a_lock_keeps_it() {
    let locked = |own: &str, profile: &str| {
        let rules = format!(
            "version = 1\ninclude = [\"builtin:pci\"]\n[defaults]\n{own}\n[profile.production]\nlocked = true\n{profile}\n"
        );
        Policy::builder().rules(&rules).profile("production")
    };
    assert!(locked("", "reduce_over = 4096").reduce_over(1024).build().is_ok());
    let error = locked("", "reduce_over = 4096").reduce_over(5000).build().expect_err("weaker").to_string();
    assert!(error.contains("reduce_over would be `5000`, and must be `4096` or stricter"), "{error}");
    let live = tracing_privacy::LivePolicy::new(locked("", "reduce_over = 4096").build().expect("good rules"));
    let error = live.replace(locked("", "").build().expect("good rules")).expect_err("weaker").to_string();
    assert!(error.contains("reduce_over would be `unset`"), "{error}");
    let stricter = locked("reduce_over = 100", "").build().expect("good rules");
    live.replace(stricter).expect("it reduces more");
}
