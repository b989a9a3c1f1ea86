//! `zip3`: the first three digits of a United States ZIP code.

use crate::mask::{MaskError, Masker, Outcome, Subject};

/// A ZIP code as HIPAA's Safe Harbor method asks for (45 CFR 164.514(b)(2)(i)(B)): `94103-1234` → `941**`, and `000**`
/// where too few people live.
pub(in crate::mask) struct Zip3;

/// The prefixes under which 20,000 people or fewer live, by the census of 2000.
///
/// Source: HHS, "Guidance Regarding Methods for De-identification of Protected Health Information" (2012), section 3.2.
const SPARSE: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890",
    "893",
];

impl Masker for Zip3 {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let text = value.trim();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (zip, more) = text.split_once('-').unwrap_or((text, "0000"));
        let own = zip.strip_suffix("**").filter(|prefix| prefix.len() == 3 && digits(prefix));
        let prefix = match own {
            Some(prefix) => prefix,
            None if zip.len() == 5 && digits(zip) && more.len() == 4 && digits(more) => &zip[..3],
            None => return Err(MaskError),
        };
        out.push_str(if SPARSE.contains(&prefix) { "000" } else { prefix });
        out.push_str("**");
        Ok(Outcome::Replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn three_digits_stay_where_enough_people_live() {
        for (zip, safe) in [
            ("94103", "941**"),
            ("94103-1234", "941**"),
            ("03601", "000**"),
            ("89301", "000**"),
            ("941**", "941**"),
            ("000**", "000**"),
        ] {
            assert_eq!(masked(&Zip3, zip).as_deref(), Some(safe), "{zip}");
        }
    }

    #[test]
    fn what_is_no_zip_code_fails() {
        for value in ["", "9410", "941033", "94103-12", "SW1A 1AA", "94103-", "9410é", "**"] {
            assert_eq!(masked(&Zip3, value), None, "{value}");
        }
    }
}
