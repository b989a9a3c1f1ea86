//! Reads one text: asks the scanner, follows documents, settles who masks what.

mod arguments;
mod document;
mod known_keys;
mod part;

use std::borrow::Cow;
use std::ops::Range;

use self::part::Part;
use super::edits::{Candidate, Edits};
use super::settle::settle;
use super::{MAX_DECODED, MAX_DEPTH, Sanitized};
use crate::document::encoding::DISGUISED;
use crate::document::json;
use crate::document::lossy;
use crate::mask::{Reveals, is_own_mark, push_placeholder};
use crate::policy::Compiled;

/// Reads one text and gathers its edits.
pub(super) struct Reader<'r> {
    policy: &'r Compiled,
    /// The field that holds the text; the path of what is inside begins with it.
    field: &'r str,
    depth: usize,
    pub(super) edits: &'r mut Edits,
    /// The keys under which the innermost container stands (JSON), outermost first.
    path: Vec<Range<usize>>,
    /// Whether replaced text stands inside a JSON string.
    in_json: bool,
    /// Where quotes begin to count: behind the one that opens a value which is read with its name.
    pub(super) quotes_from: usize,
    /// Whether documents stand in a text in which there are candidates: one of these may hold a part of one, in which there are edits.
    beside_documents: bool,
}

impl<'r> Reader<'r> {
    pub(super) fn new(policy: &'r Compiled, field: &'r str, depth: usize, edits: &'r mut Edits) -> Self {
        let path = std::mem::take(&mut edits.path);
        Self { policy, field, depth, edits, path, in_json: false, quotes_from: 0, beside_documents: false }
    }

    /// Gives back what it took.
    pub(super) fn end(mut self) {
        self.path.clear();
        self.edits.path = self.path;
    }

    /// Reads the part `range` of `root` as text; edits are in offsets of `root`.
    pub(super) fn text(&mut self, root: &[u8], range: Range<usize>) {
        self.text_in_which(root, range, self.edits.candidates.len());
    }

    /// The same of a part in which candidates were found already: those from index `from` on.
    fn text_in_which(&mut self, root: &[u8], range: Range<usize>, from: usize) {
        self.find(root, range, 0);
        self.mask_found(root, from);
    }

    /// Settles the candidates from index `from` on, which stand in `root`, and masks them.
    pub(super) fn mask_found(&mut self, root: &[u8], from: usize) {
        if self.edits.candidates.len() == from {
            return;
        }
        if self.policy.exemptions.any() {
            let mut found = self.edits.candidates.split_off(from);
            found.retain(|candidate| !self.may_pass(candidate));
            self.edits.candidates.append(&mut found);
        }
        settle(self.policy, &mut self.edits.candidates, from);
        let before = if std::mem::take(&mut self.beside_documents) { self.unite_with_documents(from) } else { 0 };
        for at in from..self.edits.candidates.len() {
            let candidate = self.edits.candidates[at].take();
            self.mask(root, candidate);
        }
        self.edits.candidates.truncate(from);
        if before > 0 {
            self.edits.absorb(before);
        }
    }

    /// Makes one of each candidate from index `from` on and the edits of documents that it overlaps, as [`settle`] does of candidates. Answers
    /// how many edits there were, if any candidate overlaps some.
    fn unite_with_documents(&mut self, from: usize) -> usize {
        let (policy, mut any) = (self.policy, false);
        let hides = |rule: u32| policy.rule(rule).chain.reveals() == Reveals::Nothing;
        self.edits.sort();
        for at in from..self.edits.candidates.len() {
            let Candidate { range, rule, erase, .. } = &self.edits.candidates[at];
            let Some((first, last)) = self.edits.overlapping(range) else { continue };
            let covers = range.start <= first.range.start && last.range.end <= range.end;
            let is_covered = first.range.start <= range.start && range.end <= first.range.end;
            if is_covered && first.rule.is_none_or(hides) {
                // It is hidden already.
                self.edits.candidates[at].range.end = range.start;
            } else {
                let range = range.start.min(first.range.start)..range.end.max(last.range.end);
                let erase = *erase || !covers || !hides(*rule);
                let candidate = &mut self.edits.candidates[at];
                (candidate.range, candidate.erase) = (range, erase);
            }
            any = true;
        }
        if !any {
            return 0;
        }
        let mut at = 0;
        self.edits.candidates.retain(|candidate| {
            at += 1;
            at <= from || !candidate.range.is_empty()
        });
        settle(policy, &mut self.edits.candidates, from);
        self.edits.len()
    }

    /// Whether an exemption is for a candidate, before it is settled: else one that may pass could win over one that may
    /// not. Those that a key found win over what is inside; they are asked for when they are masked.
    fn may_pass(&self, candidate: &Candidate) -> bool {
        let first = self.policy.exemptions.whole_field() || candidate.key.is_none() && !candidate.erase;
        first && self.policy.exempts(self.field, Some(candidate.rule))
    }

    /// Finds candidates in the part `range` of `root`, a text that was decoded so many times.
    pub(super) fn find(&mut self, root: &[u8], range: Range<usize>, decoded: u8) {
        let from = self.edits.candidates.len();
        let text = &root[range.clone()];
        let settled = std::mem::take(&mut self.edits.settled);
        let mut part = Part::new(self, root, range.clone(), decoded);
        part.settled = settled;
        part.scan();
        let Part { mut settled, disguised, blobs, .. } = part;
        if decoded < MAX_DECODED {
            if disguised {
                self.find_disguised(text, range.start, decoded, from);
            }
            for (blob, meant) in blobs {
                self.find_in_blob(range.start + blob.start..range.start + blob.end, &meant, decoded);
            }
        }
        let mut at = from;
        while at < self.edits.candidates.len() {
            let found = &self.edits.candidates[at];
            // They are in the order of the text, and none overlaps another.
            let nearest = settled.partition_point(|settled| settled.range.start <= found.range.start).checked_sub(1);
            if nearest.is_some_and(|nearest| settled[nearest].settles(found)) {
                self.edits.candidates.swap_remove(at);
            } else {
                at += 1;
            }
        }
        self.beside_documents |= settled.iter().any(|settled| settled.is_document);
        settled.clear();
        self.edits.settled = settled;
    }

    /// Finds candidates in what `text`, which stands at `base`, means without its disguises. Those of the raw text begin at
    /// index `raw`.
    fn find_disguised(&mut self, text: &[u8], base: usize, decoded: u8, raw: usize) {
        let mut meant = Vec::with_capacity(text.len());
        DISGUISED.decode(text, &mut meant);
        if meant == text {
            return;
        }
        let from = self.edits.candidates.len();
        self.find(&meant, 0..meant.len(), decoded + 1);
        let candidates = &mut self.edits.candidates[from..];
        candidates.sort_by_key(|candidate| candidate.from);
        let mut offsets = DISGUISED.offsets(text);
        candidates.iter_mut().for_each(|c| c.from = base + offsets.raw_start(c.from));
        candidates.sort_by_key(|candidate| candidate.range.start);
        let mut offsets = DISGUISED.offsets(text);
        candidates.iter_mut().for_each(|c| c.range.start = base + offsets.raw_start(c.range.start));
        candidates.sort_by_key(|candidate| candidate.range.end);
        let mut offsets = DISGUISED.offsets(text);
        candidates.iter_mut().for_each(|c| c.range.end = base + offsets.raw(c.range.end));
        self.drop_second_readings(raw, from, base, text);
    }

    /// Drops, of the candidates from `from` on, pairs whose value was read in `text` itself, which stands at `base` (by those from `raw` on):
    /// there an encoded quote or bracket is part of the value. But where one opens the value and another closes it, blanks may stand
    /// between: it goes on to there.
    fn drop_second_readings(&mut self, raw: usize, from: usize, base: usize, text: &[u8]) {
        let (read, second) = self.edits.candidates[raw..].split_at_mut(from - raw);
        let mut read: Vec<&mut Range<usize>> =
            read.iter_mut().filter(|candidate| candidate.key.is_some()).map(|pair| &mut pair.range).collect();
        read.sort_by_key(|range| range.start);
        let mut drops = vec![false; second.len()];
        for (candidate, drops) in second.iter().zip(&mut drops) {
            let before = read.partition_point(|range| range.start <= candidate.range.start);
            let Some(read) = before.checked_sub(1).map(|last| &mut read[last]) else { continue };
            *drops = candidate.key.is_some() && candidate.range.start < read.end;
            let opening = &text[read.start - base..candidate.range.start - base];
            if *drops
                && candidate.range.end > read.end
                && !opening.is_empty()
                && text[candidate.range.end - base..].starts_with(opening)
            {
                read.end = candidate.range.end + opening.len();
            }
        }
        let mut at = 0;
        self.edits.candidates.retain(|_| {
            at += 1;
            !drops.get((at - 1_usize).wrapping_sub(from)).copied().unwrap_or(false)
        });
    }

    /// Makes a candidate of a blob if there is one in what it holds. No part of a blob can be shown.
    fn find_in_blob(&mut self, blob: Range<usize>, meant: &[u8], decoded: u8) {
        if let Some(rule) = self.rule_for(meant, decoded + 1) {
            self.edits.candidates.push(Candidate {
                from: blob.start,
                range: blob,
                rule,
                key: None,
                decoded,
                erase: true,
            });
        }
    }

    /// The rule that finds something in what a part of the text means.
    fn rule_for(&mut self, meant: &[u8], decoded: u8) -> Option<u32> {
        self.first_rule(|reader| reader.find(meant, 0..meant.len(), decoded))
    }

    /// The rule of the first candidate that `find` finds, of which none stays.
    pub(super) fn first_rule(&mut self, find: impl FnOnce(&mut Self)) -> Option<u32> {
        let from = self.edits.candidates.len();
        find(self);
        let found = self.edits.candidates.get(from).map(|candidate| candidate.rule);
        self.edits.candidates.truncate(from);
        found
    }

    fn mask(&mut self, root: &[u8], candidate: Candidate) {
        let mut value = Cow::Borrowed(&root[candidate.range.clone()]);
        for _ in 0..candidate.decoded {
            let mut meant = Vec::with_capacity(value.len());
            DISGUISED.decode(&value, &mut meant);
            value = Cow::Owned(meant);
        }
        if is_own_mark(&value) {
            return;
        }
        let field = candidate.key.as_deref().unwrap_or(self.field);
        let (policy, in_json) = (self.policy, self.in_json);
        let outcome = self.edits.push(candidate.range.clone(), Some(candidate.rule), |out| {
            let from = out.len();
            if candidate.erase {
                push_placeholder(&policy.rule(candidate.rule).category, out);
                policy.erased(candidate.rule, field);
                return Sanitized::Masked;
            }
            let outcome = policy.mask(candidate.rule, field, &value, out);
            stand_in(policy, candidate.rule, outcome, out);
            if in_json {
                json_escape_from(out, from);
            }
            outcome
        });
        if outcome == Sanitized::Clean {
            self.edits.pop();
        }
    }

    /// Reads a JSON string that has escapes: its text is read, with its key before it if that is given, and each edit led back to the raw
    /// characters.
    fn escaped_text(&mut self, root: &[u8], key: Option<&[u8]>, range: Range<usize>) {
        let raw = &root[range.clone()];
        if self.depth >= MAX_DEPTH {
            let (policy, field) = (self.policy, self.field);
            self.edits.push(range, None, |out| policy.too_deep(field, out));
            return;
        }
        let mut text = Vec::with_capacity(raw.len());
        json::STRING.decode(raw, &mut text);
        let mut inner = Edits::default();
        let field = self.path_text(root);
        let mut reader = Reader::new(self.policy, &field, self.depth + 1, &mut inner);
        match key {
            Some(key) => reader.read_hinted(key, &text),
            None => reader.text(&text, 0..text.len()),
        }
        let mut offsets = json::STRING.offsets(raw);
        for (edit, rule, replacement) in inner.sorted() {
            let start = range.start + offsets.raw(edit.start);
            let end = range.start + offsets.raw(edit.end);
            self.edits.push(start..end, rule, |out| json::escape(replacement, out));
        }
    }

    /// The field and the keys that lead to the current place, with dots.
    fn path_text(&self, root: &[u8]) -> String {
        let mut path = self.field.to_owned();
        for key in self.path.iter().filter(|key| !key.is_empty()) {
            path.push('.');
            path.push_str(&String::from_utf8_lossy(&json::unescaped(&root[key.clone()])));
        }
        path
    }
}

/// Writes the placeholder of a value that is to go away where it cannot: without any, `gone= b=2` reads as a key and a value,
/// and what follows would be masked the next time.
fn stand_in(policy: &Compiled, rule: u32, outcome: Sanitized, out: &mut Vec<u8>) {
    if outcome == Sanitized::Dropped {
        push_placeholder(&policy.rule(rule).category, out);
    }
}

fn json_escape_from(out: &mut Vec<u8>, from: usize) {
    if json::any_to_escape(&out[from..]) {
        let raw = out.split_off(from);
        json::escape(&raw, out);
    }
}
