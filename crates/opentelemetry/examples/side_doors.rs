//! The same code, exported without and with the wrapper. A boundary stands around the subscriber both times: what it cannot see
//! is what does not come through `tracing`.
//!
//! ```text
//! cargo run -p tracing-privacy-opentelemetry --example side_doors
//! ```

use std::error::Error;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData, SpanExporter};
use tracing::{Dispatch, dispatcher, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy_opentelemetry::PrivacyExporter;
use tracing_subscriber::layer::SubscriberExt as _;

fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builtin();
    let memory = InMemorySpanExporter::default(); // stands for that of OTLP

    println!("exporter alone:");
    show(&export(memory.clone(), &memory, &policy)?);
    println!("\nexporter in PrivacyExporter:");
    show(&export(PrivacyExporter::new(memory.clone(), &policy), &memory, &policy)?);
    Ok(())
}

fn export(
    exporter: impl SpanExporter + 'static,
    memory: &InMemorySpanExporter,
    policy: &Policy,
) -> Result<Vec<SpanData>, Box<dyn Error>> {
    memory.reset();
    let resource = Resource::builder().with_service_name("shop").build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    let layer =
        tracing_opentelemetry::layer().with_tracer(provider.tracer("shop")).with_location(false).with_threads(false);
    let subscriber = tracing_subscriber::registry().with(layer).with_privacy(policy);
    dispatcher::with_default(&Dispatch::new(subscriber), work);
    provider.force_flush()?;
    let spans = memory.get_finished_spans()?;
    provider.shutdown()?;
    Ok(spans)
}

/// What an application does all day.
fn work() {
    let span = info_span!("sign in", user.email = "jane.doe@example.com"); // through `tracing`: the boundary masks it
    span.set_attribute("user.phone", "+1 202 555 0143"); // past it
    span.set_attribute("order", 4711);
    span.add_event("mailed", vec![KeyValue::new("to", "jane.doe@example.com")]);
    span.set_status(Status::error("no account for jane.doe@example.com"));
    span.in_scope(|| info!(attempt = 1, "password=hunter2"));
}

fn show(spans: &[SpanData]) {
    for span in spans {
        println!("  span   {} {:?}", span.name, span.status);
        for attribute in &span.attributes {
            println!("         {} = {}", attribute.key, attribute.value);
        }
        for event in span.events.iter() {
            println!("  event  {}", event.name);
            for attribute in &event.attributes {
                println!("         {} = {}", attribute.key, attribute.value);
            }
        }
    }
}
