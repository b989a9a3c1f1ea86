//! In steady state, neither our JSON nor the boundary allocates anything for an event.
//! A binary of its own: the allocator is the whole program's.
//!
//! The events are those of the benchmark: of made-up requests, none like the one before.

#[path = "allocations/counting.rs"]
mod counting;
#[path = "../benches/events/requests.rs"]
mod requests;
#[allow(dead_code, reason = "the benchmark uses all of it")]
#[path = "../benches/events/scenarios.rs"]
mod scenarios;

use std::hint::black_box;
use std::io;

use tracing::{Dispatch, info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{fmt, registry};

use self::counting::allocations_of;
use self::requests::requests;
use self::scenarios::{ENABLED, NEW_SPAN, Scenario};

#[test]
fn our_json_allocates_nothing() {
    let subscriber = Dispatch::new(registry().with(json_layer().with_writer(|| Nowhere)));
    for scenario in in_open_spans() {
        assert_eq!(allocations_in(&subscriber, scenario), 0, "{}", scenario.name);
    }
}

#[test]
fn our_json_behind_a_boundary_allocates_nothing() {
    let subscriber = registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin());
    let subscriber = Dispatch::new(subscriber);
    for scenario in in_open_spans() {
        assert_eq!(allocations_in(&subscriber, scenario), 0, "{}", scenario.name);
    }
}

#[test]
fn the_boundary_allocates_nothing() {
    let subscriber = Dispatch::new(registry().with(Reads).with_privacy(Policy::builtin()));
    for scenario in ENABLED {
        assert_eq!(allocations_in(&subscriber, scenario), 0, "{}", scenario.name);
    }
}

/// A span's formatted fields are stored by `tracing-subscriber`, in memory of their own.
#[test]
fn a_new_span_behind_a_boundary_allocates_no_more_than_without() {
    let without = Dispatch::new(registry().with(json_layer().with_writer(|| Nowhere)));
    let behind = registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin());
    let without = allocations_in(&without, &NEW_SPAN);
    assert_eq!(allocations_in(&Dispatch::new(behind), &NEW_SPAN), without);
}

/// Of all kinds of values, escaped and not.
#[test]
fn no_kind_of_value_allocates() {
    let subscriber = registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin());
    let log = || {
        let path = black_box("/orders?page=\"2\"\n");
        info!(
            status = 200_u16,
            seconds = 0.0345,
            cached = false,
            wide = u128::MAX,
            bytes = &b"raw"[..],
            path,
            stage = ?Some(path),
            "finished {path} in {} steps",
            3
        );
    };
    tracing::subscriber::with_default(subscriber, || {
        let _outer = info_span!("request", id = 7, method = "GET", path = %"/orders").entered();
        let _inner = info_span!("query", table = "orders").entered();
        // The first ones grow the thread's buffers.
        (0..3).for_each(|_| log());
        assert_eq!(allocations_of(|| (0..1000).for_each(|_| log())), 0);
    });
}

#[test]
fn a_value_that_is_read_with_its_name_allocates_nothing() {
    let subscriber = registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin());
    let log = |n: u64| {
        let job = black_box(format_args!("job-{n}-of-many")).to_string();
        allocations_of(|| info!(user = job.as_str(), webhook_token = "k3jD8sLq0Zx7Wm2P4nAbR9", "queued"))
    };
    tracing::subscriber::with_default(subscriber, || {
        // The first ones grow the thread's buffers.
        assert!((1000..1010).map(log).sum::<u64>() > 0);
        assert_eq!((1010..1300).map(log).sum::<u64>(), 0);
    });
}

/// The counter counts: else the tests above would prove nothing.
#[test]
fn the_stock_formatter_allocates() {
    let subscriber = Dispatch::new(registry().with(fmt::layer().json().with_writer(|| Nowhere)));
    for scenario in ENABLED {
        assert!(allocations_in(&subscriber, scenario) >= EVENTS as u64, "{}", scenario.name);
    }
}

/// All but the one whose span is new each time.
fn in_open_spans() -> impl Iterator<Item = &'static Scenario> {
    ENABLED.iter().filter(|scenario| scenario.name != NEW_SPAN.name)
}

/// As many show it as a thousand do, and sooner.
const EVENTS: usize = 200;

/// How much one event of each request asks for.
fn allocations_in(subscriber: &Dispatch, scenario: &Scenario) -> u64 {
    let requests = &requests()[..EVENTS];
    tracing::dispatcher::with_default(subscriber, || {
        let spans = scenario.enter(&requests[0]);
        let log = || requests.iter().for_each(scenario.log);
        // The first ones grow the thread's buffers.
        (0..2).for_each(|_| log());
        let allocations = allocations_of(log);
        spans.into_iter().rev().for_each(drop);
        allocations
    })
}

/// Reads what it is given, and keeps nothing.
struct Reads;

impl<S: tracing::Subscriber> Layer<S> for Reads {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            black_box(value);
        });
    }
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
