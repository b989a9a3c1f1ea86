//! Runs one detector over a text the way the scanner does, and checks that it keeps the contract.

use std::ops::Range;

use super::Detector;
use super::scanner::{Matcher, Scanner, Scratch, Sink};
use crate::document::encoding::blob::Blob;

/// The ranges that `detector` finds in `text`.
pub(super) fn ranges(detector: &'static Detector, text: &[u8]) -> Vec<Range<usize>> {
    let scanner = Scanner::new(vec![(0, Matcher::Native(detector))]).expect("a detector compiles");
    let mut found = Found { text, ranges: Vec::new() };
    let mut scratch = Scratch::default();
    scanner.scan(text, &mut scratch, &mut found);
    // What one text left must not matter for the next.
    let first = std::mem::take(&mut found.ranges);
    scanner.scan(text, &mut scratch, &mut found);
    assert_eq!(found.ranges, first, "the second time");
    found.ranges
}

/// Keeps what is found; the scanner itself asserts that the rest of the contract is kept.
struct Found<'t> {
    text: &'t [u8],
    ranges: Vec<Range<usize>>,
}

impl Sink for Found<'_> {
    fn found(&mut self, _: u32, _: usize, range: Range<usize>) {
        let floor = self.ranges.last().map_or(0, |last| last.end);
        assert!(floor <= range.start, "{range:?} from {floor}");
        if let Ok(text) = std::str::from_utf8(self.text) {
            assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{range:?} splits");
        }
        self.ranges.push(range);
    }

    fn document(&mut self, at: usize) -> usize {
        at
    }

    fn separator(&mut self, _: usize) {}
    fn option(&mut self, _: usize) {}
    fn bracketed(&mut self, _: usize) {}
    fn braced(&mut self, _: usize) {}
    fn element(&mut self, _: usize) {}
    fn sql_values(&mut self, _: usize) {}
    fn sql_literal(&mut self, _: usize) {}
    fn disguise(&mut self) {}
    fn blob(&mut self, _: Blob, _: usize) {}
    fn byte_list(&mut self, _: usize) {}

    fn own_mark(&mut self, _: Range<usize>) {}
}

/// The texts that `detector` finds in `text`.
pub(super) fn findings<'t>(detector: &'static Detector, text: &'t str) -> Vec<&'t str> {
    ranges(detector, text.as_bytes()).into_iter().map(|range| &text[range]).collect()
}

/// Asserts that each text's only finding is what stands between `⟦` and `⟧` in it.
pub(super) fn assert_finds(detector: &'static Detector, marked: &[&str]) {
    let mut wrong = Vec::new();
    for marked in marked {
        let text = marked.replace(['⟦', '⟧'], "");
        let want: Vec<_> = marked.split('⟦').skip(1).map(|part| part.split('⟧').next().unwrap_or(part)).collect();
        assert!(!want.is_empty(), "nothing marked in {marked}");
        let found = findings(detector, &text);
        if found != want {
            wrong.push(format!("{found:?} in {text}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Asserts that nothing is found in any of the texts.
pub(super) fn assert_ignores(detector: &'static Detector, texts: &[&str]) {
    let found = texts.iter().map(|text| (findings(detector, text), text)).filter(|(found, _)| !found.is_empty());
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{found:#?}");
}

mod tests {

    use super::super::BUILTIN;
    use super::*;
    use crate::random::random;

    /// Texts that tempt a detector to read the same bytes again and again.
    const PIECES: &[&str] = &[
        "@",
        "a@",
        "@a",
        "a@b.",
        "\"@",
        "%40",
        "a%40",
        "1",
        "1 ",
        "12 ",
        "4111 ",
        "4111-",
        "4111111111111111 ",
        "1.",
        "1.1.1.1 ",
        "%20",
        ":",
        "::",
        "a:",
        "a::",
        "::a",
        "1::2:",
        "eyJ",
        "eyJ.",
        "-eyJ",
        "eyJhbGciOiJub25lIn0.",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "Bearer ",
        "Bearer+",
        "basic:",
        "://",
        "a://b:c",
        "a://b:c@d",
        "a://b:c/",
        "+",
        "+1",
        "+1 ",
        "+49 (",
        "tel:1",
        "DE89",
        "DE89 ",
        "123-45-6789",
        "00:11:",
        "00-0a-",
        "0a1b.",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN",
        " 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "123 45 6789 ",
        "password ",
        "password is ",
        "password for '",
        "password from \\\"",
        "password \"é",
        "password x1y2z3, got ",
        "é1 as password ",
        "\u{200b}",
        "\u{200b}1",
    ];

    #[test]
    fn no_text_breaks_a_detector() {
        let mut next = random(0x2545_F491_4F6C_DD1D);
        for _ in 0..300 {
            let mut text = Vec::new();
            while text.len() < 200 {
                match next(4) {
                    0 => text.extend(next(usize::MAX).to_le_bytes()),
                    1 => text.extend("é漢１\u{200b}".as_bytes()),
                    _ => text.extend(PIECES[next(PIECES.len())].as_bytes()),
                }
            }
            for detector in BUILTIN {
                ranges(detector, &text);
                ranges(detector, String::from_utf8_lossy(&text).as_bytes());
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = BUILTIN.iter().map(|detector| detector.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BUILTIN.len());
    }
}
