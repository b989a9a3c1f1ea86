//! Reads a JSON document inside a text: what becomes of its members, and where.

use std::ops::Range;

use super::{Floors, Part, Reader, json_escape_from, known_keys, stand_in};
use crate::detect::pair::Dotted;
use crate::detect::scanner::Glance;
use crate::document::encoding::byte_list;
use crate::document::json;
use crate::mask::{is_own_mark, push_placeholder};
use crate::policy::Parents;
use crate::sanitize::{Action, Sanitized, as_always};

/// A JSON document while it is read.
pub(super) struct Document<'d, 'r> {
    reader: &'d mut Reader<'r>,
    root: &'d [u8],
    key: Range<usize>,
    glance: Glance<'d>,
}

impl<'d, 'r> Document<'d, 'r> {
    pub(super) fn new(reader: &'d mut Reader<'r>, root: &'d [u8]) -> Self {
        let (policy, scratch) = (reader.policy, reader.edits.take_scratch());
        Self { reader, root, key: 0..0, glance: Glance::new(&policy.scanner, root, scratch) }
    }

    /// Gives back what it took.
    pub(super) fn end(self) {
        self.reader.edits.give_back(self.glance.into_scratch());
    }

    /// Masks `value`, which stands at `range`, and quotes the mask where the value had no quotes.
    fn mask_value(&mut self, rule: u32, range: Range<usize>, value: &[u8], quote: bool) {
        if is_own_mark(value) {
            return;
        }
        let policy = self.reader.policy;
        let key = String::from_utf8_lossy(&self.root[self.key.clone()]);
        let outcome = self.reader.edits.push(range, Some(rule), |out| {
            out.extend_from_slice(if quote { b"\"" } else { b"" });
            let from = out.len();
            let outcome = policy.mask(rule, &key, value, out);
            stand_in(policy, rule, outcome, out);
            json_escape_from(out, from);
            out.extend_from_slice(if quote { b"\"" } else { b"" });
            outcome
        });
        if outcome == Sanitized::Clean {
            self.reader.edits.pop();
        }
    }

    /// Erases a value of which no part can be shown, unless it is exempt.
    fn erase_value(&mut self, rule: u32, range: Range<usize>) -> bool {
        let policy = self.reader.policy;
        let key = String::from_utf8_lossy(&self.root[self.key.clone()]);
        if policy.exemptions.whole_field() && policy.exempts(&key, Some(rule)) {
            return false;
        }
        self.reader.edits.push(range, Some(rule), |out| {
            out.push(b'"');
            push_placeholder(&policy.rule(rule).category, out);
            out.push(b'"');
        });
        policy.erased(rule, &key);
        true
    }
}

impl json::Visitor for Document<'_, '_> {
    fn key(&mut self, key: Range<usize>, escaped: bool) -> Action {
        self.key = key.clone();
        let policy = self.reader.policy;
        let raw = &self.root[key.clone()];
        if known_keys::is_harmless(policy.id(), raw) {
            return Action::Scan;
        }
        // Personal data hides in the keys of maps, too.
        let edits = self.reader.edits.len();
        let lasting = as_always(|| self.string(key, escaped));
        let name = json::unescaped(raw);
        let path = JsonPath { root: self.root, keys: &self.reader.path, field: self.reader.field };
        let action = policy.action_in(&name, &path);
        if lasting && action == Action::Scan && self.reader.edits.len() == edits && !policy.inventory.may_know(raw) {
            known_keys::remember(policy.id(), raw);
        }
        action
    }

    fn string(&mut self, content: Range<usize>, escaped: bool) {
        if escaped {
            self.reader.path.push(self.key.clone());
            self.reader.escaped_text(self.root, content);
            self.reader.path.pop();
        } else if !self.glance.is_quiet(&content) {
            self.reader.text(self.root, content);
        }
    }

    fn scalar(&mut self, scalar: Range<usize>) {
        let text = &self.root[scalar.clone()];
        if text.len() < 5 || !text.iter().any(u8::is_ascii_digit) {
            return;
        }
        let whole = std::str::from_utf8(text).ok().and_then(|t| t.parse::<u128>().ok());
        if let Some(rule) = whole.and_then(|number| self.reader.policy.scanner.number(number)) {
            self.mask_value(rule, scalar, text, true);
            return;
        }
        if self.glance.is_quiet(&scalar) {
            return;
        }
        // Whatever else a rule finds in it: the mask takes the place of the whole, for it needs quotes.
        let settled = self.reader.edits.candidates.len();
        let mut part = Part {
            reader: self.reader,
            root: self.root,
            base: scalar.start,
            text,
            decoded: 0,
            pair_end: usize::MAX,
            sql_end: usize::MAX,
            broken_end: usize::MAX,
            quotes: (0, false),
            skipped: Vec::new(),
            disguised: false,
            blobs: Vec::new(),
            floors: [Floors::default(); 2],
        };
        part.scan();
        let found = self.reader.edits.candidates.get(settled).map(|candidate| candidate.rule);
        self.reader.edits.candidates.truncate(settled);
        if let Some(rule) = found {
            self.mask_value(rule, scalar, text, true);
        }
    }

    fn masked(&mut self, value: json::Value, rule: u32) {
        match value {
            json::Value::String { content, escaped: false } => {
                self.mask_value(rule, content.clone(), &self.root[content], false);
            }
            json::Value::String { content, escaped: true } => {
                let mut text = Vec::new();
                json::STRING.decode(&self.root[content.clone()], &mut text);
                self.mask_value(rule, content, &text, false);
            }
            json::Value::Scalar(range) | json::Value::Container(range) => {
                self.mask_value(rule, range.clone(), &self.root[range], true);
            }
        }
    }

    fn dropped(&mut self, member: Range<usize>, rule: u32) {
        if self.reader.policy.drop(rule, &String::from_utf8_lossy(&self.root[self.key.clone()])) == Sanitized::Clean {
            return;
        }
        self.reader.edits.supersede_from(member.start);
        self.reader.edits.push(member, Some(rule), |_| ());
    }

    fn array(&mut self, start: usize) -> Option<usize> {
        let list = byte_list::read(self.root, start).filter(|list| list.is_whole)?;
        // Numbers of JSON are decimal.
        let meant = list.decimal?;
        self.reader.path.push(self.key.clone());
        let field = self.reader.path_text(self.root);
        self.reader.path.pop();
        let mut inside = Reader::new(self.reader.policy, &field, self.reader.depth, self.reader.edits);
        let rule = inside.rule_for(&meant, 1);
        inside.end();
        let end = list.range.end;
        self.erase_value(rule?, list.range).then_some(end)
    }

    fn open(&mut self) {
        if self.reader.policy.inventory.has_paths() {
            self.reader.path.push(std::mem::replace(&mut self.key, 0..0));
        }
    }

    fn close(&mut self) {
        self.reader.path.pop();
    }
}

/// The keys around a member, nearest first, then the segments of the field's name.
struct JsonPath<'p> {
    root: &'p [u8],
    keys: &'p [Range<usize>],
    field: &'p str,
}

impl Parents for JsonPath<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) {
        for key in self.keys.iter().rev().filter(|key| !key.is_empty()) {
            if !visit(&json::unescaped(&self.root[key.clone()])) {
                return;
            }
        }
        Dotted(self.field.as_bytes()).each(visit);
    }
}
