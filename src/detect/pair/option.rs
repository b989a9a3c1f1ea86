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
    if is_help(&text[..at], &text[key.clone()], &text[key.end..]) {
        return None;
    }
    value_after(text, next, rule, key, keys)
}

/// Whether a program tells of its options, and what follows is what it says of one, or stands for a value: `--password           force a prompt`,
/// `[--token TOKEN]`, `--private-key <FILE>`.
fn is_help(before: &[u8], key: &[u8], behind: &[u8]) -> bool {
    const LONGEST_WORD: usize = 32;
    /// So much before an option is read.
    const NEAR: usize = 64;
    /// What sentences about an option begin with.
    const TELLS: [&[u8]; 14] = [
        b"a", b"an", b"the", b"your", b"force", b"prompt", b"use", b"set", b"specify", b"read", b"never", b"ask",
        b"do", b"enable",
    ];
    const VALUES: [&[u8]; 10] =
        [b"VALUE", b"STRING", b"STR", b"TEXT", b"FILE", b"PATH", b"TOKEN", b"PASSWORD", b"SECRET", b"KEY"];
    let word = |text: &[u8]| {
        text.iter().take(LONGEST_WORD).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count()
    };
    let rest = behind.trim_ascii_start();
    let first = &rest[..word(rest)];
    let stands_for_value = |word: &[u8]| {
        let is_key = word.len() == key.len()
            && word
                .iter()
                .zip(key)
                .all(|(a, b)| a.eq_ignore_ascii_case(b) || matches!((a, b), (b'_', b'-') | (b'-', b'_')));
        VALUES.contains(&word) || is_key && !word.iter().any(u8::is_ascii_lowercase)
    };
    // `  -W, --password           force a prompt`
    let is_told = || {
        let line = &before[before.len().saturating_sub(NEAR)..];
        let line = line[line.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1)..].trim_ascii();
        let line = line.strip_suffix(b"--").or_else(|| line.strip_suffix(b"-")).unwrap_or(line).trim_ascii_end();
        let is_first = line.is_empty() || matches!(line, [b'-', short, b','] if short.is_ascii_alphanumeric());
        is_first && matches!(rest[first.len()..], [b' ', b'a'..=b'z' | b'(', ..])
    };
    let is_told = behind.starts_with(b"  ") && TELLS.contains(&first) && is_told();
    let is_optional = [&b"[--"[..], b"[-"].iter().any(|open| before.ends_with(open))
        && stands_for_value(first)
        && matches!(rest[first.len()..], [b']'] | [b']', b' ' | b'\n' | b'\r' | b'.', ..]);
    let named = rest.strip_prefix(b"<").unwrap_or_default();
    let named = &named[..word(named)];
    let is_named = stands_for_value(named) && rest[1 + named.len()..].starts_with(b">");
    !first.is_empty() && (is_told || is_optional) || is_named
}

/// The name of an option (`--token`, `-token`), if an argument is one without a value: that is the next argument.
pub(crate) fn option_name(argument: &[u8]) -> Option<&[u8]> {
    let name = argument.strip_prefix(b"-")?;
    let name = name.strip_prefix(b"-").unwrap_or(name);
    let is_name = !name.is_empty() && name.len() <= LONGEST_KEY && name.iter().all(|b| is_key_byte(*b));
    (is_name && !name.starts_with(NOT)).then_some(name)
}
