//! Values whose key is itself a value: `{"name": "DB_PASSWORD", "value": "x"}`, as headers, variables of an environment, parameters and
//! attributes are listed.
//!
//! Sources: HTTP Archive 1.2 (`headers`), Kubernetes (`EnvVar`), the Docker and ECS APIs, AWS CloudFormation (`ParameterKey`),
//! OpenTelemetry (`KeyValue`), Hadoop and .NET (`<property>`, `<add>`).

use std::ops::Range;

use super::extent::extent;
use super::{Keys, LONGEST_KEY, MOST_BLANKS, Reading, backslashes_before, is_key_byte};

/// What a key says of the value beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its value is the key of another: `name`, `headerName`, `ParameterKey`.
    Name,
    /// Its value may have its key beside it: `value`, `headerValue`.
    Value,
}

impl Role {
    /// That of a key, by its last word.
    #[inline]
    pub(crate) fn of(key: &[u8]) -> Option<Self> {
        // Most keys of few letters are told by their length alone.
        const LONGEST: usize = "attribute".len();
        let small = key.iter().rev().take(LONGEST + 1).take_while(|b| b.is_ascii_lowercase()).count();
        let start = match key[..key.len() - small].last() {
            // `headerName`; or `NAME`, `HEADER_NAME`.
            Some(b) if b.is_ascii_uppercase() && small > 0 => key.len() - small - 1,
            Some(b) if b.is_ascii_uppercase() => {
                key.len() - key.iter().rev().take(LONGEST + 1).take_while(|b| b.is_ascii_uppercase()).count()
            }
            _ => key.len() - small,
        };
        let word = &key[start..];
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
        match word.len() {
            1 if is(&["k"]) => Some(Self::Name),
            1 if is(&["v"]) => Some(Self::Value),
            2 if is(&["id"]) => Some(Self::Name),
            3 if is(&["key"]) => Some(Self::Name),
            3 if is(&["val"]) => Some(Self::Value),
            4 if is(&["name"]) => Some(Self::Name),
            5 if is(&["value"]) => Some(Self::Value),
            5 if is(&["field", "param"]) => Some(Self::Name),
            6 if is(&["header", "option"]) => Some(Self::Name),
            7 if is(&["setting"]) => Some(Self::Name),
            8 if is(&["variable", "property"]) => Some(Self::Name),
            9 if is(&["attribute", "parameter"]) => Some(Self::Name),
            _ => None,
        }
    }
}

/// Whether a pair says the name of another's value. Of its type only one says that much: `<input type="password" value="x">`.
fn says_name(key: &[u8], name: &[u8]) -> bool {
    Role::of(key) == Some(Role::Name) || key.eq_ignore_ascii_case(b"type") && name.eq_ignore_ascii_case(b"password")
}

/// How many pairs before a value are read for its name.
const MOST_PAIRS: usize = 4;
/// So much of a value in quotes is read for a name that stands behind it; of others, no more than of a key.
const FARTHEST: usize = 512;

/// The rule for the value behind the separator at `at`, by the name that stands beside it, and that name.
pub(super) fn named(text: &[u8], at: usize, after: usize, keys: &Keys<'_>) -> Option<((u32, Reading), Range<usize>)> {
    let key = word_before(text, blanks_before(text, at))?;
    if Role::of(&text[key.word.clone()]) != Some(Role::Value) {
        return None;
    }
    let name = name_beside(text, key.start, after)?;
    Some((keys.rule(&text[name.clone()])?, name))
}

/// The name of the value behind `after`, whose key begins at `start`, with its quote: it stands in the pair before or behind.
pub(crate) fn name_beside(text: &[u8], start: usize, after: usize) -> Option<Range<usize>> {
    name_before(text, start).or_else(|| {
        let start = skip_blanks(text, after);
        let in_quotes = matches!(text.get(start), Some(b'"' | b'\'' | b'\\'));
        let near = &text[..text.len().min(start + if in_quotes { FARTHEST } else { LONGEST_KEY })];
        let (value, quoted) = extent(near, start, false);
        name_behind(near, value.end, quoted)
    })
}

/// The name of the value whose key begins at `start`, with its quote, among the pairs before it.
fn name_before(text: &[u8], mut start: usize) -> Option<Range<usize>> {
    for _ in 0..MOST_PAIRS {
        let mut end = blanks_before(text, start);
        if matches!(text[..end].last(), Some(b',' | b';' | b'&')) {
            end = blanks_before(text, end - 1);
        } else if end == start {
            return None;
        }
        let name = word_before(text, end)?;
        let mut end = blanks_before(text, name.start);
        end -= match text[..end] {
            [.., b'=', b'>'] => 2,
            [.., b':' | b'='] => 1,
            _ => return None,
        };
        let key = word_before(text, blanks_before(text, end))?;
        if says_name(&text[key.word], &text[name.word.clone()]) {
            return Some(name.word);
        }
        start = key.start;
    }
    None
}

/// The name of the value that ends at `end`, in the pair behind it.
fn name_behind(text: &[u8], end: usize, quoted: bool) -> Option<Range<usize>> {
    let mut at = past_closing(text, end);
    let next = skip_blanks(text, at);
    at = match text.get(next)? {
        b',' | b';' | b'&' => skip_blanks(text, next + 1),
        _ if quoted && next > at => next,
        _ => return None,
    };
    let key = word_at(text, at)?;
    at = skip_blanks(text, key.end);
    at += match text[at..] {
        [b'=', b'>', ..] => 2,
        [b':' | b'=', ..] => 1,
        _ => return None,
    };
    let name = word_at(text, skip_blanks(text, at))?.word;
    says_name(&text[key.word], &text[name.clone()]).then_some(name)
}

/// A word, in quotes or not, and where it stands with all that is around it.
pub(super) struct Word {
    pub(super) word: Range<usize>,
    start: usize,
    pub(super) end: usize,
}

/// The most brackets around a word: `String(Owned("x"))`.
const MOST_BRACKETS: usize = 3;

/// The word that ends at `end`.
fn word_before(text: &[u8], end: usize) -> Option<Word> {
    let brackets = text[..end].iter().rev().take(MOST_BRACKETS).take_while(|b| **b == b')').count();
    let closed = end - brackets;
    let quote = text[..closed].last().copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let (word, mut start) = match quote {
        Some(quote) => {
            let close = closed - 1 - backslashes_before(text, closed - 1);
            let from = close.saturating_sub(LONGEST_KEY);
            let open = from + text[from..close].iter().rposition(|b| *b == quote)?;
            (open + 1..close, open - backslashes_before(text, open))
        }
        None => {
            let len = text[..closed].iter().rev().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
            let start = closed - len;
            // Behind a line break that is written out.
            let is_escape = len > 1 && text[..start].ends_with(b"\\") && matches!(text[start], b'n' | b'r' | b't');
            let start = start + usize::from(is_escape);
            (start..closed, start)
        }
    };
    for _ in 0..brackets {
        let before = text[..start].strip_suffix(b"(")?;
        start = before.len() - before.iter().rev().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
    }
    (!word.is_empty()).then_some(Word { word, start, end })
}

/// The word that begins at `at`.
pub(super) fn word_at(text: &[u8], at: usize) -> Option<Word> {
    let mut start = at;
    for _ in 0..MOST_BRACKETS {
        let len = key_bytes(text, start);
        if len == 0 || text.get(start + len) != Some(&b'(') {
            break;
        }
        start += len + 1;
    }
    let quote = start + text[start..].iter().take_while(|b| **b == b'\\').count();
    let word = match text.get(quote)? {
        b @ (b'"' | b'\'' | b'`') => {
            let rest = &text[quote + 1..];
            let len = rest.iter().take(LONGEST_KEY).take_while(|next| *next != b && **next != b'\\').count();
            quote + 1..quote + 1 + len
        }
        _ => start..start + key_bytes(text, start),
    };
    let end = past_closing(text, word.end);
    (!word.is_empty()).then_some(Word { word, start: at, end })
}

fn key_bytes(text: &[u8], at: usize) -> usize {
    text[at..].iter().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count()
}

/// Where the quotes and brackets end that close something at `at`.
fn past_closing(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(2 * MOST_BRACKETS).take_while(|b| matches!(b, b'\\' | b'"' | b'\'' | b'`' | b')')).count()
}

/// Where the blanks begin that end at `end`, line breaks among them, which may be written out.
fn blanks_before(text: &[u8], mut end: usize) -> usize {
    let floor = end.saturating_sub(MOST_BLANKS);
    while end > floor {
        end -= match text[..end] {
            [.., b] if b.is_ascii_whitespace() => 1,
            [.., b'\\', b'n' | b'r' | b't'] => 1 + backslashes_before(text, end - 1),
            _ => break,
        };
    }
    end
}

/// Where the blanks end that begin at `at`.
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    let limit = at + MOST_BLANKS;
    while at < limit {
        let slashes =
            text.get(at..).unwrap_or_default().iter().take(MOST_BRACKETS).take_while(|b| **b == b'\\').count();
        at += match text.get(at + slashes) {
            Some(b'n' | b'r' | b't') if slashes > 0 => slashes + 1,
            Some(b) if slashes == 0 && b.is_ascii_whitespace() => 1,
            _ => break,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_key_tells_its_role() {
        for (key, role) in [
            ("name", Some(Role::Name)),
            ("Name", Some(Role::Name)),
            ("NAME", Some(Role::Name)),
            ("headerName", Some(Role::Name)),
            ("header_name", Some(Role::Name)),
            ("HEADER_NAME", Some(Role::Name)),
            ("ParameterKey", Some(Role::Name)),
            ("header.name", Some(Role::Name)),
            ("id", Some(Role::Name)),
            ("settingID", Some(Role::Name)),
            ("k", Some(Role::Name)),
            ("attribute", Some(Role::Name)),
            ("value", Some(Role::Value)),
            ("VALUE", Some(Role::Value)),
            ("ParameterValue", Some(Role::Value)),
            ("config-val", Some(Role::Value)),
            ("v", Some(Role::Value)),
            ("username", None),
            ("values", None),
            ("interval", None),
            ("Interval", None),
            ("INTERVAL", None),
            ("names", None),
            ("valuenow", None),
            ("", None),
            ("_", None),
            ("7", None),
        ] {
            assert_eq!(Role::of(key.as_bytes()), role, "{key}");
        }
    }

    #[test]
    fn names_are_read_on_either_side_and_no_further_than_that() {
        let name = |text: &str| {
            let at = text.find("⟦").expect("the key begins there");
            let text = text.replace('⟦', "");
            let after = at + text[at..].find([':', '=']).expect("it has a separator") + 1;
            name_beside(text.as_bytes(), at, after).map(|name| text[name].to_owned())
        };
        for (text, expected) in [
            ("name=a b=1 ⟦value=x", Some("a")),
            ("name=a b=1 c=2 d=3 ⟦value=x", Some("a")),
            ("name=a b=1 c=2 d=3 e=4 ⟦value=x", None),
            ("⟦value='x', name='a'", Some("a")),
            ("⟦value=x, key=a", Some("a")),
            ("⟦value=x key=a", None),
            ("⟦\"value\": \"x\\\"y\", \"key\": \"a\"", Some("a")),
            ("⟦value=x", None),
            ("name a ⟦value=x", None),
            ("name=⟦value=x", None),
            ("name=\"a⟦value=x", None),
            ("⟦value=x, name", None),
            ("⟦value=x, name=", None),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text}");
        }
        let far = format!("⟦value='{}', name='a'", "x".repeat(2 * FARTHEST));
        assert_eq!(name(&far), None);
    }
}
