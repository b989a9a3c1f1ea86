//! `{ fixed = "***" }`: always the same text.

use super::{MaskError, Masker, Outcome, Reveals, Subject};

/// Writes a text that the rules file chose.
pub(super) struct Fixed {
    text: Box<str>,
}

impl Fixed {
    /// The longest text, in bytes: what stands for a value should not drown the log.
    pub(super) const MAX_LEN: usize = 64;

    /// `None` for a text that is too long, or that holds control characters and so could forge a line.
    pub(super) fn new(text: &str) -> Option<Self> {
        let is_fit = text.len() <= Self::MAX_LEN && !text.chars().any(char::is_control);
        is_fit.then(|| Self { text: text.into() })
    }
}

impl Masker for Fixed {
    fn mask(&self, _: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        out.push_str(&self.text);
        Ok(Outcome::Replaced)
    }

    fn reveals(&self) -> Reveals {
        Reveals::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn always_the_same_text() {
        let fixed = Fixed::new("‹hidden›").unwrap();
        assert_eq!(masked(&fixed, "4111 1111 1111 1111").as_deref(), Some("‹hidden›"));
        assert_eq!(masked(&fixed, "").as_deref(), Some("‹hidden›"));
    }

    #[test]
    fn texts_that_could_forge_a_line_or_drown_it_are_refused() {
        for text in ["a\nb", "\u{1b}[31m", "\0", "\u{85}", &"x".repeat(65)] {
            assert!(Fixed::new(text).is_none(), "{text:?}");
        }
        assert!(Fixed::new(&"x".repeat(64)).is_some());
    }
}
