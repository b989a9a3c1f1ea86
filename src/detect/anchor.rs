//! Anchors: what stands inside every finding of a detector, and is cheap to look for.

/// What stands inside every finding of a detector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    /// A word begins so.
    Exact(&'static str),
    /// A word begins so, in any case of letters.
    AnyCase(&'static str),
    /// A run of letters ends so, in any case of letters; an `s` or `value` may follow, and then a byte that
    /// [may follow a name](may_follow_name).
    Name(&'static str),
    /// A word begins so: a regex of byte classes. The anchor ends after
    /// [`LONGEST_BEGINNING`](super::words::LONGEST_BEGINNING) bytes at most.
    Word(&'static str),
    /// A shape that the screen sees.
    Shape(Shape),
}

/// A shape that the screen sees with operations on whole blocks of text. What ends where is said of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `@`.
    At,
    /// `://`.
    SchemeEnd,
    /// `~` after a digit and `Q`.
    AzureTilde,
    /// A run of letters, digits and signs of base64, [`VERY_LONG_WORD`](Self::VERY_LONG_WORD) or more: ends with the last of them.
    VeryLongWord,
    /// `+`, also as `%2B`, then a digit but zero, a `(` between them or not: the beginning of a number in international form.
    PlusDigit,
    /// `tel:` in any case, then a digit, a `(` between them or not.
    TelDigit,
    /// Twelve digits, in one piece or in groups as on cards: ends with a last digit.
    CardDigits,
    /// Three, two and four digits with the same separator between them.
    SsnDigits,
    /// Two letters and two digits.
    IbanHead,
    /// Three dots with one to three digits before, between and behind them: ends with the first digit behind.
    Ipv4,
    /// `::` beside a hexadecimal digit, or six colons with one to four of those between: ends with the last of these.
    Ipv6,
    /// Six pairs of hexadecimal digits with a `:`, `-` or blank between, or three groups of four with dots.
    MacDigits,
    /// Twelve hexadecimal digits in one piece, with a letter: ends with the last of the first such.
    HexDigits,
}

impl Anchor {
    /// Each of these texts.
    pub(crate) const fn exact<const N: usize>(texts: [&'static str; N]) -> [Self; N] {
        let mut anchors = [Self::Exact(""); N];
        let mut i = 0;
        while i < N {
            anchors[i] = Self::Exact(texts[i]);
            i += 1;
        }
        anchors
    }

    /// Each of these texts, in any case of letters.
    pub(crate) const fn any_case<const N: usize>(texts: [&'static str; N]) -> [Self; N] {
        let mut anchors = [Self::AnyCase(""); N];
        let mut i = 0;
        while i < N {
            anchors[i] = Self::AnyCase(texts[i]);
            i += 1;
        }
        anchors
    }
}

impl Shape {
    /// Those that the screen sees of numbers and addresses.
    pub(super) const NUMBERS: [Self; 7] =
        [Self::CardDigits, Self::SsnDigits, Self::IbanHead, Self::Ipv4, Self::Ipv6, Self::MacDigits, Self::HexDigits];

    /// How many there are.
    pub(super) const COUNT: usize = Self::HexDigits as usize + 1;
    /// The shortest signed key of Azure: 44 characters, of which two may be padding.
    pub(super) const VERY_LONG_WORD: usize = 42;
}

/// Whether a byte may stand right behind the letters of a name that has a value: no other goes on with the name, or begins what stands
/// between the two.
#[inline]
pub(super) fn may_follow_name(b: u8) -> bool {
    static MAY: [bool; 256] = {
        let mut may = [false; 256];
        let mut b = 0;
        while b < may.len() {
            may[b] = (b as u8).is_ascii_alphanumeric();
            b += 1;
        }
        let others = b"_-. \t\\\"'`=:>,([{])";
        let mut i = 0;
        while i < others.len() {
            may[others[i] as usize] = true;
            i += 1;
        }
        may
    };
    MAY[usize::from(b)]
}
