//! Counting, in callgrind.

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::Command;

use tracing::Dispatch;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{fmt, registry};

use crate::record;
use crate::requests::{Request, requests};
use crate::rules;
use crate::scenarios::{CLEAN, ENABLED, REFUSED, Scenario, TWO_SPOTS};

/// What this program is told when it runs in callgrind, with the word that selects cases behind it.
pub const INSIDE: &str = "--inside-callgrind";
/// The function whose instructions are counted, with all that it calls.
const COUNTED: &str = "*count::log_all*";
/// Before each call of this one, callgrind writes a file.
const BETWEEN: &str = "*count::between*";
/// As many as make the mean steady, and no more: callgrind is slow.
const EVENTS: usize = 100;

/// The instructions of one event, for each case with that word in its name; `None` where there is no valgrind.
///
/// This program runs all of them in one callgrind, which writes a file after each.
pub fn instructions(word: &str) -> Option<Vec<(String, u64)>> {
    Command::new("valgrind").arg("--version").output().ok().filter(|output| output.status.success())?;
    let directory = tempfile::tempdir().expect("there is room for files");
    let out = directory.path().join("counts");
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args([format!("--toggle-collect={COUNTED}"), format!("--dump-before={BETWEEN}")])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("this program has a file"))
        .args([INSIDE, word])
        .status();
    assert!(valgrind.is_ok_and(|status| status.success()), "callgrind did not run to its end");
    let count = |(number, case): (usize, Case)| {
        (case.name(), total(&out.with_extension((number + 1).to_string())) / EVENTS as u64)
    };
    Some(cases(word).enumerate().map(count).collect())
}

/// The instructions in one of callgrind's files.
fn total(file: &Path) -> u64 {
    let text = std::fs::read_to_string(file).expect("callgrind writes a file before each call of `between`");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|total| total.trim().parse().ok()).expect("its file has a total");
    assert!(total > 0, "callgrind finds `{COUNTED}`");
    total
}

/// Runs the cases with that word in their names, in callgrind.
pub fn run_inside(word: &str) {
    let requests = requests();
    for case in cases(word) {
        case.run(&requests);
        between();
    }
}

/// Called where callgrind shall write what it has counted.
#[inline(never)]
fn between() {
    black_box(());
}

/// Does each of `all`, and counts what is done to the last [`EVENTS`] of them. Those before fill buffers and plans, make
/// whatever is built lazily, and are remembered.
fn count<T>(all: &[T], each: impl Fn(&T)) {
    let (before, counted) = all.split_at(all.len() - EVENTS);
    for one in before {
        each(one);
    }
    log_all(counted, each);
}

#[inline(never)]
fn log_all<T>(all: &[T], each: impl Fn(&T)) {
    for one in all {
        each(black_box(one));
    }
}

/// What is counted, under its name.
enum Case {
    /// What is logged to a subscriber.
    Event { contender: &'static str, subscriber: fn() -> Dispatch, scenario: &'static Scenario },
    /// The record of the comparison with peers, as text and as JSON, masked with so many rules that are not built in.
    Record { form: &'static str, record: fn() -> String, rules: usize },
}

impl Case {
    fn name(&self) -> String {
        match self {
            Self::Event { contender, scenario, .. } => format!("{contender}: {}", scenario.name),
            Self::Record { form, rules, .. } => format!("record of the peers, {form}: {rules} rules"),
        }
    }

    fn run(&self, requests: &[Request]) {
        match self {
            Self::Event { subscriber, scenario, .. } => tracing::dispatcher::with_default(&subscriber(), || {
                let spans = scenario.enter(&requests[requests.len() - EVENTS]);
                count(requests, scenario.log);
                spans.into_iter().rev().for_each(drop);
            }),
            Self::Record { record, rules, .. } => {
                let pattern = |(name, regex)| format!("[[pattern]]\nname = '{name}'\nregex = '{regex}'\n");
                let file: String = rules::rules(*rules).into_iter().map(pattern).collect();
                let policy: Policy = format!("version = 1\n{file}").parse().expect("the rules are good");
                count(&vec![record(); 2 * EVENTS], |record| drop(black_box(policy.sanitize_text(record))));
            }
        }
    }
}

fn cases(word: &str) -> impl Iterator<Item = Case> {
    let masked = |scenario| Case::Event { contender: "our JSON, masked", subscriber: our_json_masked, scenario };
    let mut cases: Vec<Case> = ENABLED.iter().map(masked).collect();
    cases.extend([
        Case::Event { contender: "our JSON, no policy", subscriber: our_json, scenario: &CLEAN },
        Case::Event { contender: "stock JSON, masked", subscriber: stock_json_masked, scenario: &CLEAN },
        Case::Event { contender: "boundary alone", subscriber: boundary_alone, scenario: &CLEAN },
        Case::Event { contender: "boundary alone", subscriber: boundary_alone, scenario: &TWO_SPOTS },
        Case::Event { contender: "our JSON, masked", subscriber: filtered, scenario: &REFUSED },
        Case::Record { form: "text", record: record::text, rules: 7 },
        Case::Record { form: "text", record: record::text, rules: 100 },
        Case::Record { form: "JSON", record: record::json, rules: 7 },
        Case::Record { form: "JSON", record: record::json, rules: 100 },
    ]);
    cases.into_iter().filter(move |case| case.name().contains(word))
}

fn our_json() -> Dispatch {
    registry().with(json_layer().with_writer(|| Nowhere)).into()
}

fn our_json_masked() -> Dispatch {
    registry().with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin()).into()
}

fn stock_json_masked() -> Dispatch {
    registry().with(fmt::layer().json().with_writer(|| Nowhere)).with_privacy(Policy::builtin()).into()
}

fn boundary_alone() -> Dispatch {
    registry().with(DoNothing).with_privacy(Policy::builtin()).into()
}

fn filtered() -> Dispatch {
    let filter = tracing_subscriber::filter::dynamic_filter_fn(|metadata, _| *metadata.level() <= LevelFilter::INFO);
    registry().with(filter).with(json_layer().with_writer(|| Nowhere)).with_privacy(Policy::builtin()).into()
}

struct DoNothing;

impl<S: tracing::Subscriber> Layer<S> for DoNothing {}

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
