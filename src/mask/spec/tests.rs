use super::*;
use crate::mask::{KeyRing, MaskError, Outcome, Subject};

#[derive(Debug, serde::Deserialize)]
struct Rule {
    mask: MaskSpec,
}

fn parse(mask: &str) -> Result<Vec<StepSpec>, toml::de::Error> {
    toml::from_str(&format!("mask = {mask}")).map(|rule: Rule| rule.mask.0)
}

fn parse_error(mask: &str) -> String {
    parse(mask).unwrap_err().message().to_owned()
}

fn compile_error(mask: &str, maskers: &MaskerSet) -> SpecError {
    MaskSpec(parse(mask).unwrap()).compile(maskers).unwrap_err()
}

fn named(name: &str) -> StepSpec {
    StepSpec::Named(name.to_owned())
}

/// A masker of the application's.
struct Plate;

impl Masker for Plate {
    fn mask(&self, _: &str, _: &Subject<'_>, _: &mut String) -> Result<Outcome, MaskError> {
        Err(MaskError)
    }
}

fn with_custom(name: &str) -> MaskerSet {
    MaskerSet { custom: [(name.to_owned(), Arc::new(Plate) as Arc<dyn Masker>)].into(), ..MaskerSet::default() }
}

#[test]
fn a_string_a_table_or_a_list() {
    for (mask, steps) in [
        (r#""erase""#, vec![named("erase")]),
        ("{ keep_last = 4 }", vec![StepSpec::Keep { first: 0, last: 4 }]),
        ("{ keep_last = 4, keep_first = 6 }", vec![StepSpec::Keep { first: 6, last: 4 }]),
        (r#"{ fixed = "***" }"#, vec![StepSpec::Fixed("***".to_owned())]),
        ("{ bucket = 10 }", vec![StepSpec::Bucket(10)]),
        (r#"["lowercase", { keep_last = 4 }]"#, vec![named("lowercase"), StepSpec::Keep { first: 0, last: 4 }]),
    ] {
        assert_eq!(parse(mask).unwrap(), steps, "{mask}");
    }
    let table: Rule = toml::from_str("[mask]\nkeep_last = 4").unwrap();
    assert_eq!(table.mask.0, [StepSpec::Keep { first: 0, last: 4 }]);
}

#[test]
fn mistakes_in_the_form_say_what_to_write() {
    for (mask, expected) in [
        ("[]", "this list of maskers is empty: write \"erase\""),
        ("{}", "this masker is empty"),
        ("{ kep_last = 4 }", "there is no masker with a key `kep_last`: did you mean `keep_last`?"),
        ("{ keep-first = 4 }", "there is no masker with a key `keep-first`: did you mean `keep_first`?"),
        (
            "{ rounding = 4 }",
            "there is no masker with a key `rounding`: the keys are `fixed`, `keep_first`, `keep_last`, `bucket`",
        ),
        ("{ erase = true }", "`erase` takes no value: write \"erase\""),
        (r#"{ fixed = "x", bucket = 2 }"#, "`bucket` and `fixed` are two maskers: write them as a list"),
        ("{ keep_last = 4, bucket = 2 }", "`bucket` and `keep_last` are two maskers"),
        ("{ keep_last = -1 }", "`keep_last` must be a whole number, not below 0"),
        ("{ bucket = 2.5 }", "invalid type: floating point `2.5`"),
        (r#"{ keep_last = "4" }"#, "invalid type: string"),
        ("{ fixed = 4 }", "invalid type: integer `4`, expected a string"),
        (
            "4",
            "invalid type: integer `4`, expected a masker such as \"erase\" or { keep_last = 4 }, or a list of maskers",
        ),
        ("[\"erase\", 4]", "invalid type: integer `4`, expected a masker such as"),
        ("[[\"erase\"]]", "invalid type: sequence, expected a masker such as"),
    ] {
        let message = parse_error(mask);
        assert!(message.starts_with(expected), "{mask}: {message}");
    }
    let spanned = parse("[\"erase\", { kep_last = 4 }]").unwrap_err();
    assert!(spanned.span().is_some_and(|span| span.start > 0), "the place in the file is known");
}

#[test]
fn mistakes_in_the_meaning_say_how_to_mend_them() {
    let none = MaskerSet::default();
    let long = format!("{{ fixed = \"{}\" }}", "x".repeat(65));
    for (mask, message, hint) in [
        (r#""tokenise""#, "there is no masker named `tokenise`", "did you mean \"tokenize\"?"),
        (r#""keep_lst""#, "there is no masker named `keep_lst`", "did you mean { keep_first = 2, keep_last = 2 }?"),
        (r#""IP-Prefix""#, "there is no masker named `IP-Prefix`", "did you mean \"ip_prefix\"?"),
        (r#""sha256""#, "there is no masker named `sha256`", "the maskers are: erase, drop, fixed, keep, email_domain"),
        (r#""""#, "there is no masker named ``", "the maskers are: erase"),
        (r#""keep_last""#, "`keep_last` needs to know more", "write mask = { keep_first = 2, keep_last = 2 }"),
        (r#""bucket""#, "`bucket` needs to know more", "write mask = { bucket = 10 }"),
        (
            r#""tokenize""#,
            "`tokenize` needs a token key",
            "make one and keep it: `export TRACING_PRIVACY_KEY=k1:$(openssl rand -base64 32)`",
        ),
        (
            r#""lowercase""#,
            "this mask ends with `lowercase`, which hides nothing",
            "put a masker that hides behind it, such as [\"lowercase\", \"tokenize\"]",
        ),
        (r#"["trim", "digits"]"#, "this mask ends with `digits`", "put a masker that hides"),
        ("{ keep_last = 0 }", "a mask that keeps no character", "write \"erase\""),
        ("{ bucket = 1 }", "a bucket 1 wide hides nothing", "write a width of 2"),
        (r#"{ fixed = "a\nb" }"#, "this fixed text has control characters", "use at most 64 bytes"),
        (&long, "this fixed text has control characters or is too long", "use at most 64 bytes"),
    ] {
        let error = compile_error(mask, &none);
        assert!(error.message.starts_with(message), "{error}");
        assert!(error.hint.as_ref().is_some_and(|found| found.starts_with(hint)), "{error}");
    }
    assert!(MaskSpec(Vec::new()).compile(&none).is_err());
}

#[test]
fn the_applications_own_maskers_are_found_by_name() {
    let maskers = with_custom("plate");
    let chain = MaskSpec(vec![named("trim"), named("plate")]).compile(&maskers).unwrap();
    assert_eq!(chain.masker_name(), "plate");
    let error = compile_error(r#""plates""#, &maskers);
    assert_eq!(error.hint.as_deref(), Some("did you mean \"plate\"?"));
}

#[test]
fn a_built_in_name_cannot_be_taken() {
    for name in ["erase", "tokenize", "keep_last", "keep"] {
        let error = compile_error(&format!("{name:?}"), &with_custom(name));
        assert!(error.message.contains("is a built-in one"), "{error}");
    }
}

#[test]
fn tokenize_works_with_a_key() {
    let maskers = MaskerSet { key_ring: KeyRing::ephemeral().ok(), ..MaskerSet::default() };
    assert!(MaskSpec(vec![named("tokenize")]).compile(&maskers).is_ok());
}
