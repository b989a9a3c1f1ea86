//! What ends as a key does, and is the name of something else: `auth::token: refreshed`, `/run/secrets/password: 404`.

mod tracing;

use std::ops::Range;

use self::tracing::{is_behind_level, is_span, is_target};
use super::extent::{is_scheme, quoted_by_error};
use super::no_value::{fallback, says_state};
use super::{LONGEST_KEY, Reading};
use crate::rules::Extent;

/// The longest path or ARN before a key that is looked at, in bytes.
const LONGEST_PATH: usize = 160;

/// Whether what stands at `key`, before the separator at `at`, is no key.
pub(super) fn is_no_key(text: &[u8], key: &Range<usize>, at: usize, reading: Reading) -> bool {
    // What goes on to the end of a line is no message that begins with a word.
    let may_be_logger = text[at] == b':' && reading.extent == Extent::Value;
    is_of_parser(text, key, at)
        || may_be_logger && (is_span(text, key, at) || is_target(text, key, at) || is_type_of_go(text, key, at))
        || may_be_logger && is_logger(text, key, at)
        || text[at] == b':' && is_end_of_path(text, key, at)
}

/// The name of a type in Go, as Kubernetes prints it: `failed to list *v1.Secret: secrets is forbidden`.
fn is_type_of_go(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const SAID: [&[u8]; 6] = [b" secrets ", b" failed ", b" Get ", b" the server ", b" an error ", b" unknown "];
    let name = &text[key.clone()];
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let Some(version) = name.strip_prefix(b"v") else { return false };
    let number = digits(version);
    let rest = &version[number..];
    let stage = [&b"alpha"[..], b"beta"].iter().find_map(|stage| rest.strip_prefix(*stage));
    let rest = stage.map_or(rest, |rest| &rest[digits(rest)..]);
    number > 0
        && matches!(rest, [b'.', b'A'..=b'Z', ..])
        && text[..key.start].ends_with(b" *")
        && SAID.iter().any(|said| text[at + 1..].starts_with(said))
}

/// Whether a `token` is a piece of a text that a parser or a model reads: `unexpected token: let`, `BOS token = 1 '<s>'`.
fn is_of_parser(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const PARSERS: &[&[u8]] = &[b"unexpected", b"lookahead", b"bos", b"eos", b"pad"];
    /// Marks of models of language, and how they are shown.
    const MARKS: &[&[u8]] = &[
        b"BOS", b"EOS", b"EOT", b"EOM", b"EOG", b"PAD", b"UNK", b"SEP", b"CLS", b"MASK", b"LF", b"NL", b"PRE", b"SUF",
        b"MID",
    ];
    const MARKED: &[&[u8]] =
        &[b" '<|", b" '<s>'", b" '</s>'", b" '<0x", b" '<unk>'", b" '<pad>'", b" '<bos>'", b" '<eos>'"];
    /// The digits of the largest vocabularies.
    const MOST_DIGITS: usize = 7;
    if !text[key.clone()].eq_ignore_ascii_case(b"token") || text.get(at + 1) != Some(&b' ') {
        return false;
    }
    let before = text[..key.start].trim_ascii_end();
    let len = before.iter().rev().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &before[before.len() - len..];
    let rest = text[at + 1..].trim_ascii_start();
    let piece = &rest[..rest.iter().take(LONGEST_KEY).take_while(|b| !b.is_ascii_whitespace()).count()];
    let is_of_model = || {
        let is_number = piece.len() <= MOST_DIGITS && piece.iter().all(u8::is_ascii_digit);
        MARKS.contains(&word) && is_number && MARKED.iter().any(|mark| rest[piece.len()..].starts_with(mark))
    };
    let is_parsed =
        || PARSERS.iter().any(|one| word.eq_ignore_ascii_case(one)) && !piece.iter().any(u8::is_ascii_digit);
    text[at] == b':' && is_parsed() || is_of_model()
}

/// Whether it ends the name of a logger, of which the message follows: `INFO auth::token: refreshed`, Python's `INFO:app.token:refreshed`,
/// `--- [main] c.e.Token : refreshed`.
fn is_logger(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const LEVELS_OF_PYTHON: [&[u8]; 5] = [b"DEBUG:", b"INFO:", b"WARNING:", b"ERROR:", b"CRITICAL:"];
    let before = &text[..key.start];
    let says = |behind: &[u8]| text[at + 1..].starts_with(behind) && is_message(text, at + 1 + behind.len());
    let is_class = |name: &[u8]| {
        let last = memchr::memrchr(b'.', name).and_then(|dot| name.get(dot + 1));
        last.is_some_and(u8::is_ascii_uppercase)
    };
    before.ends_with(b"::") && is_behind_level(before) && says(b" ")
        || LEVELS_OF_PYTHON.iter().any(|level| before.ends_with(level)) && says(b"")
        || before.ends_with(b"] ") && text[..at].ends_with(b" ") && is_class(&text[key.clone()]) && says(b" ")
}

/// Whether a sentence begins at `start` with a word about a value. (Any other may be a password.)
fn is_message(text: &[u8], start: usize) -> bool {
    let rest = &text[start..];
    let word = |text: &[u8]| text.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphabetic()).count();
    let ends = |b: Option<&u8>| b.is_none_or(u8::is_ascii_whitespace);
    let first = &rest[..word(rest)];
    let behind = &rest[first.len()..];
    let behind = behind.strip_prefix(b":").or_else(|| behind.strip_prefix(b",")).unwrap_or(behind);
    let has_value = || quoted_by_error(text, start).is_some() || fallback(text, start + first.len()).is_some();
    if first.is_empty() || !ends(behind.first()) || is_scheme(first) || has_value() {
        return false;
    }
    let second = behind.get(1..).unwrap_or_default();
    says_state(first) && second.first().is_none_or(|b| b.is_ascii_alphanumeric() || *b == b'(')
}

/// Whether it ends a path or an ARN that goes on behind the colon: `POST /v1/token: 200`, `acme/token:v1.2.3`,
/// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:app`, `checksum/secret: 01ba…`.
fn is_end_of_path(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const METHODS: [&[u8]; 7] = [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS"];
    const SHORTEST_DIGEST: usize = 32;
    let from = key.start.saturating_sub(LONGEST_PATH);
    let before = &text[from..key.start];
    if !before.ends_with(b"/") && !before.ends_with(b":") {
        return false;
    }
    let is_outside =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'=' | b'(' | b'[' | b',' | b'\\' | b'`');
    let start = before.iter().rposition(is_outside).map_or(0, |outside| outside + 1);
    let path = &before[start..];
    let behind = &text[at + 1..];
    let name = &text[key.clone()];
    if path.ends_with(b":") {
        return (from == 0 || start > 0)
            && name == b"secret"
            && path.starts_with(b"arn:aws")
            && memchr::memmem::find(path, b":secretsmanager:").is_some()
            && behind.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'/');
    }
    let names_thing = [&b"token"[..], b"tokens", b"secret", b"secrets"].contains(&name);
    let is_end =
        |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b')' | b'"' | b'\''));
    let is_requested = memchr::memmem::find(path, b"://").is_some()
        || METHODS.iter().any(|method| before[..start].trim_ascii_end().ends_with(method));
    let is_status = matches!(behind, [b' ', b'1'..=b'5', a, b, rest @ ..]
        if a.is_ascii_digit() && b.is_ascii_digit() && is_end(rest.first()));
    // `v1.2`, `1.2.3`
    let tag = behind.strip_prefix(b"v").unwrap_or(behind);
    let version = tag.iter().take(LONGEST_KEY).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let dots = memchr::memchr_iter(b'.', &tag[..version]).count() + usize::from(tag.len() < behind.len());
    let is_short = |part: &[u8]| (1..=3).contains(&part.len());
    let is_version = dots >= 2 && tag[..version].split(|b| *b == b'.').all(is_short) && is_end(tag.get(version));
    let is_latest = behind.strip_prefix(b"latest").is_some_and(|rest| is_end(rest.first()));
    let digest = || behind.trim_ascii_start().iter().take_while(|b| b.is_ascii_hexdigit()).count();
    names_thing && (is_requested && is_status || is_version || is_latest)
        || path.ends_with(b"checksum/") && digest() >= SHORTEST_DIGEST
}

/// Whether `passwd[7]:` is the tag of a program in syslog, of which the message follows: `passwd[99]: password changed for jo`.
pub(super) fn is_syslog_tag(text: &[u8], index: &Range<usize>, at: usize) -> bool {
    const SAID: [&[u8]; 5] = [b"password changed ", b"password for ", b"pam_unix(", b"User ", b"Added user"];
    const FEWEST_DIGITS: usize = 2;
    const PROGRAMS: [&[u8]; 4] = [b"passwd", b"chpasswd", b"gpasswd", b"smbpasswd"];
    let (name, digits) = (&text[..index.start.saturating_sub(1)], &text[index.clone()]);
    let is_program = PROGRAMS
        .iter()
        .any(|program| name.strip_suffix(*program).is_some_and(|before| before.last().is_none_or(|b| *b == b' ')));
    let is_process = digits.len() >= FEWEST_DIGITS && digits.iter().all(u8::is_ascii_digit);
    let message = text[index.end..].strip_prefix(b"]: ").filter(|_| index.end + 1 == at);
    is_program && is_process && message.is_some_and(|message| SAID.iter().any(|said| message.starts_with(said)))
}
