//! How keys end that the inventory may know: by their last three letters, most other keys are told at once.

/// One bit for each ending of a key that a pattern may match.
pub(super) struct Endings(Box<[u64; ENDINGS / 64]>);

/// Of each of three characters, five bits.
const ENDINGS: usize = 1 << 15;

impl Default for Endings {
    fn default() -> Self {
        Self(Box::new([0; ENDINGS / 64]))
    }
}

impl Endings {
    /// Adds keys that end so: letters and digits in lower case.
    pub(super) fn add(&mut self, ending: &[u8]) {
        match *ending {
            [.., a, b, c] => self.set(a, b, c),
            // Whatever stands before.
            [b, c] => (0..32).for_each(|a| self.set(a, b, c)),
            [c] => (0..32).for_each(|a| (0..32).for_each(|b| self.set(a, b, c))),
            [] => self.add_all(),
        }
    }

    /// Adds all keys: a pattern says nothing of how they end.
    pub(super) fn add_all(&mut self) {
        self.0.fill(u64::MAX);
    }

    fn set(&mut self, a: u8, b: u8, c: u8) {
        let ending = index(a, b, c);
        self.0[ending / 64] |= 1 << (ending % 64);
    }

    /// Whether a pattern may match this key. Of keys that are short, end with a digit, or are not of ASCII, nothing is said.
    pub(super) fn may_match(&self, segment: &[u8]) -> bool {
        let mut last = [0; 3];
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
        let [c, b, a] = last;
        len < last.len() || c.is_ascii_digit() || self.may_end(&[a, b, c])
    }

    /// Whether a pattern may match a key whose last letters are these.
    pub(super) fn may_end(&self, letters: &[u8; 3]) -> bool {
        let [a, b, c] = *letters;
        let ending = index(a, b, c);
        self.0[ending / 64] >> (ending % 64) & 1 == 1
    }
}

/// Letters in either case are one.
fn index(a: u8, b: u8, c: u8) -> usize {
    usize::from(a % 32) << 10 | usize::from(b % 32) << 5 | usize::from(c % 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_style_that_end_so_may_match() {
        let mut endings = Endings::default();
        endings.add(b"password");
        endings.add(b"ip");
        for key in
            ["password", "user-Password", "PASS_WORD", "word_", "client_ip", "clientIP", "ab", "address2", "wörd"]
        {
            assert!(endings.may_match(key.as_bytes()), "{key}");
        }
        for key in ["status", "duration_ms", "passwords", "ipa"] {
            assert!(!endings.may_match(key.as_bytes()), "{key}");
        }
        endings.add_all();
        assert!(endings.may_match(b"status"));
    }
}
