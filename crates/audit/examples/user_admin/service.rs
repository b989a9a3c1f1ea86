//! The service: users are changed, read and exported, each on record.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query as UrlQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, patch};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{Pool, Transaction};
use tracing_privacy_audit::{
    Action, AuditRequest, Context, ContextLayer, Entry, Error, ErrorKind, Expectations, Outcome, Party, Query, Trail,
    audit_router,
};

use crate::page;
use crate::store::UserStore;

/// Who is signed in, by the secret of the session.
#[derive(Clone)]
pub struct Sessions(Arc<HashMap<String, String>>);

impl Sessions {
    /// One session for each user.
    pub fn new() -> crate::Outcome<Self> {
        let session = |user: &str| {
            let mut secret = [0; 16];
            getrandom::fill(&mut secret).map_err(|_| "the system gives no random bytes")?;
            Ok((secret.iter().map(|byte| format!("{byte:02x}")).collect(), user.to_owned()))
        };
        let sessions = ["7", "42", "auditor"].into_iter().map(session).collect::<crate::Outcome<_>>()?;
        Ok(Self(Arc::new(sessions)))
    }

    /// The secret of a user's session.
    pub fn of(&self, user: &str) -> &str {
        self.0.iter().find(|(_, signed_in)| *signed_in == user).map_or("", |(secret, _)| secret)
    }

    fn user(&self, request: &Request) -> Option<Party> {
        let given = |name, prefix| request.headers().get(name)?.to_str().ok()?.strip_prefix(prefix);
        let secret = given(header::AUTHORIZATION, "Bearer ").or_else(|| given(header::COOKIE, "session="))?;
        self.0.get(secret).map(Party::user)
    }

    /// Answers a link with the secret in it, for a browser: with a cookie, and without the secret in the address.
    fn cookie(&self, request: &Request) -> Option<Response> {
        let (secret, _) = self.0.get_key_value(request.uri().query()?.strip_prefix("session=")?)?;
        let cookie = format!("session={secret}; HttpOnly; SameSite=Strict; Path=/");
        let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, request.uri().path().to_owned())];
        Some((StatusCode::SEE_OTHER, headers).into_response())
    }
}

pub struct Service<DB: UserStore> {
    pub trail: Trail<DB>,
    pub pool: Pool<DB>,
    pub sessions: Sessions,
}

impl<DB: UserStore> Clone for Service<DB> {
    fn clone(&self) -> Self {
        Self { trail: self.trail.clone(), pool: self.pool.clone(), sessions: self.sessions.clone() }
    }
}

/// What went wrong, as a client hears of it.
pub enum Failure {
    Refused(StatusCode),
    Audit(Error),
    Database,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Audit(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(_: sqlx::Error) -> Self {
        Self::Database
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(status) => status.into_response(),
            Self::Audit(error) if matches!(error.kind(), ErrorKind::Refused { .. } | ErrorKind::Patch(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error.to_string() }))).into_response()
            }
            Self::Audit(error) => {
                tracing::error!(%error, "audit");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Database => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

type Answer<T> = Result<T, Failure>;

impl<DB: UserStore> Service<DB> {
    pub fn router(self) -> Router {
        let sessions = self.sessions.clone();
        let sign_in = middleware::from_fn(move |mut request: Request, next: Next| {
            let sessions = sessions.clone();
            async move {
                if let Some(cookie) = sessions.cookie(&request) {
                    return cookie;
                }
                if let Some(user) = sessions.user(&request) {
                    request.extensions_mut().insert(user);
                }
                next.run(request).await
            }
        });
        let service = self.clone();
        let authorize = move |request: AuditRequest| {
            let service = service.clone();
            async move { service.auditor(request.parts.extensions.get().cloned()).await }
        };
        Router::new()
            .route("/users/{id}", patch(change_user::<DB>))
            .route("/users/{id}/history", get(history_page::<DB>))
            .route("/payroll", get(payroll::<DB>))
            .route("/reverted", get(reverted::<DB>))
            .route("/admins/{id}", get(who_granted::<DB>))
            .with_state(self.clone())
            .merge(audit_router(self.trail, self.pool, authorize))
            .layer(ContextLayer::new(|request| request.extensions.get().cloned()))
            .layer(sign_in)
    }

    async fn role(&self, user: Option<&Party>) -> Answer<String> {
        let user = user.ok_or(Failure::Refused(StatusCode::UNAUTHORIZED))?;
        let role = DB::role(&mut *self.pool.acquire().await?, &user.id).await?;
        role.ok_or(Failure::Refused(StatusCode::UNAUTHORIZED))
    }

    /// Lets an auditor pass.
    async fn auditor(&self, user: Option<Party>) -> Result<Party, StatusCode> {
        match self.role(user.as_ref()).await {
            Ok(role) if role == "auditor" => user.ok_or(StatusCode::UNAUTHORIZED),
            Ok(_) => Err(StatusCode::FORBIDDEN),
            Err(Failure::Refused(status)) => Err(status),
            Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    async fn begin_as_auditor(&self) -> Answer<Transaction<'static, DB>> {
        self.auditor(Context::current().actor).await.map_err(Failure::Refused)?;
        Ok(self.trail.begin(&self.pool).await?)
    }

    /// Seals what is left and verifies the chain.
    pub async fn check_chain(&self) -> crate::Outcome {
        let mut conn = self.pool.acquire().await?;
        self.trail.seal(&mut conn).await?;
        let report = self.trail.verify(&mut conn, &Expectations::none()).await?;
        println!("\nThe chain: {} links, {} findings", report.links, report.findings.len());
        if report.is_intact() { Ok(()) } else { Err("the trail was tampered with".into()) }
    }
}

/// Changes a user: the document is read, patched where that is allowed, saved and recorded in one transaction.
async fn change_user<DB: UserStore>(
    State(service): State<Service<DB>>,
    Path(id): Path<String>,
    Json(merge_patch): Json<Value>,
) -> Answer<StatusCode> {
    // The flaw that the attack uses: support may change every allowed field, and the role is one.
    if service.role(Context::current().actor.as_ref()).await? != "support" {
        return Err(Failure::Refused(StatusCode::FORBIDDEN));
    }
    let mut transaction = service.trail.begin(&service.pool).await?;
    let change = service.trail.change(&mut transaction, Entry::update("user", &id)).await?;
    let mut user = change.before().cloned().ok_or(Failure::Refused(StatusCode::NOT_FOUND))?;
    service.trail.apply_merge_patch("user", &mut user, &merge_patch)?;
    DB::save(&mut transaction, &id, &user).await?;
    change.record(&mut transaction).await?;
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an attacker wants.
async fn payroll<DB: UserStore>(State(service): State<Service<DB>>) -> Answer<&'static str> {
    let allowed = service.role(Context::current().actor.as_ref()).await? == "admin";
    let outcome = if allowed { Outcome::Success } else { Outcome::Denied };
    let mut transaction = service.trail.begin(&service.pool).await?;
    service.trail.record(&mut transaction, Entry::new(Action::EXPORT, "payroll", "2026-11").outcome(outcome)).await?;
    transaction.commit().await?;
    if allowed { Ok("everyone's pay") } else { Err(Failure::Refused(StatusCode::FORBIDDEN)) }
}

async fn history_page<DB: UserStore>(
    State(service): State<Service<DB>>,
    Path(id): Path<String>,
) -> Answer<([(header::HeaderName, &'static str); 2], Html<String>)> {
    let mut transaction = service.begin_as_auditor().await?;
    let history = service.trail.read(&mut transaction, &Query::entity("user", &id)).await?;
    let deeds = service.trail.read(&mut transaction, &Query::new().actor(Party::user(&id))).await?;
    let reverted = service.trail.reverted(&mut transaction, &Query::entity("user", &id), WINDOW).await?;
    transaction.commit().await?;
    let more = history.next.is_some() || deeds.next.is_some();
    let mut records: Vec<_> = history.records.into_iter().chain(deeds.records).collect();
    records.sort_by_key(|record| (record.time, record.id));
    records.dedup_by_key(|record| record.id);
    // The page needs no script, and runs none that someone might get into a value.
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Html(page::render(&id, &records, more, &reverted))))
}

const WINDOW: Duration = Duration::from_secs(24 * 3600);

async fn reverted<DB: UserStore>(State(service): State<Service<DB>>) -> Answer<Json<Value>> {
    let mut transaction = service.begin_as_auditor().await?;
    let reverted = service.trail.reverted(&mut transaction, &Query::new(), WINDOW).await?;
    transaction.commit().await?;
    Ok(Json(json!(reverted)))
}

#[derive(Deserialize)]
struct Asked {
    role: String,
}

async fn who_granted<DB: UserStore>(
    State(service): State<Service<DB>>,
    Path(id): Path<String>,
    UrlQuery(asked): UrlQuery<Asked>,
) -> Answer<Json<Value>> {
    let mut transaction = service.begin_as_auditor().await?;
    let holdings = service.trail.holdings(&mut transaction, "user", &id, "role", &json!(asked.role)).await?;
    transaction.commit().await?;
    Ok(Json(json!(holdings)))
}
