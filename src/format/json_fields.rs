//! The fields of a span, stored as JSON members.

use std::fmt;

use tracing_core::span::Record;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FormatFields, FormattedFields};

use super::scratch::Scratch;
use super::visitor::{MemberVisitor, Members};
use super::write;
use crate::boundary::reading_unescaped;

/// Stores the fields of a span as JSON members, `"a":1,"b":"x"`, which [`Json`](super::Json) copies into each event.
///
/// As with the stock formatter, members are in order of their keys, and a key that is recorded again keeps the last value.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct JsonFields;

impl JsonFields {
    /// Makes one; there is nothing to set.
    pub fn new() -> Self {
        Self
    }
}

impl<'writer> FormatFields<'writer> for JsonFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        Scratch::with(|scratch| {
            for (index, member) in record(scratch, &fields).enumerate() {
                if index > 0 {
                    writer.write_char(',')?;
                }
                writer.write_str(member)?;
            }
            Ok(())
        })
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        Scratch::with(|scratch| {
            // The values are printed first: where one panics, the span keeps what it had.
            let new = record(scratch, fields);
            let old = std::mem::take(&mut current.fields);
            current.fields.reserve(2 * old.len());
            merge(&old, new, &mut current.fields);
        });
        Ok(())
    }
}

/// The members of what is recorded, sorted by key; of equal keys, the last.
fn record<'s>(scratch: &'s mut Scratch, fields: &impl RecordFields) -> impl Iterator<Item = &'s str> {
    reading_unescaped(|| fields.record(&mut MemberVisitor(SpanMembers(scratch))));

    let Scratch { text, members } = scratch;
    let mut end = text.len();
    for member in members.iter_mut().rev() {
        member.end = end;
        end = member.start;
    }
    // The sort is stable: reversed, the last of equal keys comes first, and is the one that stays.
    members.reverse();
    members.sort_by(|a, b| key_of(&text[a.clone()]).cmp(key_of(&text[b.clone()])));
    members.dedup_by(|later, kept| key_of(&text[later.clone()]) == key_of(&text[kept.clone()]));
    members.iter().map(|member| &text[member.clone()])
}

/// Collects members one behind the other, and where each begins.
struct SpanMembers<'s>(&'s mut Scratch);

impl Members for SpanMembers<'_> {
    fn member(&mut self, name: &str) -> &mut String {
        let start = self.0.text.len();
        self.0.members.push(start..start);
        write::key(&mut self.0.text, name);
        &mut self.0.text
    }

    fn bytes(out: &mut String, bytes: &[u8]) {
        write::byte_array(out, bytes);
    }
}

/// Appends old and new members in order of their keys; where both have a key, the new one.
fn merge<'n>(old: &str, new: impl Iterator<Item = &'n str>, out: &mut String) {
    let mut append = |member: &str| {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(member);
    };
    let mut old = split(old).peekable();
    for member in new {
        while let Some(earlier) = old.next_if(|old| key_of(old) < key_of(member)) {
            append(earlier);
        }
        old.next_if(|old| key_of(old) == key_of(member));
        append(member);
    }
    old.for_each(append);
}

/// The members of a text that [`JsonFields`] stored.
fn split(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (member, rest) = text.split_at_checked(member_len(text.as_bytes()))?;
        text = rest.strip_prefix(',').unwrap_or_default();
        (!member.is_empty()).then_some(member)
    })
}

/// How long the first member of a text is. Values hold no objects, and arrays hold only numbers.
fn member_len(text: &[u8]) -> usize {
    let value_start = string_len(text) + 1;
    let value = text.get(value_start..).unwrap_or_default();
    let value_len = match value.first() {
        Some(b'"') => string_len(value),
        Some(b'[') => memchr::memchr(b']', value).map_or(value.len(), |end| end + 1),
        _ => memchr::memchr(b',', value).unwrap_or(value.len()),
    };
    (value_start + value_len).min(text.len())
}

/// The key of a member, escaped as it stands there.
fn key_of(member: &str) -> &str {
    member.get(1..string_len(member.as_bytes()).saturating_sub(1)).unwrap_or(member)
}

/// How long the string at the start of a text is, its quotes included.
fn string_len(text: &[u8]) -> usize {
    let mut position = 1;
    loop {
        let rest = text.get(position..).unwrap_or_default();
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest[found] == b'"' => return position + found + 1,
            Some(backslash) => position += backslash + 2,
            None => return text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(old: &str, new: &[&str]) -> String {
        let mut out = String::new();
        merge(old, new.iter().copied(), &mut out);
        out
    }

    #[test]
    fn members_are_split_where_they_end() {
        let text = r#""a":1,"b":"x,\"y\",\\","c,\"":null,"d":[1,2],"e":"","f":-1.5e3"#;
        let members: Vec<_> = split(text).collect();
        assert_eq!(
            members,
            [r#""a":1"#, r#""b":"x,\"y\",\\""#, r#""c,\"":null"#, r#""d":[1,2]"#, r#""e":"""#, r#""f":-1.5e3"#]
        );
        let keys: Vec<_> = members.into_iter().map(key_of).collect();
        assert_eq!(keys, ["a", "b", r#"c,\""#, "d", "e", "f"]);
        assert_eq!(split("").count(), 0);
    }

    #[test]
    fn new_members_replace_old_ones_of_the_same_key() {
        assert_eq!(merged("", &[r#""b":1"#]), r#""b":1"#);
        assert_eq!(merged(r#""a":1"#, &[]), r#""a":1"#);
        assert_eq!(merged(r#""b":1"#, &[r#""b":"2,""#]), r#""b":"2,""#);
        assert_eq!(merged(r#""b":1,"d":4"#, &[r#""a":0"#, r#""c":3"#, r#""d":5"#, r#""e":6"#]), {
            r#""a":0,"b":1,"c":3,"d":5,"e":6"#
        });
        assert_eq!(merged(r#""a":1,"a.b":2"#, &[r#""a b":3"#]), r#""a":1,"a b":3,"a.b":2"#);
    }

    #[test]
    fn text_of_any_other_origin_does_no_harm() {
        for text in ["{", "\"", "\"\\", "\"a", "\"a\"", "\"a\":", "\"a\":[1", ",,", "é", "\"é\\", "a=1 b=2", "[", "\\é"]
        {
            assert!(split(text).count() <= text.len());
            assert!(merged(text, &[r#""z":1"#]).contains(r#""z":1"#), "{text}");
            let _ = key_of(text);
        }
    }
}
