//! Contenders take turns: whatever else the machine does hits all alike, so that ratios are worth more than nanoseconds.

use std::hint::black_box;
use std::time::Duration;

use crate::clock::processor_time;
use crate::contenders::Contender;
use crate::requests::Request;
use crate::scenarios::Scenario;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// In each, every contender has a turn.
    pub rounds: usize,
    /// How long the slowest works in its turn.
    pub turn: Duration,
}

/// The median time of one event, in nanoseconds, for each contender.
pub fn race(contenders: &[Contender], scenario: &Scenario, requests: &[Request], effort: Effort) -> Vec<f64> {
    let cycles = contenders.iter().map(|contender| {
        // It warms everything up as well.
        let trial = turn(contender, scenario, requests, 2).max(Duration::from_nanos(1));
        (2.0 * effort.turn.as_secs_f64() / trial.as_secs_f64()) as usize
    });
    let cycles = cycles.min().unwrap_or_default().max(1);

    let mut times = vec![Vec::with_capacity(effort.rounds); contenders.len()];
    for round in 0..effort.rounds {
        // Each round begins with another one, so that none always follows the same.
        for place in 0..contenders.len() {
            let index = (round + place) % contenders.len();
            times[index].push(turn(&contenders[index], scenario, requests, cycles));
        }
    }
    let events = (cycles * requests.len()) as f64;
    times.into_iter().map(|times| median(times).as_nanos() as f64 / events).collect()
}

/// The processor time that all requests take, so many times.
fn turn(contender: &Contender, scenario: &Scenario, requests: &[Request], cycles: usize) -> Duration {
    tracing::dispatcher::with_default(&contender.dispatch, || {
        let spans = scenario.enter(&requests[0]);
        let start = processor_time();
        for _ in 0..cycles {
            for request in requests {
                (scenario.log)(black_box(request));
            }
        }
        let took = processor_time() - start;
        spans.into_iter().rev().for_each(drop);
        took
    })
}

/// The middle one.
pub fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).expect("times are numbers"));
    values[values.len() / 2]
}
