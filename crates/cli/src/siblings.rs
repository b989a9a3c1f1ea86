//! Values whose name stands in a line above, and no less deep: `- name: DB_PASSWORD` and `  value: x` below it, as Kubernetes, headers and
//! properties are printed, an account and its `pass`, an option and its value as items of a list (`- --password`, `- x`), or the part of a
//! form that is uploaded (RFC 7578) and what it holds.

use tracing_privacy::{Finding, Policy};

use crate::blocks;
use crate::outline::{MARKS, content};

/// So many lines below a name its value may stand.
const FARTHEST: usize = 3;
/// The longest line that is taken for a name, in bytes.
const LONGEST_NAME: usize = 160;

/// The last line that may name a value, if it stands near.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Siblings(Option<Box<Name>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    /// In which column the line begins, behind the dash of a list.
    column: usize,
    text: Vec<u8>,
    names: Names,
    lines_left: usize,
}

/// How a line names what stands below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// `name: X`: the value stands under a key, too.
    Member,
    /// `user: x`: beside it a `pass` is a password.
    Account,
    /// `- --x`: the value is the next item of a list.
    Option,
    /// `Content-Disposition: …`: the value is the line behind the headers.
    FormPart,
}

impl Names {
    fn of(line: &[u8]) -> Option<Self> {
        if line.len() > LONGEST_NAME || !begins_as_name(line) {
            None
        } else if is_option(line) {
            Some(Self::Option)
        } else if part_name(line).is_some() {
            Some(Self::FormPart)
        } else if has_role(line, &NAMES) {
            Some(Self::Member)
        } else {
            has_role(line, &ACCOUNTS).then_some(Self::Account)
        }
    }
}

impl Siblings {
    /// Goes on to the next line. Answers the value in it that a line above names, if that is sensitive.
    #[inline]
    pub(crate) fn next<'p>(&mut self, policy: &'p Policy, line: &[u8]) -> Option<Finding<'p>> {
        if !self.is_concerned_by(line) {
            return None;
        }
        let found = self.0.as_ref().and_then(|name| name.value_in(policy, line));
        self.enter(line);
        found
    }

    /// Whether a line may have a value, or name one. Most do not.
    #[inline]
    fn is_concerned_by(&self, line: &[u8]) -> bool {
        self.0.is_some() || (line.len() <= LONGEST_NAME && begins_as_name(line))
    }

    fn enter(&mut self, line: &[u8]) {
        let Some(column) = column(line) else { return };
        if let Some(name) = &mut self.0 {
            name.lines_left -= 1;
            let ends_part = name.names == Names::FormPart && line.starts_with(b"--");
            if name.lines_left == 0 || column < name.column || ends_part {
                self.0 = None;
            }
        }
        // A name says more than an account.
        let keeps = |names: Names| names == Names::Account && self.0.as_ref().is_some_and(|name| name.names != names);
        if let Some(names) = Names::of(line).filter(|names| !keeps(*names)) {
            self.0 = Some(Box::new(Name { column, text: line.to_vec(), names, lines_left: FARTHEST }));
        }
    }

    /// Goes on to the state behind a block of lines, of which those over `limit` are not looked at: a name is forgotten soon, so the last
    /// lines tell it.
    pub(crate) fn pass(&mut self, block: &[u8], limit: usize) {
        let (mut from, mut lines) = (block.len(), 0);
        while from > 0 && lines < FARTHEST {
            let end = from;
            from = memchr::memrchr(b'\n', &block[..end - 1]).map_or(0, |newline| newline + 1);
            let line = blocks::line(block, from..end, limit);
            lines += usize::from(line.text.and_then(column).is_some());
        }
        if lines == FARTHEST {
            self.0 = None;
        }
        for line in blocks::lines(&block[from..], limit).filter_map(|line| line.text) {
            if self.is_concerned_by(line) {
                self.enter(line);
            }
        }
    }
}

impl Name {
    fn value_in<'p>(&self, policy: &'p Policy, line: &[u8]) -> Option<Finding<'p>> {
        if column(line) != Some(self.column) {
            return None;
        }
        let is_member = matches!(self.names, Names::Member | Names::Account);
        let value = content(line, is_member)?;
        let found = &line[value.clone()];
        // The name and the value in one text, and where in it the value begins.
        let (text, from) = match self.names {
            // Another option follows: this one has no value.
            Names::Option if found.starts_with(b"-") || self.lines_left < FARTHEST => return None,
            // The part has no value, or another header.
            Names::FormPart if found.starts_with(b"--") || is_header(found) => return None,
            // All else is told without an account; and `PASS: a_test` is what test runners print.
            Names::Account if !has_role(line, &PASSWORDS) || memchr::memmem::find(line, b"PASS").is_some() => {
                return None;
            }
            // The item of a list has a name of its own.
            _ if is_member && line.trim_ascii_start().starts_with(b"- ") => return None,
            Names::Option => behind(&self.text[content(&self.text, false)?], b" ", found),
            Names::FormPart => behind(part_name(&self.text)?, b"=", found),
            Names::Member | Names::Account => {
                let lines = [without_change(&self.text), b"\n".to_vec(), without_change(line)];
                (lines.concat(), self.text.len() + 1 + value.start)
            }
        };
        let mut finding = policy.findings(&text).into_iter().find(|finding| finding.range.start >= from)?;
        // What a detector finds in it by itself is found without the name, too.
        if policy.findings(found).iter().any(|alone| alone.rule == finding.rule) {
            return None;
        }
        let offset = from - value.start;
        let in_line = finding.range.start - offset..finding.range.end - offset;
        // Of an element the tags may stay, if nothing else is behind it.
        let is_element = found.starts_with(b"<")
            && line[in_line.end..].starts_with(b"</")
            && memchr::memchr_iter(b'<', &line[in_line.end..]).count() == 1;
        finding.range = if is_element { in_line } else { value };
        Some(finding)
    }
}

/// A name, what separates it from its value, and the value; and where that begins.
fn behind(name: &[u8], separator: &[u8], value: &[u8]) -> (Vec<u8>, usize) {
    ([name, separator, value].concat(), name.len() + separator.len())
}

/// The name of the part of a form that a header begins, if it is no file: `Content-Disposition: form-data; name="X"`.
fn part_name(line: &[u8]) -> Option<&[u8]> {
    const HEADER: &[u8] = b"content-disposition: form-data; name=\"";
    let line = line.trim_ascii();
    let (header, rest) = line.split_at_checked(HEADER.len())?;
    let end = memchr::memchr(b'"', rest).filter(|end| header.eq_ignore_ascii_case(HEADER) && *end + 1 == rest.len())?;
    Some(&rest[..end])
}

/// `Content-Type: text/plain`
fn is_header(line: &[u8]) -> bool {
    line.get(..b"content-".len()).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}

/// Where a line begins, behind the dash of a list; `None` for an empty one.
fn column(line: &[u8]) -> Option<usize> {
    let blanks = line.iter().position(|b| !b.is_ascii_whitespace())?;
    Some(blanks + if MARKS.iter().any(|mark| line[blanks..].starts_with(mark)) { 2 } else { 0 })
}

/// A line with a blank for the mark of what changes.
fn without_change(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    if let Some(first) = line.iter_mut().find(|b| !b.is_ascii_whitespace()).filter(|b| matches!(b, b'+' | b'~')) {
        *first = b' ';
    }
    line
}

/// A line without its blanks, and the dash of a list.
fn inner(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    MARKS.iter().find_map(|mark| line.strip_prefix(*mark)).unwrap_or(line)
}

/// Whether a line begins as those that name a value, or as an option in a list.
#[inline]
fn begins_as_name(line: &[u8]) -> bool {
    let Some(first) = line.iter().position(|b| !b.is_ascii_whitespace()) else { return false };
    matches!(
        line[first],
        b'-' | b'+'
            | b'~'
            | b'"'
            | b'\''
            | b'<'
            | b'n'
            | b'N'
            | b'k'
            | b'K'
            | b'h'
            | b'H'
            | b'p'
            | b'P'
            | b'c'
            | b'C'
            | b'u'
            | b'U'
            | b'l'
            | b'e'
    )
}

/// Keys of names, of accounts, and of their passwords.
const NAMES: [&[u8]; 6] = [b"name", b"key", b"header", b"headername", b"parameterkey", b"parametername"];
const ACCOUNTS: [&[u8]; 4] = [b"user", b"username", b"login", b"email"];
const PASSWORDS: [&[u8]; 3] = [b"pass", b"psw", b"pw"];

/// `name: X`, `"key": "X",`, `headerName = X`, `<name>X</name>`: one of these keys, and something behind it.
fn has_role(line: &[u8], roles: &[&[u8]]) -> bool {
    let line = inner(line);
    let line = line.strip_prefix(b"<").unwrap_or(line).trim_ascii_start();
    let line = line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line);
    let len = line.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let behind = line[len..].trim_ascii_start();
    let behind = behind.strip_prefix(b"\"").or_else(|| behind.strip_prefix(b"'")).unwrap_or(behind).trim_ascii_start();
    roles.iter().any(|role| line[..len].eq_ignore_ascii_case(role))
        && matches!(behind, [b':' | b'=' | b'>', rest @ ..] if !rest.trim_ascii().is_empty())
}

/// `- --password`, `"--password",`: an option and nothing else, as the item of a list.
fn is_option(line: &[u8]) -> bool {
    let is_item = matches!(line.trim_ascii_start(), [b'-', b' ', ..] | [b'"' | b'\'', ..]);
    let text = inner(line);
    let text = text.strip_suffix(b",").unwrap_or(text);
    let text = match text {
        [first @ (b'"' | b'\''), text @ .., last] if first == last => text,
        text => text,
    };
    let Some(name) = text.strip_prefix(b"-") else { return false };
    let name = name.strip_prefix(b"-").unwrap_or(name);
    is_item && name.len() > 1 && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines, with `#` for what a line above names.
    fn marked(text: &str) -> String {
        let policy = Policy::builtin();
        let mut siblings = Siblings::default();
        let mark = |line: &str| match siblings.next(&policy, line.as_bytes()) {
            Some(value) => format!("{}#{}", &line[..value.range.start], &line[value.range.end..]),
            None => line.to_owned(),
        };
        text.lines().map(mark).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_a_line_above_names_is_sensitive_by_that_name() {
        for (text, expected) in [
            (
                "env:\n- name: DB_PASSWORD\n  value: a b\n- name: PORT\n  value: 80",
                "env:\n- name: DB_PASSWORD\n  value: #\n- name: PORT\n  value: 80",
            ),
            (
                "  {\n    \"name\": \"DB_PASSWORD\",\n    \"value\": \"a\",\n    \"n\": 1\n  }",
                "  {\n    \"name\": \"DB_PASSWORD\",\n    \"value\": \"#\",\n    \"n\": 1\n  }",
            ),
            (
                "Header {\n    name: \"x-api-key\",\n    value: \"a\",\n}",
                "Header {\n    name: \"x-api-key\",\n    value: \"#\",\n}",
            ),
            (
                "  + set {\n      + name  = \"db.password\"\n      + value = \"a\"\n    }",
                "  + set {\n      + name  = \"db.password\"\n      + value = \"#\"\n    }",
            ),
            ("<name>DB_PASSWORD</name>\n<value>a</value>", "<name>DB_PASSWORD</name>\n<value>#</value>"),
            ("smtp:\n  user: joe\n  pass: a", "smtp:\n  user: joe\n  pass: #"),
            (
                "  {\n    \"user\": \"joe\",\n    \"port\": 25,\n    \"pass\": \"a\"\n  }",
                "  {\n    \"user\": \"joe\",\n    \"port\": 25,\n    \"pass\": \"#\"\n  }",
            ),
            ("  name: password\n  user: x\n  value: a", "  name: password\n  user: x\n  value: #"),
            ("  name: password\n  kind: x\n  value: a", "  name: password\n  kind: x\n  value: #"),
            (
                "args:\n  - --db-password\n  - hunter2\n  - --port\n  - 80",
                "args:\n  - --db-password\n  - #\n  - --port\n  - 80",
            ),
            ("[\n  \"--password\",\n  \"a\",\n  \"b\"\n]", "[\n  \"--password\",\n  \"#\",\n  \"b\"\n]"),
        ] {
            assert_eq!(marked(text), expected);
        }
    }

    #[test]
    fn all_else_stays() {
        for text in [
            "user: joe\npass: 12",
            "suite: joe\npass: a",
            "user: joe\nPASS: a",
            "user: joe\nemail: a queued",
            "user: joe\nphone: invalid",
            "user: joe\n  pass: a",
            "- name: region\n  value: eu",
            "- name: password\n- value: a",
            "- name: password\n  valueFrom:\n    secretKeyRef: a",
            "name: password\nother\nlines\nmore\nvalue: a",
            "  name: password\nvalue: a",
            "- --verbose\n- hunter2",
            "- --password\n- --port\n- 80",
            "- --password=a\n- b",
            "--password\nhunter2",
            "keys: password\nvalue: a",
            "Content-Disposition: form-data; name=\"password\"\n--x\nb",
            "Content-Disposition: form-data; name=\"note\"\n\nb",
            "Content-Disposition: form-data; name=\"password\"; filename=\"a\"\n\nb",
            "name: password",
            "",
            "\n ",
        ] {
            assert_eq!(marked(text), text);
        }
    }

    #[test]
    fn passing_over_lines_leaves_the_state_that_reading_them_leaves() {
        let text = "a\n- name: b\n\n  value: c\n- --token\n\nd\n x\nover the limit: - name\n  key: e\n f\r\nname: g\nh";
        let (policy, limit) = (Policy::builtin(), 14);
        let starts: Vec<usize> = (0..=text.len()).filter(|at| *at == 0 || text[..*at].ends_with('\n')).collect();
        for cut in starts.iter().copied().chain([text.len()]) {
            for from in starts.iter().copied().filter(|from| *from <= cut) {
                let mut passed = Siblings::default();
                passed.pass(&text.as_bytes()[..from], limit);
                passed.pass(&text.as_bytes()[from..cut], limit);
                let mut read = Siblings::default();
                for line in blocks::lines(&text.as_bytes()[..cut], limit).filter_map(|line| line.text) {
                    let _ = read.next(&policy, line);
                }
                assert_eq!(read, passed, "after {cut} bytes, in two blocks of which the first ends at {from}");
            }
        }
    }
}
