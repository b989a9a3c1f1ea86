//! `explain`: what becomes of a key or a text, and why.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;

use tracing_privacy::{Finding, InForce, KeyRule, Policy, Treatment};

use crate::outcome::{trouble, wrong};
use crate::report::one_line;
use crate::rules::Rules;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy explain user.email
  tracing-privacy explain 'session_token=4f1c'
  tracing-privacy explain --profile production user.email
  tracing-privacy explain --text 'mail to jane.doe@example.com'

Exit status:
  0  it was explained
  2  the rules are wrong, or the usage was";

/// Explains which rule decides about a key or a text, and why
///
/// Tells what becomes of the values of a key, which rules name it, and why one goes before another. With a value, or for a text,
/// what comes out, which rules found something, and which others would have, but never the value itself.
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
        let explanation = Explanation { policy: &policy, rules: &self.rules };
        let mut told = explanation.in_force();
        match (&self.text, &self.key) {
            (Some(text), _) => explanation.text(text, &mut told),
            (None, Some(argument)) => {
                let (key, value) = argument.split_once('=').map_or((argument.as_str(), None), |(k, v)| (k, Some(v)));
                explanation.key(key, value, &mut told);
            }
            (None, None) => {}
        }
        match io::stdout().write_all(told.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => trouble("standard output", &error),
        }
    }
}

/// What explains.
struct Explanation<'e> {
    policy: &'e Policy,
    rules: &'e Rules,
}

// Writing to memory does not fail, so the results of `writeln!` say nothing.

impl Explanation<'_> {
    /// Which rules are in force, how, and what they let pass for now.
    fn in_force(&self) -> String {
        let InForce { profile, locked, mode, mask_from, exemptions, .. } = self.policy.in_force();
        let mut told = format!("rules: {}\n", self.rules.source());
        let profile = profile.map_or_else(|| "none".to_owned(), |profile| one_line(&profile));
        let locked = if locked { " (locked)" } else { "" };
        let _ =
            writeln!(told, "profile: {profile}{locked}, mode: {}, masks from: {}", mode.as_str(), mask_from.as_str());
        for exemption in exemptions {
            let (of, target) = (one_line(&exemption.of), one_line(&exemption.target));
            let _ = writeln!(told, "exempted for now: {of}, in {target} ({})", one_line(&exemption.reason));
        }
        told
    }

    fn key(&self, key: &str, value: Option<&str>, told: &mut String) {
        let explanation = self.policy.explain_key(key);
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
        let Some(value) = value else { return };
        match explanation.treatment {
            Treatment::Scanned => self.findings(value, told),
            _ => {
                for finding in self.policy.findings(value.as_bytes()) {
                    let rule = one_line(finding.rule);
                    let _ = writeln!(
                        told,
                        "       not: `{rule}`, for a key that is masked decides over what is in its value"
                    );
                }
            }
        }
        match explanation.treatment {
            Treatment::Dropped => told.push_str("comes out: nothing\n"),
            _ => tell_outcome(&self.policy.sanitize_field(key, value), told),
        }
    }

    fn text(&self, text: &str, told: &mut String) {
        self.findings(text, told);
        tell_outcome(&self.policy.sanitize_text(text), told);
    }

    /// Tells of all findings in a text, by their place.
    fn findings(&self, text: &str, told: &mut String) {
        let findings = self.policy.findings(text.as_bytes());
        if findings.is_empty() {
            let _ = writeln!(told, "nothing is found in it");
        }
        for finding in &findings {
            let Finding { rule, category, class, range, .. } = finding;
            let (characters, rule, class) = (characters(text, range), one_line(rule), class.as_str());
            let _ = writeln!(told, "found: {characters}, by the rule `{rule}` ({class}, {category})");
            self.beaten(text, finding, told);
        }
    }

    /// Tells which rules would have found something there, if it were not for the one that did.
    fn beaten(&self, text: &str, finding: &Finding<'_>, told: &mut String) {
        let Some(without) = self.rules.policy_without(finding.rule) else { return };
        let overlaps = |range: &Range<usize>| range.start < finding.range.end && finding.range.start < range.end;
        for Finding { rule, category, class, range, .. } in without.findings(text.as_bytes()) {
            if overlaps(&range) {
                let (characters, rule, class) = (characters(text, &range), one_line(rule), class.as_str());
                let _ =
                    writeln!(told, "       not: `{rule}` ({class}, {category}), which without it finds {characters}");
            }
        }
    }
}

fn tell_outcome(text: &str, told: &mut String) {
    let _ = writeln!(told, "comes out: {}", one_line(text));
}

/// Where a range of bytes stands in a text, counted from 1.
fn characters(text: &str, range: &Range<usize>) -> String {
    let count = |end: usize| String::from_utf8_lossy(&text.as_bytes()[..end]).chars().count();
    format!("characters {} to {}", count(range.start) + 1, count(range.end))
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
