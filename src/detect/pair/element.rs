//! Elements of XML, their name a key: `<password>x</password>`; or the value of an attribute (`<property name="password">x</property>`) or
//! of the element before. Attributes are pairs like any other.
//!
//! Source: Extensible Markup Language 1.0, sections 2.7 (CDATA) and 3.1 (tags).

use std::ops::Range;

use super::{Keys, LONGEST_KEY, Pair, Role, backslashes_before, before_space, key_at, names_value, past_space};
use crate::detect::around::escape_ends;

/// So much may stand in a tag behind the name.
const LONGEST_ATTRIBUTES: usize = 256;

/// Reads the element whose name begins at `at`, behind its `<`. Its value is its text; elements inside it have their own
/// names. Words in angle brackets are no elements (`login <user> <password> to go on`): a value ends with a tag's end, or
/// the text ends in it.
pub(crate) fn at_element(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    // `SecretBox<Password>`; a line break that is written out ends with a letter, too, and so does a colour.
    let may_be_type = |before: &[u8]| {
        before.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')) && !escape_ends(before)
    };
    let may_be_type = before_space(text, at - 1) == at - 1 && may_be_type(&text[..at - 1]);
    let len = text[at..].iter().take(LONGEST_KEY).take_while(|b| is_name(**b)).count();
    let name = at..at + len;
    // `<auth::Token as Debug>` is a type.
    if text[name.clone()].windows(2).any(|two| two == b"::") {
        return None;
    }
    let local = text[name.clone()].iter().rposition(|&b| b == b':').map_or(name.start, |colon| name.start + colon + 1);
    let first = text[name.end..].iter().take(LONGEST_ATTRIBUTES).position(|b| matches!(b, b'>' | b'<'));
    let first = name.end + first?;
    let (rule, key, open, named) = match keys.rule(&text[local..name.end]) {
        // A `>` in an attribute's quotes only makes more of the text its value.
        Some((rule, _)) => (rule, local..name.end, first, false),
        None => {
            let open = tag_end(text, name.end).unwrap_or(first);
            let (rule, key) = named_element(text, local..name.end, at - 1, keys)
                .or_else(|| named_by_attribute(text, name.end..open, keys))?;
            (rule, key, open, true)
        }
    };
    if text[open] != b'>' || text[open - 1] == b'/' {
        return None;
    }
    const CDATA: &[u8] = b"<![CDATA[";
    let (start, end) = if text[open + 1..].starts_with(CDATA) {
        let start = open + 1 + CDATA.len();
        (start, start + memchr::memmem::find(&text[start..], b"]]>").unwrap_or(text.len() - start))
    } else {
        let start = open + 1;
        let end = start + memchr::memchr(b'<', &text[start..]).unwrap_or(text.len() - start);
        let ends = match text.get(end..end + 2) {
            Some(tag) => tag[1] == b'/',
            // Cut off. In `'--token <TOKEN>' is required` it is no element.
            None => !text.get(start)?.is_ascii_whitespace() && !closes_string(&text[start..end]),
        };
        if !ends {
            return None;
        }
        (start, end)
    };
    let value = &text[start..end];
    let is_closed = || text[end..].strip_prefix(b"</").is_some_and(|tag| tag.starts_with(&text[name.clone()]));
    if value.trim_ascii().is_empty() || may_be_type && !is_closed() {
        return None;
    }
    let start = start + value.len() - value.trim_ascii_start().len();
    let end = start + value.trim_ascii().len();
    Some(Pair { rule, key, value: start..end, quoted: false, named })
}

/// Whether a text begins with the end of a string, and goes on with a blank.
fn closes_string(text: &[u8]) -> bool {
    matches!(text, [b'\'' | b'"' | b'`'] | [b'\'' | b'"' | b'`', b' ' | b',' | b'.' | b':' | b')', ..])
}

/// Where the tag ends, or the next one begins, that goes on at `at`.
fn tag_end(text: &[u8], mut at: usize) -> Option<usize> {
    let tag = &text[..text.len().min(at + LONGEST_ATTRIBUTES)];
    loop {
        match tag.get(at)? {
            b'>' | b'<' => return Some(at),
            b'=' => at = attribute_value(tag, at).1,
            _ => at += 1,
        }
    }
}

/// The value of the attribute whose `=` stands at `at`, without its quotes, and where what stands behind it begins.
fn attribute_value(tag: &[u8], at: usize) -> (Range<usize>, usize) {
    let start = past_space(tag, at + 1);
    let quote = start + tag[start..].iter().take_while(|b| **b == b'\\').count();
    match tag.get(quote) {
        Some(b @ (b'"' | b'\'')) => match memchr::memchr(*b, &tag[quote + 1..]) {
            Some(len) => {
                let close = quote + 1 + len;
                (quote + 1..(close - backslashes_before(tag, close)).max(quote + 1), close + 1)
            }
            None => (at..at, at + 1),
        },
        _ => {
            let word = key_at(tag, start);
            (word.clone(), word.end.max(at + 1))
        }
    }
}

/// The name of an element whose tag begins at `at`, and its rule. It stands in the element before, as in `<name>password</name><value>` and
/// `<key>password</key><string>`, or in the tag around: `<property name="password"><value>`.
fn named_element(text: &[u8], element: Range<usize>, at: usize, keys: &Keys<'_>) -> Option<(u32, Range<usize>)> {
    let from = at.saturating_sub(LONGEST_ATTRIBUTES);
    let before = &text[from..before_space(text, at).max(from)];
    let tag = memchr::memrchr(b'<', before)?;
    let inside = before[tag + 1..].strip_suffix(b">")?;
    let Some(name_element) = inside.strip_prefix(b"/") else {
        let is_named = Role::of(&text[element]) == Some(Role::Value) && !inside.ends_with(b"/");
        return is_named.then(|| named_by_attribute(text, from + tag + 1..from + tag + 1 + inside.len(), keys))?;
    };
    let open = memchr::memrchr(b'>', &before[..tag])?;
    let name = from + open + 1..from + tag;
    // Property lists of Apple.
    let is_listed = name_element == b"key" && &text[element.clone()] == b"string";
    let is_named = is_listed || names_value(name_element, &text[element]);
    is_named.then(|| Some((keys.rule(&text[name.clone()])?.0, name)))?
}

/// The first name that is known in `type="x" name="password"`, the attributes of a tag; and its rule. An `id` is that of the element.
fn named_by_attribute(text: &[u8], attributes: Range<usize>, keys: &Keys<'_>) -> Option<(u32, Range<usize>)> {
    let tag = &text[..attributes.end];
    let mut at = attributes.start;
    while let Some(equals) = memchr::memchr(b'=', &tag[at..]) {
        let equals = at + equals;
        let end = before_space(tag, equals);
        let key = &tag[end - tag[..end].iter().rev().take(LONGEST_KEY).take_while(|b| is_name(**b)).count()..end];
        let (value, next) = attribute_value(tag, equals);
        if Role::of(key) == Some(Role::Name)
            && !key.eq_ignore_ascii_case(b"id")
            && let Some((rule, _)) = keys.rule(&tag[value.clone()])
        {
            return Some((rule, value));
        }
        at = next;
    }
    None
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':') || b >= 0x80
}
