//! Which line an error shows, and which part of it is marked.

use std::ops::Range;

use super::conceal::{self, PLACEHOLDER};

/// One line of a text, fit to be shown: no secrets, not too long.
#[derive(Debug, PartialEq)]
pub(super) struct Picture {
    /// Counted from 1.
    pub(super) line: usize,
    /// In characters, counted from 1; where a secret is marked, that of its beginning.
    pub(super) column: usize,
    /// What is shown of the line.
    pub(super) text: String,
    /// What is marked, as bytes of `text`.
    pub(super) marked: Range<usize>,
}

/// How many characters are shown before and after the beginning of what is marked.
const BEFORE: usize = 50;
const AFTER: usize = 60;
const ELLIPSIS: char = '…';

impl Picture {
    /// The line in which `span` begins. Any span will do, also one beyond the end or between two bytes of a character.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let start = place_to_show(text, span.start);
        let line = line_around(text, start);
        let start = start.min(line.end);
        let end = character_start(text, span.end.clamp(start, line.end));

        let hidden = conceal::secrets(text, line.clone());
        let concealed = Concealed::of(&text[line.clone()], &hidden);
        let marked = concealed.start(start - line.start)..concealed.end(end - line.start);
        let (shown, marked) = window(&concealed.text, marked);
        Self {
            line: text[..line.start].bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: text[line.start..line.start + concealed.edge(start - line.start)].chars().count() + 1,
            text: shown,
            marked,
        }
    }
}

/// Where `offset` points, moved back to what can be shown: an error at the end of a file belongs to its last line, not
/// to the empty one below.
fn place_to_show(text: &str, offset: usize) -> usize {
    if offset >= text.len() { text.trim_end().len() } else { character_start(text, offset) }
}

/// The beginning of the character that `offset` points into.
fn character_start(text: &str, offset: usize) -> usize {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start
}

/// The line around `offset`, without its line break.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |newline| offset + newline);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end
}

/// A line with placeholders where secrets stood.
struct Concealed<'l> {
    text: String,
    hidden: &'l [Range<usize>],
}

impl<'l> Concealed<'l> {
    fn of(line: &str, hidden: &'l [Range<usize>]) -> Self {
        let mut text = String::new();
        let mut copied = 0;
        for secret in hidden {
            text.push_str(&line[copied..secret.start]);
            text.push_str(PLACEHOLDER);
            copied = secret.end;
        }
        text.push_str(&line[copied..]);
        Self { text, hidden }
    }

    /// That place of the line, or the beginning of the secret that it is in. Behind a secret counts as in it: its
    /// end would tell how long it is.
    fn edge(&self, place: usize) -> usize {
        let secret = self.hidden.iter().find(|secret| (secret.start..=secret.end).contains(&place));
        secret.map_or(place, |secret| secret.start)
    }

    /// Where what begins at that place of the line begins in the text.
    fn start(&self, place: usize) -> usize {
        let place = self.edge(place);
        self.shifted(place)
    }

    /// Where what ends at that place of the line ends in the text.
    fn end(&self, place: usize) -> usize {
        let secret = self.hidden.iter().find(|secret| secret.start < place && place <= secret.end);
        self.shifted(secret.map_or(place, |secret| secret.end))
    }

    /// Where a place outside of all secrets is in the text.
    fn shifted(&self, place: usize) -> usize {
        let before = self.hidden.iter().filter(|secret| secret.end <= place);
        before.fold(place, |place, secret| place + PLACEHOLDER.len() - secret.len())
    }
}

/// Cuts a long line around what is marked.
fn window(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    let start = line[..marked.start].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let end = line[marked.start..].char_indices().nth(AFTER).map_or(line.len(), |(at, _)| marked.start + at);
    let mut text = String::new();
    if start > 0 {
        text.push(ELLIPSIS);
    }
    let shift = text.len();
    text.push_str(&line[start..end]);
    let marked = marked.start - start + shift..marked.end.clamp(marked.start, end) - start + shift;
    if end < line.len() {
        text.push(ELLIPSIS);
    }
    (text, marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, column and the marked part.
    fn marked(text: &str, span: Range<usize>) -> (usize, usize, String) {
        let picture = Picture::of(text, span);
        (picture.line, picture.column, picture.text[picture.marked].to_owned())
    }

    #[test]
    fn finds_line_and_column() {
        let text = "version = 1\n\n[[field]]\r\nclas = 3\r\n";
        assert_eq!(marked(text, 0..7), (1, 1, "version".into()));
        assert_eq!(marked(text, 24..28), (4, 1, "clas".into()));
        assert_eq!(Picture::of(text, 24..28).text, "clas = 3");
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(marked("näme = 'ü' = 3", 12..14), (1, 11, " =".into()));
    }

    #[test]
    fn marks_only_the_first_line_of_many() {
        assert_eq!(marked("a = [\n1,\n2]\n", 4..11), (1, 5, "[".into()));
    }

    #[test]
    fn the_end_of_the_file_belongs_to_its_last_line() {
        assert_eq!(marked("a = 1\n\n\n", 8..8), (1, 6, String::new()));
        assert_eq!(marked("a = 1", 5..5), (1, 6, String::new()));
    }

    #[test]
    fn any_span_will_do() {
        let text = "ä = 1\r\nkey = 'x'\n[tokens]\nkey = '''\ny\n'''\n\n";
        for start in 0..text.len() + 3 {
            for end in [0, start, start + 1, start + 9, usize::MAX] {
                let picture = Picture::of(text, start..end);
                assert!(picture.text.get(picture.marked.clone()).is_some(), "{start}..{end}: {picture:?}");
            }
        }
        assert_eq!(Picture::of("", 0..0).line, 1);
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = format!("{}HERE{}", "ä ".repeat(500_000), "ü ".repeat(500_000));
        let at = text.find("HERE").expect("written above");
        let picture = Picture::of(&text, at..text.len());
        assert!(picture.text.chars().count() < 120, "{}", picture.text.len());
        assert!(picture.text.starts_with('…') && picture.text.ends_with('…'));
        assert!(picture.text[picture.marked].starts_with("HERE"));
        assert_eq!(picture.column, 1_000_001);
    }

    #[test]
    fn a_secret_is_neither_shown_nor_measured() {
        let text = "[tokens]\nkey = \"canary-of-some-length\"\n";
        for span in [15..39, 20..24, 38..38, 39..39] {
            let picture = Picture::of(text, span.clone());
            assert_eq!(picture.text, "key = [hidden]", "{span:?}");
            assert_eq!(picture.column, 7, "{span:?}");
            assert_eq!(picture.marked.start, 6, "{span:?}");
        }
    }

    #[test]
    fn marks_what_stands_behind_a_secret() {
        let run = "0123456789abcdef".repeat(3);
        let text = format!("x = ['{run}', 3]");
        let at = text.find('3').map_or(0, |_| text.len() - 2);
        assert_eq!(Picture::of(&text, at..at + 1).text, "x = ['[hidden]', 3]");
        assert_eq!(marked(&text, at..at + 1).2, "3");
    }
}
