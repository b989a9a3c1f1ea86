//! Short texts that are kept in place, without memory of their own: the name of a method or region, a key.

use std::cell::Cell;

/// A text of up to [`Label::LONGEST`] bytes, and whose it is, as words that are the same for no other.
#[derive(Clone, Copy)]
struct Label([u64; Self::WORDS]);

impl Label {
    const LONGEST: usize = 31;
    /// One says whose it is and how long, four hold the text.
    const WORDS: usize = 5;
    /// That of nobody.
    const NONE: Self = Self([0; Self::WORDS]);

    /// `None` for a longer text.
    #[inline(always)]
    fn new(whose: u64, text: &[u8]) -> Option<Self> {
        const AT_ENDS: usize = 2 * size_of::<u64>();
        let (first, last) = ends(text);
        let (second, third) = match text.len() {
            0..=AT_ENDS => (0, 0),
            len @ ..=Self::LONGEST => ends(&text[AT_ENDS / 2..len - AT_ENDS / 2]),
            _ => return None,
        };
        Some(Self([whose << u8::BITS | text.len() as u64, first, last, second, third]))
    }

    /// A place among so many, by whose it is, its length, and its first and last eight bytes.
    #[inline(always)]
    fn place<const PLACES: usize>(&self) -> usize {
        // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let [whose, first, last, ..] = self.0;
        let ends = first.wrapping_mul(SPREAD).rotate_left(u64::BITS / 2) ^ last;
        let hash = (ends ^ whose).wrapping_mul(SPREAD);
        // Its highest bits depend on all others.
        hash.rotate_left(PLACES.trailing_zeros()) as usize % PLACES
    }
}

/// The first and last eight bytes of a text of up to sixteen. Of fewer, they have some in common: which, its length tells.
#[inline(always)]
fn ends(text: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
    } else {
        (0, text.iter().fold(0, |all, b| all << u8::BITS | u64::from(*b)))
    }
}

/// Labels that a thread remembers, each of somebody who has an id; nobody has the id 0. Two have room in one place, and a new one takes that of
/// the older.
pub(crate) struct Labels<const PLACES: usize>([[Cell<Label>; 2]; PLACES]);

impl<const PLACES: usize> Labels<PLACES> {
    pub(crate) const fn new() -> Self {
        const { assert!(PLACES.is_power_of_two()) };
        Self([const { [const { Cell::new(Label::NONE) }; 2] }; PLACES])
    }

    /// Whether that text of somebody was [remembered](Self::remember), and since then no two that took its place.
    #[inline]
    pub(crate) fn knows(&self, whose: u64, text: &[u8]) -> bool {
        let Some(wanted) = Label::new(whose, text) else { return false };
        self.0[wanted.place::<PLACES>()].iter().any(|label| {
            // Without a branch for each word.
            let different = label.get().0.iter().zip(wanted.0).fold(0, |all, (a, b)| all | (a ^ b));
            different == 0
        })
    }

    /// Remembers a text, if it is short enough for a label.
    pub(crate) fn remember(&self, whose: u64, text: &[u8]) {
        if let Some(label) = Label::new(whose, text) {
            let [latest, older] = &self.0[label.place::<PLACES>()];
            older.set(latest.replace(label));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_texts_have_the_same_label() {
        let mut texts: Vec<Vec<u8>> = (0..=Label::LONGEST).map(|len| vec![b'x'; len]).collect();
        for len in 1..=Label::LONGEST {
            for at in 0..len {
                for b in [0, b'y'] {
                    let mut text = vec![b'x'; len];
                    text[at] = b;
                    texts.push(text);
                }
            }
        }
        let mut labels: Vec<_> = texts.iter().map(|text| Label::new(7, text).expect("it is short enough").0).collect();
        labels.push(Label::new(8, b"x").expect("it is short enough").0);
        labels.push(Label::NONE.0);
        let so_many = labels.len();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), so_many);
        assert!(Label::new(7, &[b'x'; Label::LONGEST + 1]).is_none());
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
