//! United States social security numbers, `AAA-GG-SSSS`.
//!
//! Source: Social Security Administration; which numbers can exist is told by the validator. Nine digits in one piece have
//! no form of their own and are left to rules with context.

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::validator::us_ssn;
use super::{Detector, Probe, Verdict};

/// Finds the eleven characters.
pub(crate) static DETECTOR: Detector =
    Detector { name: "us_ssn", anchors: &[Anchor::Shape(Shape::SsnDigits)], find, number: None };

const LEN: usize = "AAA-GG-SSSS".len();

fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let start = anchor_end - LEN;
    let separator = text[anchor_end - 5];
    let digit_beyond = |separator_at: Option<usize>, digit_at: Option<usize>| {
        let byte = |at: Option<usize>| at.and_then(|at| text.get(at));
        byte(separator_at) == Some(&separator) && byte(digit_at).is_some_and(u8::is_ascii_digit)
    };
    let part = word_before(text, start)
        || past_escape(text, start) != start
        || word_after(text, anchor_end)
        || digit_beyond(start.checked_sub(1), start.checked_sub(2))
        || digit_beyond(Some(anchor_end), Some(anchor_end + 1));
    if start < floor || part || !us_ssn::check(&text[start..anchor_end]) {
        return Verdict::Nothing { resume: anchor_end };
    }
    Verdict::Found(start..anchor_end)
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_numbers_with_separators() {
        assert_finds(
            &DETECTOR,
            &[
                "ssn=⟦123-45-6789⟧,",
                "ssn ⟦123 45 6789⟧ of",
                "(⟦123.45.6789⟧)",
                "SSN-⟦123-45-6789⟧.",
                "\\n⟦123-45-6789⟧\\n",
                "%20⟦123-45-6789⟧%20",
                "⟦123-45-6789⟧ ⟦223-45-6789⟧",
            ],
        );
    }

    #[test]
    fn ignores_dates_phones_and_identifiers() {
        assert_ignores(
            &DETECTOR,
            &[
                "000-12-3456",
                "666-12-3456",
                "912-12-3456",
                "078-05-1120",
                "2026-11-22",
                "555-123-4567",
                "0123-45-6789",
                "123-45-67890",
                "1-123-45-6789",
                "123-45-6789-1",
                "123-45 6789",
                "10 123 45 6789 11",
                "1.123.45.6789",
                "a123-45-6789",
            ],
        );
    }
}
