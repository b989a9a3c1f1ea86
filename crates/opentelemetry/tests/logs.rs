//! Every way into a log record: each leaks without the wrapper, none with it.

mod support;

use std::collections::HashMap;

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::{InstrumentationScope, Key, KeyValue, SpanId, TraceFlags, TraceId};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{LogExporter, SdkLogRecord, SdkLoggerProvider};
use support::{Backend, policy};
use tracing::{Dispatch, dispatcher};
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::{Category, FieldBuilder, LivePolicy, Policy};
use tracing_privacy_opentelemetry::PrivacyExporter;
use tracing_subscriber::layer::SubscriberExt as _;

const MAIL: &str = "canary.jane@example.com";
const SECRET: &str = "canary-hunter2";
const NUMBER: i64 = 4_111_111_111_111_111;
/// No digits alone: a time or an id could hold them.
const BADGE: &str = "badge-12345";

fn map<const N: usize>(members: [(&'static str, AnyValue); N]) -> AnyValue {
    AnyValue::Map(Box::new(HashMap::from(members.map(|(key, value)| (Key::from(key), value)))))
}

fn list<const N: usize>(items: [AnyValue; N]) -> AnyValue {
    AnyValue::ListAny(Box::new(items.to_vec()))
}

type Way = (&'static str, fn(&mut SdkLogRecord));

const WAYS: &[Way] = &[
    ("body", |record| record.set_body(format!("mailed {MAIL}").into())),
    ("body, a map", |record| record.set_body(map([("password", SECRET.into()), ("n", 1.into())]))),
    ("body, a list", |record| record.set_body(list([1.into(), MAIL.into()]))),
    ("body, a number", |record| record.set_body(NUMBER.into())),
    ("body, bytes", |record| record.set_body(MAIL.as_bytes().into())),
    ("attribute", |record| record.add_attribute("password", SECRET)),
    ("attribute, a text", |record| record.add_attribute("note", MAIL)),
    ("attribute, a number", |record| record.add_attribute("order", NUMBER)),
    ("attribute, a float", |record| record.add_attribute("order", NUMBER as f64)),
    ("attribute, bytes", |record| record.add_attribute("note", AnyValue::from(MAIL.as_bytes()))),
    ("attribute, a key", |record| record.add_attribute(MAIL, true)),
    ("attribute, nested", |record| {
        record.add_attribute("a", list([map([("user", map([("email", MAIL.into()), ("id", 7.into())]))])]));
    }),
    ("attribute, a member's key", |record| record.add_attribute("a", map([(MAIL, true.into())]))),
    ("attribute, a list under a key", |record| record.add_attribute("passwords", list([SECRET.into()]))),
    ("attribute, dropped", |record| record.add_attribute("gone", SECRET)),
    ("attribute, a member that is dropped", |record| record.add_attribute("a", map([("gone", SECRET.into())]))),
    ("attribute, deep", |record| {
        let deep = (0..300).fold(AnyValue::from(MAIL), |inner, _| list([inner]));
        record.add_attribute("a", deep);
    }),
    ("attributes, of which one says what another is", |record| {
        record.add_attributes([("user", AnyValue::from("joe")), ("pass", AnyValue::from(SECRET))]);
    }),
    ("target", |record| record.set_target(format!("mail to {MAIL}"))),
];

fn leaks(text: &str) -> bool {
    // Bytes are shown as numbers.
    let bytes = format!("{:?}", MAIL.as_bytes());
    text.contains("canary") || text.contains("4111111111111111") || text.contains(bytes.trim_matches(['[', ']']))
}

#[derive(Clone, Copy, Debug)]
enum Processor {
    Simple,
    Batch,
}

impl Processor {
    fn with<E: LogExporter + 'static>(self, exporter: E) -> SdkLoggerProvider {
        let owner = Resource::builder_empty().with_attribute(KeyValue::new("host.owner", MAIL)).build();
        let builder = SdkLoggerProvider::builder().with_resource(owner);
        match self {
            Self::Simple => builder.with_simple_exporter(exporter).build(),
            Self::Batch => builder.with_batch_exporter(exporter).build(),
        }
    }
}

/// Emits one record, made one way.
fn emit(provider: &SdkLoggerProvider, way: fn(&mut SdkLogRecord)) {
    let scope = InstrumentationScope::builder("shop").with_attributes([KeyValue::new("kept", 5)]).build();
    let logger = provider.logger_with_scope(scope);
    let mut record = logger.create_log_record();
    record.set_event_name("an event");
    record.set_severity_number(Severity::Warn3);
    record.set_severity_text("WARN3");
    record.set_trace_context(TraceId::from(0x77), SpanId::from(0x78), Some(TraceFlags::SAMPLED));
    record.add_attribute("id", 7);
    way(&mut record);
    logger.emit(record);
    provider.force_flush().expect("the exporter does not fail");
}

#[test]
fn every_way_leaks_without_the_wrapper_and_none_with_it() {
    for processor in [Processor::Simple, Processor::Batch] {
        for (name, way) in WAYS {
            let bare = Backend::default();
            emit(&processor.with(bare.clone()), *way);
            assert!(leaks(&bare.batches()[0].content), "{name}: this test shows nothing, for it does not leak");

            let safe = Backend::default();
            emit(&processor.with(PrivacyExporter::new(safe.clone(), policy())), *way);
            let all = safe.all();
            assert!(!leaks(&all), "{name}, {processor:?}: {all}");
            let kept = [
                "an event",
                "Warn3",
                "WARN3",
                "\\\"id\\\"), Int(7)",
                "kept",
                "00077",
                "00078",
                "observed_timestamp: Some",
            ];
            for kept in kept {
                assert!(all.contains(kept), "{name}: {kept} is gone: {all}");
            }
        }
    }
}

#[test]
fn the_scope_and_the_resource_are_sanitized_and_again_after_a_reload() {
    let scope = || {
        let attributes = [KeyValue::new("password", SECRET), KeyValue::new("badge", BADGE)];
        InstrumentationScope::builder(MAIL).with_version(MAIL).with_attributes(attributes).build()
    };
    for processor in [Processor::Simple, Processor::Batch] {
        let live = LivePolicy::new(policy());
        let safe = Backend::default();
        let provider = processor.with(PrivacyExporter::new(safe.clone(), &live));
        let logger = provider.logger_with_scope(scope());
        let emit = || {
            logger.emit(logger.create_log_record());
            provider.force_flush().expect("the exporter does not fail");
        };
        emit();
        assert!(!leaks(&safe.all()) && safe.all().contains(BADGE) && safe.all().contains("***@example.com"));
        let stricter = ["badge", "host.owner"].map(|key| FieldBuilder::new([key]).category(Category::PERSON));
        let stricter = stricter.into_iter().fold(Policy::builder().include_all(), |rules, field| rules.field(field));
        live.replace(stricter.build().expect("good rules")).expect("nothing is locked");
        emit();
        let after = safe.batches()[1].clone();
        assert!(!after.content.contains(BADGE) && after.content.contains("[redacted:person]"), "{after:?}");
        assert!(after.resource.contains("[redacted:person]") && !after.resource.contains('@'), "{after:?}");
    }
}

#[test]
fn records_that_are_clean_or_were_masked_pass_as_they_are() {
    let once = Backend::default();
    let provider = Processor::Simple.with(PrivacyExporter::new(once.clone(), policy()));
    let bridge = OpenTelemetryTracingBridge::new(&provider);
    let subscriber = tracing_subscriber::registry().with(bridge).with_privacy(policy());
    dispatcher::with_default(&Dispatch::new(subscriber), || {
        tracing::info!(password = "x9", to = MAIL, card = NUMBER, count = 7, half = 0.5, "mailed {MAIL}");
    });
    let direct = Backend::default();
    let provider = Processor::Simple.with(direct.clone());
    let bridge = OpenTelemetryTracingBridge::new(&provider);
    let subscriber = tracing_subscriber::registry().with(bridge).with_privacy(policy());
    dispatcher::with_default(&Dispatch::new(subscriber), || {
        tracing::info!(password = "x9", to = MAIL, card = NUMBER, count = 7, half = 0.5, "mailed {MAIL}");
    });
    let without_times = |backend: &Backend| {
        let content = backend.batches()[0].content.clone();
        content[content.find("body: ").expect("it has one")..].replace("SliceOfOwnedData", "SliceOfBorrowedData")
    };
    assert_eq!(without_times(&once), without_times(&direct));
    assert!(without_times(&once).contains("Int(7)") && without_times(&once).contains("Double(0.5)"));
}

#[test]
fn levels_that_the_exporter_does_not_want_stay_so() {
    let exporter = PrivacyExporter::new(Backend::default(), policy());
    assert!(exporter.event_enabled(Severity::Info, "shop", None));
    assert!(!exporter.event_enabled(Severity::Info, "muted", None));
}

#[test]
fn reloads_under_load_leave_no_batch_between_two_policies() {
    let rules = |category: &str| {
        let badge = FieldBuilder::new(["badge"]).category(Category::new(category).expect("a good name"));
        Policy::builder().field(badge).build().expect("good rules")
    };
    let live = LivePolicy::new(rules("one"));
    let safe = Backend::default();
    let owner = Resource::builder_empty().with_attribute(KeyValue::new("badge", BADGE)).build();
    let exporter = PrivacyExporter::new(safe.clone(), &live);
    let provider = SdkLoggerProvider::builder().with_resource(owner).with_batch_exporter(exporter).build();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let logger = provider.logger("shop");
                for _ in 0..100 {
                    for _ in 0..10 {
                        let mut record = logger.create_log_record();
                        record.add_attribute("badge", BADGE);
                        logger.emit(record);
                    }
                    provider.force_flush().expect("the exporter does not fail");
                }
            });
        }
        for i in 0..300 {
            live.replace(rules(["one", "two"][i % 2])).expect("nothing is locked");
        }
    });
    let batches = safe.batches();
    assert!(batches.len() > 50, "{}", batches.len());
    for batch in batches {
        let both = format!("{batch:?}");
        assert!(!both.contains(BADGE), "{both}");
        assert!(both.contains("redacted:one") != both.contains("redacted:two"), "{both}");
    }
}
