//! The file form of the rules: what a person writes, packs that come with the library, the environment, and the errors
//! that say what is wrong with them.

mod audience;
mod conceal;
mod environment;
mod error;
mod exemption;
mod fault;
mod file;
mod from_toml;
mod packs;
mod parse;
mod picture;
mod profile;
mod schema;
mod source;
mod span;
mod suggest;

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

#[cfg(test)]
mod tests;
