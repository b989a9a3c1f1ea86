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
        let mut label = None;
        Self::put(&mut label, text);
        label
    }

    /// Puts a text in the place of another; of a longer text, nothing.
    ///
    /// It is written to where it stays: a processor is slow to load as one what it has just stored in parts.
    #[inline]
    pub(crate) fn put(label: &mut Option<Self>, text: &[u8]) {
        if text.len() <= Self::LONGEST {
            let label = label.get_or_insert(Self::EMPTY);
            label.len = text.len() as u8;
            label.bytes[..text.len()].copy_from_slice(text);
        }
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

    #[test]
    fn a_label_becomes_another() {
        let mut label = Label::new(b"DELETE");
        Label::put(&mut label, b"GET");
        Label::put(&mut label, &[b'x'; 32]);
        assert_eq!(label.map(|label| (label.is(b"GET"), label.is(b"DELETE"))), Some((true, false)));
    }
}
