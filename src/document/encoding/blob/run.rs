//! Runs of digits of base64, sixteen bytes at a time: where in them a stretch stands that only a text of ASCII would have.

use wide::u8x16;

use super::{Blob, SHORTEST_RUN};
use crate::lanes::{LANE, SMALL, alphanumeric, base64_signs, bits, each_bit, is, sixteen_from, within};

/// What is told of a run of digits of base64.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InRun {
    /// Here a stretch ends that only a text of ASCII would have: three groups of base64, or, if the text is in UTF-16, two with four digits between;
    /// of hex, four small letters, four capitals or six digits. Longer stretches are told of again and again.
    Stretch(Blob, usize),
    /// A sign stands here: a word may begin with it, and one behind it.
    Sign(usize),
}

/// Reads the run that begins at `at`. Answers where it ends.
///
/// In less than [`SHORTEST_RUN`] nothing stands, so nothing is told of what stands that near its end.
pub(crate) fn read_run(text: &[u8], at: usize, visit: impl FnMut(InRun)) -> usize {
    read::<false>(text, at, visit)
}

/// The same, of the run and of all that differ from it in their digits alone: what is told of one of these is told.
pub(crate) fn read_run_in_any_digits(text: &[u8], at: usize, visit: impl FnMut(InRun)) -> usize {
    read::<true>(text, at, visit)
}

fn read<const ANY_DIGITS: bool>(text: &[u8], at: usize, mut visit: impl FnMut(InRun)) -> usize {
    let end = run_end(text, at);
    if end - at < SHORTEST_RUN {
        return end;
    }
    let mut start = at;
    loop {
        let mut window = Window::of(text, start, end);
        if ANY_DIGITS {
            window.let_digits_be_any();
        }
        let left = end - start;
        // The first bytes of each window but the first are told of already, and are there for what goes on behind them.
        let first = if start == at { 0 } else { LOOK_BEHIND };
        let last = if left > WINDOW { LOOK_BEHIND + STEP } else { left };
        let (base64, hex, wide) = (window.ascii_in_base64(), window.ascii_in_hex(), window.wide_in_base64());
        let signs = window.sign & first_bits(left.saturating_sub(SHORTEST_RUN - 1));
        for i in each_bit((base64 | hex | wide | signs) & first_bits(last) & !first_bits(first)) {
            if base64 >> i & 1 == 1 {
                visit(InRun::Stretch(Blob::Base64, start + i + 4));
            }
            if hex >> i & 1 == 1 {
                visit(InRun::Stretch(Blob::Hex, start + i + 2));
            }
            if wide >> i & 1 == 1 {
                visit(InRun::Stretch(Blob::WideBase64, start + i + 4));
            }
            if signs >> i & 1 == 1 {
                visit(InRun::Sign(start + i));
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
        let run = bits(alphanumeric(lane) | base64_signs(lane)).trailing_ones() as usize;
        end += run;
        if run < LANE {
            return end;
        }
    }
}

/// As many bits as there are, or so many of them, set.
#[inline(always)]
fn first_bits(len: usize) -> u64 {
    if len < WINDOW { !(u64::MAX << len) } else { u64::MAX }
}

/// How much of a run is looked at at once.
const WINDOW: usize = 64;
/// How far before the place that is told of a stretch begins, at most: five digits of two characters.
const LOOK_BEHIND: usize = 10;
/// How much of the last group of a stretch stands behind the place that is told of.
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
    /// Zero, and what stands behind it in a group that is a character of ASCII between two zeros.
    zero: u64,
    high: u64,
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
        for kind in [&mut window.zero, &mut window.sign, &mut window.small, &mut window.capital, &mut window.digit] {
            *kind &= window.run;
        }
        window
    }

    #[inline(always)]
    fn add(&mut self, n: usize, lane: u8x16) {
        let add = |to: &mut u64, lane: u8x16| *to |= bits(lane) << (n * LANE);
        let small = lane | u8x16::splat(SMALL);
        let decimal = within(b'0', b'9')(lane);
        add(&mut self.sign, base64_signs(lane));
        add(&mut self.first, within(b'I', b'Z')(lane) | within(b'a', b'f')(lane));
        let high = within(b'C', b'H')(lane);
        add(&mut self.zero, is(b'A')(lane));
        add(&mut self.high, high);
        let second = high | within(b'S', b'X')(lane) | within(b'i', b'n')(lane);
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

    /// Takes each digit for all of them.
    fn let_digits_be_any(&mut self) {
        let decimal = self.decimal & self.run;
        // None is the first of a group, or of a letter in hex but `4`, `5`, `6` and `7`.
        for role in [&mut self.second, &mut self.third, &mut self.small, &mut self.capital, &mut self.digit] {
            *role |= decimal;
        }
    }

    /// Where the last of three groups in a row begins, each of which can be part of a text of ASCII.
    fn ascii_in_base64(&self) -> u64 {
        let group = self.first & self.second >> 1 & self.third >> 2 & self.run >> 3;
        group & group << 4 & group << 8
    }

    /// Where the last of two groups begins, each a character of ASCII in UTF-16 between two zeros, with a group between.
    fn wide_in_base64(&self) -> u64 {
        let group = self.zero & self.high >> 1 & self.zero >> 3;
        group & group << 8
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::random;

    /// The same as [`read_run`], byte by byte.
    fn read_run_by_byte(text: &[u8], at: usize, mut visit: impl FnMut(InRun)) -> usize {
        let kinds = |i: usize| text.get(i).map_or(0, |&b| KINDS[usize::from(b)]);
        // How many in a row there are so far, by step; of bytes, also what their first digit says.
        let mut groups = [0; 4];
        let mut pairs = [(0, 0); 2];
        let mut wide = [false; 8];
        let mut here = [kinds(at), kinds(at + 1), kinds(at + 2), kinds(at + 3)];
        let mut i = at;
        while here[0] & BASE64 != 0 {
            let count = &mut groups[i % 4];
            let group = here[0] & FIRST != 0 && here[1] & SECOND != 0 && here[2] & THIRD != 0 && here[3] & BASE64 != 0;
            *count = if group { *count + 1 } else { 0 };
            if *count >= 3 {
                visit(InRun::Stretch(Blob::Base64, i + 4));
            }
            let (kind, enough) = match here[0] & (SIX_OR_SEVEN | FOUR_OR_FIVE | DIGIT) {
                DIGIT if here[1] & DECIMAL != 0 => (DIGIT, 6),
                kind @ (SIX_OR_SEVEN | FOUR_OR_FIVE) if here[1] & HEX != 0 => (kind, 4),
                _ => (0, u32::MAX),
            };
            let (last, count) = &mut pairs[i % 2];
            *count = if *last == kind { *count + 1 } else { 1 };
            *last = kind;
            if *count >= enough {
                visit(InRun::Stretch(Blob::Hex, i + 2));
            }
            let group = here[0] & ZERO != 0 && here[1] & HIGH != 0 && here[3] & ZERO != 0;
            if std::mem::replace(&mut wide[i % 8], group) && group {
                visit(InRun::Stretch(Blob::WideBase64, i + 4));
            }
            if here[0] & SIGN != 0 {
                visit(InRun::Sign(i));
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
    const SIX_OR_SEVEN: u16 = 64;
    const FOUR_OR_FIVE: u16 = 128;
    const DIGIT: u16 = 256;
    /// A sign of base64.
    const SIGN: u16 = 512;
    /// Zero in base64, and the high half of a character of ASCII.
    const ZERO: u16 = 1024;
    const HIGH: u16 = 2048;

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
                b'A' => ZERO,
                b'C'..=b'H' => HIGH,
                b'6' | b'7' => SIX_OR_SEVEN,
                b'4' | b'5' => FOUR_OR_FIVE,
                b'3' => DIGIT,
                _ => 0,
            };
            kinds[i] = kind;
            i += 1;
        }
        kinds
    };

    #[test]
    fn runs_are_read_as_byte_by_byte() {
        let pieces = [
            "amFuZS5y",
            "agBhAG4A",
            "6a616e65",
            "4A414E45",
            "313233343536",
            "/",
            "x",
            "Z9",
            "+-_",
            "=",
            "3",
            "b2",
            "jane",
        ];
        let mut next = random(0x2545_F491_4F6C_DD1D);
        let mut stretches = 0;
        for round in 0..4000 {
            let mut text: String = (0..1 + next(30)).map(|_| pieces[next(pieces.len())]).collect();
            if round % 2 == 0 {
                text.retain(|c| c != '=');
            }
            let at = next(text.len().min(8) + 1);
            let bytes = text.as_bytes();
            let (mut told, mut expected) = (Vec::new(), Vec::new());
            let all = read_run(bytes, at, |what| told.push(what));
            let end = read_run_by_byte(bytes, at, |what| expected.push(what));
            stretches += told.iter().filter(|what| matches!(what, InRun::Stretch(..))).count();
            expected.retain(|what| match what {
                InRun::Sign(sign) => sign + SHORTEST_RUN <= end,
                InRun::Stretch(..) => end - at >= SHORTEST_RUN,
            });
            assert_eq!((told, all), (expected, end), "{text} from {at}");
        }
        assert!(stretches > 1000);
    }

    #[test]
    fn in_any_digits_all_is_told_that_is_told_in_some() {
        let pieces =
            ["amFuZS5y", "agBhAG4A", "6a616e65", "4A414E45", "313233343536", "/", "x1", "Z9", "+-_", "3", "b2", "jane"];
        let mut next = random(0x9e37_79b9_7f4a_7c15);
        let mut stretches = 0;
        for _ in 0..2000 {
            let some: Vec<u8> = (0..1 + next(30)).flat_map(|_| pieces[next(pieces.len())].bytes()).collect();
            let others: Vec<u8> =
                some.iter().map(|b| if b.is_ascii_digit() { b'0' + next(10) as u8 } else { *b }).collect();
            let (mut told, mut told_of_all) = (Vec::new(), Vec::new());
            let end = read_run(&some, 0, |what| told.push(what));
            assert_eq!(read_run_in_any_digits(&others, 0, |what| told_of_all.push(what)), end);
            stretches += told.iter().filter(|what| matches!(what, InRun::Stretch(..))).count();
            assert!(told.iter().all(|what| told_of_all.contains(what)), "{}", String::from_utf8_lossy(&some));
        }
        assert!(stretches > 500, "{stretches}");
        let mut signs = Vec::new();
        read_run_in_any_digits(b"/api/v1/parcels/48213/items/7", 0, |what| signs.push(what));
        assert!(signs.iter().all(|what| matches!(what, InRun::Sign(_))), "{signs:?}");
    }

    #[test]
    fn every_text_of_ascii_triggers() {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for b in 0x20..0x7f_u8 {
            for other in [b' ', b'~', b'@', b'5', b'U', b'j'] {
                let encoded = |bytes: [u8; 3]| {
                    let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
                    (0..4).map(|i| char::from(digits[(bits >> (18 - 6 * i)) as usize & 63])).collect::<String>()
                };
                let group = encoded([b, other, b]);
                let wide = encoded([b, 0, other]) + &encoded([0, b, 0]);
                let told = |text: String, blob: Blob| {
                    let mut told = false;
                    read_run(text.as_bytes(), 0, |what| told |= matches!(what, InRun::Stretch(of, _) if of == blob));
                    told
                };
                assert!(told(wide.repeat(3), Blob::WideBase64), "{wide}");
                let told = told(group.repeat(6), Blob::Base64);
                assert!(told, "{group}");
            }
        }
    }
}
