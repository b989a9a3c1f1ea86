//! What others have masked already: `***`, `[FILTERED]`, `Secret([REDACTED])`.

use std::str::from_utf8;

/// The fewest signs that stand for a value.
const FEWEST: usize = 3;
/// Types in which a value may be that is shown as signs.
const WRAPPERS: [&[u8]; 7] = [b"Some", b"Ok", b"Secret", b"Redacted", b"Password", b"Zeroizing", b"Protected"];
/// The longest value of a type that is looked into, in bytes.
const LONGEST_TYPED: usize = 128;
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
    match value {
        [b'*' | 0xe2, ..] => is_of_signs(value),
        [b'(' | b'[' | b'<', .., b')' | b']' | b'>'] => is_word_in_brackets(value),
        [b'A'..=b'Z' | b'a'..=b'z', .., b')' | b']' | b'>' | b'"' | b'*'] if value.len() <= LONGEST_TYPED => {
            memchr::memchr(b'(', value).is_some_and(|bracket| {
                // `Some("***")`, `SecretBox<str>([REDACTED])`
                let of_type = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b':' | b'<' | b'>');
                let last = value[..bracket].iter().rposition(|b| *b == b':').map_or(0, |colon| colon + 1);
                let inner = &value[bracket + 1..];
                // The last bracket may count as that of something around.
                let inner = inner.strip_suffix(b")").unwrap_or(inner);
                let is_wrapper =
                    WRAPPERS.iter().any(|wrapper| value[last..].starts_with(wrapper)) || inner.starts_with(b"[");
                is_wrapper
                    && value[last].is_ascii_uppercase()
                    && value[..bracket].iter().all(of_type)
                    && is_masked(inner)
            })
        }
        _ => false,
    }
}

/// `***`, `••••`
fn is_of_signs(value: &[u8]) -> bool {
    let Ok(text) = from_utf8(value) else { return false };
    text.chars().count() >= FEWEST && ['*', '•', '●', '█'].iter().any(|sign| text.chars().all(|c| c == *sign))
}

/// `[FILTERED]`, `<hidden>`, `(redacted)`
fn is_word_in_brackets(value: &[u8]) -> bool {
    let inner = &value[1..value.len() - 1];
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
    fn types_within_types_are_read_no_deeper_than_masks_are() {
        let nested = format!("{}***{}", "A(".repeat(1_000_000), ")".repeat(1_000_000));
        assert!(!is_masked(nested.as_bytes()));
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
            "hunter(***)",
            "Hunter2(***)",
            "[redacted",
            "Hunter(***)",
            "(set",
        ] {
            assert!(!is_masked(value.as_bytes()), "{value}");
        }
    }
}
