//! Counts for the `metrics` facade, and through it for Prometheus and the like.

use ::metrics::{counter, gauge};

use super::{Masked, Snapshot};
use crate::policy::{InForce, LivePolicy, Policy, Reloads};

/// Hands all counts to the recorder of the [`metrics`](https://docs.rs/metrics) crate that is installed. To be called before each scrape,
/// or every few seconds; an event costs nothing by it.
///
/// | metric | labels | is |
/// |---|---|---|
/// | `tracing_privacy_events_total`, `…_spans_total`, `…_records_total` | | what came through a boundary |
/// | `tracing_privacy_exported_total` | | spans, log records and the like that left past `tracing` |
/// | `tracing_privacy_values_total`, `…_bytes_total` | | what was looked at |
/// | `tracing_privacy_masked_total` | `rule`, `category`, `class`, `masker` | values that were masked; in the mode `observe`, that would have been |
/// | `tracing_privacy_failures_total` | | values that were erased since they could not be read or masked |
/// | `tracing_privacy_dropped_total` | | values that went away |
/// | `tracing_privacy_observed_total` | | values that would have been masked |
/// | `tracing_privacy_exempted_total` | | values that an exemption let pass |
/// | `tracing_privacy_schema_violations_total` | | fields of callsites that a schema does not allow |
/// | `tracing_privacy_rejected_total` | | events that a schema did not let pass |
/// | `tracing_privacy_reloads_total` | `result`: `done`, `failed` | reloads, of a [`LivePolicy`] |
/// | `tracing_privacy_exemptions` | | exemptions in force, a gauge |
/// | `tracing_privacy_policy` | `profile`, `mode`, `fingerprint` | 1 for the policy in force, 0 for the one before it |
pub fn publish(live: &LivePolicy) {
    let Reloads { done, failed, .. } = live.reloads();
    counter!("tracing_privacy_reloads_total", "result" => "done").absolute(done);
    counter!("tracing_privacy_reloads_total", "result" => "failed").absolute(failed);
    if let Some(before) = live.before() {
        policy_gauge(&before, 0.0);
    }
    publish_counts(&live.counts(), &live.masked(), &live.current().in_force());
}

/// The same, for a [`Policy`] that is never replaced.
pub fn publish_policy(policy: &Policy) {
    publish_counts(&policy.counts(), &policy.masked(), &policy.in_force());
}

fn publish_counts(counts: &Snapshot, masked: &Masked, in_force: &InForce) {
    counter!("tracing_privacy_events_total").absolute(counts.events);
    counter!("tracing_privacy_spans_total").absolute(counts.spans);
    counter!("tracing_privacy_records_total").absolute(counts.records);
    counter!("tracing_privacy_exported_total").absolute(counts.exported);
    counter!("tracing_privacy_values_total").absolute(counts.values);
    counter!("tracing_privacy_bytes_total").absolute(counts.bytes);
    counter!("tracing_privacy_failures_total").absolute(counts.failures);
    counter!("tracing_privacy_dropped_total").absolute(counts.dropped);
    counter!("tracing_privacy_observed_total").absolute(counts.observed);
    counter!("tracing_privacy_exempted_total").absolute(counts.exempted);
    counter!("tracing_privacy_schema_violations_total").absolute(counts.violations);
    counter!("tracing_privacy_rejected_total").absolute(counts.rejected);
    for masked in masked.iter() {
        let labels = [
            ("rule", masked.rule.to_string()),
            ("category", masked.category.to_string()),
            ("class", masked.class.as_str().to_owned()),
            ("masker", masked.masker.to_string()),
        ];
        counter!("tracing_privacy_masked_total", &labels).absolute(masked.count);
    }
    gauge!("tracing_privacy_exemptions").set(in_force.exemptions.len() as f64);
    policy_gauge(in_force, 1.0);
}

fn policy_gauge(in_force: &InForce, value: f64) {
    let labels = [
        ("profile", in_force.profile.clone().unwrap_or_default()),
        ("mode", in_force.mode.to_string()),
        ("fingerprint", in_force.fingerprint.clone()),
    ];
    gauge!("tracing_privacy_policy", &labels).set(value);
}
