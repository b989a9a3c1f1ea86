//! Exporters of log records.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::{InstrumentationScope, Key};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLogRecord, SdkLogger, SdkLoggerProvider};
use tracing_privacy::Policy;
use tracing_privacy::boundary::{Neighbours, Outgoing, Sanitized, Value};

use crate::PrivacyExporter;
use crate::parts::sanitized_scope;
use crate::values::sanitize;

/// How deep lists and maps are followed. One more than is read of them, so that what lies deeper is erased there.
const MAX_DEPTH: usize = 130;

impl<E: LogExporter> LogExporter for PrivacyExporter<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let inside = self.current(E::set_resource).await;
        let blank = Blank::new();
        let changed: Vec<_> = batch.iter().map(|(raw, scope)| sanitized(&inside.policy, &blank, raw, scope)).collect();
        // What is clean is lent on.
        let safe: Vec<_> = batch
            .iter()
            .zip(&changed)
            .map(|((raw, raw_scope), (record, scope))| {
                (record.as_ref().unwrap_or(raw), scope.as_ref().unwrap_or(raw_scope))
            })
            .collect();
        inside.exporter.export(LogBatch::new(&safe)).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.bare().exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.bare().exporter.shutdown()
    }

    /// Asked for each record before it is made, so it never waits: while a reload tells a new resource, all are enabled.
    fn event_enabled(&self, level: Severity, target: &str, name: Option<&str>) -> bool {
        self.try_bare().is_none_or(|inside| inside.exporter.event_enabled(level, target, name))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.set_resource(resource, E::set_resource);
    }
}

/// Makes empty records, which nobody but a logger can.
struct Blank(SdkLogger);

impl Blank {
    fn new() -> Self {
        let provider = SdkLoggerProvider::builder().with_resource(Resource::builder_empty().build()).build();
        Self(provider.logger(""))
    }
}

/// What stands for a record and its scope; `None` for what is clean. Should anything in here ever panic, nothing stays of
/// the record but its time, severity and ids.
fn sanitized(
    policy: &Policy,
    blank: &Blank,
    raw: &SdkLogRecord,
    scope: &InstrumentationScope,
) -> (Option<SdkLogRecord>, Option<InstrumentationScope>) {
    let mut out = policy.outgoing();
    let both =
        catch_unwind(AssertUnwindSafe(|| (sanitized_record(&mut out, blank, raw), sanitized_scope(&mut out, scope))));
    both.unwrap_or_else(|_| {
        let mut record = frame(blank, raw);
        record.set_body(out.unreadable("").into());
        (Some(record), Some(InstrumentationScope::default()))
    })
}

fn sanitized_record(out: &mut Outgoing<'_>, blank: &Blank, raw: &SdkLogRecord) -> Option<SdkLogRecord> {
    let alone = out.neighbours(&[]);
    let body = raw.body().map(|body| became(out, &alone, "", body));
    let target = raw.target().and_then(|target| out.text(target));
    let texts: Vec<_> = raw.attributes_iter().map(|(key, value)| (key.as_str(), text(value))).collect();
    let neighbours = out.neighbours(&texts);
    let attributes: Vec<_> = raw
        .attributes_iter()
        .map(|(key, value)| (out.text(key.as_str()), became(out, &neighbours, key.as_str(), value)))
        .collect();
    let is_clean = |became: &Replacement| matches!(became, Replacement::Same);
    let clean = body.as_ref().is_none_or(is_clean)
        && target.is_none()
        && attributes.iter().all(|(key, value)| key.is_none() && is_clean(value));
    if clean {
        return None;
    }
    let mut record = frame(blank, raw);
    match (target, raw.target()) {
        (Some(safe), _) => record.set_target(safe),
        (None, Some(raw)) => record.set_target(raw.clone()),
        (None, None) => {}
    }
    if let Some(body) = body.zip(raw.body()).and_then(|(became, raw)| became.value(raw)) {
        record.set_body(body);
    }
    for ((key, value), (safe_key, became)) in raw.attributes_iter().zip(attributes) {
        if let Some(value) = became.value(value) {
            record.add_attribute(safe_key.map_or_else(|| key.clone(), Key::from), value);
        }
    }
    Some(record)
}

/// A record with what is no value: times, severity, ids, the constants of the program.
fn frame(blank: &Blank, raw: &SdkLogRecord) -> SdkLogRecord {
    let mut record = blank.0.create_log_record();
    if let Some(name) = raw.event_name() {
        record.set_event_name(name);
    }
    if let Some(time) = raw.timestamp() {
        record.set_timestamp(time);
    }
    if let Some(time) = raw.observed_timestamp() {
        record.set_observed_timestamp(time);
    }
    if let Some(text) = raw.severity_text() {
        record.set_severity_text(text);
    }
    if let Some(severity) = raw.severity_number() {
        record.set_severity_number(severity);
    }
    if let Some(context) = raw.trace_context() {
        record.set_trace_context(context.trace_id, context.span_id, context.trace_flags);
    }
    record
}

/// What becomes of a value.
enum Replacement {
    Same,
    Other(AnyValue),
    Nothing,
}

impl Replacement {
    fn value(self, raw: &AnyValue) -> Option<AnyValue> {
        match self {
            Self::Same => Some(raw.clone()),
            Self::Other(value) => Some(value),
            Self::Nothing => None,
        }
    }
}

fn text(value: &AnyValue) -> Option<&str> {
    if let AnyValue::String(text) = value { Some(text.as_str()) } else { None }
}

fn became(out: &mut Outgoing<'_>, neighbours: &Neighbours, key: &str, raw: &AnyValue) -> Replacement {
    let mut value = read(raw, 0);
    match sanitize(out, neighbours, key, &mut value) {
        Sanitized::Clean => Replacement::Same,
        Sanitized::Masked => Replacement::Other(write(value)),
        _ => Replacement::Nothing,
    }
}

fn read(value: &AnyValue, depth: usize) -> Value<'_> {
    match value {
        // It lies deeper than is looked at, so nobody will see it.
        AnyValue::ListAny(_) | AnyValue::Map(_) if depth >= MAX_DEPTH => Value::Bool(true),
        AnyValue::Int(n) => Value::Int(*n),
        AnyValue::Double(n) => Value::Float(*n),
        AnyValue::String(text) => Value::Text(text.as_str().into()),
        AnyValue::Boolean(b) => Value::Bool(*b),
        AnyValue::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
        AnyValue::ListAny(items) => Value::List(items.iter().map(|item| read(item, depth + 1)).collect()),
        AnyValue::Map(members) => {
            let members = members.iter().map(|(key, value)| (key.as_str().into(), read(value, depth + 1)));
            Value::Map(members.collect())
        }
        // Kinds to come.
        other => Value::Text(format!("{other:?}").into()),
    }
}

fn write(value: Value<'_>) -> AnyValue {
    match value {
        Value::Bool(b) => AnyValue::Boolean(b),
        Value::Int(n) => AnyValue::Int(n),
        Value::Float(n) => AnyValue::Double(n),
        Value::Text(text) => AnyValue::String(text.into_owned().into()),
        Value::Bytes(bytes) => AnyValue::Bytes(Box::new(bytes.into_owned())),
        Value::List(items) => AnyValue::ListAny(Box::new(items.into_iter().map(write).collect())),
        Value::Map(members) => {
            let members = members.into_iter().map(|(key, value)| (Key::from(key.into_owned()), write(value)));
            AnyValue::Map(Box::new(members.collect::<HashMap<_, _>>()))
        }
        _ => AnyValue::String("[redacted:sensitive]".into()),
    }
}
