//! A value with its name before it, as a text: for what detectors know by the name alone (`webhook_token`, `passport_number`).

use std::ops::Range;

use super::edits::Candidate;
use super::reader::Reader;
use super::{Sanitized, scratch};
use crate::detect::scanner::BETWEEN;
use crate::policy::{Compiled, name_of};

/// The shortest number that a name may say something of, in digits: a PIN has four (ISO 9564-1).
pub(super) const SHORTEST_TOLD: usize = 4;

/// Appends a name and its value, as JSON has them. Answers where the value stands.
fn put_beside(name: &[u8], value: &[u8], out: &mut Vec<u8>) -> Range<usize> {
    out.extend([b"\"", name, BETWEEN].into_iter().flatten());
    let start = out.len();
    out.extend_from_slice(value);
    out.push(b'"');
    start..start + value.len()
}

impl Reader<'_> {
    /// Finds candidates in the part `value` of a text, and none in the others.
    fn find_in_part(&mut self, text: &[u8], value: &Range<usize>) {
        let (from, mut at) = (self.edits.candidates.len(), 0);
        self.quotes_from = value.start;
        self.find(text, 0..text.len(), 0);
        self.quotes_from = 0;
        self.edits.candidates.retain_mut(|Candidate { range, .. }| {
            at += 1;
            if at <= from {
                return true;
            }
            *range = range.start.max(value.start)..range.end.min(value.end);
            range.start < range.end
        });
    }

    /// The rule that finds something in a value that has that name.
    pub(super) fn rule_beside(&mut self, name: &[u8], value: &[u8]) -> Option<u32> {
        let from = self.edits.candidates.len();
        let mut text = std::mem::take(&mut self.edits.beside);
        let value = put_beside(name, value, &mut text);
        self.find_in_part(&text, &value);
        text.clear();
        self.edits.beside = text;
        let found = self.edits.candidates.get(from).map(|candidate| candidate.rule);
        self.edits.candidates.truncate(from);
        found
    }

    /// Reads a value that has that name. All edits there are then are of the value, in its offsets.
    pub(super) fn text_beside(&mut self, name: &[u8], value: &[u8]) {
        let mut text = std::mem::take(&mut self.edits.beside);
        let value = put_beside(name, value, &mut text);
        let from = self.edits.candidates.len();
        self.find_in_part(&text, &value);
        self.mask_found(&text, from);
        self.edits.keep_in(&value);
        text.clear();
        self.edits.beside = text;
    }
}

impl Compiled {
    /// Looks inside the value of a field, with the field's name before it.
    pub(super) fn scan_beside(&self, field: &str, value: &[u8], out: &mut Vec<u8>) -> Sanitized {
        let mut edits = scratch::take();
        let mut reader = Reader::new(self, field, 0, &mut edits);
        reader.text_beside(name_of(field).as_bytes(), value);
        reader.end();
        let sanitized = edits.sanitize(value, out);
        scratch::keep(edits);
        sanitized
    }

    /// The same of a number, which is masked whole.
    pub(super) fn number_beside(&self, field: &str, number: &str, out: &mut Vec<u8>) -> Sanitized {
        if number.len() < SHORTEST_TOLD {
            return Sanitized::Clean;
        }
        let mut edits = scratch::take();
        let mut reader = Reader::new(self, field, 0, &mut edits);
        let rule = reader.rule_beside(name_of(field).as_bytes(), number.as_bytes());
        reader.end();
        scratch::keep(edits);
        rule.map_or(Sanitized::Clean, |rule| self.mask(rule, field, number.as_bytes(), out))
    }
}
