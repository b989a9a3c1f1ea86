//! Values that span lines: `password: Some(` and `"x",` below it, as `{:#?}` and others print, or `password: |` of YAML.
//!
//! Line by line nothing says that `"x",` is a password. So the lines that may begin a value are remembered, and what stands deeper below
//! them belongs to it: that is how all of these are printed. Whether it is sensitive is what the policy says of that line and one more.

use std::collections::HashMap;
use std::ops::Range;

use tracing_privacy::mask::marks;
use tracing_privacy::{Finding, Policy};

use crate::blocks;

/// So much of the end of a line is kept: key, type and bracket.
const LONGEST_OPENER: usize = 256;
/// So many lines are kept, each deeper than the one before; what stands deeper still belongs to the last.
const DEEPEST: usize = 32;
/// So many lines may belong to a value. Past them it is given up.
const MOST_LINES: usize = 4096;

/// What stands before an item of a list, and before what changes in a plan of Terraform.
pub(crate) const MARKS: [&[u8]; 3] = [b"- ", b"+ ", b"~ "];

/// The lines that may have begun a value that goes on, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline(Vec<Opener>);

/// A line that may begin a value, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Opener {
    depth: usize,
    /// The end of the line.
    text: Vec<u8>,
    lines_left: usize,
}

impl Outline {
    /// Goes on to the next line. Answers the lines that it may belong to, outermost first.
    fn next(&mut self, line: &[u8]) -> impl Iterator<Item = &[u8]> {
        let above = self.enter(line);
        self.0[..above].iter().map(|opener| &*opener.text)
    }

    /// Whether a line may belong to another one, or begin something. Most lines concern nobody.
    #[inline]
    fn is_concerned_by(&self, line: &[u8]) -> bool {
        !self.0.is_empty() || line.last().is_some_and(|last| may_end_opener(*last))
    }

    /// Goes on to a line. Answers how many it may belong to.
    fn enter(&mut self, line: &[u8]) -> usize {
        let depth = depth(line);
        self.0.retain(|opener| opener.lines_left > 0 && depth.is_none_or(|depth| opener.depth < depth));
        self.0.iter_mut().for_each(|opener| opener.lines_left -= 1);
        let above = self.0.len();
        if let Some(depth) = depth {
            self.begin(line, depth);
        }
        above
    }

    /// Remembers a line if it may begin a value.
    fn begin(&mut self, line: &[u8], depth: usize) {
        let text = line.trim_ascii_end();
        if self.0.len() < DEEPEST && may_be_opener(text) {
            let text = text[text.len().saturating_sub(LONGEST_OPENER)..].to_vec();
            self.0.push(Opener { depth, text, lines_left: MOST_LINES });
        }
    }

    /// Goes on to the state behind a block of lines, of which those over `limit` are not looked at. Reads little more than the last
    /// line that is not indented, and what follows it: nothing goes on past such a line.
    pub(crate) fn pass(&mut self, block: &[u8], limit: usize) {
        let mut from = block.len();
        while from > 0 {
            let end = from;
            from = memchr::memrchr(b'\n', &block[..end - 1]).map_or(0, |newline| newline + 1);
            if blocks::line(block, from..end, limit).text.and_then(depth) == Some(0) {
                break;
            }
        }
        for line in blocks::lines(&block[from..], limit).filter_map(|line| line.text) {
            if self.is_concerned_by(line) {
                self.enter(line);
            }
        }
    }
}

/// Whether a line that ends so may begin a value: with a bracket, a tag, a separator, or `|-` and the like of YAML.
#[inline]
fn may_end_opener(b: u8) -> bool {
    matches!(b, b'(' | b'[' | b'{' | b'|' | b'>' | b':' | b'=' | b'-' | b'+') || b.is_ascii_whitespace()
}

/// Whether a line may begin a value. Before a colon at its end stands nothing but a key: below `unexpected token:` goes on what somebody says.
fn may_be_opener(line: &[u8]) -> bool {
    let Some((last, before)) = line.split_last() else { return false };
    let mut key = before.trim_ascii();
    while let Some(rest) = key.strip_prefix(b"- ").or_else(|| key.strip_prefix(b"? ")) {
        key = rest.trim_ascii_start();
    }
    let is_key = !key.is_empty() && (key[0] == b'"' || !key.iter().any(u8::is_ascii_whitespace));
    may_end_opener(*last) && (*last != b':' || is_key) && (*last != b'>' || may_be_element(before))
}

/// Whether what ends before a `>` may be an arrow, or the tag of an element, with others before it at most: not a word in `usage: app <PASSWORD>`.
fn may_be_element(line: &[u8]) -> bool {
    let tag = memchr::memchr(b'<', line);
    tag.is_none_or(|tag| matches!(line[..tag].trim_ascii(), [] | [.., b':' | b'=' | b'(' | b'[' | b'"' | b'\'']))
}

/// How deep a line stands; `None` for an empty one. The item of a list stands deeper than its key, which may begin in the same column.
fn depth(line: &[u8]) -> Option<usize> {
    let blanks = line.iter().position(|b| !b.is_ascii_whitespace())?;
    Some(2 * blanks + usize::from(line[blanks..].starts_with(b"- ")))
}

/// Tells which lines are part of a sensitive value that began above them.
pub(crate) struct Insides<'p> {
    policy: &'p Policy,
    outline: Outline,
    /// What was asked already, by the line that begins a value.
    asked: HashMap<Vec<u8>, Option<Finding<'p>>>,
}

impl<'p> Insides<'p> {
    /// Behind lines that left that outline.
    pub(crate) fn new(policy: &'p Policy, outline: Outline) -> Self {
        Self { policy, outline, asked: HashMap::new() }
    }

    /// What stands in the next line of a sensitive value that began above it.
    #[inline]
    pub(crate) fn next(&mut self, line: &[u8]) -> Option<Finding<'p>> {
        if self.outline.is_concerned_by(line) { self.look_at(line) } else { None }
    }

    fn look_at(&mut self, line: &[u8]) -> Option<Finding<'p>> {
        let is_trace = || line.trim_ascii_start().starts_with(b"at ");
        let (policy, asked) = (self.policy, &mut self.asked);
        self.outline.next(line).find_map(|opener| {
            // Lines that stand below a text that only ends so (`got token:`) may be a stack trace.
            if opener.ends_with(b":") && is_trace() {
                return None;
            }
            if !asked.contains_key(opener) {
                asked.insert(opener.to_vec(), ask(policy, opener));
            }
            let mut finding = asked[opener].clone()?;
            let has_members = opener.last().is_some_and(|last| b"([{:".contains(last));
            finding.range = content(line, has_members)?;
            Some(finding)
        })
    }
}

/// What a line has besides blanks, the dash of a list, the key of a member, the comma behind it, and the quotes around all of it; `None` if
/// that is nothing, brackets, `null`, or masked already.
pub(crate) fn content(line: &[u8], has_members: bool) -> Option<Range<usize>> {
    let is_around = |b: &u8| b.is_ascii_whitespace();
    let mut start = line.iter().position(|b| !is_around(b))?;
    start += if MARKS.iter().any(|mark| line[start..].starts_with(mark)) { 2 } else { 0 };
    start += if has_members { key_len(&line[start..]) } else { 0 };
    let mut end = line.iter().rposition(|b| !is_around(b) && *b != b',')? + 1;
    if matches!(line.get(start), Some(b'"' | b'\'')) {
        // Brackets that end what began above.
        let string = line[..end].iter().rposition(|b| *b == line[start]).filter(|close| *close > start);
        let only_closes = |close: &usize| line[close + 1..end].iter().all(|b| is_around(b) || b")]}".contains(b));
        end = string.filter(only_closes).map_or(end, |close| close + 1);
    }
    if let [quote @ (b'"' | b'\''), inner @ .., last] = line.get(start..end)?
        && quote == last
        && memchr::memchr_iter(*quote, inner).all(|at| inner[..at].ends_with(b"\\"))
    {
        (start, end) = (start + 1, end - 1);
    }
    let text = &line[start..end];
    let is_nothing = text.iter().all(|b| b"()[]{},;".contains(b)) || text == b"null";
    let is_masked = marks(text).next().is_some_and(|mark| mark.range == (0..text.len()));
    (!is_nothing && !is_masked).then_some(start..end)
}

/// How long the key is that a line begins with, separator and blanks included: `"login": `, `login: `, `login  = `.
fn key_len(line: &[u8]) -> usize {
    let blanks = |from: usize| line[from..].iter().take_while(|b| **b == b' ').count();
    let name = name_len(line);
    let separator = match line.get(name) {
        Some(b':') => name,
        Some(b' ') => name + blanks(name),
        _ => return 0,
    };
    let is_separator = separator == name || line.get(separator) == Some(&b'=');
    let behind = line.get(separator + 1..).map_or(0, |_| blanks(separator + 1));
    if name == 0 || !is_separator || behind == 0 { 0 } else { separator + 1 + behind }
}

/// How long the name is that a line begins with, with its quotes, if it has any.
fn name_len(line: &[u8]) -> usize {
    match line {
        [b'"', rest @ ..] => {
            let is_escaped = |quote: &usize| rest[..*quote].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
            memchr::memchr_iter(b'"', rest).find(|quote| !is_escaped(quote)).map_or(0, |quote| quote + 2)
        }
        _ => line.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count(),
    }
}

/// The line without its last bracket, which begins a value, and that bracket: it stays, since what is in it is masked below.
#[inline]
pub(crate) fn split_opening(line: &[u8]) -> (&[u8], &[u8]) {
    if line.last().is_none_or(|last| !may_end_opener(*last)) {
        return (line, b"");
    }
    match line.trim_ascii_end() {
        [before @ .., b'{' | b'[' | b'('] if matches!(before.trim_ascii_end(), [.., b':' | b'=']) => {
            line.split_at(before.len())
        }
        _ => (line, b""),
    }
}

/// Why what stands below a line is sensitive, if it is.
fn ask<'p>(policy: &'p Policy, opener: &[u8]) -> Option<Finding<'p>> {
    /// Means nothing by itself.
    const BELOW: &[u8] = b"zqzqzq";
    // An element without an end may be a word in brackets.
    let end: &[u8] = if opener.ends_with(b">") { b"</" } else { b"" };
    let indent = opener.iter().take_while(|b| b.is_ascii_whitespace()).count() + 8;
    // Of a type that holds a string, that must be one.
    let quote: &[u8] = if opener.ends_with(b"(") { b"\"" } else { b"" };
    let text = [opener, b"\n", &vec![b' '; indent], quote, BELOW, quote, end].concat();
    let below = text.len() - end.len() - quote.len() - BELOW.len();
    let below = below..below + BELOW.len();
    let covers = |range: &Range<usize>| range.start <= below.start && below.end <= range.end;
    policy.findings(&text).into_iter().find(|finding| covers(&finding.range))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines, with `#` for what is part of a sensitive value that began above them.
    fn marked(text: &str) -> String {
        let policy = Policy::builtin();
        let mut insides = Insides::new(&policy, Outline::default());
        let mark = |line: &str| match insides.next(line.as_bytes()) {
            Some(value) => format!("{}#{}", &line[..value.range.start], &line[value.range.end..]),
            None => line.to_owned(),
        };
        text.lines().map(mark).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_stands_deeper_below_a_sensitive_key_belongs_to_it() {
        for (text, expected) in [
            // `{:#?}`, behind the beginning of an event.
            (
                "INFO x: Config {\n    password: Some(\n        \"a\",\n    ),\n    note: \"b\",\n}",
                "INFO x: Config {\n    password: Some(\n        \"#\",\n    ),\n    note: \"b\",\n}",
            ),
            (
                "\"credentials\": {\n  \"login\": \"a: b\",\n  \"n\": 7,\n  \"inner\": {\n    \"o\": [\n      1\n    ]\n  }\n}",
                "\"credentials\": {\n  \"login\": \"#\",\n  \"n\": #,\n  \"inner\": {\n    \"o\": [\n      #\n    ]\n  }\n}",
            ),
            ("credentials:\n  login: a\n  b: |\n    c: d", "credentials:\n  login: #\n  b: #\n    c: #"),
            ("password: |\n  a: b", "password: |\n  #"),
            (
                "A {\n    api_key: Key(\n        Inner {\n            a: 1,\n        },\n    ),\n}",
                "A {\n    api_key: Key(\n        #\n            a: #,\n        },\n    ),\n}",
            ),
            ("password: |-\n  a b\n\n  c\nnote: d\n  e", "password: |-\n  #\n\n  #\nnote: d\n  e"),
            ("passwords:\n- a\n- 'b'\nothers:\n- c", "passwords:\n- #\n- '#'\nothers:\n- c"),
            (
                "{\n \"passwords\": [\n  \"a\",\n  7\n ],\n \"n\": [\n  8\n ]\n}",
                "{\n \"passwords\": [\n  \"#\",\n  #\n ],\n \"n\": [\n  8\n ]\n}",
            ),
            (
                "<a>\n <password>\n  b\n </password>\n <c>\n  d\n </c>\n</a>",
                "<a>\n <password>\n  #\n </password>\n <c>\n  d\n </c>\n</a>",
            ),
            ("Some(\n    ApiKey(\n        \"a\",\n    ),\n)", "Some(\n    ApiKey(\n        \"#\",\n    ),\n)"),
            ("password: Some(\n    \"a\\\": b\",\n)", "password: Some(\n    \"#\",\n)"),
            ("-   'password':\n    - a", "-   'password':\n    - #"),
            ("users[0].password :\n  a", "users[0].password :\n  #"),
            (
                "\"password\": {\n  \"k\\\"ey\": \"a\",\n  \"k\\\\\": 7\n}",
                "\"password\": {\n  \"k\\\"ey\": \"#\",\n  \"k\\\\\": #\n}",
            ),
            ("\"password\": {\n  \"a\": \"1\" }", "\"password\": {\n  \"a\": \"#\" }"),
            ("\tpassword = (\n\t\ta\n\t)", "\tpassword = (\n\t\t#\n\t)"),
            ("password: |  \n  a", "password: |  \n  #"),
        ] {
            assert_eq!(marked(text), expected);
        }
    }

    #[test]
    fn all_else_stays() {
        for text in [
            "password: a\n  b",
            "token:\n    at com.example.Login.check(Login.java:17)",
            "Enter password:\n  go on",
            "usage: app --secret <SECRET>\n  --verbose",
            "login <user> <password>\n  to go on",
            "error: unexpected token:\n  --> src/main.rs:3:5\n   |",
            "Region(\n    \"eu\",\n)",
            "note: Some(\n    \"password\",\n)",
            "password: Some(\nlistening on 192.0.2.1\n    \"a\",",
            "password: Some(\n    [redacted:credential],\n)",
            "items:\n- a\n  b",
            "login <password> <user>\n  a",
            "",
            "\n ",
        ] {
            assert_eq!(marked(text), text);
        }
    }

    #[test]
    fn a_value_without_end_is_bounded() {
        let text = format!("password: |\n{}", "  a\n".repeat(MOST_LINES + 1));
        assert_eq!(marked(&text).matches('#').count(), MOST_LINES);
        let deep: String = (0..2 * DEEPEST).map(|n| format!("{}a: [\n", " ".repeat(n))).collect();
        let mut outline = Outline::default();
        outline.pass(deep.as_bytes(), usize::MAX);
        assert_eq!(outline.0.len(), DEEPEST);
        let long = format!("{}{{", "x".repeat(2 * LONGEST_OPENER));
        outline.pass(long.as_bytes(), usize::MAX);
        assert_eq!(outline.0.iter().map(|opener| opener.text.len()).collect::<Vec<_>>(), [LONGEST_OPENER]);
    }

    #[test]
    fn passing_over_lines_leaves_the_state_that_reading_them_leaves() {
        let text =
            "a: {\n b: [\n  c\n\n  d: |\n ]\n- e:\n- f\n}\n g: [\r\n x {\r\nh: (\n  i\n\nover the limit: [\n j: {";
        let (policy, limit) = (Policy::builtin(), 14);
        for cut in (0..=text.len()).filter(|cut| *cut == 0 || text[..*cut].ends_with('\n') || *cut == text.len()) {
            for from in (0..=cut).filter(|from| *from == 0 || text[..*from].ends_with('\n')) {
                let mut passed = Outline::default();
                passed.pass(&text.as_bytes()[..from], limit);
                passed.pass(&text.as_bytes()[from..cut], limit);
                let mut insides = Insides::new(&policy, Outline::default());
                let lines = blocks::lines(&text.as_bytes()[..cut], limit).filter_map(|line| line.text);
                for line in lines {
                    let _ = insides.next(line);
                }
                assert_eq!(
                    insides.outline, passed,
                    "after {cut} bytes, in two blocks of which the first ends at {from}"
                );
            }
        }
    }
}
