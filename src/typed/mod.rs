//! Values that no pattern can know: names, addresses, notes. The code that logs them says what they are.
//!
//! ```
//! use tracing_privacy::testing::{Output, capture};
//! use tracing_privacy::typed::confidential;
//! use tracing_privacy::{Category, Policy};
//!
//! let name = "Jane Roe";
//! let note = "allergic to penicillin";
//! let log = capture(&Policy::builtin(), || {
//!     tracing::info!(customer = %confidential(&name).category(Category::PERSON), "admitted");
//!     tracing::info!("note for the ward: {}", confidential(&note).category(Category::HEALTH));
//! });
//! let text = log.text(Output::Json);
//! assert!(text.contains(r#""customer":"[redacted:person]""#), "{text}");
//! assert!(text.contains("note for the ward: [redacted:health]"), "{text}");
//!
//! // Outside of a boundary, too, only the placeholder is printed.
//! assert_eq!(format!("{}", confidential(&name)), "[redacted:sensitive]");
//! ```
//!
//! A type may hold one, so that all code that prints the type is safe:
//!
//! ```
//! use tracing_privacy::typed::{Sensitive, confidential, internal};
//!
//! #[derive(Debug)]
//! struct Patient {
//!     id: u32,
//!     name: Sensitive<String>,
//!     ward: Sensitive<u8>,
//! }
//! let patient = Patient { id: 7, name: confidential("Jane Roe".to_owned()), ward: internal(3) };
//! assert_eq!(
//!     format!("{patient:?}"),
//!     "Patient { id: 7, name: [redacted:sensitive], ward: [redacted:sensitive] }"
//! );
//! assert_eq!(patient.name.declassify(), "Jane Roe"); // the way out has a name that can be searched for
//! ```
//!
//! # What is printed where
//!
//! - Outside of a boundary: the placeholder of the category. `Display`, `Debug` and `Serialize` alike.
//! - Inside one, while it formats the value: what the policy says. A class below the policy's `mask_from` prints the value
//!   as it is, and it is then scanned like any text. Any other is masked: by the rule for the field's key, if there is
//!   one, and else by `mask` of `[defaults]`.
//! - On a thread of its own that a `Debug` starts: the placeholder, for that thread is not inside the boundary.
//!
//! Width, precision and fill are those of the value where it is printed, and have no effect on a mask: half of a
//! placeholder says less than a whole one.
//!
//! The types of the `secrecy` crate print a placeholder of their own, everywhere, and need no wrapper.

mod reading;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use self::reading::reading;
use self::reading::{Shown, shown};
use crate::policy::{Category, DataClass};

/// A value with its class and category, owned or borrowed.
///
/// ```
/// use tracing_privacy::typed::Sensitive;
/// use tracing_privacy::{Category, DataClass};
///
/// let address = Sensitive::new("1 Main Street").class(DataClass::Internal).category(Category::CONTACT);
/// assert_eq!(address.to_string(), "[redacted:contact]");
/// assert_eq!(serde_json::to_string(&address)?, r#""[redacted:contact]""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sensitive<T> {
    value: T,
    class: DataClass,
    category: Category,
}

/// A confidential value: `info!(name = %confidential(&name))`.
pub fn confidential<T>(value: T) -> Sensitive<T> {
    Sensitive::new(value)
}

/// An internal value: a policy with `mask_from = "confidential"` lets it through.
pub fn internal<T>(value: T) -> Sensitive<T> {
    Sensitive::new(value).class(DataClass::Internal)
}

impl<T> Sensitive<T> {
    /// A confidential value of the category `sensitive`.
    pub const fn new(value: T) -> Self {
        Self { value, class: DataClass::Confidential, category: Category::SENSITIVE }
    }

    /// Sets the data class.
    #[must_use]
    pub fn class(mut self, class: DataClass) -> Self {
        self.class = class;
        self
    }

    /// Sets the category.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = category;
        self
    }

    /// The value itself, which no boundary protects from here on.
    pub const fn declassify(&self) -> &T {
        &self.value
    }

    /// The value itself, which no boundary protects from here on.
    pub fn into_declassified(self) -> T {
        self.value
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: fmt::Display> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match shown(self.class, &self.category, format_args!("{}", self.value))? {
            Shown::Value => self.value.fmt(f),
            Shown::Instead(text) => f.write_str(&text),
        }
    }
}

/// Prints no quotes around a mask, so that it looks the same wherever it stands.
impl<T: fmt::Debug> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match shown(self.class, &self.category, format_args!("{:?}", self.value))? {
            Shown::Value => self.value.fmt(f),
            Shown::Instead(text) => f.write_str(&text),
        }
    }
}

/// Writes the value's own form where it may pass, and else a string.
impl<T: Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = |_| serde::ser::Error::custom("a sensitive value could not be read");
        let json = AsJson(&self.value);
        match shown(self.class, &self.category, format_args!("{json}")).map_err(error)? {
            Shown::Value => self.value.serialize(serializer),
            Shown::Instead(text) => serializer.serialize_str(&text),
        }
    }
}

/// Reads the plain value, and takes it to be confidential, of the category `sensitive`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

/// Prints a value as JSON.
struct AsJson<'v, T>(&'v T);

impl<T: Serialize> fmt::Display for AsJson<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}
