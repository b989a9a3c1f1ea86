//! Hardware addresses: EUI-48 and EUI-64.
//!
//! Source: IEEE 802-2014, section 8 (pairs of digits with `:` or `-`); the notation of Cisco has groups of four with dots; some
//! write blanks between the pairs. The addresses of nobody (all zeros) and of everybody (broadcast) have a detector of
//! their own, so that a person can switch it off; so have digits in one piece, which look like any identifier.

use std::ops::Range;

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::{Detector, Probe, Verdict};

/// Finds the whole address, first digit to last.
pub(crate) static DETECTOR: Detector =
    Detector { name: "mac", anchors: ANCHORS, find: |probe| find(probe, false), number: None };

/// Finds the addresses of nobody and of everybody.
pub(crate) static NOBODY: Detector =
    Detector { name: "mac_nobody", anchors: ANCHORS, find: |probe| find(probe, true), number: None };

const ANCHORS: &[Anchor] = &[Anchor::Shape(Shape::MacDigits)];

/// Judges the run of hexadecimal digits and separators around the anchor as a whole, so each run is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>, nobody: bool) -> Verdict {
    let separator = text[anchor_end - 3];
    if separator == b' ' {
        return spaced(text, anchor_end, floor, nobody);
    }
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
    if start >= floor && whole && is_address(&text[start..end], separator, nobody) {
        return Verdict::Found(start..end);
    }
    Verdict::Nothing { resume: run_end }
}

/// Judges the run of pairs with blanks between them as a whole.
fn spaced(text: &[u8], anchor_end: usize, floor: usize, nobody: bool) -> Verdict {
    let hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    let blank_and_pair = |at: usize| text.get(at) == Some(&b' ') && hex(at + 1) && hex(at + 2);
    let mut start = anchor_end - "00 00 00 00 00 00".len();
    while start >= floor + 3 && text[start - 1] == b' ' && hex(start - 2) && hex(start - 3) {
        start -= 3;
    }
    let mut end = anchor_end;
    while blank_and_pair(end) && !word_after(text, end + 3) {
        end += 3;
    }
    let whole = !word_before(text, start) && !word_after(text, end);
    if !nobody && whole && is_spaced_address(&text[start..end]) && !is_dump(text, start..end) {
        return Verdict::Found(start..end);
    }
    Verdict::Nothing { resume: end }
}

/// Whether so many pairs are an address rather than bytes: letters of one case and digits, and hardly a zero.
fn is_spaced_address(run: &[u8]) -> bool {
    let pairs = || run.split(|&b| b == b' ');
    let any = |is: fn(&u8) -> bool| run.iter().any(is);
    let zeros = pairs().filter(|pair| *pair == b"00").count();
    matches!(pairs().count(), 6 | 8)
        && any(u8::is_ascii_digit)
        && any(u8::is_ascii_uppercase) != any(u8::is_ascii_lowercase)
        && zeros < 2
}

/// Whether what stands around says that these are bytes: an offset, a length in brackets, a word.
fn is_dump(text: &[u8], run: Range<usize>) -> bool {
    const NEAR: usize = 32;
    const WORDS: [&[u8]; 12] = [
        b"bytes", b"byte", b"data", b"payload", b"hex", b"hexdump", b"dump", b"raw", b"frame", b"packet", b"cdb",
        b"sense",
    ];
    let before = text[run.start.saturating_sub(NEAR)..run.start].trim_ascii_end();
    let last = before.strip_suffix(b":").unwrap_or(before);
    let word_before = last.rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
    let offset = word_before.iter().all(u8::is_ascii_hexdigit) && word_before.iter().any(u8::is_ascii_digit);
    let named =
        || before.split(|b| !b.is_ascii_alphabetic()).any(|word| WORDS.iter().any(|w| word.eq_ignore_ascii_case(w)));
    let ascii_column = text[run.end..].trim_ascii_start().first() == Some(&b'|');
    offset || before.last() == Some(&b']') || ascii_column || named()
}

/// Whether this is an address, and one of nobody if `nobody`.
fn is_address(run: &[u8], separator: u8, nobody: bool) -> bool {
    const LONGEST: usize = "00-00-00-00-00-00-00-00".len();
    if run.len() > LONGEST {
        return false;
    }
    let (size, groups) = if separator == b'.' { (4, 3..=4) } else { (2, 6..=8) };
    let count = run.split(|&b| b == separator).count();
    let even = run.split(|&b| b == separator).all(|group| group.len() == size);
    let digits = || run.iter().filter(|&&b| b != separator);
    let is_nobody = digits().all(|&b| b == b'0') || digits().all(|b| b.eq_ignore_ascii_case(&b'f'));
    // Decimal digits alone are a point in time (`26-11-22-10-15-30`) or a version more often, but for the colons.
    let decimal = separator != b':' && digits().all(u8::is_ascii_digit) && run.first() != Some(&b'0');
    groups.contains(&count) && count != 7 && even && is_nobody == nobody && !decimal
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
                "peer ⟦02 0A 5E 10 53 01⟧ left",
                "said ⟦02 0a 5e 10 53 01 21 07⟧.",
                "q=⟦02 0a 5e 10 53 01⟧&n=1",
            ],
        );
    }

    #[test]
    fn addresses_of_nobody_are_found_apart() {
        assert_finds(
            &NOBODY,
            &["⟦00:00:00:00:00:00⟧ to ⟦ff:ff:ff:ff:ff:ff⟧", "⟦FF-FF-FF-FF-FF-FF⟧", "⟦0000.0000.0000⟧"],
        );
        assert_ignores(&NOBODY, &["00:00:5e:00:53:01", "00 00 00 00 00 00", "FFFFFFFFFFFF", "ff:ff:ff:ff:ff:ff:ff"]);
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

    #[test]
    fn ignores_bytes_and_words() {
        assert_ignores(
            &DETECTOR,
            &[
                "02 0a 5e 10 53 01 21",
                "02 0a 5e 10 53 01 21 07 02 0a 5e 10 53 01 21 07",
                "0010 02 0a 5e 10 53 01",
                "00000010: 02 0a 5e 10 53 01",
                "can0 123 [8] 02 0a 5e 10 53 01 21 07",
                "read 6 bytes: 48 65 6c 6c 6f 21",
                "48 65 6c 6c 6f 21 |Hello!|",
                "CDB: 12 00 00 00 2c 00",
                "10 20 30 40 50 60",
                "be ad fe ed fa ce",
                "02 0A 5e 10 53 01",
                "x02 0a 5e 10 53 01",
            ],
        );
    }
}
