//! One part of a text while the scanner reads it: what it tells becomes candidates, and documents are followed.

use std::ops::Range;

use super::document::Document;
use super::{Reader, lossy};
use crate::detect::pair::{self, Keys, Pair, Reading};
use crate::detect::scanner::Sink;
use crate::document::encoding::blob::{BLOBS, Blob, Floors};
use crate::document::encoding::byte_list::{self, ByteList};
use crate::document::json;
use crate::mask::Reveals;
use crate::policy::DataClass;
use crate::sanitize::MAX_DECODED;
use crate::sanitize::edits::{Candidate, Settled};

/// One part of a text while the scanner reads it.
pub(super) struct Part<'p, 'r> {
    reader: &'p mut Reader<'r>,
    root: &'p [u8],
    /// Where the part begins in `root`.
    base: usize,
    text: &'p [u8],
    /// How many times it was decoded; documents are looked for in raw text only.
    decoded: u8,
    /// No pair begins before this: what stands there is a value already.
    pair_end: usize,
    /// Nor behind the tag of this element, in its text. Its tag has attributes.
    element: Range<usize>,
    /// No rows of SQL begin before this: what stands there was read as such.
    sql_end: usize,
    /// No document begins before this: the text was tried there, and is none.
    broken_end: usize,
    /// How far quotes were counted, and whether one is open there.
    quotes: (usize, bool),
    /// Documents, which are settled by themselves, and our own marks; in offsets of `root`.
    pub(super) settled: Vec<Settled>,
    /// Whether something stands in the text that means something else than it is.
    pub(super) disguised: bool,
    /// What base64 and hex in the text hold, and where they stand.
    pub(super) blobs: Vec<(Range<usize>, Vec<u8>)>,
    /// How far blobs of each kind were read.
    floors: [Floors; BLOBS],
}

/// Reads literals of SQL from an offset on, and answers how far it read.
type SqlReader = fn(&[u8], usize, &Keys<'_>, &mut dyn FnMut(Pair)) -> usize;

impl<'p, 'r> Part<'p, 'r> {
    /// The part `range` of `root`, a text that was decoded so many times.
    pub(super) fn new(reader: &'p mut Reader<'r>, root: &'p [u8], range: Range<usize>, decoded: u8) -> Self {
        let quotes = (reader.quotes_from, false);
        Self {
            reader,
            root,
            base: range.start,
            text: &root[range],
            decoded,
            pair_end: 0,
            element: 0..0,
            sql_end: 0,
            broken_end: 0,
            quotes,
            settled: Vec::new(),
            disguised: false,
            blobs: Vec::new(),
            floors: [Floors::default(); BLOBS],
        }
    }

    /// One in which neither keys nor documents stand.
    pub(super) fn without_pairs(reader: &'p mut Reader<'r>, root: &'p [u8], range: Range<usize>) -> Self {
        let (pair_end, sql_end, broken_end) = (usize::MAX, usize::MAX, usize::MAX);
        Self { pair_end, sql_end, broken_end, ..Self::new(reader, root, range, 0) }
    }
}

impl Part<'_, '_> {
    /// Reads the part.
    pub(super) fn scan(&mut self) {
        let (scanner, text) = (&self.reader.policy.scanner, self.text);
        let mut scratch = self.reader.edits.take_scratch();
        scanner.scan(text, &mut scratch, self);
        self.reader.edits.give_back(scratch);
    }

    fn add(&mut self, from: usize, range: Range<usize>, rule: u32, key: Option<Range<usize>>) {
        let (from, range) = (from + self.base, range.start + self.base..range.end + self.base);
        let key = key.map(|key| lossy(&self.text[key]).into());
        let candidate = Candidate { range, from, rule, key, decoded: self.decoded, erase: false };
        self.reader.edits.candidates.push(candidate);
    }

    /// Reads the pair around `at`, unless a value stands there already.
    fn pair_at(&mut self, at: usize, read: fn(&[u8], usize, &Keys<'_>) -> Option<Pair>) {
        let text = self.text;
        if !self.stands_in_value(at)
            && let Some(pair) = self.with_keys(|keys| read(text, at, keys))
        {
            self.pair_end = if pair.is_doubtful(text) { pair.value.start } else { pair.value.end };
            self.add_pair(pair);
        }
    }

    /// Whether a value that a key has stands there already.
    fn stands_in_value(&self, at: usize) -> bool {
        at < self.pair_end || self.element.contains(&at)
    }

    fn add_pair(&mut self, pair: Pair) {
        let Pair { rule, key, value, named, .. } = pair;
        self.add(value.start, value, rule, Some(key));
        // What the rule would show of it is not for a value that has its name from another.
        let policy = self.reader.policy;
        if named
            && policy.rule(rule).chain.reveals() != Reveals::Nothing
            && let Some(candidate) = self.reader.edits.candidates.last_mut()
        {
            candidate.erase = true;
        }
    }

    /// Reads literals of SQL from `at` on; answers how far nothing else is to be read.
    fn sql_at(&mut self, at: usize, read: SqlReader) -> usize {
        let text = self.text;
        let mut found = Vec::new();
        let end = self.with_keys(|keys| read(text, at, keys, &mut |pair| found.push(pair)));
        let doubtful = found.iter().find(|pair| pair.is_doubtful(text)).map(|pair| pair.value.start);
        for Pair { rule, key, value, .. } in found {
            self.add(value.start, value, rule, Some(key));
        }
        doubtful.unwrap_or(end)
    }

    fn with_keys<T>(&self, read: impl FnOnce(&Keys<'_>) -> T) -> T {
        let policy = self.reader.policy;
        let reading = |rule| {
            let rule = policy.rule(rule);
            let reading = Reading { extent: rule.extent, phrase: rule.class == DataClass::Confidential };
            rule.masks.then_some(reading)
        };
        read(&Keys { inventory: &policy.inventory, field: self.reader.field, reading: &reading })
    }
}

impl Part<'_, '_> {
    /// Whether `at` stands between quotes: a bracket there begins no document (`name: "[", password: "]"`).
    fn in_quotes(&mut self, at: usize) -> bool {
        let (mut from, mut odd) = self.quotes;
        if at < from {
            return true;
        }
        while let Some(found) = memchr::memchr(b'"', &self.text[from..at]) {
            let quote = from + found;
            odd ^= quote == 0 || self.text[quote - 1] != b'\\';
            from = quote + 1;
        }
        self.quotes = (at, odd);
        odd
    }
}

impl Sink for Part<'_, '_> {
    fn found(&mut self, rule: u32, from: usize, value: Range<usize>) {
        self.add(from, value, rule, None);
    }

    fn separator(&mut self, at: usize) {
        if !self.stands_in_value(at) && pair::may_be_key(&self.text[..at], &self.reader.policy.inventory) {
            self.pair_at(at, pair::at_separator);
        }
    }

    fn option(&mut self, at: usize) {
        self.pair_at(at, pair::at_option);
    }

    fn bracketed(&mut self, at: usize) {
        self.pair_at(at, pair::in_bracket);
    }

    fn braced(&mut self, at: usize) {
        self.pair_at(at, pair::in_braces);
    }

    fn element(&mut self, at: usize) {
        let text = self.text;
        if !self.stands_in_value(at)
            && let Some(pair) = self.with_keys(|keys| pair::at_element(text, at, keys))
        {
            // From the end of its tag on.
            let tag = memchr::memrchr(b'>', &text[at..pair.value.start]).map_or(0, |end| end + 1);
            self.element = at + tag..pair.value.end;
            self.add_pair(pair);
        }
    }

    fn sql_values(&mut self, at: usize) {
        if at >= self.sql_end {
            self.sql_end = self.sql_at(at, pair::at_values);
        }
    }

    fn sql_literal(&mut self, at: usize) {
        if !self.stands_in_value(at) {
            let end = self.sql_at(at, pair::at_literal);
            self.pair_end = self.pair_end.max(end);
        }
    }

    fn document(&mut self, at: usize) -> usize {
        // A string without escapes holds no keys: what is in its brackets is found as text, and its masks have no quotes.
        let is_inside = self.decoded > 0 || self.reader.in_json || self.in_quotes(at);
        if self.stands_in_value(at) || at < self.broken_end || is_inside {
            return at;
        }
        let before = self.reader.edits.len();
        let root = &self.root[..self.base + self.text.len()];
        let was_in_json = std::mem::replace(&mut self.reader.in_json, true);
        let mut document = Document::new(self.reader, root);
        let end = json::read(root, self.base + at, &mut document);
        document.end();
        self.reader.in_json = was_in_json;
        match end {
            json::End::Read(end) => {
                self.settled.push(Settled { range: self.base + at..end, is_document: true });
                self.quotes = (end - self.base, false);
                end - self.base
            }
            json::End::Broken(end) => {
                // As text, keys and values are found all the same; and every byte is read twice at most.
                self.reader.edits.truncate(before);
                self.broken_end = end - self.base;
                at
            }
        }
    }

    fn disguise(&mut self) {
        self.disguised = true;
    }

    fn blob(&mut self, kind: Blob, end: usize) {
        if self.decoded < MAX_DECODED {
            self.blobs.extend(kind.read(self.text, end, &mut self.floors[kind as usize]));
        }
    }

    fn byte_list(&mut self, at: usize) {
        if self.decoded < MAX_DECODED
            && let Some(ByteList { range, decimal, hex, .. }) = byte_list::read(self.text, at)
        {
            self.blobs.extend([decimal, hex].into_iter().flatten().map(|meant| (range.clone(), meant)));
        }
    }

    fn own_mark(&mut self, mark: Range<usize>) {
        let range = mark.start + self.base..mark.end + self.base;
        self.settled.push(Settled { range, is_document: false });
    }
}
