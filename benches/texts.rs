//! What reading one text costs: with the first detectors, and with all packs.
//!
//! `cargo bench --bench texts`. Rounds of all contenders alternate, so that noise hits all alike; medians are printed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tracing_privacy::Policy;

/// The detectors of the first release, and as few keys as a small service has.
const FIRST: &str = r#"
version = 1

[[field]]
keys = ["password", "*_password", "api_key", "token", "email"]

[[pattern]]
name = "email"
detector = "email"
[[pattern]]
name = "phone"
detector = "phone"
[[pattern]]
name = "card"
detector = "card"
[[pattern]]
name = "iban"
detector = "iban"
[[pattern]]
name = "us_ssn"
detector = "us_ssn"
[[pattern]]
name = "ipv4"
detector = "ipv4"
[[pattern]]
name = "ipv6"
detector = "ipv6"
[[pattern]]
name = "jwt"
detector = "jwt"
[[pattern]]
name = "authorization"
detector = "authorization"
[[pattern]]
name = "private_key"
detector = "private_key"
[[pattern]]
name = "url_password"
detector = "url_password"
[[pattern]]
name = "aws_access_key_id"
regex = '\b(?:AKIA|ASIA)[0-9A-Z]{16}\b'
[[pattern]]
name = "github_token"
regex = '\bgh[pousr]_[0-9A-Za-z]{36,}'
[[pattern]]
name = "slack_token"
regex = '\bxox[abprs]-[0-9A-Za-z-]{10,}'
[[pattern]]
name = "stripe_key"
regex = '\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}'
"#;

/// A hundred bytes each.
const TEXTS: &[(&str, &str)] = &[
    ("prose", "the worker for the nightly export took the next batch from the queue and wrote it to the store again"),
    (
        "log line",
        "2026-11-22 02:50:48,123 INFO dfs.DataNode: block blk_38865049064139660 of size 67108864 got terminated.",
    ),
    (
        "pairs",
        "level=info service=checkout region=eu-west-1 status=200 duration_ms=48 items=3 cached=false attempt=1 z",
    ),
    (
        "JSON",
        r#"{"level":"info","service":"checkout","status":200,"duration":48,"items":[1,2,3],"cached":false,"k":1}"#,
    ),
];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 5 } else { 101 };
    let first: Policy = FIRST.parse().expect("the rules are good");
    let policies = [("first detectors", first), ("all packs", Policy::builtin())];
    println!("{:<10} {:>18} {:>14} {:>7}", "text", "first detectors", "all packs", "ratio");
    for (name, text) in TEXTS {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (times, (_, policy)) in times.iter_mut().zip(&policies) {
                times.push(time(policy, text));
            }
        }
        let [first, all] = times.map(median);
        println!("{name:<10} {first:>15.0} ns {all:>11.0} ns {:>7.2}", all / first);
    }
}

/// Nanoseconds for one text.
fn time(policy: &Policy, text: &str) -> f64 {
    const TEXTS: u32 = 2_000;
    let mut out = Vec::with_capacity(1 << 10);
    let start = Instant::now();
    for _ in 0..TEXTS {
        out.clear();
        policy.sanitize_line(black_box(text.as_bytes()), &mut out);
        black_box(&out);
    }
    (start.elapsed() / TEXTS).max(Duration::from_nanos(1)).as_nanos() as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
