//! The compiled, immutable form of the rules.

mod category;
mod class;

use std::sync::Arc;

pub use self::category::Category;
pub use self::class::DataClass;
use crate::boundary::PlanCache;
use crate::rules::Error;

/// What to mask and how: rules, compiled. Cheap to clone; never changes.
#[derive(Clone)]
pub struct Policy {
    shared: Arc<Compiled>,
}

struct Compiled {
    plans: PlanCache,
}

impl Policy {
    /// The policy that is in force where nobody wrote rules.
    pub fn builtin() -> Self {
        Self { shared: Arc::new(Compiled { plans: PlanCache::default() }) }
    }

    /// Starts a policy in code.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder {}
    }

    /// Sanitizes a text that stands under no key: a line of a log file, a message. Documents inside it are understood.
    ///
    /// Appends exactly one sanitized text to `out`, clean or not. `text` need not be UTF-8; bytes that are not are kept.
    /// Returns whether anything was masked.
    pub fn sanitize_line(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        match self.sanitize(crate::sanitize::Action::Scan, "", text, out) {
            crate::sanitize::Sanitized::Clean => {
                out.extend_from_slice(text);
                false
            }
            _ => true,
        }
    }

    /// Plans of this policy, one for each callsite met so far.
    pub(crate) fn plans(&self) -> &PlanCache {
        &self.shared.plans
    }
}

/// Builds a [`Policy`] from rules files and from code.
pub struct PolicyBuilder {}

impl PolicyBuilder {
    /// Compiles the policy.
    pub fn build(self) -> Result<Policy, Error> {
        Ok(Policy::builtin())
    }
}
