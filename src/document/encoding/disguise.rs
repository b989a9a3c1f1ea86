//! Text in disguise: escapes of URLs, programs and HTML, and characters that look like others.
//!
//! One reading undoes all of them at once, and reading again undoes a disguise within a disguise (`%2540`, `&amp;#64;`).
//! It is for finding only: what it cannot read stays as it is.

use super::glyph::{self, Glyph};
use super::{Encoding, Piece};

/// `%40` (RFC 3986, section 2.1), `\u0040`, `\x40`, `\u{40}` (string literals of JSON, JavaScript, Rust and others),
/// `&#64;`, `&#x40;`, `&commat;` (HTML, section 13.5), and look-alikes of ASCII; see [`glyph`].
pub(crate) static DISGUISED: Encoding = Encoding::new(read);

/// More backslashes before an escape are not one disguise.
const MOST_BACKSLASHES: usize = 8;

fn read(text: &[u8]) -> Piece {
    let piece = match text[0] {
        b'%' => percent(text),
        b'\\' => escape(text),
        b'&' => entity(text),
        0xC2.. => look_alike(text),
        _ => None,
    };
    piece.unwrap_or(Piece::plain(text[0]))
}

fn percent(text: &[u8]) -> Option<Piece> {
    let value = number(text.get(1..3)?, 16)?;
    Some(Piece::byte(3, u8::try_from(value).ok()?))
}

/// An escape that was escaped, once or several times, has several backslashes.
fn escape(text: &[u8]) -> Option<Piece> {
    let slashes = text.iter().take(MOST_BACKSLASHES + 1).take_while(|&&b| b == b'\\').count();
    let rest = text.get(slashes..).filter(|_| slashes <= MOST_BACKSLASHES)?;
    match rest.first()? {
        b'x' => Some(Piece::character(slashes + 3, char::from_u32(number(rest.get(1..3)?, 16)?)?)),
        b'u' if rest.get(1) == Some(&b'{') => {
            let len = rest[2..].iter().take(7).position(|&b| b == b'}')?;
            Some(Piece::character(slashes + len + 3, char::from_u32(number(&rest[2..2 + len], 16)?)?))
        }
        b'u' => {
            let first = number(rest.get(1..5)?, 16)?;
            let half = slashes + 5;
            let (len, c) = match (char::from_u32(first), surrogate_pair(first, &text[half..], slashes)) {
                (Some(c), _) => (half, c),
                (None, Some(c)) => (2 * half, c),
                (None, None) => (half, char::REPLACEMENT_CHARACTER),
            };
            let piece = Piece::character(len, c);
            Some(look_alike(&piece.bytes[..piece.len]).map_or(piece, |inner| Piece { raw_len: len, ..inner }))
        }
        _ => None,
    }
}

/// The character of which `first` is the first half and the second begins `text`, behind as many backslashes (RFC 8259,
/// section 7).
fn surrogate_pair(first: u32, text: &[u8], slashes: usize) -> Option<char> {
    let (escape, rest) = text.split_at_checked(slashes)?;
    let digits = rest.strip_prefix(b"u")?.get(..4)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(number(digits, 16)?).ok()?];
    let escaped = escape.iter().all(|&b| b == b'\\');
    char::decode_utf16(units).next()?.ok().filter(|_| escaped)
}

fn entity(text: &[u8]) -> Option<Piece> {
    /// The longest name below, or `#x10FFFF` with some zeros.
    const LONGEST: usize = 12;
    let end = text.iter().take(LONGEST).position(|&b| b == b';')?;
    let c = match &text[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        name => {
            let named = NAMED.iter().find(|(known, _)| known.as_bytes() == name)?;
            named.1
        }
    };
    // A reference to a look-alike is one disguise too.
    let piece = Piece::character(end + 1, c);
    Some(look_alike(&piece.bytes[..piece.len]).map_or(piece, |inner| Piece { raw_len: end + 1, ..inner }))
}

/// Those of ASCII that occur in what is looked for, and two that are invisible.
const NAMED: &[(&str, char)] = &[
    ("commat", '@'),
    ("quot", '"'),
    ("apos", '\''),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("period", '.'),
    ("colon", ':'),
    ("equals", '='),
    ("lowbar", '_'),
    ("num", '#'),
    ("sol", '/'),
    ("plus", '+'),
    ("hyphen", '-'),
    ("shy", '\u{ad}'),
];

fn look_alike(text: &[u8]) -> Option<Piece> {
    let len = match text.first()? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(text.get(..len)?).ok()?.chars().next()?;
    Some(match glyph::read(c)? {
        Glyph::Ascii(ascii) => Piece::byte(len, ascii),
        Glyph::Invisible => Piece::nothing(len),
    })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    let step = |n: u32, b: &u8| n.checked_mul(radix)?.checked_add(char::from(*b).to_digit(radix)?);
    digits.iter().try_fold(0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(raw: &str) -> String {
        let mut text = Vec::new();
        DISGUISED.decode(raw.as_bytes(), &mut text);
        String::from_utf8(text).expect("all of these are UTF-8")
    }

    /// Whether the scanner sees a disguise somewhere in the text.
    fn is_seen(raw: &str) -> bool {
        (0..raw.len()).any(|at| DISGUISED.begins(&raw.as_bytes()[at..]))
    }

    #[test]
    fn disguises_are_seen_and_read() {
        for raw in [
            "a%40b",
            r"a\u0040b",
            r"a\\u0040b",
            r"a\x40b",
            r"a\u{40}b",
            r"a\u{000040}b",
            "a&#64;b",
            "a&#x40;b",
            "a&#X040;b",
            "a&commat;b",
            "a\u{ff20}b",
            "\u{ff41}@b",
            "a@\u{1d41b}",
            "a\u{200b}@b",
            "a@\u{ad}b",
            "a@&shy;b",
            "a\u{fe6b}b",
            "a@\u{24d1}",
            "a@\u{e0020}b",
            "a\u{fe0f}@b",
        ] {
            assert_eq!(meant(raw), "a@b", "{raw}");
            assert!(is_seen(raw), "{raw}");
        }
    }

    #[test]
    fn what_is_no_disguise_stays() {
        for raw in [
            "100% a%zz %4",
            r"C:\temp\users \u12 \x4 \u{} \u{zz} \u{110000}",
            "a&b &; &#; &#xzz; &foo; &#1114112;",
            "é漢",
            "\\",
        ] {
            assert_eq!(meant(raw), raw);
        }
        for raw in ["100% sure", r"C:\temp\x", "a & b; c&d=1", "Grüße, 漢字 “quoted”…"] {
            assert!(!is_seen(raw), "{raw}");
        }
        let mut out = Vec::new();
        DISGUISED.decode(b"\xff%4\xe2\x80", &mut out);
        assert_eq!(out, b"\xff%4\xe2\x80");
    }

    #[test]
    fn offsets_lead_back() {
        let raw = "a%40b\u{200b}c&#64;".as_bytes();
        let mut offsets = DISGUISED.offsets(raw);
        assert_eq!([1, 2, 3].map(|at| offsets.raw(at)), [1, 4, 5]);
        assert_eq!(offsets.raw_start(3), 8);
        assert_eq!([4, 5].map(|at| offsets.raw(at)), [9, raw.len()]);
    }
}
