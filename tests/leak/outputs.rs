//! Where logs go: what each output holds after some code has run.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracing::{Dispatch, dispatcher, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_privacy::testing::{Output, capture, capture_without_boundary};
use tracing_subscriber::layer::SubscriberExt;

/// Runs `code` with a boundary of that policy, or with none. Gives the name and the content of every output.
pub fn outputs(policy: Option<&Policy>, code: impl Fn()) -> Vec<(&'static str, String)> {
    let captured = match policy {
        Some(policy) => capture(policy, &code),
        None => capture_without_boundary(&code),
    };
    let mut outputs: Vec<_> = Output::ALL.iter().map(|&output| (output.name(), captured.text(output))).collect();
    outputs.push(("opentelemetry", exported(policy, &code)));
    outputs
}

/// All that the spans hold which OpenTelemetry's exporter is given.
fn exported(policy: Option<&Policy>, code: &impl Fn()) -> String {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("leak"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let dispatch = match policy {
        Some(policy) => Dispatch::new(subscriber.with_privacy(policy.clone())),
        None => Dispatch::new(subscriber),
    };
    // Events are exported with the span around them.
    dispatcher::with_default(&dispatch, || info_span!("root").in_scope(code));
    provider.force_flush().expect("an exporter in memory does not fail");
    format!("{:?}", exporter.get_finished_spans().expect("an exporter in memory does not fail"))
}
