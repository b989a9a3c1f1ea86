//! Who decides what becomes of a value: `data/precedence.toml`, each case through a boundary, and the page that is made of it.
//!
//! To write `docs/precedence.md` anew, set `WRITE_EXPECTED=1` (`just precedence`).

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tracing_privacy::testing::{Output, capture};
use tracing_privacy::{KeyRule, Policy, Speaker, Treatment};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    part: Vec<Part>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    title: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    rules: String,
    #[serde(default = "shop")]
    target: String,
    field: String,
    value: String,
    out: Option<String>,
    gone: Option<String>,
    speaker: String,
    #[serde(default)]
    told: String,
}

fn shop() -> String {
    "shop".to_owned()
}

/// The parts, in the order of the file, each with the cases that stand below it.
fn parts() -> Vec<(Part, Vec<Case>)> {
    let text = include_str!("data/precedence.toml");
    let Data { part, case } = toml::from_str(text).expect("the data of this test");
    let at = |header: &str| text.match_indices(header).map(|(at, _)| at).collect::<Vec<_>>();
    let (part_at, case_at) = (at("[[part]]"), at("[[case]]"));
    let mut parts: Vec<(Part, Vec<Case>)> = part.into_iter().map(|part| (part, Vec::new())).collect();
    for (case, at) in case.into_iter().zip(case_at) {
        let part = part_at.iter().rposition(|part| *part < at).expect("a part stands before the cases");
        parts[part].1.push(case);
    }
    parts
}

impl Case {
    fn policy(&self) -> Policy {
        // Those of the file end in a far year.
        let rules = format!("version = 1\n{}", self.rules);
        let long = std::time::Duration::from_secs(400_000 * 24 * 60 * 60);
        let policy = Policy::builder().rules(&rules).max_exemption(long).build();
        policy.unwrap_or_else(|error| panic!("{}: {error}", self.title))
    }

    /// Logs an event; the names of fields are constants of a program.
    fn log(&self) {
        let value = self.value.as_str();
        macro_rules! log {
            ($($target:literal: $($field:literal)+;)+) => {
                match (self.target.as_str(), self.field.as_str()) {
                    $($(($target, $field) => tracing::info!(target: $target, order_id = 7, $field = value),)+)+
                    other => panic!("{}: name {other:?} in this test", self.title),
                }
            };
        }
        if self.field == "message" {
            return tracing::info!(target: "shop", order_id = 7, "{value}");
        }
        log!("shop": "email" "user.email" "work_email" "note" "catalogue.reference" "door_code";);
    }

    /// What stands in the field: the same in every formatter; or what is gone.
    fn outcome(&self) -> Result<String, &'static str> {
        let policy = self.policy();
        let capture = capture(&policy, || self.log());
        let in_output = |output| {
            let text = capture.text(output);
            let Some(line) = text.lines().next() else { return Err("event") };
            let line: Value = serde_json::from_str(line).expect("JSON");
            let value = line["fields"].get(&self.field).ok_or("field")?;
            Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let (ours, stock) = (in_output(Output::Json), in_output(Output::StockJson));
        assert_eq!(ours, stock, "{}", self.title);
        ours
    }

    /// What is told of the rules that name the key.
    fn explained(&self) -> (Speaker, Treatment, String) {
        let policy = self.policy();
        let explanation = policy.explain_field(&self.target, &self.field);
        let origin = |rule: &KeyRule<'_>| if rule.from_pack { "a pack" } else { "your rules" };
        let not_masked = |rule: &KeyRule<'_>| match rule.masks {
            true => String::new(),
            false => format!(", {}, not masked", rule.class.as_str()),
        };
        let told = explanation.rules.iter().map(|rule| {
            let described = format!("`{}` ({}{})", rule.rule, origin(rule), not_masked(rule));
            rule.beaten_by.map_or(described.clone(), |why| format!(", before {described}: {why}"))
        });
        (explanation.speaker, explanation.treatment, told.collect())
    }
}

#[test]
fn every_case_through_the_boundary_as_explained() {
    let mut wrong = String::new();
    let mut speakers = Vec::new();
    for case in parts().iter().flat_map(|(_, cases)| cases) {
        let wanted = case.out.clone().ok_or(case.gone.as_deref().unwrap_or_default());
        let got = case.outcome();
        if got.as_ref().map_err(|gone| *gone) != wanted.as_ref().map_err(|gone| *gone) {
            let _ = writeln!(wrong, "{}: {got:?}, not {wanted:?}", case.title);
        }
        let (speaker, treatment, told) = case.explained();
        if (speaker.to_string(), &told) != (case.speaker.clone(), &case.told) {
            let _ = writeln!(wrong, "{}: {speaker}; {told}\n  not {}; {}", case.title, case.speaker, case.told);
        }
        // What is explained is what happens.
        let happens = match &got {
            Err("event") => Treatment::Rejected,
            Err(_) => Treatment::Dropped,
            Ok(out) if *out == case.value && speaker == Speaker::Exemption => Treatment::Passed,
            Ok(_) if matches!(speaker, Speaker::Schema | Speaker::Unlisted) => Treatment::Masked,
            Ok(_) => treatment,
        };
        if happens != treatment {
            let _ = writeln!(wrong, "{}: explained as {treatment:?}, but {happens:?}", case.title);
        }
        speakers.push(speaker);
    }
    assert!(wrong.is_empty(), "{wrong}");
    speakers.sort();
    speakers.dedup();
    assert_eq!(speakers.len(), 6, "every one decides somewhere: {speakers:?}");
}

/// Nothing lets a value through that some rule masks, unless it is more particular and says so: an exemption, or a rule of a class
/// that is not masked. Tried with each rule of each case alone: what a mask takes away comes back by no other means.
#[test]
fn nothing_beats_a_mask_in_silence() {
    for case in parts().iter().flat_map(|(_, cases)| cases) {
        let shown = case.outcome().is_ok_and(|out| out == case.value);
        let (speaker, treatment, told) = case.explained();
        if shown {
            let says_so = speaker == Speaker::Exemption || told.starts_with('`') && told.contains(", not masked)");
            assert!(says_so, "{}: {speaker}, {treatment:?}, {told}", case.title);
        }
    }
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Made of tests/data/precedence.toml by tests/precedence.rs: change that, and run `just precedence`. -->\n\
         # Who decides\n\n\
         Where several could decide what becomes of a value, this is their order:\n\n\
         1. a **schema** of the target that does not allow the field;\n\
         2. an **exemption** that is in force;\n\
         3. the rule for a **path**;\n\
         4. the rule for a **key**;\n\
         5. what `unlisted` says of keys that no rule names;\n\
         6. what **detectors** find in the value.\n\n\
         On a tie the stricter one wins, and nothing beats a mask in silence: only an exemption lets through what would be masked, or a \
         rule that is more particular and of a class that is not masked.\n\n\
         Each row is a policy, and an event with one field that went through the boundary. `tracing-privacy explain KEY` and \
         `Policy::explain_field` tell the same of your rules.\n",
    );
    let mut number = 0;
    let mut policies = String::from("\n## The policies\n");
    for (part, cases) in parts() {
        let _ = write!(page, "\n## {}\n\n{}\n\n", part.title, part.text);
        page.push_str(
            "| | what meets | field | comes out | who decides | the rules that name it |\n|---|---|---|---|---|---|\n",
        );
        for case in cases {
            number += 1;
            let cell = |text: &str| text.replace('|', "\\|");
            let out = match (&case.out, &case.gone) {
                (Some(out), _) => format!("`{}`", cell(out)),
                (None, gone) => format!("the {} is gone", gone.as_deref().unwrap_or_default()),
            };
            let (title, field, value) = (cell(&case.title), &case.field, cell(&case.value));
            let (speaker, told) = (&case.speaker, cell(&case.told));
            let _ = writeln!(
                page,
                "| [{number}](#{number}) | {title} | `{field}` = `{value}` | {out} | **{speaker}** | {told} |"
            );
            let rules = case.rules.trim();
            let _ = write!(policies, "\n### {number}\n\n{}\n\n```toml\nversion = 1\n{rules}\n```\n", case.title);
        }
    }
    page + &policies
}

#[test]
fn the_page_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/precedence.md");
    let page = page();
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        std::fs::write(&file, &page).expect("it can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == page,
        "docs/precedence.md is not current: write it anew with WRITE_EXPECTED=1, or `just precedence`"
    );
}
