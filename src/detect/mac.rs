//! Hardware addresses: EUI-48 and EUI-64.
//!
//! Source: IEEE 802-2014, section 8 (pairs of digits with `:` or `-`); the notation of Cisco has groups of four with dots. The
//! addresses of nobody (all zeros) and of everybody (broadcast) are left alone.

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::{Detector, Probe, Verdict};

/// Finds the whole address, first digit to last.
pub(crate) static DETECTOR: Detector =
    Detector { name: "mac", anchors: &[Anchor::Shape(Shape::MacDigits)], find, number: None };

/// Judges the run of hexadecimal digits and separators around the anchor as a whole, so each run is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let separator = text[anchor_end - 3];
    let separator = if separator.is_ascii_hexdigit() { b'.' } else { separator };
    let in_run = |b: &&u8| b.is_ascii_hexdigit() || **b == separator;
    let left = text[floor..anchor_end].iter().rev().take_while(in_run).count();
    let right = text[anchor_end..].iter().take_while(in_run).count();
    let run_end = anchor_end + right;
    let mut start = past_escape(text, anchor_end - left);
    let mut end = run_end;
    // Punctuation before and behind, as in `mac:00:00:5e:00:53:01:`.
    while start < end && text[start] == separator {
        start += 1;
    }
    while end > start && text[end - 1] == separator {
        end -= 1;
    }
    let whole = !word_before(text, start) && !word_after(text, end);
    if start >= floor && whole && is_address(&text[start..end], separator) {
        return Verdict::Found(start..end);
    }
    Verdict::Nothing { resume: run_end }
}

fn is_address(run: &[u8], separator: u8) -> bool {
    const LONGEST: usize = "00-00-00-00-00-00-00-00".len();
    if run.len() > LONGEST {
        return false;
    }
    let (size, groups) = if separator == b'.' { (4, 3..=4) } else { (2, 6..=8) };
    let count = run.split(|&b| b == separator).count();
    let even = run.split(|&b| b == separator).all(|group| group.len() == size);
    let digits = || run.iter().filter(|&&b| b != separator);
    let nobody = digits().all(|&b| b == b'0') || digits().all(|b| b.eq_ignore_ascii_case(&b'f'));
    // Decimal digits alone are a point in time (`26-11-22-10-15-30`) or a version more often, but for the colons.
    let decimal = separator != b':' && digits().all(u8::is_ascii_digit) && run.first() != Some(&b'0');
    groups.contains(&count) && count != 7 && even && !nobody && !decimal
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_all_notations() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦00:00:5E:00:53:01⟧",
                "from ⟦00-00-5e-00-53-01⟧, to ⟦01-00-5e-90-10-01⟧.",
                "⟦0000.5e00.5301⟧",
                "⟦02:00:5E:10:00:00:00:01⟧ ⟦0200.5e10.0000.0001⟧",
                "ether=⟦00:00:5e:00:53:01⟧;",
                "\\n⟦00:00:5e:00:53:01⟧\\n",
            ],
        );
    }

    #[test]
    fn ignores_times_dumps_and_nobody() {
        assert_ignores(
            &DETECTOR,
            &[
                "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff FF-FF-FF-FF-FF-FF 0000.0000.0000",
                "26-11-22-10-15-30",
                "2026-11-22-10-15-30",
                "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
                "00:00:5e:00:53:01:02",
                "2001:db8:0:0:8:800:200c:417a",
                "1234.5678.9012",
                "12:34:56.789",
                "x00:00:5e:00:53:01 00:00:5e:00:53:01x",
            ],
        );
    }
}
