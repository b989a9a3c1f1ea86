//! Format strings: `"{}, {name:?}, {0:>width$}"`.

use std::ops::Range;

/// How a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::lint) enum Form {
    /// As itself, or by `Display`.
    Display,
    Debug,
}

/// What stands in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) struct Placeholder {
    pub(in crate::lint) argument: Argument,
    pub(in crate::lint) form: Form,
    /// The name or number in the text; the whole of the braces where there is none.
    pub(in crate::lint) range: Range<usize>,
    /// With the braces.
    pub(in crate::lint) whole: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Argument {
    /// Counted from 0.
    Position(usize),
    Name(String),
}

/// All placeholders of a text, which is a literal as it is written (`literal`) or what it stands for.
pub(in crate::lint) fn placeholders(text: &str, literal: bool) -> Vec<Placeholder> {
    let escapes = literal && !text.starts_with(['r', 'b', 'c']);
    let bytes = text.as_bytes();
    let (mut at, mut next, mut found) = (0, 0, Vec::new());
    while let Some(byte) = bytes.get(at) {
        match byte {
            // `\u{…}` is no placeholder, nor is what stands behind any other backslash the beginning of one.
            b'\\' if escapes && bytes.get(at + 1) == Some(&b'u') => {
                at = text[at..].find('}').map_or(bytes.len(), |end| at + end + 1);
            }
            b'\\' if escapes => at += 2,
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => {
                let Some(len) = text[at..].find('}') else { break };
                let whole = at..at + len + 1;
                found.push(placeholder(text, whole.clone(), &mut next));
                at = whole.end;
            }
            _ => at += 1,
        }
    }
    found
}

fn placeholder(text: &str, whole: Range<usize>, next: &mut usize) -> Placeholder {
    let inside = &text[whole.start + 1..whole.end - 1];
    let (named, spec) = inside.split_once(':').unwrap_or((inside, ""));
    let mut position = || {
        *next += 1;
        *next - 1
    };
    // `{:.*}` takes its precision from an argument of its own, before the value.
    if spec.contains(".*") {
        position();
    }
    let name = named.trim();
    let argument = match name.parse() {
        _ if name.is_empty() => Argument::Position(position()),
        Ok(number) => Argument::Position(number),
        Err(_) => Argument::Name(name.trim_start_matches("r#").to_owned()),
    };
    let start = whole.start + 1 + (named.len() - named.trim_start().len());
    let range = if name.is_empty() { whole.clone() } else { start..start + name.len() };
    let form = if spec.trim_end().ends_with('?') { Form::Debug } else { Form::Display };
    Placeholder { argument, form, range, whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_placeholders(text: &str, literal: bool, expected: &[(&str, Form, &str)]) {
        let found: Vec<_> = placeholders(text, literal)
            .into_iter()
            .map(|placeholder| {
                let argument = match placeholder.argument {
                    Argument::Position(number) => number.to_string(),
                    Argument::Name(name) => name,
                };
                (argument, placeholder.form, text[placeholder.range].to_owned())
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(argument, form, part)| ((*argument).to_owned(), *form, (*part).to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn placeholders_are_read_with_their_names_and_places() {
        use Form::{Debug, Display};
        assert_placeholders(
            "{} {:?} {0} {name:#?} {r#type}",
            false,
            &[
                ("0", Display, "{}"),
                ("1", Debug, "{:?}"),
                ("0", Display, "0"),
                ("name", Debug, "name"),
                ("type", Display, "r#type"),
            ],
        );
        assert_placeholders("{:.*} { x :>8.2} {{no}} }}", false, &[("1", Display, "{:.*}"), ("x", Display, "x")]);
        assert_placeholders(r#""\u{1f} \"{é}\" \\{b}""#, true, &[("é", Display, "é"), ("b", Display, "b")]);
        assert_placeholders(r##"r#"\{a}"#"##, true, &[("a", Display, "a")]);
        assert_placeholders("{never closed", false, &[]);
        assert_placeholders("\"\\", true, &[]);
    }
}
