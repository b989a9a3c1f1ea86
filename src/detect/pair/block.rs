//! Values that stand on the lines below their key, deeper than it: blocks of YAML, and headers that were folded.
//!
//! Source: YAML 1.2.2, sections 6.9 (properties), 8.1 (block scalars) and 8.2 (block collections); RFC 9112 section 5.2
//! (folded headers). A line break may also be written as `\n`, as in the output of `Debug`.

use std::ops::Range;

use super::extent::{end_behind_type, extent};
use super::{LONGEST_KEY, backslashes_before, follows_a_string, is_key_byte};
use crate::rules::Extent;

/// The value after the colon that ends at `after`, of the key that begins at `key`, if it stands below, or behind an anchor or tag.
pub(super) fn block(text: &[u8], after: usize, key: usize) -> Option<Range<usize>> {
    let column = column(text, key);
    let properties = skip_blanks(text, after);
    let mut at = properties;
    // A tag and an anchor, at most. What begins with `!` may be a password, too.
    for _ in 0..2 {
        match property_end(text, at).filter(|_| column.is_some() || text[at] == b'&') {
            Some(end) => at = skip_blanks(text, end),
            None => break,
        }
    }
    let mut scalar = false;
    if matches!(text.get(at), Some(b'|' | b'>')) {
        scalar = true;
        at += 1 + text[at + 1..].iter().take(2).take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-')).count();
        at = skip_comment(text, skip_blanks(text, at));
    }
    match line_break(text, at) {
        // `got token:` and a stack trace.
        Some(first) if column.is_none() && text[skip_blanks(text, first.next)..].starts_with(b"at ") => None,
        Some(first) => {
            lines_below(text, first, column.unwrap_or(0), scalar).filter(|value| !ends_a_string(&text[value.clone()]))
        }
        // `password: &str = "x"` is none.
        None if at > properties && !scalar && at < text.len() && end_behind_type(text, properties).is_none() => {
            let (value, quoted) = extent(text, at, Extent::Value);
            // A value that is a key has a value of its own, and a string that begins like what follows a string ends another: so
            // this was no anchor.
            let none = text[at..value.end].ends_with(b":") || quoted && follows_a_string(text[value.start..].first());
            (!none).then(|| properties..value.end + usize::from(quoted && value.end < text.len()))
        }
        None => None,
    }
}

/// Whether a text begins with what ends a string, rather than begins one: a quote, and what stands behind strings.
fn ends_a_string(text: &[u8]) -> bool {
    let slashes = text.iter().take_while(|&&b| b == b'\\').count();
    matches!(text.get(slashes), Some(b'"' | b'\'' | b'`')) && follows_a_string(text.get(slashes + 1))
}

/// Where the line that follows a header's goes on, if it belongs to the header.
pub(super) fn folded(text: &[u8], at: usize) -> Option<usize> {
    let Break { next, .. } = line_break(text, at)?;
    let content = skip_blanks(text, next);
    (content > next && content < text.len() && line_break(text, content).is_none()).then_some(content)
}

/// A line break.
#[derive(Clone, Copy)]
struct Break {
    /// Where the next line begins.
    next: usize,
    /// How many backslashes it is written with; 0 where it is a line break.
    escapes: usize,
}

fn line_break(text: &[u8], at: usize) -> Option<Break> {
    let escapes = text[at.min(text.len())..].iter().take_while(|&&b| b == b'\\').count();
    match (text.get(at + escapes), escapes) {
        (Some(b'\n'), 0) => Some(Break { next: at + 1, escapes }),
        (Some(b'\r'), 0) => Some(Break { next: at + 1 + usize::from(text.get(at + 1) == Some(&b'\n')), escapes }),
        (Some(b'n'), 1..) => Some(Break { next: at + escapes + 1, escapes }),
        (Some(b'r'), 1..) => {
            let second = at + escapes + 1;
            let line_feed = line_break(text, second).filter(|b| b.escapes == escapes && text[b.next - 1] == b'n');
            Some(line_feed.unwrap_or(Break { next: second, escapes }))
        }
        _ => None,
    }
}

/// Past blanks, and tabs that are written out.
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..).unwrap_or_default() {
            [b' ' | b'\t', ..] => at += 1,
            [b'\\', rest @ ..] => match rest.iter().position(|&b| b != b'\\') {
                Some(more) if rest[more] == b't' => at += more + 2,
                _ => return at,
            },
            _ => return at,
        }
    }
}

fn skip_comment(text: &[u8], at: usize) -> usize {
    if text.get(at) != Some(&b'#') {
        return at;
    }
    at + text[at..].iter().position(|&b| matches!(b, b'\n' | b'\r' | b'\\')).unwrap_or(text.len() - at)
}

/// Where the anchor (`&name`) or tag (`!name`) ends that begins at `at`.
fn property_end(text: &[u8], at: usize) -> Option<usize> {
    let sign = *text.get(at).filter(|b| matches!(b, b'&' | b'!'))?;
    let name = |b: &&u8| is_key_byte(**b) || sign == b'!' && matches!(**b, b'!' | b':' | b'/' | b',');
    let end = at + 1 + text[at + 1..].iter().take(LONGEST_KEY).take_while(name).count();
    let ends = text.get(end).is_none_or(|b| matches!(b, b' ' | b'\t')) || line_break(text, end).is_some();
    (ends && end > at + 1).then_some(end)
}

/// In which column the key that begins at `key` stands, if nothing but the dashes of lists stands before it on its line.
fn column(text: &[u8], key: usize) -> Option<usize> {
    let quotes = text[..key].iter().rev().take(2).take_while(|b| matches!(b, b'"' | b'\'')).count();
    let line = key - quotes;
    let blanks = text[..line].iter().rev().take_while(|b| matches!(b, b' ' | b'-')).count();
    let before = &text[..line - blanks];
    let begins = matches!(before, [] | [.., b'\n' | b'\r' | b'"' | b'\''] | [.., b'\\', b'n' | b'r']);
    begins.then_some(blanks)
}

/// The lines from `first` on that stand deeper than `column`, without the blanks before and behind them; of a list, the dashes
/// may stand in that column.
fn lines_below(text: &[u8], first: Break, column: usize, scalar: bool) -> Option<Range<usize>> {
    let mut value: Option<Range<usize>> = None;
    let mut line = Some(first);
    while let Some(Break { next, escapes }) = line {
        let content = skip_blanks(text, next);
        let indent = content - next;
        let item = !scalar && indent == column && text[content..].starts_with(b"- ");
        let (end, after) = line_end(text, content, escapes);
        if content < end {
            if indent <= column && !item {
                break;
            }
            value = Some(value.map_or(content, |value| value.start)..end);
        }
        line = after.filter(|_| end < text.len());
    }
    value
}

/// Whether a quote behind so many backslashes closes a string in which a line break has so many: the backslashes of the text
/// before it are doubled for each string around; see `closing_quote` in `extent.rs`.
fn closes(backslashes: usize, escapes: usize) -> bool {
    let levels = escapes.next_power_of_two().trailing_zeros() + 1;
    (0..levels).any(|level| (backslashes >> level).is_multiple_of(2))
}

/// Where the line ends that `content` lies in, and the line break there. Inside of a string that is written with so many
/// backslashes, it ends where the string ends, too.
fn line_end(text: &[u8], content: usize, escapes: usize) -> (usize, Option<Break>) {
    let mut at = content;
    while let Some(found) = memchr::memchr3(b'\n', b'\\', b'"', &text[at..]) {
        let stop = at + found;
        match text[stop] {
            b'\n' => {
                let end = if text[..stop].ends_with(b"\r") && stop > content { stop - 1 } else { stop };
                return (end, line_break(text, stop));
            }
            b'\\' if escapes > 0 => match line_break(text, stop) {
                Some(line_break) if line_break.escapes <= escapes => return (stop, Some(line_break)),
                _ => {
                    let slashes = text[stop..].iter().take_while(|&&b| b == b'\\').count();
                    if text.get(stop + slashes) == Some(&b'"') && closes(slashes, escapes) {
                        return (stop, None);
                    }
                    at = stop + slashes + usize::from(text.get(stop + slashes) == Some(&b'"'));
                }
            },
            b'"' if escapes > 0 && backslashes_before(text, stop) < escapes => return (stop, None),
            _ => at = stop + 1,
        }
    }
    (text.len(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<&str> {
        let key = text.find("key")?;
        let colon = key + text[key..].find(':')?;
        block(text.as_bytes(), colon + 1, key).map(|value| &text[value])
    }

    #[test]
    fn values_stand_deeper_than_their_key() {
        for (text, expected) in [
            ("key: |\n  a\n  b\nnext: 1", "a\n  b"),
            ("a:\n  key: >-2 # why\n    a\n\n    b\n  next: 1", "a\n\n    b"),
            ("key:\n  a", "a"),
            ("key:\r\n a\r\nnext: 1\r\n", "a"),
            ("key:\n- a\n- b\nnext: 1", "- a\n- b"),
            ("- key: |\n    a\n  next: 1", "a"),
            ("\"key\": |\n  a\n", "a"),
            ("key: &main a b", "&main a"),
            ("key: !secret \"a b\" c", "!secret \"a b\""),
            ("key: !vault |\n  a\n", "a"),
            (r"key: |\n  a\n  b\nnext: 1", r"a\n  b"),
            (r#""key: |\n  a \"b\"\n" tail"#, r#"a \"b\""#),
            (r#""key: |\n  a" tail"#, "a"),
            (r#"\"key: |\\n  a\" tail"#, "a"),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_stands_no_deeper_is_another() {
        for text in [
            "key: a",
            "key: |",
            "key:\nnext: 1",
            "  key: |\n  next: 1",
            "key: |\n- a",
            "key:",
            "key: | b",
            "got key:\n    at a.b(C.java:7)",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value("got key: !abc d"), None, "it may be a password");
    }

    #[test]
    fn headers_go_on_behind_blanks() {
        for (text, next) in
            [("\r\n b", Some(3)), ("\n\tb", Some(2)), (r"\r\n b", Some(5)), ("\nb", None), ("\n \n", None), ("b", None)]
        {
            assert_eq!(folded(text.as_bytes(), 0), next, "{text:?}");
        }
    }
}
