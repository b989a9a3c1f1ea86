//! Characters that look like characters of ASCII, and characters that do not look at all.
//!
//! Sources: Unicode Standard Annex 15 (compatibility decompositions, NFKC), the property `Decimal_Number`, and the property
//! `Default_Ignorable_Code_Point`; of each, what people and their keyboards put into names and numbers.

/// What a character looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    /// This character of ASCII.
    Ascii(u8),
    /// Nothing.
    Invisible,
}

/// What `c` looks like, if it is not what it looks like.
pub(super) fn read(c: char) -> Option<Glyph> {
    let code = u32::from(c);
    let nth = |first: char, from: u32| Some(Glyph::Ascii(u8::try_from(u32::from(first) + (code - from)).ok()?));
    match code {
        0xAD | 0x34F | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 => Some(Glyph::Invisible),
        0xFE00..=0xFE0F | 0xFEFF | 0xE0000..=0xE007F => Some(Glyph::Invisible),
        0xA0 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Some(Glyph::Ascii(b' ')),
        0x2010..=0x2015 | 0x2212 | 0xFE58 | 0xFE63 => Some(Glyph::Ascii(b'-')),
        // Full-width forms.
        0xFF01..=0xFF5E => nth('!', 0xFF01),
        // Small forms.
        0xFE52 => Some(Glyph::Ascii(b'.')),
        0xFE55 => Some(Glyph::Ascii(b':')),
        0xFE6B => Some(Glyph::Ascii(b'@')),
        // Mathematical alphabets, each of 52 letters, and digits.
        0x1D400..=0x1D6A3 => {
            let letter = (code - 0x1D400) % 52;
            let first = if letter < 26 { b'A' } else { b'a' - 26 };
            Some(Glyph::Ascii(first + letter as u8))
        }
        0x1D7CE..=0x1D7FF => Some(Glyph::Ascii(b'0' + ((code - 0x1D7CE) % 10) as u8)),
        // Superscripts and subscripts.
        0xB9 => Some(Glyph::Ascii(b'1')),
        0xB2 | 0xB3 => nth('2', 0xB2),
        0x2070 | 0x2074..=0x2079 => nth('0', 0x2070),
        0x2080..=0x2089 => nth('0', 0x2080),
        // In circles.
        0x2460..=0x2468 => nth('1', 0x2460),
        0x24B6..=0x24CF => nth('A', 0x24B6),
        0x24D0..=0x24E9 => nth('a', 0x24D0),
        0x24EA => Some(Glyph::Ascii(b'0')),
        _ => decimal(code),
    }
}

/// Zeros of the decimal digits of scripts in use.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, // Arabic, Persian, N'Ko
    0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, // of India and Bangladesh
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, // Thai, Lao, Tibetan, Myanmar, Khmer, Mongolian
];

fn decimal(code: u32) -> Option<Glyph> {
    let zero = ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code))?;
    Some(Glyph::Ascii(b'0' + (code - zero) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let one = |c: char| match read(c) {
            Some(Glyph::Ascii(ascii)) => Some(char::from(ascii)),
            Some(Glyph::Invisible) => None,
            None => Some(c),
        };
        text.chars().filter_map(one).collect()
    }

    #[test]
    fn look_alikes_are_seen_as_what_they_look_like() {
        for (text, looks) in [
            ("４１１１ ＡＺａｚ＠．～", "4111 AZaz@.~"),
            ("𝟒𝟏𝟙𝟭𝟷 𝐀𝐙𝐚𝐳 𝒜𝖟 𝚊𝚣", "41111 AZaz Az az"),
            ("⁴¹²³⁰ ₄₀ ①⑨⓪ ⒶⓏⓐⓩ", "41230 40 190 AZaz"),
            ("٤١ ۴۱ ४१ ๔๑ ४०", "41 41 41 41 40"),
            ("a\u{a0}b\u{2009}c\u{2011}d\u{2212}e", "a b c-d-e"),
            ("a\u{200b}\u{ad}\u{feff}\u{2060}\u{202e}b", "ab"),
        ] {
            assert_eq!(seen(text), looks);
        }
    }

    #[test]
    fn other_characters_are_what_they_are() {
        let text = "az09 é ß 漢 “x” … 🦀 \u{1d6a8} \u{2071} \u{ff5f}";
        assert_eq!(seen(text), text);
        assert!((0..0x80).all(|code| char::from_u32(code).and_then(read).is_none()));
    }
}
