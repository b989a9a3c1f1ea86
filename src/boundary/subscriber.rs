//! A boundary around a whole subscriber.

use std::fmt;

use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber};

use super::anew::{with_sanitized_event, with_sanitized_record, with_sanitized_span};
use super::downcast::{self, downcast_raw};
use super::reentry::count_pass;
use crate::policy::PolicySource;

/// Puts a boundary around a subscriber.
pub trait PrivacySubscriberExt: Subscriber + Sized {
    /// Wraps this subscriber, so that it and all of its layers see only what `policy` lets through: a [`Policy`](crate::Policy), or a
    /// [`LivePolicy`](crate::LivePolicy) that can be reloaded.
    ///
    /// ```
    /// use tracing_privacy::{Policy, boundary::PrivacySubscriberExt};
    /// use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};
    ///
    /// tracing_subscriber::registry()
    ///     .with(tracing_subscriber::fmt::layer())
    ///     .with_privacy(Policy::builtin())
    ///     .init();
    /// tracing::info!("nothing sensitive comes out");
    /// ```
    ///
    /// It comes last. A layer that needs the registry's spans cannot be put outside of the boundary by mistake:
    ///
    /// ```compile_fail,E0277
    /// use tracing_privacy::{Policy, boundary::PrivacySubscriberExt};
    /// use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};
    ///
    /// tracing_subscriber::registry()
    ///     .with_privacy(Policy::builtin())
    ///     .with(tracing_subscriber::fmt::layer())
    ///     .init();
    /// ```
    fn with_privacy(self, policy: impl Into<PolicySource>) -> PrivacySubscriber<Self> {
        PrivacySubscriber::new(self, policy)
    }
}

impl<S: Subscriber> PrivacySubscriberExt for S {}

/// A subscriber behind a boundary; see [`PrivacySubscriberExt::with_privacy`].
///
/// Everything else is as without it: filters, interest in callsites, level hints, span ids, and `downcast_ref` to the
/// wrapped subscriber and its parts. It does not implement `LookupSpan`, on purpose.
pub struct PrivacySubscriber<S> {
    inside: S,
    policy: PolicySource,
}

impl<S> PrivacySubscriber<S> {
    /// Wraps a subscriber.
    pub fn new(inside: S, policy: impl Into<PolicySource>) -> Self {
        Self { inside, policy: policy.into() }
    }
}

impl<S> fmt::Debug for PrivacySubscriber<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivacySubscriber").finish_non_exhaustive()
    }
}

impl<S: Subscriber> Subscriber for PrivacySubscriber<S> {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.policy.is_in(dispatch);
        self.inside.on_register_dispatch(dispatch);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let interest = self.inside.register_callsite(metadata);
        if !interest.is_never() {
            self.policy.with(|policy| policy.prepare(metadata));
        }
        interest
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        count_pass();
        self.inside.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.inside.max_level_hint()
    }

    fn new_span(&self, raw: &Attributes<'_>) -> Id {
        count_pass();
        self.policy.with(|policy| {
            with_sanitized_span(policy, raw, |span, sanitized| {
                if sanitized.overwritten {
                    // Restores what filters had answered. A new span cannot be refused any more.
                    self.inside.enabled(span.metadata());
                }
                self.inside.new_span(span)
            })
        })
    }

    fn record(&self, span: &Id, raw: &Record<'_>) {
        self.policy.with(|policy| with_sanitized_record(policy, raw, |record| self.inside.record(span, record)));
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.inside.record_follows_from(span, follows);
    }

    fn event_enabled(&self, _raw: &Event<'_>) -> bool {
        // The wrapped subscriber is asked in `event`, with the sanitized one.
        true
    }

    fn event(&self, raw: &Event<'_>) {
        count_pass();
        self.policy.with(|policy| {
            with_sanitized_event(policy, raw, |event, sanitized| {
                let refused = sanitized.overwritten && !self.inside.enabled(event.metadata());
                if !refused && self.inside.event_enabled(event) {
                    self.inside.event(event);
                }
            });
        });
    }

    fn enter(&self, span: &Id) {
        self.inside.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.inside.exit(span);
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.inside.clone_span(span)
    }

    #[allow(deprecated, reason = "a subscriber may still implement it")]
    fn drop_span(&self, span: Id) {
        self.inside.drop_span(span);
    }

    fn try_close(&self, span: Id) -> bool {
        self.inside.try_close(span)
    }

    fn current_span(&self) -> Current {
        self.inside.current_span()
    }

    downcast_raw!(|this, wanted| {
        downcast::itself(this, wanted).or_else(|| downcast::subscriber(&this.inside, wanted))
    });
}
