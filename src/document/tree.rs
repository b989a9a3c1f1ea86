//! Trees of values, sanitized in place: `serde_json::Value`, and what SDKs hand out.

use std::borrow::Cow;
use std::collections::HashMap;

use super::encoding::byte_list;
use super::names::Names;
use super::{arguments, into_text};
use crate::detect::pair::{Dotted, option_name};
use crate::policy::{Parents, Policy};
use crate::sanitize::{Action, Number, Sanitized};

/// How deep a tree is followed; what lies deeper is erased. `serde_json` itself reads no deeper.
pub(crate) const MAX_DEPTH: usize = 128;

/// A value that may hold others.
pub(crate) trait Tree: Sized {
    type Text: AsRef<str> + From<String>;
    type Map: Default + IntoIterator<Item = (Self::Text, Self)> + FromIterator<(Self::Text, Self)>;

    fn node(&mut self) -> Node<'_, Self>;

    fn of_text(text: String) -> Self;

    /// What it is in JSON, `depth` containers deep.
    fn json(&self, depth: usize) -> Cow<'_, serde_json::Value>;
}

/// What a value is.
pub(crate) enum Node<'v, T: Tree> {
    Nothing,
    Number(Number),
    Text(&'v mut T::Text),
    Bytes(&'v [u8]),
    List(&'v mut Vec<T>),
    Map(&'v mut T::Map),
}

impl<T: Tree> Node<'_, T> {
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some((**text).as_ref()) } else { None }
    }

    /// Whether JSON has it in one token.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Nothing | Self::Number(_) | Self::Text(_))
    }
}

/// The keys that lead to a value, nearest first.
pub(crate) struct Path<'p> {
    pub(crate) segment: &'p str,
    pub(crate) outer: Option<&'p Path<'p>>,
}

impl<'p> Path<'p> {
    /// That of the value of a field.
    pub(crate) fn of_field(field: &'p str) -> Self {
        Self { segment: field, outer: None }
    }

    /// All keys, outermost first, with dots.
    fn dotted(&self) -> String {
        let mut segments = Vec::new();
        let mut next = Some(self);
        while let Some(path) = next {
            segments.extend(Some(path.segment).filter(|segment| !segment.is_empty()));
            next = path.outer;
        }
        segments.reverse();
        segments.join(".")
    }
}

impl Parents for Path<'_> {
    // A key may be a path, as flat JSON has it.
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        Dotted(self.segment.as_bytes()).each(visit) && self.outer.is_none_or(|outer| outer.each(visit))
    }
}

/// A walk through trees, and how much it looked at.
pub(crate) struct Walk<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) values: u64,
    pub(crate) bytes: u64,
}

impl<'p> Walk<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Self { policy, values: 0, bytes: 0 }
    }

    pub(crate) fn saw(&mut self, bytes: usize) {
        self.values += 1;
        self.bytes += bytes as u64;
    }

    /// Sanitizes a text that stands under no key. `None` if it is clean.
    pub(crate) fn text(&mut self, text: &str) -> Option<String> {
        self.saw(text.len());
        let mut out = Vec::new();
        let outcome = self.policy.sanitize(Action::Scan, "", text.as_bytes(), &mut out);
        (outcome != Sanitized::Clean).then(|| into_text(out))
    }

    /// Sanitizes a value in place. One that is dropped is left as it is, for the caller to take away.
    pub(crate) fn value<T: Tree>(&mut self, value: &mut T, action: Action, path: &Path<'_>, depth: usize) -> Sanitized {
        let (policy, mut out) = (self.policy, Vec::new());
        let outcome = match value.node() {
            Node::List(_) | Node::Map(_) if depth >= MAX_DEPTH => policy.erase_unread(path.segment, &mut out),
            Node::List(_) | Node::Map(_) if action.is_whole() => {
                let raw = value.json(depth).to_string();
                let is_empty = matches!(&*raw, "[]" | "{}") && !matches!(action, Action::Drop(_));
                let raw = if is_empty { "" } else { &raw };
                self.saw(raw.len());
                policy.sanitize(action, path.segment, raw.as_bytes(), &mut out)
            }
            Node::List(items) => match text_of(items).filter(|_| action.is_scan()) {
                Some(text) => {
                    self.saw(text.len());
                    policy.sanitize(action, &field_in(policy, action, path), &text, &mut out)
                }
                None => return self.list(items, action, path, depth),
            },
            Node::Map(members) => return self.map::<T>(members, path, depth),
            Node::Text(text) => {
                let text = (*text).as_ref();
                self.saw(text.len());
                policy.sanitize(action, &field_in(policy, action, path), text.as_bytes(), &mut out)
            }
            Node::Bytes(bytes) => {
                self.saw(bytes.len());
                policy.sanitize(action, &field_in(policy, action, path), bytes, &mut out)
            }
            Node::Number(number) => {
                self.saw(0);
                policy.sanitize_number(action, path.segment, number, &mut out)
            }
            Node::Nothing => match action {
                Action::Drop(_) => policy.sanitize(action, path.segment, b"", &mut out),
                _ => Sanitized::Clean,
            },
        };
        if outcome == Sanitized::Masked {
            *value = T::of_text(into_text(out));
        }
        outcome
    }

    fn list<T: Tree>(&mut self, items: &mut Vec<T>, action: Action, path: &Path<'_>, depth: usize) -> Sanitized {
        let (policy, mut became, mut option) = (self.policy, Became::default(), None);
        if action.is_scan()
            && let Some(outcome) = arguments::sanitize(self, &field_in(policy, action, path), items)
        {
            return outcome;
        }
        items.retain_mut(|item| {
            if let Some(outcome) = self.pair(item, path, depth) {
                option = None;
                return became.stays(outcome);
            }
            // Where all is masked, nothing is asked of it.
            let node = item.node();
            let name = node.text().filter(|_| action.is_scan()).and_then(|text| option_name(text.as_bytes()));
            let by_option = std::mem::replace(&mut option, name.map(<[u8]>::to_vec))
                .and_then(|name: Vec<u8>| named(policy, &name, path).map(|action| (action, into_text(name))));
            became.stays(match by_option {
                Some((action, name)) => {
                    self.value(item, action, &Path { segment: &name, outer: Some(path) }, depth + 1)
                }
                None => self.value(item, action, path, depth + 1),
            })
        });
        became.0
    }

    /// Sanitizes a pair in an array (`["password", "x"]`), as maps are often written. `None` if it is none with a known key.
    fn pair<T: Tree>(&mut self, item: &mut T, path: &Path<'_>, depth: usize) -> Option<Sanitized> {
        let Node::List(pair) = item.node() else { return None };
        let [key, value] = pair.as_mut_slice() else { return None };
        let Node::Text(key) = key.node() else { return None };
        let action = named(self.policy, (*key).as_ref().as_bytes(), path)?;
        let outcome = self.value(value, action, &Path { segment: (*key).as_ref(), outer: Some(path) }, depth + 2);
        match self.key::<T>(key) {
            true if outcome == Sanitized::Clean => Some(Sanitized::Masked),
            _ => Some(outcome),
        }
    }

    fn map<T: Tree>(&mut self, map: &mut T::Map, path: &Path<'_>, depth: usize) -> Sanitized {
        let mut members: Vec<(T::Text, T)> = std::mem::take(map).into_iter().collect();
        let names = names_among(self.policy, &mut members, path);
        let (mut became, mut keys_changed) = (Became::default(), false);
        members.retain_mut(|(key, value)| {
            let text = (*key).as_ref();
            let own = self.policy.compiled().action_or_hinted(text.as_bytes(), path);
            let (action, segment) = names.action(own, text, text);
            let stays = became.stays(self.value(value, action, &Path { segment, outer: Some(path) }, depth + 1));
            // Personal data hides in the keys of maps, too.
            keys_changed |= stays && self.key::<T>(key);
            stays
        });
        if keys_changed {
            tell_apart(&mut members);
            became.0 = Sanitized::Masked;
        }
        *map = members.into_iter().collect();
        became.0
    }

    /// Sanitizes a key. Answers whether it changed.
    fn key<T: Tree>(&mut self, key: &mut T::Text) -> bool {
        let safe = self.text((*key).as_ref());
        let changed = safe.is_some();
        if let Some(safe) = safe {
            *key = safe.into();
        }
        changed
    }
}

/// What became of a container, by what became of its members.
struct Became(Sanitized);

impl Default for Became {
    fn default() -> Self {
        Self(Sanitized::Clean)
    }
}

impl Became {
    /// Whether a member stays of which `outcome` became.
    fn stays(&mut self, outcome: Sanitized) -> bool {
        if outcome != Sanitized::Clean {
            self.0 = Sanitized::Masked;
        }
        outcome != Sanitized::Dropped
    }
}

/// What is done with a value that an element before it names, if that is a key that is known.
fn named(policy: &Policy, name: &[u8], path: &Path<'_>) -> Option<Action> {
    let action = policy.compiled().action_in(name, path);
    matches!(action, Action::Mask(_) | Action::Drop(_)).then_some(action)
}

/// What members say of each other.
fn names_among<T: Tree>(policy: &Policy, members: &mut [(T::Text, T)], path: &Path<'_>) -> Names {
    let nodes: Vec<(&str, Node<'_, T>)> =
        members.iter_mut().map(|(key, value)| ((*key).as_ref(), value.node())).collect();
    Names::among(policy, nodes.iter().map(|(key, node)| (*key, node.text())), path)
}

/// Keys that became one must not cost a value: all but the first get a number. Thousands may (a map with e-mail addresses as keys).
fn tell_apart<T: Tree>(members: &mut [(T::Text, T)]) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for (key, _) in members {
        let mut free = (*key).as_ref().to_owned();
        while taken.contains_key(&free) {
            let count = taken.entry((*key).as_ref().to_owned()).or_insert(1);
            *count += 1;
            free = format!("{}_{count}", (*key).as_ref());
        }
        if free != (*key).as_ref() {
            *key = free.clone().into();
        }
        taken.insert(free, 1);
    }
}

/// The field in which a text is read: rules may name the parents of a key that stands inside of it.
fn field_in<'p>(policy: &Policy, action: Action, path: &'p Path<'_>) -> Cow<'p, str> {
    if action.is_scan() && path.outer.is_some() && policy.compiled().inventory.has_paths() {
        Cow::Owned(path.dotted())
    } else {
        Cow::Borrowed(path.segment)
    }
}

/// The text in a list of its bytes.
fn text_of<T: Tree>(items: &mut [T]) -> Option<Vec<u8>> {
    byte_list::of(items.iter_mut().map(|item| match item.node() {
        Node::Number(number) => number.byte(),
        _ => None,
    }))
}
