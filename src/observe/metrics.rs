//! Counts for the `metrics` facade, and through it for Prometheus and the like.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use ::metrics::{counter, describe_counter, describe_gauge, gauge};

use super::{Location, Masked, Snapshot};
use crate::policy::{InForce, LivePolicy, Policy, Reloads};

/// All metrics, with what is said of them.
const COUNTERS: [(&str, &str); 15] = [
    ("tracing_privacy_events_total", "Events that came through a boundary"),
    ("tracing_privacy_spans_total", "Spans that came through a boundary"),
    ("tracing_privacy_records_total", "Later records of spans that came through a boundary"),
    ("tracing_privacy_exported_total", "Spans, log records and the like that left past tracing, sanitized"),
    ("tracing_privacy_values_total", "Values that were looked at"),
    ("tracing_privacy_bytes_total", "Bytes of text that were looked at"),
    ("tracing_privacy_masked_total", "Values that were masked; in the mode observe, that would have been"),
    ("tracing_privacy_masked_by_place_total", "Values that were masked, by callsite"),
    ("tracing_privacy_failures_total", "Values that were erased since they could not be read or masked"),
    ("tracing_privacy_dropped_total", "Values that went away with their field"),
    ("tracing_privacy_observed_total", "Values that would have been masked"),
    ("tracing_privacy_exempted_total", "Values that an exemption let pass"),
    ("tracing_privacy_schema_violations_total", "Fields of callsites that a schema does not allow"),
    ("tracing_privacy_rejected_total", "Events that a schema did not let pass"),
    ("tracing_privacy_reloads_total", "Reloads of the rules, by result"),
];

/// How many callsites have a series of their own. Those that come later are counted together.
const MOST_PLACES: usize = 200;

/// Hands all counts to the recorder of the [`metrics`](https://docs.rs/metrics) crate that is installed. To be called before each scrape,
/// or every few seconds; an event costs nothing by it.
///
/// | metric | labels | is |
/// |---|---|---|
/// | `tracing_privacy_events_total`, `…_spans_total`, `…_records_total` | | what came through a boundary |
/// | `tracing_privacy_exported_total` | | spans, log records and the like that left past `tracing` |
/// | `tracing_privacy_values_total`, `…_bytes_total` | | what was looked at |
/// | `tracing_privacy_masked_total` | `rule`, `category`, `class`, `masker` | values that were masked; in the mode `observe`, that would have been |
/// | `tracing_privacy_masked_by_place_total` | `target`, `file`, `line` | the same by callsite: the first 200 that mask anything, and `target="others"` for the rest and for what was exported |
/// | `tracing_privacy_failures_total` | | values that were erased since they could not be read or masked |
/// | `tracing_privacy_dropped_total` | | values that went away |
/// | `tracing_privacy_observed_total` | | values that would have been masked |
/// | `tracing_privacy_exempted_total` | | values that an exemption let pass |
/// | `tracing_privacy_schema_violations_total` | | fields of callsites that a schema does not allow |
/// | `tracing_privacy_rejected_total` | | events that a schema did not let pass |
/// | `tracing_privacy_reloads_total` | `result`: `done`, `failed` | reloads, of a [`LivePolicy`] |
/// | `tracing_privacy_exemptions` | | exemptions in force, a gauge |
/// | `tracing_privacy_policy` | `profile`, `mode`, `fingerprint` | 1 for the policy in force, 0 for those before it |
///
/// All but the reloads are told for each [audience](LivePolicy::audience) of the rules, too, with its name in the label `audience`.
///
/// Labels are constants of the program and of the rules, never a value. The number of series is bounded: by the rules, by 201
/// places for each audience, and by the rest of this table.
pub fn publish(live: &LivePolicy) {
    let Reloads { done, failed, .. } = live.reloads();
    counter!("tracing_privacy_reloads_total", "result" => "done").absolute(done);
    counter!("tracing_privacy_reloads_total", "result" => "failed").absolute(failed);
    // There may have been several since the last time, and some of audiences that are gone.
    live.all_before().iter().for_each(|before| policy_gauge(before, 0.0));
    for (in_force, counts, masked) in live.all_counts() {
        publish_counts(&counts, &masked, &in_force);
    }
}

/// The same, for a [`Policy`] that is never replaced.
pub fn publish_policy(policy: &Policy) {
    for (_, policy) in policy.with_audiences() {
        publish_counts(&policy.counts(), &policy.masked(), &policy.in_force());
    }
}

fn publish_counts(counts: &Snapshot, masked: &Masked, in_force: &InForce) {
    describe();
    let audience: Vec<(&'static str, String)> =
        in_force.audience.iter().map(|audience| ("audience", audience.clone())).collect();
    let totals = [
        ("tracing_privacy_events_total", counts.events),
        ("tracing_privacy_spans_total", counts.spans),
        ("tracing_privacy_records_total", counts.records),
        ("tracing_privacy_exported_total", counts.exported),
        ("tracing_privacy_values_total", counts.values),
        ("tracing_privacy_bytes_total", counts.bytes),
        ("tracing_privacy_failures_total", counts.failures),
        ("tracing_privacy_dropped_total", counts.dropped),
        ("tracing_privacy_observed_total", counts.observed),
        ("tracing_privacy_exempted_total", counts.exempted),
        ("tracing_privacy_schema_violations_total", counts.violations),
        ("tracing_privacy_rejected_total", counts.rejected),
    ];
    for (name, count) in totals {
        counter!(name, &audience).absolute(count);
    }
    for masked in masked.iter() {
        let mut labels = audience.clone();
        labels.extend([
            ("rule", masked.rule.to_string()),
            ("category", masked.category.to_string()),
            ("class", masked.class.as_str().to_owned()),
            ("masker", masked.masker.to_string()),
        ]);
        counter!("tracing_privacy_masked_total", &labels).absolute(masked.count);
    }
    publish_places(masked, &audience);
    gauge!("tracing_privacy_exemptions", &audience).set(in_force.exemptions.len() as f64);
    policy_gauge(in_force, 1.0);
}

/// The callsites that have a series of their own, once and for all: a counter that went back into the others would fall.
static SHOWN: Mutex<BTreeSet<Location>> = Mutex::new(BTreeSet::new());

fn publish_places(masked: &Masked, audience: &[(&'static str, String)]) {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut others = 0;
    for (place, count) in masked.by_place() {
        let Some(place) =
            place.filter(|place| shown.contains(place) || (shown.len() < MOST_PLACES && shown.insert(*place)))
        else {
            others += count;
            continue;
        };
        let mut labels = audience.to_vec();
        labels.extend([
            ("target", place.target.to_owned()),
            ("file", place.file.unwrap_or_default().to_owned()),
            ("line", place.line.map(|line| line.to_string()).unwrap_or_default()),
        ]);
        counter!("tracing_privacy_masked_by_place_total", &labels).absolute(count);
    }
    let mut labels = audience.to_vec();
    labels.extend([("target", "others".to_owned()), ("file", String::new()), ("line", String::new())]);
    counter!("tracing_privacy_masked_by_place_total", &labels).absolute(others);
}

fn policy_gauge(in_force: &InForce, value: f64) {
    let mut labels: Vec<(&'static str, String)> =
        in_force.audience.iter().map(|audience| ("audience", audience.clone())).collect();
    labels.extend([
        ("profile", in_force.profile.clone().unwrap_or_default()),
        ("mode", in_force.mode.to_string()),
        ("fingerprint", in_force.fingerprint.clone()),
    ]);
    gauge!("tracing_privacy_policy", &labels).set(value);
}

/// Says what the metrics are. It is said each time, for a recorder may come late.
fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(name, text);
    }
    describe_gauge!("tracing_privacy_exemptions", "Exemptions in force");
    describe_gauge!("tracing_privacy_policy", "1 for the policy in force, 0 for those before it");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    use super::*;

    #[test]
    fn places_are_few_and_keep_their_series() {
        let mut before: BTreeMap<String, u64> = BTreeMap::new();
        for round in 1..4 {
            let mut masked = Masked::default();
            // Others lead each time.
            for line in 0..300 * round {
                let place = Location { target: "shop", file: Some("shop.rs"), line: Some(line) };
                masked.add_at(Some(place), 10 * u64::from(round) + u64::from(line));
            }
            masked.add_at(None, 7);
            let recorder = DebuggingRecorder::new();
            let snapshotter = recorder.snapshotter();
            ::metrics::with_local_recorder(&recorder, || publish_places(&masked, &[]));
            let mut series = BTreeMap::new();
            for (key, _, _, value) in snapshotter.snapshot().into_vec() {
                let labels: Vec<_> = key.key().labels().map(|label| label.value().to_owned()).collect();
                let DebugValue::Counter(count) = value else { panic!("it is a counter") };
                series.insert(labels.join(" "), count);
            }
            assert_eq!(series.len(), MOST_PLACES + 1);
            assert_eq!(series.values().sum::<u64>(), masked.by_place().iter().map(|(_, count)| count).sum::<u64>());
            for (labels, count) in &before {
                assert!(series.get(labels).is_some_and(|now| now > count), "{labels} fell");
            }
            before = series;
        }
    }
}
