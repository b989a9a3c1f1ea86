//! Whether a text looks as if a machine had drawn it at random, rather than a person named something with it.
//!
//! No single measure tells the two apart: Shannon's entropy of a long class name is that of a short key. What does is how
//! often the kind of character (upper case, lower case, digit) changes inside a piece of the text, for names change it
//! where a word begins, and random texts all the time; and how many different characters there are. Placeholders, paths,
//! URLs and digests that are ids are left out first.

/// Whether `text` looks random. The check of `validate = "entropy"`.
pub(super) fn check(text: &[u8]) -> bool {
    looks_random(text, SHORTEST)
}

/// The shortest text of which anything can be said, in letters and digits.
const SHORTEST: usize = 16;
/// How much of a long text decides.
const DECIDES: usize = 256;
/// The fewest different characters that a random text has.
const FEWEST_DISTINCT: usize = 8;

/// Whether `text` has at least `shortest` letters and digits and looks random.
pub(in crate::detect) fn looks_random(text: &[u8], shortest: usize) -> bool {
    let text = &text[..text.len().min(DECIDES)];
    if is_placeholder(text) || is_place(text) || is_digest_id(text) || distinct(text) < FEWEST_DISTINCT {
        return false;
    }
    let whole = Kinds::of(text);
    if whole.len() < shortest {
        return false;
    }
    let base64 = text.iter().any(|b| matches!(b, b'+' | b'=')) && !text.contains(&b'.');
    let mut pieces = text.split(|b| !(b.is_ascii_alphanumeric() || base64 && matches!(b, b'+' | b'/' | b'=')));
    pieces.any(|piece| Kinds::of(piece).is_random(piece, shortest))
        || whole.is_random_in_pieces()
        || is_symbol_soup(text, &whole)
        || is_serial(text)
}

/// Whether the text has the form of a UUID, in hexadecimal digits or any others.
pub(in crate::detect) fn is_uuid(text: &[u8]) -> bool {
    let dash = |i: usize| matches!(i, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.iter().enumerate().all(|(i, b)| if dash(i) { *b == b'-' } else { b.is_ascii_alphanumeric() })
        && distinct(text) >= 6
}

/// The kinds of characters in a text.
#[derive(Default)]
struct Kinds {
    upper: usize,
    lower: usize,
    digit: usize,
    /// How often the kind changes from one character to the next; a separator between two is no change.
    changes: usize,
}

impl Kinds {
    fn of(text: &[u8]) -> Self {
        let mut kinds = Self::default();
        let mut last = None;
        for b in text {
            let kind = match b {
                b'A'..=b'Z' => &mut kinds.upper,
                b'a'..=b'z' => &mut kinds.lower,
                b'0'..=b'9' => &mut kinds.digit,
                _ => {
                    last = None;
                    continue;
                }
            };
            *kind += 1;
            let kind = (b.is_ascii_digit(), b.is_ascii_uppercase());
            kinds.changes += usize::from(last.is_some_and(|last| last != kind));
            last = Some(kind);
        }
        kinds
    }

    fn len(&self) -> usize {
        self.upper + self.lower + self.digit
    }

    /// Whether one piece without separators is random by itself.
    fn is_random(&self, piece: &[u8], shortest: usize) -> bool {
        let letters = self.upper + self.lower;
        if self.len() < shortest {
            return false;
        }
        if self.digit == 0 {
            // `mySecretTokenProvider` changes its case at every third letter at most.
            return self.upper > 1 && self.lower > 1 && self.changes * 12 >= self.len() * 5;
        }
        let hex = piece.iter().all(u8::is_ascii_hexdigit);
        letters >= 3 && self.digit >= 2 && (hex || self.digit >= 6 || self.changes >= (self.len() / 5).max(3))
    }

    /// Whether the pieces together are: base64url has its `-` and `_` anywhere.
    fn is_random_in_pieces(&self) -> bool {
        let every_kind = self.upper > 1 && self.lower > 1 && self.digit > 1;
        every_kind && self.len() >= SHORTEST && self.changes * 4 >= self.len()
    }
}

/// Groups as in `ABCD1234-EFGH5678-…`, each of which mixes letters and digits.
fn is_serial(text: &[u8]) -> bool {
    let groups = text.split(|b| !b.is_ascii_alphanumeric()).map(Kinds::of);
    let mixed = groups.filter(|group| group.digit >= 2 && group.upper + group.lower >= 2);
    mixed.map(|group| group.len()).sum::<usize>() >= SHORTEST
}

/// Generated passwords hold symbols that names do not.
fn is_symbol_soup(text: &[u8], kinds: &Kinds) -> bool {
    let symbols = b"!#$%&*+?@^~".iter().filter(|symbol| text.contains(symbol)).count();
    symbols >= 3 && kinds.digit >= 2
}

/// What people write where a secret will stand.
fn is_placeholder(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 18] = [
        b"changeme",
        b"change_me",
        b"change-me",
        b"placeholder",
        b"redacted",
        b"replace",
        b"insert",
        b"xxxx",
        b"****",
        b"....",
        b"your_",
        b"your-",
        b"yourapi",
        b"yoursecret",
        b"yourtoken",
        b"${",
        b"{{",
        b"undefined",
    ];
    let starts = |word: &&[u8]| word.first().is_some_and(|b| matches!(b, b'$' | b'{'));
    WORDS.iter().filter(|word| starts(word)).any(|word| text.starts_with(word))
        || WORDS.iter().any(|word| text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word)))
}

/// A path or a URL.
fn is_place(text: &[u8]) -> bool {
    text.starts_with(b"/")
        || text.starts_with(b"./")
        || text.starts_with(b"~/")
        || memchr::memmem::find(text, b"://").is_some()
}

/// A digest that says its algorithm: the id of an image, a fingerprint, the integrity of a package.
fn is_digest_id(text: &[u8]) -> bool {
    const ALGORITHMS: [&[u8]; 6] = [b"sha1", b"sha256", b"sha384", b"sha512", b"md5", b"blake2b"];
    let head = &text[..text.len().min(8)];
    ALGORITHMS.iter().any(|name| {
        head.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && matches!(text.get(name.len()), Some(b':' | b'-'))
    })
}

fn distinct(text: &[u8]) -> usize {
    let seen = text.iter().filter(|b| b.is_ascii()).fold(0u128, |seen, b| seen | 1 << b);
    seen.count_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_look_random() {
        for text in [
            "0123456789abcdef0123456789abcdef",
            "k3jD8sLq0Zx7Wm2P",
            "aGVsbG8gd29ybGQgMTIz+/Zm9vYmFyYmF6cXV4",
            "Zk3-q_T8x-Lm2_Pd9-Rw4_Yb7",
            "BCDFGH12345678901234",
            "qWeRtZuIoPaSdFgHjKlY",
            "SG.k3jD8sLq0Zx7Wm2P4n.tail",
        ] {
            assert!(check(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn names_places_and_placeholders_do_not() {
        for text in [
            "",
            "short1A",
            "mySecretTokenProviderFactory",
            "java.lang.IllegalArgumentException",
            "my-cluster-prod-01-eu-west-1",
            "My-Cluster-Prod-01-EU-West-1",
            "2026-01-02T03:04:05.678Z",
            "/var/lib/app/0123456789abcdef0123456789abcdef",
            "https://example.com/0123456789abcdef0123456789abcdef",
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "SHA256-0123456789abcdef0123456789abcdef",
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "00000000000000000000000000000000",
            "YOUR_0123456789abcdef_HERE",
            "${SECRET_0123456789abcdef}",
            "12345678901234567890",
        ] {
            assert!(!check(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn uuids_are_known_by_their_dashes() {
        assert!(is_uuid(b"01234567-89ab-4cde-8f01-23456789abcd"));
        assert!(!is_uuid(b"00000000-0000-0000-0000-000000000000"));
        assert!(!is_uuid(b"01234567-89ab-4cde-8f01-23456789abc"));
        assert!(!is_uuid(b"0123456789ab-4cde-8f01--23456789abcd"));
    }
}
