//! Our own marks: placeholders and tokens, as found again in text.
//!
//! What begins with a mark is left alone by every detector and every chain, so that masking twice is masking once, and
//! a log that was masked has no findings. That makes the form of a mark a way past the boundary, and these are the
//! reasons why nothing slips through it:
//!
//! - a placeholder can hold nothing but a category's name: at most 32 lower-case characters, right behind `[redacted:`;
//! - a token must have the full frame, `tok-CATEGORY-KEYID-`, and then exactly 26 base32 characters and an end. No secret
//!   that someone issues has that frame, and one that only *contains* a mark is masked: just the mark's own bytes are
//!   exempt, and a chain's exemption asks for the whole value to be one mark;
//! - so a secret gets past only where code writes it in that form on purpose, at most 128 bits at a time. A boundary guards
//!   against oversight, and code that wants to leak has easier ways: it can write to a socket.

use std::ops::Range;

use memchr::memmem;

use super::erase;
use crate::policy::Category;

/// A mark of ours in a text: what stands for a value that was masked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark<'t> {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// The category that it names: `contact`.
    pub category: &'t str,
    /// Whether it is a token; else it is a placeholder.
    pub is_token: bool,
}

/// All placeholders and tokens in a text, from its start to its end. Masks that keep parts of a value have no form of their own, and
/// are not among them.
///
/// ```
/// use tracing_privacy::mask::marks;
///
/// let marks: Vec<_> = marks(b"mail to [redacted:contact], key [redacted:credential]").collect();
/// assert_eq!((marks[0].category, marks[0].range.clone(), marks[0].is_token), ("contact", 8..26, false));
/// assert_eq!(marks.len(), 2);
/// ```
pub fn marks(text: &[u8]) -> impl Iterator<Item = Mark<'_>> {
    let mut placeholders = memmem::find_iter(text, erase::OPEN).peekable();
    let mut tokens = memmem::find_iter(text, TOKEN).peekable();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, is_token) = match (placeholders.peek(), tokens.peek()) {
                (Some(&placeholder), Some(&token)) if token < placeholder => (token, true),
                (None, Some(&token)) => (token, true),
                (Some(&placeholder), _) => (placeholder, false),
                (None, None) => return None,
            };
            if is_token {
                tokens.next()
            } else {
                placeholders.next()
            };
            if start < from {
                continue;
            }
            let open = if is_token { TOKEN.len() } else { erase::OPEN.len() };
            let Some(len) = own_mark(&text[start..]) else { continue };
            let category = category_len(&text[start + open..]).map_or(&[][..], |len| &text[start + open..][..len]);
            from = start + len;
            let category = str::from_utf8(category).unwrap_or_default();
            return Some(Mark { range: start..from, category, is_token });
        }
    })
}

/// The length of the mark that `text` begins with, if it begins with one.
#[inline]
pub(crate) fn own_mark(text: &[u8]) -> Option<usize> {
    // Each value is asked, twice: nearly none begins so.
    let first = *text.first()?;
    if first != erase::OPEN.as_bytes()[0] && first != TOKEN.as_bytes()[0] {
        return None;
    }
    placeholder(text).or_else(|| token(text))
}

/// Whether the whole text is one mark.
pub(crate) fn is_own_mark(text: &[u8]) -> bool {
    own_mark(text) == Some(text.len())
}

/// What a token begins with; then category, key id and code, with dashes between. So it can be searched for
/// (`tok-contact-`), selected by a double click, and read in one way only, for no part holds a dash.
pub(super) const TOKEN: &str = "tok-";
/// How many base32 characters (RFC 4648 §6, lower case, no padding) the code of a token has: 128 bits.
pub(super) const CODE_LEN: usize = 26;
/// The digits of that base32.
pub(super) const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// The longest id of a key.
pub(super) const MAX_KEY_ID_LEN: usize = 16;

/// Whether this can be the id of a key: `[a-z0-9_]{1,16}`.
pub(crate) fn is_key_id(text: &str) -> bool {
    (1..=MAX_KEY_ID_LEN).contains(&text.len()) && text.bytes().all(is_name_byte)
}

/// `[redacted:CATEGORY]`
fn placeholder(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(erase::OPEN.as_bytes())?;
    let category = category_len(rest)?;
    rest[category..].starts_with(erase::CLOSE.as_bytes()).then(|| erase::OPEN.len() + category + erase::CLOSE.len())
}

/// `tok-CATEGORY-KEYID-CODE`, not followed by what could make it longer.
fn token(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(TOKEN.as_bytes())?;
    let rest = rest[category_len(rest)?..].strip_prefix(b"-")?;
    let rest = rest[name_len(rest, MAX_KEY_ID_LEN)?..].strip_prefix(b"-")?;
    let (code, rest) = rest.split_at_checked(CODE_LEN)?;
    let ends = !rest.first().is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    (ends && code.iter().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))).then(|| text.len() - rest.len())
}

/// The length of the category's name at the start, of the form that [`Category::new`] takes.
fn category_len(text: &[u8]) -> Option<usize> {
    text.first().filter(|b| b.is_ascii_lowercase())?;
    name_len(text, Category::MAX_LEN)
}

/// The length of the run of name bytes at the start, unless it is empty or too long.
fn name_len(text: &[u8], max: usize) -> Option<usize> {
    let len = text.iter().take(max + 1).take_while(|&&b| is_name_byte(b)).count();
    (1..=max).contains(&len).then_some(len)
}

fn is_name_byte(b: u8) -> bool {
    matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "kbp4254anflrqxoszkmklwesky";

    #[test]
    fn marks_are_known() {
        for mark in [
            "[redacted:contact]".to_owned(),
            "[redacted:x]".to_owned(),
            format!("[redacted:{}]", "a".repeat(32)),
            format!("tok-contact-k1-{CODE}"),
            format!("tok-government_id-2026_11-{CODE}"),
            format!("tok-{}-{}-{CODE}", "c".repeat(32), "9".repeat(16)),
        ] {
            assert!(is_own_mark(mark.as_bytes()), "{mark}");
            for end in [" ", ".", "\"", "\0", "\n", "é", "\u{301}", "@"] {
                assert_eq!(own_mark(format!("{mark}{end}rest").as_bytes()), Some(mark.len()), "{mark}{end}");
            }
            assert!(!is_own_mark(format!("{mark} rest").as_bytes()));
            assert_eq!(own_mark(format!(" {mark}").as_bytes()), None);
            for cut in 0..mark.len() {
                assert_eq!(own_mark(&mark.as_bytes()[..cut]), None, "{mark} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_nearly_a_mark_is_none() {
        for text in [
            "[redacted:]".to_owned(),
            "[redacted:Contact]".to_owned(),
            "[redacted:1a]".to_owned(),
            "[redacted:a b]".to_owned(),
            "[redacted:contact".to_owned(),
            "[REDACTED:contact]".to_owned(),
            format!("[redacted:{}]", "a".repeat(33)),
            format!("tok-contact-k1-{CODE}a"),
            format!("tok-contact-k1-{CODE}A"),
            format!("tok-contact-k1-{CODE}-"),
            format!("tok-contact-k1-{CODE}_"),
            format!("tok-contact-k1-{}", &CODE[1..]),
            format!("tok-contact-k1-{}", CODE.to_uppercase()),
            format!("tok-contact-k1-{}1", &CODE[1..]),
            format!("tok-contact-K1-{CODE}"),
            format!("tok-contact--{CODE}"),
            format!("tok--k1-{CODE}"),
            format!("tok-1contact-k1-{CODE}"),
            format!("tok-contact-{CODE}"),
            format!("tok-contact-{}-{CODE}", "k".repeat(17)),
            format!("tok-{}-k1-{CODE}", "c".repeat(33)),
            format!("TOK-contact-k1-{CODE}"),
            String::new(),
        ] {
            assert_eq!(own_mark(text.as_bytes()), None, "{text}");
        }
        assert_eq!(own_mark(b"[redacted:\xff]"), None);
    }

    #[test]
    fn categories_and_marks_agree_on_names() {
        for name in ["a", "a1_", "1a", "_a", "A", "a-b", "", "é", &"a".repeat(32), &"a".repeat(33)] {
            let mark = format!("[redacted:{name}]");
            assert_eq!(is_own_mark(mark.as_bytes()), Category::new(name).is_some(), "{name}");
        }
    }

    #[test]
    fn marks_are_found_in_a_text_in_their_order() {
        let text = format!("a=[redacted:x] tok-contact-k1-{CODE} tok-no [redacted:] ([redacted:credential])");
        let found: Vec<_> = marks(text.as_bytes()).collect();
        let told: Vec<_> = found.iter().map(|mark| (mark.category, mark.is_token, &text[mark.range.clone()])).collect();
        let token = format!("tok-contact-k1-{CODE}");
        assert_eq!(
            told,
            [("x", false, "[redacted:x]"), ("contact", true, &*token), ("credential", false, "[redacted:credential]")]
        );
        assert_eq!(marks(b"nothing").count(), 0);
    }

    #[test]
    fn a_large_text_is_not_read() {
        let text = format!("[redacted:{}", "a".repeat(10 << 20));
        assert_eq!(own_mark(text.as_bytes()), None);
    }
}
