//! National numbers with letters in them.

use super::date::{is_day, is_ddmmyy, pair};
use super::exactly;

/// The letters and digits of a text, in upper case, if there are `N` of them and besides only spaces, `-`, `.`, `(`, `)`.
fn plain<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut plain = [0; N];
    let mut len = 0;
    for &b in text {
        match b {
            b' ' | b'-' | b'.' | b'(' | b')' => {}
            _ if b.is_ascii_alphanumeric() => {
                *plain.get_mut(len)? = b.to_ascii_uppercase();
                len += 1;
            }
            _ => return None,
        }
    }
    (len == N).then_some(plain)
}

/// The place of a digit (0 to 9) or letter (10 to 35).
fn place(b: u8) -> u32 {
    match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        _ => u32::from(b.wrapping_sub(b'A')) + 10,
    }
}

/// Spain, DNI and NIE: the number by 23 (Real Decreto 1553/2005; X, Y, Z of a NIE stand for 0, 1, 2).
pub(super) fn es_dni(text: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let Some(mut id) = plain::<9>(text) else { return false };
    if let b'X'..=b'Z' = id[0] {
        id[0] = id[0] - b'X' + b'0';
    }
    let Some(number) = exactly::<8>(&id[..8]) else { return false };
    LETTERS[value(&number) as usize % 23] == id[8]
}

/// Finland, henkilötunnus: the number by 31; the sign of the century is one of three, or of those added in 2023 (Decree
/// 690/2022).
pub(super) fn fi_hetu(text: &[u8]) -> bool {
    const LETTERS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let [date @ .., century, a, b, c, check] = text else { return false };
    let Some(date) = exactly::<6>(date).filter(|_| date.len() == 6) else { return false };
    let Some(serial) = exactly::<3>(&[*a, *b, *c]) else { return false };
    matches!(century.to_ascii_uppercase(), b'+' | b'-' | b'A'..=b'F' | b'U'..=b'Y')
        && is_ddmmyy(&date, 0)
        && LETTERS[(value(&date) * 1000 + value(&serial)) as usize % 31] == check.to_ascii_uppercase()
}

/// Ireland, PPS number: weights 8 to 2, and 9 for a second letter; the sum by 23 (Social Welfare Consolidation Act 2005).
pub(super) fn ie_pps(text: &[u8]) -> bool {
    let second = plain::<9>(text).map(|id| id[8]);
    let Some(id) = plain::<8>(text).or_else(|| plain::<9>(text)?.first_chunk().copied()) else { return false };
    let Some(number) = exactly::<7>(&id[..7]) else { return false };
    let letter = match second {
        Some(letter @ b'A'..=b'I') => u32::from(letter - b'A' + 1),
        None | Some(b'W') => 0,
        Some(_) => return false,
    };
    let sum = number.iter().zip((2..=8).rev()).map(|(&digit, weight)| u32::from(digit) * weight).sum::<u32>();
    b"WABCDEFGHIJKLMNOPQRSTUV"[(sum + 9 * letter) as usize % 23] == id[7]
}

/// United Kingdom, national insurance number: no check letter, but prefixes that are not given out (HMRC, NIM39110).
pub(super) fn gb_nino(text: &[u8]) -> bool {
    let Some(id) = plain::<9>(text) else { return false };
    let first = !b"DFIQUV".contains(&id[0]) && id[0].is_ascii_alphabetic();
    let second = !b"DFIOQUV".contains(&id[1]) && id[1].is_ascii_alphabetic();
    let withheld = matches!(&id[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ");
    first && second && !withheld && exactly::<6>(&id[2..8]).is_some() && matches!(id[8], b'A'..=b'D')
}

/// Italy, codice fiscale: characters at odd places have values of a table (Decreto Ministeriale 23 December 1976). Where two
/// persons would have one code, digits have become letters.
pub(super) fn it_codice_fiscale(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let Some(code) = plain::<16>(text) else { return false };
    // Here digits and the first ten letters have the same values.
    let order = |b: u8| if b.is_ascii_digit() { place(b) } else { place(b) - 10 };
    let sum: u32 =
        code[..15].iter().enumerate().map(|(i, &b)| if i % 2 == 0 { ODD[order(b) as usize] } else { order(b) }).sum();
    code[15].is_ascii_uppercase() && sum % 26 == order(code[15])
}

/// Mexico, CURP: weights 18 to 2 over an alphabet with Ñ after N (RENAPO, Diario Oficial 18 October 2021).
pub(super) fn mx_curp(text: &[u8]) -> bool {
    let Some(code) = plain::<18>(text) else { return false };
    let Some(date) = exactly::<6>(&code[4..10]) else { return false };
    let sum: u32 =
        code[..17].iter().zip((2..=18).rev()).map(|(&b, weight)| (place(b) + u32::from(b > b'N')) * weight).sum();
    is_day(pair(&date, 2), pair(&date, 4)) && place(code[17]) == (10 - sum % 10) % 10
}

/// Mexico, RFC of a person: weights 13 to 2 by 11, with `A` for 10 (SAT, Anexo 1-A, CFF 1/CFF).
pub(super) fn mx_rfc(text: &[u8]) -> bool {
    let Some(code) = plain::<13>(text) else { return false };
    let Some(date) = exactly::<6>(&code[4..10]) else { return false };
    // The alphabet has `&` after N, and Ñ last.
    let sum: u32 =
        code[..12].iter().zip((2..=13).rev()).map(|(&b, weight)| (place(b) + u32::from(b > b'N')) * weight).sum();
    let check = match (11 - sum % 11) % 11 {
        10 => b'A',
        digit => b'0' + digit as u8,
    };
    is_day(pair(&date, 2), pair(&date, 4)) && code[12] == check
}

/// Singapore, NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2 by 11 (Immigration & Checkpoints Authority). Series M has its own
/// letters.
pub(super) fn sg_nric(text: &[u8]) -> bool {
    let Some(id) = plain::<9>(text) else { return false };
    let Some(number) = exactly::<7>(&id[1..8]) else { return false };
    let sum: u32 = number.iter().zip([2, 7, 6, 5, 4, 3, 2]).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    let (letters, offset) = match id[0] {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    letters[(sum + offset) as usize % 11] == id[8]
}

/// Hong Kong, identity card: one or two letters, six digits, a check character by 11 in brackets (Immigration Department).
pub(super) fn hk_id(text: &[u8]) -> bool {
    // A missing first letter counts as 36.
    let (first, id) = match (plain::<9>(text), plain::<8>(text)) {
        (Some([first, id @ ..]), _) if first.is_ascii_uppercase() => (place(first), id),
        (_, Some(id)) => (36, id),
        _ => return false,
    };
    let Some(number) = exactly::<6>(&id[1..7]) else { return false };
    let sum = first * 9 + place(id[0]) * 8;
    let sum: u32 =
        sum + number.iter().zip((2..=7).rev()).map(|(&digit, weight)| u32::from(digit) * weight).sum::<u32>();
    id[0].is_ascii_uppercase() && matches!(id[7], b'0'..=b'9' | b'A') && (sum + place(id[7])).is_multiple_of(11)
}

/// Taiwan, identity card and resident certificate: a letter of the place as two digits, sex, and a sum by 10 (Ministry of
/// the Interior).
pub(super) fn tw_id(text: &[u8]) -> bool {
    const PLACES: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some(id) = plain::<10>(text) else { return false };
    let (Some(number), Some(letter)) = (exactly::<9>(&id[1..]), PLACES.iter().position(|b| *b == id[0])) else {
        return false;
    };
    let letter = letter as u32 + 10;
    let weights = [8, 7, 6, 5, 4, 3, 2, 1, 1];
    let sum: u32 = number.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    matches!(number[0], 1 | 2 | 8 | 9) && (letter / 10 + letter % 10 * 9 + sum).is_multiple_of(10)
}

/// Digits as a number.
fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, &digit| value * 10 + u32::from(digit))
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn specimens_pass_and_no_others() {
        accepts_only(es_dni, &["12345678Z", "00000014-Z", "X1234567L", "Y-0000000-Z"]);
        accepts_only(fi_hetu, &["131052-308T", "010594Y9032"]);
        accepts_only(ie_pps, &["6433435F"]);
        accepts_only(it_codice_fiscale, &["RSSMRA85T10A562S", "MRTMTT91D08F205J"]);
        accepts_only(mx_curp, &["BOXW310820HNERXN09"]);
        accepts_only(mx_rfc, &["GODE561231GR8"]);
        accepts_only(sg_nric, &["S0000001I", "F0000000X"]);
        accepts_only(tw_id, &["A123456789"]);
        assert!(hk_id(b"A123456(3)") && hk_id(b"AB987654(3)") && !hk_id(b"A123456(4)") && !hk_id(b"A123456(A)"));
    }

    #[test]
    fn a_second_letter_of_a_pps_number_counts() {
        assert!(ie_pps(b"6433435OA") && !ie_pps(b"6433435FA") && !ie_pps(b"6433435OZ"));
    }

    #[test]
    fn insurance_numbers_have_prefixes_that_are_given_out() {
        assert!(gb_nino(b"AB123456C") && gb_nino(b"AB 12 34 56 C"));
        for other in ["QQ123456C", "GB123456A", "AO123456A", "AB123456E", "AB12345C"] {
            assert!(!gb_nino(other.as_bytes()), "{other}");
        }
    }
}
