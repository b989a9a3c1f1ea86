//! The spans that one wrapped layer sees, apart from everybody else's.
//!
//! Layers leave data in a span's extensions, keyed by type: two `fmt` layers of one type share the formatted fields. So
//! a wrapped layer beside a raw one would print what the raw one had formatted. Here a wrapped layer gets extensions of
//! its own.
//!
//! It is not simply a `Registry` inside a `Registry`: the two would share per-thread state of `tracing-subscriber`, such
//! as the count of spans that are being closed, and a private span's parent would be closed in the global subscriber.
//! Here the spans have the ids that they have outside, live exactly as long, and get their parents from there; a
//! `Registry` lends only its extensions.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::FilterId;
use tracing_subscriber::registry::{Extensions, ExtensionsMut, LookupSpan, Registry, SpanData};

use super::downcast::{self, downcast_raw};
use super::spans::Spans;

/// The registry that a layer behind a boundary of its own is given; see
/// [`PrivacyLayerExt::with_layer_privacy`](super::PrivacyLayerExt::with_layer_privacy).
///
/// It cannot be made by hand. Its name is needed only where a layer's type must be written out, as in
/// `Box<dyn Layer<PrivateRegistry> + Send + Sync>`.
pub struct PrivateRegistry {
    spans: Arc<Spans>,
    filters: Filters,
    /// Whether it answers for spans that it does not know, too.
    for_outside: bool,
}

/// Whence the ids of filters inside come.
enum Filters {
    /// From nowhere: only how many are needed is counted.
    Count(usize),
    /// From the registry outside, so that filters inside and outside never take one another's answers.
    Given(std::vec::IntoIter<FilterId>),
}

impl PrivateRegistry {
    pub(super) fn new() -> Self {
        Self { spans: Arc::new(Spans::new()), filters: Filters::Count(0), for_outside: false }
    }

    /// The same spans, for who asks by an id from outside: of a span that a filter outside kept from this layer, say.
    /// A plain registry knows every id, and layers rely on it; here an unknown one is a span without extensions.
    pub(super) fn for_outside(&self) -> Self {
        Self { spans: Arc::clone(&self.spans), filters: Filters::Count(0), for_outside: true }
    }

    pub(super) fn spans(&self) -> &Arc<Spans> {
        &self.spans
    }

    /// How many filters wanted an id.
    pub(super) fn filters_wanted(&self) -> usize {
        match self.filters {
            Filters::Count(wanted) => wanted,
            Filters::Given(_) => 0,
        }
    }

    pub(super) fn give_filters(&mut self, ids: Vec<FilterId>) {
        self.filters = Filters::Given(ids.into_iter());
    }
}

thread_local! {
    // Neither has a destructor, so both can be used while the thread is torn down.
    static NEXT_SPAN: Cell<NonZeroU64> = const { Cell::new(NonZeroU64::MAX) };
    static CLOSING: Cell<bool> = const { Cell::new(false) };
}

/// Says that the next new span on this thread is that one.
pub(super) fn announce_span(id: &Id) {
    NEXT_SPAN.with(|next| next.set(id.into_non_zero_u64()));
}

/// Says that the next call on this thread closes a span.
pub(super) fn announce_close() {
    CLOSING.with(|closing| closing.set(true));
}

impl fmt::Debug for PrivateRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateRegistry").finish_non_exhaustive()
    }
}

impl Subscriber for PrivateRegistry {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        // The boundary enters every span into `Spans` first, and says here which one it is.
        Id::from_non_zero_u64(NEXT_SPAN.with(Cell::get))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, id: &Id) {
        self.spans.enter(id);
    }

    fn exit(&self, id: &Id) {
        self.spans.exit(id);
    }

    fn try_close(&self, _: Id) -> bool {
        CLOSING.with(|closing| closing.set(false));
        true
    }

    fn current_span(&self) -> Current {
        self.spans.current().unwrap_or_else(Current::none)
    }

    downcast_raw!(|this, wanted| {
        // `Layered::try_close` looks for a `Registry`, to remove the span from it: it must not find this one, which has
        // other spans. Whoever else looks wants the stack of entered spans, which it has.
        let hidden = CLOSING.with(Cell::get);
        downcast::itself(this, wanted)
            .or_else(|| if hidden { None } else { downcast::subscriber(this.spans.slots(), wanted) })
    });
}

impl<'a> LookupSpan<'a> for PrivateRegistry {
    type Data = PrivateSpan<'a>;

    fn span_data(&'a self, id: &Id) -> Option<PrivateSpan<'a>> {
        let blank = || self.for_outside.then(|| (self.spans.blank(), None));
        let (slot, parent) = self.spans.find(id).or_else(blank)?;
        Some(PrivateSpan { id: id.clone(), parent, slot: self.spans.slots().span_data(&slot)? })
    }

    fn register_filter(&mut self) -> FilterId {
        match &mut self.filters {
            Filters::Count(wanted) => {
                *wanted += 1;
                // A stand-in until the true one is known.
                Registry::default().register_filter()
            }
            Filters::Given(ids) => ids.next().expect("a layer registers as many filters as it did the first time"),
        }
    }
}

/// One span of a [`PrivateRegistry`].
pub struct PrivateSpan<'a> {
    id: Id,
    parent: Option<Id>,
    slot: <Registry as LookupSpan<'a>>::Data,
}

impl fmt::Debug for PrivateSpan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateSpan").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<'a> SpanData<'a> for PrivateSpan<'a> {
    fn id(&self) -> Id {
        self.id.clone()
    }

    fn metadata(&self) -> &'static Metadata<'static> {
        self.slot.metadata()
    }

    fn parent(&self) -> Option<&Id> {
        self.parent.as_ref()
    }

    fn extensions(&self) -> Extensions<'_> {
        self.slot.extensions()
    }

    fn extensions_mut(&self) -> ExtensionsMut<'_> {
        self.slot.extensions_mut()
    }

    fn is_enabled_for(&self, filter: FilterId) -> bool {
        self.slot.is_enabled_for(filter)
    }
}
