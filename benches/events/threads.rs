//! Two threads that log through one subscriber, and what it costs that they do.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::clock::processor_time;
use crate::contenders::Contender;
use crate::race::{Effort, median};
use crate::requests::Request;
use crate::scenarios::Scenario;

/// How two threads compare with one.
#[derive(Clone, Copy)]
pub struct Scaling {
    /// Events per second of one thread.
    pub one: f64,
    /// Events per second of two threads together.
    pub two: f64,
    /// How much more two get done than one, by the clock: the median of the rounds' ratios.
    pub by_clock: f64,
    /// The same by the processor time that an event takes, so that other programs matter less: what threads cost each other.
    pub by_processor_time: f64,
}

/// Measures each contender, with one thread and two in turns.
pub fn scaling(contenders: &[Contender], scenario: &Scenario, requests: &[Request], effort: Effort) -> Vec<Scaling> {
    let measure = |contender: &Contender| {
        let trial = run(contender, scenario, requests, 1, 2);
        let cycles = ((2.0 * effort.turn.as_secs_f64() / trial.took.as_secs_f64()) as usize).max(1);
        let rounds: Vec<_> = (0..effort.rounds)
            .map(|_| [1, 2].map(|threads| run(contender, scenario, requests, threads, cycles)))
            .collect();
        let events = (cycles * requests.len()) as f64;
        let rate = |threads: usize| {
            let took = median(rounds.iter().map(|round| round[threads - 1].took).collect());
            events * threads as f64 / took.as_secs_f64()
        };
        let ratio = |one: Duration, two: Duration| 2.0 * one.as_secs_f64() / two.as_secs_f64();
        Scaling {
            one: rate(1),
            two: rate(2),
            by_clock: median(rounds.iter().map(|[one, two]| ratio(one.took, two.took)).collect()),
            by_processor_time: median(rounds.iter().map(|[one, two]| ratio(one.worked, two.worked)).collect()),
        }
    };
    contenders.iter().map(measure).collect()
}

struct Run {
    /// From the start of all to the end of the last, by the clock.
    took: Duration,
    /// The processor time of a thread, the mean of all.
    worked: Duration,
}

/// Each of so many threads logs all requests so many times.
fn run(contender: &Contender, scenario: &Scenario, requests: &[Request], threads: u32, cycles: usize) -> Run {
    let barrier = Barrier::new(threads as usize);
    let work = || {
        tracing::dispatcher::with_default(&contender.dispatch, || {
            let spans = scenario.enter(&requests[0]);
            // Buffers and plans of this thread.
            requests.iter().for_each(scenario.log);
            barrier.wait();
            let (start, before) = (Instant::now(), processor_time());
            for _ in 0..cycles {
                for request in requests {
                    (scenario.log)(black_box(request));
                }
            }
            let (end, worked) = (Instant::now(), processor_time() - before);
            spans.into_iter().rev().for_each(drop);
            (start, end, worked)
        })
    };
    let times: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("logging does not panic")).collect()
    });
    let start = times.iter().map(|(start, ..)| *start).min();
    let end = times.iter().map(|(_, end, _)| *end).max();
    let took = start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start);
    Run { took, worked: times.iter().map(|(.., worked)| *worked).sum::<Duration>() / threads }
}
