//! A short text that is kept in place, without memory of its own: the name of a method or region, a key.

/// A text of up to [`Label::LONGEST`] bytes.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    len: u8,
    bytes: [u8; Self::LONGEST],
}

impl Label {
    pub(crate) const LONGEST: usize = 31;
    pub(crate) const EMPTY: Self = Self { len: 0, bytes: [0; Self::LONGEST] };

    /// `None` for a longer text.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let mut label = Self { len: u8::try_from(text.len()).ok()?, ..Self::EMPTY };
        label.bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(label)
    }

    #[inline]
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        usize::from(self.len) == text.len() && self.bytes[..text.len()] == *text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_its_text_and_no_other() {
        let is = |label: &str, text: &str| Label::new(label.as_bytes()).map(|label| label.is(text.as_bytes()));
        assert_eq!(is("GET", "GET"), Some(true));
        assert_eq!(is("", ""), Some(true));
        assert_eq!((is("GET", "GE"), is("GET", "GETS"), is("GET", "get")), (Some(false), Some(false), Some(false)));
        assert_eq!(is(&"x".repeat(31), &"x".repeat(31)), Some(true));
        assert_eq!((is(&"x".repeat(32), ""), is(&"x".repeat(300), "")), (None, None));
    }
}
