//! What is counted, through boundaries and over reloads.

use std::cell::Cell;
use std::{fmt, thread};

use tracing_privacy::boundary::{Outgoing, PrivacySubscriberExt as _};
use tracing_privacy::testing::capture;
use tracing_privacy::typed::confidential;
use tracing_privacy::{Category, LivePolicy, Policy};

const RULES: &str = r#"
version = 1
include = ["builtin:pii", "builtin:secrets"]
[[field]]
name = "badge"
keys = ["badge"]
class = "internal"
category = "person"
mask = { keep_last = 2 }
[[field]]
keys = ["gone"]
mask = "drop"
[[field]]
keys = ["born"]
mask = "year"
"#;

fn log() {
    let span = tracing::info_span!("work", badge = "12345", late = tracing::field::Empty);
    span.record("late", "jo@example.com");
    let _entered = span.enter();
    tracing::info!(gone = 1, count = 7, born = "not a date", raw = &b"abc"[..], name = %confidential("Jane Roe"), "password=hunter2zq");
    tracing::info!("nothing");
}

#[test]
fn everything_is_counted_once() {
    let policy: Policy = RULES.parse().expect("good rules");
    let _ = capture(&policy, log);
    let counts = policy.counts();
    assert_eq!((counts.events, counts.spans, counts.records), (2, 1, 1));
    // badge; late; gone, count, born, raw, name, message; message
    assert_eq!(counts.values, 9);
    let placeholder = "[redacted:sensitive]".len();
    let texts = ["12345", "jo@example.com", "not a date", "abc", "password=hunter2zq", "nothing"];
    assert_eq!(counts.bytes as usize, texts.iter().map(|text| text.len()).sum::<usize>() + placeholder);
    assert_eq!((counts.masked, counts.failures, counts.dropped), (6, 1, 1));
    let masked = policy.masked();
    let rules = [("badge", 1), ("born", 1), ("email", 1), ("gone", 1), ("password", 1), ("typed", 1)];
    assert_eq!(masked.by_rule(), rules.into());
    assert_eq!(masked.by_class(), [("confidential", 5), ("internal", 1)].into());
    assert_eq!(masked.by_category()["person"], 1);
    assert_eq!(masked.by_masker(), [("drop", 1), ("email_domain", 1), ("erase", 3), ("keep", 1)].into());
    assert_eq!(masked.iter().map(|count| count.count).sum::<u64>(), counts.masked);
    assert!(masked.iter().any(|count| count.category == Category::CREDENTIAL && &*count.rule == "password"));
}

/// What leaves by another way belongs to no event, wherever it was begun and however long it lives.
#[test]
fn what_is_kept_beyond_an_event_loses_no_counts() {
    struct Begins<'p>(&'p Policy, Cell<Option<Outgoing<'p>>>);
    impl fmt::Display for Begins<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.1.set(Some(self.0.outgoing()));
            f.write_str("begun")
        }
    }
    let policy: Policy = RULES.parse().expect("good rules");
    let begins = Begins(&policy, Cell::new(None));
    let _ = capture(&policy, || tracing::info!(badge = "12345", begun = %begins, gone = 1));
    drop(begins.1.take());
    for _ in 0..5 {
        policy.sanitize_text("password=hunter2zq");
    }
    assert_eq!(policy.counts().masked, 2 + 5);
    let places: Vec<_> =
        policy.masked().by_place().into_iter().map(|(place, count)| (place.is_some(), count)).collect();
    assert_eq!(places, [(false, 5), (true, 2)]);
}

#[test]
fn counts_outlive_reloads_and_threads() {
    let policy = || RULES.parse::<Policy>().expect("good rules");
    let live = LivePolicy::new(policy());
    let first = live.current();
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with_privacy(&live));
    for round in 1..=4 {
        let on_a_thread = || tracing::dispatcher::with_default(&dispatch, || tracing::info!("jo@example.com"));
        thread::scope(|scope| scope.spawn(on_a_thread).join().expect("it does not panic"));
        on_a_thread();
        // The second round brings back a policy that was in force before.
        live.replace(if round == 2 { first.clone() } else { policy() }).expect("nothing is locked");
        let masked = live.masked().by_rule()["email"];
        assert_eq!((live.counts().masked, masked), (round * 2, round * 2), "round {round}");
    }
    assert_eq!(live.current().counts().masked, 0);
}

#[test]
fn what_is_masked_is_counted_by_place_over_threads_and_reloads() {
    let live = LivePolicy::new(RULES.parse().expect("good rules"));
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with_privacy(&live));
    let lines = (line!() + 3, line!() + 4);
    let log = || {
        for _ in 0..100 {
            tracing::info!(target: "shop::orders", badge = "12345", "password=hunter2zq");
            tracing::info!(target: "shop::mails", badge = "12345");
            tracing::info!(target: "shop::quiet", "nothing");
        }
    };
    for _ in 0..3 {
        thread::scope(|scope| {
            (0..3).for_each(|_| drop(scope.spawn(|| tracing::dispatcher::with_default(&dispatch, log))));
        });
        live.replace(RULES.parse().expect("good rules")).expect("nothing is locked");
    }
    live.current().sanitize_text("password=hunter2zq");
    let masked = live.masked();
    let places: Vec<_> = masked
        .by_place()
        .into_iter()
        .map(|(place, count)| (place.map(|place| (place.target, place.file.is_some(), place.line)), count))
        .collect();
    let at = |target, line| Some((target, true, Some(line)));
    assert_eq!(places, [(at("shop::orders", lines.0), 1800), (at("shop::mails", lines.1), 900), (None, 1)]);
    assert_eq!(masked.by_place().iter().map(|(_, count)| count).sum::<u64>(), live.counts().masked);
}

#[test]
fn the_metrics_facade_gets_all_counts() {
    let live = LivePolicy::new(RULES.parse().expect("good rules"));
    let dispatch = tracing::Dispatch::new(tracing_subscriber::registry().with_privacy(&live));
    tracing::dispatcher::with_default(&dispatch, log);
    let counts = live.counts();
    live.replace(Policy::builtin()).expect("nothing is locked");
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || tracing_privacy::observe::metrics::publish(&live));
    let mut lines: Vec<String> = Vec::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let value = match value {
            metrics_util::debugging::DebugValue::Counter(count) => count.to_string(),
            metrics_util::debugging::DebugValue::Gauge(gauge) => gauge.to_string(),
            metrics_util::debugging::DebugValue::Histogram(_) => panic!("there is none"),
        };
        lines.push(format!("{} {{{}}} {value}", key.name(), labels.join(",")));
    }
    let has = |line: String| assert!(lines.contains(&line), "{line} in {lines:#?}");
    has(format!("tracing_privacy_events_total {{}} {}", live.counts().events));
    assert!(live.counts().events > counts.events, "a reload logs what is in force");
    has("tracing_privacy_failures_total {} 1".to_owned());
    has("tracing_privacy_dropped_total {} 1".to_owned());
    has("tracing_privacy_reloads_total {result=done} 1".to_owned());
    has("tracing_privacy_reloads_total {result=failed} 0".to_owned());
    has("tracing_privacy_exemptions {} 0".to_owned());
    has("tracing_privacy_masked_total {rule=badge,category=person,class=internal,masker=keep} 1".to_owned());
    let policy =
        |fingerprint: &str| format!("tracing_privacy_policy {{profile=,mode=enforce,fingerprint={fingerprint}}}");
    has("tracing_privacy_masked_by_place_total {target=others,file=,line=} 0".to_owned());
    has("tracing_privacy_exported_total {} 0".to_owned());
    has(format!("{} 1", policy(live.current().fingerprint())));
    has(format!("{} 0", policy(&live.before().expect("another").fingerprint)));
}

#[test]
fn audiences_have_series_of_their_own() {
    let rules = format!("{RULES}\n[audience.vendor]\nmask_from = \"public\"\n");
    let live = LivePolicy::new(rules.parse().expect("good rules"));
    let vendor = live.audience("vendor").expect("it is there");
    vendor.current().sanitize_text("password=hunter2zq");
    live.replace(rules.parse().expect("good rules")).expect("nothing is locked");
    // Two at once, and one that takes an audience with it that nobody has.
    let gone = live.current().fingerprint().to_owned();
    for audience in ["[audience.ops]", "[audience.others]"] {
        live.replace(format!("{rules}{audience}\n").parse().expect("good rules")).expect("nothing is locked");
    }
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || tracing_privacy::observe::metrics::publish(&live));
    let mut of_vendor = Vec::new();
    let mut in_force = Vec::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        let of = |name: &str| key.labels().find(|label| label.key() == name).map(|label| label.value().to_owned());
        if key.name() == "tracing_privacy_policy" {
            if value == metrics_util::debugging::DebugValue::Gauge(1.0.into()) {
                in_force.push(of("audience"));
            } else if of("audience").is_none() {
                assert_ne!(of("fingerprint").as_deref(), Some(live.current().fingerprint()));
            }
            assert!(
                of("fingerprint")
                    .is_some_and(|f| f != gone || value == metrics_util::debugging::DebugValue::Gauge(0.0.into()))
            );
        }
        if key.labels().any(|label| (label.key(), label.value()) == ("audience", "vendor")) {
            of_vendor.push(format!("{} {value:?}", key.name()));
        }
    }
    assert!(of_vendor.contains(&"tracing_privacy_masked_total Counter(1)".to_owned()), "{of_vendor:#?}");
    assert!(of_vendor.iter().any(|line| line.starts_with("tracing_privacy_policy Gauge")), "{of_vendor:#?}");
    in_force.sort();
    assert_eq!(in_force, [None, Some("others".to_owned()), Some("vendor".to_owned())], "and none that was");
    assert_eq!((vendor.counts().masked, live.counts().masked), (1, 0));
}
