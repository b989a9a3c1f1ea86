//! The context of an HTTP request.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use tokio::task::futures::TaskLocalFuture;
use tower_layer::Layer;
use tower_service::Service;

use super::{CURRENT, Context};
use crate::record::Party;

type Actor = dyn Fn(&Parts) -> Option<Party> + Send + Sync;
type Adjust = dyn Fn(&Parts, &mut Context) + Send + Sync;

/// A middleware that gives each request its [`Context`]: who acts, the address of the client, its user agent, the id of the
/// request (`x-request-id`) and of the trace (`traceparent`).
///
/// The address is that of the connection (`axum::extract::ConnectInfo`), since whoever sends a request can write anything
/// into `X-Forwarded-For`. Behind a proxy that overwrites that header, set `client_ip` in [`ContextLayer::adjust`].
///
/// ```
/// use axum::Router;
/// use tracing_privacy_audit::{ContextLayer, Party};
///
/// #[derive(Clone)]
/// struct SignedIn(u64); // what your authentication puts into the request, in a layer outside of this one
///
/// let layer = ContextLayer::new(|request| request.extensions.get().map(|SignedIn(id)| Party::user(id.to_string())));
/// let app: Router = Router::new().layer(layer);
/// ```
#[derive(Clone)]
pub struct ContextLayer {
    actor: Arc<Actor>,
    adjust: Arc<Adjust>,
}

impl ContextLayer {
    /// A layer that asks who acts. The answer must come from what was authenticated, not from what a client says of itself.
    pub fn new(actor: impl Fn(&Parts) -> Option<Party> + Send + Sync + 'static) -> Self {
        Self { actor: Arc::new(actor), adjust: Arc::new(|_, _| {}) }
    }

    /// Sets what else is to be read from a request, or otherwise: the session, for whom something is done.
    #[must_use]
    pub fn adjust(mut self, adjust: impl Fn(&Parts, &mut Context) + Send + Sync + 'static) -> Self {
        self.adjust = Arc::new(adjust);
        self
    }

    fn context(&self, request: &Parts) -> Context {
        let header = |name| Some(request.headers.get(name)?.to_str().ok()?.to_owned());
        let mut context = Context { actor: (self.actor)(request), ..Context::default() };
        let address = request.extensions.get::<ConnectInfo<SocketAddr>>();
        context.source.client_ip = address.map(|ConnectInfo(address)| address.ip().to_string());
        context.source.user_agent = header("user-agent");
        context.source.request_id = header("x-request-id");
        context.trace_id = header("traceparent").and_then(|parent| parent.split('-').nth(1).map(str::to_owned));
        (self.adjust)(request, &mut context);
        context
    }
}

impl<S> Layer<S> for ContextLayer {
    type Service = ContextService<S>;

    fn layer(&self, inner: S) -> ContextService<S> {
        ContextService { inner, layer: self.clone() }
    }
}

impl fmt::Debug for ContextLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextLayer").finish_non_exhaustive()
    }
}

/// A service whose requests have a [`Context`]; made by [`ContextLayer`].
#[derive(Clone, Debug)]
pub struct ContextService<S> {
    inner: S,
    layer: ContextLayer,
}

impl<S: Service<Request>> Service<Request> for ContextService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = TaskLocalFuture<Context, S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (parts, body) = request.into_parts();
        let context = self.layer.context(&parts);
        let request = Request::from_parts(parts, body);
        // A service may do work before it answers with its future.
        let inner = CURRENT.sync_scope(context.clone(), || self.inner.call(request));
        CURRENT.scope(context, inner)
    }
}
