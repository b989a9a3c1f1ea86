//! The wrapper that all kinds of exporters share.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use async_lock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use opentelemetry_sdk::Resource;
use tracing_privacy::{Policy, PolicySource};

use crate::parts::sanitized_resource;

/// An exporter behind the privacy boundary: it is given spans and log records with safe values only.
///
/// It is an exporter itself, of what the wrapped one exports, and goes wherever that would go: into a batch processor, a
/// simple one, or one of the application's own.
pub struct PrivacyExporter<E> {
    policy: PolicySource,
    inside: RwLock<Inside<E>>,
}

/// The wrapped exporter, and the policy under which it knows its resource.
pub(crate) struct Inside<E> {
    pub(crate) exporter: E,
    pub(crate) policy: Policy,
    /// As it was given: raw.
    resource: Option<Resource>,
}

impl<E> PrivacyExporter<E> {
    /// Wraps an exporter. The policy is a [`Policy`], a [`LivePolicy`](tracing_privacy::LivePolicy) that can be reloaded,
    /// or that of an audience.
    pub fn new(exporter: E, policy: impl Into<PolicySource>) -> Self {
        let policy = policy.into();
        let inside = Inside { exporter, policy: policy.current(), resource: None };
        Self { policy, inside: RwLock::new(inside) }
    }

    /// The wrapped exporter, which knows its resource under the policy that is in force.
    ///
    /// After a reload the resource is told anew, and `tell` does that. What is exported by this answer is to be masked by
    /// its policy, so that one policy is met as a whole.
    pub(crate) async fn current(&self, tell: fn(&mut E, &Resource)) -> RwLockReadGuard<'_, Inside<E>> {
        let inside = self.inside.read().await;
        if inside.policy.ptr_eq(&self.policy.current()) {
            return inside;
        }
        drop(inside);
        let mut inside = self.inside.write().await;
        let before = std::mem::replace(&mut inside.policy, self.policy.current());
        // Should that panic, the next batch tells it again.
        let told = catch_unwind(AssertUnwindSafe(|| inside.tell_resource(tell)));
        if let Err(panic) = told {
            inside.policy = before;
            resume_unwind(panic);
        }
        RwLockWriteGuard::downgrade(inside)
    }

    /// The wrapped exporter, for whatever carries no value.
    pub(crate) fn bare(&self) -> RwLockReadGuard<'_, Inside<E>> {
        self.inside.read_blocking()
    }

    /// The same, or `None` rather than wait.
    #[cfg(feature = "logs")]
    pub(crate) fn try_bare(&self) -> Option<RwLockReadGuard<'_, Inside<E>>> {
        self.inside.try_read()
    }

    pub(crate) fn set_resource(&mut self, resource: &Resource, tell: fn(&mut E, &Resource)) {
        let inside = self.inside.get_mut();
        inside.policy = self.policy.current();
        inside.resource = Some(resource.clone());
        inside.tell_resource(tell);
    }
}

impl<E> Inside<E> {
    fn tell_resource(&mut self, tell: fn(&mut E, &Resource)) {
        if let Some(resource) = &self.resource {
            let safe = sanitized_resource(&self.policy, resource);
            tell(&mut self.exporter, &safe);
        }
    }
}

/// Shows nothing of the exporter, nor of the resource, which is raw.
impl<E> fmt::Debug for PrivacyExporter<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivacyExporter").field("policy", &self.policy).finish_non_exhaustive()
    }
}
