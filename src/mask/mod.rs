//! Maskers: a sensitive value in, a safe one out.
//!
//! A rules file names them, one (`mask = "erase"`) or several, each working on what the one before it wrote
//! (`mask = ["lowercase", "tokenize"]`):
//!
//! | masker | written | what it writes |
//! |---|---|---|
//! | erase | `"erase"` | the placeholder `[redacted:CATEGORY]` |
//! | drop | `"drop"` | nothing: the field or member goes away |
//! | fixed | `{ fixed = "***" }` | a text of your choice |
//! | keep | `{ keep_first = 2, keep_last = 2 }` | the first and last characters, the others as `*`; either may be left out |
//! | email_domain | `"email_domain"` | `***@example.com` for `ann@example.com` |
//! | ip_prefix | `"ip_prefix"` | the network of an address: `192.0.2.0/24`, `2001:db8:abcd::/48` |
//! | year | `"year"` | the year of a date |
//! | age | `"age"` | an age; from 90 on `90+` |
//! | zip3 | `"zip3"` | the first three digits of a ZIP code, `941**`; `000**` where few live |
//! | bucket | `{ bucket = 10 }` | the range a number lies in: `30-39` |
//! | tokenize | `"tokenize"` | a keyed token, equal for equal values: `tok-contact-k1-…` |
//! | lowercase | `"lowercase"` | all of it, in lower case; goes before another masker |
//! | trim | `"trim"` | all of it, without white space at its ends; goes before another masker |
//! | digits | `"digits"` | its decimal digits only, as ASCII; goes before another masker |
//!
//! An application adds its own by implementing [`Masker`]. A masker that cannot read its value says so, and the value
//! is erased: nothing that fails here lets anything through.

mod builtin;
mod chain;
mod drop;
mod email;
mod erase;
mod fixed;
mod generalise;
mod keep;
mod key_ring;
mod key_text;
mod mark;
mod normalise;
pub(crate) mod spec;
mod tokenize;

use std::fmt;

#[cfg(test)]
pub(crate) use self::builtin::maskers;
pub(crate) use self::{
    builtin::MaskerSet,
    chain::{Applied, Chain},
    erase::push_placeholder,
    mark::{is_key_id, is_own_mark, own_mark},
};
pub use self::{
    key_ring::KeyRing,
    key_text::KeyError,
    mark::{Mark, marks},
};
use crate::policy::{Category, DataClass};

/// Turns a sensitive value into a safe one.
///
/// A masker that fails or panics leaks nothing: its value is erased and the failure is counted. But the *message* of a
/// panic goes to the process's panic hook, so it must not hold the value; return [`MaskError`] instead of panicking.
///
/// Good maskers are quick (they run on the thread that logs), do not log, write the same text for the same value, and
/// leave what they wrote themselves as it is, since a value may meet two boundaries.
///
/// ```
/// use tracing_privacy::{Category, DataClass};
/// use tracing_privacy::mask::{MaskError, Masker, Outcome, Reveals, Subject};
///
/// /// Shows the country of a postal code such as `NL-1012AB`, and nothing else of it.
/// struct Country;
///
/// impl Masker for Country {
///     fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
///         let (country, _) = value.split_once('-').ok_or(MaskError)?;
///         if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
///             return Err(MaskError); // not what this masker was made for: erased
///         }
///         out.push_str(country);
///         out.push_str("-***");
///         Ok(Outcome::Replaced)
///     }
///
///     fn reveals(&self) -> Reveals {
///         Reveals::Parts
///     }
/// }
///
/// let subject = Subject::new(&Category::CONTACT, DataClass::Confidential, "postal_code");
/// let mut out = String::new();
/// Country.mask("NL-1012AB", &subject, &mut out)?;
/// assert_eq!(out, "NL-***");
/// assert!(Country.mask("somewhere", &subject, &mut String::new()).is_err());
/// # Ok::<(), MaskError>(())
/// ```
pub trait Masker: Send + Sync + 'static {
    /// Appends the safe form of `value` to `out`, which is empty when a policy calls.
    ///
    /// `value` is what the rule found, or what the masker before this one wrote. Bytes of it that were not UTF-8
    /// have become U+FFFD.
    ///
    /// # Errors
    ///
    /// [`MaskError`] where the value cannot be masked this way. Whatever was written is thrown away, and the
    /// placeholder `[redacted:CATEGORY]` stands instead.
    fn mask(&self, value: &str, subject: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError>;

    /// How much of the value its output shows, at most. Only a masker that cannot end a chain reveals
    /// [`Everything`](Reveals::Everything).
    fn reveals(&self) -> Reveals {
        Reveals::Parts
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The safe form stands in `out`.
    Replaced,
    /// The field or member goes away; where it cannot (in the middle of a text), the placeholder stands
    /// for it.
    Dropped,
}

/// How much of a value a masker's output shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reveals {
    /// Nothing of it: erased, fixed, dropped, tokenized.
    Nothing,
    /// Some of it: last digits, a network prefix, a year.
    Parts,
    /// All of it, in another form: lowercased, trimmed. Cannot end a chain.
    Everything,
}

/// What is known of the value that a masker is given, besides the value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// The category of the rule that found it.
    pub category: &'a Category,
    /// The data class of the rule that found it.
    pub class: DataClass,
    /// The name of the rule that found it.
    pub rule: &'a str,
}

impl<'a> Subject<'a> {
    /// A subject, as a policy makes it; for tests of an application's own masker.
    pub const fn new(category: &'a Category, class: DataClass, rule: &'a str) -> Self {
        Self { category, class, rule }
    }
}

/// A masker could not do its work. The value is erased instead.
#[derive(Clone, Copy, Debug)]
pub struct MaskError;

impl fmt::Display for MaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the masker could not do its work")
    }
}

impl std::error::Error for MaskError {}

/// Runs one masker on one value; for the tests of the maskers.
#[cfg(test)]
fn masked(masker: &impl Masker, value: &str) -> Option<String> {
    let subject = Subject::new(&Category::CONTACT, DataClass::Confidential, "test");
    let mut out = String::new();
    let outcome = masker.mask(value, &subject, &mut out).ok()?;
    (outcome == Outcome::Replaced).then_some(out)
}
