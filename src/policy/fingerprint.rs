//! What tells one policy from another, to be kept beside what was masked under it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::DataClass;
use crate::mask::KeyRing;
use crate::rules::{RulesFile, Source};

/// 16 hex digits of a digest of all that decides what is masked.
pub(super) fn fingerprint<'f>(
    files: impl Iterator<Item = &'f (Source, RulesFile)>,
    mask_from: Option<DataClass>,
    key_ring: Option<&KeyRing>,
) -> Box<str> {
    let mut digest = Sha256::new();
    for (source, file) in files {
        // The text of a file, or else, of rules in code, what they are; each with its length, so that none runs into another.
        let text = if source.text.is_empty() { format!("{file:?}") } else { source.text.to_string() };
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    digest.update(format!("{mask_from:?} {:?}", key_ring.map(KeyRing::active_key_id)));
    let mut hex = String::new();
    for byte in &digest.finalize()[..8] {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.into()
}

#[cfg(test)]
mod tests {
    use crate::{DataClass, FieldBuilder, Policy};

    fn of(rules: &str) -> String {
        rules.parse::<Policy>().unwrap().fingerprint().to_owned()
    }

    #[test]
    fn the_same_rules_have_the_same_one() {
        let rules = "version = 1\n[[field]]\nkeys = [\"badge\"]\n";
        assert_eq!(of(rules), of(rules));
        assert_ne!(of(rules), of(&rules.replace("badge", "badges")));
        assert_eq!(of(rules).len(), 16);
    }

    #[test]
    fn rules_in_code_and_the_lowest_class_count() {
        let of = |builder: crate::PolicyBuilder| builder.build().unwrap().fingerprint().to_owned();
        let field = |key| Policy::builder().include("builtin:pci").field(FieldBuilder::new([key]));
        assert_eq!(of(field("badge")), of(field("badge")));
        assert_ne!(of(field("badge")), of(field("badges")));
        assert_ne!(of(field("badge")), of(field("badge").mask_from(DataClass::Public)));
    }
}
