//! What stands around a candidate: word boundaries that see through escapes, and characters in both directions.
//!
//! Log text is full of half-decoded text: `%20` in a URL, `\n` in a JSON string, colours from a terminal. The letters and
//! digits of such an escape are no part of the word that follows it.

/// Whether a letter or digit that belongs to the same word stands right before `at`.
pub(super) fn word_before(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1].is_ascii_alphanumeric() && !escape_ends(&text[..at])
}

/// Whether a letter or digit stands at `at`.
pub(super) fn word_after(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a text starts so, in any case of letters.
pub(super) fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

/// Whether a text ends so, in any case of letters.
pub(super) fn ends_with(text: &[u8], end: &str) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end.as_bytes()))
}

/// Where the run of word characters that starts at `at` really starts: past the tail of an escape that begins before it.
#[inline]
pub(super) fn past_escape(text: &[u8], at: usize) -> usize {
    // Nothing else stands within an escape.
    match text[..at].last() {
        Some(b'\\' | b'%' | b'[' | b';') => past_escape_near(text, at),
        Some(b) if b.is_ascii_alphanumeric() => past_escape_near(text, at),
        _ => at,
    }
}

fn past_escape_near(text: &[u8], at: usize) -> usize {
    // Only colours are longer than six characters.
    let longest = if matches!(text[at - 1], b'[' | b';') { 1 + MOST_PARAMETERS + 1 } else { 6 };
    (at + 1..=(at + longest).min(text.len()))
        .take_while(|&end| matches!(text[end - 1], b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b';'))
        .find(|&end| escape_of(&text[..end]).is_some_and(|start| start < at))
        .unwrap_or(at)
}

/// Whether an escape ends where `before` ends.
pub(super) fn escape_ends(before: &[u8]) -> bool {
    escape_of(before).is_some()
}

/// The text with blanks for line breaks that are written out and for the colours of terminals, so that what stands behind them begins a
/// word for a regex, too; `None` if there are none. Offsets stay as they are. (Characters that are written out are for
/// [`DISGUISED`](crate::document::encoding::DISGUISED).)
pub(super) fn without_escapes(text: &[u8]) -> Option<Vec<u8>> {
    let mut copy = None;
    for at in memchr::memchr2_iter(b'\\', b'\x1b', text) {
        let len = match text[at..] {
            [b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0', ..] => 2,
            _ => colour_at(&text[at..]),
        };
        if len > 0 {
            copy.get_or_insert_with(|| text.to_vec())[at..at + len].fill(b' ');
        }
    }
    copy
}

/// How long the ANSI escape is that `text` begins with; 0 if it begins with none.
pub(super) fn colour_at(text: &[u8]) -> usize {
    let Some(esc) = ESC.iter().find(|esc| text.starts_with(esc)) else { return 0 };
    let rest = &text[esc.len()..];
    let parameters = rest.iter().skip(1).take(MOST_PARAMETERS).take_while(|b| matches!(b, b'0'..=b'9' | b';')).count();
    let whole = rest.first() == Some(&b'[') && rest.get(1 + parameters).is_some_and(u8::is_ascii_alphabetic);
    if whole { esc.len() + 1 + parameters + 1 } else { 0 }
}

/// What begins the colours of terminals (ECMA-48, section 8.3.117), raw or written out, and how much may stand in them, in bytes.
const ESC: [&[u8]; 5] = [b"\x1b", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B"];
const MOST_PARAMETERS: usize = 36;

/// Where the escape starts that ends where `before` ends.
fn escape_of(before: &[u8]) -> Option<usize> {
    let end = before.len();
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0'] => Some(end - 2),
        [rest @ .., b'%', a, b] if hex(&[*a, *b]) && stands_for_sign([*a, *b], rest) => Some(end - 3),
        [.., b'\\', b'x', a, b] if hex(&[*a, *b]) => Some(end - 4),
        [.., b'\\', b'u', a, b, c, d] if hex(&[*a, *b, *c, *d]) => Some(end - 6),
        [.., b'a'..=b'z' | b'A'..=b'Z'] => colour(before),
        _ => None,
    }
}

/// Whether percent-encoding has a sign or the last byte of a longer character in these two digits: letters and digits are not encoded, and
/// `'%4111 …%'` is a pattern of SQL.
fn stands_for_sign(digits: [u8; 2], before: &[u8]) -> bool {
    let high = char::from(digits[0]).to_digit(16).unwrap_or(0);
    let byte = high << 4 | char::from(digits[1]).to_digit(16).unwrap_or(0);
    match u8::try_from(byte) {
        Ok(ascii @ ..=0x7f) => {
            !ascii.is_ascii_alphanumeric() && (!ascii.is_ascii_control() || ascii.is_ascii_whitespace())
        }
        _ => matches!(before, [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    }
}

/// Where the ANSI escape (`ESC [ 3 2 m`, the ESC raw or written out) starts that ends where `before` ends.
fn colour(before: &[u8]) -> Option<usize> {
    let parameters = &before[..before.len() - 1];
    let open = (parameters.len().saturating_sub(MOST_PARAMETERS)..parameters.len())
        .rev()
        .find(|&i| !matches!(parameters[i], b'0'..=b'9' | b';'))?;
    let head = (parameters[open] == b'[').then(|| &parameters[..open])?;
    ESC.iter().find(|esc| head.ends_with(esc)).map(|esc| head.len() - esc.len())
}

/// The character that starts at `at`; `None` at the end and where the text is not UTF-8.
#[inline]
pub(super) fn char_at(text: &[u8], at: usize) -> Option<char> {
    match *text.get(at)? {
        ascii if ascii.is_ascii() => Some(ascii.into()),
        _ => wide_char_at(text, at),
    }
}

fn wide_char_at(text: &[u8], at: usize) -> Option<char> {
    let rest = &text[at..];
    (1..=rest.len().min(4)).find_map(|len| std::str::from_utf8(&rest[..len]).ok())?.chars().next()
}

/// The character that ends at `end`; `None` at the start and where the text is not UTF-8.
#[inline]
pub(super) fn char_before(text: &[u8], end: usize) -> Option<char> {
    match *text[..end].last()? {
        ascii if ascii.is_ascii() => Some(ascii.into()),
        _ => wide_char_before(text, end),
    }
}

fn wide_char_before(text: &[u8], end: usize) -> Option<char> {
    (1..=end.min(4)).find_map(|len| std::str::from_utf8(&text[end - len..end]).ok())?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_no_words() {
        for escaped in ["%20", "%3D", "\\n", "\\u003c", "\\x1b", "\x1b[1;32m", "\\u001b[0m", "=", "é", ""] {
            assert!(!word_before(escaped.as_bytes(), escaped.len()), "{escaped}");
        }
        for word in ["a", "7", "%2", "n", "%zz0", "[32m", "x20", "u003c"] {
            assert!(word_before(word.as_bytes(), word.len()), "{word}");
        }
    }

    #[test]
    fn blanks_stand_for_escapes() {
        for (text, blank) in [
            (r"a\nb\t", Some("a  b  ")),
            ("\x1b[1;32mx\x1b[0m", Some("       x    ")),
            (r"\x1b[0mx\u001b[Kx", Some("       x        x")),
            (r"\path a[0m \x41", None),
            ("\x1b[", None),
            ("", None),
        ] {
            assert_eq!(without_escapes(text.as_bytes()).as_deref(), blank.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn a_run_starts_past_the_escape() {
        let cases = [
            ("%204111", 1, 3),
            ("\\njohn", 1, 2),
            ("\\u003cjohn", 1, 6),
            ("\x1b[32mjohn", 2, 5),
            ("=4111", 1, 1),
            ("\x1b[38;2;255;100;0mAK", 15, 17),
            ("%4111", 1, 1),
            ("%98x", 1, 1),
            ("%C3%A9x", 4, 6),
        ];
        for (text, at, past) in cases {
            assert_eq!(past_escape(text.as_bytes(), at), past, "{text}");
        }
    }

    #[test]
    fn characters_both_ways() {
        let text = "aé漢".as_bytes();
        assert_eq!((char_at(text, 1), char_at(text, 3), char_at(text, 6)), (Some('é'), Some('漢'), None));
        assert_eq!((char_before(text, 3), char_before(text, 6), char_before(text, 0)), (Some('é'), Some('漢'), None));
        assert_eq!((char_at(b"\xff", 0), char_before(b"\xff", 1)), (None, None));
    }
}
