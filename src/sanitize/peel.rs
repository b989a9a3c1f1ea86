//! What stands around a value that was printed with `Debug`: `Some("…")`.
//!
//! `?email` and `%email` are one address. So a masker is given the address in both cases, not its quotes, and what stood
//! around it stands around its mask.

use std::borrow::Cow;
use std::io::Write as _;

use crate::document::encoding::{Encoding, Piece};
use crate::document::json::any_to_escape;

/// A value, and what was taken off it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Peeled<'t> {
    /// `Some(Ok("`
    before: &'t [u8],
    /// The value itself, without escapes.
    pub(super) value: Cow<'t, [u8]>,
    /// `"))`
    after: &'t [u8],
    quoted: bool,
}

/// What `Debug` puts around a value that is there.
const WRAPPERS: [&[u8]; 2] = [b"Some(", b"Ok("];

/// Takes off a text what `Debug` puts around a value. All of the text between what is taken off is the value.
// Most values stand bare: that this is so is told where the value is masked, without a call.
#[inline]
pub(super) fn peel(text: &[u8]) -> Peeled<'_> {
    let may_be_wrapped = |first: &u8| *first == b'"' || WRAPPERS.iter().any(|wrapper| wrapper[0] == *first);
    if text.first().is_some_and(may_be_wrapped) {
        return peel_wrapped(text);
    }
    Peeled { before: b"", value: Cow::Borrowed(text), after: b"", quoted: false }
}

/// The value itself, without escapes.
pub(crate) fn peeled(text: &[u8]) -> Cow<'_, [u8]> {
    peel(text).value
}

/// The same of a text that begins as what is put around values does.
fn peel_wrapped(text: &[u8]) -> Peeled<'_> {
    let (mut start, mut end) = (0, text.len());
    while let Some(wrapper) = WRAPPERS.iter().find(|wrapper| text[start..end].starts_with(wrapper)) {
        if text[end - 1] != b')' {
            break;
        }
        start += wrapper.len();
        end -= 1;
    }
    let quoted = is_quoted(&text[start..end]);
    if quoted {
        start += 1;
        end -= 1;
    }
    let mut value = Cow::Borrowed(&text[start..end]);
    if quoted && value.contains(&b'\\') {
        let mut meant = Vec::with_capacity(value.len());
        DEBUG.decode(&value, &mut meant);
        value = Cow::Owned(meant);
    }
    Peeled { before: &text[..start], value, after: &text[end..], quoted }
}

impl Peeled<'_> {
    /// Appends what stands before the value.
    #[inline]
    pub(super) fn open(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.before);
    }

    /// Appends what stands after the value, whose mask stands from `from` on.
    pub(super) fn close(&self, from: usize, out: &mut Vec<u8>) {
        if self.quoted && any_to_escape(&out[from..]) {
            let mask = out.split_off(from);
            escape(&String::from_utf8_lossy(&mask), out);
        }
        out.extend_from_slice(self.after);
    }
}

/// Whether the text is one string as `Debug` writes it: the quote that closes it is the last character.
fn is_quoted(text: &[u8]) -> bool {
    let Some(inside) = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else { return false };
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', inside.get(at..).unwrap_or_default()) {
        if inside[at + found] == b'"' {
            return false;
        }
        at += found + 2;
    }
    // A backslash at the end escapes the last quote.
    at <= inside.len()
}

/// Appends `text` as the inside of a string that `Debug` writes.
fn escape(text: &str, out: &mut Vec<u8>) {
    let from = out.len();
    // Writing to memory does not fail.
    let _ = write!(out, "{text:?}");
    out.pop();
    out.remove(from);
}

/// The inside of a string as `Debug` writes it ([`char::escape_debug`]). Escapes that mean nothing stay as they are.
static DEBUG: Encoding = Encoding::new(read);

fn read(text: &[u8]) -> Piece {
    /// The digits of the largest character, `10ffff`.
    const MOST_DIGITS: usize = 6;
    if text[0] != b'\\' {
        return Piece::plain(text[0]);
    }
    let simple = |c| Piece::character(2, c);
    match text.get(1) {
        Some(b'"') => simple('"'),
        Some(b'\'') => simple('\''),
        Some(b'\\') => simple('\\'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'0') => simple('\0'),
        Some(b'u') if text.get(2) == Some(&b'{') => {
            let digits = text[3..].iter().take(MOST_DIGITS).map_while(|&b| char::from(b).to_digit(16));
            let (len, code) = digits.fold((0, 0), |(len, code), digit| (len + 1, code << 4 | digit));
            match (text.get(3 + len), char::from_u32(code)) {
                (Some(b'}'), Some(c)) if len > 0 => Piece::character(len + 4, c),
                _ => Piece::plain(b'\\'),
            }
        }
        _ => Piece::plain(b'\\'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_debug_puts_around_a_value_comes_off() {
        let all: String = (0..=0x17f).filter_map(char::from_u32).chain(['\u{301}', '\u{1f600}']).collect();
        for value in ["jo@example.com", "", "a\"b\\", "\"", "\\", "Some(x)", "None", &all] {
            for (printed, inside) in [
                (format!("{value:?}"), value),
                (format!("{:?}", Some(value)), value),
                (format!("{:?}", Ok::<_, ()>(Some(value))), value),
            ] {
                let peeled = peel(printed.as_bytes());
                assert_eq!(String::from_utf8_lossy(&peeled.value), inside, "{printed}");
                let mut back = Vec::new();
                peeled.open(&mut back);
                let from = back.len();
                back.extend_from_slice(inside.as_bytes());
                peeled.close(from, &mut back);
                if value.bytes().any(|b| b < 0x20 || matches!(b, b'"' | b'\\')) || value.is_ascii() {
                    assert_eq!(String::from_utf8_lossy(&back), printed);
                }
            }
        }
        assert_eq!(peel(b"Some(7)").value, &b"7"[..]);
    }

    #[test]
    fn what_is_not_whole_stays() {
        for text in [
            "",
            "\"",
            "Some(",
            "Ok(",
            "Some",
            "None",
            "\"a",
            "a\"",
            "\"a\" b",
            "\"a\" \"b\"",
            "\"a\\\"",
            "Some(\"a\"",
            "Err(1)",
            "some(1)",
            "Some(1) ",
        ] {
            assert_eq!(peel(text.as_bytes()).value, text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn escapes_that_mean_nothing_stay() {
        for text in [r"\x41", r"\u", r"\u{", r"\u{}", r"\u{d800}", r"\u{110000}", r"\u{1234567}", r"\u{41"] {
            let mut out = Vec::new();
            DEBUG.decode(text.as_bytes(), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }
}
