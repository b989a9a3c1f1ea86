use super::*;
use crate::mask::MaskerSet;
use crate::mask::key_ring::KeyRing;
use crate::mask::spec::{MaskSpec, StepSpec};
use crate::policy::{Category, DataClass};

const SUBJECT: Subject<'static> = Subject::new(&Category::CONTACT, DataClass::Confidential, "test");

/// A masker of the application's that does whatever a test wants.
struct Custom<F>(F, Reveals);

impl<F> Masker for Custom<F>
where
    F: Fn(&str, &mut String) -> Result<Outcome, MaskError> + Send + Sync + 'static,
{
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        (self.0)(value, out)
    }

    fn reveals(&self) -> Reveals {
        self.1
    }
}

fn custom(f: impl Fn(&str, &mut String) -> Result<Outcome, MaskError> + Send + Sync + 'static) -> Step {
    Step { name: "custom".into(), masker: Arc::new(Custom(f, Reveals::Parts)) }
}

/// A chain of built-in maskers.
fn chain(steps: &[StepSpec]) -> Chain {
    let ring = KeyRing::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let maskers = MaskerSet { key_ring: Some(ring), ..MaskerSet::default() };
    MaskSpec(steps.to_vec()).compile(&maskers).unwrap()
}

fn named(name: &str) -> StepSpec {
    StepSpec::Named(name.to_owned())
}

/// Applies a chain behind text that must stay as it is.
fn apply(chain: &Chain, value: impl AsRef<[u8]>) -> (Applied, String) {
    let mut out = b"before ".to_vec();
    let applied = chain.apply(value.as_ref(), &SUBJECT, &mut out);
    let out = String::from_utf8(out).unwrap();
    (applied, out.strip_prefix("before ").unwrap().to_owned())
}

fn replaced(text: &str) -> (Applied, String) {
    (Applied::Replaced, text.to_owned())
}

const FAILED: &str = "[redacted:contact]";

#[test]
fn each_step_works_on_what_the_one_before_wrote() {
    let chain = chain(&[named("trim"), named("lowercase"), named("tokenize")]);
    let token = "tok-contact-k1-kbp4254anflrqxoszkmklwesky";
    for value in ["ann@example.com", " Ann@Example.COM\n"] {
        assert_eq!(apply(&chain, value), replaced(token));
    }
}

#[test]
fn what_is_masked_already_stays() {
    let keep = StepSpec::Keep { first: 0, last: 4 };
    for chain in
        [Chain::erase(), chain(&[named("tokenize")]), chain(&[keep]), chain(&[named("lowercase"), named("ip_prefix")])]
    {
        for mark in ["tok-payment-old-kbp4254anflrqxoszkmklwesky", "[redacted:health]"] {
            assert_eq!(apply(&chain, mark), replaced(mark), "{chain:?}");
        }
        assert_ne!(apply(&chain, "[redacted:health] Ann").1, "[redacted:health] Ann", "{chain:?}");
    }
}

#[test]
fn a_failing_masker_leaves_nothing_behind() {
    let half = |value: &str, out: &mut String| {
        out.push_str(value);
        Err(MaskError)
    };
    assert_eq!(apply(&Chain::new(vec![custom(half)]), "secret"), (Applied::Failed, FAILED.to_owned()));

    let first = |value: &str, out: &mut String| {
        out.push_str(value);
        Ok(Outcome::Replaced)
    };
    let chain = Chain::new(vec![custom(first), custom(half)]);
    assert_eq!(apply(&chain, "secret"), (Applied::Failed, FAILED.to_owned()));
}

#[test]
fn a_panicking_masker_leaves_nothing_behind_and_harms_no_later_value() {
    struct PanicsAgain;
    impl Drop for PanicsAgain {
        fn drop(&mut self) {
            panic!("while dropped");
        }
    }
    let panics = |value: &str, out: &mut String| {
        out.push_str(value);
        if value == "secret" {
            std::panic::panic_any(PanicsAgain);
        }
        Ok(Outcome::Replaced)
    };
    let chain = Chain::new(vec![custom(panics), custom(panics)]);
    let mut out = Vec::new();
    assert_eq!(chain.apply(b"secret", &SUBJECT, &mut out), Applied::Failed);
    assert_eq!(chain.apply(b", next", &SUBJECT, &mut out), Applied::Replaced);
    assert_eq!(out, b"[redacted:contact], next");
}

#[test]
fn what_was_left_in_the_scratch_is_not_written() {
    let keep = || StepSpec::Keep { first: 0, last: 1 };
    for steps in [vec![keep()], vec![named("trim"), named("digits"), keep()]] {
        SCRATCH.set(Scratch { read: "left".to_owned(), written: "left".to_owned() });
        assert_eq!(apply(&chain(&steps), "123"), replaced("**3"));
    }
}

#[test]
fn a_dropped_value_ends_the_chain() {
    let never = custom(|_, _| panic!("not reached"));
    let drops = custom(|value, out| {
        out.push_str(value);
        Ok(Outcome::Dropped)
    });
    assert_eq!(apply(&Chain::new(vec![drops, never]), "secret"), (Applied::Dropped, String::new()));
    assert_eq!(apply(&chain(&[named("drop"), named("erase")]), "secret"), (Applied::Dropped, String::new()));
}

#[test]
fn any_bytes_can_be_masked() {
    let keep = chain(&[StepSpec::Keep { first: 0, last: 2 }]);
    for value in [&b"\xff\xfe4111\xf0\x9f"[..], b"", b"\0", "\u{301}".as_bytes(), b"[redacted:\xff]"] {
        assert_eq!(apply(&Chain::erase(), value), replaced(FAILED));
        assert_eq!(apply(&chain(&[named("ip_prefix")]), value).0, Applied::Failed);
        assert!(is_own_mark(apply(&chain(&[named("tokenize")]), value).1.as_bytes()));
        assert_eq!(apply(&keep, value).0, Applied::Replaced);
    }
    assert_eq!(apply(&keep, b"\xff41112").1, "****12");
}

#[test]
fn a_large_value_does_not_hold_its_memory() {
    let large = vec![b'7'; 10 << 20];
    let mut out = Vec::new();
    let keep = chain(&[named("digits"), StepSpec::Keep { first: 0, last: 4 }]);
    assert_eq!(keep.apply(&large, &SUBJECT, &mut out), Applied::Replaced);
    let scratch = SCRATCH.take();
    assert!(out.len() == large.len() && out.ends_with(b"*7777"));
    assert!(scratch.read.capacity() + scratch.written.capacity() <= 4 * Scratch::KEPT);
    assert!(scratch.read.is_empty() && scratch.written.is_empty());
}

#[test]
fn the_step_that_shows_least_decides() {
    let keep = || StepSpec::Keep { first: 0, last: 4 };
    for (steps, reveals, tokenizes, keeps_parts) in [
        (vec![named("erase")], Reveals::Nothing, false, false),
        (vec![named("drop")], Reveals::Nothing, false, false),
        (vec![StepSpec::Fixed("***".to_owned())], Reveals::Nothing, false, false),
        (vec![keep()], Reveals::Parts, false, true),
        (vec![StepSpec::Bucket(10)], Reveals::Parts, false, true),
        (vec![named("email_domain")], Reveals::Parts, false, true),
        (vec![named("digits"), named("tokenize")], Reveals::Nothing, true, false),
        (vec![named("digits"), keep(), named("lowercase")], Reveals::Parts, false, true),
        (vec![keep(), named("tokenize")], Reveals::Nothing, true, false),
        (vec![named("tokenize"), keep()], Reveals::Nothing, true, false),
    ] {
        let chain = chain(&steps);
        let found = (chain.reveals(), chain.tokenizes(), chain.keeps_parts());
        assert_eq!(found, (reveals, tokenizes, keeps_parts), "{chain:?}");
    }
}

#[test]
fn decisions_name_the_last_step() {
    assert_eq!(Chain::default().masker_name(), "erase");
    assert_eq!(Chain::new(Vec::new()).masker_name(), "erase");
    assert_eq!(chain(&[named("lowercase"), named("tokenize")]).masker_name(), "tokenize");
    assert_eq!(chain(&[StepSpec::Keep { first: 1, last: 0 }]).masker_name(), "keep");
    assert_eq!(format!("{:?}", chain(&[named("lowercase"), named("tokenize")])), r#"["lowercase", "tokenize"]"#);
}
