//! Every way into a span: each leaks without the wrapper, none with it.

mod support;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{
    Event, Link, Span as _, SpanBuilder, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Array, Context, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanExporter, SpanProcessor, TracerProviderBuilder};
use support::{Backend, new_policy, policy};
use tracing::{Dispatch, dispatcher, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::mask::{MaskError, Masker, Outcome, Subject};
use tracing_privacy::{Category, FieldBuilder, LivePolicy, Mask, Policy};
use tracing_privacy_opentelemetry::PrivacyExporter;
use tracing_subscriber::layer::SubscriberExt as _;

/// What must not come out: as a value, inside of one, as part of a key.
const MAIL: &str = "canary.jane@example.com";
const SECRET: &str = "canary-hunter2";
const NUMBER: i64 = 4_111_111_111_111_111;
/// No digits alone: a time or an id could hold them.
const BADGE: &str = "badge-12345";
const OTHER_BADGE: &str = "badge-67890";
const CANARIES: [&str; 3] = ["canary", "4111111111111111", "canary%2e"];

type Way = (&'static str, fn(&SdkTracerProvider));

/// By the API of OpenTelemetry, and by the back doors of `tracing-opentelemetry`.
const WAYS: &[Way] = &[
    ("set_attribute", |_| tracing::Span::current().set_attribute("user.email", MAIL)),
    ("set_attribute, of which one says what another is", |_| {
        tracing::Span::current().set_attribute("setting.name", "db_password");
        tracing::Span::current().set_attribute("setting.value", SECRET);
    }),
    ("set_attribute, a text", |_| tracing::Span::current().set_attribute("note", format!("password={SECRET}"))),
    ("set_attribute, a number", |_| tracing::Span::current().set_attribute("order", NUMBER)),
    ("set_attribute, a float", |_| tracing::Span::current().set_attribute("order", NUMBER as f64)),
    ("set_attribute, a number under a key", |_| {
        tracing::Span::current().set_attribute("password", 4_111_111_111_111_111_i64)
    }),
    ("set_attribute, a key", |_| tracing::Span::current().set_attribute(format!("sent to {MAIL}"), true)),
    ("set_attribute, texts", |_| {
        let texts = Array::String(vec![StringValue::from("plain"), MAIL.into()]);
        tracing::Span::current().set_attribute("to", Value::Array(texts));
    }),
    ("set_attribute, texts under a key", |_| {
        tracing::Span::current().set_attribute("passwords", Value::Array(Array::String(vec![SECRET.into()])));
    }),
    ("set_attribute, numbers", |_| {
        tracing::Span::current().set_attribute("orders", Value::Array(Array::I64(vec![7, NUMBER])));
    }),
    ("set_attribute, floats", |_| {
        tracing::Span::current().set_attribute("orders", Value::Array(Array::F64(vec![0.5, NUMBER as f64])));
    }),
    ("set_attribute, arguments", |_| {
        let arguments = ["db", "--password", SECRET].map(StringValue::from).to_vec();
        tracing::Span::current().set_attribute("process.command_args", Value::Array(Array::String(arguments)));
    }),
    ("set_attribute, JSON", |_| {
        tracing::Span::current().set_attribute("body", format!(r#"{{"password":"{SECRET}"}}"#));
    }),
    ("set_attribute, escaped", |_| tracing::Span::current().set_attribute("url", "/?to=canary%2Ejane%40example.com")),
    ("set_attribute, dropped", |_| tracing::Span::current().set_attribute("gone", SECRET)),
    ("add_event, name", |_| tracing::Span::current().add_event(format!("mailed {MAIL}"), Vec::new())),
    ("add_event, attribute", |_| {
        tracing::Span::current().add_event("mailed", vec![KeyValue::new("email", MAIL), KeyValue::new("n", 1)]);
    }),
    ("set_status", |_| tracing::Span::current().set_status(Status::error(format!("cannot mail {MAIL}")))),
    ("add_link", |_| {
        tracing::Span::current().add_link_with_attributes(remote(&[]), vec![KeyValue::new("password", SECRET)]);
    }),
    ("add_link, tracestate", |_| tracing::Span::current().add_link(remote(&[("access_token", SECRET)]))),
    ("name", |provider| provider.tracer("shop").start(format!("mail to {MAIL}")).end()),
    ("update_name", |provider| {
        let mut span = provider.tracer("shop").start("mail");
        span.update_name(format!("mail to {MAIL}"));
    }),
    ("record_error", |provider| {
        let mut span = provider.tracer("shop").start("mail");
        span.record_error(&std::io::Error::other(format!("cannot mail {MAIL}")));
    }),
    ("a builder", |provider| {
        let builder = SpanBuilder::from_name("mail")
            .with_attributes([KeyValue::new("email", MAIL)])
            .with_events(vec![Event::new("e", std::time::SystemTime::now(), vec![KeyValue::new("email", MAIL)], 0)])
            .with_links(vec![Link::new(remote(&[]), vec![KeyValue::new("email", MAIL)], 0)]);
        provider.tracer("shop").build(builder).end();
    }),
    ("a parent's tracestate", |provider| {
        let parent = Context::new().with_remote_span_context(remote(&[("vendor", "1"), ("password", SECRET)]));
        provider.tracer("shop").start_with_context("mail", &parent).end();
    }),
    ("scope, name", |provider| provider.tracer(MAIL).start("mail").end()),
    ("scope, version and attributes", |provider| {
        let scope = InstrumentationScope::builder("shop")
            .with_version(format!("1 for {MAIL}"))
            .with_schema_url("https://opentelemetry.io/schemas/1.17.0")
            .with_attributes([KeyValue::new("password", SECRET)])
            .build();
        provider.tracer_with_scope(scope).start("mail").end();
    }),
    ("baggage", |provider| {
        let context = Context::new().with_baggage([KeyValue::new("email", MAIL)]);
        provider.tracer("shop").start_with_context("mail", &context).end();
    }),
];

fn remote(members: &[(&str, &str)]) -> SpanContext {
    let state = TraceState::from_key_value(members.iter().copied()).expect("only good members");
    SpanContext::new(TraceId::from(0x77), SpanId::from(0x78), TraceFlags::SAMPLED, true, state)
}

/// Copies baggage into spans, as the processors of several vendors do.
#[derive(Debug)]
struct CopiesBaggage;

impl SpanProcessor for CopiesBaggage {
    fn on_start(&self, span: &mut Span, context: &Context) {
        for (key, (value, _)) in context.baggage() {
            span.set_attribute(KeyValue::new(key.clone(), value.clone()));
        }
    }

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Processor {
    Simple,
    Batch,
}

impl Processor {
    fn with<E: SpanExporter + 'static>(self, exporter: E) -> TracerProviderBuilder {
        let builder = SdkTracerProvider::builder().with_span_processor(CopiesBaggage);
        match self {
            Self::Simple => builder.with_simple_exporter(exporter),
            Self::Batch => builder.with_batch_exporter(exporter),
        }
    }
}

/// Goes one way inside of a span, behind a boundary.
fn go(provider: &SdkTracerProvider, way: fn(&SdkTracerProvider)) {
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    let subscriber = tracing_subscriber::registry().with(layer).with_privacy(policy());
    dispatcher::with_default(&Dispatch::new(subscriber), || info_span!("root", id = 7).in_scope(|| way(provider)));
    provider.force_flush().expect("the exporter does not fail");
}

fn leaks(text: &str) -> bool {
    CANARIES.iter().any(|canary| text.to_lowercase().contains(canary))
}

#[test]
fn every_way_leaks_without_the_wrapper_and_none_with_it() {
    for processor in [Processor::Simple, Processor::Batch] {
        for (name, way) in WAYS {
            let bare = Backend::default();
            go(&processor.with(bare.clone()).build(), *way);
            assert!(leaks(&bare.all()), "{name}: this test shows nothing, for it does not leak");

            let safe = Backend::default();
            go(&processor.with(PrivacyExporter::new(safe.clone(), policy())).build(), *way);
            let all = safe.all();
            assert!(!leaks(&all), "{name}, {processor:?}: {all}");
            assert!(all.contains("root") && all.contains("I64(7)"), "{name}: what is clean stays: {all}");
        }
    }
}

#[test]
fn the_resource_is_sanitized_and_again_when_the_policy_changes() {
    let resource = || {
        Resource::builder_empty()
            .with_service_name("shop")
            .with_attributes([KeyValue::new("host.owner", MAIL), KeyValue::new("badge", BADGE)])
            .with_schema_url([KeyValue::new("password", SECRET)], "https://opentelemetry.io/schemas/1.17.0")
            .build()
    };
    for processor in [Processor::Simple, Processor::Batch] {
        let bare = Backend::default();
        let provider = processor.with(bare.clone()).with_resource(resource()).build();
        go(&provider, |_| ());
        assert!(leaks(&bare.batches()[0].resource));

        let safe = Backend::default();
        let live = LivePolicy::new(policy());
        let provider = processor.with(PrivacyExporter::new(safe.clone(), &live)).with_resource(resource()).build();
        go(&provider, |_| ());
        let first = safe.batches()[0].resource.clone();
        assert!(!leaks(&first) && first.contains("shop") && first.contains("schemas/1.17.0"), "{first}");
        assert!(first.contains(BADGE));

        let stricter = Policy::builder().include_all().field(FieldBuilder::new(["badge"]).category(Category::PERSON));
        live.replace(stricter.build().expect("good rules")).expect("nothing is locked");
        go(&provider, |_| tracing::Span::current().set_attribute("badge", OTHER_BADGE));
        let all = format!("{:?}", &safe.batches()[1..]);
        assert!(!leaks(&all) && !all.contains(BADGE) && !all.contains(OTHER_BADGE), "{all}");
        assert_eq!(all.matches("[redacted:person]").count(), 2, "{all}");
    }
}

#[test]
fn what_was_masked_stays_as_it_is() {
    let policy = || {
        let badge = FieldBuilder::new(["badge"]).mask(Mask::keep(0, 2));
        Policy::builder().include_all().field(badge).build().expect("good rules")
    };
    let safe = Backend::default();
    let provider = Processor::Simple.with(PrivacyExporter::new(safe.clone(), policy())).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    let subscriber = tracing_subscriber::registry().with(layer).with_privacy(policy());
    dispatcher::with_default(&Dispatch::new(subscriber), || {
        let span = info_span!("root", badge = BADGE, password = "x9", to = MAIL, card = NUMBER, ip = "192.0.2.17");
        span.in_scope(|| tracing::info!(password = "x9", "mailed {MAIL}"));
    });
    let raw = Backend::default();
    // The same spans once more, through a second wrapper.
    let again = PrivacyExporter::new(raw.clone(), policy());
    futures_executor::block_on(SpanExporter::export(&again, safe.spans())).expect("it does not fail");
    assert_eq!(format!("{:?}", safe.spans()), format!("{:?}", raw.spans()));
    assert!(safe.all().contains("***45") && safe.all().contains("***@example.com"), "{}", safe.all());
}

#[test]
fn kinds_of_values_stay_where_nothing_is_masked() {
    let arrays = [
        Array::Bool(vec![true, false]),
        Array::I64(vec![1, 2]),
        Array::F64(vec![0.5]),
        Array::String(vec!["a".into()]),
        Array::I64(vec![]),
    ];
    let safe = Backend::default();
    let provider = Processor::Simple.with(PrivacyExporter::new(safe.clone(), policy())).build();
    let mut attributes: Vec<_> = arrays.into_iter().map(|array| KeyValue::new("list", Value::Array(array))).collect();
    attributes.extend([KeyValue::new("f", f64::NAN), KeyValue::new("b", true), KeyValue::new("gone", 1)]);
    let builder = SpanBuilder::from_name("x").with_attributes(attributes.clone());
    provider.tracer("shop").build(builder).end();
    attributes.retain(|attribute| attribute.key.as_str() != "gone");
    assert_eq!(format!("{:?}", safe.spans()[0].attributes), format!("{attributes:?}"));
}

#[test]
fn a_masker_that_panics_costs_its_value_and_is_counted() {
    struct Panics;
    impl Masker for Panics {
        fn mask(&self, _: &str, _: &Subject<'_>, _: &mut String) -> Result<Outcome, MaskError> {
            panic!("canary")
        }
    }
    let badge = FieldBuilder::new(["badge"]).mask(Mask::named("panics"));
    let policy = Policy::builder().include_all().masker("panics", Panics).field(badge).build().expect("good rules");
    let safe = Backend::default();
    let provider = Processor::Batch.with(PrivacyExporter::new(safe.clone(), &policy)).build();
    let mut span = provider.tracer("shop").start("x");
    span.set_attributes([KeyValue::new("badge", BADGE), KeyValue::new("fine", 1)]);
    span.end();
    provider.force_flush().expect("the exporter does not fail");
    let all = safe.all();
    assert!(!leaks(&all) && !all.contains(BADGE) && all.contains("redacted") && all.contains("fine"), "{all}");
    // The resource and the span.
    assert_eq!((policy.counts().failures, policy.counts().exported), (1, 2));
}

#[test]
fn decisions_and_counts_are_as_for_other_values() {
    let policy = new_policy();
    let safe = Backend::default();
    let provider = Processor::Simple.with(PrivacyExporter::new(safe.clone(), &policy)).build();
    let mut span = provider.tracer("shop").start("x");
    span.set_attributes([KeyValue::new("password", SECRET), KeyValue::new("to", MAIL), KeyValue::new("gone", 1)]);
    span.end();
    let counts = policy.counts();
    // The resource and the span.
    assert_eq!((counts.exported, counts.masked, counts.dropped, counts.events, counts.spans), (2, 3, 1, 0, 0));
    assert_eq!(policy.masked().by_rule(), [("email", 1), ("gone", 1), ("password", 1)].into());
    assert!(counts.bytes >= (SECRET.len() + MAIL.len()) as u64);
}

#[test]
fn what_carries_no_value_is_handed_on() {
    let safe = Backend::default();
    let exporter = PrivacyExporter::new(safe.clone(), policy());
    SpanExporter::shutdown_with_timeout(&exporter, std::time::Duration::from_secs(7)).expect("it does not fail");
    SpanExporter::force_flush(&exporter).expect("it does not fail");
    SpanExporter::shutdown(&exporter).expect("it does not fail");
    assert_eq!(safe.calls(), ["shutdown in 7 s", "flush", "shutdown"]);
    assert!(!format!("{exporter:?}").contains("Backend"));
}
