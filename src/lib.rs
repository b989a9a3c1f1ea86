//! A privacy boundary for `tracing`.

pub mod boundary;
mod detect;
mod document;
pub mod format;
pub mod mask;
pub mod observe;
mod policy;
mod rules;
mod sanitize;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::policy::{Category, DataClass, Policy, PolicyBuilder};
pub use crate::rules::Error;
