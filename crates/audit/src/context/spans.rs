//! The context travels with the span: to tasks that are spawned with `.instrument(span)`, and to other threads.

use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context as LayerContext, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::{CURRENT, Context};

/// A layer that keeps the context in which a span is made beside it, so that [`Context::current`] finds it wherever the span
/// is entered.
///
/// It must stand over a `tracing_subscriber` registry. It writes nothing: what it keeps, no formatter sees.
///
/// ```
/// use tracing::Instrument as _;
/// use tracing_privacy_audit::{Context, ContextSpans, Party};
/// use tracing_subscriber::prelude::*;
///
/// let _guard = tracing_subscriber::registry().with(ContextSpans::new()).set_default();
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// Context::of(Party::user("7")).scope(async {
///     let work = async { assert_eq!(Context::current().actor, Some(Party::user("7"))) };
///     tokio::spawn(work.instrument(tracing::info_span!("work"))).await
/// }).await
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextSpans(());

impl ContextSpans {
    /// The layer.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for ContextSpans {
    fn on_new_span(&self, _attributes: &Attributes<'_>, id: &Id, subscriber: LayerContext<'_, S>) {
        // A span inside of another finds its context through that one.
        let Ok(context) = CURRENT.try_with(Context::clone) else { return };
        if let Some(span) = subscriber.span(id) {
            span.extensions_mut().replace(context);
        }
    }
}

/// The context of the innermost span that has one.
pub(super) fn of_current_span() -> Option<Context> {
    let of_span = |(id, dispatch): (&Id, &tracing::Dispatch)| {
        let span = dispatch.downcast_ref::<Registry>()?.span(id)?;
        span.scope().find_map(|span| span.extensions().get::<Context>().cloned())
    };
    tracing::Span::current().with_subscriber(of_span).flatten()
}

#[cfg(test)]
mod tests {
    use tracing::Instrument as _;
    use tracing_privacy::Policy;
    use tracing_privacy::boundary::PrivacySubscriberExt as _;
    use tracing_subscriber::prelude::*;

    use super::*;
    use crate::Party;

    async fn actor_in_a_task() -> Option<Party> {
        let work = async { Context::current().actor };
        let outer = tracing::info_span!("outer");
        let inner = outer.in_scope(|| tracing::info_span!("inner"));
        tokio::spawn(work.instrument(inner)).await.unwrap()
    }

    #[tokio::test]
    async fn a_spawned_task_has_the_context_of_its_span() {
        let registry = tracing_subscriber::registry().with(ContextSpans::new()).with_privacy(Policy::builtin());
        let _guard = tracing::subscriber::set_default(registry);
        let actor = Context::of(Party::user("7")).scope(actor_in_a_task()).await;
        assert_eq!(actor, Some(Party::user("7")));
        assert_eq!(actor_in_a_task().await, None);
    }

    #[tokio::test]
    async fn without_the_layer_it_has_none() {
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry());
        assert_eq!(Context::of(Party::user("7")).scope(actor_in_a_task()).await, None);
    }

    #[tokio::test]
    async fn the_innermost_scope_wins() {
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(ContextSpans::new()));
        let inner = async { Context::of(Party::user("8")).scope(async { Context::current().actor }).await };
        let span = Context::of(Party::user("7")).scope(async { tracing::info_span!("outer") }).await;
        assert_eq!(inner.instrument(span).await, Some(Party::user("8")));
    }
}
