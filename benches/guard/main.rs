//! How many instructions an event takes, or a record that is masked, compared with what it took: `just guard`.
//!
//! Nanoseconds depend on what else a machine does; instructions hardly do, so that even a few percent more are seen. They are
//! counted by `valgrind --tool=callgrind`, in which this program runs itself, and compared with `figures.toml`. The run fails
//! if one takes more than [`TOLERANCE`] above its figure. `just guard --write` writes new figures, `just guard WORD` counts
//! only the cases with that word in their names.
//!
//! Figures depend on compiler, C library and processor. Where these are others than those of the figures, it only warns. Where
//! there is no valgrind, it says so and measures nothing; with `REQUIRE_VALGRIND=1` that is a failure.

mod count;
mod figures;
#[allow(dead_code, reason = "the comparison with peers uses all of it")]
#[path = "../peers/src/record.rs"]
mod record;
#[allow(dead_code, reason = "the benchmark of events uses all of it")]
#[path = "../events/requests.rs"]
mod requests;
#[path = "../peers/src/rules.rs"]
mod rules;
#[allow(dead_code, reason = "the benchmark of events uses all of it")]
#[path = "../events/scenarios.rs"]
mod scenarios;

use std::process::ExitCode;

use self::figures::{Figures, Surroundings};

/// An event or a record may take so much more than its figure.
const TOLERANCE: f64 = 0.03;

fn main() -> ExitCode {
    // Cargo itself passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [count::INSIDE, word] => {
            count::run_inside(word);
            ExitCode::SUCCESS
        }
        [] => compare(""),
        ["--write"] => write(),
        [word] if !word.starts_with('-') => compare(word),
        _ => {
            eprintln!("usage: just guard [--write | WORD]");
            ExitCode::FAILURE
        }
    }
}

/// Compares the cases that have that word in their names.
fn compare(word: &str) -> ExitCode {
    let Some(counts) = count::instructions(word) else { return without_valgrind() };
    let known = match Figures::read() {
        Ok(known) => known,
        Err(error) => {
            eprintln!("{error}; `just guard --write` makes it");
            return ExitCode::FAILURE;
        }
    };
    let mut worse = 0;
    println!("{:<48} {:>12} {:>12} {:>8}", "instructions for one event or record", "figure", "now", "change");
    for (case, now) in &counts {
        let Some(figure) = known.instructions.get(case) else {
            println!("{case:<48} {:>12} {now:>12}           no figure: `just guard --write`", "–");
            worse += 1;
            continue;
        };
        let change = *now as f64 / *figure as f64 - 1.0;
        let verdict = match change {
            _ if change > TOLERANCE => "WORSE",
            _ if change < -TOLERANCE => "better: `just guard --write` keeps it so",
            _ => "",
        };
        worse += usize::from(change > TOLERANCE);
        println!("{case:<48} {figure:>12} {now:>12} {:>+7.1}% {verdict}", change * 100.0);
    }
    let wanted = known.instructions.keys().filter(|case| case.contains(word));
    for gone in wanted.filter(|case| !counts.iter().any(|(counted, _)| counted == *case)) {
        println!("{gone:<48} has a figure and was not counted: `just guard --write`");
        worse += 1;
    }
    if worse == 0 {
        println!("nothing takes over {:.0} % more", TOLERANCE * 100.0);
        return ExitCode::SUCCESS;
    }
    let here = Surroundings::here();
    if here != known.surroundings {
        println!("WARNING: {worse} of {} differ, but so do the surroundings:", counts.len());
        println!("  figures: {:?}\n  here:    {here:?}", known.surroundings);
        println!(
            "Nothing follows from that. `just guard --write` on an unchanged state gives figures to compare with."
        );
        return ExitCode::SUCCESS;
    }
    eprintln!("{worse} of {} are worse by over {:.0} %, or unknown", counts.len(), TOLERANCE * 100.0);
    ExitCode::FAILURE
}

fn write() -> ExitCode {
    let Some(counts) = count::instructions("") else { return without_valgrind() };
    let figures = Figures { surroundings: Surroundings::here(), instructions: counts.into_iter().collect() };
    match figures.write() {
        Ok(path) => {
            println!("written: {path}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn without_valgrind() -> ExitCode {
    println!("==================================================================");
    println!("SKIPPED: no instruction was counted, for valgrind is not installed");
    println!("==================================================================");
    let required = std::env::var_os("REQUIRE_VALGRIND").is_some_and(|value| value != "0");
    if required { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
