//! Where a value ends: at its closing quote or bracket, at the end of its line, or where nothing of it can follow.

use std::ops::Range;

use super::block::folded;
use super::{LONGEST_KEY, MOST_ESCAPES, backslashes_before, is_key_byte, skip_blanks};
use crate::rules::Extent;

/// Where the value that begins at `start` stands, and whether it is quoted.
pub(super) fn extent(text: &[u8], start: usize, extent: Extent) -> (Range<usize>, bool) {
    let opening = start + string_prefix(text, start);
    let escapes = text[opening..].iter().take_while(|&&b| b == b'\\').count();
    let first = text.get(opening + escapes);
    if matches!(first, Some(0xc2 | 0xe2))
        && let Some(value) = curly_quoted(text, start)
    {
        return (value, true);
    }
    match first {
        Some(b'"' | b'\'' | b'`') => (quoted(text, opening, escapes), true),
        Some(b'(') if escapes == 0 && extent == Extent::Words => (start..words_end(text, start), false),
        Some(b'$') if escapes == 0 && text[start..].starts_with(b"$(") => (start..command_end(text, start), false),
        Some(b'{' | b'[' | b'(') if escapes == 0 => (start..word_end(text, start), false),
        _ if extent == Extent::Line => (start..line_end(text, start), false),
        _ if extent == Extent::Words => (start..words_end(text, start), false),
        _ => (start..bare_end(text, start), false),
    }
}

/// Where what a command gives ends (`$(echo "x y")`), if its bracket closes in the line.
fn command_end(text: &[u8], start: usize) -> usize {
    let line = text[start..].iter().take(LONGEST_KEY).position(|b| matches!(b, b'\n' | b'\r'));
    let line = &text[..text.len().min(start + line.unwrap_or(LONGEST_KEY))];
    let end = group_end(line, start + 1);
    if line[..end].ends_with(b")") { end } else { bare_end(text, start) }
}

/// How many words a value has at most that goes on over blanks.
const MOST_WORDS: usize = 8;
/// The end of a value that goes on over blanks: of a number, while groups of digits follow; else while such groups and capitalised words do.
fn words_end(text: &[u8], start: usize) -> usize {
    /// A longer group of digits is a number by itself, and no name of a street begins with it.
    const LONGEST_OF_STREET: usize = 4;
    /// The longest group of a number that is written in groups.
    const LONGEST_GROUP: usize = 7;
    let mut end = bare_end(text, start);
    let is_digits = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let is_number = is_digits(&text[start..end]) && end - start > LONGEST_OF_STREET || text.get(start) == Some(&b'(');
    for _ in 1..MOST_WORDS {
        if text.get(end) != Some(&b' ') {
            break;
        }
        let next = end + 1;
        let next_end = word_end(text, next);
        let word = &text[next..next_end];
        let key = text[next..].iter().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
        let is_key = matches!(text.get(next + key), Some(b'=' | b':'));
        let group = is_digits(word) && word.len() <= LONGEST_GROUP || is_in_groups(word);
        if is_key || !(group || !is_number && is_capitalised(word)) {
            break;
        }
        end = next_end;
    }
    end
}

/// `Roe`, `O'Brien`, `Q.`, `Straße`, and what stands in a postcode (`1AA`); not `GET`, nor `HTTP/1.1`.
fn is_capitalised(word: &[u8]) -> bool {
    let small = |b: &u8| b.is_ascii_lowercase() || *b >= 0x80 || matches!(b, b'\'' | b'-' | b'.');
    match word {
        [first, rest @ ..] if first.is_ascii_uppercase() || *first >= 0x80 => {
            rest.iter().all(|b| small(b) || b.is_ascii_uppercase()) && (rest.is_empty() || rest.iter().any(small))
        }
        [digit, letters @ ..] => {
            digit.is_ascii_digit() && letters.len() == 2 && letters.iter().all(u8::is_ascii_uppercase)
        }
        [] => false,
    }
}

/// `555-1234`
fn is_in_groups(word: &[u8]) -> bool {
    const LONGEST: usize = 9;
    word.len() <= LONGEST
        && word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|b| b.is_ascii_digit() || *b == b'-')
        && word.iter().filter(|b| **b == b'-').count() == 1
}

/// Where the string ends behind what begins at `start` and is not the value, but its type: `password: &str = "x"`, `= Some("x")`, or
/// PHP's `string(1) "x"`.
pub(super) fn end_behind_type(text: &[u8], start: usize) -> Option<usize> {
    let rest = &text[start..];
    let mut len = 0;
    for word in [&b"&"[..], b"'static ", b"mut "] {
        len += if rest[len..].starts_with(word) { word.len() } else { 0 };
    }
    let is_type = |at: &usize| match rest[*at] {
        b'&' => rest[..*at].ends_with(b"<"),
        b => b.is_ascii_alphanumeric() || b"_:<>[]".contains(&b),
    };
    len += (len..rest.len().min(LONGEST_KEY)).take_while(is_type).count();
    let behind = skip_blanks(text, start + len);
    let start = match text.get(behind) {
        Some(b'=') if len > 0 => skip_blanks(text, behind + 1),
        Some(b'(') if rest.starts_with(b"string(") => {
            skip_blanks(text, behind + text[behind..].iter().position(|b| *b == b')')? + 1)
        }
        _ => return None,
    };
    let (value, quoted) = extent(text, start, Extent::Value);
    let closing = text[value.end..].iter().take_while(|b| matches!(b, b'\\' | b'"' | b'\'')).count();
    match quoted {
        true if value.start > start => Some(value.end + closing.min(value.start - start)),
        _ => text[value.clone()].starts_with(b"Some(\"").then_some(value.end),
    }
}

/// A quote in a string of a shell in quotes: the string ends, has one of its own, and goes on.
const QUOTES_OF_SHELL: [&[u8]; 2] = [b"'\\''", b"'\"'\"'"];

/// Where the argument of a shell ends in which a header stands, behind which only an address follows: `-H 'Cookie: a=b' https://example.com`.
/// `None` if the key does not begin one, or something else follows: that may be a secret as well.
pub(super) fn end_of_argument(text: &[u8], key: &Range<usize>, start: usize) -> Option<usize> {
    const OPTIONS: [&[u8]; 3] = [b"-H '", b"--header '", b"--header='"];
    if !OPTIONS.iter().any(|option| text[..key.start].ends_with(option)) {
        return None;
    }
    let mut at = start;
    loop {
        at += memchr::memchr(b'\'', &text[at..])?;
        match QUOTES_OF_SHELL.iter().find(|quote| text[at..].starts_with(quote)) {
            Some(quote) => at += quote.len(),
            None if !backslashes_before(text, at).is_multiple_of(2) => at += 1,
            None => return is_address_alone(&text[at + 1..]).then_some(at),
        }
    }
}

/// Whether nothing is left of a line but the address of a page, without a user or a query.
fn is_address_alone(rest: &[u8]) -> bool {
    /// The longest that is read.
    const LONGEST: usize = 256;
    let end = rest.iter().take(LONGEST).position(|b| matches!(b, b'\n' | b'\r'));
    let rest = rest[..end.unwrap_or(rest.len())].trim_ascii_end();
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'/' | b'.' | b'-' | b'_' | b'~');
    rest.is_empty() || rest.len() <= LONGEST && rest.starts_with(b" http") && rest[1..].iter().all(is_plain)
}

/// Where a value in quotes ends that goes on behind them: with a quote of its own, as shells write it (`'ab'\''cd'`), or with what it is
/// changed to (`"a" -> "b"`), or the end of a range (`"a".."b"`).
pub(super) fn end_behind_more(text: &[u8], value: Range<usize>) -> usize {
    const ARROWS: [&[u8]; 4] = [b" -> ", b" => ", b"..=", b".."];
    let mut end = value.end;
    if text[..value.start].ends_with(b"'") {
        while let Some(quote) = QUOTES_OF_SHELL.iter().find(|quote| text[end..].starts_with(quote)) {
            let from = end + quote.len();
            end = memchr::memchr(b'\'', &text[from..]).map_or(text.len(), |len| from + len);
        }
    }
    let closing = text[end..].iter().take(MOST_ESCAPES).take_while(|b| matches!(b, b'\\' | b'"' | b'\'')).count();
    let arrow = ARROWS.iter().find(|arrow| text[end + closing..].starts_with(arrow));
    let Some(start) = arrow.map(|arrow| end + closing + arrow.len()) else { return end };
    // Without a quote there is nothing to read, however long it were.
    let mut next = text[start..].iter().take(MOST_ESCAPES).skip_while(|b| matches!(b, b'\\' | b'b' | b'r' | b'u'));
    if !matches!(next.next(), Some(b'"' | b'\'' | b'`')) {
        return end;
    }
    match extent(text, start, Extent::Value) {
        (next, true) => next.end,
        _ => end,
    }
}

/// The value that an error quotes behind its key: `password: invalid type: string "x", expected u32` of `serde`, `unknown variant `, and of `validator`
/// `password: Validation error: length [{"value": String("x")}]`.
pub(super) fn quoted_by_error(text: &[u8], start: usize) -> Option<Range<usize>> {
    const ERRORS: [&[u8]; 4] = [b"invalid ", b"unknown ", b"wrong ", b"Validation error: "];
    /// The most that an error says before it quotes.
    const LONGEST: usize = 64;
    let rest = &text[start..];
    let error = ERRORS.iter().find(|error| rest.starts_with(error))?;
    let said = rest[error.len()..].iter().take(LONGEST);
    let said = said.take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b':' | b'_')).count();
    let value = start + error.len() + said;
    // What is wrong is the value itself.
    if *error == b"wrong " && said > 0 {
        return None;
    }
    let quote = value + text[value..].iter().take(MOST_ESCAPES).take_while(|b| **b == b'\\').count();
    let begins = matches!(text.get(quote), Some(b'"' | b'\'' | b'`' | b'[')) && text[value - 1] == b' ';
    begins.then(|| extent(text, value, Extent::Value).0)
}

/// How long the letters are that languages put right before a quote: `b"…"`, `r'…'`, `N'…'`, `$'…'`; 0 without a quote.
fn string_prefix(text: &[u8], start: usize) -> usize {
    let is_prefix =
        |b: &&u8| matches!(b, b'b' | b'B' | b'c' | b'r' | b'R' | b'u' | b'U' | b'f' | b'L' | b'N' | b'E' | b'$' | b'@');
    let len = text[start..].iter().take(2).take_while(is_prefix).count();
    let mut after = text[start + len..].iter().take(MOST_ESCAPES).skip_while(|&&b| b == b'\\');
    if matches!(after.next(), Some(b'"' | b'\'')) { len } else { 0 }
}

/// The value in quotes that begin at `opening`, each after so many backslashes: one quote, three (Python, TOML, Kotlin), or
/// two, as CSV writes a quote inside quotes.
fn quoted(text: &[u8], opening: usize, escapes: usize) -> Range<usize> {
    let quote = &text[opening..opening + escapes + 1];
    let quotes = text[opening..].chunks(quote.len()).take(4).take_while(|piece| *piece == quote).count();
    let from = opening + quotes * quote.len();
    let until = |close: &[u8]| from + memchr::memmem::find(&text[from..], close).unwrap_or(text.len() - from);
    match quotes {
        1 => from..whole_string_end(text, from, quote[escapes], escapes),
        2 if text.get(from).is_some_and(u8::is_ascii_alphanumeric) => from..until(&quote.repeat(2)),
        3 => from..until(&quote.repeat(3)),
        _ => from..from,
    }
}

/// The value in quotes that are typographic, if there are such at `start`.
fn curly_quoted(text: &[u8], start: usize) -> Option<Range<usize>> {
    const QUOTES: [(&str, &str); 4] = [("“", "”"), ("‘", "’"), ("„", "“"), ("«", "»")];
    let (open, close) = QUOTES.iter().find(|(open, _)| text[start..].starts_with(open.as_bytes()))?;
    let from = start + open.len();
    let len = memchr::memmem::find(&text[from..], close.as_bytes());
    Some(from..len.map_or(text.len(), |len| from + len))
}

/// Where the string that was opened by a quote behind so many backslashes closes: the end of its characters, and the quote.
///
/// Each level of strings inside strings doubles the backslashes before a quote and adds one: a quote of level 1 is `\"`, of
/// level 2 `\\\"`. So an even number of backslashes before a quote closes the outermost string; an odd number, halved, asks
/// the same one level further in. What closes an outer string closes all inside it.
fn closing_quote(text: &[u8], from: usize, quote: u8, escapes: usize) -> (usize, usize) {
    let own_level = (escapes + 1).next_power_of_two().trailing_zeros();
    let mut at = from;
    while let Some(found) = memchr::memchr(quote, &text[at..]) {
        let end = at + found;
        // SQL doubles a quote inside quotes: `'it''s'`.
        let doubled = quote == b'\''
            && text.get(end + 1) == Some(&quote)
            && text.get(end + 2).is_some_and(|&b| b.is_ascii_alphanumeric());
        if doubled {
            at = end + 2;
            continue;
        }
        let mut backslashes = backslashes_before(text, end).min(end - from);
        for level in 0..=own_level {
            if backslashes.is_multiple_of(2) {
                let of_the_quote = (1usize << level) - 1;
                return (end.saturating_sub(of_the_quote).max(from), end);
            }
            backslashes /= 2;
        }
        at = end + 1;
    }
    (text.len(), text.len())
}

/// Where a string ends, if what closes it is not the quote of a word in it, as in text that somebody put together by hand: `"ab"cd"`, `'it's x'`.
/// Then another one closes it, in the same line.
fn whole_string_end(text: &[u8], from: usize, quote: u8, escapes: usize) -> usize {
    let goes_on = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let (end, at) = closing_quote(text, from, quote, escapes);
    // Of what stands in other strings, nobody knows.
    if escapes > 0 || !goes_on(at + 1) {
        return end;
    }
    let line = text[at + 1..].iter().take(LONGEST_KEY).position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(LONGEST_KEY);
    let line = &text[..text.len().min(at + 1 + line)];
    let next = memchr::memchr(quote, &line[at + 1..]).map(|behind| at + 1 + behind);
    next.filter(|next| !goes_on(next + 1) && text[next - 1].is_ascii_alphanumeric()).unwrap_or(end)
}

/// The end of a bracketed value, brackets included; without one, the end of the text.
fn group_end(text: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    let mut apostrophes = true;
    while at < text.len() {
        match text[at] {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                let escapes = backslashes_before(text, at).min(at - start);
                at = closing_quote(text, at + 1, b'"', escapes).1;
            }
            // A string of Python, a `char`; not the apostrophe in a word.
            b'\'' if apostrophes && text[start..at].last().is_some_and(|b| !b.is_ascii_alphanumeric()) => {
                match closing_quote(text, at + 1, b'\'', 0).1 {
                    end if end < text.len() => at = end,
                    _ => apostrophes = false,
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Where the value of a type ends that begins at `start`, as `{:#?}` prints it, over several lines: `Some(`, `Bearer {`. In a line, whoever sends a
/// header may write such a thing, and what follows is part of that.
fn value_of_type(text: &[u8], start: usize) -> Option<usize> {
    const BREAKS: [&[u8]; 2] = [b"\n", b"\\n"];
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
    let len = text[start..].iter().take(LONGEST_KEY).take_while(is_name).count();
    let open = start + len + usize::from(text[start + len..].starts_with(b" {"));
    let ends_line = BREAKS.iter().find(|ends| text[(open + 1).min(text.len())..].starts_with(ends))?;
    let is_open = len > 0 && matches!(text.get(open), Some(b'(' | b'{'));
    let end = is_open.then(|| group_end(text, open))?;
    let behind = text[end..].strip_prefix(b",").unwrap_or(&text[end..]);
    (behind.is_empty() || behind.starts_with(ends_line)).then_some(end)
}

fn line_end(text: &[u8], start: usize) -> usize {
    if let Some(end) = value_of_type(text, start) {
        return end;
    }
    let mut at = start;
    while at < text.len() {
        let escapes = text[at..].iter().take_while(|&&b| b == b'\\').count();
        let first = text.get(at + escapes);
        let may_fold = matches!(first, Some(b'\n' | b'\r' | b'n')) || escapes > 0 && first == Some(&b'r');
        if may_fold && let Some(next) = folded(text, at) {
            at = next;
            continue;
        }
        match first {
            Some(b' ') if is_next_pair(text, start, at) => break,
            // A string in the value (`Digest username="…", response="…"`, `a={"b":1}; c=2`), not the end of what holds it.
            Some(b'"') if opens_string(text, start, at, at + escapes) => {
                let quote = at + escapes;
                at = text.len().min(closing_quote(text, quote + 1, b'"', escapes).1 + 1);
            }
            // The blanks before another string are none of the value.
            Some(b'"') => return start + text[start..at].trim_ascii_end().len(),
            Some(b'\n' | b'\r') => break,
            Some(b'n' | b'r') if escapes > 0 => break,
            _ => at += escapes + 1,
        }
    }
    at.min(text.len())
}

/// Whether a string opens with a quote behind backslashes that begin at `at`, in a value that begins at `start`.
fn opens_string(text: &[u8], start: usize, at: usize, quote: usize) -> bool {
    let Some(before) = text[start..at].last() else { return false };
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b'}' | b']' | b')' | b';' | b'\\' | b'"');
    // Behind a word, another part of the line: `cookie: - "GET / HTTP/1.1"`.
    let goes_on = || {
        let said = text[start..at].trim_ascii_end();
        said.len() == at - start || said.ends_with(b";") || is_scheme(said)
    };
    matches!(before, b'=' | b'(')
        || matches!(before, b' ' | b'[' | b'{' | b':' | b',') && !text.get(quote + 1).is_none_or(ends) && goes_on()
}

/// Whether a blank in a line of keys and values (`forwarded=192.0.2.1 status=200`, `cookie=- status=200`) stands before the next one. That is so
/// only behind one word that is no more than a number, an address or a state: all else may go on.
fn is_next_pair(text: &[u8], start: usize, blank: usize) -> bool {
    if start == 0 || text[start - 1] != b'=' {
        return false;
    }
    /// A number or an address.
    const LONGEST_SHORT: usize = 64;
    let (before, after) = (&text[start..blank], &text[blank + 1..]);
    let of_number = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b',' | b'-' | b'[' | b']');
    let is_short = before.len() <= LONGEST_SHORT && before.iter().all(of_number)
        || matches!(before, b"true" | b"false" | b"none" | b"null");
    let key = || after.iter().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
    is_short && matches!(key(), len if len > 0 && after.get(len) == Some(&b'='))
}

/// The end of a value without quotes. A blank ends it; a comma, a bracket and the like only where nothing of the value
/// can follow, for passwords hold such characters.
fn bare_end(text: &[u8], start: usize) -> usize {
    let mut at = word_end(text, start);
    // `Authorization: Bearer x`, `AWS4-HMAC-SHA256 Credential=…`: a scheme is not the value.
    if is_scheme(&text[start..at])
        && let Some(next) = folded(text, at).or((text.get(at) == Some(&b' ')).then(|| skip_blanks(text, at)))
    {
        at = word_end(text, next).max(at);
    }
    at
}

pub(super) fn is_scheme(word: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

/// Schemes of RFC 7617, 6750, 7616, 4559 and those in use beside them.
const SCHEMES: &[&str] =
    &["basic", "bearer", "digest", "negotiate", "token", "apikey", "api-key", "key", "hawk", "dpop", "hmac"];

fn word_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    // Whether all so far is the name of a type, and whether that has an open `<`.
    let (mut name, mut generic) = (true, false);
    // And whether it is that of a type in Go.
    let mut of_go = true;
    while at < text.len() {
        name &= is_name(&text[at.saturating_sub(1).max(start)..at]);
        of_go &= at == start || is_in_type_of_go(text[at - 1]);
        match text[at] {
            b if b.is_ascii_whitespace() => break,
            // What follows the bracket without a blank belongs to the value: it may be a password that holds brackets.
            b'(' | b'{' | b'[' if name => {
                name = false;
                at = group_end(text, at);
            }
            b'{' if of_go && at > start => at = group_end(text, at),
            b'>' if generic && name => at += 1,
            // A pointer of Go: `&{x true}`.
            b'&' if at == start && text[at + 1..].starts_with(b"{") => at += 1,
            b',' | b';' | b'&' | b'|' if ends_item(text, at + 1) => break,
            b')' | b']' | b'}' | b'"' | b'\'' | b'`' | b'>' if closes(text, at + 1) => break,
            b'\\' if matches!(text.get(at + 1), Some(b'"' | b'\'')) && closes(text, at + 2) => break,
            b'\\' if matches!(text.get(at + 1), Some(b'n' | b'r')) && ends_item(text, at + 2) => break,
            b'<' if matches!(text.get(at + 1), Some(b'/' | b'!')) => break,
            b => {
                generic |= b == b'<';
                at += 1;
            }
        }
    }
    // `Secret { inner: "x" }`, `secrecy::SecretBox<str> { … }`
    let names_a_type = text[start..at].first().is_some_and(u8::is_ascii_uppercase) || text[start..at].contains(&b':');
    // `Array [String("x")]`, as `serde_json` and others print lists.
    let is_list = text[at..].starts_with(b" [") && matches!(&text[start..at], b"Array" | b"Set" | b"List");
    if is_list || text[at..].starts_with(b" {") && names_a_type && is_name(&text[start..at]) {
        return group_end(text, at + 1);
    }
    at
}

/// `Some`, `Secret`, `my::Type`: what stands before the bracket of a `Debug` value.
fn is_name(text: &[u8]) -> bool {
    text.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'<' | b'>' | b'&'))
}

/// `[]string`, `map[string]string`, `sql.NullString`, `&`: what stands before the brace of a value in Go.
fn is_in_type_of_go(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'[' | b']' | b'.' | b'_' | b'*' | b'&')
}

/// After a comma: whether another item, or nothing, follows.
fn ends_item(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        None | Some(b'"' | b'\'' | b'{' | b'[' | b'}' | b']' | b')' | b'\\' | b',' | b';' | b'&') => true,
        Some(b) if b.is_ascii_whitespace() => true,
        Some(_) => {
            let len = text[at..].iter().take(LONGEST_KEY).take_while(|b| is_key_byte(**b)).count();
            len > 0 && matches!(text.get(at + len), Some(b'=' | b':'))
        }
    }
}

/// After a closing bracket or quote: whether the value is over.
fn closes(text: &[u8], at: usize) -> bool {
    const MOST: usize = 16;
    let is_closing = |b: &u8| matches!(b, b')' | b']' | b'}' | b'"' | b'\'' | b'`');
    let more = text[at..].iter().take(MOST).take_while(|b| is_closing(b)).count();
    let ends = |b: Option<&u8>| {
        b.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'&' | b'>' | b'\\' | b'<'))
    };
    match text.get(at + more) {
        // The end of a sentence, or the place in a file: `(token=x):`.
        Some(b'.' | b':') => ends(text.get(at + more + 1)) || text.get(at + more + 1).is_some_and(is_closing),
        after => more == MOST || ends(after),
    }
}
