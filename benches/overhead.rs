//! What counters and the decision trail cost of an event: `cargo bench --bench overhead`, or with `-- --quick`.
//!
//! The same events go through the same boundary with a policy that neither counts nor tells, with one that counts, and with one
//! that also keeps a trail. All take turns of half a millisecond; each turn is compared with the turn of the first right beside it, and the
//! median of these ratios is shown, so that what else the machine does hits both alike.

use std::hint::black_box;
use std::io;
use std::time::{Duration, Instant};

use tracing::{Dispatch, info};
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_privacy::observe::trail::Trail;
use tracing_privacy::{Policy, PolicyBuilder};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{fmt, registry};

/// What was asked for.
const MOST: f64 = 1.05;

fn main() -> io::Result<()> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 201 } else { 6001 };
    let directory = tempfile::tempdir()?;
    println!("of an event without them; at most {MOST:.2} was asked for\n");
    println!("{:<58} {:>9} {:>9} {:>18}", "", "ns/event", "counters", "counters and trail");
    for (output, json) in [("our JSON", true), ("stock JSON", false)] {
        let trail = Trail::open(directory.path().join(output))?;
        let dispatch = |policy: PolicyBuilder| dispatch(json, &policy.build().expect("the packs are good"));
        let builder = || Policy::builder().include_all();
        let contenders =
            [dispatch(builder().uncounted()), dispatch(builder()), dispatch(builder().observer(trail.clone()))];
        for (name, log) in SCENARIOS {
            let Ratios { first, others } = race(&contenders, *log, rounds);
            println!("{:<58} {first:>9.0} {:>9.3} {:>18.3}", format!("{output}: {name}"), others[0], others[1]);
        }
    }
    Ok(())
}

fn dispatch(json: bool, policy: &Policy) -> Dispatch {
    match json {
        true => registry().with(json_layer().with_writer(io::sink)).with_privacy(policy).into(),
        false => registry().with(fmt::layer().json().with_writer(io::sink)).with_privacy(policy).into(),
    }
}

type Scenario = (&'static str, fn());

/// The sensitive values are documentation's: a reserved domain, an invented password.
const SCENARIOS: &[Scenario] = &[
    ("clean event", || {
        info!(
            status = black_box(201),
            bytes = black_box(18_204),
            seconds = black_box(0.034_512),
            cached = false,
            region = black_box("eu-central-1"),
            stage = ?black_box("POST"),
            "finished {} in {} steps",
            black_box("/api/v1/orders"),
            black_box(3),
        );
    }),
    ("event with two sensitive values", || {
        info!(
            status = black_box(201),
            bytes = black_box(18_204),
            seconds = black_box(0.034_512),
            cached = false,
            contact = black_box("jane.doe@example.com"),
            password = black_box("correct horse battery"),
            "finished {} in {} steps",
            black_box("/api/v1/orders"),
            black_box(3),
        );
    }),
];

struct Ratios {
    /// Nanoseconds of one event of the first.
    first: f64,
    others: Vec<f64>,
}

fn race(contenders: &[Dispatch], log: fn(), rounds: usize) -> Ratios {
    let turn = |contender: &Dispatch, calls: u32| {
        tracing::dispatcher::with_default(contender, || {
            let start = Instant::now();
            (0..calls).for_each(|_| log());
            start.elapsed()
        })
    };
    let mut calls = 100;
    while contenders.iter().map(|contender| turn(contender, calls)).max() < Some(Duration::from_micros(500)) {
        calls *= 2;
    }
    let mut times = Vec::with_capacity(rounds);
    let mut ratios = vec![Vec::with_capacity(rounds); contenders.len() - 1];
    for round in 0..rounds {
        for (other, ratios) in contenders[1..].iter().zip(&mut ratios) {
            // Each goes first in every other round.
            let (first, second) = if round % 2 == 0 { (&contenders[0], other) } else { (other, &contenders[0]) };
            let (first, second) = (turn(first, calls), turn(second, calls));
            let (without, with) = if round % 2 == 0 { (first, second) } else { (second, first) };
            times.push(without.as_nanos() as f64 / f64::from(calls));
            ratios.push(with.as_secs_f64() / without.as_secs_f64());
        }
    }
    Ratios { first: median(times), others: ratios.into_iter().map(median).collect() }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
