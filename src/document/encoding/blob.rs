//! Text that was written as base64 or hex.
//!
//! Most long words are neither, so a blob must show that it is one: by a stretch whose every character can be one of a
//! printable text of ASCII, in step. In base64 (RFC 4648, sections 4 and 5) the first of four characters then is one of
//! `I`–`Z` and `a`–`f`, the second has its two high bits free and next three between 2 and 7, the third has its bit 1 clear.

use std::ops::Range;

use wide::u8x16;

use crate::lanes::{LANE, SMALL, bits, each_bit, is, sixteen_from, within};

/// A way to write bytes as printable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blob {
    Base64,
    Hex,
}

/// Shorter ones hold nothing that could be told from chance.
pub(crate) const SHORTEST: usize = SHORTEST_BASE64;
const SHORTEST_BASE64: usize = 24;
const SHORTEST_HEX: usize = 32;
/// The shortest run that may hold one: its last two characters may be padding, which is no part of a run.
const SHORTEST_RUN: usize = SHORTEST_BASE64 - 2;

/// What is told of a run of digits of base64.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InRun {
    /// Here a stretch ends that only a text of ASCII would have: three groups of base64; of hex, four small letters, four capitals or six
    /// digits. Longer stretches are told of again and again.
    Stretch(Blob, usize),
    /// Behind a sign, the next word begins here.
    Word(usize),
}

/// Reads the run that begins at `at`. Answers where it ends.
///
/// Of words it tells only where so many bytes of the run are left.
pub(crate) fn read_run(text: &[u8], at: usize, shortest_word: usize, mut visit: impl FnMut(InRun)) -> usize {
    let end = run_end(text, at);
    if end - at < SHORTEST_RUN.max(shortest_word) {
        return end;
    }
    let mut start = at;
    loop {
        let window = Window::of(text, start, end);
        let left = end - start;
        // The first bytes of each window but the first are told of already, and are there for what goes on behind them.
        let first = if start == at { 0 } else { LOOK_BEHIND };
        let last = if left > WINDOW { LOOK_BEHIND + STEP } else { left };
        let (base64, hex) = (window.ascii_in_base64(), window.ascii_in_hex());
        // A word begins behind its sign.
        let signs = window.sign & first_bits(left.saturating_sub(shortest_word));
        for i in each_bit((base64 | hex | signs) & first_bits(last) & !first_bits(first)) {
            if base64 >> i & 1 == 1 {
                visit(InRun::Stretch(Blob::Base64, start + i + 4));
            }
            if hex >> i & 1 == 1 {
                visit(InRun::Stretch(Blob::Hex, start + i + 2));
            }
            if signs >> i & 1 == 1 {
                visit(InRun::Word(start + i + 1));
            }
        }
        if left <= WINDOW {
            return end;
        }
        start += STEP;
    }
}

/// Where the run ends that `at` stands in.
fn run_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        let lane = sixteen_from(text, end);
        let letters = within(b'a', b'z')(lane | u8x16::splat(SMALL));
        let run = bits(letters | within(b'0', b'9')(lane) | signs(lane)).trailing_ones() as usize;
        end += run;
        if run < LANE {
            return end;
        }
    }
}

/// Which of sixteen bytes are those of base64 that are neither letters nor digits.
#[inline(always)]
fn signs(lane: u8x16) -> u8x16 {
    is(b'+')(lane) | is(b'/')(lane) | is(b'_')(lane) | is(b'-')(lane)
}

/// As many bits as there are, or so many of them, set.
#[inline(always)]
fn first_bits(len: usize) -> u64 {
    if len < WINDOW { !(u64::MAX << len) } else { u64::MAX }
}

/// How much of a run is looked at at once.
const WINDOW: usize = 64;
/// As long as a stretch but for its last digits, which stand behind what is told of.
const LOOK_BEHIND: usize = 10;
const LOOK_AHEAD: usize = 3;
const STEP: usize = WINDOW - LOOK_BEHIND - LOOK_AHEAD;

/// Where digits of a kind stand in a part of a run: bit `i` tells of byte `i`.
#[derive(Default)]
struct Window {
    /// Digits of base64.
    run: u64,
    /// Of those, the first, second and third of a group of ASCII.
    first: u64,
    second: u64,
    third: u64,
    sign: u64,
    /// Digits of hex; and the first of a small letter, a capital, a digit.
    hex: u64,
    decimal: u64,
    small: u64,
    capital: u64,
    digit: u64,
}

impl Window {
    /// What stands at `at`, as far as the run goes, which ends at `end`.
    fn of(text: &[u8], at: usize, end: usize) -> Self {
        let mut window = Self::default();
        let len = WINDOW.min(end - at);
        for n in 0..len.div_ceil(LANE) {
            window.add(n, sixteen_from(text, at + n * LANE));
        }
        window.run = u64::MAX >> (WINDOW - len);
        for kind in [&mut window.sign, &mut window.small, &mut window.capital, &mut window.digit] {
            *kind &= window.run;
        }
        window
    }

    #[inline(always)]
    fn add(&mut self, n: usize, lane: u8x16) {
        let add = |to: &mut u64, lane: u8x16| *to |= bits(lane) << (n * LANE);
        let small = lane | u8x16::splat(SMALL);
        let decimal = within(b'0', b'9')(lane);
        add(&mut self.sign, signs(lane));
        add(&mut self.first, within(b'I', b'Z')(lane) | within(b'a', b'f')(lane));
        let second = within(b'C', b'H')(lane) | within(b'S', b'X')(lane) | within(b'i', b'n')(lane);
        add(&mut self.second, second | within(b'y', b'z')(lane) | within(b'0', b'3')(lane));
        // `A` is 0 in base64, `a` is 26 and `0` is 52, of which the bit counts that is worth two.
        let worth = |zero: u8, lane: u8x16| is(0)((lane - u8x16::splat(zero)) & u8x16::splat(2));
        let capital = within(b'A', b'Z')(lane) & worth(b'A', lane);
        let third = capital | within(b'a', b'z')(lane) & worth(b'a' - 26, lane) | decimal & worth(b'0', lane);
        add(&mut self.third, third);
        let is_one_of_two = |even: u8| is(even)(lane & u8x16::splat(!1));
        add(&mut self.hex, decimal | within(b'a', b'f')(small));
        add(&mut self.decimal, decimal);
        add(&mut self.small, is_one_of_two(b'6'));
        add(&mut self.capital, is_one_of_two(b'4'));
        add(&mut self.digit, is(b'3')(lane));
    }

    /// Where the last of three groups in a row begins, each of which can be part of a text of ASCII.
    fn ascii_in_base64(&self) -> u64 {
        let group = self.first & self.second >> 1 & self.third >> 2 & self.run >> 3;
        group & group << 4 & group << 8
    }

    /// Where the last of four letters in a row of one case begins, or of six digits.
    fn ascii_in_hex(&self) -> u64 {
        let (small, capital) = (self.small & self.hex >> 1, self.capital & self.hex >> 1);
        let digit = self.digit & self.decimal >> 1;
        let two = |one: u64| one & one << 2;
        let four = |one: u64| two(one) & two(one) << 4;
        four(small) | four(capital) | four(digit) & two(digit) << 8
    }
}

/// Where the blobs of one kind were read already, by step: so nothing is read twice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Floors([usize; 4]);

impl Blob {
    /// So many characters stand for some bytes.
    fn step(self) -> usize {
        match self {
            Self::Base64 => 4,
            Self::Hex => 2,
        }
    }

    /// The text that the blob holds which has a trigger's match at `end`, and where the blob stands.
    pub(crate) fn read(self, text: &[u8], end: usize, floors: &mut Floors) -> Option<(Range<usize>, Vec<u8>)> {
        let step = self.step();
        let floor = &mut floors.0[end % step];
        if end <= *floor {
            return None;
        }
        let mut start = end;
        while start >= *floor + step && self.group(&text[start - step..start]).is_some_and(|group| group.is_text()) {
            start -= step;
        }
        let mut out = Vec::new();
        let mut at = start;
        while let Some(group) = text.get(at..at + step).and_then(|group| self.group(group)).filter(Group::is_text) {
            out.extend_from_slice(&group.bytes[..group.len]);
            at += step;
        }
        *floor = at.max(end);
        // A last group that is not full; then the padding.
        let tail = &text[at..text.len().min(at + step - 1)];
        let rest = tail.iter().take_while(|&&b| self.digit(b).is_some()).count();
        let rest_full = text.get(at + rest).is_none_or(|&b| self.digit(b).is_none());
        if self == Self::Base64 && rest_full && rest > 0 {
            let mut last = [b'A'; 4];
            last[..rest].copy_from_slice(&tail[..rest]);
            if let Some(group) = self.group(&last) {
                out.extend_from_slice(&group.bytes[..rest.saturating_sub(1)]);
            }
            at += rest;
            at += text[at..].iter().take(2).take_while(|&&b| b == b'=').count();
        }
        let shortest = if self == Self::Base64 { SHORTEST_BASE64 } else { SHORTEST_HEX };
        (at - start >= shortest).then_some((start..at, out))
    }

    fn group(self, text: &[u8]) -> Option<Group> {
        let mut bits = 0u32;
        for &b in text {
            bits = bits << if self == Self::Base64 { 6 } else { 4 } | u32::from(self.digit(b)?);
        }
        let [_, a, b, c] = bits.to_be_bytes();
        Some(match self {
            Self::Base64 => Group { bytes: [a, b, c], len: 3 },
            Self::Hex => Group { bytes: [c, 0, 0], len: 1 },
        })
    }

    fn digit(self, b: u8) -> Option<u8> {
        match (self, b) {
            (Self::Hex, _) => char::from(b).to_digit(16).map(|digit| digit as u8),
            (Self::Base64, b'A'..=b'Z') => Some(b - b'A'),
            (Self::Base64, b'a'..=b'z') => Some(b - b'a' + 26),
            (Self::Base64, b'0'..=b'9') => Some(b - b'0' + 52),
            (Self::Base64, b'+' | b'-') => Some(62),
            (Self::Base64, b'/' | b'_') => Some(63),
            (Self::Base64, _) => None,
        }
    }
}

struct Group {
    bytes: [u8; 3],
    len: usize,
}

impl Group {
    /// Whether this can be a part of a text: printable, a blank or a line break, or of a character beyond ASCII.
    fn is_text(&self) -> bool {
        self.bytes[..self.len].iter().all(|&b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7E | 0x80..=0xF4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same as [`read_run`], byte by byte.
    fn read_run_by_byte(text: &[u8], at: usize, mut visit: impl FnMut(InRun)) -> usize {
        let kinds = |i: usize| text.get(i).map_or(0, |&b| KINDS[usize::from(b)]);
        // How many in a row there are so far, by step; of bytes, also what their first digit says.
        let mut groups = [0; 4];
        let mut pairs = [(0, 0); 2];
        let mut here = [kinds(at), kinds(at + 1), kinds(at + 2), kinds(at + 3)];
        let mut i = at;
        while here[0] & BASE64 != 0 {
            let count = &mut groups[i % 4];
            let group = here[0] & FIRST != 0 && here[1] & SECOND != 0 && here[2] & THIRD != 0 && here[3] & BASE64 != 0;
            *count = if group { *count + 1 } else { 0 };
            if *count >= 3 {
                visit(InRun::Stretch(Blob::Base64, i + 4));
            }
            let (kind, enough) = match here[0] & (SMALL | CAPITAL | DIGIT) {
                DIGIT if here[1] & DECIMAL != 0 => (DIGIT, 6),
                kind @ (SMALL | CAPITAL) if here[1] & HEX != 0 => (kind, 4),
                _ => (0, u32::MAX),
            };
            let (last, count) = &mut pairs[i % 2];
            *count = if *last == kind { *count + 1 } else { 1 };
            *last = kind;
            if *count >= enough {
                visit(InRun::Stretch(Blob::Hex, i + 2));
            }
            if here[0] & SIGN != 0 {
                visit(InRun::Word(i + 1));
            }
            i += 1;
            here = [here[1], here[2], here[3], kinds(i + 3)];
        }
        i
    }

    /// Kinds of digits: of base64 at all, and the first, second and third of a group of ASCII.
    const BASE64: u16 = 1;
    const FIRST: u16 = 2;
    const SECOND: u16 = 4;
    const THIRD: u16 = 8;
    /// Of hex; and the first of a small letter, a capital, a digit.
    const HEX: u16 = 16;
    const DECIMAL: u16 = 32;
    const SMALL: u16 = 64;
    const CAPITAL: u16 = 128;
    const DIGIT: u16 = 256;
    /// A sign of base64.
    const SIGN: u16 = 512;

    const KINDS: [u16; 256] = {
        let mut kinds = [0; 256];
        let mut i = 0;
        while i < kinds.len() {
            let b = i as u8;
            let mut kind = 0;
            if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-') {
                kind |= BASE64;
            }
            if kind == BASE64 && !b.is_ascii_alphanumeric() {
                kind |= SIGN;
            }
            if matches!(b, b'I'..=b'Z' | b'a'..=b'f') {
                kind |= FIRST;
            }
            if matches!(b, b'C'..=b'H' | b'S'..=b'X' | b'i'..=b'n' | b'y'..=b'z' | b'0'..=b'3') {
                kind |= SECOND;
            }
            if matches!(
                b,
                b'A' | b'B' | b'E' | b'F' | b'I' | b'J' | b'M' | b'N' | b'Q' | b'R' | b'U' | b'V' | b'Y' | b'Z'
            ) || matches!(b, b'c' | b'd' | b'g' | b'h' | b'k' | b'l' | b'o' | b'p' | b's' | b't' | b'w' | b'x')
                || matches!(b, b'0' | b'1' | b'4' | b'5' | b'8' | b'9')
            {
                kind |= THIRD;
            }
            if b.is_ascii_hexdigit() {
                kind |= HEX;
            }
            if b.is_ascii_digit() {
                kind |= DECIMAL;
            }
            kind |= match b {
                b'6' | b'7' => SMALL,
                b'4' | b'5' => CAPITAL,
                b'3' => DIGIT,
                _ => 0,
            };
            kinds[i] = kind;
            i += 1;
        }
        kinds
    };

    fn read(kind: Blob, text: &str) -> Option<(&str, String)> {
        let mut floors = Floors::default();
        let mut found = None;
        let run = text.split(|c: char| KINDS[usize::from(c as u8)] & BASE64 == 0).max_by_key(|run| run.len())?;
        let at = run.as_ptr() as usize - text.as_ptr() as usize;
        read_run(text.as_bytes(), at, 0, |told| {
            if let InRun::Stretch(blob, end) = told
                && blob == kind
                && found.is_none()
            {
                found = kind.read(text.as_bytes(), end, &mut floors);
            }
        });
        let (range, meant) = found?;
        Some((&text[range], String::from_utf8_lossy(&meant).into_owned()))
    }

    #[test]
    fn blobs_are_read() {
        for (text, blob, meant) in [
            ("x amFuZS5yb2VAZXhhbXBsZS5jb20= y", "amFuZS5yb2VAZXhhbXBsZS5jb20=", "jane.roe@example.com"),
            ("amFuZS5yb2VAZXhhbXBsZS5jb20", "amFuZS5yb2VAZXhhbXBsZS5jb20", "jane.roe@example.com"),
            (
                "\"eyJlIjoiasO8cmdlbkBleGFtcGxlLm9yZyJ9\"",
                "eyJlIjoiasO8cmdlbkBleGFtcGxlLm9yZyJ9",
                "{\"e\":\"jürgen@example.org\"}",
            ),
        ] {
            assert_eq!(read(Blob::Base64, text), Some((blob, meant.to_owned())), "{text}");
        }
        let hex = "6a616e652e726f65406578616d706c652e636f6d";
        assert_eq!(read(Blob::Hex, &format!("id={hex};")), Some((hex, "jane.roe@example.com".to_owned())));
        assert_eq!(
            read(Blob::Hex, &hex.to_uppercase()).map(|(_, meant)| meant).as_deref(),
            Some("jane.roe@example.com")
        );
    }

    #[test]
    fn long_words_are_no_blobs() {
        for text in [
            "org.apache.hadoop.hdfs.server.datanode.DataNodeBlockPoolServiceThread",
            "/usr/local/lib/python3/site_packages/requests/adapters",
            "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89",
            "550e8400-e29b-41d4-a716-446655440000",
            "dGVzdA==",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(read(Blob::Base64, text), None, "{text}");
            assert_eq!(read(Blob::Hex, text), None, "{text}");
        }
    }

    #[test]
    fn runs_are_read_as_byte_by_byte() {
        let pieces =
            ["amFuZS5y", "6a616e65", "4A414E45", "313233343536", "/", "x", "Z9", "+-_", "=", "3", "b2", "jane"];
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 16) as usize % below
        };
        let mut stretches = 0;
        for round in 0..4000 {
            let mut text: String = (0..1 + next(30)).map(|_| pieces[next(pieces.len())]).collect();
            if round % 2 == 0 {
                text.retain(|c| c != '=');
            }
            let at = next(text.len().min(8) + 1);
            let told = |read: &dyn Fn(&mut dyn FnMut(InRun)) -> usize| {
                let mut told = Vec::new();
                let end = read(&mut |what| told.push(what));
                (told, end)
            };
            let bytes = text.as_bytes();
            let tail = next(2) * 20;
            let all = told(&|visit| read_run(bytes, at, tail, visit));
            stretches += all.0.iter().filter(|what| matches!(what, InRun::Stretch(..))).count();
            let (mut expected, end) = told(&|visit| read_run_by_byte(bytes, at, visit));
            expected.retain(|what| match what {
                InRun::Word(word) => word + tail <= end && end - at >= SHORTEST_RUN,
                InRun::Stretch(..) => end - at >= SHORTEST_RUN,
            });
            assert_eq!(all, (expected, end), "{text} from {at}");
        }
        assert!(stretches > 1000);
    }

    #[test]
    fn every_text_of_ascii_triggers() {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for b in 0x20..0x7f_u8 {
            for other in [b' ', b'~', b'@', b'5', b'U', b'j'] {
                let bits = u32::from_be_bytes([0, b, other, b]);
                let group: String = (0..4).map(|i| char::from(digits[(bits >> (18 - 6 * i)) as usize & 63])).collect();
                let mut told = false;
                read_run(group.repeat(6).as_bytes(), 0, 0, |what| {
                    told |= matches!(what, InRun::Stretch(Blob::Base64, _))
                });
                assert!(told, "{group}");
            }
        }
    }
}
