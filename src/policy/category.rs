//! What kind of thing a value is.

use std::borrow::Cow;
use std::fmt;

/// What kind of thing a sensitive value is; placeholders and tokens name it.
///
/// The set is open: a rules file may name its own. A name is 1 to 32 characters of `a`–`z`, `0`–`9` and `_`,
/// and starts with a letter.
///
/// ```
/// use tracing_privacy::Category;
/// assert_eq!(Category::CONTACT.as_str(), "contact");
/// assert!(Category::new("loyalty_card").is_some());
/// assert!(Category::new("Loyalty Card").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(Cow<'static, str>);

impl Category {
    /// Passwords, keys, tokens: what opens a door.
    pub const CREDENTIAL: Self = Self(Cow::Borrowed("credential"));
    /// E-mail addresses, phone numbers, postal addresses.
    pub const CONTACT: Self = Self(Cow::Borrowed("contact"));
    /// Card and account numbers.
    pub const PAYMENT: Self = Self(Cow::Borrowed("payment"));
    /// Numbers that a state gives to a person.
    pub const GOVERNMENT_ID: Self = Self(Cow::Borrowed("government_id"));
    /// What tells of a person's health.
    pub const HEALTH: Self = Self(Cow::Borrowed("health"));
    /// Addresses of machines and sessions.
    pub const NETWORK: Self = Self(Cow::Borrowed("network"));
    /// Names, birth dates and the like.
    pub const PERSON: Self = Self(Cow::Borrowed("person"));
    /// Where a rule says no more, and where a failure was masked.
    pub const SENSITIVE: Self = Self(Cow::Borrowed("sensitive"));

    /// What a whole `Debug` or error holds that is too large to be logged.
    pub(crate) const PAYLOAD: Self = Self(Cow::Borrowed("payload"));

    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 32;

    /// A category of that name; `None` where the name is not of the allowed form.
    pub fn new(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let first_is_letter = bytes.first().is_some_and(u8::is_ascii_lowercase);
        let rest = bytes.iter().all(|&b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (first_is_letter && rest && bytes.len() <= Self::MAX_LEN).then(|| Self(Cow::Owned(name.to_owned())))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
