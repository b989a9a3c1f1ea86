//! What tells one policy from another, wherever it is read from.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::settings::Settled;
use crate::rules::{RulesFile, Source, Unlisted};

/// SHA-256 of all that rules say, in one form: comments, layout, the order of keys in a table, examples and the names of
/// files make no difference.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(Box<str>);

/// What is hashed, as JSON. A change of its form changes every fingerprint.
#[derive(Serialize)]
struct Form<'r> {
    form: u32,
    profile: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<&'r str>,
    mask_from: &'r str,
    unlisted: Unlisted,
    mode: &'r str,
    max_exemption: u64,
    locked: bool,
    packs: Vec<&'r RulesFile>,
    rules: Vec<&'r RulesFile>,
}

impl Fingerprint {
    pub(super) fn of(
        settled: &Settled,
        audience: Option<&str>,
        packs: &[(Source, RulesFile)],
        files: &[(Source, RulesFile)],
    ) -> Self {
        let form = Form {
            form: 1,
            profile: settled.profile.as_deref(),
            audience,
            mask_from: settled.settings.mask_from.as_str(),
            unlisted: settled.settings.unlisted,
            mode: settled.settings.mode.as_str(),
            max_exemption: settled.settings.max_exemption.as_secs(),
            locked: settled.floor.is_some(),
            packs: packs.iter().map(|(_, file)| file).collect(),
            rules: files.iter().map(|(_, file)| file).collect(),
        };
        let form = serde_json::to_vec(&form).expect("keys are strings, and nothing else can fail");
        Self(Sha256::digest(&form).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// 64 hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    fn fingerprint(rules: &str) -> String {
        rules.parse::<Policy>().expect("good rules").fingerprint().to_owned()
    }

    #[test]
    fn it_depends_on_what_rules_say_and_not_on_how() {
        let plain = "version = 1\n[defaults]\nmask_from = \"internal\"\nunlisted = \"scan\"\n\
                     [[field]]\nkeys = [\"email\"]\nmask = \"erase\"\n";
        let same = "# a comment\nversion=0x1\r\n[[field]]\r\nmask = 'erase'\r\nkeys = [\r\n  'email', # another\r\n]\r\n\
                    [defaults]\r\nunlisted = 'scan'\r\nmask_from = 'internal'\r\n";
        assert_eq!(fingerprint(plain), fingerprint(same));
        assert_eq!(fingerprint(plain).len(), 64);
        let others = [
            plain.replace("email", "mail"),
            plain.replace("erase", "trim").replace("\"trim\"", "[\"trim\", \"erase\"]"),
            plain.replace("scan", "mask"),
            plain.replace("internal", "public"),
            plain.replace("version = 1", "version = 1\ninclude = [\"builtin:pci\"]"),
        ];
        for (i, other) in others.iter().enumerate() {
            assert_ne!(fingerprint(plain), fingerprint(other), "{other}");
            assert!(others[..i].iter().all(|before| fingerprint(before) != fingerprint(other)), "{other}");
        }
    }

    #[test]
    fn it_depends_on_the_settings_in_force() {
        let with = |mode| Policy::builder().include("builtin:pci").mode(mode).build().expect("good rules");
        let (enforced, observed) = (with(crate::Mode::Enforce), with(crate::Mode::Observe));
        assert_ne!(enforced.fingerprint(), observed.fingerprint());
    }
}
