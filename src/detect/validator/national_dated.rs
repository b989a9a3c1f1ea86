//! National numbers that hold a date of birth: the day must exist, and the check digits must fit.

use super::date::{is_day, is_ddmmyy, is_yymmdd, pair};
use super::weighted::{Rule, Weighted, check_digit};
use super::{exactly, luhn};

/// Poland, PESEL: the century is added to the month (Act on Population Registration, 2010).
pub(super) fn pl_pesel(text: &[u8]) -> bool {
    const SUM: Weighted<11> =
        Weighted { weights: &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3], modulus: 10, rule: Rule::Complement };
    exactly::<11>(text).is_some_and(|d| is_day(pair(&d, 2) % 20, pair(&d, 4)) && SUM.passes(&d))
}

/// Romania, CNP: first sex and century (Law 105 of 1996).
pub(super) fn ro_cnp(text: &[u8]) -> bool {
    const SUM: Weighted<13> =
        Weighted { weights: &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9], modulus: 11, rule: Rule::RemainderTenIsOne };
    exactly::<13>(text).is_some_and(|d| d[0] > 0 && is_yymmdd(&d, 1) && SUM.passes(&d))
}

/// Bulgaria, EGN: 20 or 40 is added to the month (GRAO).
pub(super) fn bg_egn(text: &[u8]) -> bool {
    const SUM: Weighted<10> =
        Weighted { weights: &[2, 4, 8, 5, 10, 9, 7, 3, 6], modulus: 11, rule: Rule::RemainderTenIsZero };
    exactly::<10>(text).is_some_and(|d| pair(&d, 2) < 53 && is_day(pair(&d, 2) % 20, pair(&d, 4)) && SUM.passes(&d))
}

/// JMBG and EMŠO, of Slovenia and the other states that were Yugoslavia: day, month, three digits of the year.
pub(super) fn jmbg(text: &[u8]) -> bool {
    const SUM: Weighted<13> =
        Weighted { weights: &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], modulus: 11, rule: Rule::ComplementTenIsZero };
    exactly::<13>(text).is_some_and(|d| is_ddmmyy(&d, 0) && matches!(d[4], 8 | 9 | 0) && SUM.passes(&d))
}

/// Iceland, kennitala: the check digit stands before the last, which is the century (Registers Iceland).
pub(super) fn is_kennitala(text: &[u8]) -> bool {
    let Some(d) = exactly::<10>(text) else { return false };
    // Organisations add 40 to the day.
    let day = pair(&d, 0);
    let check = check_digit(&d[..8], &[3, 2, 7, 6, 5, 4, 3, 2], 11, Rule::Complement);
    is_day(pair(&d, 2), day - if day > 40 { 40 } else { 0 }) && check == Some(d[8]) && matches!(d[9], 0 | 8 | 9)
}

/// Norway, fødselsnummer and D-nummer (40 is added to the day): two check digits (Skatteetaten). Numbers of health care, and
/// those of test persons, add 40, 65 or 80 to the month.
pub(super) fn no_fodselsnummer(text: &[u8]) -> bool {
    let Some(d) = exactly::<11>(text) else { return false };
    let (day, month) = (pair(&d, 0), pair(&d, 2));
    let added = [0, 40, 65, 80].into_iter().find(|added| (added + 1..=added + 12).contains(&month));
    added.is_some_and(|added| is_day(month - added, day - if day > 40 { 40 } else { 0 }))
        && check_digit(&d[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2], 11, Rule::Complement) == Some(d[9])
        && check_digit(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 11, Rule::Complement) == Some(d[10])
}

/// Sweden, personnummer and samordningsnummer (60 is added to the day), with or without the century (Skatteverket, SKV 704).
pub(super) fn se_personnummer(text: &[u8]) -> bool {
    let Some(d) = exactly::<10>(text).or_else(|| exactly::<12>(text)?.last_chunk().copied()) else { return false };
    let day = pair(&d, 4);
    is_day(pair(&d, 2), day - if day > 60 { 60 } else { 0 }) && luhn::passes(&d)
}

/// Denmark, CPR number. Only the date can be checked: since 2007 numbers are given out that fail the old modulus 11
/// (CPR-kontoret, "Personnumre uden kontrolciffer").
pub(super) fn dk_cpr(text: &[u8]) -> bool {
    exactly::<10>(text).is_some_and(|d| is_ddmmyy(&d, 0))
}

/// Latvia, personas kods, of the old form with a date; the new form, of random digits after 32 to 39, has no checksum (PMLP).
pub(super) fn lv_personas_kods(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [10, 5, 8, 4, 2, 1, 6, 3, 7, 9];
    let Some(d) = exactly::<11>(text) else { return false };
    let sum: u32 = d.iter().zip(WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    (32..=39).contains(&pair(&d, 0)) || is_ddmmyy(&d, 0) && (1 + sum) % 11 % 10 == u32::from(d[10])
}

/// Estonia, isikukood, and Lithuania, asmens kodas: where the first weights leave 10, the second ones decide (EVS 585).
pub(super) fn ee_lt_personal_code(text: &[u8]) -> bool {
    let Some(d) = exactly::<11>(text) else { return false };
    let check = |weights: [u8; 10], rule| check_digit(&d[..10], &weights, 11, rule);
    let first = check([1, 2, 3, 4, 5, 6, 7, 8, 9, 1], Rule::Remainder);
    let check = first.or_else(|| check([3, 4, 5, 6, 7, 8, 9, 1, 2, 3], Rule::RemainderTenIsZero));
    (1..=8).contains(&d[0]) && is_yymmdd(&d, 1) && check == Some(d[10])
}

/// Austria, Sozialversicherungsnummer: the check digit is the fourth, the date the last six (Dachverband).
pub(super) fn at_svnr(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6];
    let Some(d) = exactly::<10>(text) else { return false };
    let sum: u32 = d.iter().zip(WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    // Where a day's numbers run out, months 13 and up are given.
    let (month, day) = (pair(&d, 6), pair(&d, 4));
    d[0] > 0 && (1..=31).contains(&day) && (1..=15).contains(&month) && sum % 11 == u32::from(d[3])
}

/// Czechia and Slovakia, rodné číslo: the whole is a multiple of 11; until 1985 some with a remainder of 10 got a 0; nine
/// digits, from before 1954, have no checksum (Act 133/2000, section 13). Women add 50 to the month, full years 20.
pub(super) fn cz_rodne_cislo(text: &[u8]) -> bool {
    let date = |d: &[u8]| is_day(pair(d, 2) % 50 % 20, pair(d, 4)) && pair(d, 2) % 50 <= 32;
    if let Some(d) = exactly::<9>(text) {
        return date(&d) && pair(&d, 0) < 54;
    }
    let Some(d) = exactly::<10>(text) else { return false };
    let body = d[..9].iter().fold(0u32, |number, &digit| number * 10 + u32::from(digit));
    date(&d) && body % 11 % 10 == u32::from(d[9])
}

/// Greece, AMKA: Luhn.
pub(super) fn gr_amka(text: &[u8]) -> bool {
    exactly::<11>(text).is_some_and(|d| is_ddmmyy(&d, 0) && luhn::passes(&d))
}

/// South Africa, identity number: Luhn (Identification Act 68 of 1997).
pub(super) fn za_id(text: &[u8]) -> bool {
    exactly::<13>(text).is_some_and(|d| is_yymmdd(&d, 0) && d[10] <= 2 && luhn::passes(&d))
}

/// South Korea, resident registration number. Only the date can be checked: since October 2020 the other digits are random.
pub(super) fn kr_rrn(text: &[u8]) -> bool {
    exactly::<13>(text).is_some_and(|d| is_yymmdd(&d, 0))
}

/// Malaysia, MyKad: date, place of birth (01 to 16 a state, 21 and up a district or country), no check digit.
pub(super) fn my_kad(text: &[u8]) -> bool {
    exactly::<12>(text)
        .is_some_and(|d| is_yymmdd(&d, 0) && !matches!(pair(&d, 6), 0 | 17..=20 | 69 | 70 | 73 | 80..=81 | 94..=97))
}

/// Indonesia, NIK: six digits of the district, the date (women add 40 to the day), no check digit.
pub(super) fn id_nik(text: &[u8]) -> bool {
    exactly::<16>(text).is_some_and(|d| {
        let day = pair(&d, 6);
        (11..=96).contains(&pair(&d, 0))
            && is_day(pair(&d, 8), day - if day > 40 { 40 } else { 0 })
            && d[12..] != [0; 4]
    })
}

/// Belgium, national number: 97 less the remainder of what stands before, with a 2 in front for those born since 2000.
/// Foreigners' numbers add 20 or 40 to the month; where a day's numbers run out, month and day are 0.
pub(super) fn be_national_number(text: &[u8]) -> bool {
    let Some(d) = exactly::<11>(text) else { return false };
    let body = d[..9].iter().fold(0u64, |number, &digit| number * 10 + u64::from(digit));
    let check = u64::from(pair(&d, 9));
    let (month, day) = (pair(&d, 2) % 20, pair(&d, 4));
    pair(&d, 2) <= 52
        && month <= 12
        && day <= 31
        && body > 0
        && [body, 2_000_000_000 + body].iter().any(|number| 97 - number % 97 == check)
}

/// France, NIR: sex, year, month (20 and up where unknown), department (Corsica 2A and 2B count as 19 and 18), and a key of
/// 97 less the remainder (INSEE, Décret 82-103).
pub(super) fn fr_nir(text: &[u8]) -> bool {
    let mut plain = [0; 15];
    let mut len = 0;
    for &b in text.iter().filter(|b| !matches!(b, b' ' | b'-' | b'.')) {
        let Some(slot) = plain.get_mut(len) else { return false };
        *slot = b.to_ascii_uppercase();
        len += 1;
    }
    let corsica = match plain[6] {
        b'A' => 9,
        b'B' => 8,
        _ => 0,
    };
    if corsica > 0 && plain[5] == b'2' {
        (plain[5], plain[6]) = (b'1', b'0' + corsica);
    }
    let Some(d) = exactly::<15>(&plain[..len]) else { return false };
    let number = d[..13].iter().fold(0u64, |number, &digit| number * 10 + u64::from(digit));
    matches!(d[0], 1..=4 | 7 | 8)
        && matches!(pair(&d, 3), 1..=12 | 20..=42 | 50..=99)
        && 97 - number % 97 == u64::from(pair(&d, 13))
}

/// United States, ITIN: begins with 9, and its fourth and fifth digits are 50–65, 70–88, 90–92 or 94–99 (IRS, Publication
/// 4757).
pub(super) fn us_itin(text: &[u8]) -> bool {
    exactly::<9>(text).is_some_and(|d| d[0] == 9 && matches!(pair(&d, 3), 50..=65 | 70..=88 | 90..=92 | 94..=99))
}

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn specimens_pass_and_no_others() {
        accepts_only(pl_pesel, &["44051401359", "02070803628"]);
        accepts_only(ro_cnp, &["1630615123457"]);
        accepts_only(bg_egn, &["7523169263", "8032056031"]);
        accepts_only(jmbg, &["0101006500006"]);
        accepts_only(no_fodselsnummer, &["151086 95088", "53494701312", "48114368787", "23486947705"]);
        accepts_only(se_personnummer, &["640823-3234", "19880320-0016"]);
        accepts_only(lv_personas_kods, &["161175-19997"]);
        accepts_only(ee_lt_personal_code, &["37605030299", "33309240064"]);
        accepts_only(cz_rodne_cislo, &["710319/2745"]);
        accepts_only(gr_amka, &["01013099997"]);
        accepts_only(za_id, &["8001015009087"]);
        accepts_only(be_national_number, &["85.07.30-033 28", "17 07 30 033 84"]);
        accepts_only(fr_nir, &["2 95 10 99 126 111 93", "255081416802538"]);
    }

    #[test]
    fn check_digits_inside_count_too() {
        assert!(at_svnr(b"1237 010180") && !at_svnr(b"1238 010180") && !at_svnr(b"1237 320180"));
        assert!(is_kennitala(b"120174-3399") && !is_kennitala(b"120174-3389"));
    }

    #[test]
    fn without_a_check_digit_the_date_must_exist() {
        assert!(dk_cpr(b"070761-4285") && !dk_cpr(b"320161-4285"));
        assert!(kr_rrn(b"971013-9019902") && !kr_rrn(b"971313-9019902"));
        assert!(my_kad(b"770305-02-1234") && !my_kad(b"770305-17-1234"));
        assert!(id_nik(b"3171011708450001") && !id_nik(b"3171013208450001"));
        assert!(us_itin(b"912-90-3457") && !us_itin(b"912-93-3457"));
        assert!(
            lv_personas_kods(b"32345678901") && lv_personas_kods(b"387654-32109") && !lv_personas_kods(b"301375-19997")
        );
    }
}
