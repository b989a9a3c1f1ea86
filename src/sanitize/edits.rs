//! Where a text changes, and to what.

use std::ops::Range;

use super::Sanitized;
use crate::detect::scanner;

/// The edits of one text, and room for the texts that replace.
#[derive(Default)]
pub(crate) struct Edits {
    list: Vec<Edit>,
    texts: Vec<u8>,
    /// Values found in the part of a text that is being read; settled before the next part.
    pub(super) candidates: Vec<Candidate>,
    /// Empty lists that a reader takes while it reads: the keys that lead to a place in a document, and stretches of text that are
    /// settled.
    pub(super) path: Vec<Range<usize>>,
    pub(super) settled: Vec<Settled>,
    /// Room for a value with its name before it.
    pub(super) hinted: Vec<u8>,
    /// Those of scanners that do not read now; several are out while one text is read inside of another.
    #[expect(clippy::vec_box, reason = "to lend one moves a pointer, not what it points to")]
    scratches: Vec<Box<scanner::Scratch>>,
}

pub(super) struct Edit {
    pub(super) range: Range<usize>,
    /// The rule that decided; none was asked about what could not be read.
    pub(super) rule: Option<u32>,
    /// In [`Edits::texts`].
    text: Range<usize>,
}

/// A value that a rule wants to mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) range: Range<usize>,
    /// Where the match begins by which it was found; where the value does, if it was found otherwise.
    pub(super) from: usize,
    pub(super) rule: u32,
    /// The key that stands before the value, if it was found by its key.
    pub(super) key: Option<Box<str>>,
    /// How many times the text was decoded before the value was found.
    pub(super) decoded: u8,
    /// Whether several rules disagreed, so that nothing of the value may be shown.
    pub(super) erase: bool,
}

impl Candidate {
    /// Takes it out of a list that will be cut back.
    pub(super) fn take(&mut self) -> Self {
        let nothing = Self { range: 0..0, from: 0, rule: self.rule, key: None, decoded: 0, erase: true };
        std::mem::replace(self, nothing)
    }
}

/// A stretch of text that is settled by itself.
pub(super) struct Settled {
    pub(super) range: Range<usize>,
    /// A document, in which each string is read; else one of our own marks.
    pub(super) is_document: bool,
}

impl Settled {
    /// Whether it settles a candidate: one that is inside. A match that begins before a document takes what it is about in there,
    /// too, which no string of the document tells by itself.
    pub(super) fn settles(&self, candidate: &Candidate) -> bool {
        let Range { start, end } = self.range;
        let begins = if self.is_document { candidate.from } else { candidate.range.start };
        start <= begins && candidate.range.end <= end
    }
}

/// Buffers larger than this are not kept for the next text, in bytes.
const KEEP: usize = 64 << 10;

impl Edits {
    /// Lends what a scanner needs; it is to be [given back](Self::give_back).
    pub(super) fn take_scratch(&mut self) -> Box<scanner::Scratch> {
        self.scratches.pop().unwrap_or_default()
    }

    pub(super) fn give_back(&mut self, scratch: Box<scanner::Scratch>) {
        self.scratches.push(scratch);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds an edit that `rule` decided; `write` appends the text that replaces `range`.
    pub(super) fn push<R>(
        &mut self,
        range: Range<usize>,
        rule: Option<u32>,
        write: impl FnOnce(&mut Vec<u8>) -> R,
    ) -> R {
        let from = self.texts.len();
        let answer = write(&mut self.texts);
        self.list.push(Edit { range, rule, text: from..self.texts.len() });
        answer
    }

    /// How many edits there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Takes back all edits but the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.list.len() > len {
            self.pop();
        }
    }

    /// Takes the last edit back.
    pub(super) fn pop(&mut self) {
        if let Some(edit) = self.list.pop() {
            self.texts.truncate(edit.text.start);
        }
    }

    /// Whether one of the edits from `first` on covers a range.
    pub(super) fn cover(&self, first: usize, range: &Range<usize>) -> bool {
        self.list[first..].iter().any(|edit| edit.range.start <= range.start && range.end <= edit.range.end)
    }

    /// Brings them in the order of the text.
    pub(super) fn sort(&mut self) {
        self.list.sort_unstable_by_key(|edit| edit.range.start);
    }

    /// The first and the last of those that overlap a range, if they are in the order of the text.
    pub(super) fn overlapping(&self, range: &Range<usize>) -> Option<(&Edit, &Edit)> {
        let first = self.list.partition_point(|edit| edit.range.end <= range.start);
        let end = self.list.partition_point(|edit| edit.range.start < range.end);
        Some((self.list[..end].get(first)?, self.list[..end].last()?))
    }

    /// Takes back those of the first `len` edits that are inside of later ones.
    pub(super) fn absorb(&mut self, len: usize) {
        let mut covers: Vec<_> = self.list[len..].iter().map(|edit| edit.range.clone()).collect();
        covers.sort_by_key(|cover| cover.start);
        let mut at = 0;
        self.list.retain(|Edit { range, .. }| {
            at += 1;
            let before = covers.partition_point(|cover| cover.start <= range.start);
            at > len || covers[..before].last().is_none_or(|cover| range.end > cover.end)
        });
    }

    /// Takes back the edits that begin at or after `start`.
    pub(super) fn supersede_from(&mut self, start: usize) {
        while self.list.last().is_some_and(|edit| edit.range.start >= start) {
            self.pop();
        }
    }

    /// The edits in the order of the text: ranges, rules, and what replaces the ranges.
    pub(super) fn sorted(&mut self) -> impl Iterator<Item = (Range<usize>, Option<u32>, &[u8])> {
        self.list.sort_by_key(|edit| edit.range.start);
        self.list.iter().map(|edit| (edit.range.clone(), edit.rule, &self.texts[edit.text.clone()]))
    }

    /// Keeps those that are in a part of the text, in offsets of that part.
    pub(super) fn keep_in(&mut self, part: &Range<usize>) {
        self.list.retain_mut(|Edit { range, .. }| {
            let within = range.start.max(part.start)..range.end.min(part.end);
            let is_in = within.start < within.end;
            if is_in {
                *range = within.start - part.start..within.end - part.start;
            }
            is_in
        });
    }

    /// Appends `text`, edited, if there is any edit.
    pub(super) fn sanitize(&mut self, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        if self.list.is_empty() {
            return Sanitized::Clean;
        }
        self.apply(text, out);
        Sanitized::Masked
    }

    /// Appends `text`, edited.
    pub(super) fn apply(&mut self, text: &[u8], out: &mut Vec<u8>) {
        out.reserve(text.len() + self.texts.len());
        let mut at = 0;
        for (range, _, replacement) in self.sorted() {
            // Edits do not overlap. If two ever did, the later one would only shorten what is shown.
            out.extend_from_slice(text.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(replacement);
            at = at.max(range.end);
        }
        out.extend_from_slice(&text[at..]);
    }

    /// Makes ready for the next text.
    pub(super) fn clear(&mut self) {
        let ranges = self.path.capacity().max(self.settled.capacity());
        let most = self.list.capacity().max(ranges).max(self.candidates.capacity());
        if self.texts.capacity().max(self.hinted.capacity()) > KEEP || most > KEEP / size_of::<Candidate>() {
            *self = Self::default();
        }
        self.list.clear();
        self.texts.clear();
        self.candidates.clear();
    }
}
