//! Linear time: what each byte costs in texts of 1 KB, 100 KB and 10 MB that are made to be expensive.
//!
//! `cargo bench --bench floods`; with `--quick`, the largest is 1 MB, and with a word behind it, only floods with that word in
//! their names. There are floods for each kind of document and disguise, of what values begin with, and for each pack: one of
//! all its examples, of what must not be found, of context words, of halves. Each rule has such floods of its own, up to 100 KB,
//! and on to the largest where a byte of those costs much more than one of 1 KB; only those that grow are printed. Last come
//! values of digits, of `@`, of `{`, of `"password":`, and output that a test searches for canaries. The run fails if a byte of
//! the largest text costs more than [`MOST_GROWTH`] times what one of 100 KB costs, or of 10 KB for the last two: quadratic time
//! would make that a hundred, or a thousand.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use tracing_privacy::Policy;
use tracing_privacy::testing::Canaries;

use crate::clock::processor_time;
use crate::packs::{Pack, packs};
use crate::tables::{BEGINNINGS, DOCUMENTS, OUTPUTS, VALUES};

#[path = "../events/clock.rs"]
mod clock;
mod packs;
mod tables;

const SMALL: usize = 1 << 10;
const MEDIUM: usize = 100 << 10;
const LARGE: usize = 10 << 20;
const LARGE_WHEN_QUICK: usize = 1 << 20;

/// So much more may a byte of the largest text cost than one of 100 KB. From 1 KB on there are steps: regexes have faster
/// engines for short texts.
const MOST_GROWTH: f64 = 3.0;
/// Shorter times are measured again and again, until they add up to so much.
const LEAST_TIME: Duration = Duration::from_millis(4);
/// What looks like growth is measured so many times, for other programs run, too.
const MOST_TRIES: usize = 8;

/// A text of any length: `head`, then `unit` as often as fits, then `tail`.
struct Flood {
    name: String,
    head: String,
    unit: String,
    tail: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    let wanted = |flood: &Flood| only.is_none_or(|word| flood.name.contains(word.as_str()));
    let policy = Policy::builder().include_all().build().expect("all packs compile");
    let packs = packs();
    let large = if quick { LARGE_WHEN_QUICK } else { LARGE };

    let documents = DOCUMENTS.iter().map(Flood::document);
    let beginnings =
        BEGINNINGS.iter().filter_map(|unit| Flood::of(format!("beginnings: {unit:?}"), (*unit).to_owned()));
    let of_packs = packs.iter().flat_map(Pack::floods);
    let floods: Vec<Flood> = documents.chain(beginnings).chain(of_packs).filter(wanted).collect();
    println!("nanoseconds per byte");
    println!("{:<52} {:>8} {:>8} {:>5} MB {:>14}", "flood", "1 KB", "100 KB", large >> 20, "largest : 1 KB");
    let mut growing: Vec<&str> = Vec::new();
    for flood in &floods {
        let mut costs = Costs::default();
        costs.measure(&policy, flood, large);
        costs.print(flood);
        growing.extend(costs.grow().then_some(flood.name.as_str()));
    }
    let rules: Vec<Flood> = packs.iter().flat_map(Pack::rule_floods).filter(wanted).collect();
    println!("\n{} floods of single rules; those that grow:", rules.len());
    for flood in &rules {
        let mut costs = Costs::default();
        costs.measure_while_growing(&policy, flood, large);
        if costs.grow() {
            costs.print(flood);
            growing.push(&flood.name);
        }
    }
    let values: Vec<Flood> = VALUES.iter().map(|unit| Flood::of_value(unit)).filter(wanted).collect();
    println!("\nvalues that are one thing again and again, by each byte in nanoseconds");
    println!("{:<52} {:>8} {:>5} MB {:>15}", "value", "10 KB", large >> 20, "largest : 10 KB");
    let grown = values.iter().filter(|flood| growth(flood, large, |text| time_per_byte(&policy, text)) > MOST_GROWTH);
    growing.extend(grown.map(|flood| flood.name.as_str()));
    let outputs: Vec<Flood> = OUTPUTS.iter().map(Flood::document).filter(wanted).collect();
    println!("\nwhat canaries are searched for in");
    let canaries = Canaries::new(["hunter2-canary"]);
    let search = |text: &str| nanoseconds(|| drop(black_box(canaries.find(text.as_bytes())))) / text.len() as f64;
    growing.extend(
        outputs.iter().filter(|flood| growth(flood, large, search) > MOST_GROWTH).map(|flood| flood.name.as_str()),
    );
    let all = floods.len() + rules.len() + values.len() + outputs.len();
    println!("\n{} of {all} floods grow", growing.len());
    for name in &growing {
        println!("    {name}");
    }
    if growing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a byte costs in a small, a middle and a large text, in nanoseconds.
#[derive(Default)]
struct Costs {
    small: f64,
    medium: f64,
    large: f64,
}

impl Costs {
    fn measure(&mut self, policy: &Policy, flood: &Flood, large: usize) {
        self.small = time_per_byte(policy, &flood.text(SMALL));
        self.medium = time_per_byte(policy, &flood.text(MEDIUM));
        let large = flood.text(large);
        self.large = time_per_byte(policy, &large);
        for _ in 1..MOST_TRIES {
            if !self.grow() {
                return;
            }
            // Both again, one right after the other: a machine that is shared may have become slower between the two.
            self.medium = time_per_byte(policy, &flood.text(MEDIUM));
            self.large = time_per_byte(policy, &large);
        }
    }

    /// Measures large texts only where the middle one costs more than the small one.
    fn measure_while_growing(&mut self, policy: &Policy, flood: &Flood, large: usize) {
        self.small = time_per_byte(policy, &flood.text(SMALL));
        self.medium = time_per_byte(policy, &flood.text(MEDIUM));
        if self.medium > self.small * MOST_GROWTH / 2.0 {
            self.measure(policy, flood, large);
        }
    }

    fn grow(&self) -> bool {
        self.large > self.medium * MOST_GROWTH
    }

    fn print(&self, flood: &Flood) {
        let Self { small, medium, large } = self;
        let (ratio, mark) = (large / small, if self.grow() { "  grows" } else { "" });
        println!("{:<52} {small:>8.1} {medium:>8.1} {large:>8.1} {ratio:>14.2}{mark}", flood.name);
    }
}

/// Nanoseconds that masking takes.
fn time_per_byte(policy: &Policy, text: &str) -> f64 {
    let mut out = Vec::with_capacity(2 * text.len());
    let mut mask = || {
        out.clear();
        policy.sanitize_line(black_box(text.as_bytes()), &mut out);
        black_box(&out);
    };
    if text.len() <= LARGE_WHEN_QUICK {
        // What a thread learns of the automata when it first needs it is not a cost of the text, nor what the system takes to give memory.
        mask();
    }
    nanoseconds(mask) / text.len() as f64
}

/// How long that takes.
fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let start = processor_time();
    let mut runs = 0;
    while runs == 0 || processor_time() - start < LEAST_TIME {
        work();
        runs += 1;
    }
    (processor_time() - start).as_secs_f64() * 1e9 / f64::from(runs)
}

/// Prints what a byte costs in a text of 10 KB and in the largest; gives how much more in the second.
fn growth(flood: &Flood, large: usize, time_per_byte: impl Fn(&str) -> f64) -> f64 {
    let (small, large) = (flood.text(10 << 10), flood.text(large));
    let mut ratio = f64::INFINITY;
    for _ in 0..MOST_TRIES {
        let [small, large] = [&small, &large].map(|text| time_per_byte(text));
        ratio = large / small;
        if ratio <= MOST_GROWTH {
            println!("{:<52} {small:>8.1} {large:>8.1} {ratio:>15.2}", flood.name);
            return ratio;
        }
    }
    println!("{:<52} grows {ratio:.2} times", flood.name);
    ratio
}

impl Flood {
    fn of_value(unit: &str) -> Self {
        Self { name: format!("value of {unit}"), head: String::new(), unit: unit.to_owned(), tail: String::new() }
    }

    fn document([kind, name, head, unit, tail]: &[&str; 5]) -> Self {
        let [head, unit, tail] = [head, unit, tail].map(|text| (*text).to_owned());
        Self { name: format!("{kind}: {name}"), head, unit, tail }
    }

    fn of(name: String, unit: String) -> Option<Self> {
        (!unit.trim().is_empty()).then_some(Self { name, head: String::new(), unit, tail: String::new() })
    }

    /// A text of about that size, of whole units, so that all sizes end alike: what is broken at its end may cost three times
    /// as much. Only a unit that is longer than the text is cut.
    fn text(&self, size: usize) -> String {
        let units = size.saturating_sub(self.head.len()) / self.unit.len();
        let middle = if units == 0 { cut(&self.unit, size).to_owned() } else { self.unit.repeat(units) };
        format!("{}{middle}{}", self.head, self.tail)
    }
}

/// At most so many bytes of it, from its start.
fn cut(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}
