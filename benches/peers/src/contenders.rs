//! Who masks: each compiles its rules once and then masks one record after the other.

use dd_sds::{MatchAction, RegexRuleConfig, RootRuleConfig, Scanner};
use regex::Regex;
use tracing_privacy::Policy;
use vrl::compiler::runtime::Runtime;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Program, TargetValue, TimeZone, compile};
use vrl::value::{Secrets, Value};

/// Masks one record; what comes out is what would be written.
pub trait Contender {
    fn mask(&mut self, record: &str) -> String;
}

/// `vrl`'s `redact`, as a pipeline of Vector runs it.
pub struct Vrl {
    runtime: Runtime,
    program: Program,
}

impl Vrl {
    /// For records that are text.
    pub fn text(rules: &[(String, String)]) -> Self {
        Self::new(&format!(". = redact(string!(.), filters: [{}])", filters(rules)))
    }

    /// For records that are JSON: only strings inside are redacted, so the record is parsed and written again.
    pub fn json(rules: &[(String, String)]) -> Self {
        Self::new(&format!(". = encode_json(redact!(parse_json!(string!(.)), filters: [{}]))", filters(rules)))
    }

    fn new(source: &str) -> Self {
        let program = compile(source, &vrl::stdlib::all()).expect("the program is good").program;
        Self { runtime: Runtime::new(RuntimeState::default()), program }
    }
}

/// The rules as `redact` takes them. For social security numbers it has a filter of its own.
fn filters(rules: &[(String, String)]) -> String {
    let filter = |(name, regex): &(String, String)| match name.as_str() {
        "ssn" => "\"us_social_security_number\"".to_owned(),
        _ => format!("r'{regex}'"),
    };
    rules.iter().map(filter).collect::<Vec<_>>().join(", ")
}

impl Contender for Vrl {
    fn mask(&mut self, record: &str) -> String {
        let mut target =
            TargetValue { value: Value::from(record), metadata: Value::from("{}"), secrets: Secrets::default() };
        self.runtime.clear();
        let result = self.runtime.resolve(&mut target, &self.program, &TimeZone::default());
        result.expect("the record is a string");
        target.value.to_string_lossy().into_owned()
    }
}

/// Datadog's Sensitive Data Scanner.
pub struct DdSds {
    scanner: Scanner,
    is_json: bool,
}

impl DdSds {
    /// For records that are text, or JSON: that is parsed, its strings are scanned, and it is written again.
    pub fn new(rules: &[(String, String)], is_json: bool) -> Self {
        let rule = |(_, regex): &(String, String)| {
            RootRuleConfig::new(RegexRuleConfig::new(regex).build()).match_action(MatchAction::redact("[REDACTED]"))
        };
        let rules: Vec<_> = rules.iter().map(rule).collect();
        Self { scanner: Scanner::builder(&rules).build().expect("the rules are good"), is_json }
    }
}

impl Contender for DdSds {
    fn mask(&mut self, record: &str) -> String {
        if self.is_json {
            let mut value: serde_json::Value = serde_json::from_str(record).expect("the record is JSON");
            self.scanner.scan(&mut value).expect("the record can be scanned");
            value.to_string()
        } else {
            let mut text = record.to_owned();
            self.scanner.scan(&mut text).expect("the record can be scanned");
            text
        }
    }
}

/// One `replace_all` for each rule, as people write it by hand.
pub struct ReplaceAll {
    regexes: Vec<Regex>,
}

impl ReplaceAll {
    pub fn new(rules: &[(String, String)]) -> Self {
        Self { regexes: rules.iter().map(|(_, regex)| Regex::new(regex).expect("a good regex")).collect() }
    }
}

impl Contender for ReplaceAll {
    fn mask(&mut self, record: &str) -> String {
        let mut text = std::borrow::Cow::Borrowed(record);
        for regex in &self.regexes {
            if let std::borrow::Cow::Owned(replaced) = regex.replace_all(&text, "[REDACTED]") {
                text = std::borrow::Cow::Owned(replaced);
            }
        }
        text.into_owned()
    }
}

/// This library.
pub struct Ours {
    policy: Policy,
}

impl Ours {
    /// The same rules, and nothing else.
    pub fn new(rules: &[(String, String)]) -> Self {
        let pattern = |(name, regex): &(String, String)| format!("[[pattern]]\nname = '{name}'\nregex = '{regex}'\n");
        let file = format!("version = 1\n{}", rules.iter().map(pattern).collect::<String>());
        Self { policy: file.parse().expect("the rules are good") }
    }

    /// All packs that are built in.
    pub fn all_packs() -> Self {
        Self { policy: Policy::builtin() }
    }
}

impl Contender for Ours {
    fn mask(&mut self, record: &str) -> String {
        self.policy.sanitize_text(record)
    }
}
