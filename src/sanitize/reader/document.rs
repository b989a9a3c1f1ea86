//! Reads a JSON document inside a text: what becomes of its members, and where.

use std::borrow::Cow;
use std::ops::Range;

use super::arguments::{Found, find_as_command};
use super::part::Part;
use super::{Reader, json_escape_from, known_keys, stand_in};
use crate::detect::FEWEST_DIGITS;
use crate::detect::pair::{Companion, Companions, Dotted, Role, is_result, name_beside, names_value, option_name};
use crate::detect::scanner::{Glance, Hint};
use crate::document::encoding::byte_list;
use crate::document::json;
use crate::document::lossy;
use crate::mask::{is_own_mark, push_placeholder};
use crate::policy::Parents;
use crate::sanitize::edits::{Candidate, Edits};
use crate::sanitize::hinted::SHORTEST_HINTED;
use crate::sanitize::{Action, Sanitized, as_always};

/// A JSON document while it is read.
pub(super) struct Document<'d, 'r> {
    reader: &'d mut Reader<'r>,
    root: &'d [u8],
    key: Range<usize>,
    /// Where the last key stands, until its value was read, if it says that its value is the key of another.
    naming: Option<Range<usize>>,
    /// By depth, for each open container: what is done with the value that one of its members names.
    named: [Option<Named>; DEEPEST_NAMES + 1],
    /// The same of companions among its keys.
    companions: [Companions; DEEPEST_NAMES + 1],
    arguments: Found,
    /// Whether the value of the last key is erased rather than masked.
    erases: bool,
    /// What the last key says to detectors that know its value by it alone.
    hint: HintAt,
    /// The same by depth, of the elements of each open array.
    hints: [HintAt; DEEPEST_NAMES + 1],
    /// No pair begins before this: one was tried, and what was read is none.
    no_pairs: usize,
    /// How many containers are open.
    depth: usize,
    glance: Glance<'d>,
}

/// The shortest number that anybody finds in itself, in bytes.
const SHORTEST_ALONE: usize = 5;

/// What is done with a value that has its name in another member.
#[derive(Clone, Copy)]
struct Named {
    action: Action,
    /// Where the key stands under which the name does.
    key: (usize, usize),
    name: (usize, usize),
}

/// A hint, and where the key stands that gives it.
#[derive(Clone, Copy)]
struct HintAt {
    hint: Hint,
    key: (usize, usize),
}

impl HintAt {
    const NONE: Self = Self { hint: Hint::None, key: (0, 0) };
}

/// How deep the names of values are kept. Further in, they are seen near these only.
const DEEPEST_NAMES: usize = 8;

impl<'d, 'r> Document<'d, 'r> {
    pub(super) fn new(reader: &'d mut Reader<'r>, root: &'d [u8]) -> Self {
        let (policy, scratch) = (reader.policy, reader.edits.take_scratch());
        let glance = Glance::new(&policy.scanner, root, scratch);
        Self {
            reader,
            root,
            key: 0..0,
            naming: None,
            arguments: Found::default(),
            named: [None; DEEPEST_NAMES + 1],
            companions: [Companions::default(); DEEPEST_NAMES + 1],
            erases: false,
            hint: HintAt::NONE,
            hints: [HintAt::NONE; DEEPEST_NAMES + 1],
            no_pairs: 0,
            depth: 0,
            glance,
        }
    }

    /// Reads a string, which may be a key.
    fn text(&mut self, content: Range<usize>, escaped: bool) {
        if escaped {
            self.reader.path.push(self.key.clone());
            self.reader.escaped_text(self.root, None, content);
            self.reader.path.pop();
        } else if !self.glance.is_quiet(&content) {
            self.reader.text(self.root, content);
        }
    }

    /// The key that says something to a detector of the value that is read.
    fn hint_key(&self) -> Cow<'d, [u8]> {
        let (start, end) = self.hint.key;
        json::unescaped(&self.root[start..end])
    }

    /// Reads a string below a key that says something to a detector.
    fn hinted_string(&mut self, content: Range<usize>, escaped: bool) {
        let key = self.hint_key();
        if escaped {
            self.reader.path.push(self.key.clone());
            self.reader.escaped_text(self.root, Some(&key), content);
            self.reader.path.pop();
            return;
        }
        let mut inner = Edits::default();
        let mut reader = Reader::new(self.reader.policy, self.reader.field, self.reader.depth, &mut inner);
        reader.in_json = true;
        reader.read_hinted(&key, &self.root[content.clone()]);
        for (edit, rule, replacement) in inner.sorted() {
            let edit = content.start + edit.start..content.start + edit.end;
            self.reader.edits.push(edit, rule, |out| out.extend_from_slice(replacement));
        }
    }

    /// What is done with the value of the member whose key was read, by the name that another member gives it; and where that stands.
    fn named_here(&self) -> Option<(Action, Range<usize>)> {
        let key = json::unescaped(&self.root[self.key.clone()]);
        if let Some(Some(named)) = self.named.get(self.depth)
            && names_value(&json::unescaped(&self.root[named.key.0..named.key.1]), &key)
        {
            return Some((named.action, named.name.0..named.name.1));
        }
        let after = self.behind_key()?;
        let is_known = |name: &[u8]| self.action_by_name(name).is_some();
        let name = name_beside(self.root, self.key.start - 1, &key, after, &is_known)?;
        Some((self.action_by_name(&self.root[name.clone()])?, name))
    }

    /// What is done with the text of the member whose key was read, if the companion of that stands beside it.
    fn accompanied(&self, companion: &'static Companion, key: &[u8]) -> Option<Action> {
        let action = self.reader.policy.action_beside(companion, key, &self.path())?;
        let after = self.behind_key()?;
        let text = self.root[json::past_blanks(self.root, after)..].strip_prefix(b"\"")?;
        let text = &text[..memchr::memchr(b'"', text).unwrap_or(text.len())];
        let before = self.companions.get(self.depth).is_some_and(|companions| companions.have(companion));
        let stands_beside = before || companion.stands_beside(self.root, self.key.start - 1, after);
        (stands_beside && !is_result(text, true)).then_some(action)
    }

    /// Where the value begins of the member whose key was read.
    fn behind_key(&self) -> Option<usize> {
        // The key stands in quotes.
        let colon = json::past_blanks(self.root, self.key.end + 1);
        (self.root.get(colon) == Some(&b':')).then_some(colon + 1)
    }

    fn action_by_name(&self, name: &[u8]) -> Option<Action> {
        self.reader.policy.action_by_name(&json::unescaped(name), &self.path())
    }

    /// Finds what stands in a list of arguments, where its strings do not tell by themselves.
    fn read_arguments(&mut self, array: Range<usize>) {
        let arguments = json::elements(self.root, array);
        let mut found = find_as_command(self.reader, self.root, &arguments);
        for pair in arguments.windows(2) {
            let [option, value] = pair else { continue };
            let (Some(name), false) = (option_name(&self.root[option.clone()]), value.is_empty()) else { continue };
            if let Action::Mask(rule) | Action::Drop(rule) = self.reader.policy.action_in(name, &self.path()) {
                let key = Some(lossy(name).into());
                found.push(Candidate { from: value.start, range: value.clone(), rule, key, decoded: 0, erase: false });
            }
        }
        self.arguments = Found::new(found);
    }

    /// Reads a string in which something stands that other arguments told of. Answers whether it is one.
    fn argument(&mut self, content: &Range<usize>, escaped: bool) -> bool {
        let found = self.arguments.take_in(content);
        let found: Vec<Candidate> = found.filter(|candidate| !self.reader.may_pass(candidate)).collect();
        let Some(first) = found.first() else { return false };
        let rule = first.rule;
        if !escaped {
            let settled = self.reader.edits.candidates.len();
            self.reader.edits.candidates.extend(found);
            self.reader.text_in_which(self.root, content.clone(), settled);
            return true;
        }
        let before = self.reader.edits.len();
        if let Some(whole) = found.iter().find(|candidate| candidate.range == *content) {
            self.mask_value(whole.rule, content.clone(), &json::unescaped(&self.root[content.clone()]), false);
        } else {
            self.text(content.clone(), true);
            if !found.iter().all(|candidate| self.reader.edits.cover(before, &candidate.range)) {
                // How much of the string that is, the raw characters do not tell.
                self.reader.edits.truncate(before);
                // A string that is cut off has no quote at its end.
                self.erase_value(rule, content.start - 1..self.root.len().min(content.end + 1));
            }
        }
        if self.reader.edits.len() == before {
            self.text(content.clone(), true);
        }
        true
    }

    /// Masks the value of an array that is a pair with a known key. Answers where that ends.
    fn pair(&mut self, start: usize) -> Option<usize> {
        let (key, value) = json::key_in_array(self.root, start).filter(|_| start >= self.no_pairs)?;
        let action = self.reader.policy.action_in(&self.root[key.clone()], &self.path());
        let (Action::Mask(rule) | Action::Drop(rule)) = action else { return None };
        match json::value_in_array(self.root, value) {
            Ok((value, end)) => {
                // Personal data hides in the keys of maps, too.
                self.text(key.clone(), false);
                let around = std::mem::replace(&mut self.key, key);
                json::Visitor::masked(self, value, rule);
                self.key = around;
                Some(end)
            }
            Err(read) => {
                self.no_pairs = read;
                None
            }
        }
    }

    /// The keys around the members that are read.
    fn path(&self) -> JsonPath<'_> {
        JsonPath { root: self.root, keys: &self.reader.path, field: self.reader.field }
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
        let (policy, erases) = (self.reader.policy, std::mem::take(&mut self.erases));
        let key = lossy(&self.root[self.key.clone()]);
        let outcome = self.reader.edits.push(range, Some(rule), |out| {
            out.extend_from_slice(if quote { b"\"" } else { b"" });
            let from = out.len();
            let outcome =
                if erases { policy.erase(rule, &key, value, out) } else { policy.mask(rule, &key, value, out) };
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
        let key = lossy(&self.root[self.key.clone()]);
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
        (self.naming, self.erases, self.hint) = (None, false, HintAt::NONE);
        if known_keys::is_harmless(policy.id(), raw) {
            return Action::Scan;
        }
        // Personal data hides in the keys of maps, too.
        let edits = self.reader.edits.len();
        let quiet = !escaped && self.glance.is_quiet(&key);
        let lasting = quiet || as_always(|| self.text(key.clone(), escaped));
        let name = json::unescaped(raw);
        let action = policy.action_in(&name, &self.path());
        if action == Action::Scan && !(quiet && policy.scanner.hints_stand_out()) {
            self.hint = HintAt { hint: policy.scanner.hint_of(&name), key: (key.start, key.end) };
        }
        let role = Role::of(&name);
        if role == Some(Role::Name) {
            self.naming = Some(key);
        } else if role == Some(Role::Value)
            && !action.is_whole()
            && let Some((action, name)) = self.named_here()
        {
            self.key = name;
            self.erases = matches!(action, Action::Erase(_));
            return action;
        }
        if let Some(companion) = Companion::of(&name) {
            return if action.is_whole() { action } else { self.accompanied(companion, &name).unwrap_or(action) };
        }
        let is_companion = self.companions.get_mut(self.depth).is_some_and(|companions| companions.add(&name));
        let lasting = lasting
            && self.hint.hint == Hint::None
            && role.is_none()
            && !is_companion
            && self.reader.edits.len() == edits;
        if lasting && action == Action::Scan && !policy.inventory.may_know(raw) {
            known_keys::remember(policy.id(), raw);
        }
        action
    }

    fn string(&mut self, content: Range<usize>, escaped: bool) {
        if let Some(key) = self.naming.take()
            && let Some(None) = self.named.get(self.depth)
            && let Some(action) = self.action_by_name(&self.root[content.clone()])
        {
            let (key, name) = ((key.start, key.end), (content.start, content.end));
            self.named[self.depth] = Some(Named { action, key, name });
        }
        if self.argument(&content, escaped) {
            return;
        }
        if self.hint.hint != Hint::None {
            self.hinted_string(content, escaped);
        } else {
            self.text(content, escaped);
        }
    }

    fn scalar(&mut self, scalar: Range<usize>) {
        let text = &self.root[scalar.clone()];
        let told = self.arguments.take_in(&scalar).find(|candidate| !self.reader.may_pass(candidate));
        if let Some(argument) = told.filter(|_| text.iter().any(u8::is_ascii_digit)) {
            self.mask_value(argument.rule, scalar, text, true);
            return;
        }
        let shortest = if self.hint.hint == Hint::ForAll { SHORTEST_HINTED } else { SHORTEST_ALONE };
        if text.len() < shortest || !text.iter().any(u8::is_ascii_digit) {
            return;
        }
        let long = Some(text).filter(|text| text.len() >= FEWEST_DIGITS as usize);
        let whole = long.and_then(|text| std::str::from_utf8(text).ok()?.parse::<u128>().ok());
        if let Some(rule) = whole.and_then(|number| self.reader.policy.scanner.number(number)) {
            self.mask_value(rule, scalar, text, true);
            return;
        }
        if self.hint.hint == Hint::ForAll {
            let key = self.hint_key();
            if let Some(rule) = self.reader.rule_if_hinted(&key, text) {
                self.mask_value(rule, scalar, text, true);
            }
            return;
        }
        if self.glance.is_quiet(&scalar) {
            return;
        }
        // Whatever else a rule finds in it: the mask takes the place of the whole, for it needs quotes.
        let find = |reader: &mut Reader<'_>| Part::without_pairs(reader, self.root, scalar.clone()).scan();
        if let Some(rule) = self.reader.first_rule(find) {
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
        if self.reader.policy.drop(rule, &lossy(&self.root[self.key.clone()])) == Sanitized::Clean {
            return;
        }
        self.reader.edits.supersede_from(member.start);
        self.reader.edits.push(member, Some(rule), |_| ());
    }

    fn array(&mut self, start: usize) -> Option<usize> {
        if let Some(end) = self.pair(start) {
            return Some(end);
        }
        if let Some(end) = json::end_of_arguments(self.root, start) {
            self.read_arguments(start..end);
            return None;
        }
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
        self.naming = None;
        if let Some(hint) = self.hints.get_mut(self.depth) {
            *hint = self.hint;
        }
        if let Some(named) = self.named.get_mut(self.depth) {
            *named = None;
        }
        if let Some(companions) = self.companions.get_mut(self.depth) {
            *companions = Companions::default();
        }
        if self.reader.policy.inventory.has_paths() {
            self.reader.path.push(std::mem::replace(&mut self.key, 0..0));
        }
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.hint = self.hints.get(self.depth).copied().unwrap_or(HintAt::NONE);
        // The next element of an array stands under the same key.
        if let Some(key) = self.reader.path.pop() {
            self.key = key;
        }
    }
}

/// The keys around a member, nearest first, then the segments of the field's name.
struct JsonPath<'p> {
    root: &'p [u8],
    keys: &'p [Range<usize>],
    field: &'p str,
}

impl Parents for JsonPath<'_> {
    // A key may be a path, as flat JSON has it.
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let mut keys = self.keys.iter().rev();
        keys.all(|key| Dotted(&json::unescaped(&self.root[key.clone()])).each(visit))
            && Dotted(self.field.as_bytes()).each(visit)
    }
}
