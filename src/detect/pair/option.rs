//! Options of command lines, and what follows them: `--token x`, `-Password x`, `["--token", "x"]`.

use super::{Keys, LONGEST_KEY, MOST_ESCAPES, Pair, is_key_byte, key_at, past_space, skip_blanks, value_after};

/// What an option begins with that has no value.
const NOT: &[u8] = b"no-";

/// Reads an option whose name begins at `at`, after its dashes. With a separator after it, it is a pair like any other. Both may stand in
/// quotes, as lists of arguments are printed: `['--token', 'x']`, `"app" "--token" "x"`.
pub(crate) fn at_option(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let key = key_at(text, at);
    if text[key.clone()].starts_with(NOT) {
        return None;
    }
    let slashes = text[key.end..].iter().take(MOST_ESCAPES).take_while(|b| **b == b'\\').count();
    if let Some(b'"' | b'\'') = text.get(key.end + slashes) {
        let end = key.end + slashes + 1;
        let next = past_space(text, end + usize::from(text.get(end) == Some(&b',')));
        let value = text[next..].strip_prefix(&text[key.end..end]).filter(|_| next > end)?;
        // Another option follows: this one has no value.
        return if value.starts_with(b"-") {
            None
        } else {
            value_after(text, next, keys.rule(&text[key.clone()])?, key, keys)
        };
    }
    if !matches!(text.get(key.end), Some(b' ' | b'\t')) {
        return None;
    }
    let rule = keys.rule(&text[key.clone()])?;
    let next = skip_blanks(text, key.end);
    // Another option follows: this one has no value. Or a separator, which asks for itself.
    let is_long = text[..at].ends_with(b"--");
    if text[next..].starts_with(if is_long { b"--" } else { b"-" }) || matches!(text.get(next), Some(b'=' | b':')) {
        return None;
    }
    if is_help(&text[..at], &text[key.end..]) {
        return None;
    }
    value_after(text, next, rule, key, keys)
}

/// Whether a program tells of its options, and what follows is what it says of one, or stands for a value: `--password           force a prompt`,
/// `[--token TOKEN]`, `--private-key <FILE>`.
fn is_help(before: &[u8], behind: &[u8]) -> bool {
    const LONGEST_WORD: usize = 32;
    let word = |text: &[u8]| {
        text.iter().take(LONGEST_WORD).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count()
    };
    let rest = behind.trim_ascii_start();
    let first = &rest[..word(rest)];
    let of_capitals = |word: &[u8]| {
        word.first().is_some_and(u8::is_ascii_uppercase)
            && !word.iter().any(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let is_told = behind.starts_with(b"  ")
        && first.iter().all(u8::is_ascii_alphabetic)
        && matches!(rest[first.len()..], [b' ', b'a'..=b'z' | b'(', ..]);
    let is_optional = [&b"[--"[..], b"[-"].iter().any(|open| before.ends_with(open))
        && of_capitals(first)
        && rest[first.len()..].starts_with(b"]");
    let named = rest.strip_prefix(b"<").unwrap_or_default();
    let is_named = of_capitals(&named[..word(named)]) && named[word(named)..].starts_with(b">");
    !first.is_empty() && (is_told || is_optional) || is_named
}

/// The name of an option (`--token`, `-token`), if an argument is one without a value: that is the next argument.
pub(crate) fn option_name(argument: &[u8]) -> Option<&[u8]> {
    let name = argument.strip_prefix(b"-")?;
    let name = name.strip_prefix(b"-").unwrap_or(name);
    let is_name = !name.is_empty() && name.len() <= LONGEST_KEY && name.iter().all(|b| is_key_byte(*b));
    (is_name && !name.starts_with(NOT)).then_some(name)
}
