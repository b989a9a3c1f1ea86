//! Ways to write a text with other characters, and the way back.
//!
//! A value that is found in the decoded text is masked in the raw one, so every encoding tells, for each piece of the raw
//! text, how long it is and what it stands for.

pub(crate) mod blob;
pub(crate) mod byte_list;
mod disguise;
mod glyph;

pub(crate) use self::disguise::DISGUISED;

/// One way to write a text.
pub(crate) struct Encoding {
    /// Reads the piece at the start of a text that is not empty.
    read: fn(&[u8]) -> Piece,
}

/// A piece of raw text and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    raw_len: usize,
    bytes: [u8; 4],
    len: usize,
}

impl Encoding {
    pub(crate) const fn new(read: fn(&[u8]) -> Piece) -> Self {
        Self { read }
    }

    /// Whether what `raw` begins with stands for something else than itself.
    pub(crate) fn begins(&self, raw: &[u8]) -> bool {
        (self.read)(raw) != Piece::plain(raw[0])
    }

    /// Appends what `raw` stands for.
    pub(crate) fn decode(&self, mut raw: &[u8], out: &mut Vec<u8>) {
        while !raw.is_empty() {
            let piece = (self.read)(raw);
            out.extend_from_slice(&piece.bytes[..piece.len]);
            raw = &raw[piece.raw_len..];
        }
    }

    /// Leads offsets of the decoded text back to the raw one.
    pub(crate) fn offsets<'t>(&self, raw: &'t [u8]) -> RawOffsets<'t> {
        RawOffsets { read: self.read, raw, raw_at: 0, at: 0 }
    }
}

impl Piece {
    /// A byte that stands for itself.
    pub(crate) fn plain(byte: u8) -> Self {
        Self { raw_len: 1, bytes: [byte, 0, 0, 0], len: 1 }
    }

    /// So many raw bytes that stand for one character.
    pub(crate) fn character(raw_len: usize, c: char) -> Self {
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        Self { raw_len, bytes, len }
    }

    /// So many raw bytes that stand for one byte.
    pub(crate) fn byte(raw_len: usize, byte: u8) -> Self {
        Self { raw_len, ..Self::plain(byte) }
    }

    /// So many raw bytes that stand for nothing.
    pub(crate) fn nothing(raw_len: usize) -> Self {
        Self { raw_len, bytes: [0; 4], len: 0 }
    }
}

/// Leads offsets back; they must come in rising order.
pub(crate) struct RawOffsets<'t> {
    read: fn(&[u8]) -> Piece,
    raw: &'t [u8],
    raw_at: usize,
    at: usize,
}

impl RawOffsets<'_> {
    /// Where the piece begins that holds the decoded offset `at`; for the end of a piece, where that ends.
    pub(crate) fn raw(&mut self, at: usize) -> usize {
        while self.at < at && self.raw_at < self.raw.len() {
            let piece = (self.read)(&self.raw[self.raw_at..]);
            self.raw_at += piece.raw_len;
            self.at += piece.len;
        }
        self.raw_at
    }

    /// Where the piece begins that holds the decoded offset `at`, past pieces that stand for nothing.
    pub(crate) fn raw_start(&mut self, at: usize) -> usize {
        while self.raw_at < self.raw.len() {
            let piece = (self.read)(&self.raw[self.raw_at..]);
            if self.at + piece.len > at {
                break;
            }
            self.raw_at += piece.raw_len;
            self.at += piece.len;
        }
        self.raw_at
    }
}
