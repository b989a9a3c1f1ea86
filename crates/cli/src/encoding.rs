//! What an input is, by its first bytes. Where no line would show its secrets it is refused, since passing it on would look
//! like masking it.

const BINARY: &str =
    "it is a binary file, and its secrets need not stand in lines; leave it out, or make text of it first";
const ARCHIVE: &str = "it is an archive; unpack it first";

/// How the text of an input is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

/// What compressed files begin with, and such as are no text at all.
const KNOWN: [(&[u8], Result<Encoding, &str>); 15] = [
    (b"\x1f\x8b\x08", Ok(Encoding::Gzip)),
    (b"\x28\xb5\x2f\xfd", Ok(Encoding::Zstd)),
    (b"\xfd7zXZ\0", Err("it is compressed; use `xz -dc FILE | tracing-privacy …`")),
    (b"BZh", Err("it is compressed; use `bzip2 -dc FILE | tracing-privacy …`")),
    (b"\x04\x22\x4d\x18", Err("it is compressed; use `lz4 -dc FILE | tracing-privacy …`")),
    (b"PK\x03\x04", Err(ARCHIVE)),
    (b"7z\xbc\xaf\x27\x1c", Err(ARCHIVE)),
    (b"Rar!\x1a\x07", Err(ARCHIVE)),
    (b"\x7fELF", Err(BINARY)),
    (b"\xca\xfe\xba\xbe", Err(BINARY)),
    (b"\xcf\xfa\xed\xfe", Err(BINARY)),
    (b"\0asm", Err(BINARY)),
    (b"\x89PNG\r\n\x1a\n", Err(BINARY)),
    (b"\xff\xd8\xff\xe0", Err(BINARY)),
    (b"SQLite format 3\0", Err(BINARY)),
];
/// The byte order marks of UTF-16.
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

impl Encoding {
    /// How an input is stored that begins with `head`; or what is wrong with it, and how to mend it.
    pub(crate) fn of(head: &[u8]) -> Result<Self, &'static str> {
        // A line of text may well begin with BZh; the digits of pi that follow in a file of bzip2 it will not have.
        let bzip2_block = head.get(4..10) == Some(b"\x31\x41\x59\x26\x53\x59");
        let known = KNOWN.iter().find(|(magic, _)| head.starts_with(magic) && (*magic != b"BZh" || bzip2_block));
        match known {
            Some((_, encoding)) => *encoding,
            None if is_utf16(head) => Err("it is UTF-16; use `iconv -f UTF-16 -t UTF-8 FILE | tracing-privacy …`"),
            None if is_binary(head) => Err(BINARY),
            None => Ok(Self::Plain),
        }
    }
}

/// Whether more of an input that begins with `head` must be read before [`Encoding::of`] can tell. Never behind the first line.
pub(crate) fn is_undecided(head: &[u8]) -> bool {
    /// As much as is looked at.
    const ENOUGH: usize = 16;
    let starts = KNOWN.iter().map(|(magic, _)| *magic).chain(UTF16_MARKS);
    let may_be = |start: &[u8]| head.starts_with(start) || start.starts_with(head);
    head.len() < ENOUGH && !head.contains(&b'\n') && starts.into_iter().any(may_be)
}

/// A byte order mark alone may be two bytes of invalid UTF-8; two ASCII characters in UTF-16 after it are not chance.
fn is_utf16(head: &[u8]) -> bool {
    let ascii = |byte: u8| byte != 0 && byte.is_ascii();
    match *head {
        [0xff, 0xfe, a, 0, b, 0, ..] | [0xfe, 0xff, 0, a, 0, b, ..] => ascii(a) && ascii(b),
        _ => false,
    }
}

/// Whether there are more control characters than text has. A log with holes has zeros, and one in another character set has bytes
/// that are no UTF-8: those do not count.
fn is_binary(head: &[u8]) -> bool {
    /// Of fewer bytes, nothing can be said.
    const ENOUGH: usize = 64;
    let is_control = |byte: &&u8| matches!(byte, 0x01..=0x06 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let written = head.iter().filter(|byte| **byte != 0).count();
    head.len() >= ENOUGH && head.iter().filter(is_control).count() * 25 > written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_refused_in_both_orders() {
        assert!(Encoding::of(b"\xff\xfeh\0i\0\n\0").is_err_and(|advice| advice.contains("UTF-16")));
        assert!(Encoding::of(b"\xfe\xff\0h\0i\0\n").is_err_and(|advice| advice.contains("UTF-16")));
    }

    #[test]
    fn compressed_inputs_are_known_or_refused() {
        assert_eq!(Encoding::of(b"\x1f\x8b\x08\0"), Ok(Encoding::Gzip));
        assert_eq!(Encoding::of(b"\x28\xb5\x2f\xfd\x04"), Ok(Encoding::Zstd));
        for head in [&b"\xfd7zXZ\0\0"[..], b"BZh9\x31\x41\x59\x26\x53\x59"] {
            assert!(Encoding::of(head).is_err(), "{head:?}");
        }
    }

    #[test]
    fn more_is_read_only_while_it_may_matter() {
        for head in [&b""[..], b"\x1f", b"\x1f\x8b", b"BZh", b"\xff", b"\xff\xfeh\0"] {
            assert!(is_undecided(head), "{head:?}");
        }
        for head in [&b"a"[..], b"BZ\n", b"BZx", b"\x1fx", b"\xff\xff", b"BZh9 is how it goes"] {
            assert!(!is_undecided(head), "{head:?}");
        }
    }

    #[test]
    fn binary_files_are_refused_and_odd_logs_are_not() {
        let noise: Vec<u8> = (0..400_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for head in
            [&b"\x7fELF\x02\x01"[..], b"\x89PNG\r\n\x1a\n\0", b"SQLite format 3\0\x10", b"PK\x03\x04\x14", &noise]
        {
            assert!(Encoding::of(head).is_err(), "{head:?}");
        }
        let holes = [vec![0; 4_000], b"INFO after a hole\n".to_vec()].concat();
        let koi8: Vec<u8> = (0..400).map(|n| if n % 9 == 8 { b' ' } else { 0xc0 + n as u8 % 32 }).collect();
        let colored = b"\x1b[32mINFO\x1b[0m shop\n".repeat(20);
        for head in [&holes, &koi8, &colored, &noise[..40].to_vec()] {
            assert_eq!(Encoding::of(head), Ok(Encoding::Plain), "{head:?}");
        }
    }

    #[test]
    fn text_is_text() {
        for head in [&b""[..], b"a", b"BZh9 is how it begins", b"\xff\xfe\0broken", b"\xff\xfe\n", b"\xef\xbb\xbftext"]
        {
            assert_eq!(Encoding::of(head), Ok(Encoding::Plain), "{head:?}");
        }
    }
}
