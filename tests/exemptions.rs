//! Exemptions: what they let pass, what they do not, and how they end.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use tracing_privacy::observe::{Decision, Notice, Observer};
use tracing_privacy::testing::{Output, capture};
use tracing_privacy::typed::confidential;
use tracing_privacy::{Exemption, Policy};

const RULES: &str = r#"
version = 1
include = ["builtin:secrets", "builtin:pii", "builtin:pci"]

[defaults]
max_exemption = "1h"

[[field]]
name = "gone"
keys = ["gone"]
mask = "drop"
"#;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Told {
    fn decided(&self, _: &Decision<'_>) {}

    fn noticed(&self, notice: &Notice<'_>) {
        let line = match notice {
            Notice::ExemptionArmed(info) => format!("armed {info}"),
            Notice::ExemptionUsed(info) => format!("used {}", info.of),
            Notice::ExemptionExpired(info) => format!("expired {} after {}", info.of, info.used),
            Notice::ExemptionTakenBack(info) => format!("taken back {} after {}", info.of, info.used),
            _ => return,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

fn policy() -> Policy {
    RULES.parse().expect("good rules")
}

fn exemption(exemption: Exemption) -> Exemption {
    exemption.target("shop::*").reason("INC-4711").lasts(MINUTE)
}

fn json(policy: &Policy, log: impl FnOnce()) -> String {
    capture(policy, log).text(Output::Json).to_owned()
}

#[test]
fn one_that_expires_while_the_program_runs() {
    let told = Told::default();
    let policy = Policy::builder().rules(RULES).observer(told.clone()).build().expect("good rules");
    let log = || json(&policy, || tracing::info!(target: "shop::billing", email = "jo@example.com"));
    assert!(!log().contains("jo@example.com"));
    let length = Duration::from_secs(2);
    let guard = policy.exempt(exemption(Exemption::field("email")).lasts(length)).expect("a good exemption");
    assert!(log().contains("jo@example.com") && log().contains("jo@example.com") && guard.is_in_force());
    assert_eq!(policy.in_force().exemptions.len(), 1);
    thread::sleep(length);
    assert!(!guard.is_in_force() && policy.exemptions().is_empty());
    let after = log();
    assert!(!after.contains("jo@example.com") && after.contains("***@example.com"), "{after}");
    drop(guard);
    let told = told.take();
    assert!(
        told[0].starts_with("armed field email in shop::* until 20") && told[0].ends_with("Z: INC-4711"),
        "{told:?}"
    );
    assert_eq!(told[1..], ["used field email", "expired field email after 2"]);
    assert_eq!(policy.counts().exempted, 2);
}

#[test]
fn a_guard_that_is_dropped_ends_it() {
    let told = Told::default();
    let policy = Policy::builder().rules(RULES).observer(told.clone()).build().expect("good rules");
    let guard = policy.exempt(exemption(Exemption::pattern("email"))).expect("a good exemption");
    let log = || json(&policy, || tracing::info!(target: "shop::billing", "mail to jo@example.com"));
    assert!(log().contains("jo@example.com"));
    drop(guard);
    assert!(!log().contains("jo@example.com"));
    assert_eq!(told.take()[1..], ["used pattern email", "taken back pattern email after 1"]);
}

#[test]
fn a_field_passes_with_all_that_is_in_it_wherever_it_is_logged() {
    let policy = policy();
    let keys = ["password", "note", "gone", "user.email", "card"];
    let _guards: Vec<_> =
        keys.map(|key| policy.exempt(exemption(Exemption::field(key))).expect("a good exemption")).into();
    let error = std::io::Error::other("no jo-8@example.com");
    let text = json(&policy, || {
        let span =
            tracing::info_span!(target: "shop::billing", "work", password = "hunter2zq", note = tracing::field::Empty);
        span.record("note", "jo-1@example.com called");
        let _entered = span.enter();
        let body = r#"{"password": "hunter3zq", "gone": "stays-1", "email": "jo-9@example.com"}"#;
        let card = 4_111_111_111_111_111_u64;
        tracing::info!(target: "shop::billing", gone = "stays-2", user.email = "jo-2@example.com", card, body, "password=hunter4zq");
        tracing::info!(target: "shop::billing", note = r#"{"token": "hunter5zq-hunter5zq-hunter"}"#, "a");
        tracing::info!(target: "shop::billing", note = ?Some("jo-7@example.com"), "b");
        tracing::info!(target: "shop::billing", note = &error as &dyn std::error::Error, "c");
        tracing::info!(target: "shop::billing", note = %confidential("Jane Roe"), "d");
    });
    let passes = [
        "hunter2zq",
        "jo-1@example.com",
        "hunter3zq",
        "stays-1",
        "stays-2",
        "jo-2@example.com",
        "4111111111111111",
        "hunter4zq",
        "hunter5zq",
        "jo-7@example.com",
        "jo-8@example.com",
        "Jane Roe",
    ];
    for passes in passes {
        assert!(text.contains(passes), "{passes} in {text}");
    }
    assert!(!text.contains("jo-9@example.com"), "only user.email: {text}");
}

#[test]
fn a_pattern_passes_and_nothing_else_that_stands_there() {
    let policy = policy();
    let _guard = policy.exempt(exemption(Exemption::pattern("email"))).expect("a good exemption");
    let text = json(&policy, || {
        tracing::info!(target: "shop::billing", note = "jo-1@example.com paid with 4111 1111 1111 1111", "password=jo-2@example.com");
        tracing::info!(target: "shop::billing", email = "jo-3@example.com", body = r#"{"x": "jo-4@example.com"}"#, "b");
    });
    assert!(text.contains("jo-1@example.com") && text.contains("jo-4@example.com"), "{text}");
    for masked in ["4111 1111", "jo-2@example.com", "jo-3@example.com"] {
        assert!(!text.contains(masked), "{masked} in {text}");
    }
}

/// A rule of the inventory without a name has that of its first key, which may be a pattern's.
/// A list of bytes is erased whole, so what lets a part of it pass lets none of it pass.
#[test]
fn a_list_of_bytes_passes_with_its_field_only() {
    let bytes = b"mail jo@example.com";
    let document = serde_json::json!({ "body": bytes }).to_string();
    let shown = |exempt: Exemption| {
        let policy = policy();
        let _guard = policy.exempt(exemption(exempt)).expect("a good exemption");
        let log = || tracing::info!(target: "shop::billing", note = ?bytes, "sent");
        let log_document = || tracing::info!(target: "shop::billing", note = document.as_str(), "sent");
        [json(&policy, log).contains("106, 111, 64"), json(&policy, log_document).contains("106,111,64")]
    };
    assert_eq!(shown(Exemption::field("note")), [true, true]);
    assert_eq!(shown(Exemption::field("other")), [false, false]);
    assert_eq!(shown(Exemption::pattern("email")), [false, false]);
}

#[test]
fn a_pattern_is_not_the_field_of_its_name() {
    let policy: Policy =
        "version = 1\ninclude = [\"builtin:pii\"]\n[[field]]\nkeys = [\"email\"]\n".parse().expect("good rules");
    let _guard = policy.exempt(exemption(Exemption::pattern("email"))).expect("a good exemption");
    let text = json(&policy, || {
        tracing::info!(target: "shop::billing", email = "jo-1@example.com", note = "jo-2@example.com", "email=jo-3@example.com");
    });
    assert!(text.contains("jo-2@example.com"), "{text}");
    assert!(!text.contains("jo-1@example.com") && !text.contains("jo-3@example.com"), "{text}");
}

#[test]
fn other_targets_and_calls_without_one_see_nothing_of_it() {
    let policy = policy();
    let _guard = policy.exempt(exemption(Exemption::field("email"))).expect("a good exemption");
    let text = json(&policy, || {
        tracing::info!(target: "workshop", email = "jo@example.com");
        tracing::info!(target: "shop", email = "jo@example.com");
        let nested = NestedLog(tracing::dispatcher::get_default(Clone::clone));
        tracing::info!(target: "shop::billing", ?nested, "outer");
        assert_eq!(policy.sanitize_field("email", "jo@example.com"), "***@example.com");
    });
    assert!(!text.contains("jo@example.com"), "{text}");
}

/// Logs elsewhere while it is printed.
struct NestedLog(tracing::Dispatch);

impl std::fmt::Debug for NestedLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        tracing::dispatcher::with_default(&self.0, || tracing::info!(target: "elsewhere", email = "jo@example.com"));
        f.write_str("password=hunter2zq")
    }
}

/// What an application sanitizes by itself belongs to no target, even while an event of one is formatted.
#[test]
fn what_is_sanitized_meanwhile_sees_nothing_of_it() {
    struct Sanitizes<'p>(&'p Policy, Mutex<Vec<String>>);
    impl std::fmt::Debug for Sanitizes<'_> {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let mut json = serde_json::json!({"note": "jane@example.com"});
            self.0.sanitize_json(&mut json);
            let mut line = Vec::new();
            self.0.sanitize_line(b"jane@example.com", &mut line);
            let (_, at) =
                self.0.sanitize_json_at(&serde_json::json!({"a": "jane@example.com"}), &["a"]).expect("it is there");
            let mut made = self.1.lock().unwrap_or_else(PoisonError::into_inner);
            made.push(self.0.sanitize_text("jane@example.com"));
            made.push(self.0.sanitize_field("note", "jane@example.com"));
            made.extend([json.to_string(), String::from_utf8_lossy(&line).into_owned(), at.to_string()]);
            Ok(())
        }
    }
    let policy = policy();
    let _armed = policy.exempt(exemption(Exemption::pattern("email"))).expect("it is short enough");
    let sanitizes = Sanitizes(&policy, Mutex::default());
    let out = json(&policy, || tracing::info!(target: "shop::cart", note = "jane@example.com", ?sanitizes));
    assert!(out.contains("jane@example.com"), "{out}");
    let made = sanitizes.1.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(made.len(), 5);
    assert!(made.iter().all(|text| text.contains("***@example.com") && !text.contains("jane")), "{made:?}");
}

#[test]
fn the_maximum_and_what_is_missing_are_errors() {
    let policy = policy();
    let error = |exemption: Exemption| policy.exempt(exemption).expect_err("a bad exemption").to_string();
    let good = || exemption(Exemption::field("email"));
    assert_eq!(
        error(good().lasts(61 * MINUTE)),
        "an exemption may be in force for 1h at most, and this one would be longer\n  = help: let it end earlier, or set \
         `max_exemption` in `[defaults]` or in the profile"
    );
    assert!(error(good().lasts(Duration::MAX)).starts_with("an exemption may be in force for 1h at most"));
    assert!(error(good().lasts(Duration::ZERO)).starts_with("an exemption needs a length"));
    assert!(error(good().target(" ")).starts_with("an exemption needs a target"));
    assert!(error(good().reason("\n")).starts_with("an exemption needs a reason"));
    assert!(error(exemption(Exemption::field("*"))).starts_with("a key's last segment must hold a letter"));
    assert!(error(exemption(Exemption::pattern("emial"))).ends_with("did you mean `email`?"));
    assert!(policy.exemptions().is_empty());
    let locked = format!("{RULES}[profile.x]\nlocked = true\nmax_exemption = \"0s\"");
    let locked = Policy::builder().rules(&locked).profile("x").build().expect("good rules");
    assert!(locked.exempt(good()).is_err(), "a locked profile may allow none");
}

#[test]
fn rules_files_have_exemptions_too() {
    let with = |what: &str, expires: &str| {
        let rules =
            format!("{RULES}\n[[exemption]]\n{what}\ntarget = \"shop::*\"\nreason = \"INC-1\"\nexpires = {expires}");
        rules.parse::<Policy>()
    };
    let log = |policy: &Policy| json(policy, || tracing::info!(target: "shop::billing", email = "jo@example.com"));
    let in_time = rfc3339(SystemTime::now() + 30 * MINUTE);
    let policy = with("field = \"email\"", &in_time).expect("a good exemption");
    assert!(log(&policy).contains("jo@example.com"));
    assert_eq!(policy.exemptions().len(), 1);
    let text = json(&policy, || policy.log_in_force());
    assert!(text.contains("privacy exemption in force") && text.contains("INC-1"), "{text}");

    let over = with("field = \"email\"", "2020-02-29T12:00:00Z").expect("no error: else a restart would fail");
    assert!(!log(&over).contains("jo@example.com"));
    let warnings: Vec<String> = over.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.len() == 1 && warnings[0].starts_with("this exemption is over"), "{warnings:?}");
    assert!(json(&over, || over.log_in_force()).contains("this exemption is over"));

    let error = |what: &str, expires: &str| with(what, expires).expect_err("a bad exemption").to_string();
    let too_long = rfc3339(SystemTime::now() + 90 * MINUTE);
    assert!(error("field = \"email\"", &too_long).contains("in force for 1h at most"));
    assert!(error("pattern = \"none\"", &in_time).contains("no pattern in force has this name"));
    assert!(error("field = \"a\"\npattern = \"email\"", &in_time).contains("either a `field` or a `pattern`"));
    assert!(error("", &in_time).contains("either a `field` or a `pattern`"));
    assert!(error("field = \"\"", &in_time).contains("empty segment"));
}

/// A moment as a rules file writes it. Days are counted one by one, which is slow and shares no mistake with the code.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let leap = |year: u64| u64::from(year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }));
    let (mut year, mut month, mut day) = (1970, 0, seconds / 86_400);
    while day >= 365 + leap(year) {
        day -= 365 + leap(year);
        year += 1;
    }
    let lengths = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}
