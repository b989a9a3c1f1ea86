//! Keys and values inside text: `password=x`, `"apiKey": "x"`, `--token x`, `user: User { email: "x" }`.
//!
//! One reading serves them all: log lines of key and value, query strings, headers, connection strings, YAML, the
//! output of `Debug`, and JSON that stands escaped inside something else. A separator is where it starts: the key is
//! read backwards from it, and only if the inventory knows the key, the value is read forwards.

mod blanks;
mod block;
mod companion;
mod element;
mod expression;
mod extent;
mod keys;
mod may_be_key;
mod named;
mod newtype;
mod no_key;
mod no_value;
mod option;
mod sql;
mod tuple;
mod visibility;

use std::ops::Range;

use self::blanks::{
    MOST_BLANKS, MOST_ESCAPES, backslashes_before, before_space, colours_before, past_space, skip_blanks, skip_colours,
    trim_quotes,
};
use self::companion::accompanied;
pub(crate) use self::companion::{Companion, Companions, is_result};
pub(crate) use self::element::at_element;
use self::expression::{before_calls, is_look_up};
use self::extent::{end_behind_more, end_behind_type, end_of_argument, extent, quoted_by_error};
pub(crate) use self::keys::{Dotted, KeyPath, Keys, Reading};
pub(crate) use self::may_be_key::may_be_key;
use self::named::{Named, named};
pub(crate) use self::named::{Role, name_beside, names_value};
use self::no_key::{is_no_key, is_syslog_tag};
pub(crate) use self::no_value::is_nothing;
use self::no_value::{fallback, is_no_value};
pub(crate) use self::option::{at_option, option_name};
pub(crate) use self::sql::{at_literal, at_values};
use self::visibility::{tells_visibility, without_visibility};
use crate::mask::is_own_mark;
use crate::rules::Extent;

/// A key that the inventory knows, and where its value stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) rule: u32,
    pub(crate) key: Range<usize>,
    /// Without its quotes, if it has any.
    pub(crate) value: Range<usize>,
    /// Whether the value stands in quotes.
    pub(crate) quoted: bool,
    /// Whether the key is the value of another, beside it.
    pub(crate) named: bool,
}

/// The key without quotes that ends at `end`; it is empty if there is none.
fn bare_key_before(text: &[u8], end: usize) -> Range<usize> {
    let len = text[..end].iter().rev().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
    let mut start = end - len;
    // An escape before the key (`\npassword=`) is not part of it; nor is a percent-encoded separator (`%26password=`), or a control
    // character in octal, as rsyslog and shells write it (`#012password=`, `\012password=`).
    if start > 0 && len > 1 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b't' | b'r') {
        start += 1;
    }
    if start > 0 && len > 2 && text[start - 1] == b'%' && text[start..start + 2].iter().all(u8::is_ascii_hexdigit) {
        start += 2;
    }
    if start > 0 && len > 3 && matches!(text[start - 1], b'#' | b'\\') && is_octal_control(&text[start..start + 3]) {
        start += 3;
    }
    let colour = text[start..end].iter().take_while(|b| b.is_ascii_digit()).count() + 1;
    if colour < len && colours_before(&text[..start + colour]) > 0 {
        start += colour;
    }
    start..end
}

/// `012`
fn is_octal_control(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'0'..=b'3', b'0'..=b'7'])
}

/// The key without quotes that begins at `at`; it is empty if there is none.
fn key_at(text: &[u8], at: usize) -> Range<usize> {
    at..at + text[at..].iter().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count()
}

impl Pair {
    /// Whether the opening quote may be the closing one of a string in which the key stands: `a: "password=", token: "x"`.
    /// Then the value is masked, and pairs inside it are read as well.
    pub(crate) fn is_doubtful(&self, text: &[u8]) -> bool {
        /// A longer value is taken at its word, so that no text is read again and again.
        const LONGEST: usize = 4096;
        self.quoted && self.value.len() <= LONGEST && follows_a_string(text[self.value.clone()].first())
    }
}

/// Whether a string may have ended right before.
fn follows_a_string(b: Option<&u8>) -> bool {
    b.is_some_and(|b| b.is_ascii_whitespace() || b",;:&)]}>|\\/.".contains(b))
}

/// The longest key that is read, in bytes.
const LONGEST_KEY: usize = 80;
/// The longest that stands where a value would and is none, in bytes.
const LONGEST_NONE: usize = 256;
/// How many words before a key may belong to it (`date of birth: …`).
const MOST_WORDS_BEFORE: usize = 2;
/// How many indices may stand behind a key (`user[password][0]`).
const MOST_INDICES: usize = 3;

/// Reads the pair whose separator (`=` or `:`) stands at `at`.
pub(crate) fn at_separator(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    if is_in_quotes(text, at) {
        return None;
    }
    let after = match (text[at], text.get(at + 1)) {
        (b':', Some(b':' | b'=')) | (b'=', Some(b'=')) => return None,
        (b':', Some(b'/')) if text.get(at + 2) == Some(&b'/') => return None,
        (b':', Some(b'p' | b'"')) if tells_visibility(text, at) => return None,
        (b'=', Some(b'>')) => at + 2,
        _ => at + 1,
    };
    let (rule, key, start, named) = if let Some((rule, key)) = key_before(text, at, keys) {
        (rule, key.clone(), key.start, false)
    } else if let Some((rule, key)) = accompanied(text, at, after, keys) {
        let pair = value_after(text, after, rule, key, keys)?;
        return (!is_result(&text[pair.value.clone()], pair.quoted)).then_some(pair);
    } else {
        let Named { rule, name, key } = named(text, at, after, keys)?;
        (rule, name, key, true)
    };
    let pair = if text[at] == b':'
        && let Some(value) = block::block(text, after, start)
    {
        Pair { rule: rule.0, key, value, quoted: false, named }
    } else {
        Pair { named, ..value_after(text, after, rule, key, keys)? }
    };
    Some(pair)
}

/// Whether a separator is all of a string, as parsers print what they read: `[Token("="), Token(":")]`.
fn is_in_quotes(text: &[u8], at: usize) -> bool {
    let quote = at.checked_sub(1).map(|before| text[before]).filter(|b| matches!(b, b'"' | b'\''));
    quote.is_some()
        && text.get(at + 1).copied() == quote
        && matches!(text[..at - 1], [.., b'(' | b'['] | [.., b',', b' '])
}

/// Reads a type that is named as a key is, and whose fields stand in braces that open right before `at`.
pub(crate) fn in_braces(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    newtype::at_struct(text, at, keys)
}

/// Reads what opens before the first string in a bracket, which begins at `at`, behind its quote: a tuple, or a type.
pub(crate) fn in_bracket(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    tuple::at_tuple(text, at, keys).or_else(|| newtype::at_newtype(text, at, keys))
}

fn key_before(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<((u32, Reading), Range<usize>)> {
    let mut end = at - colours_before(&text[..at]);
    if text[at] == b'=' && end > 0 && text[end - 1] == b':' {
        end -= 1;
    }
    let blanks = text[..end].iter().rev().take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count();
    end -= blanks;
    end -= colours_before(&text[..end]);
    const OPENS: [&[u8]; 4] = [b" \"", b" '", b" Some(", b" Ok("];
    let is_expression = text[at] == b'=' && blanks > 0 && OPENS.iter().any(|open| text[at + 1..].starts_with(open));
    if is_expression {
        end = before_calls(text, end);
    }
    // `{Text("password"): Text("x")}`
    let types = types_around_string_before(&text[..end]);
    end -= types;
    let last = *text[..end].last()?;
    if matches!(last, b'"' | b'\'' | b'`') {
        end -= 1;
        end -= backslashes_before(text, end);
        // Quotes are doubled inside the quotes of CSV (RFC 4180, section 2): `""password"":""x""`.
        if text[..end].last() == Some(&last) {
            end -= 1;
            end -= backslashes_before(text, end);
        }
        let from = end.saturating_sub(LONGEST_KEY);
        let opening = text[from..end].iter().rposition(|&b| b == last);
        let Some(opening) = opening else {
            // One that opens nowhere is that of a text which is cut off, or opens too far away; and in `` `verify_password' `` it is no quote.
            let whole = (from == 0).then(|| keys.rule(&text[..end])).flatten();
            let key = bare_key_before(text, end);
            let is_in_gnu_style = last == b'\'' && text[..key.start].ends_with(b"`");
            let rule = || keys.rule(&text[key.clone()]).filter(|_| !key.is_empty() && !is_in_gnu_style);
            return whole.map(|rule| (rule, 0..end)).or_else(|| Some((rule()?, key.clone())));
        };
        let start = from + opening + 1;
        let is_looked_up = || is_expression && types == 1 && is_look_up(&text[..start - 1]);
        if !is_looked_up() {
            before_types(&text[..start - 1], types)?;
        }
        return Some((keys.rule(&text[start..end])?, start..end));
    }
    // `user[password]`; `password[]` and `password[0]` are elements of `password`.
    for _ in 0..MOST_INDICES {
        if text[..end].last() != Some(&b']') {
            break;
        }
        let from = end.saturating_sub(LONGEST_KEY);
        let start = from + text[from..end].iter().rposition(|&b| b == b'[')? + 1;
        if is_syslog_tag(text, &(start..end - 1), at) {
            return None;
        }
        let key = trim_quotes(text, without_visibility(text, start..end - 1));
        if let Some(rule) = keys.rule(&text[key.clone()]) {
            return Some((rule, key));
        }
        end = start - 1;
    }
    let key = bare_key_before(text, end);
    if key.is_empty() {
        return None;
    }
    let mut start = key.start;
    if let Some(rule) = keys.rule(&text[key.clone()]) {
        return (!is_no_key(text, &key, at, rule.1)).then_some((rule, key));
    }
    // `API key: …`, `Date of birth: …`
    for _ in 0..MOST_WORDS_BEFORE {
        if start < 2 || text[start - 1] != b' ' || !text[start - 2].is_ascii_alphabetic() {
            return None;
        }
        start -= 1;
        start -= text[..start].iter().rev().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
        if let Some(rule) = keys.rule(&text[start..end]).filter(|(_, reading)| reading.phrase) {
            return Some((rule, start..end));
        }
    }
    None
}

/// The most types around a key: `Key(Text("password"))`.
const MOST_TYPES: usize = 3;

/// How many brackets close behind a string at the end of a text; none if no string ends before them.
fn types_around_string_before(text: &[u8]) -> usize {
    let brackets = text.iter().rev().take(MOST_TYPES).take_while(|b| **b == b')').count();
    if text[..text.len() - brackets].ends_with(b"\"") { brackets } else { 0 }
}

/// What stands before so many types that open at the end of a text: `Key(Text(`. Names of functions begin with a small letter.
fn before_types(mut text: &[u8], types: usize) -> Option<&[u8]> {
    text = &text[..text.len() - backslashes_before(text, text.len())];
    for _ in 0..types {
        let name = text.strip_suffix(b"(")?;
        text = &name[..bare_key_before(name, name.len()).start];
        if !name.get(text.len()).is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
    }
    Some(text)
}

fn value_after(
    text: &[u8],
    after: usize,
    (rule, reading): (u32, Reading),
    key: Range<usize>,
    keys: &Keys<'_>,
) -> Option<Pair> {
    let start = skip_blanks(text, skip_colours(text, after));
    let start = skip_colours(text, start);
    if let Some(value) = quoted_by_error(text, start) {
        return Some(Pair { rule, key, value, quoted: false, named: false });
    }
    let argument = if reading.extent == Extent::Line { end_of_argument(text, &key, start) } else { None };
    let (mut value, quoted) = extent(&text[..argument.unwrap_or(text.len())], start, reading.extent);
    if quoted {
        value.end = end_behind_more(text, value.clone());
    } else if let Some(end) = end_behind_type(text, start) {
        value.end = end.max(value.end);
    }
    let found = &text[value.clone()];
    // A longer one is taken at its word, so that no text is read again and again.
    let may_be_none = !quoted && value.len() <= LONGEST_NONE;
    let none = may_be_none && (is_nothing(found) || is_no_value(text, &key, &value, reading.extent, keys));
    if none && let Some(start) = fallback(text, value.end) {
        let (value, quoted) = extent(text, start, Extent::Value);
        return (!value.is_empty()).then_some(Pair { rule, key, value, quoted, named: false });
    }
    let nothing = none || found.is_empty() || is_nothing(found);
    if !nothing
        && !quoted
        && !is_own_mark(found)
        && is_account(&text[key.clone()])
        && text[value.end..].starts_with(b" / ")
    {
        let (behind, in_quotes) = extent(text, value.end + b" / ".len(), Extent::Value);
        let is_key = text[..behind.end].ends_with(b":") || text[behind.clone()].contains(&b'=');
        let is_count = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let are_counts = is_count(&text[value.clone()]) && is_count(&text[behind.clone()]);
        if !is_key && !are_counts {
            value.end = text.len().min(behind.end + usize::from(in_quotes));
        }
    }
    (!nothing).then_some(Pair { rule, key, value, quoted, named: false })
}

/// Whether a key stands before a user and a password: `credentials: admin / x`.
fn is_account(key: &[u8]) -> bool {
    const KEYS: [&[u8]; 3] = [b"credentials", b"credential", b"creds"];
    KEYS.iter().any(|known| key.len() >= known.len() && key[key.len() - known.len()..].eq_ignore_ascii_case(known))
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$' | b'@') || b >= 0x80
}

#[cfg(test)]
mod tests;
