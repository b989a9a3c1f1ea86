//! `drop`: the field goes away.

use super::{MaskError, Masker, Outcome, Reveals, Subject};

/// Writes nothing and asks for the field or member to be left out.
pub(super) struct DropField;

impl DropField {
    /// Its name in rules files.
    pub(super) const NAME: &str = "drop";
}

impl Masker for DropField {
    fn mask(&self, _: &str, _: &Subject<'_>, _: &mut String) -> Result<Outcome, MaskError> {
        Ok(Outcome::Dropped)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Category, DataClass};

    #[test]
    fn writes_nothing() {
        let subject = Subject::new(&Category::HEALTH, DataClass::Confidential, "test");
        let mut out = String::new();
        assert_eq!(DropField.mask("diagnosis", &subject, &mut out).unwrap(), Outcome::Dropped);
        assert_eq!(out, "");
    }
}
