//! A first look at a block of text: which bytes may have to do with anything.
//!
//! Sixty-four bytes are compared at once with the few that mean something by themselves; the answers are one bit for each
//! byte. Shapes such as "four digits, a separator, four digits" then are shifts and ands of these bits, at the same cost
//! whatever stands in the text. (Cameron et al., "Parallel scanning with bitstream addition", Euro-Par 2011, tells of the idea.)

use wide::u8x16;

/// How many bytes are looked at at once.
pub(super) const BLOCK: usize = 64;
/// How many bytes of the text before and after the block go with it.
const AROUND: usize = 8;
const WINDOW: usize = AROUND + BLOCK + AROUND;
const LANE: usize = 16;

/// A block of a text, with what stands around it.
pub(super) struct Block<'t> {
    bytes: &'t [u8; WINDOW],
    len: usize,
}

/// Where bytes of a kind stand in a block: bit `i` tells of byte `i`.
#[derive(Clone, Copy, Default)]
struct Kinds {
    special: u64,
    backslash: u64,
    percent: u64,
    escape: u64,
    beyond_ascii: u64,
    digit: u64,
    letter: u64,
    upper: u64,
    hex_letter: u64,
    dot: u64,
    colon: u64,
    dash: u64,
    blank: u64,
    plus: u64,
    base64_sign: u64,
}

/// What the screen saw in one block; bit `i` tells of byte `i`. Of shapes, it is the last byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// A byte that means something by itself.
    pub(super) special: u64,
    /// A letter or digit, or a byte beyond ASCII, with none before it that belongs to the same word.
    pub(super) word_start: u64,
    /// Of those, digits and capitals: the beginning of a number or code.
    pub(super) code_start: u64,
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
    /// The last byte of the first [`LONG_WORD`] of a run of letters, digits and the signs of base64.
    pub(super) long_word: u64,
}

/// How long a run must be to be told of. The shortest that can hold a disguised value is 24 long with its padding.
pub(super) const LONG_WORD: usize = 20;

/// Looks at the blocks of one text, in order.
#[derive(Default)]
pub(super) struct Screen {
    before: Kinds,
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

    fn after(&self) -> u8 {
        self.bytes[AROUND + BLOCK]
    }

    /// Where that byte stands.
    fn mask(&self, byte: u8) -> u64 {
        let lanes = 0..self.len.div_ceil(LANE);
        lanes.map(|n| u64::from(self.lane(n).simd_eq(u8x16::splat(byte)).to_bitmask()) << (n * LANE)).sum()
    }

    fn lane(&self, n: usize) -> u8x16 {
        let mut lane = [0; LANE];
        lane.copy_from_slice(&self.bytes[AROUND + n * LANE..AROUND + (n + 1) * LANE]);
        u8x16::new(lane)
    }
}

impl Kinds {
    fn of(block: &Block<'_>) -> Self {
        let mut kinds = Self::default();
        for n in 0..block.len.div_ceil(LANE) {
            let lane = block.lane(n);
            let is = |b: u8| lane.simd_eq(u8x16::splat(b));
            let within =
                |lane: u8x16, first: u8, last: u8| (lane - u8x16::splat(first)).simd_le(u8x16::splat(last - first));
            let mask = |bytes: u8x16| u64::from(bytes.to_bitmask()) << (n * LANE);
            let lower = lane | u8x16::splat(0x20);
            let (colon, plus, backslash, percent) = (is(b':'), is(b'+'), is(b'\\'), is(b'%'));
            // `{` is `[` in lower case.
            let brackets = lower.simd_eq(u8x16::splat(b'{')) | is(b'(') | is(b'<') | is(b'>');
            let signs = is(b'=') | colon | is(b'@') | plus | is(b'~') | is(b'$') | is(b';');
            let disguises = backslash | percent | is(b'&') | lane.simd_ge(u8x16::splat(FIRST_LEAD));
            kinds.special |= mask(brackets | signs | disguises);
            kinds.backslash |= mask(backslash);
            kinds.percent |= mask(percent);
            kinds.escape |= mask(is(ESCAPE));
            kinds.beyond_ascii |= mask(lane.simd_ge(u8x16::splat(0x80)));
            kinds.digit |= mask(within(lane, b'0', b'9'));
            kinds.letter |= mask(within(lower, b'a', b'z'));
            kinds.upper |= mask(within(lane, b'A', b'Z'));
            kinds.hex_letter |= mask(within(lower, b'a', b'f'));
            kinds.dot |= mask(is(b'.'));
            kinds.colon |= mask(colon);
            kinds.dash |= mask(is(b'-'));
            kinds.blank |= mask(is(b' '));
            kinds.plus |= mask(plus);
            kinds.base64_sign |= mask(plus | is(b'/') | is(b'_') | is(b'-'));
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

/// Where bytes of a kind stand in a block (the upper half) and in the one before it.
type Bits = u128;

fn bits(before: u64, here: u64) -> Bits {
    Bits::from(here) << BLOCK | Bits::from(before)
}

fn here(bits: Bits) -> u64 {
    (bits >> BLOCK) as u64
}

/// Where runs of so many set bits end.
fn runs(bits: Bits, len: u32) -> Bits {
    let (mut ends, mut have) = (bits, 1);
    while have < len && ends != 0 {
        let step = have.min(len - have);
        ends &= ends << step;
        have += step;
    }
    ends
}

/// Where something ends that begins behind an end in `left`, and whose ends, `len` long, are in `right`.
fn then(left: Bits, right: Bits, len: u32) -> Bits {
    left << len & right
}

/// Goes on so many times, or until nothing is left.
#[inline]
fn repeat(mut ends: Bits, times: usize, go_on: impl Fn(Bits) -> Bits) -> Bits {
    for _ in 0..times {
        if ends == 0 {
            break;
        }
        ends = go_on(ends);
    }
    ends
}

impl Screen {
    /// Looks at the next block.
    pub(super) fn look(&mut self, block: &Block<'_>) -> Seen {
        let kinds = Kinds::of(block);
        let before = std::mem::replace(&mut self.before, kinds);
        let word = kinds.letter | kinds.digit | kinds.beyond_ascii;
        let before_block = block.before();
        let in_word = word << 1 | u64::from(before_block.is_ascii_alphanumeric() || !before_block.is_ascii());
        let word_start = word & (!in_word | after_escape(&before, &kinds, block));
        let behind = kinds.letter >> 1 | u64::from(block.after().is_ascii_alphabetic()) << (BLOCK - 1);
        let mut seen = Seen {
            special: kinds.special,
            word_start,
            code_start: (kinds.digit | kinds.upper) & word_start,
            letters_end: kinds.letter & !behind,
            ..Seen::default()
        };
        let dash = bits(before.dash, kinds.dash);
        seen.dashes = here(dash & dash << 1);
        let in_word = |kinds: &Kinds| kinds.letter | kinds.digit | kinds.base64_sign;
        let long = runs(bits(in_word(&before), in_word(&kinds)), LONG_WORD as u32);
        seen.long_word = here(long & !(long << 1));
        if kinds.digit != 0 {
            seen.look_at_digits(&before, &kinds);
        }
        let separators = |kinds: &Kinds| kinds.colon | kinds.dash | kinds.dot;
        if kinds.digit | separators(&kinds) | separators(&before) != 0 {
            seen.look_at_hex(&before, &kinds);
        }
        if kinds.colon | before.colon != 0 {
            seen.look_at_colons(&before, &kinds);
        }
        seen
    }
}

/// Where a word may begin although a letter or digit stands before it, which belongs to an escape: `\n`, `\x1b`, `\u003c`,
/// `%20`, and the colours of terminals, `ESC [ 32 m`.
fn after_escape(before: &Kinds, kinds: &Kinds, block: &Block<'_>) -> u64 {
    let any = |kinds: &Kinds| kinds.backslash | kinds.percent | kinds.escape;
    if any(before) | any(kinds) == 0 {
        return 0;
    }
    let backslash = bits(before.backslash, kinds.backslash);
    let percent = bits(before.percent, kinds.percent);
    let colours = backslash | bits(before.escape, kinds.escape);
    let after_colour = if colours == 0 { 0 } else { block.mask(b'm') << 1 | u64::from(block.before() == b'm') };
    here(backslash << 2 | backslash << 4 | backslash << 6 | percent << 3) | after_colour
}

impl Seen {
    /// All bytes that somebody is asked about, but words.
    pub(super) fn stops(&self) -> u64 {
        self.special
            | self.dashes
            | self.long_word
            | self.card
            | self.ssn
            | self.iban
            | self.ipv4
            | self.ipv6
            | self.mac
    }

    fn look_at_digits(&mut self, before: &Kinds, kinds: &Kinds) {
        let digit = bits(before.digit, kinds.digit);
        let two = runs(digit, 2);
        if here(two) != 0 {
            let letter = bits(before.letter, kinds.letter);
            self.iban = here(letter << 3 & letter << 2 & two);
        }
        let dot = bits(before.dot, kinds.dot);
        // One dot after the other, with one to three digits between.
        let between = dot & digit << 1 & digit >> 1;
        let next = |dots: Bits| between & (dots << 2 | dots << 3 | dots << 4 & digit << 2);
        let third = next(next(between | dot & digit << 1));
        self.ipv4 = here(third << 1 & digit);
        let three = digit << 2 & two;
        let four = digit << 3 & three;
        let (dash, blank) = (bits(before.dash, kinds.dash), bits(before.blank, kinds.blank));
        for separator in [dash, blank, dot] {
            self.ssn |= here(then(then(then(then(three, separator, 1), two, 2), separator, 1), four, 4));
        }
        let narrow = dash | blank;
        let wide = narrow | dot | bits(before.plus, kinds.plus);
        let group =
            |groups: Bits, separator: Bits, len: u32, digits: Bits| then(then(groups, separator, 1), digits, len);
        let (five, six, eight) = (digit << 4 & four, runs(digit, 6), runs(digit, 8));
        let triples = repeat(three, 3, |triples| group(triples, narrow, 3, three));
        let pairs = repeat(two, 5, |pairs| group(pairs, narrow, 2, two));
        self.card = here(
            four << 8 & eight
                | group(group(four, wide, 4, four), wide, 4, four)
                | group(group(four, wide, 6, six), wide, 4, four)
                | group(group(five, narrow, 5, five), narrow, 5, five)
                | group(eight, narrow, 8, eight)
                | triples
                | pairs,
        );
    }

    fn look_at_hex(&mut self, before: &Kinds, kinds: &Kinds) {
        let hex = bits(before.digit | before.hex_letter, kinds.digit | kinds.hex_letter);
        let two = runs(hex, 2);
        if here(two) == 0 {
            return;
        }
        let mut look_at_pairs = |separator: Bits| {
            self.mac |= here(repeat(two, 5, |pairs| then(then(pairs, separator, 1), two, 2)));
        };
        look_at_pairs(bits(before.colon, kinds.colon));
        look_at_pairs(bits(before.dash, kinds.dash));
        if before.digit | kinds.digit != 0 {
            // Those with blanks between have digits; else they would be words.
            look_at_pairs(bits(before.blank, kinds.blank));
        }
        let dot = bits(before.dot, kinds.dot);
        if dot != 0 {
            let four = runs(hex, 4);
            self.mac |= here(repeat(four, 2, |groups| then(then(groups, dot, 1), four, 4)));
        }
    }

    fn look_at_colons(&mut self, before: &Kinds, kinds: &Kinds) {
        let hex = bits(before.digit | before.hex_letter, kinds.digit | kinds.hex_letter);
        let colon = bits(before.colon, kinds.colon);
        let double = colon & colon << 1;
        self.ipv6 = here(double & hex << 2 | double << 1 & hex);
        let inner = colon & hex << 1;
        let sixth = repeat(inner, 5, |colons| inner & (colons << 2 | colons << 3 | colons << 4 | colons << 5));
        self.ipv6 |= here(sixth << 1 & hex);
    }
}
