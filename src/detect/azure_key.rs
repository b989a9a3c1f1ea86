//! Keys of Microsoft Azure, which are known by a signature in their middle.
//!
//! Sources: "Common Annotated Security Keys" (microsoft/security-utilities): base64 of 84 or 88 characters with `JQQJ99`
//! in it, and the older identifiable keys of 44 to 88 characters that end in a service's signature and a checksum.
//! Client secrets of Microsoft Entra: three characters, a digit, `Q~`, and 31 to 34 more.

use std::ops::Range;

use super::validator::entropy::looks_random;
use super::{Detector, Probe, Verdict};

/// Finds the whole key.
pub(crate) static DETECTOR: Detector = Detector {
    name: "azure_key",
    anchors: &["[0-9]Q~", "JQQJ", "AZDO", "ASt", "ACDb", "AzSe", "AzFu", "APIM", r"\+A(?:MC|BA|Eh|RM|IoT)"],
    find,
    number: None,
};

/// The longest key.
const LONGEST: usize = 88;
/// What a client secret has around its signature.
const SECRET_BEFORE: usize = 4;
const SECRET_LENGTHS: std::ops::RangeInclusive<usize> = 37..=40;

/// Reads no further than the longest key reaches, so that nothing need be remembered.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let key = if text[anchor_end - 1] == b'~' { client_secret(text, anchor_end) } else { signed_key(text, anchor_end) };
    match key {
        Some(key) if key.start >= floor => Verdict::Found(key),
        _ => Verdict::Nothing { resume: anchor_end },
    }
}

fn client_secret(text: &[u8], anchor_end: usize) -> Option<Range<usize>> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'~' | b'.' | b'-');
    let start = anchor_end.checked_sub("8Q~".len() + SECRET_BEFORE - 1)?;
    let end = anchor_end + text[anchor_end..].iter().take(LONGEST).take_while(|b| is_part(b)).count();
    // A dot that ends the sentence is none of it.
    let end = end - text[start..end].iter().rev().take_while(|b| **b == b'.').count();
    let whole = text[start..end].iter().all(is_part) && SECRET_LENGTHS.contains(&(end - start));
    (whole && looks_random(&text[anchor_end..end], 16)).then_some(start..end)
}

fn signed_key(text: &[u8], anchor_end: usize) -> Option<Range<usize>> {
    let is_base64 = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let before = text[..anchor_end].iter().rev().take(LONGEST + 1).take_while(is_base64).count();
    let after = text[anchor_end..].iter().take(LONGEST + 1).take_while(is_base64).count();
    let padding = text[anchor_end + after..].iter().take(2).take_while(|b| **b == b'=').count();
    let (start, end) = (anchor_end - before, anchor_end + after + padding);
    let length = matches!(end - start, 44 | 52 | 56 | 76 | 84 | 88);
    (length && looks_random(&text[start..end], 40)).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_client_secrets_and_signed_keys() {
        let random = "k3jD8sLq0Zx7Wm2P4nRt5YbV6cFg9HuJ1aEoIk3jD8sLq0Zx7Wm2";
        assert_finds(
            &DETECTOR,
            &[
                "x = \"⟦abc8Q~k3jD8sLq0Zx7Wm2P4nRt5YbV6cFg9HuJ1⟧\";",
                "<v>⟦~a.7Q~k3jD8sLq0Zx7Wm2P4nRt5YbV6cFg9HuJ1⟧</v>",
                &format!("key ⟦{random}JQQJ99BFACAAAAAAAAAAAAAAAZDOabcd⟧."),
                &format!("⟦{}+AStabcdefg==⟧", &format!("{random}{random}")[..75]),
            ],
        );
    }

    #[test]
    fn ignores_other_base64() {
        assert_ignores(
            &DETECTOR,
            &[
                "8Q~",
                "abc8Q~short",
                "JQQJ99",
                "the AStar and the AZDO boards",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaAPIM",
            ],
        );
    }
}
