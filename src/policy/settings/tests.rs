use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::policy::{Policy, PolicyBuilder};

const PROFILES: &str = r#"
[profile.development]
mask_from = "confidential"
max_exemption = "30d"

[profile.production]
mask_from = "internal"
locked = true
"#;

fn builder(defaults: &str, variables: &[(&str, &str)]) -> Result<PolicyBuilder, Error> {
    let variables = variables.iter().map(|&(name, value)| (OsString::from(name), OsString::from(value)));
    let rules = format!("version = 1\n[[field]]\nkeys = [\"badge\"]\n[defaults]\n{defaults}\n{PROFILES}");
    Ok(Policy::builder().rules(&rules).with_environment(Environment::read(variables)?))
}

fn built(defaults: &str, variables: &[(&str, &str)]) -> Result<Policy, Error> {
    builder(defaults, variables)?.build()
}

fn settings_of(policy: &Policy) -> String {
    let in_force = policy.in_force();
    let profile = in_force.profile.as_deref().unwrap_or("-");
    let locked = if in_force.locked { ", locked" } else { "" };
    format!("{profile}, {}, from {}{locked}", in_force.mode, in_force.mask_from.as_str())
}

/// Every combination of a profile in the rules, and of the three variables; what comes of it stands in
/// `tests/data/profiles.txt`. To write that anew, set `WRITE_EXPECTED=1`; then read every line that changed.
#[test]
fn every_combination_of_profile_lock_mode_and_variable() {
    let unless_unset = |name, value| (value != "-").then_some((name, value));
    let mut table = String::from("in the rules | _PROFILE | _MODE | _MASK_FROM | comes to\n");
    let mut count = 0;
    for default in ["-", "development", "production"] {
        for profile in ["-", "development", "production", "prodution"] {
            for mode in ["-", "enforce", "observe", "off", "of"] {
                for mask_from in ["-", "public", "internal", "confidential", "secret"] {
                    let variables: Vec<_> = [
                        unless_unset(PROFILE_VARIABLE, profile),
                        unless_unset(MODE_VARIABLE, mode),
                        unless_unset(MASK_FROM_VARIABLE, mask_from),
                    ]
                    .into_iter()
                    .flatten()
                    .collect();
                    let defaults = if default == "-" { String::new() } else { format!("profile = \"{default}\"") };
                    let policy = built(&defaults, &variables);
                    let typo = profile == "prodution" || mode == "of" || mask_from == "secret";
                    let lock = default == "production" || profile == "production";
                    match &policy {
                        Ok(policy) => {
                            assert!(!typo, "a typo is an error");
                            assert_eq!(policy.in_force().locked, lock);
                            let strict =
                                policy.mode() == Mode::Enforce && policy.compiled().mask_from <= DataClass::Internal;
                            assert!(!lock || strict, "a locked profile is never weaker");
                        }
                        Err(_) => assert!(typo || lock, "only a typo or a lock is an error"),
                    }
                    let outcome = match policy {
                        Ok(policy) => settings_of(&policy),
                        Err(error) => format!("error: {}", error.to_string().lines().next().unwrap_or_default()),
                    };
                    let _ = writeln!(table, "{default} | {profile} | {mode} | {mask_from} | {outcome}");
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 3 * 4 * 5 * 5);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/profiles.txt");
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        std::fs::write(&file, &table).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    for (actual, expected) in table.lines().zip(expected.lines()) {
        assert_eq!(actual, expected);
    }
    assert_eq!(table.lines().count(), expected.lines().count());
}

#[test]
fn code_is_between_rules_and_variables() {
    let policy =
        |variables| builder("mode = \"observe\"", variables).expect("good variables").mode(Mode::Enforce).build();
    assert_eq!(policy(&[]).expect("no lock").mode(), Mode::Enforce);
    assert_eq!(policy(&[(MODE_VARIABLE, "off")]).expect("no lock").mode(), Mode::Off);
    let named = |variables| builder("", variables).expect("good variables").profile("development").build();
    assert_eq!(settings_of(&named(&[]).expect("no lock")), "development, enforce, from confidential");
    let production = named(&[(PROFILE_VARIABLE, "production")]).expect("stricter");
    assert_eq!(settings_of(&production), "production, enforce, from internal, locked");
}

#[test]
fn code_cannot_weaken_a_lock_either() {
    let locked = || builder("profile = \"production\"", &[]).expect("good variables");
    let error = |builder: PolicyBuilder| builder.build().expect_err("a lock").to_string();
    assert_eq!(
        error(locked().mode(Mode::Observe)),
        "the profile `production` is locked, and the program would weaken it: mode would be `observe`, and must be \
         `enforce` or stricter\n  = help: take back what the program says, or change the profile in the rules file"
    );
    assert!(error(locked().mask_from(DataClass::Confidential)).contains("mask_from would be `confidential`"));
    assert!(error(locked().max_exemption(Duration::from_secs(604_801))).contains("max_exemption would be `604801s`"));
    assert!(error(locked().profile("development")).contains("the program would weaken it"));
    assert!(locked().max_exemption(Duration::from_secs(60)).mask_from(DataClass::Public).build().is_ok());
}

/// Two locked profiles ask for the stricter of both, and other files cannot take a lock away.
#[test]
fn locks_add_up() {
    let rules = "version = 1\n[profile.a]\nlocked = true\nmask_from = \"public\"\n[profile.b]\nlocked = true\nunlisted = \"mask\"";
    let build = |more: &str| {
        Policy::builder()
            .rules(rules)
            .rules(&format!("version = 1\n[defaults]\nprofile = \"a\"\n{more}"))
            .profile("b")
            .build()
    };
    let error = build("").expect_err("b masks from internal").to_string();
    assert!(error.contains("mask_from would be `internal`, and must be `public`"), "{error}");
    let both = build("mask_from = \"public\"\n[profile.b]\nlocked = false").expect("as strict as both");
    assert!(both.in_force().locked);
}

#[test]
fn rules_of_a_variable_are_refused_where_the_programs_own_are_locked() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("rules.toml");
    std::fs::write(&path, "version = 1\n[rules]\n").expect("a file for this test");
    let path = path.to_str().expect("a plain path");
    let error = built("profile = \"production\"", &[(RULES_VARIABLE, path)]).expect_err("a lock").to_string();
    assert!(error.starts_with("TRACING_PRIVACY_RULES names rules, but the program's own have"), "{error}");
    let error = built("", &[(RULES_VARIABLE, path), (PROFILE_VARIABLE, "production")]).expect_err("a lock").to_string();
    assert!(error.starts_with("TRACING_PRIVACY_RULES names rules"), "{error}");
    assert!(built("", &[(RULES_VARIABLE, path)]).is_ok());
    std::fs::write(path, "version = 1\n[defaults]\nprofile = \"x\"\n[profile.x]\nlocked = true\n").expect("a file");
    assert!(built("", &[(RULES_VARIABLE, path)]).is_ok(), "its own lock is no obstacle");
}

#[test]
fn a_profile_that_does_not_exist_is_an_error_that_says_which_do() {
    let error = built("profile = \"prodution\"", &[]).expect_err("a typo").to_string();
    assert!(error.starts_with("there is no such profile\n") && error.contains("did you mean `production`?"), "{error}");
    let error = builder("", &[]).expect("good variables").profile("staging").build().expect_err("none").to_string();
    assert_eq!(error, "there is no profile `staging`\n  = help: known here: `development`, `production`");
    let variables = [(OsString::from(PROFILE_VARIABLE), OsString::from("production"))];
    let environment = Environment::read(variables).expect("a good variable");
    let error =
        Policy::builder().include_all().with_environment(environment).build().expect_err("no rules").to_string();
    assert!(error.contains("these rules have no profiles"), "{error}");
}
