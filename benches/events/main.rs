//! What an event costs, from the macro to a writer that does nothing: `cargo bench --bench events`.
//!
//! `-- --ratios` measures only what there are targets for, and prints whether they are met; `-- --quick` is a first look;
//! a word behind it selects scenarios. All contenders take turns within a round, each round measures all of them, and
//! medians are shown. Before that, each must have written what it should, and masked what it claims to mask.

mod check;
mod clock;
mod contenders;
mod observed;
mod policies;
mod race;
mod requests;
mod scenarios;
mod targets;
mod threads;

use std::time::Duration;

use self::contenders::{Contender, MASKED, Nowhere, OUR_JSON, STOCK_JSON, contenders};
use self::race::{Effort, race};
use self::requests::{Request, requests};
use self::scenarios::{CLEAN, DISABLED, ENABLED, REFUSED, Scenario, TWO_SPOTS};
use self::targets::{LEAST_SCALING, MOST_FOR_TRAIL, TARGETS, Target};

fn main() {
    // Cargo itself passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let word = arguments.iter().find(|argument| !argument.starts_with("--"));
    let effort = if has("--quick") {
        Effort { rounds: 7, turn: Duration::from_millis(3) }
    } else {
        Effort { rounds: 61, turn: Duration::from_millis(12) }
    };
    let mut bench = Bench { requests: requests(), effort, only_targets: has("--ratios"), results: Vec::new() };
    let wanted = |name: &str| word.is_none_or(|word| name.contains(word.as_str()));

    check::assert_fair(&bench.requests[..50]);
    for scenario in ENABLED.iter().filter(|scenario| wanted(scenario.name)) {
        bench.race(scenario, || contenders(&Nowhere::new));
    }
    for (scenario, contenders) in
        [(&DISABLED, contenders::of_level_info as fn() -> _), (&REFUSED, contenders::with_filter_that_is_asked)]
    {
        if wanted(scenario.name) {
            bench.race(scenario, contenders);
        }
    }
    bench.summary();
    if wanted("observed") {
        bench.observed();
    }
    if wanted("threads") {
        bench.threads();
    }
}

struct Bench {
    requests: Vec<Request>,
    effort: Effort,
    only_targets: bool,
    results: Vec<Measured>,
}

/// Nanoseconds for an event.
struct Measured {
    scenario: &'static str,
    contender: &'static str,
    time: f64,
}

impl Bench {
    fn race(&mut self, scenario: &Scenario, contenders: impl FnOnce() -> Vec<Contender>) {
        let targets = || TARGETS.iter().filter(|target| target.scenario == scenario.name);
        if self.only_targets && targets().next().is_none() {
            return;
        }
        let mut contenders = contenders();
        if self.only_targets {
            contenders.retain(|contender| targets().any(|target| [target.of, target.to].contains(&contender.name)));
        }
        let times = race(&contenders, scenario, &self.requests, self.effort);
        let named = || contenders.iter().map(|contender| contender.name).zip(&times);
        let yardstick = named().find(|(name, _)| *name == STOCK_JSON).map_or(f64::NAN, |(_, &time)| time);
        if !self.only_targets {
            println!("\n{:<40} {:>9} {:>14}", scenario.name, "ns/event", "of stock JSON");
            for (name, time) in named() {
                let digits = if *time < 20.0 { 2 } else { 0 };
                println!("  {name:<38} {time:>9.digits$} {:>14.2}", time / yardstick);
            }
        }
        self.results.extend(named().map(|(contender, &time)| Measured { scenario: scenario.name, contender, time }));
    }

    fn time(&self, scenario: &str, contender: &str) -> Option<f64> {
        let found =
            self.results.iter().find(|measured| (measured.scenario, measured.contender) == (scenario, contender));
        found.map(|measured| measured.time)
    }

    fn summary(&self) {
        println!("\nratios, and what they should be");
        for Target { scenario, of, to, at_most } in TARGETS {
            if let Some((of_time, to_time)) = self.time(scenario, of).zip(self.time(scenario, to)) {
                let ratio = of_time / to_time;
                targets::print(&format!("{scenario}: {of} / {to}"), ratio, *at_most, ratio <= *at_most, "at most");
            }
        }
    }

    /// What it costs that somebody is told of decisions.
    fn observed(&self) {
        let watched = observed::contenders();
        let times = race(&watched.contenders, &TWO_SPOTS, &self.requests, self.effort);
        println!("\n{:<40} {:>9} {:>14}", "two sensitive spots, observed", "ns/event", "of unobserved");
        for (contender, time) in watched.contenders.iter().zip(&times) {
            println!("  {:<38} {time:>9.0} {:>14.2}", contender.name, time / times[0]);
        }
        let ratio = times[times.len() - 1] / times[0];
        targets::print("with a decision trail / without", ratio, MOST_FOR_TRAIL, ratio <= MOST_FOR_TRAIL, "at most");
    }

    /// Two threads against one.
    fn threads(&self) {
        let mut contenders = contenders(&Nowhere::new);
        contenders.retain(|contender| [STOCK_JSON, OUR_JSON, MASKED].contains(&contender.name));
        for scenario in [CLEAN, TWO_SPOTS] {
            // Threads need longer turns than one thread, and more than one cycle of the scheduler.
            let effort = Effort { turn: self.effort.turn * 2, ..self.effort };
            let scaling = threads::scaling(&contenders, &scenario, &self.requests, effort);
            println!(
                "\n{:<40} {:>11} {:>11} {:>9} {:>18}",
                "two threads", "one, 1/s", "two, 1/s", "by clock", "by processor time"
            );
            for (contender, scaling) in contenders.iter().zip(&scaling) {
                println!(
                    "  {:<38} {:>11.0} {:>11.0} {:>9.2} {:>18.2}",
                    contender.name, scaling.one, scaling.two, scaling.by_clock, scaling.by_processor_time
                );
            }
            let masked = contenders.iter().zip(&scaling).find(|(contender, _)| contender.name == MASKED);
            if let Some((_, scaling)) = masked {
                // The clock tells the truth where nothing else runs; processor time wherever.
                for (by, ratio) in [("clock", scaling.by_clock), ("processor time", scaling.by_processor_time)] {
                    let what = format!("{}: {MASKED}, two threads / one, by {by}", scenario.name);
                    targets::print(&what, ratio, LEAST_SCALING, ratio >= LEAST_SCALING, "at least");
                }
            }
        }
    }
}
