//! A first look at a block of text: which bytes may have to do with anything.
//!
//! Of sixty-four bytes it is told at once of which [kinds] each is; the answers are one bit for each byte. Shapes such as "four digits, a separator, four digits" then are shifts and ands of these bits, at the same cost
//! whatever stands in the text. (Cameron et al., "Parallel scanning with bitstream addition", Euro-Par 2011, tells of the idea.)

#[cfg(target_arch = "x86_64")]
mod avx2;
mod kinds;
mod shapes;

pub(super) use self::kinds::ESCAPE;
use wide::u8x16;

use self::kinds::Kinds;
pub(super) use self::shapes::LONG_WORD;
use self::shapes::Shapes;
use crate::lanes::{LANE, bits, is, sixteen_from, within};

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

/// What the screen saw in one block; bit `i` tells of byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// The second dash of `--`, or one behind a blank and before two letters.
    pub(super) dashes: u64,
    pub(super) shapes: Shapes,
}

/// Whether a byte may be part of a long word.
pub(super) fn is_in_long_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-')
}

/// Looks at the blocks of one text, in order.
#[derive(Default)]
pub(super) struct Screen {
    /// What stands in the last block and in the one before; nothing at the beginning.
    kinds: [Kinds; 2],
    blocks: usize,
}

/// Room for a block at the beginning or end of a text.
pub(super) struct Room([u8; WINDOW]);

impl Default for Room {
    fn default() -> Self {
        Self([0; WINDOW])
    }
}

impl<'t> Block<'t> {
    /// The block that begins at `at`; where it has no text on one side, a copy of it in `room`, with zeros there.
    pub(super) fn new(text: &'t [u8], at: usize, room: &'t mut Room) -> Self {
        let len = BLOCK.min(text.len() - at);
        let whole = at.checked_sub(AROUND).and_then(|start| text[start..].first_chunk());
        let bytes = whole.unwrap_or_else(|| {
            let start = at.saturating_sub(AROUND);
            let part = &text[start..text.len().min(at + BLOCK + AROUND)];
            let from = AROUND - (at - start);
            room.0 = [0; WINDOW];
            room.0[from..from + part.len()].copy_from_slice(part);
            &room.0
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

    fn bytes(&self) -> &'t [u8; BLOCK] {
        self.bytes[AROUND..].first_chunk().expect("a window is larger")
    }

    /// Where characters beyond ASCII begin.
    #[cold]
    fn characters_beyond_ascii(&self) -> u64 {
        const FIRST_LEAD: u8 = 0xc0;
        self.each_lane(within(FIRST_LEAD, u8::MAX))
    }

    /// Where what terminals do ends: with `m` a colour, with `K` the end of a line that is erased, which `grep` writes behind each.
    #[cold]
    fn ends_of_colours(&self) -> u64 {
        self.each_lane(|lane| is(b'm')(lane) | is(b'K')(lane))
    }

    fn each_lane(&self, wanted: impl Fn(u8x16) -> u8x16) -> u64 {
        (0..BLOCK / LANE).fold(0, |all, n| all | bits(wanted(sixteen_from(self.bytes(), n * LANE))) << (n * LANE))
    }
}

/// The bytes of ASCII that mean something by themselves: before keys and values, in documents and disguises, and at the beginning
/// of some values.
pub(super) const SIGNS: &[u8] = b"=:@+{[(<>%\\&~$;";

impl Screen {
    /// Makes ready for another text, or another place of it.
    pub(super) fn restart(&mut self) {
        self.blocks = 0;
    }

    /// Looks at the next block; of the shapes, only at long words where nobody asks about `numbers`.
    ///
    /// What is seen is written to where it stays: a processor is slow to load as one what it has just stored in parts.
    #[inline]
    pub(super) fn look(&mut self, block: &Block<'_>, numbers: bool, seen: &mut Seen) {
        #[cfg(target_arch = "x86_64")]
        if avx2::look(self, block, numbers, seen) {
            return;
        }
        self.look_by_lanes(block, numbers, seen);
    }

    /// Where in the last block something stands that is no [plain](super::regex_rule::is_plain) text.
    pub(super) fn unplain(&self) -> u64 {
        let [even, odd] = &self.kinds;
        let last = if self.blocks.is_multiple_of(2) { odd } else { even };
        last.unplain()
    }

    /// The same on any processor.
    #[inline(never)]
    fn look_by_lanes(&mut self, block: &Block<'_>, numbers: bool, seen: &mut Seen) {
        self.look_with(block, numbers, |bytes, kinds| *kinds = Kinds::of(bytes, block.len), seen);
    }

    /// The same, by some way to tell of which kinds bytes are.
    #[inline(always)]
    fn look_with(
        &mut self,
        block: &Block<'_>,
        numbers: bool,
        kinds_of: impl FnOnce(&[u8; BLOCK], &mut Kinds),
        seen: &mut Seen,
    ) {
        let [even, odd] = &mut self.kinds;
        let (kinds, before) = if self.blocks.is_multiple_of(2) { (even, odd) } else { (odd, even) };
        kinds_of(block.bytes(), kinds);
        self.blocks += 1;
        *seen = Seen::of((self.blocks > 1).then_some(before), kinds, block, numbers)
    }
}

impl Seen {
    #[inline(always)]
    fn of(before: Option<&Kinds>, kinds: &Kinds, block: &Block<'_>, numbers: bool) -> Self {
        // Scripts without blanks run on into what is written in ASCII: `密码ghp_…`. So each begins words for itself.
        let ascii = kinds.alphanumeric();
        let last = block.before();
        let in_ascii = ascii << 1 | u64::from(last.is_ascii_alphanumeric());
        // Nor do they have blanks between their own words, and quotes and stops are beyond ASCII, too: `「订单`. So a word may begin with each character.
        let characters = if kinds.beyond_ascii == 0 { 0 } else { block.characters_beyond_ascii() };
        let word_start = ascii & (!in_ascii | after_escape(before, kinds, block)) | characters;
        let [after, second_after] = block.after();
        let behind = kinds.letter >> 1 | u64::from(after.is_ascii_alphabetic()) << (BLOCK - 1);
        let second = ascii >> 1 | u64::from(after.is_ascii_alphanumeric()) << (BLOCK - 1);
        let third = second >> 1 | u64::from(second_after.is_ascii_alphanumeric()) << (BLOCK - 1);
        let second_behind = behind >> 1 | u64::from(second_after.is_ascii_alphabetic()) << (BLOCK - 1);
        let before_two_letters = behind & second_behind;
        let behind_blank = kinds.blank << 1 | u64::from(last == b' ');
        Seen {
            special: kinds.special,
            word_start,
            code_start: (kinds.digit | kinds.upper) & word_start,
            short_word: word_start & second & !third,
            letters_end: kinds.letter & !behind,
            dashes: kinds.dash & (kinds.dash << 1 | u64::from(last == b'-') | before_two_letters & behind_blank),
            shapes: if numbers { Shapes::of(before, kinds) } else { Shapes::long_words(before, kinds) },
        }
    }
}

/// Where a word may begin although a letter or digit stands before it, which belongs to an escape: `\n`, `\x1b`, `\u003c`,
/// `%20`, and the colours of terminals, `ESC [ 32 m`.
#[inline(always)]
fn after_escape(before: Option<&Kinds>, kinds: &Kinds, block: &Block<'_>) -> u64 {
    let old = |kind: fn(&Kinds) -> u64| before.map_or(0, kind);
    let any: fn(&Kinds) -> u64 = |kinds| kinds.backslash | kinds.percent | kinds.escape;
    if old(any) | any(kinds) == 0 {
        return 0;
    }
    let behind = |kind: fn(&Kinds) -> u64, places: usize| kind(kinds) << places | old(kind) >> (BLOCK - places);
    let backslash = |places| behind(|kinds| kinds.backslash, places);
    let colours: fn(&Kinds) -> u64 = |kinds| kinds.backslash | kinds.escape;
    let after_colour = if colours(kinds) | old(colours) == 0 {
        0
    } else {
        block.ends_of_colours() << 1 | u64::from(matches!(block.before(), b'm' | b'K'))
    };
    backslash(2) | backslash(4) | backslash(6) | behind(|kinds| kinds.percent, 3) | after_colour
}

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::*;
    use crate::random::random;

    /// What the screen sees in a text: for each byte that ends something, what.
    fn seen(text: &[u8]) -> Vec<(&'static str, usize)> {
        let (mut screen, mut by_lanes) = (Screen::default(), Screen::default());
        let mut all = Vec::new();
        let mut room = Room::default();
        for at in (0..text.len()).step_by(BLOCK) {
            let block = Block::new(text, at, &mut room);
            let (mut seen, mut the_same) = (Seen::default(), Seen::default());
            screen.look(&block, true, &mut seen);
            by_lanes.look_by_lanes(&block, true, &mut the_same);
            assert_eq!(seen, the_same, "at {at} of {}", String::from_utf8_lossy(text));
            let shapes = [
                ("card", seen.shapes.card),
                ("ssn", seen.shapes.ssn),
                ("iban", seen.shapes.iban),
                ("ipv4", seen.shapes.ipv4),
                ("ipv6", seen.shapes.ipv6),
                ("mac", seen.shapes.mac),
                ("hex", seen.shapes.hex),
                ("long word", seen.shapes.long_word),
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
                 [0-9]{5}[ -][0-9]{5}[ -][0-9]{2}|[0-9]{8}[ -][0-9]{4}|[0-9]{3,4}(?:[ -][0-9]{3}){3}|[0-9]{2}(?:[ -][0-9]{2}){5})$",
            ),
            ("ssn", r"(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{3}\.[0-9]{2}\.[0-9]{4})$"),
            ("iban", "[A-Za-z]{2}[0-9]{2}$"),
            ("ipv4", r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]$"),
            ("ipv6", "(?:[0-9A-Fa-f]::|::[0-9A-Fa-f]|(?:[0-9A-Fa-f]:[0-9A-Fa-f.x-]{0,3}){5}[0-9A-Fa-f]:[0-9A-Fa-f])$"),
            (
                "mac",
                r"(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$",
            ),
            ("long word", "(?:^|[^0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{22}$"),
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
            let is_long = [i + 1, i + 2].into_iter().all(|next| is(Some(next), u8::is_ascii_alphabetic));
            let before = i.checked_sub(1);
            if is(Some(i), |b| *b == b'-') && (is(before, |b| *b == b'-') || is_long && is(before, |b| *b == b' ')) {
                all.push(("dashes", i));
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
            "4222 222-222 222",
            "12345-12345 12",
            "41111111 1111",
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
            " -xy",
            " -x",
            "a1b2",
            "x",
            "the/path_of-a+word/that/is/longer/than/most/words/ever/will/be/in/a/text",
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
        let mut next = random(0x2545_F491_4F6C_DD1D);
        for _ in 0..400 {
            let text: Vec<u8> = (0..200).map(|_| b"0123456789012345ab.:-,+."[next(24)]).collect();
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
        for before in 0..2 * BLOCK {
            for escape in ["%20", "\\u0020", "\\x41", "\\0"] {
                for card in ["3782 822463 10005", "4222-222-222-222", "41 11 11 11 11 11 11 11"] {
                    let text = format!("{}{escape}{card},", ",".repeat(before));
                    assert!(cards(&text) > 0, "{text}");
                }
            }
        }
        assert_eq!(cards("081109 234644 4177"), 0);
    }

    #[test]
    fn where_nobody_asks_about_numbers_all_else_is_seen() {
        let text = "4111111111111111 de89 192.0.2.17 ::1 00:00:5e:00:53:01 --a 00005e00530f abcdefghijklmnopqrstuvwxyz0 x=1 A1";
        for pad in 0..2 * BLOCK {
            let text = format!("{}{text}", " ".repeat(pad));
            let (mut screen, mut without, mut room) = (Screen::default(), Screen::default(), Room::default());
            let (mut numbers, mut long_words) = (0, 0);
            for at in (0..text.len()).step_by(BLOCK) {
                let block = Block::new(text.as_bytes(), at, &mut room);
                let (mut all, mut others) = (Seen::default(), Seen::default());
                screen.look(&block, true, &mut all);
                without.look(&block, false, &mut others);
                numbers += all.shapes.numbers().map(u64::count_ones).iter().sum::<u32>();
                long_words += all.shapes.long_word.count_ones();
                let long_word = all.shapes.long_word;
                all.shapes = Shapes { long_word, ..Shapes::default() };
                assert_eq!(others, all, "at {at} behind {pad}");
            }
            assert!(numbers > 5 && long_words == 1, "{numbers} shapes of numbers and {long_words} long words");
        }
    }

    #[test]
    fn a_text_is_seen_alike_after_another() {
        let texts = ["4111 1111 ", "1111 1111 x", "--", "a"];
        for (before, text) in texts.iter().flat_map(|before| texts.map(|text| (before, text))) {
            let look = |screen: &mut Screen, text: &str| {
                let (mut room, mut seen) = (Room::default(), Seen::default());
                screen.look(&Block::new(text.as_bytes(), 0, &mut room), true, &mut seen);
                seen
            };
            let mut screen = Screen::default();
            look(&mut screen, &format!("{}{before}", " ".repeat(BLOCK - before.len())));
            screen.restart();
            assert_eq!(look(&mut screen, text), look(&mut Screen::default(), text), "{before:?}, {text:?}");
        }
    }

    #[test]
    fn every_byte_is_seen_alike_in_all_ways() {
        for b in 0..=u8::MAX {
            for place in 0..2 * BLOCK {
                let mut text = [b"x1 :.-%"[place % 7]; 2 * BLOCK + 3];
                text[place] = b;
                seen(&text);
            }
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
