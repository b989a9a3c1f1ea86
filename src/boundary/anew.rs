//! Events, spans and records, made anew from sanitized values: what layers inside a boundary see.

use tracing_core::Event;
use tracing_core::span::{Attributes, Record};

use super::buffer::{Borrowed, Fields};
use super::handed_on::HandedOn;
use super::plan::Plan;
use super::reentry::{in_layers, overwrites};
use super::values::with_value_set;
use super::visitor::Sanitizer;
use crate::observe::Passed;
use crate::policy::{Mode, Policy};

impl Policy {
    fn passed(&self, what: Passed, fields: &Fields) {
        self.compiled().counters.passed(what, fields.values, fields.looked_at as u64);
    }
}

/// Makes an event anew from sanitized values.
/// One that a schema does not let pass does not reach `then`.
pub(super) fn with_sanitized_event(policy: &Policy, raw: &Event<'_>, then: impl FnOnce(&Event<'_>, &Fields)) {
    if policy.mode() == Mode::Off {
        return then(raw, &Fields::default());
    }
    let metadata = raw.metadata();
    let plan = policy.plan(metadata);
    if plan.rejected() && policy.mode() == Mode::Enforce {
        return policy.compiled().counters.rejected();
    }
    let mut fields = Borrowed::take();
    fields.overwritten = overwrites(|| {
        let mut sanitizer = Sanitizer::new(policy, plan.clone(), &mut fields);
        raw.record(&mut sanitizer);
        sanitizer.finish();
    });
    policy.passed(Passed::Event, &fields);
    let fields = HandedOn::new(plan, fields);
    with_value_set(fields.plan(), &fields, |values| {
        let event = if raw.is_contextual() {
            Event::new(metadata, values)
        } else {
            Event::new_child_of(raw.parent().cloned(), metadata, values)
        };
        in_layers(|| fields.hand_on(&event, || then(&event, &fields)))
    })
}

/// Makes a new span's attributes anew from sanitized values.
pub(super) fn with_sanitized_span<R>(
    policy: &Policy,
    raw: &Attributes<'_>,
    then: impl FnOnce(&Attributes<'_>, &Fields) -> R,
) -> R {
    if policy.mode() == Mode::Off {
        return then(raw, &Fields::default());
    }
    let metadata = raw.metadata();
    let plan = policy.plan(metadata);
    let mut fields = Borrowed::take();
    fields.overwritten = overwrites(|| {
        let mut sanitizer = Sanitizer::new(policy, plan.clone(), &mut fields);
        raw.record(&mut sanitizer);
        sanitizer.finish();
    });
    policy.passed(Passed::Span, &fields);
    with_value_set(&plan, &fields, |values| {
        let span = match raw.parent() {
            Some(parent) => Attributes::child_of(parent.clone(), metadata, values),
            None if raw.is_root() => Attributes::new_root(metadata, values),
            None => Attributes::new(metadata, values),
        };
        in_layers(|| then(&span, &fields))
    })
}

/// Makes a record anew from sanitized values. A record of which nothing is left does not reach `then`.
pub(super) fn with_sanitized_record(policy: &Policy, raw: &Record<'_>, then: impl FnOnce(&Record<'_>)) {
    if policy.mode() == Mode::Off {
        return then(raw);
    }
    let mut fields = Borrowed::take();
    let mut sanitizer = Sanitizer::for_record(policy, &mut fields);
    raw.record(&mut sanitizer);
    sanitizer.finish();
    let plan = sanitizer.into_plan();
    policy.passed(Passed::Record, &fields);
    let Some(plan) = plan else { return };
    let plan: &Plan = &plan;
    with_value_set(plan, &fields, |values| in_layers(|| then(&Record::new(values))));
}
