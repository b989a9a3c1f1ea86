//! Keys and their values in a line, where the line says which is which: members of JSON, and `key=value`.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde_json::Value;

/// A key as a path, and its value as text.
pub(super) struct Pair<'l> {
    /// With dots: `user.email`. The name of a frame such as `fields` is left out.
    pub(super) path: String,
    pub(super) value: std::borrow::Cow<'l, [u8]>,
    /// Where the key stands, in bytes; for documents, the first place where one of that name does.
    pub(super) at: usize,
}

/// `key=value`, `key="value"`, `key: "value"`.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    let key = r"(?-u:\b)(?P<key>[A-Za-z_][A-Za-z0-9_.-]{0,79})";
    let value =
        r#"(?:=(?:"(?P<quoted>[^"\\]{0,4096})"|(?P<plain>[^\s"',;&(){}<>]{1,4096}))|: ?"(?P<member>[^"\\]{0,4096})")"#;
    Regex::new(&format!("(?-u){key}{value}")).expect("the regex is good")
});

/// All pairs of a line, with text for a value. Of documents too deep to be one that a program logs, there are none.
pub(super) fn pairs(line: &[u8]) -> Vec<Pair<'_>> {
    if line.trim_ascii_start().starts_with(b"{")
        && let Ok(document) = serde_json::from_slice::<Value>(line)
    {
        let mut found = Vec::new();
        members(&document, &mut Vec::new(), line, &mut found);
        return found;
    }
    let in_text = PAIR.captures_iter(line).filter_map(|found| {
        let key = found.name("key")?;
        let value = ["quoted", "plain", "member"].iter().find_map(|name| found.name(name))?;
        let path = str::from_utf8(key.as_bytes()).ok()?.to_owned();
        Some(Pair { path, value: value.as_bytes().into(), at: key.start() })
    });
    in_text.collect()
}

fn members<'d>(value: &'d Value, path: &mut Vec<&'d str>, line: &[u8], found: &mut Vec<Pair<'_>>) {
    match value {
        Value::Object(object) => {
            for (key, member) in object {
                let is_frame = path.is_empty() && key == "fields";
                if !is_frame {
                    path.push(key);
                }
                members(member, path, line, found);
                if !is_frame {
                    path.pop();
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, path, line, found)),
        Value::String(text) => {
            let Some(key) = path.last() else { return };
            let at = memchr::memmem::find(line, format!("\"{key}\"").as_bytes()).map_or(0, |at| at + 1);
            found.push(Pair { path: path.join("."), value: text.clone().into_bytes().into(), at });
        }
        // What a number is, its key alone seldom tells.
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_pairs(line: &str, expected: &[(&str, &str, usize)]) {
        let found = pairs(line.as_bytes());
        let found: Vec<_> =
            found.iter().map(|pair| (&*pair.path, str::from_utf8(&pair.value).unwrap(), pair.at)).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn pairs_of_text_and_documents_are_read() {
        assert_pairs(
            r#"level=info user.name="Jo D" n=12 x"#,
            &[("level", "info", 0), ("user.name", "Jo D", 11), ("n", "12", 28)],
        );
        assert_pairs(r#"User { name: "Jo", id: 7 }"#, &[("name", "Jo", 7)]);
        assert_pairs(
            r#"{"fields":{"user":{"name":"Jo"},"tags":["a"],"n":1}}"#,
            &[("tags", "a", 33), ("user.name", "Jo", 20)],
        );
        assert_pairs("no pairs at 12:30, see https://example.com/?", &[]);
        assert_pairs(r#"{"cut":"of"#, &[("cut", "of", 2)][..0]);
    }
}
