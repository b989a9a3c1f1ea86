//! The form of `data/masking.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use tracing_privacy::mask::{KeyRing, MaskError, Masker, Outcome, Subject};
use tracing_privacy::{Error, Policy};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// Policies by name. Without one a case is for the built-in policy.
    pub policies: BTreeMap<String, PolicyOf>,
    pub case: Vec<Case>,
    pub mistake: Vec<Mistake>,
}

/// What a policy is made of, besides the masker `initials`, which every one is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyOf {
    rules: String,
    /// Token keys, as in `TRACING_PRIVACY_KEY`.
    token_keys: Option<String>,
}

/// A value, and what becomes of it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    #[serde(default = "builtin")]
    pub policy: String,
    /// The key of the value. Without one it is a message, a line, the value of a field that no rule names.
    pub key: Option<String>,
    pub text: String,
    /// What comes out; `None` where the field goes away.
    pub masked: Option<String>,
    /// The name of the one path that the case is for.
    pub only: Option<String>,
}

/// Rules that are no policy.
#[derive(Deserialize)]
pub struct Mistake {
    pub name: String,
    #[serde(flatten)]
    pub policy: PolicyOf,
    /// What stands in the error.
    pub says: Vec<String>,
}

impl Cases {
    pub fn read() -> Self {
        toml::from_str(include_str!("../data/masking.toml")).expect("masking.toml has this form")
    }

    /// All policies, compiled.
    pub fn compile(&self) -> BTreeMap<String, Policy> {
        let builtin = (builtin(), Policy::builtin());
        let own = self.policies.iter().map(|(name, of)| {
            let policy = of.compile().unwrap_or_else(|error| panic!("the policy {name}: {error}"));
            (name.clone(), policy)
        });
        own.chain([builtin]).collect()
    }
}

impl PolicyOf {
    pub fn compile(&self) -> Result<Policy, Error> {
        let builder = Policy::builder().rules(&self.rules).masker("initials", Initials);
        let builder = match &self.token_keys {
            Some(keys) => builder.key_ring(KeyRing::parse(keys).expect("a test's keys are good")),
            None => builder,
        };
        builder.build()
    }
}

fn builtin() -> String {
    "builtin".to_owned()
}

/// A masker of an application's own: `J. D.` for `Jane Doe`.
struct Initials;

impl Masker for Initials {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let initials: Option<Vec<String>> = value
            .split_whitespace()
            .map(|word| word.chars().next().filter(|c| c.is_alphabetic()).map(|c| format!("{c}.")))
            .collect();
        out.push_str(&initials.ok_or(MaskError)?.join(" "));
        Ok(Outcome::Replaced)
    }
}
