//! Documents and disguises: the cases of `data/documents.toml` and `data/disguises.toml`, through a policy and through
//! the real subscriber.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use serde::Deserialize;
use tracing::info;
use tracing_privacy::Policy;
use tracing_privacy::observe::{Decision, Observer};
use tracing_privacy::testing::{Output, capture, capture_without_boundary};

/// What stands in a document, unless it says otherwise.
const SECRET: &str = "hunter2-canary-9f3a";
/// So much of a secret may remain of a document that was cut off.
const LONGEST_REST: usize = 7;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    /// What must not come out.
    #[serde(default = "default_secret")]
    secret: Vec<String>,
    /// What must.
    keep: Vec<String>,
    /// Whether the secret is known by what stands before it, so that it is masked when its end is cut off.
    #[serde(default = "yes")]
    cut: bool,
}

fn default_secret() -> Vec<String> {
    vec![SECRET.to_owned()]
}

fn yes() -> bool {
    true
}

static DOCUMENTS: LazyLock<Vec<Case>> = LazyLock::new(|| read(include_str!("data/documents.toml")));
static DISGUISES: LazyLock<Vec<Case>> = LazyLock::new(|| read(include_str!("data/disguises.toml")));

fn read(cases: &str) -> Vec<Case> {
    let file: File = toml::from_str(cases).expect("the cases are in order");
    file.case
}

fn all() -> impl Iterator<Item = &'static Case> {
    DOCUMENTS.iter().chain(&*DISGUISES)
}

/// Gathers what is wrong, so that one run shows all.
#[track_caller]
fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn faults(case: &Case, masked: &str) -> Option<String> {
    let leaks = case.secret.iter().any(|secret| masked.contains(secret));
    let lost = case.keep.iter().find(|keep| !masked.contains(*keep));
    let what = if leaks { "leaks".to_owned() } else { format!("lost {:?}", lost?) };
    Some(format!("{}: {what}\n  {}\n  {masked}", case.name, case.text))
}

#[test]
fn every_case_holds_its_secret() {
    for case in all() {
        assert!(case.secret.iter().any(|secret| case.text.contains(secret)), "{}", case.name);
        assert!(case.keep.iter().all(|keep| case.text.contains(keep)), "{}", case.name);
    }
}

#[test]
fn the_secret_goes_and_the_rest_stays() {
    let policy = Policy::builtin();
    report(all().filter_map(|case| faults(case, &policy.sanitize_text(&case.text))).collect());
}

#[test]
fn masking_twice_is_masking_once() {
    let policy = Policy::builtin();
    let twice = |case: &Case| {
        let once = policy.sanitize_text(&case.text);
        let twice = policy.sanitize_text(&once);
        (once != twice).then(|| format!("{}\n  {once}\n  {twice}", case.name))
    };
    report(all().filter_map(twice).collect());
}

#[test]
fn a_document_that_is_cut_off_is_masked() {
    let policy = Policy::builtin();
    let mut bad = Vec::new();
    for case in DOCUMENTS.iter().filter(|case| case.cut) {
        let pieces: Vec<&[u8]> = case.secret[0].as_bytes().windows(LONGEST_REST + 1).collect();
        let rest = |cut: usize| {
            let mut masked = Vec::new();
            policy.sanitize_line(&case.text.as_bytes()[..cut], &mut masked);
            let leaks = pieces.iter().any(|piece| masked.windows(piece.len()).any(|window| window == *piece));
            leaks.then(|| format!("{}\n  {}", case.name, String::from_utf8_lossy(&masked)))
        };
        bad.extend((0..=case.text.len()).find_map(rest));
    }
    report(bad);
}

#[test]
fn nothing_comes_through_the_boundary() {
    let policy = Policy::builtin();
    let mut bad = Vec::new();
    for case in all() {
        let text = case.text.as_str();
        let ways: [(&str, &dyn Fn()); 4] = [
            ("message", &|| info!("{text}")),
            ("field", &|| info!(note = text)),
            ("Display", &|| info!(note = %text)),
            ("Debug", &|| info!(note = ?text)),
        ];
        for (way, log) in ways {
            let raw = capture_without_boundary(log);
            let masked = capture(&policy, log);
            assert!(!raw.text(Output::Json).is_empty());
            for output in [Output::Full, Output::Json] {
                // After the level: the digits of the time are none of the event's.
                let masked = masked.text(output);
                let (_, masked) = masked.split_once("INFO").expect("each output has a level");
                if case.secret.iter().any(|secret| masked.contains(secret)) {
                    bad.push(format!("{} as {way} in {}\n  {masked}", case.name, output.name()));
                }
            }
        }
    }
    report(bad);
}

#[test]
fn numbers_are_looked_at() {
    let card = 4_012_888_888_881_881_u64;
    let text = capture(&Policy::builtin(), || {
        info!(a = card, b = card as i64, c = card as f64, d = u128::from(card), e = i128::from(card));
        info!(ssn = 123_456_789_u32, phone = 12_025_550_143_i64, pin = 12_349_876_u32);
        info!("ssn=123456789 phone: 12025550143");
    })
    .text(Output::Json);
    for secret in ["40128888", "123456789", "1202555", "12349876"] {
        assert!(!text.contains(secret), "{text}");
    }
    let plain = capture(&Policy::builtin(), || info!(count = 123_456_789_u32, at = 12_025_550_143_i64));
    let plain = plain.text(Output::Json);
    assert!(plain.contains("123456789") && plain.contains("12025550143"), "a number says nothing by itself: {plain}");
}

/// Texts that tempt a reader to read the same bytes again and again.
const PIECES: &[&str] = &[
    "%2525",
    "%40",
    r"\u0040",
    "\\",
    r"\\u{",
    "&amp;",
    "&#38;#",
    "&",
    "\u{200b}",
    "\u{a0}",
    "４",
    "amFuZS5jYW5hcnlAZXhhbXBsZS5jb20",
    "amFuZS5jYW5hcnlAZXhhbXBsZS5jb20=",
    "Y2FuYXJ5",
    "63616e617279",
    "<password>",
    "<password",
    "<password> ",
    "<password><![CDATA[",
    "<password><![CDATA[ ",
    "(\"password\", ",
    "(\"password\", \"",
    "(\"password\", [",
    "(\"password\", Some(",
    "(\\n",
    "{\"password\":{",
    "(password) VALUES ('",
    "(a) VALUES (",
    "password IN ('x', ",
    "password LIKE '",
    "password <> '",
    "password: |\n x\n",
    "password:\n\n",
    "password:\\n",
    "&password: ",
    "Cookie: a\r\n ",
    "[redacted:contact]%40",
];

/// Notices values that could not be read: a panic of ours is caught, and then counts as one.
struct Unreadable(Arc<AtomicBool>);

impl Observer for Unreadable {
    fn decided(&self, decision: &Decision<'_>) {
        self.0.fetch_or(decision.rule == "unreadable", Ordering::Relaxed);
    }
}

#[test]
fn no_text_breaks_the_reader() {
    let unreadable = Arc::new(AtomicBool::new(false));
    let policy = Policy::builder().include_all().observer(Unreadable(unreadable.clone())).build();
    let policy = policy.expect("all packs compile");
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let pieces: Vec<&[u8]> =
        PIECES.iter().map(|piece| piece.as_bytes()).chain(all().map(|case| case.text.as_bytes())).collect();
    for _ in 0..400 {
        let mut text = Vec::new();
        while text.len() < 300 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let piece = pieces[(state >> 8) as usize % pieces.len()];
            text.extend(&piece[..piece.len().min((state >> 32) as usize % 60)]);
            if state.is_multiple_of(8) {
                text.push((state >> 16) as u8);
            }
        }
        policy.sanitize_line(&text, &mut Vec::new());
        assert!(!unreadable.load(Ordering::Relaxed), "{}", String::from_utf8_lossy(&text));
    }
}

/// Gathers who dropped what.
#[derive(Clone, Default)]
struct Drops(Arc<Mutex<Vec<String>>>);

impl Observer for Drops {
    fn decided(&self, decision: &Decision<'_>) {
        let told = format!("{} {} {}", decision.rule, decision.masker, decision.field);
        self.0.lock().expect("no test panics with the lock held").push(told);
    }
}

impl Drops {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics with the lock held"))
    }
}

#[test]
fn a_member_that_is_dropped_leaves_good_json() {
    const RULES: &str = "version = 1\n[[field]]\nname = \"goes\"\nkeys = [\"gone\", \"away\"]\nmask = \"drop\"\n";
    let drops = Drops::default();
    let policy = Policy::builder().rules(RULES).observer(drops.clone()).build().unwrap();
    for (text, expected, dropped) in [
        (r#"{"gone":1}"#, r#"{}"#, 1),
        (r#"{ "gone" : "x" }"#, r#"{  }"#, 1),
        (r#"{"gone":1,"a":2}"#, r#"{"a":2}"#, 1),
        (r#"{"a":2, "gone":"x"}"#, r#"{"a":2}"#, 1),
        (r#"{"a":2, "gone":{"away":[1,{}]}, "b":3}"#, r#"{"a":2, "b":3}"#, 1),
        (r#"{"gone":1,"away":null}"#, r#"{}"#, 2),
        (r#"{"gone":1 , "away":"", "a":2}"#, r#"{"a":2}"#, 2),
        (r#"{"a":2,"gone":1,"away":2}"#, r#"{"a":2}"#, 2),
        (r#"{"gone":1,"a":2,"away":[]}"#, r#"{"a":2}"#, 2),
        (r#"{"a":2,"gone":1,"b":3,"gone":1,"away":2}"#, r#"{"a":2,"b":3}"#, 3),
        (r#"[{"gone":1},{"a":{"gone":1},"b":[{"away":2}]}]"#, r#"[{},{"a":{},"b":[{}]}]"#, 3),
        (r#"{"gone":1} and gone=2 b=3"#, "{} and gone=[redacted:sensitive] b=3", 2),
    ] {
        assert_eq!(policy.sanitize_text(text), expected, "{text}");
        let told = drops.take();
        assert_eq!(told.len(), dropped, "{text}: {told:?}");
        assert!(told.iter().all(|told| told == "goes drop gone" || told == "goes drop away"), "{text}: {told:?}");
        let Ok(mut json) = serde_json::from_str::<serde_json::Value>(text) else { continue };
        policy.sanitize_json(&mut json);
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(expected).expect("it stays JSON"), "{text}");
        drops.take();
    }
}

#[test]
fn a_field_that_is_dropped_is_told_of() {
    for (rules, told) in [
        ("version = 1\n[[field]]\nkeys = [\"gone\"]\nmask = [\"trim\", \"drop\"]\n", "gone drop gone"),
        ("version = 1\n[defaults]\nunlisted = \"drop\"\n", "unlisted drop gone"),
    ] {
        let drops = Drops::default();
        let policy = Policy::builder().rules(rules).observer(drops.clone()).build().unwrap();
        capture(&policy, || info!(gone = 7, "text"));
        assert_eq!(drops.take(), [told]);
        capture(&policy, || info!(gone = "x", "text"));
        assert_eq!(drops.take(), [told]);
    }
}

#[test]
fn rules_with_parents_reach_all_depths() {
    let policy: Policy = "version = 1\n[[field]]\nkeys = [\"customer.*.pin\"]\n".parse().unwrap();
    for text in [
        r#"{"customer":{"card":{"pin":"1234"}}}"#,
        r#"{"custome\u0072":{"c\u0061rd":{"p\u0069n":"1234"}}}"#,
        r#"{"customer":{"card":"{\"pin\":\"1234\"}"}}"#,
        r#"{"custome\u0072":{"card":"{\"pin\":\"1234\"}"}}"#,
        r#"{"customer":"{\"card\":{\"pin\":\"1234\"}}"}"#,
        r#"{"customer.card":{"pin":"1234"}}"#,
        r#"{"at":{"custome\u0072.card":[{"pin":"1234"}]}}"#,
        r#"{"customer":["{\"card\":{\"pin\":\"1234\"}}"]}"#,
    ] {
        let masked = policy.sanitize_text(text);
        assert!(masked.contains("[redacted:sensitive]") && !masked.contains("1234"), "{text}: {masked}");
        let mut json: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
        policy.sanitize_json(&mut json);
        let masked = json.to_string();
        assert!(masked.contains("[redacted:sensitive]") && !masked.contains("1234"), "{text}: {masked}");
    }
}

/// A key that is a path is read alike where it is a field's, in text, and as a key of JSON, nested or flat.
#[test]
fn a_path_is_one_key_and_many() {
    let own: Policy = "version = 1\n[[field]]\nkeys = [\"customer.reference\"]\n".parse().unwrap();
    let builtin = Policy::builtin();
    // Of a nested key, only rules with parents ask for what it stands in; and in text, `session.id: closed` may be the name of a logger.
    let cases = [
        (&own, "customer.reference", true),
        (&own, "order.customer.reference.value", true),
        (&builtin, "http.request.header.authorization", true),
        (&builtin, "user.dob", true),
        (&builtin, "session.id", false),
        (&builtin, "tls.private.key", false),
    ];
    for (policy, key, nests) in cases {
        let flat = serde_json::json!({ key: SECRET });
        let nested = key.rsplit('.').fold(serde_json::json!(SECRET), |inner, key| serde_json::json!({ key: inner }));
        let half = key.split_once('.').map(|(first, rest)| serde_json::json!({ first: { rest: SECRET } })).unwrap();
        for mut json in [flat, nested, half].into_iter().take(if nests { 3 } else { 1 }) {
            let text = policy.sanitize_text(&json.to_string());
            policy.sanitize_json(&mut json);
            assert!(!text.contains("canary") && !json.to_string().contains("canary"), "{key}: {text} {json}");
        }
        let text = if nests { policy.sanitize_text(&format!("{key}={SECRET}")) } else { String::new() };
        let field = policy.sanitize_field(key, SECRET);
        assert!(!text.contains("canary") && !field.contains("canary"), "{key}: {text} {field}");
    }
}
