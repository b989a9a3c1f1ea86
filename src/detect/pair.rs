//! Keys and values inside text: `password=x`, `"apiKey": "x"`, `--token x`, `user: User { email: "x" }`.
//!
//! One reading serves them all: log lines of key and value, query strings, headers, connection strings, YAML, the
//! output of `Debug`, and JSON that stands escaped inside something else. A separator is where it starts: the key is
//! read backwards from it, and only if the inventory knows the key, the value is read forwards.

mod block;
mod element;
mod extent;
mod keys;
mod may_be_key;
mod named;
mod newtype;
mod no_value;
mod option;
mod sql;
mod tuple;

use std::ops::Range;

pub(crate) use self::element::at_element;
use self::extent::{end_behind_type, extent, quoted_by_error};
pub(crate) use self::keys::{Dotted, KeyPath, Keys, Reading};
pub(crate) use self::may_be_key::may_be_key;
use self::named::{Named, named};
pub(crate) use self::named::{Role, name_beside, names_value};
use self::no_value::{fallback, is_no_value};
pub(crate) use self::option::{at_option, option_name};
pub(crate) use self::sql::{at_literal, at_values};
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
    // An escape before the key (`\npassword=`) is not part of it; nor is a percent-encoded separator (`%26password=`).
    if start > 0 && len > 1 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b't' | b'r') {
        start += 1;
    }
    if start > 0 && len > 2 && text[start - 1] == b'%' && text[start..start + 2].iter().all(u8::is_ascii_hexdigit) {
        start += 2;
    }
    let colour = text[start..end].iter().take_while(|b| b.is_ascii_digit()).count() + 1;
    if colour < len && colours_before(&text[..start + colour]) > 0 {
        start += colour;
    }
    start..end
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
/// The most blanks between a key, its separator and its value.
const MOST_BLANKS: usize = 64;
/// How many words before a key may belong to it (`date of birth: …`).
const MOST_WORDS_BEFORE: usize = 2;
/// The most backslashes before a quote that its prefix is looked for: those of four documents, one inside the other.
const MOST_ESCAPES: usize = 16;
/// How many indices may stand behind a key (`user[password][0]`).
const MOST_INDICES: usize = 3;

/// Reads the pair whose separator (`=` or `:`) stands at `at`.
pub(crate) fn at_separator(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let after = match (text[at], text.get(at + 1)) {
        (b':', Some(b':' | b'=')) | (b'=', Some(b'=')) => return None,
        (b':', Some(b'/')) if text.get(at + 2) == Some(&b'/') => return None,
        (b':', Some(b'p' | b'"')) if tells_visibility(text, at) => return None,
        (b'=', Some(b'>')) => at + 2,
        _ => at + 1,
    };
    let (rule, key, start, named) = match key_before(text, at, keys) {
        Some((rule, key)) => (rule, key.clone(), key.start, false),
        None => {
            let Named { rule, name, key } = named(text, at, after, keys)?;
            (rule, name, key, true)
        }
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
        // One that opens nowhere is that of a text which is cut off, or opens too far away; and in `` `verify_password' `` it is no quote.
        let in_gnu_style = last == b'\'' && text[from..end].contains(&b'`');
        if opening.is_none() && (from > 0 || in_gnu_style) {
            let key = bare_key_before(text, end);
            let is_quoted = last == b'\'' && text[..key.start].ends_with(b"`");
            let is_key = !(key.is_empty() || is_quoted);
            return Some((keys.rule(&text[key.clone()]).filter(|_| is_key)?, key));
        }
        let start = from + opening.map_or(0, |quote| quote + 1);
        return Some((keys.rule(&text[start..end])?, start..end));
    }
    // `user[password]`; `password[]` and `password[0]` are elements of `password`.
    for _ in 0..MOST_INDICES {
        if text[..end].last() != Some(&b']') {
            break;
        }
        let from = end.saturating_sub(LONGEST_KEY);
        let start = from + text[from..end].iter().rposition(|&b| b == b'[')? + 1;
        let key = trim_quotes(text, without_visibility(text, start..end - 1));
        if let Some(rule) = keys.rule(&text[key.clone()]) {
            return Some((rule, key));
        }
        end = start - 1;
    }
    let key = bare_key_before(text, end);
    if key.is_empty() || is_of_parser(text, &key, at) {
        return None;
    }
    let mut start = key.start;
    if let Some(rule) = keys.rule(&text[key.clone()]) {
        return Some((rule, key));
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

/// Whether a `token` is a piece of a text that a parser reads: `unexpected token: let`.
fn is_of_parser(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const BEFORE: [&[u8]; 5] = [b"unexpected", b"lookahead", b"bos", b"eos", b"pad"];
    let last_word = || {
        let before = text[..key.start].trim_ascii_end();
        let len = before.iter().rev().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
        &before[before.len() - len..]
    };
    let piece = || {
        let rest = text[at + 1..].trim_ascii_start();
        &rest[..rest.iter().take(LONGEST_KEY).take_while(|b| !b.is_ascii_whitespace()).count()]
    };
    text[at..].starts_with(b": ")
        && text[key.clone()].eq_ignore_ascii_case(b"token")
        && !piece().iter().any(u8::is_ascii_digit)
        && BEFORE.iter().any(|word| last_word().eq_ignore_ascii_case(word))
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
    let (mut value, quoted) = extent(text, start, reading.extent);
    if !quoted && let Some(end) = end_behind_type(text, start) {
        value.end = end.max(value.end);
    }
    let found = &text[value.clone()];
    let none = !quoted && (is_nothing(found) || is_no_value(&text[key.clone()], found, reading.extent, keys));
    if none && let Some(start) = fallback(text, value.end) {
        let (value, quoted) = extent(text, start, Extent::Value);
        return (!value.is_empty()).then_some(Pair { rule, key, value, quoted, named: false });
    }
    let nothing = none || found.is_empty() || is_nothing(found);
    (!nothing).then_some(Pair { rule, key, value, quoted, named: false })
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The most bytes of colours between a key, its separator and its value.
const MOST_COLOURS: usize = 24;

/// How many bytes of colours (ECMA-48 section 8.3.117, `ESC [ 0 m`) end `text`: terminals' logs dim the separator.
fn colours_before(text: &[u8]) -> usize {
    let mut end = text.len();
    let floor = end.saturating_sub(MOST_COLOURS);
    while end > floor && text[end - 1] == b'm' {
        let escape = text[floor..end].iter().rposition(|&b| b == 0x1b).map(|at| floor + at);
        match escape {
            Some(escape) if skip_colours(&text[..end], escape) == end => end = escape,
            _ => break,
        }
    }
    text.len() - end
}

/// Where the colours end that begin at `at`.
fn skip_colours(text: &[u8], mut at: usize) -> usize {
    let limit = at + MOST_COLOURS;
    while at < limit && text.get(at..).is_some_and(|rest| rest.starts_with(b"\x1b[")) {
        let parameters =
            text[at + 2..].iter().take(MOST_COLOURS).take_while(|b| b.is_ascii_digit() || **b == b';').count();
        if text.get(at + 2 + parameters) != Some(&b'm') {
            break;
        }
        at += 3 + parameters;
    }
    at
}

/// Past blanks and line breaks, the latter also as `\n`.
fn past_space(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            Some(b) if b.is_ascii_whitespace() => at += 1,
            Some(b'\\') => {
                let slashes = text[at..].iter().take_while(|&&b| b == b'\\').count();
                match text.get(at + slashes) {
                    Some(b'n' | b'r' | b't') => at += slashes + 1,
                    _ => return at,
                }
            }
            _ => return at,
        }
    }
}

/// Before blanks and line breaks that end at `end`, the latter also as `\n`.
fn before_space(text: &[u8], mut end: usize) -> usize {
    loop {
        match &text[..end] {
            [.., b] if b.is_ascii_whitespace() => end -= 1,
            [.., b'\\', b'n' | b'r' | b't'] => end = end - 1 - backslashes_before(text, end - 1),
            _ => return end,
        }
    }
}

fn backslashes_before(text: &[u8], at: usize) -> usize {
    text[..at].iter().rev().take_while(|&&b| b == b'\\').count()
}

/// A property as PHP prints it, without who may see it: `[password:protected]`, `["password":"App\User":private]`.
fn without_visibility(text: &[u8], key: Range<usize>) -> Range<usize> {
    let name = &text[key.clone()];
    let len = memchr::memchr(b':', name).filter(|_| VISIBILITIES.iter().any(|who| name.ends_with(who)));
    key.start..key.start + len.unwrap_or(name.len())
}

/// What PHP prints behind the name of a property that not all may see.
const VISIBILITIES: [&[u8]; 2] = [b":protected", b":private"];

/// Whether the colon at `at` stands between the name of a property and who may see it.
fn tells_visibility(text: &[u8], at: usize) -> bool {
    let rest = &text[at..text.len().min(at + LONGEST_KEY)];
    let end = memchr::memchr2(b']', b' ', rest).filter(|end| rest[*end] == b']');
    end.is_some_and(|end| VISIBILITIES.iter().any(|who| rest[..end].ends_with(who)))
}

fn trim_quotes(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\''));
    let start = range.start + usize::from(range.len() > 1 && is_quote(text.get(range.start)));
    let end = range.end - usize::from(range.end > start && is_quote(text.get(range.end - 1)));
    start..end
}

/// Values that say that there is none.
pub(crate) fn is_nothing(value: &[u8]) -> bool {
    matches!(value, b"null" | b"NULL" | b"None" | b"nil" | b"<nil>" | b"(null)" | b"undefined" | b"()" | b"[]" | b"{}")
        || is_variable(value)
}

/// `${DB_PASSWORD}`: the name of an environment variable, not its value. Its bracket may count as that of something around.
fn is_variable(value: &[u8]) -> bool {
    let Some(name) = value.strip_prefix(b"${") else { return false };
    let name = name.strip_suffix(b"}").unwrap_or(name);
    name.iter().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_')) && name.contains(&b'_')
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$' | b'@') || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Inventory, KeyPattern, Rank};

    pub(super) fn inventory() -> Inventory {
        let rank = Rank { segments: 0, plain: false, masks: true, own: false, strictness: 0 };
        let keys =
            ["password", "api_key", "token", "authorization", "date_of_birth", "*.pin", "cookie", "full_name", "pwd"];
        let compile = |(i, key): (usize, &&str)| KeyPattern::parse(key, i as u32, rank).expect("a good key");
        Inventory::new(keys.iter().enumerate().map(compile).collect())
    }

    fn value(text: &str) -> Option<&str> {
        let inventory = inventory();
        let reading = |rule| {
            Some(Reading {
                extent: if rule == 6 {
                    Extent::Line
                } else if rule == 7 {
                    Extent::Words
                } else {
                    Extent::Value
                },
                phrase: true,
            })
        };
        let keys = Keys { inventory: &inventory, field: "", reading: &reading };
        let bytes = text.as_bytes();
        let separators = (0..bytes.len()).filter(|&i| matches!(bytes[i], b'=' | b':'));
        let separators = separators.filter(|&i| may_be_key(&bytes[..i], &inventory));
        let pair = separators.into_iter().find_map(|at| at_separator(bytes, at, &keys));
        let options = (2..bytes.len()).filter(|&i| &bytes[i - 2..i] == b"--");
        let pair = pair.or_else(|| options.into_iter().find_map(|at| at_option(bytes, at, &keys)));
        let pair = pair.or_else(|| (2..bytes.len()).find_map(|at| behind(bytes, at, b"(\"", in_bracket, &keys)));
        let pair = pair.or_else(|| (2..bytes.len()).find_map(|at| behind(bytes, at, b"('", in_bracket, &keys)));
        let pair = pair.or_else(|| (3..bytes.len()).find_map(|at| behind(bytes, at, b"(b'", in_bracket, &keys)));
        let pair = pair.or_else(|| (3..bytes.len()).find_map(|at| behind(bytes, at, b"(b\"", in_bracket, &keys)));
        let pair = pair.or_else(|| (2..bytes.len()).find_map(|at| behind(bytes, at, b" {", in_braces, &keys)));
        let pair = pair.or_else(|| (1..bytes.len()).find_map(|at| behind(bytes, at, b"<", at_element, &keys)));
        pair.map(|p| &text[p.value])
    }

    /// Reads what stands behind `opening`, if that ends at `at`.
    fn behind(
        text: &[u8],
        at: usize,
        opening: &[u8],
        read: fn(&[u8], usize, &Keys<'_>) -> Option<Pair>,
        keys: &Keys<'_>,
    ) -> Option<Pair> {
        text[..at].ends_with(opening).then(|| read(text, at, keys)).flatten()
    }

    #[test]
    fn values_are_found_in_every_notation() {
        for (text, expected) in [
            ("password=hunter2 next", "hunter2"),
            ("password = hunter2", "hunter2"),
            ("password=$ECRET", "$ECRET"),
            ("password=<Secret 'hunter2'>", "<Secret"),
            ("password = process.env.TOKEN || 'hunter2'", "hunter2"),
            ("password = nil or \"hunter2\"", "hunter2"),
            (r#"password: invalid digit: "hunter2""#, "hunter2"),
            ("--password: invalid choice: 'hunter2' (choose", "hunter2"),
            ("[password:protected] => hunter2", "hunter2"),
            (r#"["password":"App\User":private]=> "hunter2""#, "hunter2"),
            (r#"Password(b"hunter2")"#, "hunter2"),
            (r#"done for ApiKey { key: "x" }"#, r#"{ key: "x" }"#),
            (r#"["password":protected]=> string(7) "hunter2""#, r#"string(7) "hunter2""#),
            (r#"Password:[]string{"Bearer hunter2"}, "#, r#"[]string{"Bearer hunter2"}"#),
            (r#"Password:map[string]string{"a":"x y"} "#, r#"map[string]string{"a":"x y"}"#),
            (
                r#"Password:sql.NullString{String:"hun ter2", Valid:true}}"#,
                r#"sql.NullString{String:"hun ter2", Valid:true}"#,
            ),
            ("Password:&{hun ter2 true} N:1", "&{hun ter2 true}"),
            ("[('password', 'hunter2')]", "hunter2"),
            ("[(b'password', b'hunter2')]", "hunter2"),
            ("User(full_name=Jane Q. Doe, x=1)", "Jane Q. Doe"),
            ("full_name: Jane Doe logged in", "Jane Doe"),
            ("full_name=Jane Doe ID=7", "Jane Doe"),
            ("full_name=Jane Doe STATUS: ok", "Jane Doe"),
            ("full_name=Jane ERROR x", "Jane"),
            ("full_name=Jane  Doe", "Jane"),
            ("full_name=4111111111111111 Amount 99.00", "4111111111111111"),
            ("full_name: 4111 1111 1111 1111 Paid", "4111 1111 1111 1111 Paid"),
            ("full_name: 12 Main Street HTTP/1.1 200", "12 Main Street"),
            ("full_name: SW1A 1AA", "SW1A 1AA"),
            ("full_name: (030) 1234567 x", "(030) 1234567"),
            ("full_name: 12 34\nnext", "12 34"),
            (r#"password: invalid type: string "hunter2", expected u32"#, "hunter2"),
            ("password: unknown variant `hunter2`, expected `a`", "hunter2"),
            (r#"password: Validation error: length [{"value": String("x")}]"#, r#"[{"value": String("x")}]"#),
            (r#""password": Array [String("hunter2")]}"#, r#"Array [String("hunter2")]"#),
            (r#"Password(Some("hunter2"))"#, "hunter2"),
            (r#"token::Password(Secret("hunter2"))"#, "hunter2"),
            (r#"ApiKey { key: "x", id: 7 }"#, r#"{ key: "x", id: 7 }"#),
            (r#"Authorization(Basic { decoded: "jo:x" })"#, r#"{ decoded: "jo:x" }"#),
            ("password: :hunter2", ":hunter2"),
            ("password: <hunter2>", "<hunter2>"),
            ("password: expired-hunter2", "expired-hunter2"),
            ("password=/Ab3/xyz==", "/Ab3/xyz=="),
            ("invalid token: hunter2", "hunter2"),
            (r#"("password", "hunter2")"#, "hunter2"),
            (r#"insert("password", "hunter2")"#, "hunter2"),
            ("cookie=- status=200", "-"),
            ("cookie=192.0.2.1 status=200", "192.0.2.1"),
            ("cookie=a=1; b=2 c=3", "a=1; b=2 c=3"),
            ("cookie=AWS4-X Credential=a b=c", "AWS4-X Credential=a b=c"),
            (r#"x("password", "correct horse battery password")"#, "correct horse battery password"),
            (r#"User("password", "S3cretpassword")"#, "S3cretpassword"),
            ("password=$uperpassword", "$uperpassword"),
            ("password=:mysecretpassword", ":mysecretpassword"),
            ("password=(correct horse battery staple)", "(correct horse battery staple)"),
            ("password=/s3cret-pass", "/s3cret-pass"),
            ("full_name=Null x", "Null"),
            ("expected token: k3jD8sLq, got", "k3jD8sLq"),
            ("illegal token=hunter", "hunter"),
            ("expected token: hunter", "hunter"),
            ("unexpected token:hunter", "hunter"),
            (r#"`password":"hunter2""#, "hunter2"),
            ("pwd=/hunter2", "/hunter2"),
            ("full_name: Bearer abc.def", "Bearer abc.def"),
            (r#"password: invalid value: string \"hunter2\" y"#, "hunter2"),
            (
                r#"a line that is longer than a key may be and has no quote in it, as a log may be cut: password": "hunter2""#,
                "hunter2",
            ),
            ("password: hunter2", "hunter2"),
            (r#"{"passWord": "hunter2", "b": 1}"#, "hunter2"),
            (r#"User { password: "hun\"ter2", id: 1 }"#, r#"hun\"ter2"#),
            (r#"body="{\"password\":\"hunter2\",\"b\":1}""#, "hunter2"),
            (r#"\\\"password\\\":\\\"hunter2\\\",\\\"b\\\":1"#, "hunter2"),
            (r#"password: Some("hunter2"), b: 1"#, r#"Some("hunter2")"#),
            (r#"password: Secret { inner: "x } y" }, b: 1"#, r#"Secret { inner: "x } y" }"#),
            (r#"password: ["a", "b"] }"#, r#"["a", "b"]"#),
            ("/login?password=hunter2&next=1", "hunter2"),
            ("Server=x;Password=hun;ter2;Port=1", "hun;ter2"),
            ("password: String = \"hun ter2\";", "String = \"hun ter2\""),
            ("let password: &str = \"hunter2\";", "&str = \"hunter2\""),
            ("password: &'static str = \"hun ter2\";", "&'static str = \"hun ter2\""),
            ("password: Option<&str> = Some(\"hun ter2\");", "Option<&str> = Some(\"hun ter2\")"),
            ("password: &mut String = \"hunter2\"", "&mut String = \"hunter2\""),
            ("password: !!str =hunter2", "!!str =hunter2"),
            ("password: &anchor =hunter2", "&anchor =hunter2"),
            ("password: hunter2 user = \"jo\"", "hunter2"),
            (r#"["password"]=> string(7) "hunter2""#, r#"string(7) "hunter2""#),
            ("password=a,b c", "a,b"),
            ("(password=hunter2)", "hunter2"),
            ("password=hun)ter2", "hun)ter2"),
            ("'password' => 'hunter2'", "hunter2"),
            ("password := hunter2", "hunter2"),
            ("user[password]=hunter2", "hunter2"),
            ("API key: abc", "abc"),
            ("Date of birth: 1990-01-01", "1990-01-01"),
            ("--token abc --other", "abc"),
            ("--token=abc", "abc"),
            (r#""app" "--token" "abc" "-v""#, "abc"),
            ("args=['app', '--token', 'abc']", "abc"),
            (r#"["--token",\n    "abc"]"#, "abc"),
            (r#"x=\"[\\\"--token\\\", \\\"abc\\\"]\""#, "abc"),
            ("Authorization: Bearer abc.def x", "Bearer abc.def"),
            ("cookie: a=b; c=d", "a=b; c=d"),
            ("card.pin=1234", "1234"),
            (r#"password="cut off"#, "cut off"),
            (r#"password: [1, {"#, "[1, {"),
            (r"\npassword=x\nnext=y", "x"),
            (r#"[("user", "jo"), ("password", "hunter2"), ("n", 1)]"#, "hunter2"),
            ("(\"password\",\n    \"hunter2\")", "hunter2"),
            (r#"("password", Some("hunter2"))"#, r#"Some("hunter2")"#),
            (r#"("password", String("hunter2"))"#, r#"String("hunter2")"#),
            (r#"Some(Password("hunter2"))"#, "hunter2"),
            (r#"Password("cut off"#, "cut off"),
            (r#"Some(Token("hunter2"))"#, "hunter2"),
            ("/x?password=hunter2&name=\"jo smith\" x", "hunter2"),
            ("<user>jo</user><password>hunter2</password>", "hunter2"),
            ("<a:password xsi:type=\"x\">\n hunter2\n</a:password>", "hunter2"),
            ("<password><![CDATA[a<b]]></password>", "a<b"),
            ("<password>hunt", "hunt"),
            (r"<user>\n<password>hunter2</password>", "hunter2"),
            (r#"EnvVar { name: "password", value: Some("hunter2"), value_from: None }"#, r#"Some("hunter2")"#),
            (r#"KeyValue { key: Static("password"), value: String(Owned("hunter2")) }"#, r#"String(Owned("hunter2"))"#),
            (r#"<add key="password" value="hunter2"/>"#, "hunter2"),
            (r#"<input value='hunter2' name='password'>"#, "hunter2"),
            (r#"<property name="a.password" type="x">hunter2</property>"#, "hunter2"),
            ("<property><name>password</name>\n <value>hunter2</value></property>", "hunter2"),
            ("- name: password\n  value: hunter2\n", "hunter2"),
            ("- name: password\n  value: |\n    hunter2 x\n- name: y\n", "hunter2 x"),
            ("- value: hunter2\n  name: password\n", "hunter2"),
            (r#"<property description="" name = "password">hunter2</property>"#, "hunter2"),
            (r#"<add key="password" value="hun>ter2"/>"#, "hun>ter2"),
            ("<dict><key>password</key><string>hunter2</string></dict>", "hunter2"),
            ("key=password value=hunter2", "hunter2"),
            (r#"<input type="password" value="hunter2">"#, "hunter2"),
            (r#"Setting { name: "password", id: 7, value: "hunter2" }"#, "hunter2"),
            (r#"<property id="7" name="password">hunter2</property>"#, "hunter2"),
            ("k=password val=hunter2", "hunter2"),
            ("{key: password, v: hunter2}", "hunter2"),
            (r#"{ name: "password", a: 1, b: "x", c: true, value: "hunter2" }"#, "hunter2"),
            ("/set?headerName=Authorization&headerValue=hunter2&x=1", "hunter2"),
            (r#"[{\"Key\":\"password\",\"Value\":\"hunter2\"}]"#, "hunter2"),
            (r#"{\"value\":\"hunter2\",\"name\":\"password\"}"#, "hunter2"),
            (r#""ParameterKey" => "password", "ParameterValue" => "hunter2""#, "hunter2"),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "auth::password::check",
            "password == x",
            "author: x",
            "pin=1",
            "password=",
            "full_name=",
            "full_name: ",
            "password: null",
            "password: ${DB_PASSWORD}",
            "password=\"${DB_PASSWORD}\"",
            "12:34:56",
            "password://x",
            "--token --other",
            r#""--token" "--other""#,
            r#""--token" 7"#,
            r#""--token""abc""#,
            r#"["--token"]"#,
            r#"["--other", "abc"]"#,
            r#""--token""#,
            "the password is",
            "=x",
            ":",
            "password: \"\"",
            "password = $1",
            "password=? token = %s, password = @p0",
            "(using password: YES) password: NO",
            "token: expired. password: Invalid",
            "password = :password, token=@token",
            "password=$PASSWORD token: ${{ secrets.token }} --token <TOKEN> password=%(password)s",
            "password = os.environ[\"API_KEY\"]",
            "password: must be at least 8 characters, token = (known after apply)",
            "random_password.token: Creating...",
            "PWD=/home/ubuntu ; OLDPWD=/ pwd=/srv/app/x",
            "password: invalid length 3, expected 8",
            "struct Password { inner: \"x\" }",
            r#"Token { kind: "x" }"#,
            "Password { len: 7 }",
            r#"Region { inner: "x" }"#,
            "unexpected token: let, Unexpected token: END_ARRAY",
            "in `verify_password': x.c",
            r#"INSERT INTO "t" ("password", "token") VALUES"#,
            r#"fields("password", ["token"])"#,
            "<auth::Password as Debug>::fmt",
            "password:\nnext: x",
            "got password:\n    at com.example.Login.check(Login.java:17)",
            "password: |\nnext: x",
            r#"get("password", default) get("password")"#,
            r#"("password", "")"#,
            r#"("password", default("x"))"#,
            r#"password("x")"#,
            r#"Password("hunter2", 7)"#,
            r#"InvalidPassword("is too short")"#,
            r#"[Token("let"), Token("x")]"#,
            "--no-token abc",
            r#"Password("")"#,
            r#"Region("x")"#,
            r#"["password", "user"]"#,
            "login <user> <password> to go on",
            "login <user> <password>",
            "SecretBox<password>([REDACTED])",
            "<password/>x</a>",
            "<password></password>",
            "<password><b>x</b></password>",
            r#"{ name: "region", value: "x" }"#,
            r#"{ title: "password", value: "x" }"#,
            r#"{ type: "token", value: "x" }"#,
            r#"{ name: "password", values: "x" }"#,
            r#"{ name: "password", a: 1, b: 2, c: 3, d: 4, value: "y" }"#,
            r#"name: "password"value: "x""#,
            r#"{ value: "x", title: "password" }"#,
            r#"<property name="region">x</property>"#,
            r#"<property title="password">x</property>"#,
            "<name>password</name><b/><value>x</value>",
            r#"<label id="password">Password</label>"#,
            r#"{"ParameterKey": "password", "UsePreviousValue": false}"#,
            "name password value: x",
            "value: x",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
