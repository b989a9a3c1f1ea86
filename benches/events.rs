//! What an event costs, from the macro to a writer that counts bytes: `cargo bench`, or `cargo bench -- --quick`.
//!
//! All contenders take turns within a round, each round measures all of them, and the medians of the rounds are shown:
//! whatever else the machine does hits all alike, so that the ratios are worth more than the nanoseconds.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing::{Dispatch, info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{Registry, fmt, registry};

fn main() {
    // Cargo itself passes `--bench`.
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, per_turn) = if quick { (21, Duration::from_millis(1)) } else { (101, Duration::from_millis(8)) };

    let contenders = contenders();
    for scenario in SCENARIOS {
        let medians = race(&contenders, scenario, rounds, per_turn);
        print!("{}", table(scenario, &contenders, &medians));
    }
}

struct Contender {
    name: &'static str,
    dispatch: Dispatch,
}

/// The one that the others are compared with.
const YARDSTICK: &str = "stock JSON";

fn contenders() -> Vec<Contender> {
    let stock_text = || fmt::layer().with_ansi(false).with_writer(CountBytes::new);
    let stock_json = || fmt::layer().json().with_writer(CountBytes::new);
    let our_json = || json_layer().with_writer(CountBytes::new);
    vec![
        Contender { name: "do nothing", dispatch: registry().with(DoNothing).into() },
        Contender { name: "stock text", dispatch: registry().with(stock_text()).into() },
        Contender { name: YARDSTICK, dispatch: registry().with(stock_json()).into() },
        Contender { name: "our JSON", dispatch: registry().with(our_json()).into() },
        Contender {
            name: "our JSON, masked",
            dispatch: registry().with(our_json()).with_privacy(Policy::builtin()).into(),
        },
        Contender {
            name: "stock JSON, masked",
            dispatch: registry().with(stock_json()).with_privacy(Policy::builtin()).into(),
        },
    ]
}

struct Scenario {
    name: &'static str,
    log: fn(&Request),
}

/// The sensitive values are documentation's: a reserved domain, an invented password.
const SCENARIOS: &[Scenario] = &[
    Scenario { name: "clean event in a span", log: log_clean },
    Scenario { name: "event with two sensitive spots in a span", log: log_sensitive },
    Scenario { name: "a new span with one clean event", log: log_in_new_span },
];

/// What a web service knows of a request.
struct Request {
    id: u64,
    method: &'static str,
    path: String,
    status: u16,
    bytes: u64,
    seconds: f64,
    cached: bool,
    user: String,
}

impl Request {
    fn example() -> Self {
        Self {
            id: 48_213,
            method: "POST",
            path: "/api/v1/orders".to_owned(),
            status: 201,
            bytes: 18_204,
            seconds: 0.034_512,
            cached: false,
            user: "jane.doe@example.com".to_owned(),
        }
    }

    fn span(&self) -> tracing::Span {
        info_span!("request", id = self.id, method = self.method, path = %self.path)
    }
}

fn log_clean(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        stage = ?request.method,
        "finished {} in {} steps",
        request.path,
        3,
    );
}

fn log_sensitive(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        contact = request.user.as_str(),
        password = "correct horse battery",
        "finished {} in {} steps",
        request.path,
        3,
    );
}

fn log_in_new_span(request: &Request) {
    request.span().in_scope(|| log_clean(request));
}

/// The median time of one event, in nanoseconds, for each contender.
fn race(contenders: &[Contender], scenario: &Scenario, rounds: usize, per_turn: Duration) -> Vec<f64> {
    let request = Request::example();
    let turn = |contender: &Contender, calls: u32| {
        tracing::dispatcher::with_default(&contender.dispatch, || {
            request.span().in_scope(|| {
                let start = Instant::now();
                for _ in 0..calls {
                    (scenario.log)(black_box(&request));
                }
                start.elapsed()
            })
        })
    };

    // As many calls as the slowest makes in its turn; it warms everything up as well.
    let calls = contenders.iter().map(|contender| {
        let trial = 2_000;
        let took = turn(contender, trial).max(Duration::from_nanos(1));
        (f64::from(trial) * per_turn.as_secs_f64() / took.as_secs_f64()) as u32
    });
    let calls = calls.min().unwrap_or_default().max(100);

    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..rounds {
        // Each round begins with another one, so that none always follows the same.
        for place in 0..contenders.len() {
            let index = (round + place) % contenders.len();
            times[index].push(turn(&contenders[index], calls));
        }
    }
    times.into_iter().map(|times| median(times).as_nanos() as f64 / f64::from(calls)).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn table(scenario: &Scenario, contenders: &[Contender], medians: &[f64]) -> String {
    let yardstick = contenders.iter().zip(medians).find(|(contender, _)| contender.name == YARDSTICK);
    let yardstick = yardstick.map_or(f64::NAN, |(_, &median)| median);
    let mut out = format!("\n{:<42} {:>9} {:>14}\n", scenario.name, "ns/event", "of stock JSON");
    for (contender, median) in contenders.iter().zip(medians) {
        let _ = writeln!(out, "  {:<40} {median:>9.0} {:>14.2}", contender.name, median / yardstick);
    }
    out
}

/// Sees every span and event, and does nothing with it.
struct DoNothing;

impl Layer<Registry> for DoNothing {}

/// A writer that costs nothing, and that the compiler cannot see through.
struct CountBytes;

static BYTES: AtomicU64 = AtomicU64::new(0);

impl CountBytes {
    fn new() -> Self {
        Self
    }
}

impl io::Write for CountBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BYTES.fetch_add(black_box(bytes).len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
