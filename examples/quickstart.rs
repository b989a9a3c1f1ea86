//! The same events, without and with the boundary; then what was masked, and why.
//!
//! ```text
//! cargo run --example quickstart
//! ```

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};

use tracing::{Subscriber, info, info_span, warn};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_privacy::observe::{Decision, Observer};
use tracing_subscriber::layer::SubscriberExt;

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/redaction-rules.toml");

fn main() -> Result<(), Box<dyn Error>> {
    // The same layers twice. The only difference is `with_privacy`.
    let without = Lines::default();
    tracing::subscriber::with_default(text_log(&without), work);

    let trail = Trail::default();
    let policy = Policy::builder().rules_file(RULES).observer(trail.clone()).build()?;
    let with = Lines::default();
    tracing::subscriber::with_default(text_log(&with).with_privacy(policy), work);

    show_both(&without.take(), &with.take());
    trail.show();
    println!("\nThe rules are in redaction-rules.toml: change them and run this again.");
    Ok(())
}

/// What an application does all day. None of these lines takes any care.
fn work() {
    info!(password = "hunter2", attempt = 1, "signing in");
    info_span!("reset", email = "jane.doe@example.com").in_scope(|| info!("link sent"));
    // privacy:allow sensitive_struct none of these lines takes any care
    info!(account = ?Account { id: 17, api_key: "k-93f1c2".into(), plan: "basic" }, "loaded");
    info!(body = %r#"{"card":"4111 1111 1111 1111","cents":1200}"#, "paying");
    warn!("retrying https://api.example.com/v1?page=2&token=s3cr3t-t0ken");
    info!(order = 4711, items = 3, "shipped");
}

/// Logged with `?account`: only `Debug` reads the fields.
#[derive(Debug)]
#[allow(dead_code, reason = "read by Debug")]
struct Account {
    id: u64,
    api_key: String,
    plan: &'static str,
}

fn text_log(lines: &Lines) -> impl Subscriber + Send + Sync + use<> {
    let lines = lines.clone();
    let text = tracing_subscriber::fmt::layer()
        .compact()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .with_writer(move || lines.clone());
    tracing_subscriber::registry().with(text)
}

/// A log in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn take(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.0.lock().expect("no thread panicked while it wrote"));
        String::from_utf8_lossy(&text).lines().map(|line| line.trim().to_owned()).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no thread panicked while it wrote").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what the boundary decided. A decision holds names, never a value.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<Vec<[String; 5]>>>);

impl Observer for Trail {
    fn decided(&self, decision: &Decision<'_>) {
        let row = [
            if decision.field.is_empty() { "(text)" } else { decision.field },
            decision.rule,
            decision.category.as_str(),
            decision.class.as_str(),
            decision.masker,
        ];
        self.0.lock().expect("no thread panicked in here").push(row.map(str::to_owned));
    }
}

impl Trail {
    fn show(&self) {
        let heading = ["where", "rule", "category", "class", "masker"].map(str::to_owned);
        let rows = self.0.lock().expect("no thread panicked in here");
        println!("\nWhat was masked, and why ({} values):\n", rows.len());
        let all = || std::iter::once(&heading).chain(rows.iter());
        let widths: [usize; 5] = std::array::from_fn(|column| all().map(|row| row[column].len()).max().unwrap_or(0));
        for row in all() {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("  {}", cells.join("  ").trim_end());
        }
    }
}

/// Side by side where the terminal is wide enough, else one above the other.
fn show_both(without: &[String], with: &[String]) {
    let widest = |lines: &[String]| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let left = widest(without);
    let terminal = terminal_size::terminal_size().map_or(0, |(width, _)| usize::from(width.0));
    if terminal >= left + widest(with) + 5 {
        println!("{:<left$}  │  WITH THE BOUNDARY", "WITHOUT THE BOUNDARY");
        for (without, with) in without.iter().zip(with) {
            println!("{without:<left$}  │  {with}");
        }
    } else {
        println!("Each event without the boundary (-) and with it (+); the same either way (=):\n");
        for (without, with) in without.iter().zip(with) {
            if without == with {
                println!("  = {with}");
            } else {
                println!("  - {without}\n  + {with}");
            }
        }
    }
}
