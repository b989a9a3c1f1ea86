//! What stands where a value would, and is none: a state (`token: expired`), the place of a value that stands elsewhere
//! (`password = :password`), a directory (`PWD=/srv/app`).

use super::Keys;
use crate::rules::Extent;

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
    // Of PAM: `passwd:chauthtok`.
    b"chauthtok",
    b"auth",
];

/// What stands before and behind the name of a value that stands elsewhere: in shells, templates, statements, usages and code. Where `?` is
/// behind it, the bracket may count as that of something around.
const PLACES: [(&[u8], &[u8]); 13] = [
    (b"${{", b"}}"),
    (b"{{", b"}}"),
    (b"${", b"}?"),
    (b"#{", b"}"),
    (b"%(", b")s"),
    (b"<", b">"),
    (b"os.environ[\"", b"\"]?"),
    (b"os.environ['", b"']?"),
    (b"ENV[\"", b"\"]?"),
    (b"process.env.", b""),
    (b"$", b""),
    (b":", b""),
    (b"@", b""),
];

/// Whether `value`, without quotes, is no value of `key`.
pub(super) fn is_no_value(key: &[u8], value: &[u8], extent: Extent, keys: &Keys<'_>) -> bool {
    // The end of a sentence.
    let word = value.strip_suffix(b".").unwrap_or(value);
    // Of people one may be called `Null`.
    extent != Extent::Words && STATES.iter().any(|state| word.eq_ignore_ascii_case(state))
        || is_said(value)
        || is_place(key, value, keys)
        || is_directory(value) && [&b"pwd"[..], b"oldpwd"].iter().any(|shell| key.eq_ignore_ascii_case(shell))
        || value == b"/etc/passwd"
}

/// The string that stands behind the place of a value, in case there is none there: `process.env.TOKEN || "x"`.
pub(super) fn fallback(text: &[u8], end: usize) -> Option<usize> {
    const OR: [&[u8]; 3] = [b" || ", b" ?? ", b" or "];
    let or = OR.iter().find(|or| text[end..].starts_with(or))?;
    let start = end + or.len();
    matches!(text.get(start), Some(b'"' | b'\'' | b'`')).then_some(start)
}

/// What Terraform prints in place of a value, or of what it does.
fn is_said(value: &[u8]) -> bool {
    const SAID: [&[u8]; 7] = [
        b"(known after apply)",
        b"(sensitive value)",
        b"(sensitive)",
        b"Creating...",
        b"Destroying...",
        b"Modifying...",
        b"Reading...",
    ];
    SAID.contains(&value)
}

/// Whether two names are the same but for their case and the signs between their words.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let letters = |name: &[u8]| -> Vec<u8> {
        name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    letters(a) == letters(b)
}

/// `$1`, `?`, `%s`, `$DB_PASSWORD`, `${{ secrets.TOKEN }}`, `:password`, `@p0`: the place of a value. A name must be one of a key that is
/// known, for a password may begin with such a sign.
fn is_place(key: &[u8], value: &[u8], keys: &Keys<'_>) -> bool {
    let numbered = |sign: &[u8]| value.strip_prefix(sign).is_some_and(is_short_number);
    let named = |(open, close): &(&[u8], &[u8])| {
        let rest = value.strip_prefix(*open).unwrap_or_default().trim_ascii_start();
        let (name, rest) = rest.split_at(rest.iter().take_while(|b| is_of_name(**b)).count());
        let closes = match close.split_last() {
            Some((b'?', close)) => close.starts_with(rest),
            _ => rest.trim_ascii_start() == *close,
        };
        // A password may begin with a sign.
        let is_bare = close.is_empty() && open.len() == 1;
        let is_constant = name.contains(&b'_') && !name.iter().any(u8::is_ascii_lowercase);
        let is_it = !is_bare || is_constant || is_same(name, key);
        !name.is_empty() && closes && is_it && keys.rule(name).is_some()
    };
    matches!(value, b"?" | b"${{" | b"%s" | b"%v" | b"%q" | b"%r")
        || [&b"$"[..], b"@p", b"@__p_"].into_iter().any(numbered)
        || PLACES.iter().any(named)
}

fn is_short_number(digits: &[u8]) -> bool {
    const MOST_DIGITS: usize = 3;
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

fn is_of_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')
}

/// `/srv/app`; what has capitals or other signs may be base64, and what has no second part a password.
fn is_directory(value: &[u8]) -> bool {
    const ALONE: [&[u8]; 9] = [b"/", b"~", b"/root", b"/app", b"/tmp", b"/workspace", b"/code", b"/src", b"/data"];
    let is_part = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'/' | b'_' | b'-' | b'.');
    let is_path = |rest: &[u8]| rest.contains(&b'/') && rest.iter().all(is_part);
    ALONE.contains(&value)
        || value.strip_prefix(b"/").is_some_and(is_path)
        || value.strip_prefix(b"~/").is_some_and(|rest| rest.iter().all(is_part))
}
