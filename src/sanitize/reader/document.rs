//! Reads a JSON document inside a text: what becomes of its members, and where.

use std::ops::Range;

use super::{BLOBS, Floors, Part, Reader, json_escape_from, known_keys, stand_in};
use crate::detect::pair::{Dotted, Role, last_segment, name_beside};
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
    /// What the last key says of another, until its value was read.
    role: Option<Role>,
    /// For each open container, where the last name stands that its members say another member has; nowhere, if they say none.
    names: [(usize, usize); DEEPEST_NAMES],
    depth: usize,
    glance: Glance<'d>,
}

/// How deep names are kept. Further in, a name is seen right beside its value only.
const DEEPEST_NAMES: usize = 8;

impl<'d, 'r> Document<'d, 'r> {
    pub(super) fn new(reader: &'d mut Reader<'r>, root: &'d [u8]) -> Self {
        let (policy, scratch) = (reader.policy, reader.edits.take_scratch());
        let glance = Glance::new(&policy.scanner, root, scratch);
        Self { reader, root, key: 0..0, role: None, names: [(0, 0); DEEPEST_NAMES], depth: 0, glance }
    }

    /// Reads a string, which may be a key.
    fn text(&mut self, content: Range<usize>, escaped: bool) {
        if escaped {
            self.reader.path.push(self.key.clone());
            self.reader.escaped_text(self.root, content);
            self.reader.path.pop();
        } else if !self.glance.is_quiet(&content) {
            self.reader.text(self.root, content);
        }
    }

    /// What a rule does with the value of a member, by the name that another member says it has.
    fn action_by_name(&self) -> Option<Action> {
        let name = match self.names.get(self.depth) {
            Some((start, end)) if start < end => *start..*end,
            _ => {
                let colon = self.key.end + memchr::memchr(b':', &self.root[self.key.end..])?;
                name_beside(self.root, self.key.start - 1, colon + 1)?
            }
        };
        let name = json::unescaped(&self.root[name]);
        let path = JsonPath { root: self.root, keys: &self.reader.path, field: self.reader.field };
        let action = self.reader.policy.action_in(last_segment(&name), &path);
        matches!(action, Action::Mask(_) | Action::Drop(_)).then_some(action)
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
        self.role = None;
        if known_keys::is_harmless(policy.id(), raw) {
            return Action::Scan;
        }
        self.role = Role::of(raw);
        // Personal data hides in the keys of maps, too.
        let edits = self.reader.edits.len();
        let lasting = as_always(|| self.text(key, escaped));
        let name = json::unescaped(raw);
        let path = JsonPath { root: self.root, keys: &self.reader.path, field: self.reader.field };
        let action = policy.action_in(&name, &path);
        if self.role == Some(Role::Value) && matches!(action, Action::Scan | Action::Unlisted(_)) {
            return self.action_by_name().unwrap_or(action);
        }
        let lasting = lasting && self.role.is_none();
        if lasting && action == Action::Scan && self.reader.edits.len() == edits && !policy.inventory.may_know(raw) {
            known_keys::remember(policy.id(), raw);
        }
        action
    }

    fn string(&mut self, content: Range<usize>, escaped: bool) {
        if self.role.take() == Some(Role::Name)
            && let Some(name) = self.names.get_mut(self.depth)
            && self.reader.policy.inventory.may_know(last_segment(&json::unescaped(&self.root[content.clone()])))
        {
            *name = (content.start, content.end);
        }
        self.text(content, escaped);
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
            floors: [Floors::default(); BLOBS],
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
        self.depth += 1;
        self.role = None;
        if let Some(name) = self.names.get_mut(self.depth) {
            *name = (0, 0);
        }
        if self.reader.policy.inventory.has_paths() {
            self.reader.path.push(std::mem::replace(&mut self.key, 0..0));
        }
    }

    fn close(&mut self) {
        self.depth -= 1;
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
