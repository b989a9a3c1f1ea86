//! Bytes that are written as a list of numbers: `[106, 111]`, as `Debug` prints a `Vec<u8>` and JSON writes one; `[6a, 6f]`, as
//! `{:x?}` prints it, and `[6a 6f]`, as formatters of `tracing` do.

use std::ops::Range;

/// A list of fewer bytes holds nothing that could be told from chance.
const SHORTEST: usize = 8;
/// So many bytes of characters in a row, at least, are a text: as many as the shortest address has.
const SHORTEST_TEXT: usize = 6;

/// A list of bytes in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ByteList {
    /// Where it stands, with its brackets. One that is cut off ends with its last number.
    pub(crate) range: Range<usize>,
    /// Whether it has a closing bracket, or ends with the text.
    pub(crate) is_whole: bool,
    /// The text in it if its numbers are decimal, and if they are hexadecimal.
    pub(crate) decimal: Option<Vec<u8>>,
    pub(crate) hex: Option<Vec<u8>>,
}

/// Reads the list whose bracket stands at `start`; `None` if it is none, or no text is in it.
pub(crate) fn read(text: &[u8], start: usize) -> Option<ByteList> {
    let numbers = || Numbers { text, at: past_blanks(text, start + 1), end: start };
    // Most brackets are of something else: nothing is kept before it is known that this one is not.
    let (mut all, mut count, mut decimal, mut hex) = (numbers(), 0, true, true);
    for number in all.by_ref() {
        count += 1;
        decimal &= number.decimal.is_some();
        hex &= number.hex.is_some();
        if !decimal && !hex {
            return None;
        }
    }
    if count < SHORTEST {
        return None;
    }
    let (end, is_whole) = match text.get(all.at) {
        Some(b']') => (all.at + 1, true),
        other => (all.end, other.is_none()),
    };
    let text_of = |of: fn(Number) -> Option<u8>| text_in(&numbers().map(of).collect::<Option<Vec<u8>>>()?);
    let (decimal, hex) = (text_of(|number| number.decimal), text_of(|number| number.hex));
    (decimal.is_some() || hex.is_some()).then_some(ByteList { range: start..end, is_whole, decimal, hex })
}

/// The text in a list of which these are the elements, if all are bytes.
pub(crate) fn of(elements: impl ExactSizeIterator<Item = Option<u8>>) -> Option<Vec<u8>> {
    if elements.len() < SHORTEST {
        return None;
    }
    text_in(&elements.collect::<Option<Vec<u8>>>()?)
}

/// What of some bytes is text: what is not ends a line. A hash or pixels hold none, but for a few characters.
fn text_in(bytes: &[u8]) -> Option<Vec<u8>> {
    let ends = |c: char| c.is_control() && !c.is_whitespace();
    let pieces = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().split(ends));
    let pieces = pieces.filter(|piece| piece.len() >= SHORTEST_TEXT);
    let text = pieces.flat_map(|piece| piece.bytes().chain([b'\n'])).collect::<Vec<u8>>();
    if text.is_empty() { text_in(&narrowed(bytes)?) } else { Some(text) }
}

/// What bytes of UTF-16 hold of ASCII: each second one is zero. Else there is none.
fn narrowed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mark = |mark: &[u8]| bytes.strip_prefix(mark);
    let bytes = mark(&[0xff, 0xfe]).or_else(|| mark(&[0xfe, 0xff])).unwrap_or(bytes);
    let is_zero_from = |first: usize| bytes.iter().skip(first).step_by(2).all(|b| *b == 0);
    let from = [(1, 0), (0, 1)].into_iter().find(|(zeros, _)| is_zero_from(*zeros))?.1;
    (bytes.len() >= 2 * SHORTEST_TEXT).then(|| bytes.iter().skip(from).step_by(2).copied().collect())
}

/// A byte as a number, by base, where it can be one.
struct Number {
    decimal: Option<u8>,
    hex: Option<u8>,
}

/// The numbers of a list.
struct Numbers<'t> {
    text: &'t [u8],
    /// Where the next one stands, or else what ends the list.
    at: usize,
    /// Where the last one ends.
    end: usize,
}

impl Iterator for Numbers<'_> {
    type Item = Number;

    fn next(&mut self) -> Option<Number> {
        /// `0xff`
        const LONGEST: usize = 4;
        let rest = self.text.get(self.at..)?;
        let len = rest.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
        let digits = str::from_utf8(&rest[..len]).ok().filter(|digits| (1..=LONGEST).contains(&digits.len()))?;
        let hex = digits.strip_prefix("0x").unwrap_or(digits);
        let hex = if hex.len() <= 2 { u8::from_str_radix(hex, 16).ok() } else { None };
        self.end = self.at + len;
        self.at = past_blanks(self.text, self.end);
        if self.text.get(self.at) == Some(&b',') {
            self.at = past_blanks(self.text, self.at + 1);
        }
        Some(Number { decimal: digits.parse().ok(), hex })
    }
}

/// Where blanks end, and line breaks, in a string that was printed with `Debug` as well.
fn past_blanks(text: &[u8], mut at: usize) -> usize {
    loop {
        match text[at..] {
            [b, ..] if b.is_ascii_whitespace() => at += 1,
            [b'\\', b'n' | b'r' | b't', ..] => at += 2,
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the list at the start of a text ends, and what it means.
    fn meant(text: &str) -> Option<(usize, [Option<String>; 2])> {
        let ByteList { range, decimal, hex, .. } = read(text.as_bytes(), 0)?;
        let line = |bytes: Option<Vec<u8>>| Some(String::from_utf8_lossy(&bytes?).trim_end().to_owned());
        Some((range.end, [line(decimal), line(hex)]))
    }

    #[test]
    fn lists_are_read_as_they_are_printed() {
        let bytes = b"jane@example.com";
        let expected = || Some("jane@example.com".to_owned());
        for decimal in [format!("{bytes:?}"), format!("{bytes:#?}"), serde_json::json!(bytes).to_string()] {
            assert_eq!(meant(&decimal), Some((decimal.len(), [expected(), None])), "{decimal}");
        }
        let pairs: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
        for hex in [
            format!("{bytes:x?}"),
            format!("{bytes:02X?}"),
            format!("{bytes:#x?}"),
            format!("[{}]", pairs.join(" ")),
            format!("[{}]", pairs.join(",")),
        ] {
            assert_eq!(meant(&hex), Some((hex.len(), [None, expected()])), "{hex}");
        }
    }

    #[test]
    fn a_list_may_be_read_in_both_ways_and_be_cut_off() {
        let text = "[50, 51, 52, 53, 54, 55, 56, 57";
        assert_eq!(meant(text), Some((text.len(), [Some("23456789".to_owned()), Some("PQRSTUVW".to_owned())])));
    }

    #[test]
    fn what_is_no_text_ends_lines() {
        for (bytes, text) in [
            ("Привет, jane@example.com".as_bytes(), "Привет, jane@example.com"),
            (b"\0\x01jane@example.com\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "jane@example.com"),
            (b"some text\xff\x80short\x01more text", "some text\nmore text"),
        ] {
            let list = format!("{bytes:?}");
            let (end, [decimal, _]) = meant(&list).expect("there is a text");
            assert_eq!((end, decimal.as_deref()), (list.len(), Some(text)));
        }
    }

    #[test]
    fn utf_16_is_read_in_either_order() {
        let units: Vec<u16> = "password=hunter2".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = [0xfeff].iter().chain(&units).flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [&little, &big, &little[..little.len() - 1].to_vec()] {
            let (_, [decimal, _]) = meant(&format!("{bytes:?}")).expect("there is a text");
            assert_eq!(decimal.as_deref(), Some("password=hunter2"));
        }
        assert_eq!(meant(&format!("{:?}", [0; 64])), None);
    }

    #[test]
    fn a_list_that_is_cut_off_ends_with_its_last_number() {
        let list = format!("{:?}", b"jane@example.com");
        let inner = &list[..list.len() - 1];
        for (behind, is_whole) in [("", true), (", ...", false), ("…", false), ("\" x", false), (", [1]", false)] {
            let text = format!("{inner}{behind}");
            let found = read(text.as_bytes(), 0).map(|list| (list.range.end, list.is_whole));
            assert_eq!(found, Some((inner.len(), is_whole)), "{text}");
        }
        let escaped = format!("{:#?}", b"jane@example.com").escape_debug().to_string();
        assert_eq!(read(escaped.as_bytes(), 0).map(|list| list.range.end), Some(escaped.len()));
    }

    #[test]
    fn what_is_no_text_or_no_list_is_none() {
        for text in [
            "[]",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
            "[106, 97, 110, 101, 64, 101, 120]",
            "[106, 97, 110, 101, 64, 101, 120, -97]",
            "[106, 97, 110, 101, 64, 1, 101, 120, 97, 109, 112, 1, 2, 3]",
            "[106, 97, 110, 101, 64, 101, 120, 256]",
            "[2026-11-22 12:00:00]",
            "[main] started",
            "[",
            "[ ",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
