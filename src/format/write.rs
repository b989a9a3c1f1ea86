//! JSON values as text (RFC 8259), appended to a buffer.

use std::fmt::{self, Write as _};

use crate::document::json::{any_to_escape, to_escape};
use crate::lanes::{LANE, each_bit, sixteen_from};

/// Appends a string, in quotes.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    escaped(out, text);
    out.push('"');
}

/// Appends the name of a member, and the colon.
pub(super) fn key(out: &mut String, name: &str) {
    string(out, name);
    out.push(':');
}

/// Appends what `Debug` prints, as a string. Where it fails midway, what it printed so far is the value.
pub(super) fn debug(out: &mut String, value: &dyn fmt::Debug) {
    out.push('"');
    let _ = write!(Escaping(out), "{value:?}");
    out.push('"');
}

/// Appends an integer.
pub(super) fn integer(out: &mut String, value: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// Appends an integer as a string, for those that a reader's numbers would round.
pub(super) fn integer_string(out: &mut String, value: impl itoa::Integer) {
    out.push('"');
    integer(out, value);
    out.push('"');
}

/// Appends a floating-point number; `null` for those that JSON has no number for.
pub(super) fn float(out: &mut String, value: f64) {
    if value.is_finite() {
        out.push_str(zmij::Buffer::new().format_finite(value));
    } else {
        out.push_str("null");
    }
}

/// Appends `true` or `false`.
pub(super) fn boolean(out: &mut String, value: bool) {
    out.push_str(if value { "true" } else { "false" });
}

/// Appends bytes as a string of hex pairs, `"[01 ff]"`.
pub(super) fn hex_bytes(out: &mut String, bytes: &[u8]) {
    out.push_str("\"[");
    for (index, &byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        hex_pair(out, byte);
    }
    out.push_str("]\"");
}

/// Appends bytes as an array of numbers, `[1,255]`.
pub(super) fn byte_array(out: &mut String, bytes: &[u8]) {
    out.push('[');
    for (index, &byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        integer(out, byte);
    }
    out.push(']');
}

/// Escapes what is written through it. The quotes around it are the caller's.
pub(super) struct Escaping<'a>(pub(super) &'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(self.0, text);
        Ok(())
    }
}

/// Appends text with what must not stand in a string escaped: the quote, the backslash and the control characters
/// below U+0020, in their short forms where there is one. All else stays, as with `serde_json`.
#[inline]
fn escaped(out: &mut String, text: &str) {
    if any_to_escape(text.as_bytes()) {
        escape_each(out, text);
    } else {
        out.push_str(text);
    }
}

#[inline(never)]
fn escape_each(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for at in (0..bytes.len()).step_by(LANE) {
        let there = u64::MAX >> (u64::BITS as usize - LANE.min(bytes.len() - at));
        for i in each_bit(to_escape(sixteen_from(bytes, at)) & there) {
            // Those are ASCII, so it ends between two characters.
            out.push_str(&text[written..at + i]);
            written = at + i;
            if matches!(bytes[at + i], b'"' | b'\\') {
                out.push('\\');
            } else {
                escape_control(out, bytes[at + i]);
                written += 1;
            }
        }
    }
    out.push_str(&text[written..]);
}

fn escape_control(out: &mut String, byte: u8) {
    match byte {
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        0x08 => out.push_str("\\b"),
        0x0c => out.push_str("\\f"),
        _ => {
            out.push_str("\\u00");
            hex_pair(out, byte);
        }
    }
}

fn hex_pair(out: &mut String, byte: u8) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 0x0f)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    fn by_serde<T: serde::Serialize>(value: T) -> String {
        serde_json::to_string(&value).expect("a plain value serializes")
    }

    #[test]
    fn every_character_below_0x3000_is_escaped_as_serde_does_at_every_offset() {
        for character in ('\0'..'\u{3000}').chain(['\u{feff}', '\u{fffd}', '\u{10ffff}']) {
            for before in 0..10 {
                let text = format!("{}{character}and \"more\"", &"é-234567890"[..before + usize::from(before > 0)]);
                assert_eq!(written(|out| string(out, &text)), by_serde(&text));
            }
        }
    }

    #[test]
    fn every_pair_of_bytes_is_told_apart() {
        for first in 0..=0x7f_u8 {
            for second in 0..=0x7f_u8 {
                let text: String = ['x', first.into(), second.into(), 'y', 'z', 'a', 'b', 'c', 'd'].iter().collect();
                assert_eq!(written(|out| string(out, &text)), by_serde(&text), "{first:#x} {second:#x}");
            }
        }
    }

    #[test]
    fn numbers_are_as_serde_writes_them() {
        for value in [0.0, -0.0, 1.0, 0.1, -1.5e-9, 1e15, 1e16, 1e17, 1e300, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON]
        {
            assert_eq!(written(|out| float(out, value)), by_serde(value));
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(written(|out| float(out, value)), "null");
        }
        assert_eq!(written(|out| integer(out, i64::MIN)), by_serde(i64::MIN));
        assert_eq!(written(|out| integer(out, u64::MAX)), by_serde(u64::MAX));
        assert_eq!(written(|out| integer_string(out, i128::MIN)), by_serde(i128::MIN.to_string()));
    }

    #[test]
    fn bytes_have_two_forms() {
        assert_eq!(written(|out| hex_bytes(out, &[0, 1, 0xff])), r#""[00 01 ff]""#);
        assert_eq!(written(|out| hex_bytes(out, &[])), r#""[]""#);
        assert_eq!(written(|out| byte_array(out, &[0, 1, 255])), "[0,1,255]");
        assert_eq!(written(|out| byte_array(out, &[])), "[]");
    }

    #[test]
    fn a_debug_that_fails_leaves_a_whole_string() {
        struct Fails;
        impl fmt::Debug for Fails {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("as far as \"this")?;
                Err(fmt::Error)
            }
        }
        assert_eq!(written(|out| debug(out, &Fails)), r#""as far as \"this""#);
    }
}
