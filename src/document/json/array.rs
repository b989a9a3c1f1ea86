//! Arrays that are something else: lists of arguments, and pairs of key and value.

use std::ops::Range;

use super::{Reader, Value, is_bare};

/// Where the array ends that begins at `start`, if it is a list of arguments: of strings, one of which begins with a dash, and numbers and the
/// like. One that is cut off ends with the text.
pub(crate) fn end_of_arguments(text: &[u8], start: usize) -> Option<usize> {
    let (mut reader, mut any_option) = (Reader { text, at: start + 1, stack: Vec::new() }, false);
    loop {
        reader.blanks();
        match reader.peek() {
            Some(b'"') => {
                any_option |= text.get(reader.at + 1) == Some(&b'-');
                reader.string();
            }
            Some(b',') => reader.at += 1,
            Some(b']') => break reader.at += 1,
            Some(b) if is_bare(b) => reader.at += 1,
            Some(_) => return None,
            None => break,
        }
    }
    any_option.then_some(reader.at)
}

/// The key of an array at `start` that stands in another and may be a pair (`["password", "x"]`), as maps are often written; and where its
/// value begins.
pub(crate) fn key_in_array(text: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    let before = text[..start].trim_ascii_end().last();
    if !matches!(before, Some(b'[' | b',')) {
        return None;
    }
    let mut reader = Reader { text, at: start + 1, stack: Vec::new() };
    reader.blanks();
    reader.peek().filter(|b| *b == b'"')?;
    let (key, escaped, closed) = reader.string();
    reader.blanks();
    if escaped || !closed || reader.peek() != Some(b',') {
        return None;
    }
    reader.at += 1;
    reader.blanks();
    Some((key, reader.at))
}

/// The value of a pair that begins at `start`, and where the pair ends. An error if it is none, and how far that was read.
pub(crate) fn value_in_array(text: &[u8], start: usize) -> Result<(Value, usize), usize> {
    let mut reader = Reader { text, at: start, stack: Vec::new() };
    let value = reader.whole_value();
    reader.blanks();
    match (value, reader.peek()) {
        // Cut off, it is one as well.
        (Ok(value), None | Some(b']')) => Ok((value, text.len().min(reader.at + 1))),
        _ => Err(reader.at),
    }
}

/// The elements of an array that holds no other, strings without quotes.
pub(crate) fn elements(text: &[u8], array: Range<usize>) -> Vec<Range<usize>> {
    let mut reader = Reader { text: &text[..array.end], at: array.start, stack: Vec::new() };
    let mut elements = Vec::new();
    while let Some(b) = reader.peek() {
        if b == b'"' {
            elements.push(reader.string().0);
        } else if is_bare(b) {
            let start = reader.at;
            while reader.peek().is_some_and(is_bare) {
                reader.at += 1;
            }
            elements.push(start..reader.at);
        } else {
            reader.at += 1;
        }
    }
    elements
}
