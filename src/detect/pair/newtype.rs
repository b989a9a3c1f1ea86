//! Types that hold one string and are named as a key is: `Password("x")`, as `Debug` prints them.

use super::extent::extent;
use super::{Keys, Pair, backslashes_before, bare_key_before, before_space, past_space};

/// What the names of errors begin with, which say something of a value: `InvalidPassword("is too short")`.
const ERRORS: [&[u8]; 8] = [b"Invalid", b"Wrong", b"Bad", b"Missing", b"Expired", b"Unknown", b"Empty", b"Weak"];
/// The shortest `Token("x")` that is one of a service, in bytes. Parsers print theirs, too.
const SHORTEST_TOKEN: usize = 6;

/// `Password("x")`, as `Debug` prints a type that holds one string.
pub(super) fn at_newtype(text: &[u8], at: usize, keys: &Keys<'_>) -> Option<Pair> {
    let quote = at - 1;
    let opening = quote - backslashes_before(text, quote);
    let bracket = before_space(text, opening).checked_sub(1).filter(|bracket| text[*bracket] == b'(')?;
    let key = bare_key_before(text, bracket);
    let is_type = text[key.clone()].first().is_some_and(u8::is_ascii_uppercase);
    let rule = keys.rule(&text[key.clone()]).filter(|_| is_type)?;
    let (value, quoted) = extent(text, opening, false);
    let closing = text[value.end..].iter().take_while(|b| matches!(b, b'\\' | b'"')).count();
    let behind = past_space(text, value.end + closing);
    // `{:#?}` puts a comma behind it.
    let comma = usize::from(text.get(behind) == Some(&b','));
    let alone = matches!(text.get(past_space(text, behind + comma)), None | Some(b')'));
    let (name, string) = (&text[key.clone()], &text[value.clone()]);
    let has_blank = string.iter().any(u8::is_ascii_whitespace);
    let is_of_parser = name == b"Token" && (has_blank || string.len() < SHORTEST_TOKEN);
    let is_said = has_blank && ERRORS.iter().any(|error| name.starts_with(error));
    let is_value = alone && !string.is_empty() && !is_of_parser && !is_said;
    is_value.then_some(Pair { rule: rule.0, key, value, quoted, named: false })
}
