//! Where raw values end.

/// Plans of one policy, one for each callsite.
#[derive(Default)]
pub(crate) struct PlanCache {}
