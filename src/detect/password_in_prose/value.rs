//! Where a value begins and ends: in quotes, as a word, or before a place.

use std::ops::Range;

use super::LONGEST;

/// Whether a quote may open at `at`, perhaps behind backslashes.
pub(super) fn opens_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'"' | b'\'' | b'`' | b'\\'))
}

/// The value in the quotes that open at `at`, if they close and nothing is blank in between.
pub(super) fn quoted(text: &[u8], at: usize) -> Option<Range<usize>> {
    const MOST_ESCAPES: usize = 4;
    let escapes = text[at..].iter().take(MOST_ESCAPES).take_while(|b| **b == b'\\').count();
    let quote = *text.get(at + escapes).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let start = at + escapes + 1;
    let (mut end, mut doubtful) = (start, None);
    loop {
        let backslashes = text[end..].iter().take_while(|b| **b == b'\\').count();
        match text.get(end + backslashes) {
            Some(b) if *b == quote => {
                let inside = end + backslashes.saturating_sub(escapes);
                if backslashes == escapes || escapes == 0 && backslashes % 2 == 0 {
                    return (start < inside).then_some(start..inside);
                }
                // A quote that is part of the value has more backslashes, or the value ends with some.
                doubtful = doubtful.or(Some(inside));
                end += backslashes + 1;
            }
            Some(b) if !b.is_ascii_whitespace() && !b.is_ascii_control() => end += backslashes + 1,
            // The text was cut off.
            None => return (start < text.len()).then_some(start..text.len()),
            _ => return doubtful.filter(|end| start < *end).map(|end| start..end),
        }
    }
}

/// The word that begins at `at`: up to a blank, a quote, or another pair, and without what ends a sentence.
pub(super) fn bare(text: &[u8], at: usize) -> Range<usize> {
    let rest = &text[at..];
    let is_written_out = |i: usize| matches!(rest[i..], [b'\\', b'n' | b'r' | b't' | b'"' | b'\'' | b'\\', ..]);
    let is_last_quote =
        |i: usize| matches!(rest[i], b'"' | b'\'' | b'`') && !rest.get(i + 1).is_some_and(u8::is_ascii_alphanumeric);
    let ends =
        |i: usize| rest[i].is_ascii_whitespace() || rest[i].is_ascii_control() || is_written_out(i) || is_last_quote(i);
    let mut len = (0..rest.len()).find(|i| ends(*i)).unwrap_or(rest.len());
    let is_pair = |from: usize| {
        let name = rest[from..len]
            .iter()
            .take(LONGEST)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
            .count();
        name > 1
            && from + name + 1 < len
            && rest[from].is_ascii_alphabetic()
            && matches!(rest[from + name], b'=' | b':')
    };
    if let Some(pair) = memchr::memchr3_iter(b',', b';', b'&', &rest[..len]).find(|i| is_pair(i + 1)) {
        len = pair;
    }
    len -= rest[..len]
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'.' | b',' | b':' | b';' | b'?' | b')' | b']' | b'}'))
        .count();
    at..at + len
}

/// The word, or what stands in quotes, that ends at `end`.
pub(super) fn before(text: &[u8], end: usize) -> Option<Range<usize>> {
    let near = &text[end.saturating_sub(LONGEST)..end];
    let last = *near.last()?;
    if matches!(last, b'"' | b'\'' | b'`') {
        let inner = &near[..near.len() - 1];
        let open =
            inner.iter().rposition(|b| *b == last || b.is_ascii_control()).filter(|open| inner[*open] == last)?;
        return Some(end - near.len() + open + 1..end - 1);
    }
    let is_part = |b: &&u8| !b.is_ascii_whitespace() && !b.is_ascii_control() && !matches!(b, b'"' | b'\'' | b'`');
    let len = near.iter().rev().take_while(is_part).count();
    (len > 0 && len < LONGEST).then_some(end - len..end)
}
