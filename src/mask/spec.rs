//! How a rules file names maskers, and what it means.

mod parse;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::builtin::{BUILT_IN, BuiltIn, Make, MaskerSet};
use super::chain::{Chain, Step};
use super::fixed::Fixed;
use super::generalise::Bucket;
use super::keep::Keep;
use super::tokenize::Tokenize;
use super::{Masker, Reveals};

/// A chain as written: one masker, or several, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct MaskSpec(pub(crate) Vec<StepSpec>);

impl MaskSpec {
    /// A token, and nothing else.
    pub(crate) fn tokenize() -> Self {
        Self(vec![StepSpec::Named(Tokenize::NAME.to_owned())])
    }

    /// Whether a step asks for a token key.
    pub(crate) fn tokenizes(&self) -> bool {
        self.0.iter().any(|step| matches!(step, StepSpec::Named(name) if name == Tokenize::NAME))
    }
}

/// One masker as written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) enum StepSpec {
    /// `"erase"`, or the name of a masker that the application registered.
    Named(String),
    /// `{ keep_first = 6, keep_last = 4 }`
    Keep { first: usize, last: usize },
    /// `{ fixed = "***" }`
    Fixed(String),
    /// `{ bucket = 10 }`
    Bucket(u64),
}

/// Why a chain as written has no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpecError {
    /// What is wrong.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) hint: Option<String>,
}

impl MaskSpec {
    /// The chain that this means.
    pub(crate) fn compile(&self, maskers: &MaskerSet) -> Result<Chain, SpecError> {
        if self.0.is_empty() {
            return Err(SpecError::new("there is no masker in this list", r#"write mask = "erase""#));
        }
        let steps: Result<Vec<Step>, SpecError> = self.0.iter().map(|step| step.compile(maskers)).collect();
        let chain = Chain::new(steps?);
        if chain.reveals() == Reveals::Everything {
            let last = chain.masker_name();
            return Err(SpecError::new(
                format!("this mask ends with `{last}`, which hides nothing"),
                format!(r#"put a masker that hides behind it, such as ["{last}", "tokenize"]; or write "erase""#),
            ));
        }
        Ok(chain)
    }
}

impl StepSpec {
    fn compile(&self, maskers: &MaskerSet) -> Result<Step, SpecError> {
        match self {
            Self::Named(name) => compile_named(name, maskers),
            Self::Keep { first: 0, last: 0 } => Err(SpecError::new(
                "a mask that keeps no character is not a `keep`",
                r#"write "erase", or how many characters to keep: { keep_last = 4 }"#,
            )),
            &Self::Keep { first, last } => Ok(step("keep", Keep { first, last })),
            Self::Fixed(text) => Fixed::new(text).map(|masker| step("fixed", masker)).ok_or_else(|| {
                SpecError::new(
                    "this fixed text has control characters or is too long",
                    format!("use at most {} bytes, on one line", Fixed::MAX_LEN),
                )
            }),
            &Self::Bucket(width) => Bucket::new(width).map(|masker| step("bucket", masker)).ok_or_else(|| {
                SpecError::new(
                    format!("a bucket {width} wide hides nothing"),
                    "write a width of 2 or more: { bucket = 10 }",
                )
            }),
        }
    }
}

fn step(name: &'static str, masker: impl Masker) -> Step {
    Step { name: name.into(), masker: Arc::new(masker) }
}

fn compile_named(name: &str, maskers: &MaskerSet) -> Result<Step, SpecError> {
    let custom = maskers.custom.get(name);
    let Some(built_in) = BuiltIn::find(name) else {
        let masker = custom.ok_or_else(|| unknown(name, maskers))?;
        return Ok(Step { name: name.into(), masker: Arc::clone(masker) });
    };
    if custom.is_some() {
        return Err(SpecError::new(
            format!("the application registered a masker named `{name}`, but that is a built-in one"),
            "register it under another name",
        ));
    }
    let masker = match built_in.make {
        Make::Plain(make) => make(),
        Make::Keyed(make) => make(maskers.key_ring.clone().ok_or_else(|| without_key(name))?),
        Make::Table(_) => {
            return Err(SpecError::new(
                format!("`{name}` needs to know more than its name"),
                format!("write mask = {}", built_in.form),
            ));
        }
    };
    Ok(Step { name: built_in.name.into(), masker })
}

fn without_key(name: &str) -> SpecError {
    SpecError::new(
        format!("`{name}` needs a token key, and there is none"),
        "make one and keep it: `export TRACING_PRIVACY_KEY=k1:$(openssl rand -base64 32)`; for local work, write \
         `[tokens] key = \"ephemeral\"` in the rules file",
    )
}

fn unknown(name: &str, maskers: &MaskerSet) -> SpecError {
    let known: Vec<&str> =
        BUILT_IN.iter().map(|masker| masker.name).chain(maskers.custom.keys().map(String::as_str)).collect();
    let hint = match nearest(name, known.iter().copied().chain(table_keys())) {
        // A table key is no name: show how it is written.
        Some(near) => match BuiltIn::find(near) {
            Some(built_in) => format!("did you mean {}?", built_in.form),
            None => format!("did you mean \"{near}\"?"),
        },
        None => format!("the maskers are: {}", known.join(", ")),
    };
    SpecError::new(format!("there is no masker named `{name}`"), hint)
}

/// The keys of all tables that a masker is written as.
fn table_keys<'n>() -> impl Iterator<Item = &'n str> {
    BUILT_IN.iter().flat_map(|masker| -> &[&'n str] { masker.table_keys() }).copied()
}

/// The name that was probably meant: one that is a few typing mistakes away.
fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase().replace('-', "_");
    let near = names.map(|name| (strsim::damerau_levenshtein(&written, name), name));
    near.filter(|&(distance, name)| distance <= (name.len() / 3).max(1)).min().map(|(_, name)| name)
}

impl SpecError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl std::error::Error for SpecError {}

#[cfg(test)]
mod tests;
