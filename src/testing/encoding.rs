//! How a secret may be disguised, and how to see through it.

use std::borrow::Cow;
use std::fmt;

/// A form in which a canary can stand in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Byte for byte.
    Plain,
    /// With other upper and lower case (ASCII letters).
    CaseChanged,
    /// With other separators, or none: white space and any of `-._+()` do not count, on either side.
    Separated,
    /// With escapes of JSON or of Rust's `Debug`: `\"`, `\/`, `\u0041`, `\u{41}`, `\x41`; also several times over.
    Escaped,
    /// With any of its bytes as `%41`, either hex case; `+` may stand for a space.
    Percent,
    /// Base64, standard or URL-safe, wrapped or not, also inside a longer encoded text.
    Base64,
    /// Hexadecimal digits, either case, also separated: `68 75`, `68:75`, `0x68, 0x75`.
    Hex,
    /// The bytes as decimal numbers, as `Debug` prints a byte slice: `[104, 117]`.
    Decimal,
}

/// Undoes one encoding wherever it stands in a text: each item is one reading of the text; none where there is nothing
/// to undo.
type Undo = fn(&[u8]) -> Vec<Vec<u8>>;

/// Every encoding, its name in reports, and how to undo it; in the order in which they are tried.
///
/// The first three need no undoing: [`fold`] makes them equal, and [`compare`] tells them apart.
const ENCODINGS: &[(Encoding, &str, Option<Undo>)] = &[
    (Encoding::Plain, "plain", None),
    (Encoding::CaseChanged, "case changed", None),
    (Encoding::Separated, "separators changed", None),
    (Encoding::Escaped, "escaped", Some(unescape)),
    (Encoding::Percent, "percent-encoded", Some(unpercent)),
    (Encoding::Base64, "base64", Some(unbase64)),
    (Encoding::Hex, "hex", Some(unhex)),
    (Encoding::Decimal, "decimal bytes", Some(undecimal)),
];

/// The fewest bytes of a text that can hold a canary; shorter readings are not worth a look.
pub(super) const SHORTEST: usize = 6;

impl Encoding {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        ENCODINGS.iter().find(|(encoding, ..)| *encoding == self).map_or("unknown", |(_, name, _)| name)
    }

    /// Whether undoing it gives bytes that need not be text.
    pub(super) fn is_binary(self) -> bool {
        matches!(self, Self::Base64 | Self::Hex | Self::Decimal)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Every reading of `text` with one encoding undone.
pub(super) fn readings(text: &[u8]) -> impl Iterator<Item = (Encoding, Vec<u8>)> {
    ENCODINGS.iter().filter_map(|&(encoding, _, undo)| Some((encoding, undo?))).flat_map(move |(encoding, undo)| {
        undo(text).into_iter().filter(|reading| reading.len() >= SHORTEST).map(move |reading| (encoding, reading))
    })
}

/// The form in which two texts are compared: no separators, lower case.
pub(super) fn fold(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| !is_separator(**byte)).map(u8::to_ascii_lowercase).collect()
}

/// Which of the encodings that need no undoing it is, where `value` is known to stand in `text` once both are folded.
pub(super) fn compare(text: &[u8], value: &[u8]) -> Encoding {
    if memchr::memmem::find(text, value).is_some() {
        Encoding::Plain
    } else if memchr::memmem::find(&text.to_ascii_lowercase(), &value.to_ascii_lowercase()).is_some() {
        Encoding::CaseChanged
    } else {
        Encoding::Separated
    }
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'-' | b'.' | b'_' | b'+' | b'(' | b')')
}

fn unescape(text: &[u8]) -> Vec<Vec<u8>> {
    let Some(first) = memchr::memchr(b'\\', text) else { return Vec::new() };
    let mut out = text[..first].to_vec();
    let mut rest = &text[first..];
    let mut undone = false;
    while let [byte, tail @ ..] = rest {
        if *byte == b'\\'
            && let Some((plain, after)) = escape(tail)
        {
            out.extend_from_slice(&plain);
            rest = after;
            undone = true;
        } else {
            out.push(*byte);
            rest = tail;
        }
    }
    if undone { vec![out] } else { Vec::new() }
}

/// What an escape stands for, and the text behind it. `text` begins behind the backslash.
fn escape(text: &[u8]) -> Option<(Cow<'static, [u8]>, &[u8])> {
    let (&kind, rest) = text.split_first()?;
    let plain: &'static [u8] = match kind {
        b'n' => b"\n",
        b'r' => b"\r",
        b't' => b"\t",
        b'0' => b"\0",
        b'b' => b"\x08",
        b'f' => b"\x0c",
        b'"' => b"\"",
        b'\'' => b"'",
        b'/' => b"/",
        b'\\' => b"\\",
        b'x' => {
            let byte = u8::try_from(hex_number(rest.get(..2)?)?).ok()?;
            return Some((vec![byte].into(), &rest[2..]));
        }
        b'u' => {
            let (unit, rest) = unicode(rest)?;
            let low_half = || unicode(rest.strip_prefix(b"\\u")?).filter(|(low, _)| (0xDC00..0xE000).contains(low));
            let (code, rest) = match unit {
                0xD800..0xDC00 => match low_half() {
                    Some((low, rest)) => (0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), rest),
                    None => (unit, rest),
                },
                _ => (unit, rest),
            };
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some((char.to_string().into_bytes().into(), rest));
        }
        _ => return None,
    };
    Some((plain.into(), rest))
}

/// The number of `0041` or `{41}`, and the text behind it.
fn unicode(text: &[u8]) -> Option<(u32, &[u8])> {
    if let Some(braced) = text.strip_prefix(b"{") {
        let end = braced.iter().take(7).position(|&byte| byte == b'}')?;
        Some((hex_number(&braced[..end])?, &braced[end + 1..]))
    } else {
        Some((hex_number(text.get(..4)?)?, &text[4..]))
    }
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |number, &digit| Some(number << 4 | u32::from(nibble(digit)?)))
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|number| u8::try_from(number).ok())
}

fn unpercent(text: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    for at in memchr::memchr_iter(b'%', text) {
        // A `%` among the digits of the one before cannot be: digits are no `%`.
        if let Some(byte) = text.get(at + 1..at + 3).and_then(hex_number).and_then(|number| u8::try_from(number).ok()) {
            out.extend_from_slice(&text[copied..at]);
            out.push(byte);
            copied = at + 3;
        }
    }
    if copied == 0 {
        return Vec::new();
    }
    out.extend_from_slice(&text[copied..]);
    vec![out]
}

/// Four readings, one for each place in a group of four at which a run of digits can begin: whatever stands before the
/// encoded text then does not matter, nor do line breaks between its lines.
fn unbase64(text: &[u8]) -> Vec<Vec<u8>> {
    let runs = runs(text, 8, base64_digit, |rest| rest.iter().take_while(|byte| b"\r\n".contains(byte)).count());
    regroup(&runs, 6, 4)
}

fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Two readings, one for each half of a byte at which a run of digits can begin.
fn unhex(text: &[u8]) -> Vec<Vec<u8>> {
    let between = |rest: &[u8]| match rest {
        [b'\\', b'x' | b'X', ..] => 2,
        [b' ' | b',' | b':' | b'-' | b'.' | b'_' | b'\n' | b'\r', ..] => 1,
        _ => 0,
    };
    // `0x` before each byte: without them, the zeros would be digits.
    let bare = bare_hex(text);
    regroup(&runs(&bare, 2 * SHORTEST, nibble, between), 4, 2)
}

fn bare_hex(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(text, b"0x").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memmem::find_iter(text, b"0x") {
        out.extend_from_slice(&text[copied..at]);
        copied = at + 2;
    }
    out.extend_from_slice(&text[copied..]);
    Cow::Owned(out)
}

/// Runs of at least `shortest` digits, as their numbers. `between` says how many bytes at the start of the rest of the
/// text may stand between two digits.
fn runs(text: &[u8], shortest: usize, digit: fn(u8) -> Option<u8>, between: impl Fn(&[u8]) -> usize) -> Vec<Vec<u8>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(number) = digit(text[at]) {
            run.push(number);
            at += 1;
            continue;
        }
        let skipped = if run.is_empty() { 0 } else { between(&text[at..]) };
        at += skipped.max(1);
        if skipped == 0 {
            if run.len() >= shortest {
                runs.push(std::mem::take(&mut run));
            }
            run.clear();
        }
    }
    if run.len() >= shortest {
        runs.push(run);
    }
    runs
}

/// Digits of `bits` bits to bytes, once for each of `starts` first digits. Runs stay apart: a NUL between them.
fn regroup(runs: &[Vec<u8>], bits: u32, starts: usize) -> Vec<Vec<u8>> {
    if runs.is_empty() {
        return Vec::new();
    }
    (0..starts)
        .map(|start| {
            let mut out = Vec::new();
            for run in runs {
                let (mut pending, mut width) = (0u32, 0);
                for &digit in run.iter().skip(start) {
                    pending = pending << bits | u32::from(digit);
                    width += bits;
                    if width >= 8 {
                        width -= 8;
                        out.push((pending >> width) as u8);
                        pending &= (1 << width) - 1;
                    }
                }
                out.push(0);
            }
            out
        })
        .collect()
}

fn undecimal(text: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut run = Vec::new();
    let mut number: Option<u32> = None;
    let mut close = |run: &mut Vec<u8>| {
        if run.len() >= SHORTEST {
            out.extend_from_slice(run);
            out.push(0);
        }
        run.clear();
    };
    for &byte in text.iter().chain(b"!") {
        if byte.is_ascii_digit() {
            let digits = number.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(byte - b'0'));
            number = Some(digits);
            continue;
        }
        match number.take().map(u8::try_from) {
            Some(Ok(value)) => run.push(value),
            Some(Err(_)) => close(&mut run),
            None => {}
        }
        if !matches!(byte, b',' | b' ' | b'\n') {
            close(&mut run);
        }
    }
    if out.is_empty() { Vec::new() } else { vec![out] }
}

#[cfg(test)]
#[path = "encoding_tests.rs"]
mod tests;
