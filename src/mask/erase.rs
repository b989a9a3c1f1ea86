//! `erase`: a placeholder that names the category.

use super::{MaskError, Masker, Outcome, Reveals, Subject};
use crate::policy::Category;

/// Writes `[redacted:CATEGORY]`. What every failure falls back on.
pub(super) struct Erase;

impl Erase {
    /// Its name in rules files.
    pub(super) const NAME: &str = "erase";
}

impl Masker for Erase {
    fn mask(&self, _: &str, subject: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        for part in placeholder(subject.category) {
            out.push_str(part);
        }
        Ok(Outcome::Replaced)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Nothing
    }
}

/// The placeholder of a category, in the pieces to write one after the other.
pub(super) fn placeholder(category: &Category) -> [&str; 3] {
    [OPEN, category.as_str(), CLOSE]
}

/// Appends the placeholder of a category.
pub(crate) fn push_placeholder(category: &Category, out: &mut Vec<u8>) {
    placeholder(category).iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
}

/// What a placeholder begins with.
pub(super) const OPEN: &str = "[redacted:";
/// What a placeholder ends with.
pub(super) const CLOSE: &str = "]";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn names_the_category_and_nothing_else() {
        for value in ["ann@example.com", "", "\0", "\u{301}", "[redacted:contact]"] {
            assert_eq!(masked(&Erase, value).as_deref(), Some("[redacted:contact]"));
        }
        assert_eq!(Erase.reveals(), Reveals::Nothing);
    }
}
