//! What happens to a policy, besides decisions.

use crate::policy::{ExemptionInfo, Violation};
use crate::rules::Error;

/// Something that happened to a policy, worth a record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Notice<'a> {
    /// An exemption is in force from now on.
    ExemptionArmed(&'a ExemptionInfo),
    /// An exemption let a value pass, for the first time.
    ExemptionUsed(&'a ExemptionInfo),
    /// The time of an exemption is over. Told with the first event or span after it.
    ExemptionExpired(&'a ExemptionInfo),
    /// An exemption was taken back before its time: its guard was dropped, or new rules do not allow it.
    ExemptionTakenBack(&'a ExemptionInfo),
    /// A callsite was met that has a field which a schema does not allow. Told once for each.
    SchemaViolated(&'a Violation),
    /// A new policy is in force; these are the fingerprints.
    Reloaded {
        /// Of the old policy.
        from: &'a str,
        /// Of the new one.
        to: &'a str,
    },
    /// New rules could not be loaded, or a locked profile refused them. Told to the observer of the policy that stays.
    ReloadFailed(&'a Error),
}
