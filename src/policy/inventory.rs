//! The sensitive fields: which rule speaks for a key.
//!
//! Every key pattern ends in a last segment. Patterns whose last segment is plain (`email`), or a word suffix
//! (`*_email`), stand in one hash table by that text; one backward pass over a key hashes all its word suffixes, so a
//! look-up costs the same with ten patterns and with ten thousand. Other shapes (`card_*`, `x*y`) are few and tried in
//! turn.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::endings::Endings;
pub(crate) use super::endings::{LONG as LAST_LETTERS, MEDIUM as FEW_LETTERS};
use super::field_name::{readings, readings_in_text};
use super::key::Key;
use crate::detect::pair::KeyPath;

/// Which rule speaks for which key.
#[derive(Default)]
pub(crate) struct Inventory {
    patterns: Vec<KeyPattern>,
    by_suffix: HashMap<u64, Vec<u32>, KeepHash>,
    others: Vec<u32>,
    endings: Endings,
    has_paths: bool,
}

/// One entry of `keys`, compiled.
pub(crate) struct KeyPattern {
    /// As it was written.
    text: Box<str>,
    /// The segments before the last one, nearest first.
    parents: Vec<Glob>,
    last: Glob,
    rule: u32,
    rank: Rank,
}

/// Decides between two patterns that match one key; the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// A path is more particular than a key.
    pub(crate) segments: usize,
    /// A plain key is more particular than a wildcard.
    pub(crate) plain: bool,
    /// A rule that masks beats one that does not.
    pub(crate) masks: bool,
    /// A rule of one's own beats a pack's.
    pub(crate) own: bool,
    /// The stricter wins: what shows less.
    pub(crate) strictness: u8,
}

/// A segment with `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob {
    /// Literal parts; between two of them anything may stand.
    parts: Vec<Part>,
    open_start: bool,
    open_end: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    text: Vec<u8>,
    /// Written with a separator before it (`*_email`): must begin a word.
    starts_word: bool,
    /// Written with a separator after it (`card_*`): must end a word.
    ends_word: bool,
}

/// Gives the segments before a key, nearest first.
pub(crate) trait Parents {
    /// Calls `visit` with each segment until it answers false. Answers whether it never did.
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

/// No segments before the key.
#[cfg(test)]
pub(crate) struct NoParents;

#[cfg(test)]
impl Parents for NoParents {
    fn each(&self, _: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        true
    }
}

impl KeyPattern {
    /// Compiles one entry of `keys`; an error says what is wrong with it.
    pub(crate) fn parse(text: &str, rule: u32, rank: Rank) -> Result<Self, &'static str> {
        let mut segments: Vec<Glob> = Vec::new();
        for segment in text.split('.') {
            if segment.trim().is_empty() {
                return Err("a key has an empty segment");
            }
            segments.push(Glob::parse(segment));
        }
        let last = segments.pop().ok_or("a key is empty")?;
        if last.parts.is_empty() {
            return Err("a key's last segment must hold a letter or digit: `*` alone would match every key");
        }
        segments.reverse();
        let rank = Rank {
            segments: segments.len(),
            plain: !last.open_start && !last.open_end && last.parts.len() == 1,
            ..rank
        };
        Ok(Self { text: text.into(), parents: segments, last, rule, rank })
    }
}

impl Inventory {
    pub(crate) fn new(patterns: Vec<KeyPattern>) -> Self {
        let mut inventory = Self { has_paths: patterns.iter().any(|p| !p.parents.is_empty()), ..Self::default() };
        for (i, pattern) in patterns.iter().enumerate() {
            let i = u32::try_from(i).expect("a rules file is at most 4 MiB");
            match pattern.last.indexable() {
                Some(text) => inventory.by_suffix.entry(hash(text)).or_default().push(i),
                None => inventory.others.push(i),
            }
            match pattern.last.parts.last() {
                Some(part) if !pattern.last.open_end => inventory.endings.add(&part.text),
                _ => inventory.endings.add_all(),
            }
        }
        inventory.patterns = patterns;
        inventory
    }

    /// One pattern of a key alone.
    pub(crate) fn single(key: &str) -> Result<Self, &'static str> {
        let rank = Rank { segments: 0, plain: false, masks: true, own: true, strictness: 0 };
        Ok(Self::new(vec![KeyPattern::parse(key, 0, rank)?]))
    }

    /// All patterns, in the order in which they were given.
    pub(crate) fn patterns(&self) -> &[KeyPattern] {
        &self.patterns
    }

    /// Whether a pattern asks for the segments before a key.
    pub(crate) fn has_paths(&self) -> bool {
        self.has_paths
    }

    /// Whether a pattern may match a key, whatever stands before it.
    pub(crate) fn may_know(&self, segment: &[u8]) -> bool {
        self.endings.may_match(segment)
    }

    /// Whether a pattern may match a key with these letters at its end, the last first: [`LAST_LETTERS`] of them, or all that it has.
    pub(crate) fn may_end(&self, last_first: &[u8]) -> bool {
        self.endings.may_end(last_first)
    }

    /// Whether a pattern may match a key with these letters at its end, the last first, whatever stands before them.
    pub(crate) fn may_end_so(&self, last_first: &[u8; FEW_LETTERS]) -> bool {
        self.endings.may_end_so(last_first)
    }

    /// The rule for a key: one segment, and those before it.
    pub(crate) fn rule(&self, segment: &[u8], parents: &dyn Parents) -> Option<u32> {
        if !self.endings.may_match(segment) {
            return None;
        }
        let key = Key::new(segment);
        self.best(&key, parents).or_else(|| self.best(&key.without_number()?, parents))
    }

    /// The rule for a key that may be a path, by the first of its [readings] for which there is one.
    pub(crate) fn rule_of_path(&self, key: &[u8], parents: &dyn Parents) -> Option<u32> {
        readings(key).find_map(|(prefix, last)| self.rule(last, &KeyPath { prefix, parents }))
    }

    /// The same of a key in text.
    pub(crate) fn rule_in_text(&self, key: &[u8], parents: &dyn Parents) -> Option<u32> {
        readings_in_text(key).find_map(|(prefix, last)| self.rule(last, &KeyPath { prefix, parents }))
    }

    /// All patterns that match a key that may be a path, the one that decides first, and each before those that it beats.
    pub(crate) fn matching(&self, key: &[u8], parents: &dyn Parents) -> Vec<&KeyPattern> {
        let matching = |(prefix, last)| self.matching_segment(last, &KeyPath { prefix, parents });
        readings(key).map(matching).find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn matching_segment(&self, segment: &[u8], parents: &dyn Parents) -> Vec<&KeyPattern> {
        let key = Key::new(segment);
        let mut found = Vec::new();
        for key in [Some(key), key.without_number()].into_iter().flatten() {
            self.each_candidate(&key, |index| {
                let pattern = &self.patterns[index as usize];
                if pattern.last.matches(&key) && pattern.parents_match(parents) {
                    found.push((Reverse(pattern.rank), index));
                }
            });
            if !found.is_empty() {
                break;
            }
        }
        found.sort();
        found.into_iter().map(|(_, index)| &self.patterns[index as usize]).collect()
    }

    fn best(&self, key: &Key, parents: &dyn Parents) -> Option<u32> {
        let mut best: Option<(u32, &KeyPattern)> = None;
        self.each_candidate(key, |index| {
            let pattern = &self.patterns[index as usize];
            let better =
                |(first, best): (u32, &KeyPattern)| (pattern.rank, Reverse(index)) > (best.rank, Reverse(first));
            if best.is_none_or(better) && pattern.last.matches(key) && pattern.parents_match(parents) {
                best = Some((index, pattern));
            }
        });
        best.map(|(_, pattern)| pattern.rule)
    }

    /// Visits the patterns that may match a key.
    fn each_candidate(&self, key: &Key, mut visit: impl FnMut(u32)) {
        let bytes = key.as_bytes();
        if bytes.is_empty() {
            return;
        }
        let mut consider = |pattern: &u32| visit(*pattern);
        let mut suffix = HASH_START;
        for at in (0..bytes.len()).rev() {
            suffix = hash_step(suffix, bytes[at]);
            if key.is_word_start(at)
                && let Some(patterns) = self.by_suffix.get(&suffix)
            {
                patterns.iter().for_each(&mut consider);
            }
        }
        self.others.iter().for_each(&mut consider);
    }
}

impl KeyPattern {
    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn rule(&self) -> u32 {
        self.rule
    }

    pub(crate) fn rank(&self) -> Rank {
        self.rank
    }

    fn parents_match(&self, parents: &dyn Parents) -> bool {
        let mut wanted = self.parents.iter();
        let mut next = wanted.next();
        if next.is_some() {
            parents.each(&mut |segment| match next {
                Some(glob) if glob.matches(&Key::new(segment)) => {
                    next = wanted.next();
                    next.is_some()
                }
                _ => false,
            });
        }
        next.is_none()
    }
}

impl Glob {
    fn parse(segment: &str) -> Self {
        let is_separator = |c: char| !c.is_alphanumeric();
        let pieces: Vec<&str> = segment.split('*').collect();
        let last = pieces.len() - 1;
        let mut parts = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            let text = Key::new(piece.as_bytes()).as_bytes().to_vec();
            if !text.is_empty() {
                parts.push(Part {
                    text,
                    starts_word: i > 0 && piece.starts_with(is_separator),
                    ends_word: i < last && piece.ends_with(is_separator),
                });
            }
        }
        let star = pieces.len() > 1;
        Self { open_start: star && segment.starts_with('*'), open_end: star && segment.ends_with('*'), parts }
    }

    /// The text by which the table finds this glob: it is plain, or one whole-word suffix.
    fn indexable(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [part] if !self.open_end && (!self.open_start || part.starts_word) => Some(&part.text),
            _ => None,
        }
    }

    fn matches(&self, key: &Key) -> bool {
        self.matches_from(key, 0, &self.parts, !self.open_start)
    }

    fn matches_from(&self, key: &Key, from: usize, parts: &[Part], anchored: bool) -> bool {
        let bytes = key.as_bytes();
        let Some((part, rest)) = parts.split_first() else {
            return self.open_end || self.parts.is_empty() || from == bytes.len();
        };
        let mut at = from;
        while at + part.text.len() <= bytes.len() {
            let end = at + part.text.len();
            let fits = bytes[at..end] == part.text[..]
                && (!part.starts_word || at > from && key.is_word_start(at))
                && (!part.ends_word || end < bytes.len() && key.is_word_start(end));
            if fits && self.matches_from(key, end, rest, false) {
                return true;
            }
            if anchored {
                return false;
            }
            at += 1;
        }
        false
    }
}

const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Hashes from the last byte to the first.
fn hash(text: &[u8]) -> u64 {
    text.iter().rev().fold(HASH_START, |h, &b| hash_step(h, b))
}

/// FNV-1a, whose low bits alone are weak; the high ones are folded in by [`KeepHash`].
fn hash_step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

/// The keys of the table are hashes already.
#[derive(Clone, Copy, Default)]
struct KeepHash;

impl std::hash::BuildHasher for KeepHash {
    type Hasher = KeptHash;
    fn build_hasher(&self) -> KeptHash {
        KeptHash(0)
    }
}

struct KeptHash(u64);

impl std::hash::Hasher for KeptHash {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 keys are hashed")
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash ^ hash.rotate_right(29);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANK: Rank = Rank { segments: 0, plain: false, masks: true, own: false, strictness: 0 };

    struct Path<'a>(&'a [&'a str]);

    impl Parents for Path<'_> {
        fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
            self.0.iter().rev().all(|segment| visit(segment.as_bytes()))
        }
    }

    fn inventory(keys: &[&str]) -> Inventory {
        let compile = |(i, key): (usize, &&str)| KeyPattern::parse(key, i as u32, RANK).expect("a good key");
        Inventory::new(keys.iter().enumerate().map(compile).collect())
    }

    fn matches(pattern: &str, path: &str) -> bool {
        let mut segments: Vec<&str> = path.split('.').collect();
        let last = segments.pop().expect("not empty");
        inventory(&[pattern]).rule(last.as_bytes(), &Path(&segments)).is_some()
    }

    #[test]
    fn keys_match_whole_and_in_any_style() {
        for key in ["user_email", "userEmail", "User-Email", "useremail", "a.b.userEmail", "user_email2"] {
            assert!(matches("user_email", key), "{key}");
        }
        assert!(matches("password", "passWord"));
        for (pattern, key) in [("auth", "author"), ("email", "user_email"), ("pin", "pinned"), ("pin", "spin")] {
            assert!(!matches(pattern, key), "{pattern} {key}");
        }
    }

    #[test]
    fn wildcards_ask_for_whole_words_where_written_so() {
        assert!(matches("*_email", "userEmail") && matches("*_email", "a_b_email"));
        assert!(!matches("*_email", "email") && !matches("*_email", "useremail"));
        assert!(matches("*email", "useremail") && matches("*email", "email"));
        assert!(matches("card_*", "cardNumber") && !matches("card_*", "cardinal"));
        assert!(matches("x_*_key", "X-Api-Key") && !matches("x_*_key", "x_key"));
        assert!(matches("*_token_*", "my_token_value") && !matches("*_token_*", "my_token"));
    }

    #[test]
    fn paths_ask_for_the_segments_before() {
        assert!(matches("user.email", "user.email") && matches("user.email", "a.user.email"));
        assert!(!matches("user.email", "email") && !matches("user.email", "user.x.email"));
        assert!(matches("user.*.email", "user.x.email") && matches("*.email", "x.email"));
        assert!(!matches("*.email", "email"));
        assert!(matches("User.E-Mail", "user.email"));
    }

    #[test]
    fn the_more_particular_wins() {
        let inventory = inventory(&["*_token", "page_token", "next.page_token", "*token"]);
        assert_eq!(inventory.rule(b"a_token", &NoParents), Some(0));
        assert_eq!(inventory.rule(b"pageToken", &NoParents), Some(1));
        assert_eq!(inventory.rule(b"pageToken", &Path(&["next"])), Some(2));
        assert_eq!(inventory.rule(b"mytoken", &NoParents), Some(3));
        assert_eq!(inventory.rule(b"other", &NoParents), None);
    }

    #[test]
    fn on_a_tie_masking_then_own_then_strict_rules_win() {
        let rank = |masks, own, strictness| Rank { masks, own, strictness, ..RANK };
        let tie = |a: Rank, b: Rank| {
            let patterns = vec![KeyPattern::parse("email", 0, a), KeyPattern::parse("e_mail", 1, b)];
            Inventory::new(patterns.into_iter().map(|p| p.expect("a good key")).collect()).rule(b"email", &NoParents)
        };
        assert_eq!(tie(rank(true, false, 0), rank(false, true, 9)), Some(0));
        assert_eq!(tie(rank(true, false, 9), rank(true, true, 0)), Some(1));
        assert_eq!(tie(rank(true, true, 0), rank(true, true, 1)), Some(1));
    }

    #[test]
    fn on_a_full_tie_the_first_wins_however_long_its_suffix() {
        for keys in [["*_number", "*_card_number"], ["*_card_number", "*_number"]] {
            let inventory = inventory(&keys);
            assert_eq!(inventory.rule(b"my_card_number", &NoParents), Some(0), "{keys:?}");
            let texts: Vec<_> =
                inventory.matching(b"my_card_number", &NoParents).iter().map(|p| p.text().to_owned()).collect();
            assert_eq!(texts, keys);
        }
    }

    #[test]
    fn useless_patterns_are_refused() {
        for bad in ["", "*", "a..b", "a.*", "__"] {
            assert!(KeyPattern::parse(bad, 0, RANK).is_err(), "{bad}");
        }
    }
}
