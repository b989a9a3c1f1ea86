//! What is in force: for whoever asks, and for the log.

use super::exemption::moment;
use super::{DataClass, ExemptionInfo, Mode, OWN_TARGET, Policy};
use crate::rules::Severity;

/// What a policy is, without its rules: for a health page, a log, an audit.
///
/// ```
/// use tracing_privacy::{DataClass, Mode, Policy};
///
/// let policy = Policy::builder()
///     .rules("version = 1\ninclude = [\"builtin:pci\"]\n[profile.production]\nlocked = true\n")
///     .profile("production")
///     .build()?;
/// let in_force = policy.in_force();
/// assert_eq!(in_force.profile.as_deref(), Some("production"));
/// assert_eq!((in_force.mode, in_force.mask_from, in_force.locked), (Mode::Enforce, DataClass::Internal, true));
/// assert_eq!(in_force.fingerprint.len(), 64);
/// # Ok::<(), tracing_privacy::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InForce {
    /// Where the rules came from; see [`Policy::source`].
    pub rules: String,
    /// The profile, if there is one.
    pub profile: Option<String>,
    /// The audience that it is for, if it is that of one.
    pub audience: Option<String>,
    /// Whether a locked profile was asked for, so that nothing can weaken what it says.
    pub locked: bool,
    /// The mode.
    pub mode: Mode,
    /// The lowest class that is masked.
    pub mask_from: DataClass,
    /// See [`Policy::fingerprint`].
    pub fingerprint: String,
    /// The exemptions in force.
    pub exemptions: Vec<ExemptionInfo>,
}

impl Policy {
    /// What is in force under this policy.
    pub fn in_force(&self) -> InForce {
        let compiled = self.compiled();
        InForce {
            rules: self.source().to_owned(),
            profile: compiled.settled.profile.as_deref().map(str::to_owned),
            audience: compiled.audience.as_deref().map(str::to_owned),
            locked: compiled.settled.floor.is_some(),
            mode: self.mode(),
            mask_from: compiled.mask_from,
            fingerprint: self.fingerprint().to_owned(),
            exemptions: self.exemptions(),
        }
    }

    /// What this policy does with what it finds.
    pub fn mode(&self) -> Mode {
        self.compiled().mode
    }

    /// SHA-256 of the rules, the packs that they include and the settings in force, in 64 hexadecimal digits. Layout,
    /// comments and examples make no difference. Maskers of the application count by their names, and the built-in
    /// detectors by theirs: what they do may change with the version of this library.
    pub fn fingerprint(&self) -> &str {
        self.compiled().fingerprint.as_str()
    }

    /// Logs what is in force, through whatever subscriber is set: as `info`, or as `warn` where the mode is not `enforce`.
    /// Exemptions in force and [warnings](Self::warnings) are logged as `warn`, one each. The same for each audience.
    ///
    /// [`init`](crate::init) and [`setup`](crate::setup()) call it; who installs a subscriber by hand calls it once.
    pub fn log_in_force(&self) {
        macro_rules! log {
            ($level:ident) => {{
                let InForce { rules, profile, audience, locked, mode, mask_from, fingerprint, .. } = self.in_force();
                tracing::$level!(
                    target: OWN_TARGET,
                    rules,
                    profile,
                    audience,
                    locked,
                    mode = mode.as_str(),
                    mask_from = mask_from.as_str(),
                    fingerprint,
                    "privacy policy in force"
                );
            }};
        }
        match self.mode() {
            Mode::Enforce => log!(info),
            Mode::Observe | Mode::Off => log!(warn),
        }
        for ExemptionInfo { of, target, reason, expires, .. } in self.exemptions() {
            let expires = moment(expires);
            tracing::warn!(target: OWN_TARGET, of, exempt_target = target, reason, %expires, "privacy exemption in force");
        }
        for warning in self.warnings().iter().filter(|told| told.severity() >= Severity::Warning) {
            tracing::warn!(target: OWN_TARGET, kind = warning.kind().as_str(), "privacy rules: {warning}");
        }
        self.compiled().audiences.values().for_each(Self::log_in_force);
    }
}
