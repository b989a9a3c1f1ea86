//! Elements of XML, their name a key: `<password>x</password>`. Attributes are pairs like any other.
//!
//! Source: Extensible Markup Language 1.0, sections 2.7 (CDATA) and 3.1 (tags).

use std::ops::Range;

use super::named::word_at;
use super::{Keys, LONGEST_KEY, Pair, Role};

/// So much may stand in a tag behind the name.
const LONGEST_ATTRIBUTES: usize = 256;

/// Reads the element whose name begins at `at`, behind its `<`. Its value is its text; elements inside it have their own
/// names. Words in angle brackets are no elements (`login <user> <password> to go on`): a value ends with a tag's end, or
/// the text ends in it.
pub(crate) fn at_element(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    // `SecretBox<Password>`
    if at >= 2 && (text[at - 2].is_ascii_alphanumeric() || matches!(text[at - 2], b'_' | b':')) {
        return None;
    }
    let len = text[at..].iter().take(LONGEST_KEY).take_while(|b| is_name(**b)).count();
    let name = at..at + len;
    let local = text[name.clone()].iter().rposition(|&b| b == b':').map_or(name.start, |colon| name.start + colon + 1);
    let tag = text[name.end..].iter().take(LONGEST_ATTRIBUTES).position(|b| matches!(b, b'>' | b'<'));
    let (rule, key) = match keys.rule(&text[local..name.end]) {
        Some((rule, _)) => (rule, local..name.end),
        None => {
            let key = if Role::of(&text[local..name.end]) == Some(Role::Value) {
                name_in_element_before(text, at - 1)?
            } else {
                name_in_attribute(text, name.end..name.end + tag?)?
            };
            (keys.rule(&text[key.clone()])?.0, key)
        }
    };
    let open = name.end + tag?;
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
            // Cut off.
            None => !text.get(start)?.is_ascii_whitespace(),
        };
        if !ends {
            return None;
        }
        (start, end)
    };
    let value = &text[start..end];
    if value.trim_ascii().is_empty() {
        return None;
    }
    let start = start + value.len() - value.trim_ascii_start().len();
    let end = start + value.trim_ascii().len();
    Some(Pair { rule, key, value: start..end, quoted: false })
}

/// The name in `<name>password</name>`, where that ends at `end`, but for blanks.
fn name_in_element_before(text: &[u8], end: usize) -> Option<Range<usize>> {
    let before = text[end.saturating_sub(2 * LONGEST_KEY)..end].trim_ascii_end();
    let from = end.saturating_sub(2 * LONGEST_KEY);
    let tag = memchr::memrchr(b'<', before)?;
    let element = before[tag..].strip_prefix(b"</")?.strip_suffix(b">")?;
    let open = memchr::memrchr(b'>', &before[..tag])?;
    (Role::of(element) == Some(Role::Name)).then_some(from + open + 1..from + tag)
}

/// The name in `name="password"`, among the attributes of a tag.
fn name_in_attribute(text: &[u8], attributes: Range<usize>) -> Option<Range<usize>> {
    let mut at = attributes.start;
    while let Some(equals) = memchr::memchr(b'=', &text[at..attributes.end]) {
        let equals = at + equals;
        let key = text[..equals].iter().rev().take(LONGEST_KEY).take_while(|b| is_name(**b)).count();
        let value = word_at(&text[..attributes.end], equals + 1)?;
        if Role::of(&text[equals - key..equals]) == Some(Role::Name) {
            return Some(value.word);
        }
        at = value.end;
    }
    None
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':') || b >= 0x80
}
