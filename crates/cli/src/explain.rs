//! `explain`: what becomes of a key or a text, and why.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use tracing_privacy::{KeyRule, Policy, Treatment};

use crate::outcome::{trouble, wrong};
use crate::report::one_line;
use crate::rules::Rules;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy explain user.email
  tracing-privacy explain 'session_token=4f1c'
  tracing-privacy explain --text 'mail to jane.doe@example.com'

Exit status:
  0  it was explained
  2  the rules are wrong, or the usage was";

/// Explains which rule decides about a key or a text, and why
///
/// Tells what becomes of the values of a key, which rules name it, and why one goes before another. With a value, or for a text,
/// what comes out and which rules found something, but never the value itself.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    #[command(flatten)]
    rules: Rules,

    /// A key, as in the name of a field: `email`, `user.email`; with a value or not
    #[arg(value_name = "KEY[=VALUE]", required_unless_present = "text")]
    key: Option<String>,

    /// A text that stands under no key: a line of a log, a message
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    text: Option<String>,
}

impl Explain {
    pub(crate) fn run(&self) -> ExitCode {
        let policy = match self.rules.policy() {
            Ok(policy) => policy,
            Err(error) => return wrong(&error),
        };
        let mut told = format!("rules: {}\n", self.rules.source());
        match (&self.text, &self.key) {
            (Some(text), _) => tell_text(&policy, text, &mut told),
            (None, Some(argument)) => {
                let (key, value) = argument.split_once('=').map_or((argument.as_str(), None), |(k, v)| (k, Some(v)));
                tell_key(&policy, key, value, &mut told);
            }
            (None, None) => {}
        }
        match io::stdout().write_all(told.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => trouble("standard output", &error),
        }
    }
}

// Writing to memory does not fail, so the results of `writeln!` say nothing.

fn tell_key(policy: &Policy, key: &str, value: Option<&str>, told: &mut String) {
    let explanation = policy.explain_key(key);
    let _ = writeln!(told, "key: {}", one_line(key));
    let deciding = explanation.rules.first();
    let treatment = match (explanation.treatment, deciding) {
        (Treatment::Masked, Some(_)) => "masked as a whole",
        (Treatment::Masked, None) => "masked as a whole, for no rule names it and `unlisted` is \"mask\"",
        (Treatment::Dropped, Some(_)) => "dropped, key and value",
        (Treatment::Dropped, None) => "dropped, for no rule names it and `unlisted` is \"drop\"",
        (Treatment::Scanned, Some(_)) => "scanned like any text, for the rule's class is not masked",
        (Treatment::Scanned, None) => "scanned like any text, for no rule names it",
        _ => "treated in a way that this version cannot tell",
    };
    let _ = writeln!(told, "its values are {treatment}");
    if let Some(rule) = deciding {
        let _ = writeln!(told, "decided by: {}", described(rule));
    }
    for rule in explanation.rules.iter().skip(1) {
        let because = rule.beaten_by.map_or_else(String::new, |why| format!(" (the one before goes first: {why})"));
        let _ = writeln!(told, "       not: {}{because}", described(rule));
    }
    if let Some(value) = value {
        if explanation.treatment == Treatment::Scanned {
            tell_findings(policy, value, told);
        }
        match explanation.treatment {
            Treatment::Dropped => told.push_str("comes out: nothing\n"),
            _ => tell_outcome(&policy.sanitize_field(key, value), told),
        }
    }
}

fn tell_text(policy: &Policy, text: &str, told: &mut String) {
    tell_findings(policy, text, told);
    tell_outcome(&policy.sanitize_text(text), told);
}

fn tell_outcome(text: &str, told: &mut String) {
    let _ = writeln!(told, "comes out: {}", one_line(text));
}

/// Tells of all findings in a text, by their place.
fn tell_findings(policy: &Policy, text: &str, told: &mut String) {
    let findings = policy.findings(text.as_bytes());
    if findings.is_empty() {
        let _ = writeln!(told, "nothing is found in it");
    }
    for finding in findings {
        let column = |at: usize| String::from_utf8_lossy(&text.as_bytes()[..at]).chars().count();
        let (first, last) = (column(finding.range.start) + 1, column(finding.range.end));
        let _ = writeln!(
            told,
            "found: characters {first} to {last}, by the rule `{}` ({}, {})",
            one_line(finding.rule),
            finding.class.as_str(),
            finding.category
        );
    }
}

fn described(rule: &KeyRule<'_>) -> String {
    let origin = if rule.from_pack { "a pack" } else { "your rules" };
    let not_masked = if rule.masks { "" } else { ", not masked" };
    format!(
        "`{}` of {origin}, by its key `{}` ({}, {}{not_masked}; {})",
        one_line(rule.rule),
        one_line(rule.key),
        rule.class.as_str(),
        rule.category,
        rule.maskers.join(", then ")
    )
}
