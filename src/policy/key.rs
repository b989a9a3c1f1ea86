//! Keys of any style, made comparable.
//!
//! `userEmail`, `user_email`, `User-Email` and `USER EMAIL` are one key. A key is held as its letters and digits in
//! lower case, with a bit for each place where a word begins; so `auth` never matches `author`, and `*_email` can ask
//! for a whole word.

/// The longest key that is compared, in bytes; of a longer one, its end.
pub(crate) const MAX_KEY: usize = 96;

/// A key without its style.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    bytes: [u8; MAX_KEY],
    len: usize,
    /// Bit `i` is set where a word begins at byte `i`. Bit 0 is always set.
    words: u128,
}

impl Key {
    /// Reads one segment of a key (no dots); anything but letters and digits separates words.
    pub(crate) fn new(segment: &[u8]) -> Self {
        let tail = &segment[segment.len().saturating_sub(2 * MAX_KEY)..];
        let mut key = Self { bytes: [0; MAX_KEY], len: 0, words: 1 };
        if tail.is_ascii() {
            key.read_ascii(tail)
        } else {
            key.read_unicode(tail)
        }
        key
    }

    /// The letters and digits, in lower case.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Whether a word begins at byte `at`; the end counts as a beginning.
    pub(crate) fn is_word_start(&self, at: usize) -> bool {
        at == self.len || self.words >> at & 1 == 1
    }

    /// The key without up to two digits at its end: `address2` is an `address`.
    pub(crate) fn without_number(&self) -> Option<Self> {
        let digits = self.as_bytes().iter().rev().take_while(|b| b.is_ascii_digit()).count();
        (1..=2).contains(&digits).then(|| Self { len: self.len - digits, ..*self })
    }

    fn read_ascii(&mut self, segment: &[u8]) {
        let mut boundary = true;
        let mut previous = 0u8;
        for (i, &b) in segment.iter().enumerate() {
            if !b.is_ascii_alphanumeric() {
                boundary = true;
                continue;
            }
            let camel = b.is_ascii_uppercase()
                && (previous.is_ascii_lowercase()
                    || previous.is_ascii_digit()
                    || previous.is_ascii_uppercase() && segment.get(i + 1).is_some_and(u8::is_ascii_lowercase));
            self.push(b.to_ascii_lowercase(), boundary || camel);
            boundary = false;
            previous = b;
        }
    }

    /// Folds full-width letters and leaves out zero-width characters, so that they hide no key.
    fn read_unicode(&mut self, segment: &[u8]) {
        let mut boundary = true;
        let mut previous_lower = false;
        for c in String::from_utf8_lossy(segment).chars() {
            let c = match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => continue,
                c => c,
            };
            if !c.is_alphanumeric() {
                boundary = true;
                continue;
            }
            let mut starts = boundary || (c.is_uppercase() && previous_lower);
            for lower in c.to_lowercase() {
                for &b in lower.encode_utf8(&mut [0; 4]).as_bytes() {
                    self.push(b, starts);
                    starts = false;
                }
            }
            boundary = false;
            previous_lower = c.is_lowercase();
        }
    }

    fn push(&mut self, byte: u8, word_start: bool) {
        if self.len == MAX_KEY {
            self.bytes.copy_within(1.., 0);
            self.words = self.words >> 1 | 1;
            self.len -= 1;
        }
        self.bytes[self.len] = byte;
        self.words = self.words & !(1 << self.len) | u128::from(word_start) << self.len | 1;
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let key = Key::new(text.as_bytes());
        let mut out = String::new();
        for (i, &b) in key.as_bytes().iter().enumerate() {
            if i > 0 && key.is_word_start(i) {
                out.push('_');
            }
            out.push(b as char);
        }
        out
    }

    #[test]
    fn styles_are_one() {
        for style in ["userEmail", "user_email", "User-Email", "USER EMAIL", "user__email_", "UserEmail"] {
            assert_eq!(words(style), "user_email", "{style}");
        }
        assert_eq!(words("HTTPServerURL"), "http_server_url");
        assert_eq!(words("X-Api-Key"), "x_api_key");
        assert_eq!(words("oauth2Token"), "oauth2_token");
        assert_eq!(words("passWord"), "pass_word");
        assert_eq!(words("ｐａｓｓ\u{200b}word"), "password");
        assert_eq!(words(""), "");
    }

    #[test]
    fn a_number_at_the_end_can_be_left_out() {
        assert_eq!(Key::new(b"address_2").without_number().map(|k| k.as_bytes().to_vec()), Some(b"address".to_vec()));
        assert!(Key::new(b"md5123").without_number().is_none());
        assert!(Key::new(b"address").without_number().is_none());
    }

    #[test]
    fn of_a_long_key_the_end_counts() {
        let long = format!("{}_password", "x".repeat(500));
        assert!(Key::new(long.as_bytes()).as_bytes().ends_with(b"password"));
        assert_eq!(Key::new(long.as_bytes()).as_bytes().len(), MAX_KEY);
        let words = "ab_".repeat(100);
        let key = Key::new(words.as_bytes());
        assert!(key.is_word_start(2) && !key.is_word_start(1));
    }
}
