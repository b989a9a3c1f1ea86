//! What an event may cost, and whether it does.

use crate::contenders::{ALL_RULES, MASKED, OUR_JSON, STOCK_JSON, STOCK_MASKED, TWELVE_RULES};
use crate::scenarios::{CLEAN, DISABLED, REFUSED, TWO_SPOTS};

/// A ratio of two contenders in one scenario.
pub struct Target {
    pub scenario: &'static str,
    pub of: &'static str,
    pub to: &'static str,
    pub at_most: f64,
}

const fn target(scenario: &'static str, of: &'static str, to: &'static str, at_most: f64) -> Target {
    Target { scenario, of, to, at_most }
}

pub const TARGETS: &[Target] = &[
    target(CLEAN.name, MASKED, STOCK_JSON, 0.20),
    target(TWO_SPOTS.name, MASKED, STOCK_JSON, 0.25),
    target(CLEAN.name, MASKED, OUR_JSON, 1.15),
    target(TWO_SPOTS.name, MASKED, OUR_JSON, 1.5),
    target(CLEAN.name, STOCK_MASKED, STOCK_JSON, 1.15),
    target(CLEAN.name, ALL_RULES, TWELVE_RULES, 1.10),
    target(DISABLED.name, MASKED, OUR_JSON, 1.05),
    target(REFUSED.name, MASKED, OUR_JSON, 1.05),
];

/// So many times the events of one thread shall two of them log.
pub const LEAST_SCALING: f64 = 1.8;
/// A decision trail may make an event so much more expensive.
pub const MOST_FOR_TRAIL: f64 = 1.05;

/// Prints one line of the summary.
pub fn print(what: &str, ratio: f64, limit: f64, met: bool, at: &str) {
    let verdict = if met { "met" } else { "MISSED" };
    println!("  {what:<78} {ratio:>6.2}  {at} {limit:<5} {verdict}");
}
