//! Compares masking one record with peers from the registry, in one run: `just peers`.
//!
//! All contenders take turns within a round, each round measures all of them, and the medians of the rounds are shown.
//! Before anything is measured, each must have masked all seven values, and nothing else of the record.

mod contenders;
mod record;
mod rules;

use std::hint::black_box;
use std::time::{Duration, Instant};

use contenders::{Contender, DdSds, Ours, ReplaceAll, Vrl};

const ROUNDS: usize = 61;
const PER_TURN: Duration = Duration::from_millis(5);

/// What a record may cost, of what it costs the fastest peer.
const MOST_OF_FASTEST: f64 = 0.25;

type Named = (&'static str, Box<dyn Contender>);

fn main() {
    for (form, record, is_json) in [("text", record::text(), false), ("JSON", record::json(), true)] {
        for count in [7, 100] {
            let rules = rules::rules(count);
            let vrl = if is_json { Vrl::json(&rules) } else { Vrl::text(&rules) };
            let mut contenders: Vec<Named> = vec![
                ("tracing-privacy", Box::new(Ours::new(&rules))),
                ("vrl redact", Box::new(vrl)),
                ("dd-sds", Box::new(DdSds::new(&rules, is_json))),
                ("regex replace_all", Box::new(ReplaceAll::new(&rules))),
                ("tracing-privacy, all packs", Box::new(Ours::all_packs())),
            ];
            for (name, contender) in &mut contenders {
                let masked = contender.mask(&record);
                let shown = record::SECRETS.iter().position(|secret| masked.contains(secret));
                assert!(shown.is_none(), "{name} shows value {shown:?} of the record");
                let kept = ["checkout::payment", "48213", "the worker took the next batch from the queue"];
                assert!(kept.iter().all(|part| masked.contains(part)), "{name} masks what it should not");
                assert_eq!(
                    serde_json::from_str::<serde_json::Value>(&masked).is_ok(),
                    is_json,
                    "{name} breaks the form"
                );
            }
            println!("\n{form}, {} bytes, 7 values, {count} rules", record.len());
            let medians = race(&mut contenders, &record);
            print_table(&contenders, &medians);
        }
    }
}

/// The median time of each contender for one record, in nanoseconds.
fn race(contenders: &mut [Named], record: &str) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for round in 0..ROUNDS {
        // Each round begins with another one, so that none always follows the same.
        for place in 0..contenders.len() {
            let index = (round + place) % contenders.len();
            times[index].push(turn(&mut *contenders[index].1, record));
        }
    }
    times.into_iter().map(median).collect()
}

/// The mean time for one record over a short while.
fn turn(contender: &mut dyn Contender, record: &str) -> f64 {
    let (start, mut records) = (Instant::now(), 0);
    while start.elapsed() < PER_TURN {
        for _ in 0..16 {
            black_box(contender.mask(black_box(record)));
        }
        records += 16;
    }
    start.elapsed().as_nanos() as f64 / f64::from(records)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Medians, and how they compare with the fastest peer.
fn print_table(contenders: &[Named], medians: &[f64]) {
    let peers = contenders.iter().zip(medians).filter(|((name, _), _)| !name.starts_with("tracing-privacy"));
    let fastest = peers.map(|(_, median)| *median).fold(f64::INFINITY, f64::min);
    println!("{:<28} {:>10} {:>24}", "", "one record", "of the fastest peer");
    for ((name, _), median) in contenders.iter().zip(medians) {
        println!("{name:<28} {:>7.2} µs {:>24.2}", median / 1000.0, median / fastest);
    }
    let verdict = if medians[0] <= fastest * MOST_OF_FASTEST { "met" } else { "MISSED" };
    println!("at most {MOST_OF_FASTEST} of the fastest peer: {verdict}");
}
