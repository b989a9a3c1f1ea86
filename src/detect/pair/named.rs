//! Values whose key is itself a value: `{"name": "DB_PASSWORD", "value": "x"}`, as headers, variables of an environment, parameters and
//! attributes are listed.
//!
//! Sources: HTTP Archive 1.2 (`headers`), Kubernetes (`EnvVar`), the Docker and ECS APIs, AWS CloudFormation (`ParameterKey`),
//! OpenTelemetry (`KeyValue`), Hadoop and .NET (`<property>`, `<add>`), JSON Patch (RFC 6902, `path`).

use std::ops::Range;

use super::companion::is_result;
use super::extent::extent;
use super::{Keys, LONGEST_KEY, Reading, backslashes_before, bare_key_before, before_space, key_at, past_space};
use crate::rules::Extent;

/// What a key says of the value beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its value is the key of another: `name`, `headerName`, `ParameterKey`.
    Name,
    /// Its value may have its key beside it: `value`, `headerValue`.
    Value,
}

/// The last words of keys that have a role.
const NAMES: [&str; 15] = [
    "k",
    "id",
    "key",
    "name",
    "path",
    "field",
    "param",
    "column",
    "header",
    "option",
    "setting",
    "variable",
    "property",
    "attribute",
    "parameter",
];
const VALUES: [&str; 3] = ["v", "val", "value"];

impl Role {
    /// That of a key, by its last word.
    pub(crate) fn of(key: &[u8]) -> Option<Self> {
        let word = &key[key.len() - last_word(key)..];
        let is_among = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
        if is_among(&NAMES) { Some(Self::Name) } else { is_among(&VALUES).then_some(Self::Value) }
    }
}

/// How long the last word of a key is: `Name` in `headerName`, `NAME` in `HEADER_NAME`.
fn last_word(key: &[u8]) -> usize {
    let last = |is: fn(&u8) -> bool| key.iter().rev().take_while(|b| is(b)).count();
    match last(u8::is_ascii_lowercase) {
        0 => last(u8::is_ascii_uppercase),
        small => small + usize::from(key.len() > small && key[key.len() - small - 1].is_ascii_uppercase()),
    }
}

/// Whose value a key with two words may be, whatever the name stands under: `{"field": "password", "oldValue": "x", "newValue": "y"}`,
/// and `rejectedValue` and the like of validators.
const ANY: [&[u8]; 14] = [
    b"",
    b"old",
    b"new",
    b"previous",
    b"current",
    b"default",
    b"initial",
    b"rejected",
    b"attempted",
    b"invalid",
    b"received",
    b"submitted",
    b"given",
    b"actual",
];

/// Whether the value of one key may be the name of what stands under another: of `value` all may be, of `headerValue` that of `headerName`.
pub(crate) fn names_value(name_key: &[u8], value_key: &[u8]) -> bool {
    let (name, value) = (before_last_word(name_key), before_last_word(value_key));
    (Role::of(name_key), Role::of(value_key)) == (Some(Role::Name), Some(Role::Value))
        && (value.eq_ignore_ascii_case(name) || ANY.iter().any(|any| value.eq_ignore_ascii_case(any)))
}

/// What stands before the last word of a key, without signs between.
fn before_last_word(key: &[u8]) -> &[u8] {
    let before = &key[..key.len() - last_word(key)];
    &before[..before.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1)]
}

/// How many pairs before a value, and behind it, are read for its name.
const MOST_PAIRS: usize = 4;
/// So much of a value in quotes is read for a name that stands behind it; of others, no more than of a key.
const FARTHEST: usize = 512;

/// A value that has its name beside it.
pub(super) struct Named {
    pub(super) rule: (u32, Reading),
    pub(super) name: Range<usize>,
    /// Where the value's own key begins.
    pub(super) key: usize,
}

/// What stands behind the separator at `at`, if it is such a value, and the name is known.
pub(super) fn named(text: &[u8], at: usize, after: usize, keys: &Keys<'_>) -> Option<Named> {
    // The last letter tells of most keys that they are none of these; what stands behind it is few quotes and blanks.
    let last = text[..at].iter().rev().take(8).find(|b| b.is_ascii_alphanumeric());
    if last.is_some_and(|b| !matches!(b.to_ascii_lowercase(), b'e' | b'l' | b'v')) {
        return None;
    }
    let (key, start) = word_before(text, before_space(text, at))?;
    if Role::of(&text[key.clone()]) != Some(Role::Value) {
        return None;
    }
    let name = name_beside(text, start, &text[key.clone()], after, &|name| keys.rule(name).is_some())?;
    Some(Named { rule: keys.rule(&text[name.clone()])?, name, key: key.start })
}

/// The name of the value behind `after`, whose key begins at `start`, with its quote: the nearest one that is known.
pub(crate) fn name_beside(
    text: &[u8],
    start: usize,
    key: &[u8],
    after: usize,
    is_known: &dyn Fn(&[u8]) -> bool,
) -> Option<Range<usize>> {
    let is_it = |name_key: &Range<usize>, name: &Range<usize>| {
        let (name_key, name) = (&text[name_key.clone()], &text[name.clone()]);
        // Of its type only one says that much: `<input type="password" value="x">`.
        let is_type = name_key.eq_ignore_ascii_case(b"type") && name.eq_ignore_ascii_case(b"password");
        (is_type || names_value(name_key, key)) && is_known(name)
    };
    beside(text, start, after, &is_it)
}

/// Looks at the pairs around a value, whose key begins at `start`, with its quote, and whose separator ends at `after`: the value of the
/// nearest one that `is_it` accepts.
pub(super) fn beside(text: &[u8], start: usize, after: usize, is_it: IsName<'_>) -> Option<Range<usize>> {
    name_before(text, start, is_it).or_else(|| {
        let start = past_space(text, after);
        let in_quotes = matches!(text.get(start), Some(b'"' | b'\'' | b'\\'));
        let near = &text[..text.len().min(start + if in_quotes { FARTHEST } else { LONGEST_KEY })];
        let (value, quoted) = extent(near, start, Extent::Value);
        // Where a line break is written out, nobody knows whether it is part of a value without quotes.
        let ends_line = !quoted && !near[value.clone()].contains(&b'\\');
        // What is measured is told with names, too: `value=5 name=auth_token`.
        let by_blanks = ends_line && !is_result(&near[value.clone()], false);
        name_behind(near, past_closing(near, value.end), quoted, (ends_line, by_blanks), is_it)
    })
}

/// Tells of a key and what stands behind it whether that is the name that is looked for.
type IsName<'i> = &'i dyn Fn(&Range<usize>, &Range<usize>) -> bool;

/// The name in one of the pairs before `start`.
fn name_before(text: &[u8], mut start: usize, is_it: IsName<'_>) -> Option<Range<usize>> {
    for _ in 0..MOST_PAIRS {
        // A symbol of Ruby.
        start -= usize::from(text[..start].ends_with(b":"));
        let mut end = before_space(text, start);
        if matches!(text[..end].last(), Some(b',' | b';' | b'&')) {
            end = before_space(text, end - 1);
        } else if end == start {
            return None;
        }
        let (name, begin) = word_before(text, end)?;
        let end = before_space(text, begin);
        let separator = match text[..end] {
            [.., b'=', b'>'] => 2,
            [.., b':' | b'='] => 1,
            _ => return None,
        };
        let (key, begin) = word_before(text, before_space(text, end - separator))?;
        if is_it(&key, &name) {
            return Some(name);
        }
        start = begin;
    }
    None
}

/// The name in one of the pairs behind a value that ends at `end`: in quotes, or at the end of its line.
fn name_behind(
    text: &[u8],
    mut end: usize,
    mut quoted: bool,
    (mut ends_line, by_blanks): (bool, bool),
    is_it: IsName<'_>,
) -> Option<Range<usize>> {
    for _ in 0..MOST_PAIRS {
        let next = past_space(text, end);
        let at = match text.get(next)? {
            b',' | b';' | b'&' => past_space(text, next + 1),
            _ if quoted && next > end || ends_line && text[end..next].iter().any(|b| matches!(b, b'\n' | b'\\')) => {
                next
            }
            // `pass=x user=joe`
            _ if by_blanks && ends_line && next > end && is_pair(text, next) => next,
            _ => return None,
        };
        let (key, key_end) = word_at(text, at)?;
        let at = past_space(text, key_end);
        let separator = match text[at..] {
            [b'=', b'>', ..] => 2,
            [b':' | b'=', ..] => 1,
            _ => return None,
        };
        let start = past_space(text, at + separator);
        let (value, in_quotes) = extent(text, start, Extent::Value);
        let name = if in_quotes { Some(value.clone()) } else { word_at(text, start).map(|(word, _)| word) };
        if let Some(name) = name.filter(|name| is_it(&key, name)) {
            return Some(name);
        }
        (end, quoted, ends_line) = (past_closing(text, value.end), in_quotes, !in_quotes);
    }
    None
}

/// Whether a key and its value stand at `at` with nothing between them but a `=`, as where blanks part such pairs.
fn is_pair(text: &[u8], at: usize) -> bool {
    let key = key_at(text, at);
    !key.is_empty()
        && text.get(key.end) == Some(&b'=')
        && text.get(key.end + 1).is_some_and(|b| !matches!(b, b' ' | b'='))
}

/// The most brackets around a word: `String(Owned("x"))`.
const MOST_BRACKETS: usize = 3;

/// The word that ends at `end`, without its quotes and brackets; and where these begin.
pub(super) fn word_before(text: &[u8], end: usize) -> Option<(Range<usize>, usize)> {
    let brackets = text[..end].iter().rev().take(MOST_BRACKETS).take_while(|b| **b == b')').count();
    let closed = end - brackets;
    let (word, mut start) = match text[..closed].last()? {
        quote @ (b'"' | b'\'' | b'`') => {
            let escapes = backslashes_before(text, closed - 1);
            let close = closed - 1 - escapes;
            let from = close.saturating_sub(LONGEST_KEY);
            // What has more escapes stands in the string.
            let opens = |at: &usize| text[*at] == *quote && backslashes_before(text, *at) <= escapes;
            let open = (from..close).rev().find(opens)?;
            (open + 1..close, open - backslashes_before(text, open))
        }
        _ => {
            let word = bare_key_before(text, closed);
            (word.clone(), word.start)
        }
    };
    for _ in 0..brackets {
        let open = text[..start].ends_with(b"(").then(|| start - 1)?;
        start = bare_key_before(text, open).start;
    }
    (!word.is_empty() || word.end < closed).then_some((word, start))
}

/// The word that begins at `at`, without its quotes and brackets; and where these end.
fn word_at(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let mut start = at;
    for _ in 0..MOST_BRACKETS {
        let name = key_at(text, start);
        if name.is_empty() || text.get(name.end) != Some(&b'(') {
            break;
        }
        start = name.end + 1;
    }
    let quote = start + text[start..].iter().take_while(|b| **b == b'\\').count();
    let word = match text.get(quote)? {
        b @ (b'"' | b'\'' | b'`') => {
            let rest = &text[quote + 1..];
            let len = rest.iter().take(LONGEST_KEY).take_while(|next| *next != b && **next != b'\\').count();
            quote + 1..quote + 1 + len
        }
        _ => key_at(text, start),
    };
    (!word.is_empty()).then(|| (word.clone(), past_closing(text, word.end)))
}

/// Where the quotes and brackets end that close something at `at`.
fn past_closing(text: &[u8], mut at: usize) -> usize {
    for _ in 0..2 * MOST_BRACKETS {
        let slashes = text[at..].iter().take_while(|b| **b == b'\\').count();
        at += match text.get(at + slashes) {
            Some(b'"' | b'\'' | b'`') => slashes + 1,
            Some(b')') if slashes == 0 => 1,
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
            ("field", Some(Role::Name)),
            ("formParam", Some(Role::Name)),
            ("queryParameter", Some(Role::Name)),
            ("header", Some(Role::Name)),
            ("option", Some(Role::Name)),
            ("AppSetting", Some(Role::Name)),
            ("env_variable", Some(Role::Name)),
            ("property", Some(Role::Name)),
            ("path", Some(Role::Name)),
            ("loginPath", Some(Role::Name)),
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
            let key_end = after - 1;
            let key = text[at..key_end].trim_matches('"');
            name_beside(text.as_bytes(), at, key.as_bytes(), after, &|name| name == b"a")
                .map(|name| text[name].to_owned())
        };
        for (text, expected) in [
            ("name=a b=1 ⟦value=x", Some("a")),
            ("name=a id=1 ⟦value=x", Some("a")),
            ("name=b id=1 ⟦value=x", None),
            ("name=a b=1 c=2 d=3 ⟦value=x", Some("a")),
            ("name=a b=1 c=2 d=3 e=4 ⟦value=x", None),
            ("⟦value='x', name='a'", Some("a")),
            ("⟦value=x, key=a", Some("a")),
            ("⟦value=x key=a", Some("a")),
            ("⟦value=5 key=a", None),
            ("⟦value=x y key=a", None),
            ("⟦value=x key = a", None),
            ("⟦value=x key==", None),
            ("⟦value=x\n  key: a", Some("a")),
            ("⟦value='x', b='y', c=1, key=a", Some("a")),
            ("⟦value=x\\n- key=a", None),
            ("headerName=a ⟦headerValue=x", Some("a")),
            ("headerName=a ⟦value=x", Some("a")),
            ("name=a ⟦headerValue=x", None),
            ("⟦UsePreviousValue=x, ParameterKey=a", None),
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
