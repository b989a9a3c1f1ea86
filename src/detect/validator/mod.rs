//! Validators: whether a text of the right shape is really such a value. One file each, all in one ordered list.

pub(super) mod base58;
pub(super) mod bech32;
pub(super) mod card;
mod date;
pub(super) mod entropy;
mod finance;
mod github;
mod health;
pub(super) mod iban;
mod iso7064;
mod luhn;
mod mrz;
mod national_dated;
mod national_letters;
mod national_weighted;
mod phone;
pub(super) mod us_ssn;
mod verhoeff;
mod weighted;

use super::base64;

/// A check that a rules file names: `validate = "luhn"`.
pub(crate) struct Validator {
    /// The name in rules files.
    pub(crate) name: &'static str,
    /// Whether the matched text is such a value.
    pub(crate) check: fn(&[u8]) -> bool,
}

/// All validators, in the order that error messages list them.
pub(crate) const VALIDATORS: &[Validator] = &[
    Validator { name: "luhn", check: luhn::check },
    Validator { name: "card", check: card::check },
    Validator { name: "iban", check: iban::check },
    Validator { name: "us_ssn", check: us_ssn::check },
    Validator { name: "github_checksum", check: github::check },
    Validator { name: "entropy", check: entropy::check },
    Validator { name: "base64_pair", check: is_base64_pair },
    Validator { name: "phone_national", check: phone::national },
    // Finance.
    Validator { name: "bech32", check: bech32::check },
    Validator { name: "aba_routing", check: finance::aba_routing },
    Validator { name: "bic", check: finance::bic },
    // National numbers, by country.
    Validator { name: "ae_emirates_id", check: |text| exactly::<15>(text).is_some() && luhn::check(text) },
    Validator { name: "ar_cuit", check: |text| national_weighted::AR_CUIT.check(text) },
    Validator { name: "at_svnr", check: national_dated::at_svnr },
    Validator { name: "au_medicare", check: national_weighted::au_medicare },
    Validator { name: "au_tfn", check: national_weighted::au_tfn },
    Validator { name: "be_national_number", check: national_dated::be_national_number },
    Validator { name: "bg_egn", check: national_dated::bg_egn },
    Validator { name: "br_cnpj", check: national_weighted::br_cnpj },
    Validator { name: "br_cpf", check: national_weighted::br_cpf },
    Validator { name: "ca_sin", check: |text| exactly::<9>(text).is_some_and(|d| d != [0; 9]) && luhn::check(text) },
    Validator { name: "ch_ahv", check: national_weighted::ch_ahv },
    Validator { name: "cl_rut", check: national_weighted::cl_rut },
    Validator { name: "cn_resident_id", check: iso7064::cn_resident_id },
    Validator { name: "co_nit", check: |text| national_weighted::CO_NIT.check(text) },
    Validator { name: "cz_rodne_cislo", check: national_dated::cz_rodne_cislo },
    Validator { name: "de_steuer_id", check: iso7064::de_steuer_id },
    Validator { name: "dk_cpr", check: national_dated::dk_cpr },
    Validator { name: "ee_lt_personal_code", check: national_dated::ee_lt_personal_code },
    Validator { name: "es_dni", check: national_letters::es_dni },
    Validator { name: "fi_hetu", check: national_letters::fi_hetu },
    Validator { name: "fr_nir", check: national_dated::fr_nir },
    Validator { name: "gb_nino", check: national_letters::gb_nino },
    Validator { name: "gr_afm", check: national_weighted::gr_afm },
    Validator { name: "gr_amka", check: national_dated::gr_amka },
    Validator { name: "hk_id", check: national_letters::hk_id },
    Validator { name: "hr_oib", check: iso7064::hr_oib },
    Validator { name: "hu_taj", check: |text| national_weighted::HU_TAJ.check(text) },
    Validator { name: "hu_tax", check: national_weighted::hu_tax },
    Validator { name: "id_nik", check: national_dated::id_nik },
    Validator { name: "ie_pps", check: national_letters::ie_pps },
    Validator {
        name: "il_identity",
        check: |text| exactly::<9>(text).is_some_and(|d| d != [0; 9]) && luhn::check(text),
    },
    Validator { name: "in_aadhaar", check: verhoeff::in_aadhaar },
    Validator { name: "is_kennitala", check: national_dated::is_kennitala },
    Validator { name: "it_codice_fiscale", check: national_letters::it_codice_fiscale },
    Validator { name: "jmbg", check: national_dated::jmbg },
    Validator { name: "jp_my_number", check: |text| national_weighted::JP_MY_NUMBER.check(text) },
    Validator { name: "kr_rrn", check: national_dated::kr_rrn },
    Validator { name: "lu_national_id", check: verhoeff::lu_national_id },
    Validator { name: "lv_personas_kods", check: national_dated::lv_personas_kods },
    Validator { name: "mx_curp", check: national_letters::mx_curp },
    Validator { name: "mx_rfc", check: national_letters::mx_rfc },
    Validator { name: "my_kad", check: national_dated::my_kad },
    Validator { name: "nl_bsn", check: |text| national_weighted::NL_BSN.check(text) },
    Validator { name: "no_fodselsnummer", check: national_dated::no_fodselsnummer },
    Validator { name: "nz_ird", check: national_weighted::nz_ird },
    Validator { name: "pl_pesel", check: national_dated::pl_pesel },
    Validator { name: "pt_nif", check: national_weighted::pt_nif },
    Validator { name: "ro_cnp", check: national_dated::ro_cnp },
    Validator { name: "ru_inn", check: national_weighted::ru_inn },
    Validator { name: "ru_snils", check: national_weighted::ru_snils },
    Validator { name: "se_personnummer", check: national_dated::se_personnummer },
    Validator { name: "sg_nric", check: national_letters::sg_nric },
    Validator { name: "th_id", check: national_weighted::th_id },
    Validator { name: "tr_kimlik", check: national_weighted::tr_kimlik },
    Validator { name: "tw_id", check: national_letters::tw_id },
    Validator { name: "ua_rnokpp", check: national_weighted::ua_rnokpp },
    Validator { name: "us_itin", check: national_dated::us_itin },
    Validator { name: "za_id", check: national_dated::za_id },
    Validator { name: "mrz", check: mrz::check },
    // Health.
    Validator { name: "dea", check: health::dea },
    Validator { name: "nhs", check: |text| health::NHS.check(text) },
    Validator { name: "npi", check: health::npi },
];

/// The digits of a text that is `N` digits, and besides only spaces and `-`, `.`, `/`, `+`.
fn exactly<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut digits = [0; N];
    let mut len = 0;
    for &b in text {
        match b {
            b'0'..=b'9' => {
                *digits.get_mut(len)? = b - b'0';
                len += 1;
            }
            b' ' | b'-' | b'.' | b'/' | b'+' => {}
            _ => return None,
        }
    }
    (len == N).then_some(digits)
}

/// Whether this is base64 of a user and a password, with a colon between (RFC 7617, section 2).
fn is_base64_pair(text: &[u8]) -> bool {
    let pair: Vec<u8> = base64::decode(text).collect();
    memchr::memchr(b':', &pair).is_some_and(|colon| colon > 0) && std::str::from_utf8(&pair).is_ok()
}

/// The digits of a text that is nothing but digits and separators; `None` where it holds anything else or more than `N`.
fn digits<const N: usize>(text: &[u8]) -> Option<([u8; N], usize)> {
    let mut digits = [0; N];
    let mut len = 0;
    for &b in text {
        match b {
            b'0'..=b'9' => {
                *digits.get_mut(len)? = b - b'0';
                len += 1;
            }
            b' ' | b'-' | b'.' => {}
            _ => return None,
        }
    }
    Some((digits, len))
}

/// Asserts that the numbers pass, and that they do not with another last digit or letter, or one digit more.
#[cfg(test)]
fn accepts_only(check: impl Fn(&[u8]) -> bool, numbers: &[&str]) {
    for number in numbers {
        assert!(check(number.as_bytes()), "{number}");
        assert!(!check(format!("{number}1").as_bytes()), "{number}1");
        let (body, last) = number.split_at(number.len() - 1);
        let others: Vec<char> = match last.as_bytes()[0].is_ascii_digit() {
            true => ('0'..='9').collect(),
            false => ('A'..='Z').collect(),
        };
        for other in others.into_iter().filter(|other| !last.starts_with(*other)) {
            assert!(!check(format!("{body}{other}").as_bytes()), "{body}{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_nothing_is_empty() {
        for (i, validator) in VALIDATORS.iter().enumerate() {
            assert!(VALIDATORS[..i].iter().all(|other| other.name != validator.name), "{}", validator.name);
            for junk in ["", " ", "-", "\u{e9}", "\u{0}", "ghp_", "4", "DE"] {
                assert!(!(validator.check)(junk.as_bytes()), "{} of {junk:?}", validator.name);
            }
        }
    }
}
