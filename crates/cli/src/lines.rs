//! Splits a stream into lines, within bounded memory.

use std::io::{self, Read};

use memchr::memchr;

/// How much is asked of the input at once, in bytes.
const BLOCK: usize = 256 * 1024;

/// The lines of `R`. Reading and handing out are separate steps, so that a caller knows when the next step may block:
/// after [`fill`](Self::fill), [`next_buffered`](Self::next_buffered) gives every line that needs no further reading.
///
/// At most the limit and one block are held.
pub(crate) struct Lines<R> {
    input: R,
    /// The longest line, in bytes without its `\n`.
    limit: usize,
    buffer: Vec<u8>,
    /// What was read and not yet handed out is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// There is no `\n` in `buffer[start..searched]`.
    searched: usize,
    /// Set while the bytes of a line that is over the limit are thrown away.
    overlong: Option<Overlong>,
}

/// What is remembered of the bytes thrown away.
#[derive(Clone, Copy)]
struct Overlong {
    ends_in_return: bool,
}

/// One line of the input.
#[derive(Debug, PartialEq)]
pub(crate) struct Line<'b> {
    /// The line without its terminator; `None` where it is over the limit. Any bytes but `\n`.
    pub(crate) text: Option<&'b [u8]>,
    /// `\n`, `\r\n`, or nothing at the end of the input.
    pub(crate) terminator: &'static [u8],
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self { input, limit, buffer: vec![0; BLOCK], start: 0, end: 0, searched: 0, overlong: None }
    }

    /// Reads once; blocks where the input does. `false` at its end.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        // Moves no byte twice: the unfinished line stays at the front until its end is found.
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.searched -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            let len = (self.buffer.len() * 2).min(self.limit + BLOCK);
            self.buffer.resize(len, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(len) => {
                    self.end += len;
                    return Ok(len > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What was read and not yet handed out.
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The next line whose end was read.
    pub(crate) fn next_buffered(&mut self) -> Option<Line<'_>> {
        let Some(distance) = memchr(b'\n', &self.buffer[self.searched..self.end]) else {
            self.searched = self.end;
            self.discard_overlong();
            return None;
        };
        let newline = self.searched + distance;
        let start = std::mem::replace(&mut self.start, newline + 1);
        self.searched = newline + 1;

        let text = &self.buffer[start..newline];
        let discarded = self.overlong.take();
        let ends_in_return = match text.last() {
            Some(&byte) => byte == b'\r',
            None => discarded.is_some_and(|line| line.ends_in_return),
        };
        let text_len = text.len() - usize::from(ends_in_return && !text.is_empty());
        Some(Line {
            text: (discarded.is_none() && text.len() <= self.limit).then_some(&text[..text_len]),
            terminator: if ends_in_return { b"\r\n" } else { b"\n" },
        })
    }

    /// The last line, where no terminator ends it. To be asked for when [`fill`](Self::fill) has said `false`.
    pub(crate) fn remainder(&mut self) -> Option<Line<'_>> {
        let start = std::mem::replace(&mut self.start, self.end);
        let text = &self.buffer[start..self.end];
        let discarded = self.overlong.take();
        (discarded.is_some() || !text.is_empty())
            .then_some(Line { text: discarded.is_none().then_some(text), terminator: b"" })
    }

    /// Throws away what was read of a line that is over the limit.
    fn discard_overlong(&mut self) {
        let unfinished = &self.buffer[self.start..self.end];
        let (true, Some(&last)) = (self.overlong.is_some() || unfinished.len() > self.limit, unfinished.last()) else {
            return;
        };
        self.overlong = Some(Overlong { ends_in_return: last == b'\r' });
        (self.start, self.end, self.searched) = (0, 0, 0);
    }
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

    type Owned = (Option<Vec<u8>>, &'static [u8]);

    fn split(bytes: &[u8], size: usize, limit: usize) -> Vec<Owned> {
        let mut lines = Lines::new(Trickle { bytes, size }, limit);
        let mut found = Vec::new();
        while lines.fill().expect("memory can be read") {
            while let Some(line) = lines.next_buffered() {
                found.push((line.text.map(<[u8]>::to_vec), line.terminator));
            }
        }
        found.extend(lines.remainder().map(|line| (line.text.map(<[u8]>::to_vec), line.terminator)));
        assert!(lines.buffer.len() <= limit + BLOCK, "the buffer grew to {}", lines.buffer.len());
        found
    }

    #[test]
    fn lines_and_terminators_survive_any_size_of_read() {
        let input = b"one\r\n\n\r\ntwo\0\xff\nthr\ree\r\r\nlast\r";
        let expected: Vec<Owned> = vec![
            (Some(b"one".to_vec()), b"\r\n"),
            (Some(b"".to_vec()), b"\n"),
            (Some(b"".to_vec()), b"\r\n"),
            (Some(b"two\0\xff".to_vec()), b"\n"),
            (Some(b"thr\ree\r".to_vec()), b"\r\n"),
            (Some(b"last\r".to_vec()), b""),
        ];
        for size in 1..=input.len() {
            assert_eq!(split(input, size, 1024), expected, "{size} bytes with each read");
        }
    }

    #[test]
    fn an_empty_input_has_no_line() {
        assert_eq!(split(b"", 1, 8), vec![]);
    }

    #[test]
    fn a_line_over_the_limit_stays_one_line() {
        let input = b"12345678\n123456789\n123456789012345678901234567\r\nok\n1234567890";
        let expected: Vec<Owned> = vec![
            (Some(b"12345678".to_vec()), b"\n"),
            (None, b"\n"),
            (None, b"\r\n"),
            (Some(b"ok".to_vec()), b"\n"),
            (None, b""),
        ];
        for size in 1..=input.len() {
            assert_eq!(split(input, size, 8), expected, "{size} bytes with each read");
        }
    }

    #[test]
    fn memory_stays_bounded_in_a_line_without_end() {
        let input = vec![b'x'; 3 * 1024 * 1024];
        assert_eq!(split(&input, 64 * 1024, 1024 * 1024), vec![(None, &b""[..])]);
    }
}
