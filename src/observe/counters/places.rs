//! How much was masked at which callsite.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_core::Metadata;

/// A power of two.
const SLOTS: usize = 512;
/// How many callsites one thread tells apart. So few in so many slots are found with a look or two; a program that masks at more
/// has them counted together.
const MOST: u64 = 384;

/// Counts of one thread, by callsite. Written by it alone, read by all; never grows.
///
/// Callsites are constants of the program, so a table of them needs no removal. A callsite stands in the first free slot
/// from where its address says on.
pub(super) struct Places {
    slots: Box<[Slot; SLOTS]>,
    used: AtomicU64,
    /// What was masked at callsites beyond, and at none.
    elsewhere: AtomicU64,
}

#[derive(Debug, Default)]
struct Slot {
    callsite: OnceLock<&'static Metadata<'static>>,
    count: AtomicU64,
}

impl Places {
    pub(super) fn new() -> Self {
        let slots: Vec<_> = (0..SLOTS).map(|_| Slot::default()).collect();
        let slots = slots.into_boxed_slice().try_into().expect("there are so many");
        Self { slots, used: AtomicU64::new(0), elsewhere: AtomicU64::new(0) }
    }

    /// The count of a callsite.
    #[inline]
    pub(super) fn at(&self, callsite: Option<&'static Metadata<'static>>) -> &AtomicU64 {
        let Some(callsite) = callsite else { return &self.elsewhere };
        let first = (ptr::from_ref(callsite).addr() >> 4).wrapping_mul(0x9e37_79b9) >> 16;
        let slot = &self.slots[first % SLOTS];
        match slot.callsite.get() {
            Some(known) if ptr::eq(*known, callsite) => &slot.count,
            _ => self.at_or_behind(first, callsite),
        }
    }

    /// The same, from a slot on.
    fn at_or_behind(&self, first: usize, callsite: &'static Metadata<'static>) -> &AtomicU64 {
        for step in 0..SLOTS {
            let slot = &self.slots[(first + step) % SLOTS];
            match slot.callsite.get() {
                Some(known) if ptr::eq(*known, callsite) => return &slot.count,
                Some(_) => {}
                None if self.used.load(Ordering::Relaxed) >= MOST => break,
                None => {
                    if slot.callsite.set(callsite).is_ok() {
                        self.used.fetch_add(1, Ordering::Relaxed);
                        return &slot.count;
                    }
                    // The shard for threads that end is shared: another one was quicker, perhaps with the same callsite.
                    if slot.callsite.get().is_some_and(|known| ptr::eq(*known, callsite)) {
                        return &slot.count;
                    }
                }
            }
        }
        &self.elsewhere
    }

    /// All counts; `None` stands for callsites beyond, and for none.
    pub(super) fn each(&self, mut tell: impl FnMut(Option<&'static Metadata<'static>>, u64)) {
        for slot in &*self.slots {
            if let Some(callsite) = slot.callsite.get() {
                tell(Some(callsite), slot.count.load(Ordering::Relaxed));
            }
        }
        tell(None, self.elsewhere.load(Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tracing_core::metadata::Kind;
    use tracing_core::subscriber::Interest;
    use tracing_core::{Callsite, Level, field::FieldSet, identify_callsite};

    use super::*;

    struct Site;
    static SITE: Site = Site;
    impl Callsite for Site {
        fn set_interest(&self, _: Interest) {}
        fn metadata(&self) -> &Metadata<'_> {
            unreachable!("nobody asks")
        }
    }

    fn callsite(line: u32) -> &'static Metadata<'static> {
        let fields = FieldSet::new(&[], identify_callsite!(&SITE));
        let metadata =
            Metadata::new("event", "shop", Level::INFO, Some("shop.rs"), Some(line), None, fields, Kind::EVENT);
        Box::leak(Box::new(metadata))
    }

    #[test]
    fn callsites_are_told_apart_until_there_are_too_many() {
        let places = Places::new();
        let callsites: Vec<_> = (0..500).map(callsite).collect();
        for _ in 0..2 {
            for callsite in &callsites {
                places.at(Some(callsite)).fetch_add(1, Ordering::Relaxed);
            }
        }
        places.at(None).fetch_add(1, Ordering::Relaxed);
        let mut counts = BTreeMap::new();
        places.each(|callsite, count| *counts.entry(callsite.and_then(|c| c.line())).or_insert(0) += count);
        let known = (0..384).map(|line| (Some(line), 2));
        assert_eq!(counts, known.chain([(None, 2 * (500 - 384) + 1)]).collect());
    }
}
