//! The lines of a trail, as they are read.

use std::io::{self, BufRead, Read as _};

use jiff::Timestamp;
use serde::Deserialize;

/// What one line tells. What a kind of line does not have is not there; what this program does not know of is left out.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) time: Timestamp,
    pub(crate) kind: String,
    pub(crate) rule: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) masker: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u64>,
    pub(crate) field: Option<String>,
    pub(crate) count: Option<u64>,
    /// Of an exemption: what it is of.
    pub(crate) of: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) expires: Option<String>,
    pub(crate) used: Option<u64>,
    /// Fingerprints of policies.
    pub(crate) policy: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// Of a torn line that was taken off.
    pub(crate) bytes: Option<u64>,
    /// What makes it a line of a trail.
    #[serde(rename = "n")]
    _number: u64,
    #[serde(rename = "hash")]
    _hash: String,
}

impl Entry {
    /// Whether it tells of decisions.
    pub(crate) fn is_decision(&self) -> bool {
        self.kind == "masked"
    }

    /// How many decisions it tells of.
    pub(crate) fn decisions(&self) -> u64 {
        if self.is_decision() { self.count.unwrap_or(1) } else { 0 }
    }

    /// Whether it tells of something that did not go as it should.
    pub(crate) fn is_failure(&self) -> bool {
        self.outcome.as_deref() == Some("failed")
            || matches!(&*self.kind, "lost" | "reload_failed" | "schema_violated" | "recovered")
    }

    /// Where in the code it was: `src/main.rs:12`, or its target.
    pub(crate) fn place(&self) -> Option<String> {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => Some(format!("{file}:{line}")),
            (Some(file), None) => Some(file.clone()),
            (None, _) => self.target.clone(),
        }
    }
}

/// Why a line was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is none of a trail; counted from 1.
    Line(u64),
    /// Neither it nor what follows can be read.
    Io(io::Error),
}

/// The lines of one trail.
pub(crate) struct Entries<R> {
    lines: R,
    number: u64,
    failed: bool,
}

/// The longest line that is read, in bytes, as the library has it.
const MAX_LINE: u64 = 64 << 10;

impl<R: BufRead> Entries<R> {
    pub(crate) fn new(lines: R) -> Self {
        Self { lines, number: 0, failed: false }
    }

    fn read(&mut self) -> io::Result<Option<Result<Entry, Unread>>> {
        let mut line = Vec::new();
        if self.lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.last() != Some(&b'\n') {
            self.skip_rest()?;
        }
        Ok(Some(serde_json::from_slice(&line).map_err(|_| Unread::Line(self.number))))
    }

    /// Skips what is left of a line that is too long.
    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let ahead = self.lines.fill_buf()?;
            let newline = memchr::memchr(b'\n', ahead);
            let (len, done) = (newline.map_or(ahead.len(), |at| at + 1), newline.is_some() || ahead.is_empty());
            self.lines.consume(len);
            if done {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Result<Entry, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        self.read().unwrap_or_else(|error| {
            self.failed = true;
            Some(Err(Unread::Io(error)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_line_of_a_trail_is_told_by_its_number() {
        let good = |n: u64| {
            format!(
                r#"{{"n":{n},"time":"2026-01-02T03:04:05.000006Z","kind":"masked","line":{n},"count":3,"new":[],"before":"","hash":""}}"#
            )
        };
        let long = "x".repeat(200_000);
        let text = format!("{}\nno JSON\n{long}\n{}\n{{\"n\":5}}\n", good(1), good(4));
        let read: Vec<_> = Entries::new(text.as_bytes())
            .map(|entry| match entry {
                Ok(entry) => (entry.line.unwrap_or(0), entry.decisions()),
                Err(Unread::Line(line)) => (line, 0),
                Err(Unread::Io(error)) => panic!("{error}"),
            })
            .collect();
        assert_eq!(read, [(1, 3), (2, 0), (3, 0), (4, 3), (5, 0)]);
    }
}
