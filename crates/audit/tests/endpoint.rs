//! The endpoint: nobody reads whom the application does not let, and both are recorded.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
#![cfg(feature = "axum")]

mod support;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use support::{CANARIES, Store, TestDatabase, insert_jane};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing_privacy_audit::{Action, AuditRequest, Context, ContextLayer, Entry, Outcome, Party, Query, audit_router};

on_every_database![
    the_history_is_served,
    who_may_not_read_is_refused_on_record,
    wrong_conditions_are_told,
    the_middleware_fills_the_context,
];

async fn serve(app: Router) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Status and body of a request with those headers.
async fn get(address: std::net::SocketAddr, path: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

async fn authorize(request: AuditRequest) -> Result<Party, StatusCode> {
    match request.parts.headers.get("x-user").map(|user| user.to_str().unwrap()) {
        Some("auditor") if request.entity_type == "user" => Ok(Party::user("auditor")),
        Some(_) => Err(StatusCode::FORBIDDEN),
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn app<DB: TestDatabase>(store: &Store<DB>) -> std::net::SocketAddr {
    store.run(&insert_jane()).await.unwrap();
    for role in ["admin", "user", "admin"] {
        store.set_role(role).await;
    }
    serve(audit_router(store.trail.clone(), store.pool.clone(), authorize)).await
}

async fn the_history_is_served<DB: TestDatabase>(store: Store<DB>) {
    let address = app(&store).await;
    let (status, body) = get(address, "/user/42/audit?limit=2", "x-user: auditor\r\n").await;
    assert_eq!(status, 200);
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(page["records"].as_array().unwrap().len(), 2);
    assert_eq!(page["records"][0]["diff"][0]["after"], "admin");
    let next = page["next"].as_str().unwrap();
    let path = format!("/user/42/audit?action=update&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&cursor={next}");
    let (_, body) = get(address, &path, "x-user: auditor\r\n").await;
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((page["records"].as_array().unwrap().len(), &page["next"]), (1, &Value::Null));
    assert_eq!(count_readings(&store, Outcome::Success).await, 2);
    for (name, canary) in CANARIES.iter().filter(|(name, _)| *name != "display_name") {
        assert!(!body.contains(canary), "{name}");
    }
}

async fn count_readings<DB: TestDatabase>(store: &Store<DB>, outcome: Outcome) -> usize {
    let sql = format!("SELECT id FROM audit_record WHERE action = 'read' AND outcome = '{}'", outcome.as_str());
    store.column(&sql).await.len()
}

async fn who_may_not_read_is_refused_on_record<DB: TestDatabase>(store: Store<DB>) {
    let address = app(&store).await;
    assert_eq!(get(address, "/user/42/audit", "").await, (401, String::new()));
    assert_eq!(get(address, "/user/42/audit", "x-user: jane\r\n").await, (403, String::new()));
    assert_eq!(get(address, "/visit/42/audit", "x-user: auditor\r\n").await.0, 403);
    // A refusal says nothing of what is wrong with the conditions.
    assert_eq!(get(address, "/user/42/audit?from=x", "x-user: jane\r\n").await.0, 403);
    assert_eq!((count_readings(&store, Outcome::Denied).await, count_readings(&store, Outcome::Success).await), (4, 0));
}

async fn wrong_conditions_are_told<DB: TestDatabase>(store: Store<DB>) {
    let address = app(&store).await;
    for conditions in ["from=hunter2", "to=2026-13-01T00:00:00Z", "cursor=hunter2", "limit=hunter2"] {
        let (status, body) = get(address, &format!("/user/42/audit?{conditions}"), "x-user: auditor\r\n").await;
        assert_eq!(status, 400, "{conditions}");
        assert!(!body.contains("hunter2"), "{body}");
    }
    let (status, _) = get(address, "/user/42/audit?action=%27%20OR%201=1", "x-user: auditor\r\n").await;
    assert_eq!(status, 200);
}

async fn the_middleware_fills_the_context<DB: TestDatabase>(store: Store<DB>) {
    let store = Arc::new(store);
    let inner = Arc::clone(&store);
    let login = move || async move {
        let mut transaction = inner.trail.begin(&inner.pool).await.unwrap();
        inner.trail.record(&mut transaction, Entry::new(Action::LOGIN, "user", "42")).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let layer = ContextLayer::new(|request| Some(Party::user(request.headers.get("x-user")?.to_str().ok()?)))
        .adjust(|_, context: &mut Context| context.on_behalf_of = Some(Party::user("43")));
    let address = serve(Router::new().route("/login", axum::routing::get(login)).layer(layer)).await;
    let headers = "x-user: 42\r\nUser-Agent: test/1\r\nX-Request-Id: r-1\r\n\
        traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nX-Forwarded-For: 203.0.113.9\r\n";
    assert_eq!(get(address, "/login", headers).await.0, 200);
    assert_eq!(get(address, "/login", "traceparent: 00-zz-1-01\r\n").await.0, 200);

    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let records = store.trail.read(&mut transaction, &Query::entity("user", "42")).await.unwrap().records;
    let [first, second] = &records[..] else { panic!("{records:?}") };
    assert_eq!((&first.actor, &first.on_behalf_of), (&Some(Party::user("42")), &Some(Party::user("43"))));
    assert_eq!(first.trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(first.source.user_agent.as_deref(), Some("test/1"));
    assert_eq!(first.source.request_id.as_deref(), Some("r-1"));
    assert_eq!(first.source.client_ip.as_deref(), Some("127.0.0.0/24"));
    assert_eq!((&second.actor, &second.trace_id), (&None, &None));
}
