//! Cuts a stream into blocks of whole lines, within bounded memory.

use std::io::{self, Read};

use memchr::memrchr;

use crate::buffers::Buffers;

/// How much is asked of an input at once, in bytes: large enough that handing a block to a thread costs nothing beside the
/// work on it, small enough that it stays in the caches of a processor.
pub(crate) const BLOCK: usize = 256 * 1024;

/// The blocks of `R`: as many whole lines as one read gave, so that nothing is held back while the input is waited for.
///
/// A line over the limit comes out cut to one byte more than the limit, so that [`lines`] can tell. At most the limit and
/// one block are held.
pub(crate) struct Blocks<R> {
    input: R,
    /// The longest line, in bytes without its `\n`.
    limit: usize,
    size: usize,
    buffers: Buffers,
    /// The beginning of a line whose end was not read yet is `rest[..rest_len]`.
    rest: Vec<u8>,
    rest_len: usize,
}

/// Some whole lines of an input; the last one of the input may have no terminator.
pub(crate) struct Block {
    buffer: Vec<u8>,
    len: usize,
}

/// One line of a block.
#[derive(Debug, PartialEq)]
pub(crate) struct Line<'b> {
    /// The line without its terminator; `None` where it is over the limit. Any bytes but `\n`.
    pub(crate) text: Option<&'b [u8]>,
    /// `\n`, `\r\n`, or nothing at the end of the input.
    pub(crate) terminator: &'b [u8],
    /// Where in the block it begins.
    pub(crate) start: usize,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(input: R, limit: usize, size: usize, buffers: Buffers) -> Self {
        Self { input, limit, size, buffers, rest: Vec::new(), rest_len: 0 }
    }

    /// The next block; `None` at the end of the input. Blocks where the input does, and only then.
    pub(crate) fn next(&mut self) -> io::Result<Option<Block>> {
        loop {
            self.make_room();
            // A buffer that held what masking lengthened may have room for more than a block.
            let most = self.rest.len().min(self.rest_len + self.size);
            let read = read(&mut self.input, &mut self.rest[self.rest_len..most])?;
            let end = self.rest_len + read;
            if read == 0 {
                let block = self.cut_at(end, end);
                return Ok((block.len > 0).then_some(block));
            }
            if let Some(newline) = memrchr(b'\n', &self.rest[self.rest_len..end]) {
                return Ok(Some(self.cut_at(self.rest_len + newline + 1, end)));
            }
            self.rest_len = end;
            if end > self.limit {
                // The last byte tells whether the terminator, if it comes next, is a `\r\n`.
                self.rest[self.limit] = self.rest[end - 1];
                self.rest_len = self.limit + 1;
            }
        }
    }

    /// Sees to it that a read gets a good part of a block, and that a long line is not moved for each of its blocks.
    fn make_room(&mut self) {
        if self.rest.is_empty() {
            self.rest = self.buffers.take();
        }
        let least = self.rest_len + self.size.div_ceil(4);
        if self.rest.len() < least {
            let len = least.max(self.rest_len * 2).max(self.size);
            self.rest.resize(len.min(self.limit + 1 + self.size), 0);
        }
    }

    /// Gives what was read up to `at`; what follows, up to `end`, is the beginning of the next block.
    fn cut_at(&mut self, at: usize, end: usize) -> Block {
        let mut rest = if at < end { self.buffers.take() } else { Vec::new() };
        let len = end - at;
        if rest.len() < len {
            rest.resize(len.max(self.size), 0);
        }
        rest[..len].copy_from_slice(&self.rest[at..end]);
        self.rest_len = len;
        Block { buffer: std::mem::replace(&mut self.rest, rest), len: at }
    }
}

/// Reads once, whatever signals come.
fn read(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Block {
    /// The lines, one after the other, with their terminators.
    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    /// What held the lines, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// The lines of a block of which `limit` was asked.
pub(crate) fn lines(block: &[u8], limit: usize) -> impl Iterator<Item = Line<'_>> {
    let mut newlines = memchr::memchr_iter(b'\n', block);
    let mut start = 0;
    std::iter::from_fn(move || {
        if start == block.len() {
            return None;
        }
        let end = newlines.next().map_or(block.len(), |newline| newline + 1);
        let line = line(block, start..end, limit);
        start = end;
        Some(line)
    })
}

/// The line of `block` that stands at `range`, its terminator included.
pub(crate) fn line(block: &[u8], range: std::ops::Range<usize>, limit: usize) -> Line<'_> {
    let (start, whole) = (range.start, &block[range]);
    let text = match whole {
        [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => text,
        text => text,
    };
    let before_newline = whole.strip_suffix(b"\n").unwrap_or(whole);
    let text_or_none = (before_newline.len() <= limit).then_some(text);
    Line { text: text_or_none, terminator: &whole[text.len()..], start }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `size` bytes with each read.
    struct Trickle<'a> {
        bytes: &'a [u8],
        size: usize,
    }

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = self.size.min(self.bytes.len()).min(into.len());
            into[..len].copy_from_slice(&self.bytes[..len]);
            self.bytes = &self.bytes[len..];
            Ok(len)
        }
    }

    type Owned = (Option<Vec<u8>>, Vec<u8>);

    fn split(bytes: &[u8], read: usize, limit: usize, size: usize) -> Vec<Owned> {
        let mut blocks = Blocks::new(Trickle { bytes, size: read }, limit, size, Buffers::default());
        let mut found = Vec::new();
        while let Some(block) = blocks.next().expect("memory can be read") {
            found.extend(
                lines(block.text(), limit).map(|line| (line.text.map(<[u8]>::to_vec), line.terminator.to_vec())),
            );
            let held = block.into_buffer().len().max(blocks.rest.len());
            assert!(held <= limit + 1 + size, "the buffer grew to {held}");
        }
        found
    }

    fn some(text: &[u8], terminator: &[u8]) -> Owned {
        (Some(text.to_vec()), terminator.to_vec())
    }

    #[test]
    fn lines_and_terminators_survive_any_size_of_read() {
        let input = b"one\r\n\n\r\ntwo\0\xff\nthr\ree\r\r\nlast\r";
        let expected = vec![
            some(b"one", b"\r\n"),
            some(b"", b"\n"),
            some(b"", b"\r\n"),
            some(b"two\0\xff", b"\n"),
            some(b"thr\ree\r", b"\r\n"),
            some(b"last\r", b""),
        ];
        for read in 1..=input.len() {
            for size in [1, 2, 5, 1024] {
                assert_eq!(split(input, read, 1024, size), expected, "{read} bytes with each read, blocks of {size}");
            }
        }
    }

    #[test]
    fn a_buffer_with_more_room_makes_no_larger_block() {
        let buffers = Buffers::default();
        buffers.give(vec![0; 64]);
        let mut blocks = Blocks::new(&b"a\nb\nc\nd\n"[..], 64, 4, buffers);
        let mut texts = Vec::new();
        while let Some(block) = blocks.next().expect("memory can be read") {
            texts.push(block.text().to_vec());
        }
        assert_eq!(texts, [b"a\nb\n", b"c\nd\n"]);
    }

    #[test]
    fn each_read_that_ends_a_line_is_a_block() {
        let mut blocks = Blocks::new(Trickle { bytes: b"a\nb\nc", size: 3 }, 64, 1024, Buffers::default());
        let mut texts = Vec::new();
        while let Some(block) = blocks.next().expect("memory can be read") {
            texts.push(block.text().to_vec());
        }
        assert_eq!(texts, [&b"a\n"[..], b"b\n", b"c"]);
    }

    #[test]
    fn an_empty_input_has_no_line() {
        assert_eq!(split(b"", 1, 8, 4), vec![]);
    }

    #[test]
    fn a_line_over_the_limit_stays_one_line() {
        let input = b"12345678\n123456789\n123456789012345678901234567\r\nok\n1234567890";
        let overlong = |terminator: &[u8]| (None, terminator.to_vec());
        let expected =
            vec![some(b"12345678", b"\n"), overlong(b"\n"), overlong(b"\r\n"), some(b"ok", b"\n"), overlong(b"")];
        for read in 1..=input.len() {
            for size in [1, 3, 16, 1024] {
                assert_eq!(split(input, read, 8, size), expected, "{read} bytes with each read, blocks of {size}");
            }
        }
    }

    #[test]
    fn memory_stays_bounded_in_a_line_without_end() {
        let input = vec![b'x'; 3 * 1024 * 1024];
        assert_eq!(split(&input, 64 * 1024, 1024 * 1024, BLOCK), vec![(None, Vec::new())]);
    }
}
