//! Numbers that name a bank.

use super::weighted::{Rule, Weighted};
use super::{date::pair, exactly};

/// Routing number of the American Bankers Association: a district of the Federal Reserve, and weights 3, 7, 1.
pub(super) fn aba_routing(text: &[u8]) -> bool {
    const SUM: Weighted<9> = Weighted { weights: &[3, 7, 1, 3, 7, 1, 3, 7], modulus: 10, rule: Rule::Complement };
    let Some(digits) = exactly::<9>(text) else { return false };
    matches!(pair(&digits, 0), 0..=12 | 21..=32 | 61..=72 | 80) && SUM.passes(&digits)
}

/// Business identifier code: ISO 9362, four letters, a country of ISO 3166-1, a location, and perhaps a branch.
pub(super) fn bic(text: &[u8]) -> bool {
    let country = text.get(4..6).unwrap_or_default();
    matches!(text.len(), 8 | 11)
        && text.iter().all(u8::is_ascii_alphanumeric)
        && COUNTRIES.chunks(2).any(|c| c == country)
}

/// ISO 3166-1 alpha-2, and Kosovo's code as SWIFT uses it.
const COUNTRIES: &[u8] = b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

#[cfg(test)]
mod tests {
    use super::super::accepts_only;
    use super::*;

    #[test]
    fn published_examples_pass_and_no_others() {
        accepts_only(aba_routing, &["111000025", "021000021"]);
        assert!(!aba_routing(b"131000025"));
        assert!(bic(b"DEUTDEFF") && bic(b"DEUTDEFF500") && bic(b"NEDSZAJJXXX"));
        assert!(!bic(b"DEUTXXFF") && !bic(b"DEUTDEF") && !bic(b"PASSWORD") && !bic(b"DEUTDEFF5"));
    }

    #[test]
    fn countries_are_in_order() {
        let codes: Vec<_> = COUNTRIES.chunks(2).collect();
        assert!(codes.is_sorted() && codes.len() == 250);
    }
}
