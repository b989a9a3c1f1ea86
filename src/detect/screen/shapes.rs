//! The shapes of numbers and addresses: shifts and ands of the bits that tell where digits and separators stand.

use super::BLOCK;
use super::kinds::Kinds;
use crate::document::encoding::blob;

/// Where shapes end: bit `i` tells of byte `i`, which is their last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::detect) struct Shapes {
    pub(in crate::detect) card: u64,
    pub(in crate::detect) ssn: u64,
    pub(in crate::detect) iban: u64,
    pub(in crate::detect) ipv4: u64,
    pub(in crate::detect) ipv6: u64,
    pub(in crate::detect) mac: u64,
    /// See [`first_long_hex`].
    pub(in crate::detect) hex: u64,
    /// See [`first_long_words`].
    pub(in crate::detect) long_word: u64,
}

/// The fewest digits of a card number, with or without those that separators hide, of an SSN, and of a MAC address.
const CARD_DIGITS: u32 = 12;
const SSN_DIGITS: u32 = 9;
const MAC_DIGITS: u32 = 12;

/// Where runs of so many set bits end.
#[inline(always)]
fn runs(bits: u64, len: u32) -> u64 {
    let (mut ends, mut have) = (bits, 1);
    while have < len {
        let step = have.min(len - have);
        ends &= ends << step;
        have += step;
    }
    ends
}

/// Where something ends that begins behind an end in `left`, and whose ends, `len` long, are in `right`.
#[inline(always)]
fn then(left: u64, right: u64, len: u32) -> u64 {
    left << len & right
}

/// Goes on so many times, or until nothing is left.
#[inline(always)]
fn repeat(mut ends: u64, times: usize, go_on: impl Fn(u64) -> u64) -> u64 {
    for _ in 0..times {
        if ends == 0 {
            break;
        }
        ends = go_on(ends);
    }
    ends
}

/// The bits of the last half of a block, before which half a block stands that is known.
const LAST_HALF: u64 = u64::MAX << (BLOCK / 2);

/// Takes what ends in the first half of a block from what was seen [across](Kinds::across) two.
#[inline(always)]
fn across(shape: &mut u64, seen: u64) {
    *shape = seen >> (BLOCK / 2) | *shape & LAST_HALF;
}

/// How long a run must be to be told of: the shortest that can hold a disguised value.
pub(in crate::detect) const LONG_WORD: usize = blob::SHORTEST_RUN;

/// The last byte of the first [`LONG_WORD`] of a run of letters, digits and the signs of base64.
#[inline(always)]
fn first_long_words(kinds: &Kinds) -> u64 {
    let long = runs(kinds.alphanumeric() | kinds.base64_sign, LONG_WORD as u32);
    long & !(long << 1)
}

/// The last of twelve hexadecimal digits in one piece, one of which is a letter; the first such in a row.
#[inline(always)]
fn first_long_hex(kinds: &Kinds) -> u64 {
    let letter = kinds.hex_letter;
    let long = runs(letter | kinds.digit, MAC_DIGITS);
    // With a letter among them; else it is a number.
    let four = letter | letter << 1 | letter << 2 | letter << 3;
    let ends = long & (four | four << 4 | four << 8);
    ends & !(ends << 1)
}

impl Shapes {
    /// Those that end in a block.
    #[inline(always)]
    pub(super) fn of(before: Option<&Kinds>, here: &Kinds) -> Self {
        let mut shapes = Self::within(here);
        shapes.hex = first_long_hex(here);
        shapes.long_word = first_long_words(here);
        if let Some(before) = before {
            shapes.look_across(before, here);
        }
        shapes
    }

    /// Of those, the long words.
    #[inline(always)]
    pub(super) fn long_words(before: Option<&Kinds>, here: &Kinds) -> Self {
        let mut long_word = first_long_words(here);
        if let Some(before) = before {
            across(&mut long_word, first_long_words(&Kinds::across(before, here)));
        }
        Self { long_word, ..Self::default() }
    }

    /// Looks at what begins in the block before. Nothing is longer than half a block.
    #[inline(always)]
    fn look_across(&mut self, before: &Kinds, here: &Kinds) {
        let both = Kinds::across(before, here);
        if may_cross(before, here) {
            let Self { card, ssn, iban, ipv4, ipv6, mac, .. } = Self::within(&both);
            across(&mut self.card, card);
            across(&mut self.ssn, ssn);
            across(&mut self.iban, iban);
            across(&mut self.ipv4, ipv4);
            across(&mut self.ipv6, ipv6);
            across(&mut self.mac, mac);
        }
        across(&mut self.hex, first_long_hex(&both));
        across(&mut self.long_word, first_long_words(&both));
    }

    /// All of them.
    #[inline]
    pub(in crate::detect) fn any(&self) -> u64 {
        self.numbers().into_iter().fold(self.long_word, |any, ends| any | ends)
    }

    /// Those of numbers and addresses, in the order of [`Shape::NUMBERS`](crate::detect::anchor::Shape::NUMBERS).
    #[inline(always)]
    pub(in crate::detect) fn numbers(&self) -> [u64; 7] {
        let Self { card, ssn, iban, ipv4, ipv6, mac, hex, long_word: _ } = *self;
        [card, ssn, iban, ipv4, ipv6, mac, hex]
    }

    /// Of the numbers and addresses, those that begin and end in these bytes.
    #[inline(always)]
    fn within(kinds: &Kinds) -> Self {
        let mut shapes = Self::default();
        if kinds.digit != 0 {
            shapes.look_at_digits(kinds);
        }
        if kinds.digit | kinds.colon | kinds.dash | kinds.dot != 0 {
            shapes.look_at_hex(kinds);
        }
        if kinds.colon != 0 {
            shapes.look_at_colons(kinds);
        }
        shapes
    }

    #[inline(always)]
    fn look_at_digits(&mut self, kinds: &Kinds) {
        let Kinds { digit, letter, dot, dash, blank, plus, .. } = *kinds;
        let two = runs(digit, 2);
        self.iban = letter << 3 & letter << 2 & two;
        // One dot after the other, with one to three digits between.
        let between = dot & digit << 1 & digit >> 1;
        let next = |dots: u64| between & (dots << 2 | dots << 3 | dots << 4 & digit << 2);
        let third = repeat(between, 2, next);
        self.ipv4 = third << 1 & digit;
        let so_many = digit.count_ones();
        if so_many < SSN_DIGITS {
            return;
        }
        let three = digit << 2 & two;
        let four = digit << 3 & three;
        for separator in [dash, blank, dot] {
            self.ssn |= then(then(then(then(three, separator, 1), two, 2), separator, 1), four, 4);
        }
        if so_many < CARD_DIGITS {
            return;
        }
        // The digits of an escape may stand right before a number; else a group has no more digits than are counted here.
        let escapes = kinds.backslash | kinds.percent != 0;
        let first = |group: u64, len: u32| if escapes { group } else { group & !(digit << len) };
        // All but these have four places or more where three digits end.
        let pairs = repeat(first(two, 2), 5, |pairs| then(then(pairs, dash | blank, 1), two, 2));
        self.card = pairs;
        if three.count_ones() < 4 {
            return;
        }
        let narrow = dash | blank;
        let wide = narrow | dot | plus;
        let group = |groups: u64, separator: u64, len: u32, digits: u64| then(then(groups, separator, 1), digits, len);
        let (five, six, eight) = (digit << 4 & four, runs(digit, 6), runs(digit, 8));
        let first_four = first(four, 4);
        let triples = repeat(first(three, 3) | first_four, 3, |triples| group(triples, narrow, 3, three));
        let twelve = four << 8 & eight;
        self.card |= twelve & !(twelve << 1)
            | group(group(first_four, wide, 4, four), wide, 4, four)
            | group(group(first_four, wide, 6, six), wide, 4, four)
            | group(group(first(five, 5), narrow, 5, five), narrow, 2, two)
            | group(first(eight, 8), narrow, 4, four)
            | triples;
    }

    #[inline(always)]
    fn look_at_hex(&mut self, kinds: &Kinds) {
        let Kinds { dash, dot, colon, blank, .. } = *kinds;
        let hex = kinds.digit | kinds.hex_letter;
        if hex.count_ones() < MAC_DIGITS {
            return;
        }
        let two = runs(hex, 2);
        let pairs = |separator: u64| repeat(two, 5, |pairs| then(then(pairs, separator, 1), two, 2));
        self.mac = pairs(colon) | pairs(dash);
        if kinds.digit != 0 {
            // Those with blanks between have digits; else they would be words.
            self.mac |= pairs(blank);
        }
        if dot != 0 {
            let four = runs(hex, 4);
            self.mac |= repeat(four, 2, |groups| then(then(groups, dot, 1), four, 4));
        }
    }

    #[inline(always)]
    fn look_at_colons(&mut self, kinds: &Kinds) {
        let colon = kinds.colon;
        let hex = kinds.digit | kinds.hex_letter;
        let double = colon & colon << 1;
        let inner = colon & hex << 1;
        let sixth = repeat(inner, 5, |colons| inner & (colons << 2 | colons << 3 | colons << 4 | colons << 5));
        self.ipv6 = double & hex << 2 | double << 1 & hex | sixth << 1 & hex;
    }
}

/// Whether a shape may begin before a block and end in it, or may be the end of a longer one.
#[inline(always)]
fn may_cross(before: &Kinds, here: &Kinds) -> bool {
    let part = |kinds: &Kinds| kinds.alphanumeric() | kinds.dash | kinds.dot | kinds.colon | kinds.blank | kinds.plus;
    // All but a few letters of IBANs have some of these.
    let some = |kinds: &Kinds| kinds.digit | kinds.dash | kinds.dot | kinds.colon;
    let near = some(before) >> (BLOCK / 2) | some(here) << (BLOCK / 2);
    // What an escape says of its digits, and of what is behind them, is said by its sign.
    let escape = before.backslash | before.percent;
    (part(before) | escape) >> (BLOCK - 1) & part(here) & 1 == 1 && near != 0
}
