//! International bank account numbers.
//!
//! Source: ISO 13616 and SWIFT's IBAN registry (countries and lengths); ISO/IEC 7064 MOD 97-10 (check digits).

/// Whether `text`, with or without spaces and dashes, is an IBAN.
pub(in crate::detect) fn check(text: &[u8]) -> bool {
    let mut iban = [0; 34];
    let mut len = 0;
    for &b in text.iter().filter(|b| !matches!(b, b' ' | b'-')) {
        let Some(slot) = iban.get_mut(len).filter(|_| b.is_ascii_alphanumeric()) else { return false };
        *slot = b;
        len += 1;
    }
    let iban = &iban[..len];
    iban.first_chunk().and_then(length).is_some_and(|length| length == iban.len()) && has_check_digits(iban)
}

/// Whether check digits fit, of a number of letters and digits that has its country's length.
pub(in crate::detect) fn has_check_digits(iban: &[u8]) -> bool {
    mod_97(iban) == 1
}

/// How many characters an IBAN of that country has, its code included; `None` where the country has no IBAN.
pub(in crate::detect) fn length(country: &[u8; 2]) -> Option<usize> {
    let country = country.map(|b| b.to_ascii_uppercase());
    let found = COUNTRIES.binary_search_by(|(code, _)| code.as_slice().cmp(&country)).ok()?;
    Some(COUNTRIES[found].1)
}

/// The remainder of the number that the rearranged characters spell.
fn mod_97(iban: &[u8]) -> u64 {
    let (head, account) = iban.split_at(4.min(iban.len()));
    // Divided as seldom as may be, that is before a number would no longer fit.
    const ROOM: u64 = u64::MAX / 1000;
    let number = [account, head].into_iter().flatten().fold(0, |number: u64, b| {
        let number = if number > ROOM { number % 97 } else { number };
        match b.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => number * 100 + u64::from(letter - b'A') + 10,
            digit => number * 10 + u64::from(digit.wrapping_sub(b'0')),
        }
    });
    number % 97
}

/// Countries and lengths, sorted by code: the registry's, and those in Africa and Iran that use IBANs without being in it.
#[rustfmt::skip]
const COUNTRIES: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AO", 25), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BF", 28),
    (b"BG", 22), (b"BH", 22), (b"BI", 27), (b"BJ", 28), (b"BR", 29), (b"BY", 28), (b"CF", 27), (b"CG", 27), (b"CH", 21),
    (b"CI", 28), (b"CM", 27), (b"CR", 22), (b"CV", 25), (b"CY", 28), (b"CZ", 24), (b"DE", 22), (b"DJ", 27), (b"DK", 18),
    (b"DO", 28), (b"DZ", 26), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18), (b"FK", 18), (b"FO", 18), (b"FR", 27),
    (b"GA", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GQ", 27), (b"GR", 27), (b"GT", 28), (b"GW", 25),
    (b"HN", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IR", 26), (b"IS", 26), (b"IT", 27),
    (b"JO", 30), (b"KM", 27), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20),
    (b"LV", 21), (b"LY", 25), (b"MA", 28), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MG", 27), (b"MK", 19), (b"ML", 28),
    (b"MN", 20), (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"MZ", 25), (b"NE", 28), (b"NI", 28), (b"NL", 18), (b"NO", 15),
    (b"OM", 23), (b"PK", 24), (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33),
    (b"SA", 24), (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SN", 28), (b"SO", 23),
    (b"ST", 25), (b"SV", 28), (b"TD", 27), (b"TG", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22),
    (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples from the registry.
    const IBANS: &[&str] = &[
        "AD12 0001 2030 2003 5910 0100",
        "DE89 3704 0044 0532 0130 00",
        "FR14 2004 1010 0505 0001 3M02 606",
        "GB29 NWBK 6016 1331 9268 19",
        "LC55 HEMM 0001 0001 0012 0012 0002 3015",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "NO93 8601 1117 947",
        "XK05 1212 0123 4567 8906",
    ];

    #[test]
    fn countries_are_sorted_for_the_search() {
        assert!(COUNTRIES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!((length(b"de"), length(b"YE"), length(b"AD"), length(b"US")), (Some(22), Some(30), Some(24), None));
    }

    #[test]
    fn accepts_the_examples_of_the_registry() {
        for iban in IBANS {
            assert!(check(iban.as_bytes()), "{iban}");
            assert!(check(iban.replace(' ', "").to_lowercase().as_bytes()), "{iban}");
        }
    }

    #[test]
    fn rejects_wrong_digits_lengths_and_countries() {
        for text in [
            "DE88370400440532013000",
            "DE8937040044053201300",
            "DE893704004405320130000",
            "US89370400440532013000",
            "DE89_370400440532013000",
        ] {
            assert!(!check(text.as_bytes()), "{text}");
        }
    }
}
