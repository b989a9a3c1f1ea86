//! Where a boundary takes its policy from.

use super::{LivePolicy, Policy};

/// What a boundary takes its policy from: a [`Policy`], which never changes, or a [`LivePolicy`].
#[derive(Clone, Debug)]
pub struct PolicySource(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Policy(Policy),
    Live(LivePolicy),
}

impl PolicySource {
    /// The policy in force.
    pub fn current(&self) -> Policy {
        match &self.0 {
            Kind::Policy(policy) => policy.clone(),
            Kind::Live(live) => live.current(),
        }
    }
}

impl From<Policy> for PolicySource {
    fn from(policy: Policy) -> Self {
        Self(Kind::Policy(policy))
    }
}

impl From<&Policy> for PolicySource {
    fn from(policy: &Policy) -> Self {
        policy.clone().into()
    }
}

impl From<LivePolicy> for PolicySource {
    fn from(live: LivePolicy) -> Self {
        Self(Kind::Live(live))
    }
}

impl From<&LivePolicy> for PolicySource {
    fn from(live: &LivePolicy) -> Self {
        live.clone().into()
    }
}
