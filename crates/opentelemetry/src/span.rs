//! Exporters of spans.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use opentelemetry::trace::{SpanContext, Status, TraceState};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tracing_privacy::Policy;
use tracing_privacy::boundary::{Outgoing, Sanitized, Value};

use crate::PrivacyExporter;
use crate::parts::sanitized_scope;
use crate::values::{sanitize, sanitize_attributes, sanitize_text};

impl<E: SpanExporter> SpanExporter for PrivacyExporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let inside = self.current(E::set_resource).await;
        let batch = batch.into_iter().map(|span| sanitized(&inside.policy, span)).collect();
        inside.exporter.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.bare().exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.bare().exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.bare().exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.set_resource(resource, E::set_resource);
    }
}

/// A span with safe values. Should anything in here ever panic, all that was said of the span goes, and it stays.
fn sanitized(policy: &Policy, mut span: SpanData) -> SpanData {
    let mut out = policy.outgoing();
    if catch_unwind(AssertUnwindSafe(|| sanitize_span(&mut out, &mut span))).is_err() {
        span.name = out.unreadable("").into();
        span.attributes.clear();
        span.events.events.clear();
        span.links.links.clear();
        span.span_context = with_trace_state(&span.span_context, TraceState::NONE);
        span.instrumentation_scope = Default::default();
        if let Status::Error { description } = &mut span.status {
            *description = "".into();
        }
    }
    span
}

fn sanitize_span(out: &mut Outgoing<'_>, span: &mut SpanData) {
    sanitize_text(out, &mut span.name);
    sanitize_attributes(out, &mut span.attributes);
    sanitize_context(out, &mut span.span_context);
    for event in &mut span.events.events {
        sanitize_text(out, &mut event.name);
        sanitize_attributes(out, &mut event.attributes);
    }
    for link in &mut span.links.links {
        sanitize_attributes(out, &mut link.attributes);
        sanitize_context(out, &mut link.span_context);
    }
    if let Status::Error { description } = &mut span.status {
        sanitize_text(out, description);
    }
    if let Some(scope) = sanitized_scope(out, &span.instrumentation_scope) {
        span.instrumentation_scope = scope;
    }
}

/// Sanitizes the members of `tracestate`, which other services may have written. One whose key is not safe, or whose safe
/// value cannot stand there, goes.
fn sanitize_context(out: &mut Outgoing<'_>, context: &mut SpanContext) {
    let mut changed = false;
    let mut members = Vec::new();
    let alone = out.neighbours(&[]);
    for (key, raw) in context.trace_state() {
        let mut value = Value::Text(raw.into());
        let became = sanitize(out, &alone, key, &mut value);
        let key_is_safe = out.text(key).is_none();
        changed |= became != Sanitized::Clean || !key_is_safe;
        if became != Sanitized::Dropped
            && key_is_safe
            && let Value::Text(value) = value
            && TraceState::from_key_value([(key, &*value)]).is_ok()
        {
            members.push((key.to_owned(), value.into_owned()));
        }
    }
    if changed {
        *context = with_trace_state(context, TraceState::from_key_value(members).unwrap_or(TraceState::NONE));
    }
}

fn with_trace_state(context: &SpanContext, state: TraceState) -> SpanContext {
    SpanContext::new(context.trace_id(), context.span_id(), context.trace_flags(), context.is_remote(), state)
}
