//! Past what stands between a key, its separator and its value: blanks, line breaks, the colours of terminals, backslashes.

use std::ops::Range;

/// The most blanks between a key, its separator and its value.
pub(super) const MOST_BLANKS: usize = 64;
/// The most backslashes before a quote that its prefix is looked for: those of four documents, one inside the other.
pub(super) const MOST_ESCAPES: usize = 16;

pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The most bytes of colours between a key, its separator and its value.
pub(super) const MOST_COLOURS: usize = 24;

/// Whether a byte ends a sequence that colours a text (ECMA-48 section 8.3.117, `ESC [ 0 m`), or clears the rest of its line (8.3.41, `ESC [ K`),
/// as `grep` does behind each colour.
fn ends_colour(b: u8) -> bool {
    matches!(b, b'm' | b'K')
}

/// How many bytes of colours end `text`: terminals' logs dim the separator.
pub(super) fn colours_before(text: &[u8]) -> usize {
    let mut end = text.len();
    let floor = end.saturating_sub(MOST_COLOURS);
    while end > floor && ends_colour(text[end - 1]) {
        let escape = text[floor..end].iter().rposition(|&b| b == 0x1b).map(|at| floor + at);
        match escape {
            Some(escape) if skip_colours(&text[..end], escape) == end => end = escape,
            _ => break,
        }
    }
    text.len() - end
}

/// Where the colours end that begin at `at`.
pub(super) fn skip_colours(text: &[u8], mut at: usize) -> usize {
    let limit = at + MOST_COLOURS;
    while at < limit && text.get(at..).is_some_and(|rest| rest.starts_with(b"\x1b[")) {
        let parameters =
            text[at + 2..].iter().take(MOST_COLOURS).take_while(|b| b.is_ascii_digit() || **b == b';').count();
        if !text.get(at + 2 + parameters).is_some_and(|b| ends_colour(*b)) {
            break;
        }
        at += 3 + parameters;
    }
    at
}

/// Past blanks and line breaks, the latter also as `\n`.
pub(super) fn past_space(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            Some(b) if b.is_ascii_whitespace() => at += 1,
            Some(b'\\') => {
                let slashes = text[at..].iter().take_while(|&&b| b == b'\\').count();
                match text.get(at + slashes) {
                    Some(b'n' | b'r' | b't') => at += slashes + 1,
                    _ => return at,
                }
            }
            _ => return at,
        }
    }
}

/// Before blanks and line breaks that end at `end`, the latter also as `\n`.
pub(super) fn before_space(text: &[u8], mut end: usize) -> usize {
    loop {
        match &text[..end] {
            [.., b] if b.is_ascii_whitespace() => end -= 1,
            [.., b'\\', b'n' | b'r' | b't'] => end = end - 1 - backslashes_before(text, end - 1),
            _ => return end,
        }
    }
}

pub(super) fn backslashes_before(text: &[u8], at: usize) -> usize {
    text[..at].iter().rev().take_while(|&&b| b == b'\\').count()
}

pub(super) fn trim_quotes(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\''));
    let start = range.start + usize::from(range.len() > 1 && is_quote(text.get(range.start)));
    let end = range.end - usize::from(range.end > start && is_quote(text.get(range.end - 1)));
    start..end
}
