//! A first look at a block of text: which bytes may have to do with anything.
//!
//! Sixty-four bytes are compared at once with the few that mean something by themselves; the answers are one bit for each
//! byte. Shapes such as "four digits, a separator, four digits" then are shifts and ands of these bits, at the same cost
//! whatever stands in the text. (Cameron et al., "Parallel scanning with bitstream addition", Euro-Par 2011, tells of the idea.)

use std::ops::{BitAnd, BitOr, Not, Shl, Shr};

use wide::u8x16;

use crate::lanes::{LANE, is, letter_within, within};

/// How many bytes are looked at at once.
pub(super) const BLOCK: usize = 64;
/// How many bytes of the text before and after the block go with it.
const AROUND: usize = 8;
const WINDOW: usize = AROUND + BLOCK + AROUND;

/// A block of a text, with what stands around it.
pub(super) struct Block<'t> {
    bytes: &'t [u8; WINDOW],
    len: usize,
}

/// Where bytes of a kind stand in a block: bit `i` tells of byte `i`.
#[derive(Clone, Copy, Default)]
struct Kinds {
    special: u64,
    /// These two are special as well.
    backslash: u64,
    percent: u64,
    escape: u64,
    beyond_ascii: u64,
    digit: u64,
    letter: u64,
    upper: u64,
    dash: u64,
    dot: u64,
    base64_sign: u64,
    numeric: Numeric,
}

/// Of the kinds, those that only numbers and addresses are made of.
#[derive(Clone, Copy, Default)]
struct Numeric {
    hex_letter: u64,
    colon: u64,
    blank: u64,
    plus: u64,
}

/// What the screen saw in one block; bit `i` tells of byte `i`. Of shapes, it is the last byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// A byte that means something by itself.
    pub(super) special: u64,
    /// A letter or digit with none before it that belongs to the same word; a byte beyond ASCII with none such before it.
    pub(super) word_start: u64,
    /// Of those, digits and capitals: the beginning of a number or code.
    pub(super) code_start: u64,
    /// Of those, the beginning of a word of two letters or digits.
    pub(super) short_word: u64,
    /// A letter with none behind it.
    pub(super) letters_end: u64,
    /// The second dash of `--`.
    pub(super) dashes: u64,
    pub(super) card: u64,
    pub(super) ssn: u64,
    pub(super) iban: u64,
    pub(super) ipv4: u64,
    pub(super) ipv6: u64,
    pub(super) mac: u64,
    /// The last of twelve hexadecimal digits in one piece, one of which is a letter; the first such in a row.
    pub(super) hex: u64,
    /// The last byte of the first [`LONG_WORD`] of a run of letters, digits and the signs of base64.
    pub(super) long_word: u64,
}

/// How long a run must be to be told of. The shortest that can hold a disguised value is 24 long with its padding.
pub(super) const LONG_WORD: usize = 20;

/// Whether a byte may be part of such a run.
pub(super) fn is_in_long_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-')
}

/// Looks at the blocks of one text, in order.
#[derive(Default)]
pub(super) struct Screen {
    /// What stands in the block before; none at the beginning.
    before: Option<Kinds>,
}

/// Room for a block at the beginning or end of a text.
pub(super) type Room = [u8; WINDOW];

impl<'t> Block<'t> {
    /// The block that begins at `at`; where it has no text on one side, a copy of it in `room`, with zeros there.
    pub(super) fn new(text: &'t [u8], at: usize, room: &'t mut Room) -> Self {
        let len = BLOCK.min(text.len() - at);
        let whole = at.checked_sub(AROUND).and_then(|start| text[start..].first_chunk());
        let bytes = whole.unwrap_or_else(|| {
            let start = at.saturating_sub(AROUND);
            let part = &text[start..text.len().min(at + BLOCK + AROUND)];
            let from = AROUND - (at - start);
            room[..from].fill(0);
            room[from..from + part.len()].copy_from_slice(part);
            room[from + part.len()..].fill(0);
            room
        });
        Self { bytes, len }
    }

    /// How many bytes of text there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Byte `i` and the seven behind it, the first in the lowest bits.
    #[inline]
    pub(super) fn forward(&self, i: usize) -> u64 {
        u64::from_le_bytes(self.eight(AROUND + i))
    }

    /// Byte `i` and the seven before it, byte `i` in the lowest bits.
    #[inline]
    pub(super) fn backward(&self, i: usize) -> u64 {
        u64::from_be_bytes(self.eight(i + 1))
    }

    fn eight(&self, from: usize) -> [u8; 8] {
        let mut eight = [0; 8];
        eight.copy_from_slice(&self.bytes[from..from + 8]);
        eight
    }

    fn before(&self) -> u8 {
        self.bytes[AROUND - 1]
    }

    fn after(&self) -> [u8; 2] {
        [self.bytes[AROUND + BLOCK], self.bytes[AROUND + BLOCK + 1]]
    }

    /// Where bytes are of a kind, given the test for sixteen of them.
    #[inline(always)]
    fn mask(&self, is: impl Fn(u8x16) -> u8x16) -> u64 {
        let lanes = 0..self.len.div_ceil(LANE);
        lanes.fold(0, |mask, n| mask | u64::from(is(self.lane(n)).to_bitmask()) << (n * LANE))
    }

    fn lane(&self, n: usize) -> u8x16 {
        let mut lane = [0; LANE];
        lane.copy_from_slice(&self.bytes[AROUND + n * LANE..AROUND + (n + 1) * LANE]);
        u8x16::new(lane)
    }
}

/// Which of sixteen bytes are one of [`SIGNS`], or begin a character beyond ASCII.
#[inline(always)]
fn special(lane: u8x16) -> u8x16 {
    // `{` is `[` in lower case.
    let brackets = is(b'{')(lane | u8x16::splat(0x20)) | is(b'(')(lane);
    let signs = within(b':', b'>')(lane) | within(b'$', b'&')(lane) | is(b'@')(lane) | is(b'+')(lane) | is(b'~')(lane);
    brackets | signs | is(b'\\')(lane) | lane.simd_ge(u8x16::splat(FIRST_LEAD))
}

impl Kinds {
    #[inline(always)]
    fn of(block: &Block<'_>) -> Self {
        let mut kinds = Self::default();
        for n in 0..block.len.div_ceil(LANE) {
            let lane = block.lane(n);
            let mask = |bytes: u8x16| u64::from(bytes.to_bitmask()) << (n * LANE);
            let dash = is(b'-')(lane);
            kinds.special |= mask(special(lane));
            kinds.escape |= mask(is(ESCAPE)(lane));
            // The highest bit tells.
            kinds.beyond_ascii |= mask(lane);
            kinds.digit |= mask(within(b'0', b'9')(lane));
            kinds.letter |= mask(letter_within(b'a', b'z')(lane));
            kinds.upper |= mask(within(b'A', b'Z')(lane));
            kinds.dash |= mask(dash);
            kinds.dot |= mask(is(b'.')(lane));
            kinds.base64_sign |= mask(dash | is(b'+')(lane) | is(b'/')(lane) | is(b'_')(lane));
        }
        if kinds.special != 0 {
            kinds.backslash = block.mask(is(b'\\'));
            kinds.percent = block.mask(is(b'%'));
        }
        kinds
    }
}

impl Kinds {
    /// Whether six groups of two letters and digits may stand in a text, with other characters between.
    fn may_be_pairs(&self) -> bool {
        let word = self.letter | self.digit;
        // The first and the last may be part of a longer word.
        (word & word >> 1 & !(word >> 2) & !(word << 1)).count_ones() >= 4
    }
}

impl Numeric {
    #[inline(always)]
    fn of(block: &Block<'_>) -> Self {
        let mut kinds = Self::default();
        for n in 0..block.len.div_ceil(LANE) {
            let lane = block.lane(n);
            let mask = |bytes: u8x16| u64::from(bytes.to_bitmask()) << (n * LANE);
            kinds.hex_letter |= mask(letter_within(b'a', b'f')(lane));
            kinds.colon |= mask(is(b':')(lane));
            kinds.blank |= mask(is(b' ')(lane));
            kinds.plus |= mask(is(b'+')(lane));
        }
        kinds
    }
}

/// The bytes of ASCII that mean something by themselves: before keys and values, in documents and disguises, and at the beginning
/// of some values.
pub(super) const SIGNS: &[u8] = b"=:@+{[(<>%\\&~$;";
/// Begins the colours of terminals.
const ESCAPE: u8 = 0x1b;
/// The first byte of a character of UTF-8 beyond ASCII is this or more.
const FIRST_LEAD: u8 = 0xC2;

/// Where bytes of a kind stand in a block and before it.
trait Bits:
    Copy
    + Eq
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    /// Where none stand.
    const NONE: Self;

    fn new(before: u64, here: u64) -> Self;

    fn here(self) -> u64;

    /// How many stand there.
    fn count(self) -> u32;

    fn any(self) -> bool {
        self != Self::NONE
    }
}

/// A block is the upper half; the lower is the one before it.
impl Bits for u128 {
    const NONE: Self = 0;

    #[inline(always)]
    fn new(before: u64, here: u64) -> Self {
        Self::from(here) << BLOCK | Self::from(before)
    }

    #[inline(always)]
    fn here(self) -> u64 {
        (self >> BLOCK) as u64
    }

    fn count(self) -> u32 {
        self.count_ones()
    }
}

/// A block that is the whole text: none is before it.
impl Bits for u64 {
    const NONE: Self = 0;

    #[inline(always)]
    fn new(_: u64, here: u64) -> Self {
        here
    }

    #[inline(always)]
    fn here(self) -> u64 {
        self
    }

    fn count(self) -> u32 {
        self.count_ones()
    }
}

/// Where runs of so many set bits end.
#[inline(always)]
fn runs<B: Bits>(bits: B, len: u32) -> B {
    let (mut ends, mut have) = (bits, 1);
    while have < len && ends.any() {
        let step = have.min(len - have);
        ends = ends & ends << step;
        have += step;
    }
    ends
}

/// Where something ends that begins behind an end in `left`, and whose ends, `len` long, are in `right`.
#[inline(always)]
fn then<B: Bits>(left: B, right: B, len: u32) -> B {
    left << len & right
}

/// Goes on so many times, or until nothing is left.
#[inline(always)]
fn repeat<B: Bits>(mut ends: B, times: usize, go_on: impl Fn(B) -> B) -> B {
    for _ in 0..times {
        if !ends.any() {
            break;
        }
        ends = go_on(ends);
    }
    ends
}

impl Screen {
    /// Looks at the next block.
    pub(super) fn look(&mut self, block: &Block<'_>) -> Seen {
        let kinds = Kinds { numeric: Numeric::of(block), ..Kinds::of(block) };
        let before = self.before.replace(kinds);
        match &before {
            Some(before) => Seen::of::<u128>(before, &kinds, block),
            None => Seen::of::<u64>(&Kinds::default(), &kinds, block),
        }
    }

    /// Looks at a block that is the whole text. Most texts are short, and half of the work is left out where nothing is before.
    #[inline]
    pub(super) fn look_once(block: &Block<'_>) -> Seen {
        let mut kinds = Kinds::of(block);
        // Addresses have colons, which are special, or dots; or, as numbers do, many digits or groups of two; or they are long.
        let may_be_numeric = kinds.special | kinds.dot != 0
            || kinds.digit.count_ones() >= SSN_DIGITS
            || kinds.may_be_pairs()
            || runs(kinds.letter | kinds.digit, MAC_DIGITS).any();
        if may_be_numeric {
            kinds.numeric = Numeric::of(block);
        }
        Seen::of::<u64>(&Kinds::default(), &kinds, block)
    }
}

impl Seen {
    #[inline(always)]
    fn of<B: Bits>(before: &Kinds, kinds: &Kinds, block: &Block<'_>) -> Self {
        // Scripts without blanks run on into what is written in ASCII: `密码ghp_…`. So each begins words for itself.
        let ascii = kinds.letter | kinds.digit;
        let last = block.before();
        let in_ascii = ascii << 1 | u64::from(last.is_ascii_alphanumeric());
        let in_other = kinds.beyond_ascii << 1 | u64::from(!last.is_ascii());
        let word_start = ascii & (!in_ascii | after_escape::<B>(before, kinds, block)) | kinds.beyond_ascii & !in_other;
        let [after, second_after] = block.after();
        let behind = kinds.letter >> 1 | u64::from(after.is_ascii_alphabetic()) << (BLOCK - 1);
        let second = ascii >> 1 | u64::from(after.is_ascii_alphanumeric()) << (BLOCK - 1);
        let third = second >> 1 | u64::from(second_after.is_ascii_alphanumeric()) << (BLOCK - 1);
        let mut seen = Seen {
            special: kinds.special,
            word_start,
            code_start: (kinds.digit | kinds.upper) & word_start,
            short_word: word_start & second & !third,
            letters_end: kinds.letter & !behind,
            ..Seen::default()
        };
        let dash = B::new(before.dash, kinds.dash);
        seen.dashes = (dash & dash << 1).here();
        let in_word = |kinds: &Kinds| kinds.letter | kinds.digit | kinds.base64_sign;
        let words = B::new(in_word(before), in_word(kinds));
        let long = runs(words, LONG_WORD as u32);
        seen.long_word = long.here() & !(long << 1).here();
        if kinds.digit != 0 {
            seen.look_at_digits::<B>(before, kinds);
        }
        if runs(B::new(before.letter | before.digit, ascii), MAC_DIGITS).any() {
            seen.look_at_long_hex::<B>(before, kinds);
        }
        let separators = |kinds: &Kinds| kinds.numeric.colon | kinds.dash | kinds.dot;
        if kinds.digit | before.digit | separators(kinds) | separators(before) != 0 {
            seen.look_at_hex::<B>(before, kinds);
        }
        if kinds.numeric.colon | before.numeric.colon != 0 {
            seen.look_at_colons::<B>(before, kinds);
        }
        seen
    }
}

/// Where a word may begin although a letter or digit stands before it, which belongs to an escape: `\n`, `\x1b`, `\u003c`,
/// `%20`, and the colours of terminals, `ESC [ 32 m`.
#[inline(always)]
fn after_escape<B: Bits>(before: &Kinds, kinds: &Kinds, block: &Block<'_>) -> u64 {
    let any = |kinds: &Kinds| kinds.backslash | kinds.percent | kinds.escape;
    if any(before) | any(kinds) == 0 {
        return 0;
    }
    let backslash = B::new(before.backslash, kinds.backslash);
    let percent = B::new(before.percent, kinds.percent);
    let colours = backslash | B::new(before.escape, kinds.escape);
    let after_colour = if colours.any() { block.mask(is(b'm')) << 1 | u64::from(block.before() == b'm') } else { 0 };
    (backslash << 2 | backslash << 4 | backslash << 6 | percent << 3).here() | after_colour
}

impl Seen {
    /// All bytes that somebody is asked about, but words and those that mean something by themselves.
    pub(super) fn shapes(&self) -> u64 {
        self.dashes
            | self.long_word
            | self.card
            | self.ssn
            | self.iban
            | self.ipv4
            | self.ipv6
            | self.mac
            | self.hex
    }

    #[inline(always)]
    fn look_at_digits<B: Bits>(&mut self, before: &Kinds, kinds: &Kinds) {
        let digit = B::new(before.digit, kinds.digit);
        let two = runs(digit, 2);
        if two.here() != 0 {
            let letter = B::new(before.letter, kinds.letter);
            self.iban = (letter << 3 & letter << 2 & two).here();
        }
        let dot = B::new(before.dot, kinds.dot);
        // One dot after the other, with one to three digits between.
        let between = dot & digit << 1 & digit >> 1;
        let next = |dots: B| between & (dots << 2 | dots << 3 | dots << 4 & digit << 2);
        let third = repeat(between, 2, next);
        self.ipv4 = (third << 1 & digit).here();
        let so_many = before.digit.count_ones() + kinds.digit.count_ones();
        if so_many < SSN_DIGITS {
            return;
        }
        let three = digit << 2 & two;
        let four = digit << 3 & three;
        let dash = B::new(before.dash, kinds.dash);
        let blank = B::new(before.numeric.blank, kinds.numeric.blank);
        for separator in [dash, blank, dot] {
            let ssn = then(then(then(then(three, separator, 1), two, 2), separator, 1), four, 4);
            self.ssn |= ssn.here();
        }
        if so_many < CARD_DIGITS {
            return;
        }
        // The digits of an escape may stand right before a number; else a group has no more digits than are counted here.
        let escapes = (before.backslash | before.percent | kinds.backslash | kinds.percent) != 0;
        let first = |group: B, len: u32| if escapes { group } else { group & !(digit << len) };
        // All but these have four places or more where three digits end.
        let pairs = repeat(first(two, 2), 5, |pairs| then(then(pairs, dash | blank, 1), two, 2));
        self.card = pairs.here();
        if three.count() < 4 {
            return;
        }
        let narrow = dash | blank;
        let wide = narrow | dot | B::new(before.numeric.plus, kinds.numeric.plus);
        let group = |groups: B, separator: B, len: u32, digits: B| then(then(groups, separator, 1), digits, len);
        let (five, six, eight) = (digit << 4 & four, runs(digit, 6), runs(digit, 8));
        let triples = repeat(first(three, 3), 3, |triples| group(triples, narrow, 3, three));
        let first_four = first(four, 4);
        let twelve = four << 8 & eight;
        let card = twelve & !(twelve << 1)
            | group(group(first_four, wide, 4, four), wide, 4, four)
            | group(group(first_four, wide, 6, six), wide, 4, four)
            | group(group(first(five, 5), narrow, 5, five), narrow, 5, five)
            | group(first(eight, 8), narrow, 8, eight)
            | triples;
        self.card |= card.here();
    }

    fn look_at_long_hex<B: Bits>(&mut self, before: &Kinds, kinds: &Kinds) {
        let letter = B::new(before.numeric.hex_letter, kinds.numeric.hex_letter);
        let long = runs(letter | B::new(before.digit, kinds.digit), MAC_DIGITS);
        // With a letter among them; else it is a number.
        let four = letter | letter << 1 | letter << 2 | letter << 3;
        let ends = long & (four | four << 4 | four << 8);
        self.hex = ends.here() & !(ends << 1).here();
    }

    #[inline(always)]
    fn look_at_hex<B: Bits>(&mut self, before: &Kinds, kinds: &Kinds) {
        let (old, new) = (before.digit | before.numeric.hex_letter, kinds.digit | kinds.numeric.hex_letter);
        if old.count_ones() + new.count_ones() < MAC_DIGITS {
            return;
        }
        let hex = B::new(old, new);
        let two = runs(hex, 2);
        let mut look_at_pairs = |separator: B| {
            self.mac |= repeat(two, 5, |pairs| then(then(pairs, separator, 1), two, 2)).here();
        };
        look_at_pairs(B::new(before.numeric.colon, kinds.numeric.colon));
        look_at_pairs(B::new(before.dash, kinds.dash));
        if before.digit | kinds.digit != 0 {
            // Those with blanks between have digits; else they would be words.
            look_at_pairs(B::new(before.numeric.blank, kinds.numeric.blank));
        }
        let dot = B::new(before.dot, kinds.dot);
        if dot.any() {
            let four = runs(hex, 4);
            self.mac |= repeat(four, 2, |groups| then(then(groups, dot, 1), four, 4)).here();
        }
    }

    #[inline(always)]
    fn look_at_colons<B: Bits>(&mut self, before: &Kinds, kinds: &Kinds) {
        let hex = B::new(before.digit | before.numeric.hex_letter, kinds.digit | kinds.numeric.hex_letter);
        let colon = B::new(before.numeric.colon, kinds.numeric.colon);
        let double = colon & colon << 1;
        let inner = colon & hex << 1;
        let sixth = repeat(inner, 5, |colons| inner & (colons << 2 | colons << 3 | colons << 4 | colons << 5));
        self.ipv6 = (double & hex << 2 | double << 1 & hex | sixth << 1 & hex).here();
    }
}

/// The fewest digits of a card number, with or without those that separators hide, of an SSN, and of a MAC address.
const CARD_DIGITS: u32 = 12;
const SSN_DIGITS: u32 = 9;
const MAC_DIGITS: u32 = 12;

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::*;

    /// What the screen sees in a text: for each byte that ends something, what.
    fn seen(text: &[u8]) -> Vec<(&'static str, usize)> {
        let mut screen = Screen::default();
        let mut all = Vec::new();
        let mut room = [0; WINDOW];
        for at in (0..text.len()).step_by(BLOCK) {
            let block = Block::new(text, at, &mut room);
            let seen = screen.look(&block);
            let shapes = [
                ("card", seen.card),
                ("ssn", seen.ssn),
                ("iban", seen.iban),
                ("ipv4", seen.ipv4),
                ("ipv6", seen.ipv6),
                ("mac", seen.mac),
                ("hex", seen.hex),
                ("dashes", seen.dashes),
                ("letters end", seen.letters_end),
                ("word start", seen.word_start),
                ("short word", seen.short_word),
            ];
            for (name, bits) in shapes {
                all.extend((0..block.len()).filter(|i| bits >> i & 1 == 1).map(|i| (name, at + i)));
            }
        }
        all.sort_unstable();
        all
    }

    /// The same by regexes, each of which is tried at each byte.
    fn expected(text: &[u8]) -> Vec<(&'static str, usize)> {
        let shapes = [
            (
                "card",
                "(?:^|[^0-9])(?:[0-9]{12}|[0-9]{4}[ .+-][0-9]{4}[ .+-][0-9]{4}|[0-9]{4}[ .+-][0-9]{6}[ .+-][0-9]{4}|\
                 [0-9]{5}[ -][0-9]{5}[ -][0-9]{5}|[0-9]{8}[ -][0-9]{8}|[0-9]{3}(?:[ -][0-9]{3}){3}|[0-9]{2}(?:[ -][0-9]{2}){5})$",
            ),
            ("ssn", r"(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{3}\.[0-9]{2}\.[0-9]{4})$"),
            ("iban", "[A-Za-z]{2}[0-9]{2}$"),
            ("ipv4", r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]$"),
            ("ipv6", "(?:[0-9A-Fa-f]::|::[0-9A-Fa-f]|(?:[0-9A-Fa-f]:[0-9A-Fa-f.x-]{0,3}){5}[0-9A-Fa-f]:[0-9A-Fa-f])$"),
            (
                "mac",
                r"(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$",
            ),
            ("dashes", "--$"),
        ];
        let mut all = Vec::new();
        for (name, regex) in shapes {
            let regex = Regex::new(&format!("(?-u){regex}")).expect("a good regex");
            all.extend((0..text.len()).filter(|&i| regex.is_match(&text[i.saturating_sub(48)..=i])).map(|i| (name, i)));
        }
        let is = |i: Option<usize>, test: fn(&u8) -> bool| i.and_then(|i| text.get(i)).is_some_and(test);
        let twelve = |i: usize| {
            let run = (i + 1).checked_sub(12).map(|start| &text[start..=i]);
            run.is_some_and(|run| run.iter().all(u8::is_ascii_hexdigit) && !run.iter().all(u8::is_ascii_digit))
        };
        for i in 0..text.len() {
            if twelve(i) && (i == 0 || !twelve(i - 1)) {
                all.push(("hex", i));
            }
            if is(Some(i), u8::is_ascii_alphabetic) && !is(Some(i + 1), u8::is_ascii_alphabetic) {
                all.push(("letters end", i));
            }
            if is(Some(i), u8::is_ascii_alphanumeric) && !is(i.checked_sub(1), u8::is_ascii_alphanumeric) {
                all.push(("word start", i));
                if is(Some(i + 1), u8::is_ascii_alphanumeric) && !is(Some(i + 2), u8::is_ascii_alphanumeric) {
                    all.push(("short word", i));
                }
            }
        }
        all.sort_unstable();
        all
    }

    #[test]
    fn shapes_are_seen_wherever_they_stand() {
        let shapes = [
            "411111111111",
            "00005e005301",
            "123456789012345a",
            "a1234567890123456789b123456789012345c",
            "4111 1111.1111",
            "3782-822463-1000",
            "12345 12345-12345",
            "41111111-11111111",
            "411 111 111 111",
            "41 11-11 11 11 11",
            "123-45-6789",
            "123 45 6789",
            "123.45.6789",
            "de89",
            "1.22.133.4",
            "fe80::1",
            "1:2:3:4:5:6:7:8",
            "00:00:5e:00:53:01",
            "ab-cd-ef-ab-cd-ef",
            "0123.4567.89ab",
            "--x",
            "a1b2",
            "x",
        ];
        for shape in shapes {
            for before in 0..2 * BLOCK {
                let text = format!("{}{shape},,", ",".repeat(before));
                assert_eq!(seen(text.as_bytes()), expected(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn nothing_else_is_seen() {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..400 {
            let text: Vec<u8> = (0..200)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    b"0123456789012345ab.:-,+."[state as usize % 24]
                })
                .collect();
            let ipv6 = |(name, _): &(&str, usize)| *name != "ipv6";
            let (mut seen, mut expected) = (seen(&text), expected(&text));
            // Of these the screen sees a little more than there is; the detector decides.
            assert!(expected.iter().filter(|e| !ipv6(e)).all(|e| seen.contains(e)));
            seen.retain(ipv6);
            expected.retain(ipv6);
            assert_eq!(seen, expected, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn pairs_with_blanks_need_a_digit_near() {
        let mac = |text: &str| seen(text.as_bytes()).into_iter().filter(|(name, _)| *name == "mac").count();
        assert_eq!(mac("a9 c5 d4 9f eb d3"), 1);
        assert_eq!(mac("be ad fa ce ed ab"), 0);
        let across = format!("{}a9 c5 d4 9f eb dd", ",".repeat(BLOCK - 15));
        assert_eq!(mac(&across), 1);
    }

    #[test]
    fn a_card_may_stand_behind_the_digits_of_an_escape() {
        let cards = |text: &str| seen(text.as_bytes()).into_iter().filter(|(name, _)| *name == "card").count();
        assert_eq!(cards("x=%204111 1111 1111 1111"), 2);
        assert_eq!(cards(r"\u00204111-1111-1111-1111"), 2);
        assert_eq!(cards("081109 234644 4177"), 0);
    }

    #[test]
    fn a_short_text_is_seen_as_one_that_goes_on() {
        for text in ["", "x=1", "123-45-6789", "00:00:5e:00:53:01 --a"] {
            let mut room = [0; WINDOW];
            let block = Block::new(text.as_bytes(), 0, &mut room);
            assert_eq!(format!("{:?}", Screen::look_once(&block)), format!("{:?}", Screen::default().look(&block)));
        }
    }

    #[test]
    fn words_begin_where_scripts_meet() {
        assert!(seen("密码ghp_x".as_bytes()).contains(&("word start", "密码".len())));
        assert!(seen("xпароль".as_bytes()).contains(&("word start", 1)));
    }

    #[test]
    fn words_begin_behind_escapes() {
        for text in [r"\nkey", r"\x1bkey", r"\u003ckey", "%20key", "\x1b[32mkey", r"\x1b[0mkey"] {
            let at = text.len() - "key".len();
            assert!(seen(text.as_bytes()).contains(&("word start", at)), "{text}");
        }
    }
}
