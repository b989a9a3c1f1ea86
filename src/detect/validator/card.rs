//! Payment card numbers: Luhn's check digit, and a prefix that an issuer has, with a length that it gives out.
//!
//! Source: ISO/IEC 7812-1 (structure, check digit); the ranges that the schemes publish for terminals and gateways.

use super::{digits, luhn};

/// Whether `text`, digits with or without separators, is a card number.
pub(in crate::detect) fn check(text: &[u8]) -> bool {
    digits::<19>(text).is_some_and(|(digits, len)| is_card(&digits[..len]))
}

/// Whether these digits are a card number.
pub(in crate::detect) fn is_card(digits: &[u8]) -> bool {
    issuer_gives_out(digits) && luhn::passes(digits)
}

/// Whether a bare number is a card number. Of the long ones, where random 64-bit identifiers live, only those with a prefix
/// that is in use at such a length.
pub(in crate::detect) fn is_card_number(number: u128) -> bool {
    const LARGEST: u128 = 10u128.pow(19) - 1;
    if !(10u128.pow(11)..=LARGEST).contains(&number) {
        return false;
    }
    let mut digits = [0; 19];
    let mut rest = number;
    let mut first = digits.len();
    while rest > 0 {
        first -= 1;
        digits[first] = (rest % 10) as u8;
        rest /= 10;
    }
    let digits = &digits[first..];
    let in_use = digits.len() <= 16 || LONG.iter().any(|range| range.contains(&prefix(digits)));
    in_use && is_card(digits)
}

/// Prefixes of cards that are really longer than 16 digits: UnionPay and the old Maestro ranges.
const LONG: [std::ops::RangeInclusive<u32>; 5] =
    [501800..=501899, 620000..=629999, 630400..=630499, 675900..=675999, 676100..=676399];

fn issuer_gives_out(digits: &[u8]) -> bool {
    if !(12..=19).contains(&digits.len()) {
        return false;
    }
    let prefix = prefix(digits);
    ISSUERS
        .iter()
        .any(|issuer| (issuer.from..=issuer.to).contains(&prefix) && issuer.lengths & (1 << digits.len()) != 0)
}

/// The first six digits, as a number.
fn prefix(digits: &[u8]) -> u32 {
    digits[..6].iter().fold(0, |prefix, &digit| prefix * 10 + u32::from(digit))
}

/// A range of issuer identification numbers, first six digits, and the lengths (one bit each) of its cards.
struct Issuer {
    from: u32,
    to: u32,
    lengths: u32,
}

const fn issuer(from: u32, to: u32, lengths: u32) -> Issuer {
    Issuer { from, to, lengths }
}

const fn lengths(from: u32, to: u32) -> u32 {
    (1 << (to + 1)) - (1 << from)
}

const LEN_13: u32 = lengths(13, 13);
const LEN_14: u32 = lengths(14, 14);
const LEN_15: u32 = lengths(15, 15);
const LEN_16: u32 = lengths(16, 16);
const LEN_19: u32 = lengths(19, 19);
const LEN_12_TO_19: u32 = lengths(12, 19);
const LEN_14_TO_19: u32 = lengths(14, 19);
const LEN_16_TO_19: u32 = lengths(16, 19);

#[rustfmt::skip]
const ISSUERS: &[Issuer] = &[
    issuer(180_000, 180_099, LEN_15),                 // JCB, early
    issuer(213_100, 213_199, LEN_15),                 // JCB, early
    issuer(220_000, 220_499, LEN_16_TO_19),           // Mir
    issuer(220_500, 220_599, LEN_16),                 // Borica
    issuer(222_100, 272_099, LEN_16),                 // Mastercard
    issuer(300_000, 305_999, LEN_14 | LEN_16_TO_19),  // Diners Club
    issuer(309_500, 309_599, LEN_14 | LEN_16_TO_19),  // Diners Club
    issuer(340_000, 349_999, LEN_15),                 // American Express
    issuer(352_800, 358_999, LEN_16_TO_19),           // JCB
    issuer(360_000, 369_999, LEN_14 | LEN_16_TO_19),  // Diners Club
    issuer(370_000, 379_999, LEN_15),                 // American Express
    issuer(380_000, 399_999, LEN_14 | LEN_16_TO_19),  // Diners Club, Hipercard
    issuer(400_000, 499_999, LEN_13 | LEN_16 | LEN_19), // Visa
    issuer(500_000, 509_999, LEN_16_TO_19),           // Maestro, Dankort, Elo, RuPay, Verve
    issuer(501_800, 501_899, LEN_12_TO_19),           // Maestro
    issuer(502_000, 502_099, LEN_12_TO_19),           // Maestro
    issuer(503_800, 503_899, LEN_12_TO_19),           // Maestro
    issuer(510_000, 559_999, LEN_16),                 // Mastercard
    issuer(560_000, 589_999, LEN_16),                 // Maestro, UzCard
    issuer(589_300, 589_399, LEN_12_TO_19),           // Maestro
    issuer(600_000, 699_999, LEN_16),                 // Discover, Maestro, RuPay, InterPayment, InstaPayment
    issuer(601_100, 601_199, LEN_16_TO_19),           // Discover
    issuer(620_000, 629_999, LEN_14_TO_19),           // UnionPay, Discover
    issuer(630_400, 630_499, LEN_12_TO_19),           // Maestro, Laser
    issuer(644_000, 659_999, LEN_16_TO_19),           // Discover, Elo, RuPay, Troy, Verve
    issuer(675_900, 675_999, LEN_12_TO_19),           // Maestro, Switch
    issuer(676_100, 676_399, LEN_12_TO_19),           // Maestro, Solo
    issuer(810_000, 829_999, LEN_16_TO_19),           // UnionPay, RuPay
    issuer(860_000, 860_099, LEN_16),                 // UzCard
    issuer(979_200, 979_299, LEN_16),                 // Troy
    issuer(986_000, 986_099, LEN_16),                 // Humo
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that the schemes and gateways publish for tests.
    const CARDS: &[&str] = &[
        "4111111111111111",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "30569309025904",
        "38520000023237",
        "3530111333300000",
        "6200000000000005",
        "6304000000000000",
        "6759649826438453",
        "2200000000000004",
        "9792030394440796",
        "180000826105910",
    ];

    #[test]
    fn accepts_published_test_numbers() {
        for card in CARDS {
            assert!(check(card.as_bytes()), "{card}");
            assert!(is_card_number(card.parse().expect("digits")), "{card}");
        }
        assert!(check(b"4111 1111-1111.1111"));
    }

    #[test]
    fn rejects_a_wrong_digit_prefix_or_length() {
        for number in [
            "4111111111111112",
            "41111111111111111",
            "411111111111",
            "1490973120201704",
            "79927398713",
            "0000000000000000",
        ] {
            assert!(!check(number.as_bytes()), "{number}");
            assert!(!is_card_number(number.parse().expect("digits")), "{number}");
        }
        assert!(!check(b"4111x111111111111"));
        assert!(!check(b"41111111111111111111111111"));
    }

    #[test]
    fn a_long_bare_number_needs_a_prefix_of_long_cards() {
        assert!(check(b"4000000000000000006") && !is_card_number(4_000_000_000_000_000_006));
        assert!(check(b"6200000000000000000") && is_card_number(6_200_000_000_000_000_000));
        assert!(!is_card_number(u128::MAX) && !is_card_number(0));
    }
}
