//! In steady state, our JSON allocates nothing for an event. A binary of its own: the allocator is the whole program's.

#![allow(unsafe_code, reason = "a global allocator is an unsafe trait; this one only counts and passes on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::io;

use tracing::{info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{fmt, registry};

#[test]
fn an_event_allocates_nothing() {
    let subscriber = registry().with(json_layer().with_writer(|| Nowhere));
    tracing::subscriber::with_default(subscriber, || {
        let _outer = info_span!("request", id = 7, method = "GET", path = %"/orders").entered();
        let _inner = info_span!("query", table = "orders").entered();
        assert_eq!(allocations_of(log), 0);
    });
}

#[test]
fn an_event_behind_a_boundary_allocates_nothing() {
    let subscriber = registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin());
    tracing::subscriber::with_default(subscriber, || {
        let _span = info_span!("request", id = 7, method = "GET", path = %"/orders").entered();
        assert_eq!(allocations_of(log), 0);
    });
}

/// The counter counts: else the test above would prove nothing.
#[test]
fn the_stock_formatter_allocates() {
    let subscriber = registry().with(fmt::layer().json().with_writer(|| Nowhere));
    tracing::subscriber::with_default(subscriber, || {
        let _span = info_span!("request", id = 7, method = "GET", path = %"/orders").entered();
        assert!(allocations_of(log) >= EVENTS);
    });
}

fn log() {
    let path = black_box("/orders?page=\"2\"\n");
    info!(
        status = 200_u16,
        seconds = 0.0345,
        cached = false,
        wide = u128::MAX,
        path,
        stage = ?Some(path),
        "finished {path} in {} steps",
        3
    );
}

const EVENTS: u64 = 1000;

fn allocations_of(log: impl Fn()) -> u64 {
    // The first ones grow the thread's buffers.
    (0..3).for_each(|_| log());
    let before = ALLOCATIONS.get();
    (0..EVENTS).for_each(|_| log());
    ALLOCATIONS.get() - before
}

/// A writer that does nothing.
struct Nowhere;

impl io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

thread_local! {
    /// Of this thread, so that tests do not count each other's.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is passed on to the system's allocator as it is. Counting allocates nothing: the cell needs no
// initialisation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above; the pointer came from the system's allocator.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}
