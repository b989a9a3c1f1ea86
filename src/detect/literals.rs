//! The literals of regex rules that begin words: prefixes of matches, and context words.
//!
//! A text is asked only where a word begins, by two characters, which leaves a handful of literals to compare. So there may
//! be hundreds.

/// A literal that is looked for.
pub(super) struct Literal<T> {
    pub(super) text: Vec<u8>,
    /// Only in this case of letters.
    pub(super) exact: bool,
    pub(super) target: T,
}

/// Literals by their first two characters, each with what is to be done where it stands.
pub(super) struct Literals<T> {
    /// Index of the bucket, by the classes of both characters; 0 is empty.
    index: Box<[u16; CLASSES * CLASSES]>,
    buckets: Vec<Vec<Literal<T>>>,
}

impl<T: Copy> Literals<T> {
    /// Literals for which [`Self::takes`] holds.
    pub(super) fn new(literals: Vec<Literal<T>>) -> Self {
        let mut index = Box::new([0; CLASSES * CLASSES]);
        let mut buckets = vec![Vec::new()];
        for literal in literals {
            let slot = &mut index[slot(literal.text[0], literal.text[1])];
            if *slot == 0 {
                *slot = u16::try_from(buckets.len()).expect("there are no more buckets than pairs of classes");
                buckets.push(Vec::new());
            }
            buckets[usize::from(*slot)].push(literal);
        }
        Self { index, buckets }
    }

    /// Whether a literal that begins a word can be looked for here.
    pub(super) fn takes(text: &[u8]) -> bool {
        text.len() >= 2 && CLASS[usize::from(text[0])] != OTHER
    }

    /// Calls `visit` with what is to be done and where a literal ends.
    pub(super) fn scan(&self, text: &[u8], mut visit: impl FnMut(T, usize)) {
        let mut in_word = false;
        for (at, pair) in text.windows(2).enumerate() {
            let class = CLASS[usize::from(pair[0])];
            if class != OTHER && !in_word {
                let bucket = self.index[slot(pair[0], pair[1])];
                if bucket != 0 {
                    self.compare(&self.buckets[usize::from(bucket)], text, at, &mut visit);
                }
            }
            // After `_` a word may begin: `my_badge`. Whether that counts, the rule decides.
            in_word = class != OTHER && pair[0] != b'_';
        }
    }

    fn compare(&self, bucket: &[Literal<T>], text: &[u8], at: usize, visit: &mut impl FnMut(T, usize)) {
        let third = text.get(at + 2).map_or(0, u8::to_ascii_lowercase);
        for literal in bucket {
            if literal.text.get(2).is_some_and(|b| b.to_ascii_lowercase() != third) {
                continue;
            }
            let Some(there) = text.get(at..at + literal.text.len()) else { continue };
            let same = there == literal.text || !literal.exact && there.eq_ignore_ascii_case(&literal.text);
            if same {
                visit(literal.target, at + literal.text.len());
            }
        }
    }
}

/// Letters without their case, digits, `_`, and all others.
const CLASSES: usize = 26 + 10 + 2;
const OTHER: u8 = 0;
const CLASS: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut b = 0u8;
    loop {
        classes[b as usize] = match b {
            b'a'..=b'z' => 1 + b - b'a',
            b'A'..=b'Z' => 1 + b - b'A',
            b'0'..=b'9' => 27 + b - b'0',
            b'_' => 37,
            _ => OTHER,
        };
        if b == u8::MAX {
            break classes;
        }
        b += 1;
    }
};

fn slot(first: u8, second: u8) -> usize {
    usize::from(CLASS[usize::from(first)]) * CLASSES + usize::from(CLASS[usize::from(second)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[(&str, bool)], text: &str) -> Vec<(usize, usize)> {
        let literals = literals.iter().enumerate();
        let literals =
            literals.map(|(target, (text, exact))| Literal { text: text.as_bytes().to_vec(), exact: *exact, target });
        let mut found = Vec::new();
        Literals::new(literals.collect()).scan(text.as_bytes(), |target, end| found.push((target, end)));
        found.sort_unstable();
        found
    }

    #[test]
    fn literals_stand_where_words_begin() {
        let literals = [("ghp_", true), ("badge", false)];
        assert_eq!(found(&literals, "ghp_ xghp_ GHP_ /ghp_"), [(0, 4), (0, 21)]);
        assert_eq!(found(&literals, "BADGE my_badge badges xbadge"), [(1, 5), (1, 14), (1, 20)]);
        assert_eq!(found(&literals, ""), []);
        assert_eq!(found(&literals, "g"), []);
    }

    #[test]
    fn all_literals_of_one_beginning_are_found() {
        assert_eq!(found(&[("key", false), ("key id", false), ("ke", true)], "KEY ID ke"), [(0, 3), (1, 6), (2, 9)]);
    }
}
