//! Short texts that are kept in place, without memory of their own: the name of a method or region, a key.

use std::cell::Cell;

/// A text of up to `Label::LONGEST` bytes.
#[derive(Clone, Copy)]
struct Label {
    len: u8,
    bytes: [u8; Self::LONGEST],
}

impl Label {
    const LONGEST: usize = 31;
    const EMPTY: Self = Self { len: 0, bytes: [0; Self::LONGEST] };

    /// `None` for a longer text.
    fn new(text: &[u8]) -> Option<Self> {
        let mut label = Self::EMPTY;
        label.bytes.get_mut(..text.len())?.copy_from_slice(text);
        label.len = text.len() as u8;
        Some(label)
    }

    #[inline]
    fn is(&self, text: &[u8]) -> bool {
        usize::from(self.len) == text.len() && self.bytes[..text.len()] == *text
    }
}

/// Labels that a thread remembers, each of somebody who has an id; nobody has the id 0. Two have room in one place, and a new one takes that of
/// the older.
pub(crate) struct Labels<const PLACES: usize>([[Cell<(u64, Label)>; 2]; PLACES]);

impl<const PLACES: usize> Labels<PLACES> {
    pub(crate) const fn new() -> Self {
        const { assert!(PLACES.is_power_of_two()) };
        Self([const { [const { Cell::new((0, Label::EMPTY)) }; 2] }; PLACES])
    }

    /// Whether that text of somebody was [remembered](Self::remember), and since then no two that took its place.
    #[inline]
    pub(crate) fn knows(&self, whose: u64, text: &[u8]) -> bool {
        let is_it = |label: &Cell<(u64, Label)>| {
            let (of, label) = label.get();
            of == whose && label.is(text)
        };
        text.len() <= Label::LONGEST && self.0[Self::place(whose, text)].iter().any(is_it)
    }

    /// Remembers a text, if it is short enough for a label.
    pub(crate) fn remember(&self, whose: u64, text: &[u8]) {
        if let Some(label) = Label::new(text) {
            let [latest, older] = &self.0[Self::place(whose, text)];
            older.set(latest.replace((whose, label)));
        }
    }

    /// By whose it is, its length, and its first and last eight bytes, or four; of fewer, by all.
    #[inline]
    fn place(whose: u64, text: &[u8]) -> usize {
        // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let (first, last) = if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else {
            (0, text.iter().fold(0, |all, b| all << u8::BITS | u64::from(*b)))
        };
        let ends = first.wrapping_mul(SPREAD).rotate_left(u64::BITS / 2) ^ last;
        let hash = (ends ^ whose << 8 ^ text.len() as u64).wrapping_mul(SPREAD);
        // Its highest bits depend on all others.
        hash.rotate_left(PLACES.trailing_zeros()) as usize % PLACES
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
    fn labels_are_known_of_whom_they_were_remembered() {
        let labels = Labels::<64>::new();
        assert!(!labels.knows(7, b"status") && !labels.knows(7, b""));
        for text in ["status", "", "ab", "eu-central-1"] {
            labels.remember(7, text.as_bytes());
            assert!(labels.knows(7, text.as_bytes()), "{text}");
            assert!(!labels.knows(8, text.as_bytes()), "{text}");
        }
        for text in ["Status", "statu", "status_", "eu-central-2", "eu-west-west-1"] {
            assert!(!labels.knows(7, text.as_bytes()), "{text}");
        }
        labels.remember(7, &[b'x'; Label::LONGEST + 1]);
        assert!(!labels.knows(7, &[b'x'; Label::LONGEST + 1]));
    }

    #[test]
    fn of_three_in_one_place_the_last_two_are_known() {
        let labels = Labels::<1>::new();
        let methods = ["GET", "PUT", "POST"];
        methods.iter().for_each(|method| labels.remember(7, method.as_bytes()));
        assert_eq!(methods.map(|method| labels.knows(7, method.as_bytes())), [false, true, true]);
    }

    #[test]
    fn labels_of_one_kind_seldom_share_a_place() {
        let labels = Labels::<128>::new();
        let kinds = [|n| format!("worker-{n}"), |n| format!("{n}-eu-central-1.example"), |n: u32| format!("{n:03}")];
        for kind in kinds {
            (0..32).for_each(|n| labels.remember(7, kind(n).as_bytes()));
            // By chance there would be three in one place for 0.3 of 32.
            assert!((0..32).filter(|n| labels.knows(7, kind(*n).as_bytes())).count() >= 30);
        }
    }
}
