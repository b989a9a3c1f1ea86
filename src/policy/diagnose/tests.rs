//! Whole warnings, as a person reads them.
//!
//! Every case is a file `tests/data/warnings/NAME.toml`, what is said of it is beside it in `NAME.txt`. To write that anew, set
//! `WRITE_EXPECTED=1`; then read every one that changed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::*;
use crate::Policy;
use crate::rules::PACKS;

fn warnings(policy: &Policy) -> String {
    policy.warnings().iter().fold(String::new(), |mut told, warning| {
        let _ = writeln!(told, "{}: {warning}\n", warning.kind().as_str());
        told
    })
}

fn of(rules: &str) -> String {
    warnings(&rules.parse().unwrap_or_else(|error| panic!("{error}\n{rules}")))
}

#[test]
fn every_case_has_its_warnings() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/warnings");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the directory is part of the repository")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(files.len() > 12, "{} files", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it can be read").replace("\r\n", "\n");
        let actual = of(&text);
        assert!(!actual.is_empty(), "nothing is said of {}", file.display());
        let expected_file = file.with_extension("txt");
        if std::env::var_os("WRITE_EXPECTED").is_some() {
            std::fs::write(&expected_file, &actual).expect("it can be written");
        }
        let expected = std::fs::read_to_string(&expected_file).unwrap_or_default().replace("\r\n", "\n");
        if actual != expected {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let _ = write!(wrong, "{name}\n--- expected\n{expected}--- actual\n{actual}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nothing_is_said_of_the_sample_and_the_packs() {
    assert_eq!(warnings(&Policy::builtin()), "");
    assert_eq!(of(include_str!("../../../redaction-rules.toml")), "");
    for pack in PACKS {
        assert_eq!(of(&format!("version = 1\ninclude = [\"builtin:{}\"]\n", pack.name)), "", "{}", pack.name);
        // As a file of one's own, too: no rule of it goes before another.
        assert_eq!(of(pack.text), "", "{}", pack.name);
    }
}

/// What looks alike, and is meant.
#[test]
fn nothing_is_said_of_rules_that_have_an_effect() {
    let field = |keys: &str, more: &str| format!("[[field]]\nkeys = [{keys}]\n{more}\n");
    let own = [
        // Goes before a pack's.
        ("builtin:pii", field("\"email\"", "mask = \"erase\"")),
        // Lets through what a wider one would mask.
        ("builtin:pii", field("\"*_token\"", "") + &field("\"page_token\"", "class = \"public\"")),
        // The particular after the general, and before it.
        ("builtin:pci", field("\"*_note\"", "") + &field("\"door_note\", \"customer.*_note\"", "")),
        ("builtin:pci", field("\"*_door_note\"", "") + &field("\"*_note\"", "mask = { keep_last = 2 }")),
        // Hides what a pack's shows parts of.
        ("builtin:pii", "[[pattern]]\nname = \"mail\"\ndetector = \"email\"\nmask = \"erase\"\n".to_owned()),
        // In another word, or only at the end of one.
        ("builtin:pci", field("\"*_note\"", "") + &field("\"*note\"", "name = \"wider\"")),
        // Masked under a profile only.
        (
            "builtin:pci",
            "[defaults]\nmask_from = \"confidential\"\n[profile.strict]\nmask_from = \"public\"\n".to_owned()
                + &field("\"shade\"", "class = \"public\"\nmask = \"erase\""),
        ),
        // One shows what the other hides, where that one's class is masked at all.
        (
            "builtin:pci",
            "[profile.open]\nmask_from = \"confidential\"\n".to_owned()
                + "[[pattern]]\nname = \"a\"\nregex = '\\bB-\\d{6}'\nclass = \"internal\"\n"
                + "[[pattern]]\nname = \"b\"\nregex = '\\bB-\\d{6}'\nmask = { keep_last = 2 }\n",
        ),
        // One for other targets, or that allows less, or drops what the other masks.
        (
            "builtin:pci",
            "[[schema]]\ntarget = \"shop::*\"\nallow = [\"a\"]\nunlisted = \"mask\"\n".to_owned()
                + "[[schema]]\ntarget = \"shop::x\"\nallow = [\"a\"]\n[[schema]]\ntarget = \"*\"\nallow = [\"a\", \"b\"]\n",
        ),
    ];
    for (pack, rules) in own {
        let rules = format!("version = 1\ninclude = [\"{pack}\"]\n{rules}");
        assert_eq!(of(&rules), "", "{rules}");
    }
}

/// As a rules file writes it.
fn in_days(days: i64) -> String {
    let day = Duration::from_secs(24 * 60 * 60) * u32::try_from(days.unsigned_abs()).expect("few");
    let now = SystemTime::now();
    crate::policy::exemption::moment(if days < 0 { now - day } else { now + day }).to_string()
}

#[test]
fn exemptions_that_end_within_a_day_are_told() {
    let rules = |expires: SystemTime| {
        let expires = crate::policy::exemption::moment(expires);
        format!(
            "version = 1\n[[exemption]]\nfield = \"email\"\ntarget = \"shop::*\"\nreason = \"INC-4711\"\nexpires = {expires}\n"
        )
    };
    let hour = Duration::from_secs(60 * 60);
    let soon = of(&rules(SystemTime::now() + 23 * hour));
    assert!(soon.starts_with("expires-soon: this exemption ends soon: at 20") && soon.contains(":6:11\n"), "{soon}");
    assert_eq!(of(&rules(SystemTime::now() + 25 * hour)), "");
    assert!(of(&rules(SystemTime::now() - hour)).starts_with("expired: "));
}

#[test]
fn keys_that_are_to_be_rotated_out_are_told() {
    const RING: &str = "new:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n\
                        old:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let of = |lines: &str| {
        let rules =
            format!("version = 1\n[tokens.rotate_by]\n{lines}\n[[field]]\nkeys = [\"badge\"]\nmask = \"tokenize\"\n");
        let ring = KeyRing::parse(RING).expect("good keys");
        warnings(&Policy::builder().rules(&rules).key_ring(ring).build().unwrap_or_else(|error| panic!("{error}")))
    };
    assert_eq!(of(&format!("new = {}\nold = {}", in_days(31), in_days(31))), "");
    for (line, said) in [
        (format!("new = {}", in_days(29)), "the key `new`, which tokens are made with, is to be replaced by 20"),
        (format!("new = {}", in_days(-1)), "the key `new`, which tokens are made with, was to be replaced by 20"),
        (format!("old = {}", in_days(29)), "the key `old`, of older tokens, is to be taken out by 20"),
        (format!("old = {}", in_days(-9)), "the key `old`, of older tokens, was to be taken out by 20"),
        (format!("other = {}", in_days(99)), "there is no key `other` among the token keys"),
    ] {
        let told = of(&line);
        assert!(told.starts_with(&format!("key-rotation: {said}")) && told.contains("--> <string>:3:1"), "{told}");
    }
}

/// Between rules it is an error, whichever way they came to be so.
#[test]
fn a_truncated_card_number_beside_its_token_is_refused() {
    let tokens = "[tokens]\nkey = \"ephemeral\"\n";
    let own = "[[field]]\nname = \"pan\"\nkeys = [\"pan\"]\ncategory = \"payment\"\nmask = \"tokenize\"\n";
    let refused = [
        format!("include = [\"builtin:pci\"]\n[rules]\ncard = {{ mask = [\"digits\", \"tokenize\"] }}\n{tokens}"),
        format!("include = [\"builtin:pci\"]\n{tokens}{own}"),
        format!(
            "{tokens}{own}[[pattern]]\nname = \"card\"\ndetector = \"card\"\ncategory = \"payment\"\nmask = {{ keep_first = 6 }}\n"
        ),
        format!(
            "[defaults]\nmask = \"tokenize\"\n{tokens}[[field]]\nkeys = [\"iban\"]\ncategory = \"payment\"\n\
                 [[field]]\nkeys = [\"pan\"]\ncategory = \"payment\"\nmask = {{ keep_last = 4 }}\n"
        ),
    ];
    for rules in refused {
        let error = format!("version = 1\n{rules}").parse::<Policy>().expect_err("refused").to_string();
        assert!(error.contains("both together give the number away (PCI DSS 3.5.1)"), "{error}");
    }
    let all_tokens = format!("version = 1\n{tokens}{own}");
    assert_eq!(of(&all_tokens), "");
    let not_masked = format!(
        "{all_tokens}[[field]]\nname = \"shown\"\nkeys = [\"card_kind\"]\ncategory = \"payment\"\nclass = \"public\"\nmask = {{ keep_last = 4 }}\n"
    );
    assert!(of(&not_masked).starts_with("never-masked: "), "a rule that masks nothing shows no parts");
}

#[test]
fn of_two_switches_for_one_rule_the_first_is_told() {
    let switch = "version = 1\ninclude = [\"builtin:pii\"]\n[rules]\nemail = \"off\"\n";
    let policy = Policy::builder().rules(switch).rules(&switch.replace("off", "on")).build().expect("good rules");
    let told = warnings(&policy);
    assert!(told.starts_with("shadowed: another rules file switches this rule") && told.contains(":4:1\n"), "{told}");
}

#[test]
fn rules_in_code_are_told_without_a_place() {
    let field = || crate::FieldBuilder::new(["badge"]);
    let policy = Policy::builder().field(field()).field(field()).build().expect("good rules");
    let [warning] = policy.warnings() else { panic!("{:?}", policy.warnings()) };
    assert_eq!((warning.kind(), warning.place()), (DiagnosticKind::Shadowed, None));
    assert!(warning.message().ends_with("for it stands first (in <code>)"), "{warning}");
}

/// 2,000 entries of one's own, over all packs.
#[test]
fn many_rules_are_looked_at_in_little_time() {
    let keys: String = (0..2000).map(|i| format!("[[field]]\nkeys = [\"own_{i}\", \"*_own_{i}_*\"]\n")).collect();
    let include: Vec<String> = PACKS.iter().map(|pack| format!("\"builtin:{}\"", pack.name)).collect();
    let rules = format!("version = 1\ninclude = [{}]\n{keys}", include.join(", "));
    let policy: Policy = rules.parse().expect("good rules");
    let start = std::time::Instant::now();
    let written = Written {
        files: &[],
        compiled: policy.compiled(),
        places: &Places::default(),
        levels: vec![DataClass::Internal],
        key_ring: None,
    };
    assert!(diagnose(&written).is_empty());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
