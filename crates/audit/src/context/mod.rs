//! Who acts and from where, carried along with the request.

#[cfg(feature = "axum")]
mod middleware;
mod spans;

use std::fmt;
use std::future::Future;

#[cfg(feature = "axum")]
pub use self::middleware::{ContextLayer, ContextService};
pub use self::spans::ContextSpans;

use crate::record::{Party, Source};

tokio::task_local! {
    static CURRENT: Context;
}

/// Who acts, for whom, from where and in which trace. Records take it from here.
///
/// ```
/// use tracing_privacy_audit::{Context, Party};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let context = Context::of(Party::user("7")).request_id("r-1");
/// context.scope(async {
///     assert_eq!(Context::current().actor, Some(Party::user("7")));
/// }).await;
/// assert_eq!(Context::current().actor, None);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Who acts.
    pub actor: Option<Party>,
    /// For whom.
    pub on_behalf_of: Option<Party>,
    /// From where.
    pub source: Source,
    /// The trace, as 32 hex digits.
    pub trace_id: Option<String>,
}

impl Context {
    /// A context in which that one acts.
    pub fn of(actor: Party) -> Self {
        Self { actor: Some(actor), ..Self::default() }
    }

    /// Sets for whom it is done.
    #[must_use]
    pub fn on_behalf_of(mut self, party: Party) -> Self {
        self.on_behalf_of = Some(party);
        self
    }

    /// Sets the request's id.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.source.request_id = Some(id.into());
        self
    }

    /// The current context: that of the innermost [`scope`](Self::scope) of this task, or else that of the current span, if
    /// [`ContextSpans`] is installed; an empty one outside of all.
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).ok().or_else(spans::of_current_span).unwrap_or_default()
    }

    /// Runs a future within this context.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}

/// Which parts are there; ids and addresses are raw.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Context");
        debug.field("actor", &self.actor).field("on_behalf_of", &self.on_behalf_of).field("source", &self.source);
        debug.finish_non_exhaustive()
    }
}
