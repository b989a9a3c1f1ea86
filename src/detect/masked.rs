//! What others have masked already: `***`, `[FILTERED]`, `Secret([REDACTED])`.

use std::str::from_utf8;

/// The fewest signs that stand for a value.
const FEWEST: usize = 3;
/// What is printed in brackets in place of a value, by frameworks and wrappers.
const WORDS: [&[u8]; 12] = [
    b"redacted",
    b"filtered",
    b"masked",
    b"hidden",
    b"protected",
    b"removed",
    b"scrubbed",
    b"sanitized",
    b"omitted",
    b"sensitive",
    b"set",
    b"unset",
];

/// Whether nothing is left of a value, as someone else's mask stands for all of it; in quotes or a type, too.
pub(super) fn is_masked(value: &[u8]) -> bool {
    let value = without_quotes(value);
    let inner = value.iter().position(|b| matches!(b, b'(' | b'[' | b'<'));
    match inner {
        Some(0) => is_word_in_brackets(value),
        // `Some("***")`, `SecretBox<str>([REDACTED])`
        Some(_) => {
            let name = value.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'<' | b'>'));
            let rest = value.get(name.count()..).and_then(|rest| rest.strip_prefix(b"("));
            // The last bracket may count as that of something around.
            rest.is_some_and(|inner| is_masked(inner.strip_suffix(b")").unwrap_or(inner)))
        }
        None => is_of_signs(value),
    }
}

/// `***`, `••••`
fn is_of_signs(value: &[u8]) -> bool {
    let Ok(text) = from_utf8(value) else { return false };
    text.chars().count() >= FEWEST && ['*', '•', '●', '█'].iter().any(|sign| text.chars().all(|c| c == *sign))
}

/// `[FILTERED]`, `<hidden>`, `(redacted)`; the closing bracket may count as that of something around.
fn is_word_in_brackets(value: &[u8]) -> bool {
    let closes = |b: &u8| matches!(b, b']' | b')' | b'>');
    let inner = &value[1..value.len() - usize::from(value.len() > 1 && value.last().is_some_and(closes))];
    WORDS.iter().any(|word| inner.eq_ignore_ascii_case(word)) || is_of_signs(inner)
}

fn without_quotes(value: &[u8]) -> &[u8] {
    match value {
        [first @ (b'"' | b'\'' | b'`'), inner @ .., last] if first == last => inner,
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_others_are_known_in_all_forms() {
        for mask in [
            "***",
            "\"********\"",
            "••••",
            "[FILTERED]",
            "<redacted>",
            "(hidden)",
            "[***]",
            "Secret([REDACTED])",
            "Some(\"***\")",
            "secrecy::SecretBox<str>([REDACTED])",
            "Some(Secret([REDACTED]))",
        ] {
            assert!(is_masked(mask.as_bytes()), "{mask}");
        }
    }

    #[test]
    fn what_shows_a_part_is_no_mask() {
        for value in [
            "",
            "*",
            "**",
            "****1234",
            "[hunter2]",
            "[FILTERED] x",
            "<x>",
            "Some(\"hunter2\")",
            "(",
            "xxx",
            "*a*",
            "Some(",
            "[redacted",
        ] {
            assert_eq!(is_masked(value.as_bytes()), value == "[redacted", "{value}");
        }
    }
}
