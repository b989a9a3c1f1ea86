//! What stands before the message in lines of `tracing`: spans and the target, which may end as a key does.

use std::ops::Range;

use super::LONGEST_PATH;
use crate::detect::pair::extent::quoted_by_error;

/// The levels of `tracing`.
const LEVELS: [&[u8]; 5] = [b"TRACE", b"DEBUG", b"INFO", b"WARN", b"ERROR"];

/// Whether it is the name of a span, behind which other spans and the target of an event stand, as `tracing` prints them:
/// `INFO verify_password: shop::auth: enter`. It says what is done: `password: ` and `api_key: ` may stand in a message.
pub(super) fn is_span(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    /// So many spans may stand before the target.
    const MOST_SPANS: usize = 4;
    const VERBS: [&[u8]; 20] = [
        b"verify_",
        b"check_",
        b"validate_",
        b"load_",
        b"lazy_",
        b"get_",
        b"fetch_",
        b"refresh_",
        b"renew_",
        b"rotate_",
        b"issue_",
        b"create_",
        b"parse_",
        b"decode_",
        b"hash_",
        b"reset_",
        b"revoke_",
        b"generate_",
        b"read_",
        b"exchange_",
    ];
    let is_name = |name: &[u8]| {
        name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let mut rest = &text[at + 1..];
    for _ in 0..MOST_SPANS {
        let Some(next) = rest.strip_prefix(b" ") else { return false };
        let of_path = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
        let len = next.iter().take(LONGEST_PATH).take_while(of_path).count();
        let Some(path) = next[..len].strip_suffix(b":") else { return false };
        if memchr::memmem::find(path, b"::").is_some() {
            let mut names = path.split(|b| *b == b':').enumerate();
            let is_path = names.all(|(nth, name)| if nth % 2 == 1 { name.is_empty() } else { is_name(name) });
            return is_path
                && next[len..].starts_with(b" ")
                && !path.iter().any(u8::is_ascii_digit)
                && VERBS.iter().any(|verb| text[key.clone()].starts_with(verb))
                && begins_behind_level(&text[..key.start]);
        }
        if !is_name(path) || !path.contains(&b'_') {
            return false;
        }
        rest = &next[len..];
    }
    false
}

/// Whether nothing but a time, a level and spans without fields stand before what begins here.
fn begins_behind_level(before: &[u8]) -> bool {
    /// The longest line before it that is read.
    const LONGEST: usize = 256;
    let from = before.len().saturating_sub(LONGEST);
    let start = before[from..].iter().rposition(|b| *b == b'\n').map_or(from, |end| from + end + 1);
    let mut words = before[start..].split(|b| *b == b' ').filter(|word| !word.is_empty()).peekable();
    let of_time = |b: &u8| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b':' | b'.' | b'-' | b'+');
    while words.next_if(|word| word.iter().all(of_time)).is_some() {}
    let of_span = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    (start > from || from == 0)
        && before.ends_with(b" ")
        && words.next().is_some_and(|word| LEVELS.contains(&word))
        && words.all(|word| word.strip_suffix(b":").is_some_and(|name| name.iter().all(of_span)))
}

/// Whether it ends the target of an event, behind which a message begins that says what was done or how the thing itself is:
/// `INFO auth::token: fetched a new one`, `WARN shop::password: password verification failed`. Any other word may be the value.
pub(super) fn is_target(text: &[u8], key: &Range<usize>, at: usize) -> bool {
    const LONGEST_WORD: usize = 14;
    const DONE: [&[u8]; 30] = [
        b"accepted",
        b"cached",
        b"changed",
        b"checking",
        b"created",
        b"deleted",
        b"expired",
        b"fetched",
        b"fetching",
        b"generated",
        b"issued",
        b"loaded",
        b"loading",
        b"parsed",
        b"parsing",
        b"received",
        b"refreshed",
        b"refreshing",
        b"rejected",
        b"removed",
        b"requesting",
        b"revoked",
        b"rotated",
        b"rotating",
        b"stored",
        b"updated",
        b"validated",
        b"validating",
        b"verified",
        b"verifying",
    ];
    const HOW: [&[u8]; 18] = [
        b"verification",
        b"validation",
        b"refresh",
        b"rotation",
        b"check",
        b"cache",
        b"hash",
        b"hashing",
        b"reset",
        b"expired",
        b"issued",
        b"rotated",
        b"changed",
        b"validated",
        b"not",
        b"is",
        b"has",
        b"was",
    ];
    let before = &text[..key.start];
    let Some(message) = text[at + 1..].strip_prefix(b" ") else { return false };
    let word = |text: &[u8]| text.iter().take(LONGEST_WORD + 1).take_while(|b| b.is_ascii_alphabetic()).count();
    let first = &message[..word(message)];
    let Some(behind) = message[first.len()..].strip_prefix(b" ") else { return false };
    let second = &behind[..word(behind)];
    let ends = behind.get(second.len()).is_none_or(|b| matches!(b, b' ' | b':' | b',' | b'.' | b'\n' | b'_' | b'='));
    let is_said = DONE.contains(&first) && !second.is_empty()
        || first.eq_ignore_ascii_case(&text[key.clone()]) && HOW.contains(&second);
    before.ends_with(b"::") && is_behind_level(before) && is_said && ends && quoted_by_error(text, at + 2).is_none()
}

/// Whether a level stands before the path that ends `before`, as in lines of `tracing`.
pub(super) fn is_behind_level(before: &[u8]) -> bool {
    let of_path = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
    let path = before.iter().rev().take(LONGEST_PATH).take_while(of_path).count();
    let before = before[..before.len() - path].trim_ascii_end();
    path > 0 && LEVELS.iter().any(|level| before.ends_with(level))
}
