//! What stands between a name and its value, in whatever notation.

use super::is_value;
use crate::detect::around::starts_with;

/// The longest that may stand between a name and its value.
const LONGEST_GLUE: usize = 24;

/// What stands between a name and its value.
pub(super) struct Glue {
    /// Where the value begins.
    pub(super) value: usize,
    /// Whether it says that the value belongs to the name, as `=` does.
    pub(super) assigned: bool,
    /// Whether a sentence says so: `the token is …`, `bad token (…`.
    pub(super) told: bool,
}

impl Glue {
    pub(super) fn after(text: &[u8], end: usize) -> Option<Self> {
        let starts_value = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if matches!(text.get(end), Some(b'-' | b'.')) && starts_value(end + 1) {
            return Some(Self { value: end + 1, assigned: false, told: false });
        }
        let is_verb =
            |verb: &&&str| starts_with(&text[end..], verb) && matches!(text.get(end + verb.len()), Some(b' ' | b':'));
        let verb = VERBS.iter().find(is_verb).map_or(0, |verb| verb.len());
        let (mut at, mut assigned, mut quoted, mut told) = (numbered(text, end) + verb, false, false, verb > 0);
        let limit = text.len().min(end + LONGEST_GLUE);
        while at < limit {
            match text[at] {
                b' ' | b'\t' | b'\\' => {}
                b'"' | b'\'' | b'`' => quoted = true,
                b':' if text[at - 1] == b':' => return None,
                b'=' | b':' => assigned = true,
                b'>' if at == end || assigned => assigned = true,
                b',' if quoted => assigned = true,
                b'(' if assigned || matches!(text.get(at + 1), Some(b'"' | b'\'')) => assigned = true,
                b'[' | b'{' if assigned => {}
                b'[' | b'(' => told = true,
                // As `Debug` prints a value that is there.
                b'S' if assigned && text[at..].starts_with(b"Some(") => at += "Some".len(),
                b']' | b')' if quoted && !assigned => {}
                _ => break,
            }
            at += 1;
        }
        let begins = text.get(at).is_some_and(|&b| is_value(b) && !matches!(b, b'$' | b'='));
        (at > end && begins).then_some(Self { value: at, assigned, told })
    }
}

/// What a sentence has between a name and its value.
const VERBS: [&str; 2] = [" is", " was"];

/// Past a number before a colon: `Key 2: …`.
fn numbered(text: &[u8], end: usize) -> usize {
    match text[end..] {
        [b' ', b'0'..=b'9', b':', ..] => end + 2,
        _ => end,
    }
}
