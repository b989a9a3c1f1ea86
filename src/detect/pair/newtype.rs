//! Types that hold one string and are named as a key is: `Password("x")`, as `Debug` prints them.

use super::extent::extent;
use super::{Keys, Pair, backslashes_before, bare_key_before, before_space, past_space};

/// The shortest string that is masked for the name of its type, in bytes.
const SHORTEST_IN_TYPE: usize = 6;

/// `Password("x")`, as `Debug` prints a type that holds one string. A short one may be a token of a parser, and one with blanks what an
/// error says (`InvalidPassword("is too short")`).
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
    let string = &text[value.clone()];
    let is_said = string.len() < SHORTEST_IN_TYPE || string.iter().any(u8::is_ascii_whitespace);
    (alone && !is_said).then_some(Pair { rule: rule.0, key, value, quoted, named: false })
}
