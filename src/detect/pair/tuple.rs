//! Keys and values in tuples, as `Debug` prints lists of headers and parameters: `[("password", "x"), …]`.

use super::extent::extent;
use super::{Keys, LONGEST_KEY, MOST_TYPES, Pair, before_types, is_nothing};
use crate::rules::Extent;

/// The most blanks and line breaks between key and value; `{:#?}` writes each in a line of its own.
const MOST_BLANKS: usize = 64;
/// The most before the quote of a value: backslashes, and the `b` of a byte string.
const MOST_PREFIX: usize = 9;

/// Reads the tuple whose first string begins at `at`, behind its quote. Only a string that follows is a value, or one in a type (`String("x")`), for this is how functions are
/// called, too: `get("password", default)`. A list or map is one where no name of a function stands before.
pub(super) fn at_tuple(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let mark = text[at - 1];
    let len = text[at..].iter().take(LONGEST_KEY + 1).position(|b| *b == mark || *b == b'\\')?;
    let key = at..at + len;
    let rule = keys.rule(&text[key.clone()])?;
    let rest = &text[key.end..];
    let quote = rest.iter().take_while(|&&b| b == b'\\').count() + 1;
    let types = rest.iter().skip(quote).take(MOST_TYPES).take_while(|b| **b == b')').count();
    let behind = quote + types;
    // `(Text("password"), Text("x"))`; `[Text("password"), Text("x")]` is a list.
    let opens = types == 0 || before_types(&text[..at - 1], types).is_some_and(|before| before.ends_with(b"("));
    let comma = rest.get(behind) == Some(&b',') && rest[quote - 1] == mark && opens;
    let start = key.end + behind + 1;
    let start = start + blanks(text.get(start..)?);
    let value = text.get(start..)?;
    let first = value.iter().take(MOST_PREFIX).find(|b| !matches!(b, b'\\' | b'b' | b'u'));
    // `t("password", { count: 1 })` calls a function.
    let called = text[..at]
        .iter()
        .rev()
        .find(|b| !matches!(b, b'"' | b'\'' | b'\\' | b'('))
        .is_some_and(u8::is_ascii_alphanumeric);
    let string = matches!(first, Some(b'"' | b'\'')) || !called && matches!(first, Some(b'[' | b'{'));
    if !comma || !(string || begins_with_type(value)) {
        return None;
    }
    let (value, quoted) = extent(text, start, Extent::Value);
    let is_column = keys.rule(&text[value.clone()]).is_some() && is_list_of_columns(text, at, &text[value.clone()]);
    let found = !value.is_empty() && !is_nothing(&text[value.clone()]) && !is_column;
    found.then_some(Pair { rule: rule.0, key, value, quoted, named: false })
}

/// Whether a tuple is what SQL has behind the name of a table or a constraint: `INSERT INTO "users" ("email", "password") VALUES …`.
fn is_list_of_columns(text: &[u8], at: usize, value: &[u8]) -> bool {
    const BEFORE: [&[u8]; 6] = [b"INTO ", b"CONFLICT ", b"UNIQUE ", b"KEY ", b"INDEX ", b"REFERENCES "];
    /// The longest name of a table, with its schema and quotes, and the word before it.
    const LONGEST_TABLE: usize = 96;
    let opening = at - text[..at].iter().rev().take_while(|b| matches!(b, b'\\' | b'"' | b'\'')).count();
    let before = &text[opening.saturating_sub(LONGEST_TABLE)..opening];
    let is_name = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let before = before.to_ascii_uppercase();
    is_name && before.ends_with(b"(") && BEFORE.iter().any(|word| memchr::memmem::rfind(&before, word).is_some())
}

/// `Some(`, `String(`, `Secret {`: as names of types begin, and those of functions do not.
fn begins_with_type(value: &[u8]) -> bool {
    let name = value.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphanumeric()).count();
    let behind = value.get(name..).unwrap_or_default();
    value.first().is_some_and(u8::is_ascii_uppercase) && (behind.starts_with(b"(") || behind.starts_with(b" {"))
}

/// How long the blanks and line breaks are at the start, the latter also as `\n`.
fn blanks(text: &[u8]) -> usize {
    let mut len = 0;
    while len < MOST_BLANKS {
        len += match text.get(len..) {
            Some([b, ..]) if b.is_ascii_whitespace() => 1,
            Some([b'\\', rest @ ..]) => match rest.iter().take(MOST_PREFIX).position(|&b| b != b'\\') {
                Some(more) if rest[more] == b'n' => more + 2,
                _ => break,
            },
            _ => break,
        }
    }
    len
}
