//! National numbers whose last digit is a weighted sum of the others, and nothing else is to be checked.
//!
//! Sources stand at each; the sums are also described in OECD's "Tax Identification Numbers" sheets by country.

use super::exactly;
use super::weighted::{Rule, Weighted, check_digit};

/// Netherlands, burgerservicenummer: the "elfproef" of the Logisch Ontwerp BSN.
pub(super) const NL_BSN: Weighted<9> =
    Weighted { weights: &[9, 8, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::Remainder };
/// Hungary, adóazonosító jel: Act CL of 2017, annex 1.
const HU_TAX: Weighted<10> = Weighted { weights: &[1, 2, 3, 4, 5, 6, 7, 8, 9], modulus: 11, rule: Rule::Remainder };
/// Hungary, social security (TAJ): Act XX of 1996.
pub(super) const HU_TAJ: Weighted<9> =
    Weighted { weights: &[3, 7, 3, 7, 3, 7, 3, 7], modulus: 10, rule: Rule::Remainder };
/// Portugal, número de identificação fiscal: Decreto-Lei 14/2013.
const PT_NIF: Weighted<9> =
    Weighted { weights: &[9, 8, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::ComplementTenIsZero };
/// Greece, arithmós forologikoú mitróou: weights are powers of two.
const GR_WEIGHTS: [u32; 8] = [256, 128, 64, 32, 16, 8, 4, 2];
/// Switzerland, AHV number: an EAN-13 that begins with the country code 756.
const CH_AHV: Weighted<13> =
    Weighted { weights: &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3], modulus: 10, rule: Rule::Complement };
/// Japan, My Number: Ordinance 85 of 2014, article 5.
pub(super) const JP_MY_NUMBER: Weighted<12> =
    Weighted { weights: &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::ComplementTenIsZero };
/// Argentina, CUIT and CUIL: AFIP.
pub(super) const AR_CUIT: Weighted<11> =
    Weighted { weights: &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::ComplementTenIsNine };
/// Colombia, NIT: DIAN, Orden Administrativa 4 of 1989.
pub(super) const CO_NIT: Weighted<10> =
    Weighted { weights: &[41, 37, 29, 23, 19, 17, 13, 7, 3], modulus: 11, rule: Rule::ComplementTenIsOne };
/// Australia, tax file number.
const AU_TFN: [u8; 9] = [1, 4, 3, 7, 5, 8, 6, 9, 10];
/// Australia, Medicare card: the ninth of ten digits is the check digit.
const AU_MEDICARE: [u8; 8] = [1, 3, 7, 9, 1, 3, 7, 9];

pub(super) fn hu_tax(text: &[u8]) -> bool {
    exactly::<10>(text).is_some_and(|digits| digits[0] == 8 && HU_TAX.passes(&digits))
}

pub(super) fn pt_nif(text: &[u8]) -> bool {
    // Of those that begin with 4, only 45 is given out: to persons who live elsewhere.
    let given_out = |digits: &[u8; 9]| matches!(digits[..2], [1..=3 | 5..=9, _] | [4, 5]);
    exactly::<9>(text).is_some_and(|digits| given_out(&digits) && PT_NIF.passes(&digits))
}

pub(super) fn gr_afm(text: &[u8]) -> bool {
    let Some(digits) = exactly::<9>(text) else { return false };
    let sum: u32 = digits.iter().zip(GR_WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    sum > 0 && sum % 11 % 10 == u32::from(digits[8])
}

pub(super) fn ch_ahv(text: &[u8]) -> bool {
    exactly::<13>(text).is_some_and(|digits| digits.starts_with(&[7, 5, 6]) && CH_AHV.passes(&digits))
}

/// Thailand, identity card (Ministry of Interior). The sum by 11 is subtracted from 11, and the last digit of that counts: 10 is 0, and 11 is 1.
pub(super) fn th_id(text: &[u8]) -> bool {
    let Some(digits) = exactly::<13>(text).filter(|digits| digits[0] > 0) else { return false };
    let sum: u32 = digits.iter().zip((2..=13).rev()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    (11 - sum % 11) % 10 == u32::from(digits[12])
}

/// Turkey, T.C. kimlik numarası: two check digits, of which the second is the sum of all others.
pub(super) fn tr_kimlik(text: &[u8]) -> bool {
    let Some(d) = exactly::<11>(text).filter(|digits| digits[0] > 0) else { return false };
    let odd: i32 = [0, 2, 4, 6, 8].iter().map(|&i| i32::from(d[i])).sum();
    let even: i32 = [1, 3, 5, 7].iter().map(|&i| i32::from(d[i])).sum();
    let all: i32 = d[..10].iter().map(|&digit| i32::from(digit)).sum();
    (odd * 7 - even).rem_euclid(10) == i32::from(d[9]) && all % 10 == i32::from(d[10])
}

pub(super) fn au_tfn(text: &[u8]) -> bool {
    let Some(digits) = exactly::<9>(text) else { return false };
    let sum: u32 = digits.iter().zip(AU_TFN).map(|(&digit, weight)| u32::from(digit) * u32::from(weight)).sum();
    sum > 0 && sum.is_multiple_of(11)
}

pub(super) fn au_medicare(text: &[u8]) -> bool {
    let Some(digits) = exactly::<10>(text) else { return false };
    let check = check_digit(&digits[..8], &AU_MEDICARE, 10, Rule::Remainder);
    (2..=6).contains(&digits[0]) && check == Some(digits[8]) && digits[9] > 0
}

/// New Zealand, IRD number of eight or nine digits: Inland Revenue, "Resident withholding tax specification". Where the first
/// weights leave 10, the second ones decide.
pub(super) fn nz_ird(text: &[u8]) -> bool {
    let digits = exactly::<9>(text).or_else(|| {
        let mut padded = [0; 9];
        padded[1..].copy_from_slice(&exactly::<8>(text)?);
        Some(padded)
    });
    let Some(digits) = digits else { return false };
    let number = digits.iter().fold(0, |number, &digit| number * 10 + u32::from(digit));
    let check = |weights: [u8; 8]| check_digit(&digits[..8], &weights, 11, Rule::Complement);
    (10_000_000..=150_000_000).contains(&number)
        && check([3, 2, 7, 6, 5, 4, 3, 2]).or_else(|| check([7, 4, 3, 2, 5, 2, 7, 6])) == Some(digits[8])
}

/// Brazil, CPF: two check digits (Receita Federal, Instrução Normativa 1548 of 2015).
pub(super) fn br_cpf(text: &[u8]) -> bool {
    let Some(digits) = exactly::<11>(text) else { return false };
    two_digits(&digits, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// Brazil, CNPJ: since July 2026 the first twelve may be letters, each of which counts as its ASCII code less 48 (Receita
/// Federal, Instrução Normativa 2229 of 2024).
pub(super) fn br_cnpj(text: &[u8]) -> bool {
    let mut plain = [0; 14];
    let mut len = 0;
    for &b in text.iter().filter(|b| !matches!(b, b' ' | b'.' | b'/' | b'-')) {
        let Some(slot) = plain.get_mut(len).filter(|_| b.is_ascii_digit() || b.is_ascii_uppercase()) else {
            return false;
        };
        *slot = b - b'0';
        len += 1;
    }
    len == 14 && two_digits(&plain, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// The second check digit is made with `weights` of all digits before it, and the first with the same, but the first weight.
fn two_digits(digits: &[u8], weights: &[u8]) -> bool {
    let n = digits.len();
    let check = |to: usize, weights| check_digit(&digits[..to], weights, 11, Rule::ComplementTenIsZero);
    digits.iter().any(|digit| *digit != digits[0])
        && check(n - 2, &weights[1..]) == Some(digits[n - 2])
        && check(n - 1, weights) == Some(digits[n - 1])
}

/// Russia, INN of a person: twelve digits (Federal Tax Service, order ММВ-7-6/435).
pub(super) fn ru_inn(text: &[u8]) -> bool {
    let Some(digits) = exactly::<12>(text) else { return false };
    let check = |to: usize, weights| check_digit(&digits[..to], weights, 11, Rule::RemainderTenIsZero);
    digits.iter().any(|digit| *digit != 0)
        && check(10, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == Some(digits[10])
        && check(11, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == Some(digits[11])
}

/// Russia, SNILS: a sum by 101 in two digits (Pension Fund, resolution 192p).
pub(super) fn ru_snils(text: &[u8]) -> bool {
    let Some(digits) = exactly::<11>(text) else { return false };
    let sum: u32 = digits.iter().zip((1..=9).rev()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    sum > 0 && sum % 101 % 100 == u32::from(digits[9]) * 10 + u32::from(digits[10])
}

/// Ukraine, RNOKPP: one of the weights is negative.
pub(super) fn ua_rnokpp(text: &[u8]) -> bool {
    const WEIGHTS: [i32; 9] = [-1, 5, 7, 9, 4, 6, 10, 5, 7];
    let Some(digits) = exactly::<10>(text) else { return false };
    let sum: i32 = digits.iter().zip(WEIGHTS).map(|(&digit, weight)| i32::from(digit) * weight).sum();
    sum != 0 && sum.rem_euclid(11) % 10 == i32::from(digits[9])
}

/// Chile, RUN and RUT: weights 2 to 7 from the right, and `K` for 10 (Servicio de Registro Civil).
pub(super) fn cl_rut(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let Some((digits, len)) = super::digits::<8>(body).filter(|(_, len)| *len >= 7) else { return false };
    let weights = (2..=7).cycle();
    let sum: u32 = digits[..len].iter().rev().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    let expected = match (11 - sum % 11) % 11 {
        10 => b'K',
        digit => b'0' + digit as u8,
    };
    sum > 0 && check.to_ascii_uppercase() == expected
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn numbers_that_their_authorities_print_pass_and_no_others() {
        accepts_only(|t| NL_BSN.check(t), &["111222333", "1234.56.782"]);
        accepts_only(hu_tax, &["8071592153"]);
        accepts_only(|t| HU_TAJ.check(t), &["123 456 788"]);
        accepts_only(pt_nif, &["123456789", "501 964 843", "450000001"]);
        assert!(!pt_nif(b"426637526"));
        accepts_only(gr_afm, &["094259216"]);
        accepts_only(ch_ahv, &["756.1234.5678.97", "756.9217.0769.85"]);
        accepts_only(th_id, &["1234545678781", "1-2345-45678-78-1"]);
        accepts_only(|t| JP_MY_NUMBER.check(t), &["123456789018"]);
        accepts_only(|t| AR_CUIT.check(t), &["20-05536168-2"]);
        accepts_only(|t| CO_NIT.check(t), &["213.123.432-1"]);
        accepts_only(tr_kimlik, &["10000000146"]);
        accepts_only(au_tfn, &["123 456 782"]);
        accepts_only(nz_ird, &["49-091-850", "136410132", "49098576"]);
        accepts_only(br_cpf, &["123.456.789-09", "390.533.447-05"]);
        // The second is the example of the tax authority.
        accepts_only(br_cnpj, &["11.222.333/0001-81", "12.ABC.345/01DE-35"]);
        accepts_only(ru_inn, &["500100732259"]);
        accepts_only(ru_snils, &["112-233-445 95"]);
        accepts_only(ua_rnokpp, &["1759013776"]);
        accepts_only(cl_rut, &["12.345.678-5", "12531909-2"]);
    }

    #[test]
    fn the_issue_digit_of_a_medicare_card_is_free() {
        assert!(au_medicare(b"2123 45670 1") && au_medicare(b"2123 45670 2"));
        assert!(!au_medicare(b"2123 45671 1") && !au_medicare(b"1123 45670 1"));
    }

    #[test]
    fn repeated_digits_are_nobodys() {
        assert!(!br_cpf(b"111.111.111-11") && !br_cnpj(b"00000000000000") && !NL_BSN.check(b"000000000"));
    }
}
