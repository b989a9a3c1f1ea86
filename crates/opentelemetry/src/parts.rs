//! What spans and log records have in common: scopes and resources.

use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use tracing_privacy::Policy;
use tracing_privacy::boundary::Outgoing;

use crate::values::sanitize_attributes;

/// A resource with safe attributes.
pub(crate) fn sanitized_resource(policy: &Policy, resource: &Resource) -> Resource {
    let mut out = policy.outgoing();
    let mut attributes: Vec<_> =
        resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    sanitize_attributes(&mut out, &mut attributes);
    let builder = Resource::builder_empty();
    match resource.schema_url() {
        Some(url) => builder.with_schema_url(attributes, url.to_owned()).build(),
        None => builder.with_attributes(attributes).build(),
    }
}

/// A scope with a safe name, version and attributes; `None` if it is clean.
pub(crate) fn sanitized_scope(out: &mut Outgoing<'_>, scope: &InstrumentationScope) -> Option<InstrumentationScope> {
    let name = out.text(scope.name());
    let version = scope.version().and_then(|version| out.text(version));
    let raw: Vec<_> = scope.attributes().cloned().collect();
    let mut attributes = raw.clone();
    sanitize_attributes(out, &mut attributes);
    if name.is_none() && version.is_none() && attributes == raw {
        return None;
    }
    let name = name.unwrap_or_else(|| scope.name().to_owned());
    let mut safe = InstrumentationScope::builder(name).with_attributes(attributes);
    if let Some(version) = version.or_else(|| scope.version().map(str::to_owned)) {
        safe = safe.with_version(version);
    }
    if let Some(url) = scope.schema_url() {
        safe = safe.with_schema_url(url.to_owned());
    }
    Some(safe.build())
}
