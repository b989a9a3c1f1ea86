//! `GET /{entity}/{id}/audit`: the history of an entity over HTTP, for whom the application lets read it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::extract::{Path, Query as UrlQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use sqlx::Pool;

use super::page::Page;
use super::query::Query;
use crate::database::AuditDatabase;
use crate::record::{Action, Entry, Outcome, Party};
use crate::trail::AUDIT;
use crate::{Context, Error, ErrorKind, Trail};

/// A request to read the history of an entity, which the application allows or not.
pub struct AuditRequest {
    /// The request without its body: headers, and what other middleware put into it.
    pub parts: Parts,
    /// The type of the entity.
    pub entity_type: String,
    /// Which one.
    pub entity_id: String,
}

/// Nothing of it: type and id are raw, and secrets stand in the headers.
impl fmt::Debug for AuditRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditRequest").finish_non_exhaustive()
    }
}

struct Endpoint<DB: AuditDatabase, A> {
    trail: Trail<DB>,
    pool: Pool<DB>,
    authorize: A,
}

/// A router with `GET /{entity}/{id}/audit?from&to&action&cursor&limit`: the records of an entity, oldest first, as
/// `{"records": […], "next": "…"}`. Times are RFC 3339, `limit` is up to 1,000, `cursor` is the `next` of the page before.
///
/// Each request is first shown to `authorize`, which answers who reads, or the status of a refusal. Both are recorded: a
/// reading by whoever reads, a refusal with the outcome `denied`. There is no router without that hook.
///
/// ```
/// use axum::http::StatusCode;
/// use tracing_privacy_audit::{AuditRequest, Party, Trail, audit_router};
///
/// # fn build(trail: Trail<sqlx::Sqlite>, pool: sqlx::SqlitePool) -> axum::Router {
/// audit_router(trail, pool, |request: AuditRequest| async move {
///     // Your own sessions and roles are asked here.
///     match request.parts.extensions.get::<Party>() {
///         Some(reader) if request.entity_type == "user" => Ok(reader.clone()),
///         _ => Err(StatusCode::FORBIDDEN),
///     }
/// })
/// # }
/// ```
pub fn audit_router<DB, A, F>(trail: Trail<DB>, pool: Pool<DB>, authorize: A) -> Router
where
    DB: AuditDatabase,
    A: Fn(AuditRequest) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Party, StatusCode>> + Send + 'static,
{
    let endpoint = Arc::new(Endpoint { trail, pool, authorize });
    Router::new().route("/{entity}/{id}/audit", get(answer::<DB, A, F>)).with_state(endpoint)
}

/// What stands behind the `?`.
#[derive(Deserialize)]
struct Conditions {
    from: Option<String>,
    to: Option<String>,
    action: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

async fn answer<DB, A, F>(
    State(endpoint): State<Arc<Endpoint<DB, A>>>,
    Path((entity_type, entity_id)): Path<(String, String)>,
    UrlQuery(conditions): UrlQuery<Conditions>,
    request: Request,
) -> Response
where
    DB: AuditDatabase,
    A: Fn(AuditRequest) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Party, StatusCode>> + Send + 'static,
{
    let (parts, _) = request.into_parts();
    let query = query(&entity_type, &entity_id, conditions);
    let asked = AuditRequest { parts, entity_type: entity_type.clone(), entity_id: entity_id.clone() };
    let outcome = match (endpoint.authorize)(asked).await {
        Ok(reader) => match query {
            Ok(query) => endpoint.read(reader, &query).await,
            Err(error) => Err(error),
        },
        Err(status) => return endpoint.refuse(&entity_type, &entity_id, status).await,
    };
    match outcome {
        Ok(page) => ([(header::CACHE_CONTROL, "no-store")], Json(page)).into_response(),
        Err(error) => failure(&error),
    }
}

fn query(entity_type: &str, entity_id: &str, conditions: Conditions) -> Result<Query, Error> {
    let Conditions { from, to, action, cursor, limit } = conditions;
    let mut query = Query::entity(entity_type, entity_id).limit(limit.unwrap_or(Query::DEFAULT_LIMIT));
    query.from = from.map(|time| time.parse()).transpose()?;
    query.to = to.map(|time| time.parse()).transpose()?;
    query.action = action.map(Action::named);
    query.after = cursor.map(|cursor| cursor.parse()).transpose()?;
    Ok(query)
}

impl<DB: AuditDatabase, A> Endpoint<DB, A> {
    async fn read(&self, reader: Party, query: &Query) -> Result<Page, Error> {
        let context = Context { actor: Some(reader), ..Context::current() };
        context
            .scope(async {
                let mut transaction = self.trail.begin(&self.pool).await?;
                let page = self.trail.read(&mut transaction, query).await?;
                transaction.commit().await.map_err(Error::database("recording that records were read"))?;
                Ok(page)
            })
            .await
    }

    async fn refuse(&self, entity_type: &str, entity_id: &str, status: StatusCode) -> Response {
        match self.record_refusal(entity_type, entity_id).await {
            Ok(()) => status.into_response(),
            Err(error) => failure(&error),
        }
    }

    async fn record_refusal(&self, entity_type: &str, entity_id: &str) -> Result<(), Error> {
        let details = Query::entity(entity_type, entity_id).describe();
        let entry =
            Entry::new(Action::READ, AUDIT, "records").outcome(Outcome::Denied).after(json!({ "details": details }));
        let mut transaction = self.trail.begin(&self.pool).await?;
        self.trail.record(&mut transaction, entry).await?;
        transaction.commit().await.map_err(Error::database("recording a refusal"))
    }
}

/// What the client did wrong is told, what is wrong here is logged.
fn failure(error: &Error) -> Response {
    match error.kind() {
        ErrorKind::Usage(text) => (StatusCode::BAD_REQUEST, Json(json!({ "error": text }))).into_response(),
        _ => {
            tracing::error!(%error, "the audit trail could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
