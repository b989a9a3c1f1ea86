//! A boundary around one layer.

use std::any::TypeId;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, Layered};
use tracing_subscriber::registry::LookupSpan;

use super::anew::{with_sanitized_event, with_sanitized_record, with_sanitized_span};
use super::buffer::Fields;
use super::downcast::{self, downcast_raw};
use super::private_registry::{PrivateRegistry, announce_close, announce_span};
use super::spans::{SpanSlots, Spans};
use crate::policy::PolicySource;

/// Puts a boundary around one layer.
pub trait PrivacyLayerExt: Layer<PrivateRegistry> + Sized {
    /// Wraps this layer, so that it sees only what `policy` lets through. Other layers see what they saw before.
    ///
    /// The layer gets spans of its own (see [`PrivateRegistry`]), so nothing that raw layers leave in a span reaches it.
    /// Filters of the layer go inside, and work as without the boundary: a per-layer filter is for this layer only, a
    /// layer that filters for all (a bare `EnvFilter`) still filters for all. A `reload::Layer` goes inside, too: a wrapped
    /// layer that is put in place later never meets its subscriber, and gets nothing.
    ///
    /// ```
    /// use tracing_privacy::{Policy, boundary::PrivacyLayerExt};
    /// use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};
    ///
    /// let for_a_vendor = fmt::layer().json().with_filter(LevelFilter::INFO).with_layer_privacy(Policy::builtin());
    /// let for_ourselves = fmt::layer();
    /// tracing_subscriber::registry().with(for_ourselves).with(for_a_vendor).init();
    /// ```
    fn with_layer_privacy(self, policy: impl Into<PolicySource>) -> PrivacyLayer<Self> {
        PrivacyLayer { policy: policy.into(), layer: Arc::new(self), inside: None }
    }
}

impl<L: Layer<PrivateRegistry>> PrivacyLayerExt for L {}

/// A layer behind a boundary; see [`PrivacyLayerExt::with_layer_privacy`].
pub struct PrivacyLayer<L> {
    policy: PolicySource,
    layer: Arc<L>,
    /// Made when this layer meets its subscriber. Before that nothing reaches the layer.
    inside: Option<Inside<L>>,
}

struct Inside<L> {
    subscriber: Layered<Lent<L>, PrivateRegistry>,
    spans: Arc<Spans>,
    /// The private registry for who asks for it from outside.
    for_outside: PrivateRegistry,
    /// Whether there are per-layer filters inside.
    filtered: bool,
}

impl<L> fmt::Debug for PrivacyLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivacyLayer").finish_non_exhaustive()
    }
}

impl<L: Layer<PrivateRegistry>> PrivacyLayer<L> {
    /// The inside, if it knows that span.
    fn knowing(&self, id: &Id) -> Option<&Inside<L>> {
        self.inside.as_ref().filter(|inside| inside.spans.knows(id))
    }
}

impl<L: Layer<PrivateRegistry>> Inside<L> {
    /// Asks the filters inside again, where events that code of the application logged meanwhile may have overwritten
    /// what they answered.
    fn still_enabled(&self, metadata: &Metadata<'_>, sanitized: &Fields) -> bool {
        let overwritten = sanitized.overwritten || sanitized.ran_foreign_code;
        !(self.filtered && overwritten) || self.subscriber.enabled(metadata)
    }
}

impl<S, L> Layer<S> for PrivacyLayer<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    L: Layer<PrivateRegistry>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.policy.is_in(dispatch);
        self.layer.on_register_dispatch(dispatch);
    }

    fn on_layer(&mut self, subscriber: &mut S) {
        self.inside = None;
        let Some(layer) = Arc::get_mut(&mut self.layer) else { return };
        let mut registry = PrivateRegistry::new();
        layer.on_layer(&mut registry);
        let wanted = registry.filters_wanted();
        if wanted > 0 {
            registry.give_filters((0..wanted).map(|_| subscriber.register_filter()).collect());
            layer.on_layer(&mut registry);
        }
        self.inside = Some(Inside {
            spans: Arc::clone(registry.spans()),
            for_outside: registry.for_outside(),
            subscriber: Lent(Arc::clone(&self.layer)).with_subscriber(registry),
            filtered: wanted > 0,
        });
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let interest = self.layer.register_callsite(metadata);
        if !interest.is_never() {
            self.policy.with(|policy| policy.prepare(metadata));
        }
        interest
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.inside.as_ref().is_none_or(|inside| inside.subscriber.enabled(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.layer.max_level_hint()
    }

    fn on_new_span(&self, raw: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let (Some(inside), Some(span)) = (&self.inside, ctx.span(id)) else { return };
        let spans = &inside.spans;
        // A span that a filter outside kept from this layer is left out of the line of parents.
        let parent = span.scope().skip(1).map(|ancestor| ancestor.id()).find(|ancestor| spans.knows(ancestor));
        let hand_on = |attributes: &Attributes<'_>, sanitized: &Fields| {
            if !inside.still_enabled(attributes.metadata(), sanitized) {
                return;
            }
            let slot = spans.add(id, attributes.metadata(), parent);
            let mut extensions = span.extensions_mut();
            if let Some(slots) = extensions.get_mut::<SpanSlots>() {
                slots.0.push(slot);
            } else {
                extensions.insert(SpanSlots(vec![slot]));
            }
            drop(extensions);
            announce_span(id);
            inside.subscriber.new_span(attributes);
        };
        self.policy.with(|policy| with_sanitized_span(policy, raw, hand_on));
    }

    fn on_record(&self, id: &Id, raw: &Record<'_>, _: Context<'_, S>) {
        let Some(inside) = self.knowing(id) else { return };
        self.policy.with(|policy| with_sanitized_record(policy, raw, |record| inside.subscriber.record(id, record)));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, _: Context<'_, S>) {
        let Some(inside) = self.knowing(id).filter(|inside| inside.spans.knows(follows)) else { return };
        inside.subscriber.record_follows_from(id, follows);
    }

    // `event_enabled` stays true: the layer is asked in `on_event`, with the sanitized event.

    fn on_event(&self, raw: &Event<'_>, _: Context<'_, S>) {
        let Some(inside) = &self.inside else { return };
        self.policy.with(|policy| {
            with_sanitized_event(policy, raw, |event, sanitized| {
                if inside.still_enabled(event.metadata(), sanitized) {
                    inside.subscriber.event(event);
                }
            });
        });
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        if let Some(inside) = self.knowing(id) {
            inside.subscriber.enter(id);
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        if let Some(inside) = self.knowing(id) {
            inside.subscriber.exit(id);
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        if let Some(inside) = self.knowing(&id) {
            announce_close();
            inside.subscriber.try_close(id.clone());
            inside.spans.forget(&id);
        }
    }

    // Ids are the same inside and outside, so what a layer hands out by type (such as the OpenTelemetry layer's way to a
    // span's context) works from outside, too.
    downcast_raw!(|this, wanted| {
        downcast::itself(this, wanted).or_else(|| match &this.inside {
            Some(inside) => inside.answer(&*this.layer, wanted),
            None => downcast::layer(&*this.layer, wanted),
        })
    });
}

thread_local! {
    /// Which boundary's layer last answered a question for a type. What a layer hands out will ask for its registry next,
    /// and every boundary's registry has the same type.
    static ANSWERED: Cell<u64> = const { Cell::new(u64::MAX) };
}

impl<L: Layer<PrivateRegistry>> Inside<L> {
    /// What this layer, or its registry, answers to a question for a type.
    fn answer(&self, layer: &L, wanted: TypeId) -> Option<*const ()> {
        let id = self.for_outside.spans().id();
        if wanted == TypeId::of::<PrivateRegistry>() {
            let asked = ANSWERED.with(Cell::get) == id;
            // A boundary within this one comes first.
            return downcast::layer(layer, wanted)
                .or_else(|| if asked { downcast::itself(&self.for_outside, wanted) } else { None });
        }
        let before = ANSWERED.with(|answered| answered.replace(id));
        let answer = downcast::layer(layer, wanted);
        if answer.is_none() {
            ANSWERED.with(|answered| answered.set(before));
        }
        answer
    }
}

/// The wrapped layer, lent to the subscriber that calls it with sanitized values.
struct Lent<L>(Arc<L>);

impl<L: Layer<PrivateRegistry>> Layer<PrivateRegistry> for Lent<L> {
    fn enabled(&self, metadata: &Metadata<'_>, ctx: Context<'_, PrivateRegistry>) -> bool {
        self.0.enabled(metadata, ctx)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_new_span(attributes, id, ctx);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_record(id, record, ctx);
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_follows_from(id, follows, ctx);
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, PrivateRegistry>) {
        if self.0.event_enabled(event, ctx.clone()) {
            self.0.on_event(event, ctx);
        }
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_enter(id, ctx);
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_exit(id, ctx);
    }

    fn on_close(&self, id: Id, ctx: Context<'_, PrivateRegistry>) {
        self.0.on_close(id, ctx);
    }
}
