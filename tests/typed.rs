//! Values that say themselves what they are, through the real subscriber.

use std::fmt;

use secrecy::SecretString;
use serde::Serialize;
use tracing::{info, info_span};
use tracing_privacy::mask::KeyRing;
use tracing_privacy::testing::{Output, capture, capture_without_boundary};
use tracing_privacy::typed::{Sensitive, confidential, internal};
use tracing_privacy::{Category, DataClass, FieldBuilder, Mask, Policy};

const NAME: &str = "Jane \"Canary\" Roe";

#[derive(Debug, Serialize)]
struct Patient {
    id: u32,
    name: Sensitive<String>,
    notes: Vec<Sensitive<String>>,
}

fn patient() -> Patient {
    let person = |text: &str| confidential(text.to_owned()).category(Category::PERSON);
    Patient { id: 7, name: person(NAME), notes: vec![person("Canary one\nCanary two"), person("")] }
}

/// Prints what it holds twice, padded, and once more from a text made of it.
struct Twice<T>(T);

impl<T: fmt::Debug + fmt::Display> fmt::Debug for Twice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}", self.0);
        write!(f, "<{:>40}> <{:.3}> {:?} {text:?}", self.0, self.0, self.0)
    }
}

/// Serializes what it holds when it is printed.
struct AsJson<T>(T);

impl<T: Serialize> fmt::Display for AsJson<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

#[track_caller]
fn assert_hidden(policy: &Policy, log: impl Fn()) {
    let captured = capture(policy, &log);
    for output in Output::ALL {
        let text = captured.text(output);
        assert!(text.contains("[redacted:person]"), "{}: {text}", output.name());
        assert!(!text.contains("Canary"), "{}: {text}", output.name());
    }
    let outside = capture_without_boundary(&log);
    for output in Output::ALL {
        let text = outside.text(output);
        assert!(text.contains("[redacted:person]") && !text.contains("Canary"), "outside, {}: {text}", output.name());
    }
}

#[test]
fn typed_values_are_masked_wherever_they_stand() {
    let policy = Policy::builtin();
    let person = || confidential(NAME).category(Category::PERSON);
    assert_hidden(&policy, || info!(who = %person()));
    assert_hidden(&policy, || info!(who = ?person()));
    assert_hidden(&policy, || info!("met {} today", person()));
    assert_hidden(&policy, || info!(who = ?patient()));
    assert_hidden(&policy, || info!(who = format_args!("{:#?}", patient())));
    assert_hidden(&policy, || info!(who = ?Twice(person())));
    assert_hidden(&policy, || info!(who = ?Some((1, [person()]))));
    assert_hidden(&policy, || info!(who = serde_json::to_string(&patient()).unwrap()));
    assert_hidden(&policy, || info!(who = %serde_json::to_string(&patient()).unwrap()));
    assert_hidden(&policy, || info!(who = %AsJson(patient())));
    assert_hidden(&policy, || info_span!("visit", who = %person()).in_scope(|| info!("inside")));
}

#[test]
fn what_is_around_a_typed_value_stays() {
    let text = capture(&Policy::builtin(), || info!(who = ?patient())).text(Output::Json);
    let expected = "Patient { id: 7, name: [redacted:person], notes: [[redacted:person], ] }";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_text_that_imitates_a_placeholder_changes_nothing() {
    let text = capture(&Policy::builtin(), || info!("[redacted:person] {} [redacted:person]", internal(NAME)));
    let text = text.text(Output::Json);
    assert!(text.contains("[redacted:person] [redacted:sensitive] [redacted:person]"), "{text}");
}

#[test]
fn a_class_below_mask_from_passes_and_is_scanned() {
    let policy = Policy::builder().include_all().mask_from(DataClass::Confidential).build().unwrap();
    let text = capture(&policy, || {
        info!(ward = %internal("ward 3, jane.canary@example.com"), name = %confidential("Canary"));
        info!(all = ?Sensitive::new("x").class(DataClass::Public), pad = format_args!("<{:>4}>", internal(7)));
        info!(password = %internal("hunter2-canary"));
    })
    .text(Output::Json);
    assert!(text.contains("ward 3, ***@example.com") && text.contains("[redacted:sensitive]"), "{text}");
    assert!(text.contains(r#"\"x\""#) && text.contains("<   7>"), "{text}");
    assert!(!text.to_lowercase().contains("canary"), "{text}");
}

#[test]
fn the_key_and_the_defaults_say_how_it_is_masked() {
    let policy = Policy::builder()
        .rules("version = 1\n[defaults]\nmask = \"tokenize\"")
        .field(FieldBuilder::new(["badge"]).mask(Mask::keep(0, 2)))
        .key_ring(KeyRing::ephemeral().unwrap())
        .build()
        .unwrap();
    let text = capture(&policy, || {
        let name = || confidential("Canary").category(Category::PERSON);
        info!(badge = %confidential("A-48213"), a = %name(), b = ?name(), c = %AsJson(name()));
    })
    .text(Output::Json);
    assert!(text.contains("*-***13") && !text.contains("Canary"), "{text}");
    let token = text.find("tok-person-").map(|at| &text[at..]).unwrap();
    let token = &token[..token.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap()];
    assert_eq!(text.matches(token).count(), 3, "equal values have equal tokens in all forms: {text}");
}

#[test]
fn masking_is_counted() {
    let policy = Policy::builder().include_all().build().unwrap();
    capture(&policy, || info!(who = %confidential(NAME)));
    assert_eq!(policy.counts().masked, 1);
}

#[test]
fn a_value_that_cannot_be_printed_is_hidden() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Canary")?;
            Err(fmt::Error)
        }
    }
    let text = capture(&Policy::builtin(), || info!(who = %confidential(Broken))).text(Output::Json);
    assert!(text.contains("[redacted:sensitive]") && !text.contains("Canary"), "{text}");
}

#[test]
fn a_thread_of_its_own_is_outside() {
    struct Elsewhere;
    impl fmt::Debug for Elsewhere {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let text = std::thread::spawn(|| internal("Canary").to_string()).join().map_err(|_| fmt::Error)?;
            f.write_str(&text)
        }
    }
    let policy = Policy::builder().include_all().mask_from(DataClass::Confidential).build().unwrap();
    let text = capture(&policy, || info!(who = ?Elsewhere, pass = %internal("plain"))).text(Output::Json);
    assert!(text.contains("[redacted:sensitive]") && text.contains("plain") && !text.contains("Canary"), "{text}");
    assert_eq!(internal("Canary").to_string(), "[redacted:sensitive]", "after a boundary, too");
}

#[test]
fn types_of_secrecy_stay_as_they_print() {
    #[derive(Debug)]
    #[allow(dead_code, reason = "read by Debug")]
    struct Login {
        user: &'static str,
        password: SecretString,
        id: u32,
    }
    let secret = || SecretString::from("canary-9f3a");
    let text = capture(&Policy::builtin(), || {
        info!(note = ?secret());
        info!(password = ?secret());
        info!(login = ?Login { user: "jo", password: secret(), id: 7 });
    })
    .text(Output::Json);
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains(r#""note":"SecretBox<str>([REDACTED])""#), "{text}");
    assert!(text.contains(r#""password":"SecretBox<str>([REDACTED])""#), "{text}");
    assert!(text.contains("password: SecretBox<str>([REDACTED]), id: 7 }"), "{text}");
}
