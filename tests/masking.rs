//! What becomes of a value: `data/masking.toml`, each case through every path that a value can take.

#[path = "masking/cases.rs"]
mod cases;
#[path = "masking/paths.rs"]
mod paths;

use cases::{Case, Cases};
use paths::PATHS;

#[test]
fn every_case_through_every_path() {
    let cases = Cases::read();
    let policies = cases.compile();
    assert!(cases.case.len() >= 60, "cases were lost");
    let mut wrong = Vec::new();
    for case in &cases.case {
        let policy = &policies[&case.policy];
        for path in PATHS {
            let Some(got) = (path.through)(policy, case) else { continue };
            let got = got.map_err(|raw| format!("is not what was sent: {raw}"));
            let wanted = &case.masked;
            if got.as_ref() != Ok(wanted) {
                wrong.push(format!("{} ({}): {got:?}, not {wanted:?}", case.name, path.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn masking_twice_is_masking_once() {
    let cases = Cases::read();
    let policies = cases.compile();
    for case in &cases.case {
        let Some(masked) = &case.masked else { continue };
        let again = Case { text: masked.clone(), ..case.clone() };
        let policy = &policies[&case.policy];
        for path in PATHS {
            let Some(got) = (path.through)(policy, &again) else { continue };
            assert_eq!(got.as_ref(), Ok(&case.masked), "{} ({})", case.name, path.name);
        }
    }
}

#[test]
fn every_case_is_told_apart_by_its_name() {
    let cases = Cases::read();
    let mut names: Vec<_> =
        cases.case.iter().map(|case| &case.name).chain(cases.mistake.iter().map(|m| &m.name)).collect();
    names.sort();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    for name in cases.policies.keys() {
        assert!(cases.case.iter().any(|case| case.policy == *name), "no case asks for the policy {name}");
    }
}

#[test]
fn mistakes_are_errors_that_say_so() {
    for mistake in &Cases::read().mistake {
        let error = mistake.policy.compile().expect_err(&mistake.name).to_string();
        for words in &mistake.says {
            assert!(error.contains(words), "{}: no {words:?} in\n{error}", mistake.name);
        }
    }
}
