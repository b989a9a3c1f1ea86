//! Text that was written as base64 or hex, or in UTF-16 as base64, as PowerShell takes commands (`-EncodedCommand`).
//!
//! Most long words are neither, so a blob must show that it is one: by a stretch whose every character can be one of a
//! printable text of ASCII, in step. In base64 (RFC 4648, sections 4 and 5) the first of four characters then is one of
//! `I`–`Z` and `a`–`f`, the second has its two high bits free and next three between 2 and 7, the third has its bit 1 clear.

mod run;

use std::ops::Range;

pub(crate) use self::run::{InRun, read_run, read_run_in_any_digits};

/// A way to write bytes as printable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blob {
    Base64,
    Hex,
    /// Base64 of UTF-16, little-endian: every second byte of a text in ASCII is zero.
    WideBase64,
}

/// How many there are.
pub(crate) const BLOBS: usize = Blob::WideBase64 as usize + 1;

/// Shorter ones hold nothing that could be told from chance.
pub(crate) const SHORTEST: usize = SHORTEST_BASE64;
const SHORTEST_BASE64: usize = 24;
/// The shortest run that may hold one: its last two characters may be padding, which is no part of a run.
pub(crate) const SHORTEST_RUN: usize = SHORTEST_BASE64 - 2;

/// Where the blobs of one kind were read already, by step: so nothing is read twice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Floors([usize; LONGEST_STEP]);

/// So many characters stand for some whole characters of a text, at most.
const LONGEST_STEP: usize = 8;

impl Blob {
    /// So many characters stand for some bytes.
    fn step(self) -> usize {
        match self {
            Self::Base64 => 4,
            Self::Hex => 2,
            Self::WideBase64 => 8,
        }
    }

    /// Shorter ones hold nothing that could be told from chance.
    fn shortest(self) -> usize {
        match self {
            Self::Base64 => SHORTEST_BASE64,
            Self::Hex | Self::WideBase64 => 32,
        }
    }

    /// The text that the blob holds which has a trigger's match at `end`, and where the blob stands.
    pub(crate) fn read(self, text: &[u8], end: usize, floors: &mut Floors) -> Option<(Range<usize>, Vec<u8>)> {
        let step = self.step();
        let floor = &mut floors.0[end % step];
        if end <= *floor {
            return None;
        }
        let mut start = end;
        while start >= *floor + step && self.group(&text[start - step..start]).is_some_and(|group| group.is_text()) {
            start -= step;
        }
        let mut out = Vec::new();
        let mut at = start;
        while let Some(group) = text.get(at..at + step).and_then(|group| self.group(group)).filter(Group::is_text) {
            group.write(&mut out);
            at += step;
        }
        *floor = at.max(end);
        // A last group that is not full; then the padding.
        let tail = &text[at..text.len().min(at + step - 1)];
        let rest = tail.iter().take_while(|&&b| self.digit(b).is_some()).count();
        let rest_full = text.get(at + rest).is_none_or(|&b| self.digit(b).is_none());
        if self != Self::Hex && rest_full && rest > 0 {
            self.group(&tail[..rest]).into_iter().for_each(|group| group.write(&mut out));
            at += rest;
            at += text[at..].iter().take(2).take_while(|&&b| b == b'=').count();
        }
        (at - start >= self.shortest()).then_some((start..at, out))
    }

    /// What so many digits stand for.
    fn group(self, digits: &[u8]) -> Option<Group> {
        let width = if self == Self::Hex { 4 } else { 6 };
        let each = |bits: u64, b: &u8| Some(bits << width | u64::from(self.digit(*b)?));
        let bits = digits.iter().try_fold(0, each)?;
        let len = digits.len() * width / 8;
        let bytes = (bits << (u64::BITS as usize - digits.len() * width)).to_be_bytes();
        Some(Group { bytes, len, each: if self == Self::WideBase64 { 2 } else { 1 } })
    }

    fn digit(self, b: u8) -> Option<u8> {
        match (self, b) {
            (Self::Hex, _) => char::from(b).to_digit(16).map(|digit| digit as u8),
            (_, b'A'..=b'Z') => Some(b - b'A'),
            (_, b'a'..=b'z') => Some(b - b'a' + 26),
            (_, b'0'..=b'9') => Some(b - b'0' + 52),
            (_, b'+' | b'-') => Some(62),
            (_, b'/' | b'_') => Some(63),
            (_, _) => None,
        }
    }
}

/// Some bytes of a text.
struct Group {
    bytes: [u8; size_of::<u64>()],
    len: usize,
    /// How many bytes a character has, of which the first tells it; the others are zero.
    each: usize,
}

impl Group {
    fn characters(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes[..self.len].chunks(self.each)
    }

    /// Whether this can be a part of a text: printable, a blank or a line break, or of a character beyond ASCII.
    fn is_text(&self) -> bool {
        let is_text = |b: u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7E | 0x80..=0xF4);
        self.characters().all(|character| is_text(character[0]) && character[1..].iter().all(|b| *b == 0))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.characters().map(|character| character[0]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Blob, text: &str) -> Option<(&str, String)> {
        let mut floors = Floors::default();
        let mut found = None;
        let run =
            text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/_-".contains(c)).max_by_key(|run| run.len())?;
        let at = run.as_ptr() as usize - text.as_ptr() as usize;
        read_run(text.as_bytes(), at, |told| {
            if let InRun::Stretch(blob, end) = told
                && blob == kind
                && found.is_none()
            {
                found = kind.read(text.as_bytes(), end, &mut floors);
            }
        });
        let (range, meant) = found?;
        Some((&text[range], String::from_utf8_lossy(&meant).into_owned()))
    }

    #[test]
    fn blobs_are_read() {
        for (text, blob, meant) in [
            ("x amFuZS5yb2VAZXhhbXBsZS5jb20= y", "amFuZS5yb2VAZXhhbXBsZS5jb20=", "jane.roe@example.com"),
            ("amFuZS5yb2VAZXhhbXBsZS5jb20", "amFuZS5yb2VAZXhhbXBsZS5jb20", "jane.roe@example.com"),
            (
                "\"eyJlIjoiasO8cmdlbkBleGFtcGxlLm9yZyJ9\"",
                "eyJlIjoiasO8cmdlbkBleGFtcGxlLm9yZyJ9",
                "{\"e\":\"jürgen@example.org\"}",
            ),
        ] {
            assert_eq!(read(Blob::Base64, text), Some((blob, meant.to_owned())), "{text}");
        }
        assert_eq!(
            read(Blob::WideBase64, "-enc agBhAG4AZQBAAGUAeABhAG0AcABsAGUALgBjAG8AbQA= x"),
            Some(("agBhAG4AZQBAAGUAeABhAG0AcABsAGUALgBjAG8AbQA=", "jane@example.com".to_owned()))
        );
        let hex = "6a616e652e726f65406578616d706c652e636f6d";
        assert_eq!(read(Blob::Hex, &format!("id={hex};")), Some((hex, "jane.roe@example.com".to_owned())));
        assert_eq!(
            read(Blob::Hex, &hex.to_uppercase()).map(|(_, meant)| meant).as_deref(),
            Some("jane.roe@example.com")
        );
    }

    #[test]
    fn long_words_are_no_blobs() {
        for text in [
            "org.apache.hadoop.hdfs.server.datanode.DataNodeBlockPoolServiceThread",
            "/usr/local/lib/python3/site_packages/requests/adapters",
            "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89",
            "550e8400-e29b-41d4-a716-446655440000",
            "dGVzdA==",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(read(Blob::Base64, text), None, "{text}");
            assert_eq!(read(Blob::Hex, text), None, "{text}");
            assert_eq!(read(Blob::WideBase64, text), None, "{text}");
        }
    }
}
