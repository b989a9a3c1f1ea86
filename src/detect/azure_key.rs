//! Keys of Microsoft Azure, which are known by a signature in their middle.
//!
//! Sources: "Common Annotated Security Keys" (microsoft/security-utilities): base64 of 84 or 88 characters with `JQQJ99`
//! in it, and the older identifiable keys of 44 to 88 characters that end in a service's signature and a checksum.
//! Client secrets of Microsoft Entra: three characters, a digit, `Q~`, and 31 to 34 more.

use std::ops::Range;

use super::anchor::{Anchor, Shape};
use super::validator::entropy::looks_random;
use super::{Detector, Probe, Verdict};

/// Finds the whole key.
pub(crate) static DETECTOR: Detector = Detector {
    name: "azure_key",
    anchors: &[Anchor::Shape(Shape::AzureTilde), Anchor::Shape(Shape::VeryLongWord)],
    find,
    number: None,
};

/// What all signed keys hold, by product.
const SIGNATURES: [&[u8]; 12] =
    [b"JQQJ", b"AZDO", b"ASt", b"ACDb", b"AzSe", b"AzFu", b"APIM", b"+AMC", b"+ABA", b"+AEh", b"+ARM", b"+AIoT"];

/// The shortest key with a signature, without its padding.
const SHORTEST_UNPADDED: usize = Shape::VERY_LONG_WORD;
/// The longest key.
const LONGEST: usize = 88;
/// What a client secret has around its signature.
const SECRET_BEFORE: usize = 4;
const SECRET_LENGTHS: std::ops::RangeInclusive<usize> = 37..=40;

/// Reads no further than the longest secret reaches, or the long word, which is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let key = if text[anchor_end - 1] == b'~' {
        client_secret(text, anchor_end)
    } else {
        signed_key(text, anchor_end, floor)
    };
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

/// The first signed key in the long word that ends at `end`.
fn signed_key(text: &[u8], end: usize, floor: usize) -> Option<Range<usize>> {
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let in_word = |b: &&u8| is_base64(b) || matches!(b, b'_' | b'-');
    let start = end - text[floor..end].iter().rev().take_while(in_word).count();
    if end - start < SHORTEST_UNPADDED {
        return None;
    }
    let runs = text[start..end].split(|b| !is_base64(b)).scan(start, |at, run| {
        let start = std::mem::replace(at, *at + run.len() + 1);
        Some(start..start + run.len())
    });
    let key = |run: Range<usize>| {
        let padding = text[run.end..].iter().take(2).take_while(|b| **b == b'=').count();
        let key = run.start..run.end + padding;
        let length = matches!(key.len(), 44 | 52 | 56 | 76 | 84 | 88);
        let signed = || text[run].windows(5).any(|five| SIGNATURES.iter().any(|signature| five.starts_with(signature)));
        (length && signed() && looks_random(&text[key.clone()], 40)).then_some(key)
    };
    runs.into_iter().find_map(key)
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
