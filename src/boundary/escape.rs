//! Characters that would forge lines in text output, and when to print them escaped.

use std::cell::Cell;
use std::fmt::{self, Write as _};

use wide::u8x16;

thread_local! {
    static UNESCAPED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` for a reader that escapes by itself, such as a JSON formatter: sanitized values print as they are meanwhile.
pub(crate) fn reading_unescaped<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = UNESCAPED.try_with(|flag| flag.set(self.0));
        }
    }
    let _restore = Restore(UNESCAPED.try_with(|flag| flag.replace(true)).unwrap_or(false));
    f()
}

/// A sanitized text that cannot forge lines: its `Debug` and `Display` print it, without quotes.
#[derive(Clone, Copy)]
pub(super) struct Printed<'a>(pub(super) &'a str);

impl fmt::Debug for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !UNESCAPED.try_with(Cell::get).unwrap_or(false) && forges_lines(self.0) {
            write_escaped(self.0, f)
        } else {
            f.write_str(self.0)
        }
    }
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Whether a text holds a character that must not reach text output as it is.
pub(super) fn forges_lines(text: &str) -> bool {
    any_suspicious(text.as_bytes()) && text.chars().any(is_forging)
}

/// Whether there is a first byte of such a character. Most texts are short and hold none: sixteen bytes are compared at once, and where
/// they do not fill the last sixteen, some twice.
fn any_suspicious(bytes: &[u8]) -> bool {
    match bytes.last_chunk() {
        Some(last) => bytes.as_chunks().0.iter().chain([last]).any(|sixteen| suspicious_in(*sixteen)),
        None => {
            let mut padded = [b' '; 16];
            padded[..bytes.len()].copy_from_slice(bytes);
            suspicious_in(padded)
        }
    }
}

fn suspicious_in(bytes: [u8; 16]) -> bool {
    let bytes = u8x16::new(bytes);
    let is = |byte| bytes.simd_eq(u8x16::splat(byte));
    let control = bytes.simd_le(u8x16::splat(0x1f)) | is(0x7f);
    (control | is(0xc2) | is(0xd8) | is(0xe2)).to_bitmask() != 0
}

/// Control characters except tab, line and paragraph separators, and marks that turn the direction of text
/// (Unicode Standard Annex 9, section 2).
fn is_forging(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text, with all such characters escaped.
pub(super) fn escaped(text: &str) -> String {
    struct Escaped<'a>(&'a str);
    impl fmt::Display for Escaped<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_escaped(self.0, f)
        }
    }
    Escaped(text).to_string()
}

fn write_escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(is_forging) {
        f.write_str(&rest[..at])?;
        let mut after = rest[at..].chars();
        match after.next() {
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\0') => f.write_str("\\0")?,
            Some(c) => write!(f, "{}", c.escape_unicode())?,
            None => f.write_char('\u{fffd}')?,
        }
        rest = after.as_str();
    }
    f.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        format!("{:?}", Printed(text))
    }

    #[test]
    fn what_forges_lines_prints_escaped() {
        assert_eq!(printed("a\nb\r\u{1b}[31m\0"), "a\\nb\\r\\u{1b}[31m\\0");
        assert_eq!(
            printed("\u{85}\u{7f}\u{2028}\u{202e}\u{61c}\u{2069}"),
            "\\u{85}\\u{7f}\\u{2028}\\u{202e}\\u{61c}\\u{2069}"
        );
    }

    #[test]
    fn other_text_prints_as_it_is() {
        for text in ["", "tab\tstays", "Grüße, “quoted” — dash…", "日本語 🦀 é \u{a0}"] {
            assert_eq!(printed(text), text);
        }
    }

    #[test]
    fn readers_that_escape_by_themselves_read_the_original() {
        assert_eq!(reading_unescaped(|| reading_unescaped(|| printed("a\nb")) + &printed("\n")), "a\nb\n");
        assert_eq!(printed("a\nb"), "a\\nb");
        let panicked = std::panic::catch_unwind(|| reading_unescaped(|| panic!("in a reader")));
        assert!(panicked.is_err());
        assert_eq!(printed("a\nb"), "a\\nb", "the flag is restored by a panic");
    }
}
