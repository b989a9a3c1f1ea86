//! Where in a source something stands.

use proc_macro2::{LineColumn, Span};

/// From the first character to behind the last. Lines and columns are counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl Place {
    /// From the beginning of one span to the end of another.
    pub(super) fn between(first: Span, last: Span) -> Self {
        let (start, end) = (first.start(), last.end());
        Self { line: start.line, column: start.column + 1, end_line: end.line, end_column: end.column + 1 }
    }

    pub(super) fn of(span: Span) -> Self {
        Self::between(span, span)
    }

    /// All tokens of a piece of syntax. Its own span is that of its first token only, outside of nightly compilers.
    pub(super) fn of_tokens(syntax: &impl quote::ToTokens) -> Self {
        let mut tokens = syntax.to_token_stream().into_iter();
        let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        Self::between(first, last)
    }

    /// A part of a literal, by its bytes in the literal's text.
    pub(super) fn in_literal(start: LineColumn, text: &str, range: std::ops::Range<usize>) -> Self {
        let at = |end: usize| {
            let before = text.get(..end).unwrap_or(text);
            match before.rfind('\n') {
                None => (start.line, start.column + 1 + before.chars().count()),
                Some(last) => (start.line + before.matches('\n').count(), 1 + before[last + 1..].chars().count()),
            }
        };
        let ((line, column), (end_line, end_column)) = (at(range.start), at(range.end));
        Self { line, column, end_line, end_column }
    }
}
