//! How keys end that the inventory may know: by their last letters, most other keys are told at once.

/// One bit for each ending of a key that a pattern may match.
///
/// Patterns are told apart by how much of their end is compared: a key that has fewer letters than that matches none of them.
#[derive(Default)]
pub(super) struct Endings {
    /// By the last three letters or digits: of the shortest patterns.
    short: Bits,
    /// By a hash of the last five: of those that have so many, but not eight.
    medium: Bits,
    /// By a hash of the last eight; and of the last five of the same.
    long: Bits,
    long_at_five: Bits,
}

/// How many of the last letters and digits are looked at.
pub(crate) const LONG: usize = 8;
pub(crate) const MEDIUM: usize = 5;

struct Bits(Box<[u64; ENDINGS / 64]>);

/// Of each of three characters, five bits; and as many hashes.
const ENDINGS: usize = 1 << 15;

impl Endings {
    /// Adds keys that end so: letters and digits in lower case.
    pub(super) fn add(&mut self, ending: &[u8]) {
        if let Some(last) = ending.last_chunk::<LONG>() {
            self.long.set(hash(last.iter().rev()));
            return self.long_at_five.set(hash(last.iter().rev().take(MEDIUM)));
        }
        if let Some(last) = ending.last_chunk::<MEDIUM>() {
            return self.medium.set(hash(last.iter().rev()));
        }
        let mut add_short = |a, b, c| self.short.set(index(a, b, c));
        match *ending {
            [.., a, b, c] => add_short(a, b, c),
            // Whatever stands before.
            [b, c] => (0..32).for_each(|a| add_short(a, b, c)),
            [c] => (0..32).for_each(|a| (0..32).for_each(|b| add_short(a, b, c))),
            [] => self.add_all(),
        }
    }

    /// Adds all keys: a pattern says nothing of how they end.
    pub(super) fn add_all(&mut self) {
        self.short.0.fill(u64::MAX);
    }

    /// Whether a pattern may match this key. Of keys that are short, end with a digit, or are not of ASCII, nothing is said.
    pub(super) fn may_match(&self, segment: &[u8]) -> bool {
        let mut last = [0; LONG];
        let mut len = 0;
        for &b in segment.iter().rev() {
            if b.is_ascii_alphanumeric() {
                last[len] = b;
                len += 1;
                if len == last.len() {
                    break;
                }
            } else if !b.is_ascii() {
                return true;
            }
        }
        last[0].is_ascii_digit() || self.may_end(&last[..len])
    }

    /// Whether a pattern may match a key with these letters and digits at its end, the last first: [`LONG`] of them, or all that it
    /// has.
    pub(super) fn may_end(&self, last_first: &[u8]) -> bool {
        let Some(five) = last_first.first_chunk::<MEDIUM>() else {
            return match *last_first {
                [c, b, a, ..] => self.short.has(index(a, b, c)),
                _ => true,
            };
        };
        let long = || last_first.first_chunk::<LONG>().is_some_and(|last| self.long.has(hash(last.iter())));
        self.short_or_medium(five) || long()
    }

    /// Whether a pattern may match a key with these letters and digits at its end, the last first, whatever stands before them.
    pub(super) fn may_end_so(&self, last_first: &[u8; MEDIUM]) -> bool {
        self.short_or_medium(last_first) || self.long_at_five.has(hash(last_first.iter()))
    }

    fn short_or_medium(&self, last_first: &[u8; MEDIUM]) -> bool {
        let [c, b, a, ..] = *last_first;
        self.short.has(index(a, b, c)) || self.medium.has(hash(last_first.iter()))
    }
}

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; ENDINGS / 64]))
    }
}

impl Bits {
    fn set(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    #[inline]
    fn has(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }
}

/// Letters in either case are one.
fn index(a: u8, b: u8, c: u8) -> usize {
    usize::from(a % 32) << 10 | usize::from(b % 32) << 5 | usize::from(c % 32)
}

/// A hash, for which letters in either case are one.
#[inline]
fn hash<'b>(last_first: impl Iterator<Item = &'b u8>) -> usize {
    let letters = last_first.fold(0, |letters, &b| letters << 5 | u64::from(b % 32));
    // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    (letters.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - ENDINGS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_style_that_end_so_may_match() {
        let mut endings = Endings::default();
        endings.add(b"password");
        endings.add(b"token");
        endings.add(b"ip");
        endings.add(b"cvv2");
        for key in
            ["password", "user-Password", "PASS_WORD", "client_ip", "clientIP", "ab", "address2", "wörd", "the cvv2"]
        {
            assert!(endings.may_match(key.as_bytes()), "{key}");
        }
        for key in ["status", "duration_ms", "passwords", "ipa", "word_", "xword", "assword", "my_oken"] {
            assert!(!endings.may_match(key.as_bytes()), "{key}");
        }
        endings.add_all();
        assert!(endings.may_match(b"status"));
    }
}
