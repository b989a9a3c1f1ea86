//! What stands where a value would, and is none: a state (`token: expired`), a type, what a program says of a file, the place of a
//! value that stands elsewhere (`password = :password`), a directory (`PWD=/srv/app`).

mod cause;
mod command;
mod place;

use std::ops::Range;

use super::Keys;
use crate::detect::masked::is_masked;
use crate::rules::Extent;

use self::cause::is_cause;
use self::command::is_command;
pub(super) use self::place::fallback;
use self::place::{is_directory, is_known_path, is_place, is_reference, is_variable};

/// Words that say of a value how it is, or begin a sentence about it.
const STATES: &[&[u8]] = &[
    b"true",
    b"false",
    b"yes",
    b"no",
    b"none",
    b"null",
    b"missing",
    b"invalid",
    b"expired",
    b"required",
    b"empty",
    b"unset",
    b"ok",
    b"failed",
    b"denied",
    b"granted",
    b"enabled",
    b"disabled",
    b"present",
    b"absent",
    b"string",
    b"valid",
    b"revoked",
    b"optional",
    b"incorrect",
    b"wrong",
    b"unknown",
    b"unchanged",
    b"mismatch",
    b"n/a",
    b"must",
    b"is",
    b"was",
    b"has",
    b"cannot",
    b"should",
    b"rejected",
];

/// What PAM is asked for: `passwd:chauthtok`, `gdm-password:session`.
const SERVICES_OF_PAM: &[&[u8]] = &[b"chauthtok", b"auth", b"session", b"account"];

/// What is said in place of a value that goes on to the end of its line.
const SAID_OF_LINES: &[&[u8]] = &[b"not present", b"not set", b"not found", b"is missing", b"is required"];

/// More of them, which may be values where no sentence is: behind a colon and a blank only.
const STATES_IN_PROSE: &[&[u8]] = &[
    b"not",
    b"found",
    b"loaded",
    b"loading",
    b"refreshed",
    b"refreshing",
    b"rotated",
    b"rotating",
    b"renewed",
    b"created",
    b"updated",
    b"deleted",
    b"removed",
    b"issued",
    b"cached",
    b"skipped",
    b"skipping",
    b"ignored",
    b"ignoring",
    b"changed",
    b"reset",
    b"set",
    b"configured",
    b"provided",
    b"using",
    b"verified",
    b"accepted",
    b"generated",
    b"received",
    b"unauthorized",
    b"forbidden",
    b"hidden",
    b"masked",
    b"omitted",
    b"sent",
    b"never",
    b"could",
    b"unable",
    b"error",
    b"timeout",
    b"unavailable",
    b"unauthenticated",
    b"unreachable",
    b"canceled",
    b"cancelled",
    b"aborted",
];

/// What stands behind an option in a sentence: `Using --password via the CLI is insecure`, `--token requires a value`.
const BEHIND_AN_OPTION: &[&[u8]] = &[
    b"via",
    b"requires",
    b"flag",
    b"option",
    b"argument",
    b"parameter",
    b"or",
    b"and",
    b"instead",
    b"needs",
    b"takes",
    b"on",
    b"to",
];

/// What programs say behind the name of a thing, which may end as a key does.
const SAID: &[&[u8]] = &[
    // Terraform.
    b"(known after apply)",
    b"(sensitive value)",
    b"(sensitive)",
    b"Creating...",
    b"Destroying...",
    b"Modifying...",
    b"Reading...",
    b"Refreshing state...",
    b"Still creating...",
    b"Still destroying...",
    b"Still modifying...",
    b"Still reading...",
    b"Creation complete after ",
    b"Destruction complete after ",
    b"Modifications complete after ",
    b"Read complete after ",
    // kubectl.
    b"<set to the key '",
    // The errors of systems (POSIX `strerror`).
    b"Permission denied",
    b"No such file or directory",
    b"Is a directory",
    b"Not a directory",
    b"File exists",
    b"Operation not permitted",
    b"Input/output error",
    b"Read-only file system",
    b"Connection refused",
    b"Connection reset",
    b"Connection timed out",
];

/// The types of languages and schemas, as they stand behind the name of a field.
const TYPES: &[&[u8]] = &[
    b"str",
    b"&str",
    b"&'static",
    b"String",
    b"String!",
    b"ID!",
    b"Box<str>",
    b"Arc<str>",
    b"Option<String>",
    b"Option<&str>",
    b"Optional[str]",
    b"SecretString",
    b"Option<SecretString>",
    b"Vec<u8>",
    b"bool",
    b"boolean",
    b"bytes",
    b"int",
    b"i32",
    b"i64",
    b"u8",
    b"u16",
    b"u32",
    b"u64",
    b"usize",
    b"f64",
    b"float",
    b"number",
    b"any",
    b"object",
];

/// Whether what stands at `value`, without quotes, is no value of what stands at `key`.
pub(super) fn is_no_value(
    text: &[u8],
    key: &Range<usize>,
    value: &Range<usize>,
    extent: Extent,
    keys: &Keys<'_>,
) -> bool {
    let (name, found) = (&text[key.clone()], &text[value.clone()]);
    let is_shell_directory = || [&b"pwd"[..], b"oldpwd"].iter().any(|shell| name.eq_ignore_ascii_case(shell));
    // Of people one may be called `Null`.
    extent != Extent::Words && is_state(text, key, value, extent)
        || is_said(text, value, extent)
        || extent == Extent::Value && is_cause(text, key, value)
        || extent == Extent::Line && is_cookie_of_flow(text, key, value)
        || is_command(text, key, value)
        || extent == Extent::Value && (is_size(text, value) || is_of_event_loop(&text[value.start..]))
        || is_empty_default(text, key, found)
        || is_masked_userinfo(text, key, found)
        || is_metric(text, key, value)
        || is_place(name, found, keys)
        || is_reference(found)
        || is_known_path(found)
        || is_directory(found) && is_shell_directory()
        || is_ratio(name, found)
        || is_sensitive_header(text, value)
        || is_hardware_pin(name, found) && !goes_on_in_digits(&text[value.end..])
}

/// Whether a program says something else there, and nothing follows that may be a value.
fn is_said(text: &[u8], value: &Range<usize>, extent: Extent) -> bool {
    let rest = &text[value.start..];
    let ends = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'\\' | b'"' | b')'));
    SAID.iter().any(|said| {
        rest.strip_prefix(*said).is_some_and(|behind| match said.last() {
            // A number of seconds follows, or the name of a key.
            Some(b' ') => behind.first().is_some_and(u8::is_ascii_digit),
            Some(b'\'') => extent == Extent::Value,
            _ => ends(behind.first()) && (extent == Extent::Value || value.len() == said.len()),
        })
    })
}

/// How far a camera or a sound is turned to a side, and no number of an account: `pan=0.5`.
fn is_ratio(name: &[u8], found: &[u8]) -> bool {
    const MOST_DIGITS: usize = 3;
    let number = found.strip_prefix(b"-").unwrap_or(found);
    let whole = number.iter().take_while(|b| b.is_ascii_digit()).count();
    let part = number[whole..].strip_prefix(b".");
    name.eq_ignore_ascii_case(b"pan")
        && (1..=MOST_DIGITS).contains(&whole)
        && part.map_or(number.len() == whole, |part| part.len() < MOST_DIGITS && part.iter().all(u8::is_ascii_digit))
}

/// How the `http` crate prints the value of a header that says so of itself: `{"authorization": Sensitive, "accept": "*/*"}`.
fn is_sensitive_header(text: &[u8], value: &Range<usize>) -> bool {
    &text[value.clone()] == b"Sensitive"
        && text[..value.start].ends_with(b"\": ")
        && matches!(text.get(value.end), Some(b',' | b'}'))
}

/// The cookie of a flow in Open vSwitch, a number: `cookie=0x0, duration=1204.5s, …`.
fn is_cookie_of_flow(text: &[u8], key: &Range<usize>, value: &Range<usize>) -> bool {
    const MOST_DIGITS: usize = 16;
    let Some(digits) = text[value.clone()].strip_prefix(b"0x") else { return false };
    let len = digits.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let duration = digits[len..].strip_prefix(b", duration=").unwrap_or_default();
    let seconds = duration.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    &text[key.clone()] == b"cookie"
        && text.get(key.end..value.start) == Some(b"=")
        && (1..=MOST_DIGITS).contains(&len)
        && duration[seconds..].starts_with(b"s, table=")
        && !digits.contains(&b';')
}

/// Whether a blank and a digit follow.
fn goes_on_in_digits(rest: &[u8]) -> bool {
    matches!(rest, [b' ', b'0'..=b'9', ..])
}

/// Whether it is a word about the value.
fn is_state(text: &[u8], key: &Range<usize>, value: &Range<usize>, extent: Extent) -> bool {
    let found = &text[value.clone()];
    let is_prose = text[..value.start].ends_with(b": ");
    // Behind `password: Optional[str] = "x"` the value stands.
    let is_type = !text[value.end..].trim_ascii_start().starts_with(b"=");
    let is_in = |words: &[&[u8]], word: &[u8]| words.iter().any(|state| word.eq_ignore_ascii_case(state));
    let is_state = |word: &[u8]| {
        // The end of a sentence, and of a field in a declaration.
        let word = word.strip_suffix(b".").or(word.strip_suffix(b",")).unwrap_or(word);
        is_in(STATES, word) || is_prose && (is_in(STATES_IN_PROSE, word) || is_type && TYPES.contains(&word))
    };
    // All the rest of the line may be a sentence.
    let may_be_sentence = extent == Extent::Line && is_prose && !found.iter().any(|b| b.is_ascii_digit() || *b == b'=');
    let is_sentence = may_be_sentence && SAID_OF_LINES.contains(&found);
    let is_of_pam = text[..value.start].ends_with(b":") && is_in(SERVICES_OF_PAM, found);
    let between = text.get(key.end..value.start).unwrap_or_default();
    let is_option = text[..key.start].ends_with(b"-") && !between.is_empty() && between.iter().all(|b| *b == b' ');
    // A sentence goes on.
    let goes_on = matches!(text[value.end..], [b' ', b'a'..=b'z', ..]) || matches!(found, b"or" | b"and");
    is_state(found) || is_sentence || is_of_pam || is_option && goes_on && is_in(BEHIND_AN_OPTION, found)
}

/// Whether a word is one about a value, where a sentence stands.
pub(super) fn says_state(word: &[u8]) -> bool {
    STATES.iter().chain(STATES_IN_PROSE).any(|state| word.eq_ignore_ascii_case(state))
}

/// `https://token:***@example.com`
fn is_masked_userinfo(text: &[u8], key: &Range<usize>, value: &[u8]) -> bool {
    let end = memchr::memchr(b'@', value).unwrap_or_default();
    let (mask, host) = (&value[..end], value.get(end + 1..).unwrap_or_default());
    let is_host = host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'/' | b'_'));
    let follows = text.get(key.end) == Some(&b':') && text[key.end + 1..].starts_with(value);
    text[..key.start].ends_with(b"//") && follows && mask.iter().all(|b| *b == b'*') && is_masked(mask) && is_host
}

/// `password:  16 bytes`, as `kubectl describe` prints it.
fn is_size(text: &[u8], value: &Range<usize>) -> bool {
    let behind = text[value.end..].strip_prefix(b" bytes");
    text[..value.start].ends_with(b":  ")
        && text[value.clone()].iter().all(u8::is_ascii_digit)
        && behind.is_some_and(|rest| rest.first().is_none_or(|b| matches!(b, b'\n' | b'\r' | b'\\')))
}

/// `Token(7), interests=READABLE`, as `mio` tells of what it watches.
fn is_of_event_loop(text: &[u8]) -> bool {
    let Some(number) = text.strip_prefix(b"Token(") else { return false };
    let digits = number.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && number[digits..].starts_with(b"), interests=")
}

/// `${PASSWORD:-}`: nothing, in case there is none.
fn is_empty_default(text: &[u8], key: &Range<usize>, value: &[u8]) -> bool {
    text[..key.start].ends_with(b"${") && matches!(value, b"-" | b"-}" | b"?" | b"?}")
}

/// `app.token:1|c`, `app.token:12.5|ms`: what StatsD has behind the name of a metric.
fn is_metric(text: &[u8], key: &Range<usize>, value: &Range<usize>) -> bool {
    const KINDS: [&[u8]; 4] = [b"c", b"g", b"ms", b"h"];
    let names_thing = [&b".token"[..], b".tokens", b".session"].iter().any(|end| text[key.clone()].ends_with(end));
    if !names_thing || !text[..value.start].ends_with(b":") {
        return false;
    }
    let value = &text[value.clone()];
    let Some(bar) = memchr::memchr(b'|', value) else { return false };
    let (number, kind) = (&value[..bar], &value[bar + 1..]);
    !number.is_empty() && number.iter().all(|b| b.is_ascii_digit() || *b == b'.') && KINDS.contains(&kind)
}

/// `LED_PIN = 2`, `Pin: GPIO4`: that of a chip. Those of people have at least four digits (ISO 9564-1).
fn is_hardware_pin(key: &[u8], value: &[u8]) -> bool {
    const MOST_DIGITS: usize = 2;
    let is_pin = key.len() >= 3 && key[key.len() - 3..].eq_ignore_ascii_case(b"pin");
    let is_of_card = key.len() > 4 && key[..4].eq_ignore_ascii_case(b"card");
    let digits = value.strip_prefix(b"GPIO").unwrap_or(value);
    is_pin && !is_of_card && (1..=MOST_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// Values that say that there is none, or that show none.
pub(crate) fn is_nothing(value: &[u8]) -> bool {
    matches!(value, b"null" | b"NULL" | b"None" | b"nil" | b"<nil>" | b"(null)" | b"undefined" | b"()" | b"[]" | b"{}")
        || matches!(
            value,
            b"<none>" | b"(none)" | b"<empty>" | b"(empty)" | b"<not set>" | b"(not set)" | b"<unset>" | b"(unset)"
        )
        || is_variable(value)
        || is_masked(value)
}
