//! A line of a source as it may be shown: what its literals and comments hold is not.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Literal, Span, TokenStream, TokenTree};

use super::place::Place;

/// The lines in which findings begin, each character in its column: names and signs stay, literals become asterisks, comments
/// blanks. Inside of a literal, only a finding itself is shown, which is a name.
pub(super) fn excerpts(source: &str, tokens: TokenStream, findings: &[Place]) -> BTreeMap<usize, String> {
    let lines: BTreeMap<usize, Vec<char>> = source
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(number, _)| findings.iter().any(|place| place.line == *number))
        .map(|(number, line)| (number, line.chars().collect()))
        .collect();
    let shown = lines.iter().map(|(number, line)| (*number, vec![' '; line.len()])).collect();
    let mut excerpts = Excerpts { findings, lines, shown };
    let mut rest = vec![tokens.into_iter()];
    // Not by calls: tokens may lie in each other deeper than a stack.
    while let Some(last) = rest.last_mut() {
        match last.next() {
            None => drop(rest.pop()),
            Some(TokenTree::Group(group)) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                excerpts.show(group.span_open(), open);
                excerpts.show(group.span_close(), close);
                rest.push(group.stream().into_iter());
            }
            Some(TokenTree::Ident(ident)) => excerpts.show(ident.span(), &ident.to_string()),
            Some(TokenTree::Punct(punct)) => excerpts.show(punct.span(), &punct.as_char().to_string()),
            Some(TokenTree::Literal(literal)) => excerpts.literal(&literal),
        }
    }
    excerpts.shown.into_iter().map(|(number, line)| (number, line.iter().collect())).collect()
}

struct Excerpts<'f> {
    findings: &'f [Place],
    lines: BTreeMap<usize, Vec<char>>,
    shown: BTreeMap<usize, Vec<char>>,
}

impl Excerpts<'_> {
    /// Shows a token, if it is what stands there: a comment of the documentation is tokens, too, but not as it is written.
    fn show(&mut self, span: Span, token: &str) {
        let (line, column) = (span.start().line, span.start().column);
        let Some(written) = self.lines.get(&line).and_then(|line| line.get(column..)) else { return };
        let token: Vec<char> = token.chars().collect();
        if written.starts_with(&token) {
            token.into_iter().enumerate().for_each(|(at, character)| self.put(line, column + at, character));
        }
    }

    fn put(&mut self, line: usize, column: usize, character: char) {
        if let Some(shown) = self.shown.get_mut(&line).and_then(|line| line.get_mut(column)) {
            *shown = character;
        }
    }

    /// Whether a character, its column counted from 0, is one of a finding, or a brace around it.
    fn is_found(&self, line: usize, column: usize, character: char) -> bool {
        let around = usize::from(matches!(character, '{' | '}'));
        let is_in = |place: &Place| {
            let end = if place.end_line == line { place.end_column + around } else { usize::MAX };
            place.line == line && (place.column - around..end).contains(&(column + 1))
        };
        self.findings.iter().any(is_in)
    }

    fn literal(&mut self, literal: &Literal) {
        let (start, end) = (literal.span().start(), literal.span().end());
        if self.lines.range(start.line..=end.line).next().is_none() {
            return;
        }
        let text = literal.to_string();
        // That of a comment of the documentation is not as it is written.
        let is_as_written = start.line != end.line || text.chars().count() == end.column - start.column;
        if !is_as_written || text.matches('\n').count() != end.line - start.line {
            return;
        }
        // What is too short to say anything is shown.
        let is_short = !text.contains('"') && text.chars().count() <= 2;
        let quotes = [text.find('"'), text.rfind('"')];
        let (mut line, mut column) = (start.line, start.column);
        for (at, character) in text.char_indices() {
            if character == '\n' {
                (line, column) = (line + 1, 0);
                continue;
            }
            let is_shown = is_short || quotes.contains(&Some(at)) || self.is_found(line, column, character);
            self.put(line, column, if is_shown { character } else { '*' });
            column += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_literals_and_comments_go() {
        let place = |line, column| Place { line, column, end_line: line, end_column: column + 4 };
        let source = "/// hunter2\nfn f() { info!(ä = %mail, n = 4111, \"to hunter2 {mail:?}\", 7); } // hunter2\n#[doc = r#\"\nhunter2 x\"#] struct S;";
        let shown = excerpts(source, source.parse().unwrap(), &[place(1, 1), place(2, 50), place(4, 99)]);
        assert_eq!(shown[&1].trim(), "");
        assert_eq!(shown[&2].trim_end(), "fn f() { info!(ä = %mail, n = ****, \"***********{mail***\", 7); }");
        assert_eq!(shown[&4].trim_end(), "*********\"*] struct S;");
    }
}
