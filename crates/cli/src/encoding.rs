//! Inputs whose secrets no line shows: they are refused, since passing them on would look like masking them.

/// What compressed files begin with, and how to read them.
const COMPRESSED: [(&[u8], &str); 4] = [
    (b"\x1f\x8b\x08", "it is compressed; use `gzip -dc FILE | tracing-privacy redact`"),
    (b"\x28\xb5\x2f\xfd", "it is compressed; use `zstd -dc FILE | tracing-privacy redact`"),
    (b"\xfd7zXZ\0", "it is compressed; use `xz -dc FILE | tracing-privacy redact`"),
    (b"BZh", "it is compressed; use `bzip2 -dc FILE | tracing-privacy redact`"),
];
/// The byte order marks of UTF-16.
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Whether more of an input that begins with `head` must be read before [`refusal`] can tell. Never behind the first line.
pub(crate) fn is_undecided(head: &[u8]) -> bool {
    /// As much as `refusal` looks at.
    const ENOUGH: usize = 10;
    let starts = COMPRESSED.iter().map(|(magic, _)| *magic).chain(UTF16_MARKS);
    let may_be_refused = |start: &[u8]| head.starts_with(start) || start.starts_with(head);
    head.len() < ENOUGH && !head.contains(&b'\n') && starts.into_iter().any(may_be_refused)
}

/// What is wrong with an input that begins with `head`, and how to mend it; `None` where it may be text.
pub(crate) fn refusal(head: &[u8]) -> Option<&'static str> {
    // A line of text may well begin with BZh; the digits of pi that follow in a file of bzip2 it will not have.
    let bzip2_block = head.get(4..10) == Some(b"\x31\x41\x59\x26\x53\x59");
    let compressed = COMPRESSED.iter().find(|(magic, _)| head.starts_with(magic) && (*magic != b"BZh" || bzip2_block));
    if let Some((_, advice)) = compressed {
        return Some(advice);
    }
    is_utf16(head).then_some("it is UTF-16; use `iconv -f UTF-16 -t UTF-8 FILE | tracing-privacy redact`")
}

/// A byte order mark alone may be two bytes of invalid UTF-8; two ASCII characters in UTF-16 after it are not chance.
fn is_utf16(head: &[u8]) -> bool {
    let ascii = |byte: u8| byte != 0 && byte.is_ascii();
    match *head {
        [0xff, 0xfe, a, 0, b, 0, ..] | [0xfe, 0xff, 0, a, 0, b, ..] => ascii(a) && ascii(b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_refused_in_both_orders() {
        assert!(refusal(b"\xff\xfeh\0i\0\n\0").is_some_and(|advice| advice.contains("UTF-16")));
        assert!(refusal(b"\xfe\xff\0h\0i\0\n").is_some_and(|advice| advice.contains("UTF-16")));
    }

    #[test]
    fn compressed_inputs_are_refused() {
        for head in [&b"\x1f\x8b\x08\0"[..], b"\x28\xb5\x2f\xfd\x04", b"\xfd7zXZ\0\0", b"BZh9\x31\x41\x59\x26\x53\x59"]
        {
            assert!(refusal(head).is_some(), "{head:?}");
        }
    }

    #[test]
    fn more_is_read_only_while_it_may_matter() {
        for head in [&b""[..], b"\x1f", b"\x1f\x8b", b"BZh", b"\xff", b"\xff\xfeh\0"] {
            assert!(is_undecided(head), "{head:?}");
        }
        for head in [&b"a"[..], b"BZ\n", b"BZx", b"\x1fx", b"\xff\xff", b"BZh9 is how "] {
            assert!(!is_undecided(head), "{head:?}");
        }
    }

    #[test]
    fn text_is_not_refused() {
        for head in [&b""[..], b"a", b"BZh9 is how it begins", b"\xff\xfe\0broken", b"\xff\xfe\n", b"\xef\xbb\xbftext"]
        {
            assert_eq!(refusal(head), None, "{head:?}");
        }
    }
}
