//! Reads the lines of one block: masks, findings, lines of trails, with their time and place.

use serde_json::Value;
use tracing_privacy::Policy;
use tracing_privacy::mask::{Mark, marks};

use super::facts::Facts;
use super::time;
use crate::blocks::lines;
use crate::carry::Carry;
use crate::scan::{Finder, Leak};
use crate::trail::entry::Entry;

/// What reads blocks.
pub(super) struct Reader {
    finder: Finder,
    limit: usize,
}

impl Reader {
    pub(super) fn new(policy: Policy, limit: usize) -> Self {
        Self { finder: Finder::without_values(policy, limit), limit }
    }

    /// The facts of the lines of `block`. Before it stood lines that left `carry` behind.
    pub(super) fn read(&self, carry: Carry, block: &[u8]) -> Facts {
        let mut facts = Facts::of_block();
        let found = self.finder.find(carry, block);
        let mut leaks = found.leaks.iter().filter(|leak| !leak.allowed).peekable();
        for (number, line) in (0..).zip(lines(block, self.limit)) {
            facts.line(line.text.is_none());
            let mut of_line = Vec::new();
            while let Some(leak) = leaks.next_if(|leak| leak.line == number) {
                of_line.push(leak);
            }
            if let Some(text) = line.text {
                read_line(text, number, &of_line, &mut facts);
            }
        }
        facts
    }
}

fn read_line(text: &[u8], number: u64, leaks: &[&Leak], facts: &mut Facts) {
    let tell_leaks = |time, facts: &mut Facts| {
        leaks.iter().for_each(|leak| facts.found(time, &leak.rule, leak.class, &leak.category, number));
    };
    if text.starts_with(b"{\"n\":")
        && let Ok(entry) = serde_json::from_slice::<Entry>(text)
    {
        facts.entry(&entry);
        tell_leaks(Some(entry.time.as_second()), facts);
        return;
    }
    let marks: Vec<Mark<'_>> = marks(text).collect();
    if marks.is_empty() && leaks.is_empty() {
        return;
    }
    let json = text.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice::<Value>(text).ok()).flatten();
    let time = json.as_ref().map_or_else(|| time::of_text(text), time::of_json);
    match &json {
        Some(json) => {
            let target = json.get("target").and_then(Value::as_str).filter(|target| is_name(target));
            marks_of_json(json, &mut Vec::new(), &mut |path, mark| {
                let place = match target {
                    Some(target) => format!("{target} {path}"),
                    None => path.to_owned(),
                };
                facts.masked(time, mark.category, Some(&place), 1);
            });
        }
        None => {
            for mark in &marks {
                facts.masked(time, mark.category, key_before(text, mark.range.start), 1);
            }
        }
    }
    tell_leaks(time, facts);
}

/// Tells all marks in a document, with the path to them.
fn marks_of_json<'j>(value: &'j Value, path: &mut Vec<&'j str>, tell: &mut impl FnMut(&str, &Mark<'_>)) {
    match value {
        Value::String(text) => {
            for mark in marks(text.as_bytes()) {
                tell(&path.join("."), &mark);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| marks_of_json(item, path, tell)),
        Value::Object(members) => {
            for (key, member) in members {
                // Keys of documents may be data, and then are no name of a place.
                let key = if is_name(key) { key } else { "(key)" };
                // What formatters put all fields in says nothing.
                let is_frame = path.is_empty() && key == "fields";
                if !is_frame {
                    path.push(key);
                }
                marks_of_json(member, path, tell);
                if !is_frame {
                    path.pop();
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The key that a value at `at` stands behind: `key=`, `key: "`.
fn key_before(text: &[u8], at: usize) -> Option<&str> {
    let head = text[..at].trim_ascii_end();
    let head = head.strip_suffix(b"\"").or(head.strip_suffix(b"'")).unwrap_or(head).trim_ascii_end();
    let head = head.strip_suffix(b"=").or(head.strip_suffix(b":"))?.trim_ascii_end();
    let head = head.strip_suffix(b"\"").unwrap_or(head);
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let start = head.iter().rposition(|byte| !is_key(byte)).map_or(0, |at| at + 1);
    str::from_utf8(&head[start..]).ok().filter(|key| is_name(key))
}

/// Whether a text has the form of a name that a program gave, and not that of data.
pub(crate) fn is_name(text: &str) -> bool {
    const LONGEST: usize = 80;
    const MOST_DIGITS: usize = 3;
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    starts
        && text.len() <= LONGEST
        && text.chars().all(of_name)
        && text.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Reader::new(Policy::builtin(), 1 << 20).read(Carry::default(), text.as_bytes())
    }

    #[test]
    fn marks_are_counted_with_time_category_and_place() {
        let text = "2026-01-02 03:04:05 mail to [redacted:contact], password=[redacted:credential]\n\
            {\"timestamp\":\"2026-01-02T03:04:05Z\",\"target\":\"shop::db\",\"fields\":{\"user\":{\"name\":\"[redacted:person]\"},\"message\":\"x\"}}\n\
            {\"a b\":\"[redacted:person]\"}\n\
            nothing\n";
        let facts = facts(text);
        assert_eq!(facts.categories.sorted(), [("person", 2), ("contact", 1), ("credential", 1)]);
        assert_eq!(facts.places.sorted(), [("(key)", 1), ("password", 1), ("shop::db user.name", 1)]);
        assert_eq!((facts.masked_without_time, facts.found_count(), facts.lines_of_input()), (1, 0, 4));
        assert_eq!(facts.masked_over_time.bars(9).0.len(), 1);
    }

    #[test]
    fn findings_are_counted_unless_their_line_allows_them() {
        let facts = facts("a\nto jane.doe@example.com\nto jane.doe@example.com # privacy:allow email a test\n");
        let email = &facts.findings["email"];
        assert_eq!((email.count, email.first.1, facts.masked_count()), (1, 1, 0));
    }

    #[test]
    fn names_of_programs_are_names_and_data_is_none() {
        for name in ["user.email", "shop::billing", "X-Api-Key", "_id", "password2"] {
            assert!(is_name(name), "{name}");
        }
        for data in ["", "jane@example.com", "4111 1111", "a b", "<script>", "id-20260102", "é", &"x".repeat(81), "1a"]
        {
            assert!(!is_name(data), "{data}");
        }
    }

    #[test]
    fn keys_before_a_value_are_found() {
        for (text, key) in [
            ("user.email=", Some("user.email")),
            ("x, \"apiKey\": \"", Some("apiKey")),
            ("to ", None),
            ("Authorization: ", Some("Authorization")),
            ("jane@example.com: ", Some("example.com")),
        ] {
            assert_eq!(key_before(text.as_bytes(), text.len()), key, "{text}");
        }
    }
}
