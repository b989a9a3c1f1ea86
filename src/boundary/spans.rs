//! Which spans a private registry has, and the extensions that belong to them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tracing_core::callsite::Callsite;
use tracing_core::metadata::Kind;
use tracing_core::span::{Attributes, Current, Id};
use tracing_core::subscriber::Interest;
use tracing_core::{Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry, SpanData as _};

/// Spans, under the ids that they have outside.
pub(super) struct Spans {
    /// Tells these spans from those of another boundary.
    id: u64,
    /// Lends extensions, and remembers which filters enabled a span. Its spans have ids and lives of their own.
    slots: Slots,
    known: [RwLock<HashMap<u64, Known>>; SHARDS],
    /// A slot that belongs to no span.
    blank: OnceLock<Id>,
}

/// `Layered`, because only that removes spans that are closed.
pub(super) type Slots = Layered<Plain, Registry>;

/// A layer that does nothing.
pub(super) struct Plain;

impl<S: Subscriber> Layer<S> for Plain {}

#[derive(Clone)]
struct Known {
    slot: Id,
    parent: Option<Id>,
}

/// A power of two.
const SHARDS: usize = 16;

impl Spans {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut slots = Registry::default().with(Plain);
        // A registry without filters does not expect that spans come with answers of filters.
        slots.register_filter();
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), slots, known: Default::default(), blank: OnceLock::new() }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Enters a new span, and remembers what filters said of it. It is known until [`Self::forget`]; its extensions live
    /// as long as the slot that is handed back.
    pub(super) fn add(self: &Arc<Self>, id: &Id, metadata: &'static Metadata<'static>, parent: Option<Id>) -> Slot {
        let values = metadata.fields().value_set(&[]);
        let slot = self.slots.new_span(&Attributes::new_root(metadata, &values));
        self.write(id).insert(id.into_u64(), Known { slot: slot.clone(), parent });
        Slot { spans: Arc::clone(self), slot }
    }

    pub(super) fn knows(&self, id: &Id) -> bool {
        self.read(id).contains_key(&id.into_u64())
    }

    /// A span's slot and parent.
    pub(super) fn find(&self, id: &Id) -> Option<(Id, Option<Id>)> {
        self.read(id).get(&id.into_u64()).cloned().map(|known| (known.slot, known.parent))
    }

    /// The slot of all spans that are not known.
    pub(super) fn blank(&self) -> Id {
        let new = || self.slots.new_span(&Attributes::new_root(&UNKNOWN, &UNKNOWN.fields().value_set(&[])));
        self.blank.get_or_init(new).clone()
    }

    pub(super) fn forget(&self, id: &Id) {
        self.write(id).remove(&id.into_u64());
    }

    pub(super) fn enter(&self, id: &Id) {
        let registry = self.id;
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let again = entered.iter().any(|e| e.registry == registry && e.id == *id);
            entered.push(Entered { registry, id: id.clone(), again });
        });
        // Layers with filters look for the nearest enabled span in this stack.
        self.slots.enter(id);
    }

    pub(super) fn exit(&self, id: &Id) {
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            if let Some(at) = entered.iter().rposition(|e| e.registry == self.id && e.id == *id) {
                entered.remove(at);
            }
        });
        self.slots.exit(id);
    }

    /// The span that this thread entered last, by the rules of `Registry`: one that was entered again does not count.
    pub(super) fn current(&self) -> Option<Current> {
        let current = |entered: &RefCell<Vec<Entered>>| {
            let entered = entered.borrow();
            entered.iter().rev().find(|e| e.registry == self.id && !e.again).map(|e| e.id.clone())
        };
        let id = ENTERED.try_with(current).ok().flatten()?;
        let (slot, _) = self.find(&id)?;
        let metadata = self.slots.span_data(&slot)?.metadata();
        Some(Current::new(id, metadata))
    }

    fn shard(&self, id: &Id) -> &RwLock<HashMap<u64, Known>> {
        // Ids of a `Registry` count up in their low bits.
        &self.known[id.into_u64() as usize % SHARDS]
    }

    // No code of others runs under the lock, so what is in the map is whole, even if a thread died holding it.

    fn read(&self, id: &Id) -> RwLockReadGuard<'_, HashMap<u64, Known>> {
        self.shard(id).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, id: &Id) -> RwLockWriteGuard<'_, HashMap<u64, Known>> {
        self.shard(id).write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a span that is not known was made.
struct Unknown;

static UNKNOWN_CALLSITE: Unknown = Unknown;
static UNKNOWN: Metadata<'static> = tracing_core::metadata! {
    name: "unknown",
    target: "tracing_privacy",
    level: Level::TRACE,
    fields: &[],
    callsite: &UNKNOWN_CALLSITE,
    kind: Kind::SPAN,
};

impl Callsite for Unknown {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &UNKNOWN
    }
}

thread_local! {
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// A span that this thread is in.
struct Entered {
    registry: u64,
    id: Id,
    again: bool,
}

/// Keeps a private span's extensions alive. It lies in the extensions of the span outside, and goes with them.
///
/// That is not only convenient. `tracing-subscriber` counts per thread how many spans are being closed, and removes one
/// only when the count falls to zero. Extensions are dropped after that, so here, and not yet in `on_close`, a slot can
/// be closed for good.
pub(super) struct Slot {
    spans: Arc<Spans>,
    slot: Id,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.spans.slots.try_close(self.slot.clone());
    }
}

/// The slots of one span, one for each boundary around a layer.
#[derive(Default)]
pub(super) struct SpanSlots(pub(super) Vec<Slot>);
