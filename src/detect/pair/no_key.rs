//! What ends as a key does, and is the name of something else: `auth::token: refreshed`, `/run/secrets/password: 404`.

use std::ops::Range;

use super::LONGEST_KEY;

/// The longest path or ARN before a key that is looked at, in bytes.
const LONGEST_PATH: usize = 160;

/// Whether what stands at `key`, before the separator at `at`, is no key.
pub(super) fn is_no_key(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    is_of_parser(text, key, at) || text[at] == b':' && (is_logger(text, key, at) || is_end_of_path(text, key, at))
}

/// Whether a `token` is a piece of a text that a parser or a model reads: `unexpected token: let`, `BOS token = 1 '<s>'`.
fn is_of_parser(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const PARSERS: &[&[u8]] =
        &[b"unexpected", b"lookahead", b"next", b"last", b"previous", b"current", b"per", b"fencing"];
    /// Of models of language.
    const MARKS: &[&[u8]] = &[
        b"bos", b"eos", b"eot", b"eom", b"eog", b"pad", b"unk", b"sep", b"cls", b"mask", b"lf", b"pre", b"suf", b"mid",
    ];
    /// The digits of the largest vocabularies.
    const MOST_DIGITS: usize = 7;
    if !text[key.clone()].eq_ignore_ascii_case(b"token") {
        return false;
    }
    let before = text[..key.start].trim_ascii_end();
    let len = before.iter().rev().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
    let is_one_of = |words: &[&[u8]]| words.iter().any(|word| before[before.len() - len..].eq_ignore_ascii_case(word));
    let rest = text[at + 1..].trim_ascii_start();
    let piece = &rest[..rest.iter().take(LONGEST_KEY).take_while(|b| !b.is_ascii_whitespace()).count()];
    let has_digit = piece.iter().any(u8::is_ascii_digit);
    let is_number = piece.len() <= MOST_DIGITS && piece.iter().all(u8::is_ascii_digit);
    let follows = text[at + 1..].starts_with(b" ");
    follows && (is_one_of(MARKS) && (!has_digit || is_number) || text[at] == b':' && !has_digit && is_one_of(PARSERS))
}

/// Whether it ends the name of a logger, of which the message follows: `INFO auth::token: refreshed`, Python's `INFO:app.token:refreshed`,
/// `--- [main] c.e.Token : refreshed`.
fn is_logger(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const LEVELS: [&[u8]; 5] = [b"DEBUG:", b"INFO:", b"WARNING:", b"ERROR:", b"CRITICAL:"];
    let before = &text[..key.start];
    let begins = |behind: &[u8]| text[at + 1..].starts_with(behind) && is_word(&text[at + 1 + behind.len()..]);
    let is_class = |name: &[u8]| {
        let last = memchr::memrchr(b'.', name).and_then(|dot| name.get(dot + 1));
        last.is_some_and(u8::is_ascii_uppercase)
    };
    before.ends_with(b"::") && begins(b" ")
        || LEVELS.iter().any(|level| before.ends_with(level)) && begins(b"")
        || before.ends_with(b"] ") && text[..at].ends_with(b" ") && is_class(&text[key.clone()]) && begins(b" ")
}

/// Whether a word of letters begins `text`, and no value: `refreshed`, `Found`.
fn is_word(text: &[u8]) -> bool {
    const SHORTEST: usize = 2;
    let len = text.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
    let behind = text[len..].strip_prefix(b":").or(text[len..].strip_prefix(b",")).unwrap_or(&text[len..]);
    len >= SHORTEST && behind.first().is_none_or(u8::is_ascii_whitespace)
}

/// Whether it ends a path or an ARN that goes on behind the colon: `POST /v1/token: 200`, `acme/token:v1.2.3`,
/// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:app`, `checksum/secret: 01ba…`.
fn is_end_of_path(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const STATUS: usize = 3;
    let from = key.start.saturating_sub(LONGEST_PATH);
    let before = &text[from..key.start];
    let behind = &text[at + 1..];
    let is_end =
        |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b')' | b'"' | b'\''));
    if before.ends_with(b"/") {
        let digits = |text: &[u8]| text.iter().take(STATUS + 1).take_while(|b| b.is_ascii_digit()).count();
        let is_status =
            behind.strip_prefix(b" ").is_some_and(|rest| digits(rest) == STATUS && is_end(rest.get(STATUS)));
        let tag = behind.strip_prefix(b"v").unwrap_or(behind);
        let version = tag.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let is_version = tag[..version].contains(&b'.') && is_end(tag.get(version));
        let is_latest = behind.strip_prefix(b"latest").is_some_and(|rest| is_end(rest.first()));
        return is_status || is_version || is_latest || before.ends_with(b"checksum/");
    }
    if !before.ends_with(b":") {
        return false;
    }
    let is_outside =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'=' | b'(' | b'[' | b',' | b'\\' | b'`');
    let start = before.iter().rposition(is_outside).map_or(0, |outside| outside + 1);
    (from == 0 || start > 0) && before[start..].starts_with(b"arn:")
}

/// Whether `name[7]:` is the tag of a program in syslog, of which the message follows: `passwd[99]: password changed`.
pub(super) fn is_syslog_tag(text: &[u8], index: &Range<usize>, at: usize) -> bool {
    const FEWEST_DIGITS: usize = 2;
    let digits = &text[index.clone()];
    let Some(rest) = text[index.end..at].eq(b"]").then(|| text[at..].strip_prefix(b": ")).flatten() else {
        return false;
    };
    let word = rest.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
    digits.len() >= FEWEST_DIGITS
        && digits.iter().all(u8::is_ascii_digit)
        && is_word(rest)
        && rest[word..].strip_prefix(b" ").is_some_and(is_word)
}
