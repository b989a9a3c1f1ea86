//! The JSON Schema of the rules file: what the types of [`super::file`] cannot say of themselves, and the tests that the
//! committed file is current and says the truth.
//!
//! To write the file anew, set `WRITE_EXPECTED=1`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Value, json};

use super::exemption::Moment;
use super::file::{RuleSwitch, RulesFile, TokenKeySource};
use super::{PACKS, RULES_SCHEMA};
use crate::detect::BUILTIN;
use crate::detect::validator::VALIDATORS;
use crate::mask::maskers;
use crate::mask::spec::MaskSpec;

/// A type that stands for a schema, written in place.
macro_rules! in_place {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)+) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        in_place!(impl $name => $schema);
    )+};
    (impl $name:ident => $schema:expr) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

in_place! {
    /// The only version there is.
    Version => json_schema!({ "const": 1 });
    PackName => json_schema!({ "enum": PACKS.iter().map(|pack| format!("builtin:{}", pack.name)).collect::<Vec<_>>() });
    /// As `span` reads it.
    Length => json_schema!({ "type": "string", "pattern": "^[0-9]+[dhms]$", "examples": ["72h", "7d"] });
    /// As `Category::new` takes it.
    CategoryName => json_schema!({
        "anyOf": [
            { "enum": ["credential", "contact", "payment", "government_id", "health", "network", "person", "sensitive"] },
            { "type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$" },
        ],
    });
    KeyName => json_schema!({ "type": "string", "pattern": "^[a-z0-9_]{1,16}$" });
    /// What holds a letter or digit in its last segment.
    KeyPattern => json_schema!({
        "type": "string",
        "pattern": "[\\p{L}\\p{N}][^.]*$",
        "examples": ["email", "*_email", "customer.email", "customer.*.email"],
    });
    Keys => json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": "[\\p{L}\\p{N}][^.]*$" },
        "minItems": 1,
        "examples": [["email", "*_email", "customer.email"]],
    });
    Regex => json_schema!({ "type": "string", "minLength": 1 });
    Word => json_schema!({ "type": "string", "minLength": 1 });
    Target => json_schema!({ "type": "string", "pattern": "^\\S+$", "examples": ["shop::billing::*"] });
    DetectorName => json_schema!({ "enum": BUILTIN.iter().map(|detector| detector.name).collect::<Vec<_>>() });
    ValidatorName => json_schema!({ "enum": VALIDATORS.iter().map(|validator| validator.name).collect::<Vec<_>>() });
}

in_place!(impl Moment => json_schema!({ "type": "string", "format": "date-time" }));
in_place!(impl TokenKeySource => json_schema!({ "const": "ephemeral" }));

impl JsonSchema for RuleSwitch {
    fn schema_name() -> Cow<'static, str> {
        "RuleSwitch".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mask = generator.subschema_for::<MaskSpec>();
        let class = generator.subschema_for::<crate::policy::DataClass>();
        json_schema!({
            "description": "`\"off\"`, `\"on\"`, or what changes of the rule.",
            "anyOf": [
                { "enum": ["off", "on"] },
                {
                    "type": "object",
                    "properties": { "mask": mask, "class": class },
                    "minProperties": 1,
                    "additionalProperties": false,
                },
            ],
        })
    }
}

impl JsonSchema for MaskSpec {
    fn schema_name() -> Cow<'static, str> {
        "Mask".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let count = json!({ "type": "integer", "minimum": 0 });
        let table = |properties: Value| json!({ "type": "object", "properties": properties, "minProperties": 1, "additionalProperties": false });
        let named: Vec<&str> = maskers().filter(|masker| masker.1.is_empty()).map(|masker| masker.0).collect();
        let step = vec![
            json!({ "enum": named }),
            json!({ "type": "string", "description": "The name of a masker that the program registered." }),
            table(json!({ "keep_first": count, "keep_last": count })),
            table(json!({ "fixed": { "type": "string" } })),
            table(json!({ "bucket": { "type": "integer", "minimum": 2 } })),
        ];
        let mut any = step.clone();
        any.push(json!({ "type": "array", "items": { "anyOf": step }, "minItems": 1 }));
        json_schema!({ "description": "A masker, or several, one after the other.", "anyOf": any })
    }
}

/// Exactly one of the two.
pub(super) fn regex_or_detector(schema: &mut Schema) {
    schema.insert("oneOf".into(), json!([{ "required": ["regex"] }, { "required": ["detector"] }]));
}

/// Exactly one of the two.
pub(super) fn field_or_pattern(schema: &mut Schema) {
    schema.insert("oneOf".into(), json!([{ "required": ["field"] }, { "required": ["pattern"] }]));
}

/// The schema, as it is committed.
fn generated() -> String {
    // The newest draft that the tools for TOML read.
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<RulesFile>();
    let mut schema = serde_json::to_value(schema).expect("a schema is plain data");
    for_toml(&mut schema);
    schema["title"] = "redaction-rules.toml".into();
    schema["description"] = "What tracing-privacy masks in an application's logs.".into();
    serde_json::to_string_pretty(&schema).expect("it is plain data") + "\n"
}

/// TOML has no `null`. What is said to programmers ends where an example begins.
fn for_toml(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                text.truncate(text.find("\n\n").unwrap_or(text.len()));
            }
            members.remove("default");
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    members.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(any)) = members.get_mut("anyOf") {
                any.retain(|one| one != &json!({ "type": "null" }));
            }
            members.values_mut().for_each(for_toml);
        }
        Value::Array(items) => items.iter_mut().for_each(for_toml),
        _ => {}
    }
}

#[test]
fn the_committed_schema_is_current() {
    let generated = generated();
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/redaction-rules.schema.json");
        std::fs::write(file, &generated).expect("it can be written");
    } else {
        let committed = RULES_SCHEMA.replace("\r\n", "\n");
        assert!(committed == generated, "write it anew with WRITE_EXPECTED=1; it would be:\n{generated}");
    }
}

/// What the schema says of a rules file; nothing if it is good.
fn faults(toml: &str) -> Vec<String> {
    let schema = serde_json::from_str(RULES_SCHEMA).expect("the committed schema is JSON");
    let validator = jsonschema::draft7::options().should_validate_formats(true).build(&schema);
    let validator = validator.expect("the committed schema is a schema");
    let table: toml::Table = toml.parse().expect("TOML");
    let fault = |fault: jsonschema::ValidationError<'_>| format!("{}: {fault}", fault.instance_path());
    validator.iter_errors(&as_json(toml::Value::Table(table))).map(fault).collect()
}

/// As editors read TOML: a moment is a string.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, as_json(value))).collect(),
        toml::Value::Array(items) => items.into_iter().map(as_json).collect(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(boolean) => boolean.into(),
    }
}

#[test]
fn the_sample_and_the_packs_are_of_the_schema() {
    let sample = include_str!("../../redaction-rules.toml");
    assert_eq!(faults(sample), [""; 0], "the sample");
    // What stands in its comments is of the schema, too.
    let examples: String = sample
        .lines()
        .skip_while(|line| !line.starts_with("# ---- Schemas"))
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.starts_with("[[") || line.split(' ').nth(1) == Some("="))
        .fold("version = 1\n".to_owned(), |text, line| text + line + "\n");
    assert!(examples.contains("[[schema]]") && examples.contains("[[exemption]]"), "{examples}");
    assert_eq!(faults(&examples), [""; 0], "{examples}");
    for pack in PACKS {
        assert_eq!(faults(pack.text), [""; 0], "{}", pack.name);
    }
}

#[test]
fn all_that_a_rules_file_may_say_is_of_the_schema() {
    let all = r##"
        version = 1
        include = ["builtin:pii"]
        [rules]
        email = "off"
        phone = { mask = ["lowercase", "tokenize"], class = "public" }
        [defaults]
        mask_from = "internal"
        unlisted = "drop"
        mask = { keep_first = 1, keep_last = 2 }
        mode = "observe"
        max_exemption = "90m"
        reduce_over = 4096
        profile = "production"
        [profile.production]
        mask_from = "public"
        unlisted = "mask"
        mode = "off"
        max_exemption = "0s"
        reduce_over = 0
        locked = true
        [tokens]
        key = "ephemeral"
        rotate_by = { 2026_11 = 2027-11-01T00:00:00+02:00 }
        [[field]]
        name = "a"
        keys = ["größe", "x.*.y", "*_z"]
        class = "confidential"
        category = "loyalty_card"
        mask = ["country", { bucket = 10 }, { fixed = "#" }]
        extent = "line"
        [[pattern]]
        name = "b"
        regex = 'B-\d+'
        validate = "luhn"
        context = ["card"]
        source = "https://example.com"
        examples = []
        counterexamples = []
        [[pattern]]
        name = "c"
        detector = "email"
        [[schema]]
        target = "*"
        allow = []
        unlisted = "reject"
        [[exemption]]
        pattern = "b"
        target = "x::*"
        reason = "INC-1"
        expires = 2026-12-01 12:00:00.5Z
    "##;
    assert_eq!(faults(&all.replace("2026-12-01 12", "2026-12-01T12")), [""; 0]);
    super::parse(&super::Source::new("all", all)).unwrap_or_else(|error| panic!("{error}"));
}

/// Wrong rules files that a schema cannot refuse: what is wrong is no structure of JSON.
const NOT_STRUCTURAL: [&str; 0] = [];

#[test]
fn wrong_rules_files_are_not_of_the_schema() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rules");
    let files = std::fs::read_dir(directory).expect("the directory is part of the repository");
    let mut files: Vec<PathBuf> = files.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut refused, mut no_toml) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if text.parse::<toml::Table>().is_err() {
            no_toml += 1;
            continue;
        }
        assert_eq!(faults(&text).is_empty(), NOT_STRUCTURAL.contains(&&*name), "{name}");
        refused += 1;
    }
    assert!(refused > 35 && no_toml > 5, "{refused} refused, {no_toml} are no TOML");
}

/// What `Policy` refuses that is a matter of form, besides.
#[test]
fn more_that_is_wrong_is_not_of_the_schema() {
    for wrong in [
        "[[pattern]]\nname = 'a'\n",
        "[[pattern]]\nname = 'a'\nregex = 'a'\ndetector = 'email'\n",
        "[[pattern]]\nname = 'a'\ndetector = 'e-mail'\n",
        "[[pattern]]\nname = 'a'\nregex = 'a'\nvalidate = 'lun'\n",
        "[[pattern]]\nname = 'a'\nregex = 'a'\ncontext = ['']\n",
        "[[field]]\nkeys = ['*']\n",
        "[[field]]\nkeys = ['a.*']\n",
        "[[field]]\nkeys = ['a']\ncategory = 'Loyalty Card'\n",
        "[[field]]\nkeys = ['a']\nmask = []\n",
        "[[field]]\nkeys = ['a']\nmask = { keep_last = -1 }\n",
        "[[field]]\nkeys = ['a']\nmask = { keep_last = 1, fixed = '*' }\n",
        "[[field]]\nkeys = ['a']\nmask = { bucket = 1 }\n",
        "[[exemption]]\nfield = 'a'\npattern = 'b'\ntarget = '*'\nreason = 'x'\nexpires = 2026-12-01T12:00:00Z\n",
        "[[exemption]]\ntarget = '*'\nreason = 'x'\nexpires = 2026-12-01T12:00:00Z\n",
        "[[exemption]]\nfield = 'a'\ntarget = '*'\nreason = 'x'\nexpires = 2026-12-01\n",
        "[[schema]]\ntarget = 'a b'\nallow = []\n",
        "[tokens.rotate_by]\n'Not An Id' = 2026-12-01T12:00:00Z\n",
        "[defaults]\nmax_exemption = '1w'\n",
        "[defaults]\nreduce_over = -1\n",
        "[defaults]\nreduce_over = '4 KiB'\n",
    ] {
        let rules = format!("version = 1\n{wrong}");
        assert!(rules.parse::<crate::Policy>().is_err(), "{wrong}");
        assert!(!faults(&rules).is_empty(), "{wrong}");
    }
}
