//! The file form of the rules: what a person writes, packs that come with the library, the environment, and the errors
//! that say what is wrong with them.

mod conceal;
mod environment;
mod error;
mod fault;
mod file;
mod from_toml;
mod packs;
mod parse;
mod picture;
mod source;
mod suggest;

pub use self::error::{Error, Place};
pub(crate) use self::{
    environment::Environment,
    file::{Extent, FieldRule, PatternRule, RuleSwitch, RulesFile, Unlisted},
    packs::{PACKS, pack},
    parse::parse,
    source::Source,
    suggest::hint,
};

#[cfg(test)]
mod tests;
