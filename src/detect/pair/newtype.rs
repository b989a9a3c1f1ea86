//! Types that are named as a key is: `Password("x")`, `ApiKey { key: "x" }`, as `Debug` prints them.

use std::ops::Range;

use super::extent::extent;
use super::{Keys, Pair, Reading, backslashes_before, bare_key_before, before_space, past_space};
use crate::rules::Extent;

/// What the names of errors begin with, which say something of a value: `InvalidPassword("is too short")`.
const ERRORS: [&[u8]; 9] =
    [b"NoSuch", b"Invalid", b"Wrong", b"Bad", b"Missing", b"Expired", b"Unknown", b"Empty", b"Weak"];
/// The shortest `Token("x")` that is one of a service, in bytes. Parsers print theirs, too.
const SHORTEST_TOKEN: usize = 6;

/// Names that things have, too, of which nothing is secret, or that have keys of their own.
const OTHERS: [&[u8]; 9] =
    [b"Token", b"Cookie", b"Session", b"Email", b"Address", b"Card", b"Phone", b"Account", b"Pin"];
/// What stands in code before the name of a type that is made there.
const KEYWORDS: [&[u8]; 7] = [b"struct", b"enum", b"impl", b"trait", b"class", b"interface", b"union"];
/// So much of its fields is looked at, in bytes, for one that holds a string.
const LONGEST_LOOK: usize = 512;
/// How many types may hold one another (`Password(Some(Secret("x")))`).
const MOST_TYPES: usize = 4;

/// The rule for a type whose bracket is at `bracket`, or for one around it.
fn type_before(text: &[u8], mut bracket: usize, keys: &Keys<'_>) -> Option<((u32, Reading), Range<usize>)> {
    for _ in 0..MOST_TYPES {
        let key = bare_key_before(text, bracket);
        if !text[key.clone()].first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        if let Some(rule) = keys.rule(&text[key.clone()]) {
            return Some((rule, key));
        }
        let outer = before_space(text, key.start);
        bracket = outer.checked_sub(1).filter(|outer| text[*outer] == b'(')?;
    }
    None
}

/// `ApiKey { key: "x", id: 7 }`: all of it, for any of its fields may be the value.
pub(super) fn at_struct(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let brace = at - 1;
    let name_end = text[..brace].strip_suffix(b" ")?.len();
    let (rule, key) = type_before(text, name_end, keys)?;
    let word = bare_key_before(text, before_space(text, key.start));
    let in_code = KEYWORDS.contains(&&text[word]);
    let is_error = ERRORS.iter().any(|error| text[key.clone()].starts_with(error));
    if in_code || is_error || OTHERS.contains(&&text[key.clone()]) || !rule.1.phrase {
        return None;
    }
    let near = &text[..text.len().min(brace + LONGEST_LOOK)];
    let inside = &near[extent(near, brace, Extent::Value).0];
    if !inside.contains(&b'"') || memchr::memmem::find(inside, b": ").is_none() {
        return None;
    }
    let (value, _) = extent(text, brace, Extent::Value);
    Some(Pair { rule: rule.0, key, value, quoted: false, named: false })
}

/// `Password("x")`, as `Debug` prints a type that holds one string.
pub(super) fn at_newtype(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let quote = at - 1;
    let opening = quote - backslashes_before(text, quote);
    // `Password(b"x")`
    let opening = opening - usize::from(text[..opening].ends_with(b"(b"));
    let bracket = before_space(text, opening).checked_sub(1).filter(|bracket| text[*bracket] == b'(')?;
    let (rule, key) = type_before(text, bracket, keys)?;
    if key.end != bracket && OTHERS.contains(&&text[key.clone()]) {
        return None;
    }
    let (value, quoted) = extent(text, opening, Extent::Value);
    let closing = text[value.end..].iter().take_while(|b| matches!(b, b'\\' | b'"')).count();
    let behind = past_space(text, value.end + closing);
    // `{:#?}` puts a comma behind it.
    let comma = usize::from(text.get(behind) == Some(&b','));
    let alone = matches!(text.get(past_space(text, behind + comma)), None | Some(b')'));
    let (name, string) = (&text[key.clone()], &text[value.clone()]);
    let has_blank = string.iter().any(u8::is_ascii_whitespace);
    let is_of_parser = name == b"Token" && (has_blank || string.len() < SHORTEST_TOKEN);
    let is_said = has_blank && ERRORS.iter().any(|error| name.starts_with(error));
    let is_value = alone && !string.is_empty() && !is_of_parser && !is_said;
    is_value.then_some(Pair { rule: rule.0, key, value, quoted, named: false })
}
