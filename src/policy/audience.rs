//! Policies of one rules file for readers who get different amounts.

use super::Policy;
use crate::rules::{Error, hint, quoted};

impl Policy {
    /// The policy of an audience, `[audience.NAME]` in the rules file: the same rules, by its own settings. It belongs to the
    /// [layer](crate::boundary::PrivacyLayerExt::with_layer_privacy) or exporter that writes for this audience.
    ///
    /// It has counts of its own, and a fingerprint of its own. `[[exemption]]`s of the file are for it only if it says
    /// `exemptions = true`.
    ///
    /// ```
    /// use tracing_privacy::Policy;
    ///
    /// let policy: Policy = r#"
    ///     version = 1
    ///     [defaults]
    ///     mask_from = "confidential"
    ///     [audience.vendor]
    ///     mask_from = "internal"
    ///     [[field]]
    ///     keys = ["badge"]
    ///     class = "internal"
    /// "#.parse()?;
    ///
    /// assert_eq!(policy.sanitize_field("badge", "4711"), "4711");
    /// assert_eq!(policy.audience("vendor")?.sanitize_field("badge", "4711"), "[redacted:sensitive]");
    /// assert!(policy.audience("vendr").is_err());
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The rules have no audience of that name.
    pub fn audience(&self, name: &str) -> Result<Self, Error> {
        self.compiled.audiences.get(name).cloned().ok_or_else(|| {
            let hint = match self.compiled.audiences.is_empty() {
                _ if self.compiled.audience.is_some() => {
                    "this is the policy of an audience; ask the one that has it".to_owned()
                }
                true => "these rules have no audiences; write `[audience.NAME]` in the rules file".to_owned(),
                false => hint(name, self.audiences()),
            };
            Error::plain(format!("there is no audience {}", quoted(name)), Some(hint))
        })
    }

    /// The names of the audiences that the rules have.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.compiled.audiences.keys().map(|name| &**name)
    }

    /// This policy and those of its audiences.
    pub(crate) fn with_audiences(&self) -> impl Iterator<Item = (Option<&str>, &Self)> {
        let audiences = self.compiled.audiences.iter().map(|(name, policy)| (Some(&**name), policy));
        std::iter::once((None, self)).chain(audiences)
    }
}
