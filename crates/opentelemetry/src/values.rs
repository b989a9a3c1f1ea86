//! Attributes: keys and values, to and fro.

use std::borrow::Cow;

use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use tracing_privacy::boundary::{Neighbours, Outgoing, Sanitized, Value as Safe};

/// Keys that OpenTelemetry, its resource detectors or `tracing-opentelemetry` write. `unlisted` does not speak of them: a span
/// without the name of its service is of no use to anybody.
const OWN_KEYS: [&str; 17] = [
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
    "code.file.path",
    "code.module.name",
    "code.function.name",
    "code.line.number",
    "thread.id",
    "thread.name",
    "busy_ns",
    "idle_ns",
    "level",
    "target",
];

/// Sanitizes a value by its key, and by what others beside it say.
pub(crate) fn sanitize(out: &mut Outgoing<'_>, neighbours: &Neighbours, key: &str, value: &mut Safe<'_>) -> Sanitized {
    if OWN_KEYS.contains(&key) { out.own_value(key, value) } else { out.value_among(neighbours, key, value) }
}

/// Sanitizes attributes in place.
pub(crate) fn sanitize_attributes(out: &mut Outgoing<'_>, attributes: &mut Vec<KeyValue>) {
    fn text(value: &Value) -> Option<&str> {
        if let Value::String(text) = value { Some(text.as_str()) } else { None }
    }
    let texts: Vec<_> = attributes.iter().map(|attribute| (attribute.key.as_str(), text(&attribute.value))).collect();
    let neighbours = out.neighbours(&texts);
    attributes.retain_mut(|attribute| {
        let became = sanitized(out, &neighbours, attribute.key.as_str(), &attribute.value);
        if let Some(key) = out.text(attribute.key.as_str()) {
            attribute.key = Key::from(key);
        }
        match became {
            Replacement::Same => true,
            Replacement::Other(value) => {
                attribute.value = value;
                true
            }
            Replacement::Nothing => false,
        }
    });
}

/// What becomes of the value of an attribute.
enum Replacement {
    Same,
    Other(Value),
    Nothing,
}

fn sanitized(out: &mut Outgoing<'_>, neighbours: &Neighbours, key: &str, value: &Value) -> Replacement {
    let mut safe = read(value);
    match sanitize(out, neighbours, key, &mut safe) {
        Sanitized::Clean => Replacement::Same,
        Sanitized::Masked => Replacement::Other(write(safe)),
        _ => Replacement::Nothing,
    }
}

fn read(value: &Value) -> Safe<'_> {
    match value {
        Value::Bool(b) => Safe::Bool(*b),
        Value::I64(n) => Safe::Int(*n),
        Value::F64(n) => Safe::Float(*n),
        Value::String(text) => Safe::Text(text.as_str().into()),
        Value::Array(Array::Bool(items)) => Safe::List(items.iter().map(|b| Safe::Bool(*b)).collect()),
        Value::Array(Array::I64(items)) => Safe::List(items.iter().map(|n| Safe::Int(*n)).collect()),
        Value::Array(Array::F64(items)) => Safe::List(items.iter().map(|n| Safe::Float(*n)).collect()),
        Value::Array(Array::String(items)) => Safe::List(items.iter().map(|s| Safe::Text(s.as_str().into())).collect()),
        // Kinds to come: their text.
        _ => Safe::Text(value.as_str()),
    }
}

fn write(value: Safe<'_>) -> Value {
    match value {
        Safe::Bool(b) => Value::Bool(b),
        Safe::Int(n) => Value::I64(n),
        Safe::Float(n) => Value::F64(n),
        Safe::Text(text) => Value::String(text.into_owned().into()),
        Safe::List(items) => Value::Array(array(items)),
        other => Value::String(printed(other).into()),
    }
}

/// An array has members of one kind; where one was masked, all become text.
fn array(items: Vec<Safe<'_>>) -> Array {
    fn all<T>(items: &[Safe<'_>], one: fn(&Safe<'_>) -> Option<T>) -> Option<Vec<T>> {
        items.iter().map(one).collect()
    }
    let bools = |item: &Safe<'_>| if let Safe::Bool(b) = item { Some(*b) } else { None };
    let whole = |item: &Safe<'_>| if let Safe::Int(n) = item { Some(*n) } else { None };
    let floats = |item: &Safe<'_>| if let Safe::Float(n) = item { Some(*n) } else { None };
    None.or_else(|| all(&items, bools).map(Array::Bool))
        .or_else(|| all(&items, whole).map(Array::I64))
        .or_else(|| all(&items, floats).map(Array::F64))
        .unwrap_or_else(|| Array::String(items.into_iter().map(|item| StringValue::from(printed(item))).collect()))
}

/// A value as text; lists in lists do not come here.
fn printed(value: Safe<'_>) -> String {
    match value {
        Safe::Bool(b) => b.to_string(),
        Safe::Int(n) => n.to_string(),
        Safe::Float(n) => n.to_string(),
        Safe::Text(text) => text.into_owned(),
        Safe::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => "[redacted:sensitive]".to_owned(),
    }
}

/// Sanitizes a name or the like in place.
pub(crate) fn sanitize_text(out: &mut Outgoing<'_>, text: &mut Cow<'static, str>) {
    if let Some(safe) = out.text(text) {
        *text = safe.into();
    }
}
