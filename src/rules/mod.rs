//! The file form of the rules: what a person writes, packs that come with the library, the environment, and the errors
//! that say what is wrong with them.

mod audience;
mod conceal;
mod diagnostic;
mod environment;
mod error;
mod exemption;
mod fault;
mod file;
mod from_toml;
#[cfg(test)]
mod json_schema;
mod packs;
mod parse;
mod picture;
mod profile;
mod schema;
mod source;
mod span;
mod suggest;

pub use self::diagnostic::{Diagnostic, DiagnosticKind, Severity};
pub use self::error::{Error, Place};
pub(crate) use self::{
    audience::Audience,
    environment::{
        Environment, MASK_FROM as MASK_FROM_VARIABLE, MODE as MODE_VARIABLE, PROFILE as PROFILE_VARIABLE,
        RULES as RULES_VARIABLE,
    },
    error::quoted,
    exemption::{ExemptionRule, Moment},
    file::{Extent, FieldRule, PatternRule, RuleSwitch, RulesFile, Unlisted},
    packs::{PACKS, pack},
    parse::parse,
    profile::Profile,
    schema::{NotAllowed, SchemaRule},
    source::Source,
    span::written,
    suggest::hint,
};

/// The JSON Schema (draft 7) of the rules file, for editors; `tracing-privacy schema` prints it.
///
/// It knows the form: keys, words, what must be there. That names exist, that a regex compiles and that a lock is kept, only
/// [`Policy`](crate::Policy) and `tracing-privacy check` know.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(tracing_privacy::RULES_SCHEMA)?;
/// assert_eq!(schema["properties"]["version"]["const"], 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const RULES_SCHEMA: &str = include_str!("redaction-rules.schema.json");

#[cfg(test)]
mod tests;
