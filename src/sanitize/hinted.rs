//! A value with its name before it, as a text: for what detectors know by the name alone (`webhook_token`, `passport_number`).

use std::ops::Range;

use super::Sanitized;
use super::edits::Candidate;
use super::reader::Reader;
use crate::detect::scanner::BETWEEN;
use crate::policy::{Compiled, name_of};

/// The shortest number that a name may say something of, in digits: a PIN has four (ISO 9564-1).
pub(super) const SHORTEST_HINTED: usize = 4;

/// Appends a name and its value, as JSON has them. Answers where the value stands.
fn put_hinted(name: &[u8], value: &[u8], out: &mut Vec<u8>) -> Range<usize> {
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

    /// Finds candidates in a value that has that name, in a text that has both. Lends the text, and says where in it the value stands.
    fn find_hinted<R>(
        &mut self,
        name: &[u8],
        value: &[u8],
        then: impl FnOnce(&mut Self, &[u8], &Range<usize>) -> R,
    ) -> R {
        let mut text = std::mem::take(&mut self.edits.hinted);
        let value = put_hinted(name, value, &mut text);
        self.find_in_part(&text, &value);
        let made = then(self, &text, &value);
        text.clear();
        self.edits.hinted = text;
        made
    }

    /// The rule that finds something in a value that has that name.
    pub(super) fn rule_if_hinted(&mut self, name: &[u8], value: &[u8]) -> Option<u32> {
        self.first_rule(|reader| reader.find_hinted(name, value, |_, _, _| ()))
    }

    /// Reads a value that has that name. All edits there then are of the value, in its offsets.
    pub(super) fn read_hinted(&mut self, name: &[u8], value: &[u8]) {
        let from = self.edits.candidates.len();
        self.find_hinted(name, value, |reader, text, value| {
            reader.mask_found(text, from);
            reader.edits.keep_in(value);
        });
    }
}

impl Compiled {
    /// Looks inside the value of a field, with the field's name before it.
    pub(super) fn scan_hinted(&self, field: &str, value: &[u8], out: &mut Vec<u8>) -> Sanitized {
        let read = |reader: &mut Reader<'_>| reader.read_hinted(name_of(field).as_bytes(), value);
        self.with_reader(field, read, |(), edits| edits.sanitize(value, out))
    }

    /// The same of a number, which is masked whole.
    pub(super) fn number_hinted(&self, field: &str, number: &str, out: &mut Vec<u8>) -> Sanitized {
        if number.len() < SHORTEST_HINTED {
            return Sanitized::Clean;
        }
        let read = |reader: &mut Reader<'_>| reader.rule_if_hinted(name_of(field).as_bytes(), number.as_bytes());
        let rule = self.with_reader(field, read, |rule, _| rule);
        rule.map_or(Sanitized::Clean, |rule| self.mask(rule, field, number.as_bytes(), out))
    }
}
