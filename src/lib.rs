//! A privacy boundary for `tracing`: secrets and personal data are masked before any formatter or exporter sees them.
//!
//! ```
//! use tracing_privacy::Policy;
//! use tracing_privacy::boundary::PrivacySubscriberExt as _;
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let policy = Policy::builtin();
//! let subscriber = tracing_subscriber::registry()
//!     .with(tracing_subscriber::fmt::layer()) // or any other layer: OpenTelemetry, journald …
//!     .with_privacy(policy.clone());
//!
//! tracing::subscriber::with_default(subscriber, || {
//!     tracing::info!(password = "hunter2", "mail to jo@example.com"); // … mail to ***@example.com password="[redacted:credential]"
//! });
//! assert_eq!(policy.counts().masked, 2);
//! ```
//!
//! [`init`] does all that in one line, and reads the rules and the environment.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | rules file | what a person writes: `redaction-rules.toml` |
//! | inventory | the sensitive fields: key (and path) → data class, category, maskers |
//! | data class | `public` < `internal` < `confidential` |
//! | category | what kind of thing a value is: `credential`, `contact`, `payment` … |
//! | detector | finds sensitive values in text: a shape, a check (Luhn, mod-97 …), context words |
//! | masker | turns a sensitive value into a safe one: erase, keep parts, generalise, tokenize … |
//! | token | keyed hash (HMAC-SHA256) of a value: equal in, equal out; useless without the key |
//! | policy | the compiled, immutable form of the rules |
//! | plan | a policy applied to one callsite: what to do with each of its fields |
//! | boundary | where raw values end; everything inside it sees sanitized events only |
//! | decision | one act of masking: rule, class, category, place; never the value |
//!
//! # Map
//!
//! - [`init`] and [`setup`]: policy, filter, output and boundary, installed.
//! - [`Policy`] and [`PolicyBuilder`]: rules, from a file, a string, code, or built in.
//! - [`FieldBuilder`], [`PatternBuilder`] and [`Mask`]: rules in code. [`DataClass`], [`Category`]: what they say of a value.
//! - [`LivePolicy`]: a policy that is reloaded. [`Exemption`]: a permission to see more, for a time.
//! - [`install_panic_hook`]: panics, through the boundary.
//! - [`boundary`]: around a whole subscriber, or around one layer.
//! - [`mod@format`]: a quick JSON formatter, same shape as the stock one.
//! - [`mask`]: the maskers, the key ring for tokens, and the trait for an application's own.
//! - [`typed`]: values that no pattern can know: the code says what they are.
//! - [`observe`]: what was masked and why, never the values.
//! - [`Policy::findings`]: where sensitive values stand in a text; [`Policy::explain_key`], [`Policy::explain_field`]: who decides, and why.
//! - [`Error`]: what is wrong with the rules, with file, line and a hint. [`Policy::warnings`]: what is not right either.
//! - `testing` (feature `testing`): canaries and leak assertions for an application's own tests.

pub mod boundary;
mod detect;
mod document;
pub mod format;
mod label;
mod lanes;
pub mod mask;
pub mod observe;
mod panic_hook;
mod policy;
#[cfg(test)]
mod random;
mod rules;
mod sanitize;
mod setup;
#[cfg(feature = "testing")]
pub mod testing;
pub mod typed;

pub use crate::panic_hook::install_panic_hook;
pub use crate::policy::{
    Category, DataClass, Exemption, ExemptionGuard, ExemptionInfo, FieldBuilder, InForce, KeyExplanation, KeyRule,
    LivePolicy, Mask, Mode, PatternBuilder, Policy, PolicyBuilder, PolicySource, Precedence, Reloads, Speaker,
    Treatment, Violation,
};
pub use crate::rules::{Diagnostic, DiagnosticKind, Error, Place, RULES_SCHEMA, Severity};
pub use crate::sanitize::Finding;
pub use crate::setup::{InitError, Setup, init, setup};

/// The README's code runs as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the guides, too.
#[cfg(doctest)]
#[doc = include_str!("../docs/audiences.md")]
struct Audiences;

#[cfg(doctest)]
#[doc = include_str!("../docs/metrics.md")]
struct Metrics;

#[cfg(doctest)]
#[doc = include_str!("../docs/ci.md")]
struct Ci;
