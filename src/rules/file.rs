//! What a person may write: the rules file as types.
//!
//! The compiled form is [`crate::policy`]; nothing here knows what a rule means. What is serialized is what a policy's
//! fingerprint is made of: all that has a meaning, without places, comments and examples.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::audience::Audience;
use super::exemption::{ExemptionRule, Moment};
use super::fault::HINT;
#[cfg(test)]
use super::json_schema;
use super::profile::Profile;
use super::schema::SchemaRule;
use crate::mask::is_key_id;
use crate::mask::spec::MaskSpec;
use crate::policy::{DataClass, Mode};

/// A rules file or a pack. Every key that is not named here is an error.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RulesFile {
    /// The version of the file form: 1.
    #[cfg_attr(test, schemars(with = "json_schema::Version"))]
    pub(crate) version: Spanned<u32>,
    /// Packs, such as `builtin:secrets`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<json_schema::PackName>"))]
    pub(crate) include: Vec<Spanned<String>>,
    /// Switches and changes for single rules of the included packs, by name.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, RuleSwitch>"))]
    pub(crate) rules: BTreeMap<Spanned<String>, Spanned<RuleSwitch>>,
    /// `[defaults]`: what holds where a rule does not say otherwise.
    #[serde(default)]
    pub(crate) defaults: Defaults,
    /// `[profile.NAME]`: what a stage of deployment changes of the defaults.
    #[serde(default, rename = "profile")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Profile>"))]
    pub(crate) profiles: BTreeMap<Spanned<String>, Profile>,
    /// `[audience.NAME]`: what one group of readers gets to see.
    #[serde(default, rename = "audience", skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Audience>"))]
    pub(crate) audiences: BTreeMap<Spanned<String>, Audience>,
    /// `[tokens]`: about the keys that tokens are made with; never a key.
    pub(crate) tokens: Option<Tokens>,
    /// `[[field]]`: the inventory.
    #[serde(default, rename = "field")]
    pub(crate) fields: Vec<FieldRule>,
    /// `[[pattern]]`: what is found in text.
    #[serde(default, rename = "pattern")]
    pub(crate) patterns: Vec<PatternRule>,
    /// `[[schema]]`: what a target may log at all.
    #[serde(default, rename = "schema")]
    pub(crate) schemas: Vec<SchemaRule>,
    /// `[[exemption]]`: what may be seen for a time.
    #[serde(default, rename = "exemption")]
    pub(crate) exemptions: Vec<ExemptionRule>,
}

impl RulesFile {
    /// All masks that the file names.
    pub(crate) fn masks(&self) -> impl Iterator<Item = &MaskSpec> {
        let switches = self.rules.values().map(|switch| match switch.get_ref() {
            RuleSwitch::Change { mask, .. } => mask.as_ref(),
            RuleSwitch::Off | RuleSwitch::On => None,
        });
        let fields = self.fields.iter().map(|field| field.mask.as_ref());
        let patterns = self.patterns.iter().map(|pattern| pattern.mask.as_ref());
        let defaults = std::iter::once(self.defaults.mask.as_ref());
        switches.chain(fields).chain(patterns).chain(defaults).flatten().map(Spanned::get_ref)
    }

    /// Rules that say nothing, to which code adds.
    pub(crate) fn empty() -> Self {
        Self {
            version: Spanned::new(0..0, 1),
            include: Vec::new(),
            rules: BTreeMap::new(),
            defaults: Defaults::default(),
            profiles: BTreeMap::new(),
            audiences: BTreeMap::new(),
            tokens: None,
            fields: Vec::new(),
            patterns: Vec::new(),
            schemas: Vec::new(),
            exemptions: Vec::new(),
        }
    }
}

/// What holds where a rule does not say otherwise.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Defaults {
    /// The lowest class that is masked.
    pub(crate) mask_from: Option<DataClass>,
    /// What happens to the value of a key that no rule names.
    pub(crate) unlisted: Option<Unlisted>,
    /// How rules mask that do not say how.
    #[cfg_attr(test, schemars(with = "Option<MaskSpec>"))]
    pub(crate) mask: Option<Spanned<MaskSpec>>,
    /// Whether anything is masked at all.
    pub(crate) mode: Option<Mode>,
    /// How long an exemption may be in force.
    #[serde(default, with = "super::span::option")]
    #[cfg_attr(test, schemars(with = "Option<json_schema::Length>"))]
    pub(crate) max_exemption: Option<Duration>,
    /// How many bytes a `Debug` or an error may write; what is longer becomes the name of its type, its size, and a token.
    pub(crate) reduce_over: Option<usize>,
    /// The profile that is in force where neither code nor the environment names one.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) profile: Option<Spanned<String>>,
}

/// What happens to the value of a key that no rule names.
/// The variants stand in the order of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unlisted {
    /// Detectors look through it.
    Scan,
    /// It is masked.
    Mask,
    /// It goes away.
    Drop,
}

/// What the file says of token keys.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Tokens {
    /// `"ephemeral"`: a random key that lives as long as the process.
    #[cfg_attr(test, schemars(with = "Option<TokenKeySource>"))]
    pub(crate) key: Option<Spanned<TokenKeySource>>,
    /// By when keys are to be replaced, by their ids. Nothing but a warning comes of it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<json_schema::KeyName, Moment>"))]
    pub(crate) rotate_by: BTreeMap<Spanned<KeyId>, Spanned<Moment>>,
}

/// The id of a token key: too short to be a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct KeyId(pub(crate) String);

/// Where the token key comes from. A key itself is never accepted: a rules file is no place for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum TokenKeySource {
    /// A random one that lives as long as the process.
    Ephemeral,
}

/// One entry of the inventory.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct FieldRule {
    /// Its name, in decisions and reports; without one, its first key.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) name: Option<Spanned<String>>,
    /// Patterns of keys; never empty, nor is one of them.
    #[serde(deserialize_with = "some_keys")]
    #[cfg_attr(test, schemars(with = "json_schema::Keys"))]
    pub(crate) keys: Vec<Spanned<String>>,
    /// How much harm a value can do outside; `confidential` if nothing is said.
    pub(crate) class: Option<DataClass>,
    /// What kind of thing a value is; masked values name it.
    #[cfg_attr(test, schemars(with = "Option<json_schema::CategoryName>"))]
    pub(crate) category: Option<Spanned<String>>,
    /// What becomes of a value; else the default of the file, or else it is erased.
    #[cfg_attr(test, schemars(with = "Option<MaskSpec>"))]
    pub(crate) mask: Option<Spanned<MaskSpec>>,
    /// How far the value goes that follows the key in plain text.
    pub(crate) extent: Option<Extent>,
}

impl Unlisted {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Mask => "mask",
            Self::Drop => "drop",
        }
    }
}

/// How far the value goes that follows the key in plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Extent {
    /// To the next delimiter.
    Value,
    /// The same, and on over blanks while numbers and words with a capital follow, as with names of people and postal addresses.
    Words,
    /// To the end of the line, as with cookies.
    Line,
}

/// One kind of value that is found in text, by a regex or by a detector.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = json_schema::regex_or_detector))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct PatternRule {
    /// Its name, by which rules and exemptions know it; of two patterns, not the same.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) name: Spanned<String>,
    /// In the syntax of the regex crate. The first group that takes part, or else the whole match, is masked.
    #[cfg_attr(test, schemars(with = "Option<json_schema::Regex>"))]
    pub(crate) regex: Option<Spanned<String>>,
    /// A detector that comes with the library.
    #[cfg_attr(test, schemars(with = "Option<json_schema::DetectorName>"))]
    pub(crate) detector: Option<Spanned<String>>,
    /// The validator that a match must pass.
    #[cfg_attr(test, schemars(with = "Option<json_schema::ValidatorName>"))]
    pub(crate) validate: Option<Spanned<String>>,
    /// Words one of which must stand near.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<json_schema::Word>"))]
    pub(crate) context: Vec<Spanned<String>>,
    /// How much harm a value can do outside; `confidential` if nothing is said.
    pub(crate) class: Option<DataClass>,
    /// What kind of thing a value is; masked values name it.
    #[cfg_attr(test, schemars(with = "Option<json_schema::CategoryName>"))]
    pub(crate) category: Option<Spanned<String>>,
    /// What becomes of a value; else the default of the file, or else it is erased.
    #[cfg_attr(test, schemars(with = "Option<MaskSpec>"))]
    pub(crate) mask: Option<Spanned<MaskSpec>>,
    /// Where the format is published.
    #[serde(skip_serializing)]
    #[cfg_attr(not(test), expect(dead_code, reason = "written for readers; a test asks packs for it"))]
    pub(crate) source: Option<String>,
    /// Texts in which something must be masked; tried at start.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) examples: Vec<Spanned<String>>,
    /// Texts in which nothing must be masked; tried at start.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) counterexamples: Vec<Spanned<String>>,
}

/// What becomes of a named rule of an included pack.
#[derive(Debug, Serialize)]
pub(crate) enum RuleSwitch {
    Off,
    On,
    Change { mask: Option<Spanned<MaskSpec>>, class: Option<DataClass> },
}

impl<'de> Deserialize<'de> for RuleSwitch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleSwitchVisitor)
    }
}

struct RuleSwitchVisitor;

impl<'de> Visitor<'de> for RuleSwitchVisitor {
    type Value = RuleSwitch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"off\", \"on\", or a table with `mask` or `class`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<RuleSwitch, E> {
        match word {
            "off" => Ok(RuleSwitch::Off),
            "on" => Ok(RuleSwitch::On),
            _ => Err(E::unknown_variant(word, &["off", "on"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleSwitch, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Change {
            mask: Option<Spanned<MaskSpec>>,
            class: Option<DataClass>,
        }

        let Change { mask, class } = Change::deserialize(de::value::MapAccessDeserializer::new(map))?;
        if mask.is_none() && class.is_none() {
            return Err(de::Error::custom(format_args!(
                "this changes nothing{HINT}give `mask` or `class`, or write \"on\" or \"off\""
            )));
        }
        Ok(RuleSwitch::Change { mask, class })
    }
}

impl<'de> Deserialize<'de> for TokenKeySource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TokenKeySourceVisitor)
    }
}

struct TokenKeySourceVisitor;

impl Visitor<'_> for TokenKeySourceVisitor {
    type Value = TokenKeySource;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the word \"ephemeral\"")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<TokenKeySource, E> {
        match word {
            "ephemeral" => Ok(TokenKeySource::Ephemeral),
            _ => Err(E::custom(format_args!(
                "a rules file holds no token key; only \"ephemeral\" may stand here{HINT}if this is a real key, change \
                 it, for it was written to a file, and give the new one in TRACING_PRIVACY_KEY_FILE or \
                 TRACING_PRIVACY_KEY; \"ephemeral\" makes a random key that lives as long as the process"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            id if is_key_id(&id) => Ok(Self(id)),
            _ => Err(de::Error::custom(format_args!(
                "this is not the id of a token key{HINT}an id is up to 16 characters of a–z, 0–9 and _; if this is a real \
                 key, change it, for it was written to a file"
            ))),
        }
    }
}

/// Reads keys, of which there must be one at least, and none empty.
fn some_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Spanned<String>>, D::Error> {
    let keys = Vec::<Spanned<NonEmpty>>::deserialize(deserializer)?;
    if keys.is_empty() {
        return Err(de::Error::custom(format_args!(
            "`keys` is empty{HINT}name one key at least: `keys = [\"email\"]`"
        )));
    }
    Ok(keys.into_iter().map(|key| Spanned::new(key.span(), key.into_inner().0)).collect())
}

/// A key, not empty.
struct NonEmpty(String);

impl<'de> Deserialize<'de> for NonEmpty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            key if key.trim().is_empty() => Err(de::Error::custom("a key must not be empty")),
            key => Ok(Self(key)),
        }
    }
}
