//! International bank account numbers.
//!
//! Source: ISO 13616, in its electronic form and in its print form (groups of four).

use super::anchor::{Anchor, Shape};
use super::around::{word_after, word_before};
use super::validator::iban;
use super::{Detector, Probe, Verdict};

/// Finds the whole number, country code to last character.
pub(crate) static DETECTOR: Detector =
    Detector { name: "iban", anchors: &[Anchor::Shape(Shape::IbanHead)], find, number: None };

/// What an IBAN starts with: country code and check digits.
const HEAD: usize = 4;

fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let start = anchor_end - HEAD;
    let end = if start < floor || word_before(text, start) { None } else { end(text, start) };
    end.map_or(Verdict::Nothing { resume: anchor_end }, |end| Verdict::Found(start..end))
}

/// Where the IBAN ends that starts at `start`, in one piece or in groups of four with the same separator.
fn end(text: &[u8], start: usize) -> Option<usize> {
    let mut iban = [0; 34];
    let length = iban::length(text[start..].first_chunk()?)?;
    let separator = separator_at(text, start + HEAD);
    let mut at = start;
    for (taken, slot) in iban[..length].iter_mut().enumerate() {
        if taken > 0 && taken % HEAD == 0 {
            if separator_at(text, at) != separator {
                return None;
            }
            at += separator.map_or(0, <[u8]>::len);
        }
        *slot = *text.get(at).filter(|b| b.is_ascii_alphanumeric())?;
        at += 1;
    }
    (!word_after(text, at) && iban::has_check_digits(&iban[..length])).then_some(at)
}

/// What stands between two groups at `at`: a space, a dash, or a space in another spelling.
fn separator_at(text: &[u8], at: usize) -> Option<&'static [u8]> {
    const SEPARATORS: [&[u8]; 5] = [b" ", b"-", b"\xC2\xA0", b"+", b"%20"];
    let rest = text.get(at..).filter(|rest| rest.first().is_some_and(|b| !b.is_ascii_alphanumeric()))?;
    SEPARATORS.into_iter().find(|separator| rest.starts_with(separator))
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_both_forms() {
        assert_finds(
            &DETECTOR,
            &[
                "to ⟦DE89370400440532013000⟧.",
                "to ⟦DE89 3704 0044 0532 0130 00⟧ today",
                "iban=⟦GB29-NWBK-6016-1331-9268-19⟧;",
                "⟦gb29nwbk60161331926819⟧",
                "⟦NO93 8601 1117 947⟧ 12 ms",
                "⟦MT84 MALT 0110 0001 2345 MTLC AST0 01S⟧",
                "⟦DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00⟧",
                "q=%22⟦DE89370400440532013000⟧%22",
                "q=⟦DE89+3704+0044+0532+0130+00⟧&x",
                "from ⟦DE89370400440532013000⟧ to ⟦FR1420041010050500013M02606⟧",
            ],
        );
    }

    #[test]
    fn ignores_what_only_looks_like_one() {
        assert_ignores(
            &DETECTOR,
            &[
                "DE88370400440532013000",
                "DE8937040044053201300",
                "DE893704004405320130001",
                "xDE89370400440532013000",
                "de89c0ffee00-4400-0532-0130-00",
                "DE89 3704-0044 0532-0130 00",
                "DE89 370400440532013000 and so on",
                "DE89",
            ],
        );
    }
}
