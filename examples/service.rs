//! A small web shop under a privacy boundary, driven with real requests that are full of secrets.
//!
//! ```text
//! cargo run --example service                        # exit code 0: nothing came out
//! cargo run --example service -- --without-boundary  # exit code 1: everything did
//! ```
//!
//! It logs at once to text (stock formatter), to a JSON file (this library's formatter, `tracing-appender`) and to
//! OpenTelemetry spans. In the end it searches all three for every secret that the requests held.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Query, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower_http::trace::{DefaultMakeSpan, DefaultOnFailure, DefaultOnRequest, DefaultOnResponse, TraceLayer};
use tracing::{Level, debug, error, info, instrument};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_privacy::format::json_layer;
use tracing_privacy::observe::{Decision, Observer};
use tracing_privacy::testing::Canaries;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Every secret that the requests below hold, by the name that the report calls it.
const SECRETS: [(&str, &str); 10] = [
    ("password", "hunter2-canary-9f3a"),
    ("e-mail address", "jane.canary.doe"),
    ("card number", "4111 1111 1111"),
    ("bearer token", "mF_9.B5f-4.1JqM"),
    ("basic authorization", "open sesame"),
    ("session cookie", "31d4d96e407aad42"),
    ("API key", "k-canary-7c1e55"),
    ("token in a query", "q-canary-0b9d21"),
    ("database password", "s3cr3t-canary"),
    ("session made by the shop", "made-canary-88a1"),
];

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let boundary = !std::env::args().any(|argument| argument == "--without-boundary");
    let logs = Logs::install(boundary)?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let until_stopped = async { stopped.await.unwrap_or_default() };
    let server = tokio::spawn(axum::serve(listener, shop()).with_graceful_shutdown(until_stopped).into_future());
    let requests = requests();
    for (request, expected) in &requests {
        let status = send(address, request).await?;
        if status != *expected {
            return Err(format!("the shop answered {status} instead of {expected}").into());
        }
    }
    drop(stop);
    server.await??;

    println!("{} requests, {} the boundary", requests.len(), if boundary { "inside" } else { "without" });
    let findings = logs.report()?;
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

// ── The logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct Logs {
    text: Memory,
    json: tempfile::TempDir,
    json_writer: tracing_appender::non_blocking::WorkerGuard,
    spans: InMemorySpanExporter,
    tracer: SdkTracerProvider,
    masked: Masked,
}

impl Logs {
    /// Three layers and, around them all, one boundary.
    fn install(boundary: bool) -> Result<Self, Box<dyn Error>> {
        let text = Memory::default();
        let text_layer = {
            let text = text.clone();
            tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || text.clone())
        };

        let json = tempfile::tempdir()?;
        let (writer, json_writer) =
            tracing_appender::non_blocking(tracing_appender::rolling::never(&json, "shop.json"));

        let spans = InMemorySpanExporter::default();
        let tracer = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
        let otel_layer = tracing_opentelemetry::layer().with_tracer(tracer.tracer("shop"));

        let subscriber =
            tracing_subscriber::registry().with(text_layer).with(json_layer().with_writer(writer)).with(otel_layer);
        let masked = Masked::default();
        if boundary {
            let policy = Policy::builder().observer(masked.clone()).build()?;
            subscriber.with_privacy(policy).init();
        } else {
            subscriber.init();
        }
        Ok(Self { text, json, json_writer, spans, tracer, masked })
    }

    /// Searches every output for every secret, says what it found, and how many.
    fn report(self) -> Result<usize, Box<dyn Error>> {
        drop(self.json_writer); // writes what is still in its queue
        self.tracer.force_flush()?;
        let text = self.text.take();
        let json = std::fs::read(self.json.path().join("shop.json"))?;
        let spans = self.spans.get_finished_spans()?;
        let lines = |log: &[u8]| log.iter().filter(|byte| **byte == b'\n').count();
        println!("{} values masked", self.masked.0.load(Ordering::Relaxed));

        let canaries = Canaries::new(SECRETS);
        let outputs = [
            ("text", format!("{} lines", lines(&text)), text),
            ("JSON file", format!("{} lines", lines(&json)), json),
            ("OpenTelemetry", format!("{} spans", spans.len()), format!("{spans:?}").into_bytes()),
        ];
        let mut findings = 0;
        for (name, size, output) in outputs {
            if output.is_empty() {
                return Err(format!("{name}: nothing was logged, so this run proves nothing").into());
            }
            let sightings = canaries.find(&output);
            println!("{name}: {size}, {} of {} secrets found", sightings.len(), SECRETS.len());
            for sighting in &sightings {
                println!("  {sighting}");
            }
            findings += sightings.len();
        }
        Ok(findings)
    }
}

/// A log in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().expect("no thread panicked while it wrote"))
    }
}

impl io::Write for Memory {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no thread panicked while it wrote").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts what the boundary masks.
#[derive(Clone, Default)]
struct Masked(Arc<AtomicUsize>);

impl Observer for Masked {
    fn decided(&self, _decision: &Decision<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

// ── The shop: a service that logs too much ───────────────────────────────────────────────────────────────────────────

fn shop() -> Router {
    // All that tower-http can log: method, URI and headers of every request, headers of every response.
    let trace = TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::INFO).include_headers(true))
        .on_request(DefaultOnRequest::new().level(Level::INFO))
        .on_response(DefaultOnResponse::new().level(Level::INFO).include_headers(true))
        .on_failure(DefaultOnFailure::new().level(Level::ERROR));
    Router::new()
        .route("/login", post(login))
        .route("/pay", post(pay))
        .route("/orders", get(orders))
        .route("/report", get(report))
        .layer(middleware::from_fn(log_headers))
        .layer(trace)
}

#[derive(Debug, Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[derive(Debug, Serialize)]
struct Session {
    user: u64,
    session_token: String,
}

async fn login(Json(credentials): Json<Credentials>) -> Response {
    debug!(?credentials, "login");
    let session = open_session(&credentials.email, &credentials.password);
    let cookie = format!("session={}; HttpOnly", session.session_token);
    ([("set-cookie", cookie)], Json(session)).into_response()
}

// privacy:allow instrumented_argument what a service that logs too much does
#[instrument(ret)]
// privacy:allow instrumented_argument what a service that logs too much does
fn open_session(email: &str, password: &str) -> Session {
    info!("checking the password of {email}"); // privacy:allow sensitive_message an address in a text is found
    Session { user: (email.len() + password.len()) as u64, session_token: "made-canary-88a1".to_owned() }
}

/// Takes the body as text and logs it whole, as many do.
async fn pay(body: String) -> Response {
    info!(body, "payment");
    match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(payment) => {
            info!(%payment, "accepted");
            StatusCode::ACCEPTED.into_response()
        }
        Err(error) => {
            error!(%error, "not JSON");
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

#[derive(Debug, Deserialize)]
struct OrdersQuery {
    user: String,
    token: String,
}

async fn orders(Query(query): Query<OrdersQuery>) -> Json<Vec<u32>> {
    // privacy:allow sensitive_struct what a service that logs too much does
    info!(?query, "listing orders of {} with {} characters of token", query.user, query.token.len());
    Json(vec![4711, 4712])
}

/// Always fails, with an error whose cause holds a password.
async fn report() -> Result<String, StatusCode> {
    build_report("jane.canary.doe@example.com").map_err(|error| {
        error!(error = &error as &dyn Error, "no report");
        error!(?error, "no report, in detail");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

#[instrument(err)]
fn build_report(recipient: &str) -> Result<String, ReportError> {
    debug!(recipient, "querying");
    let cause = io::Error::other("cannot connect to postgres://shop:s3cr3t-canary@db.example.com/orders");
    Err(ReportError { recipient: recipient.to_owned(), cause })
}

#[derive(Debug)]
struct ReportError {
    recipient: String,
    cause: io::Error,
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no report for {}", self.recipient)
    }
}

impl Error for ReportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

/// Logs each header as a late record on a span of its own, and through the `log` crate.
async fn log_headers(headers: HeaderMap, request: Request, next: Next) -> Response {
    let span = tracing::info_span!("headers", authorization = tracing::field::Empty, cookie = tracing::field::Empty);
    for name in ["authorization", "cookie"] {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            span.record(name, value);
        }
    }
    span.in_scope(|| log::info!("{} with {:?}", request.uri(), headers));
    next.run(request).await
}

// ── The client ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// Requests as they go over the wire, and the status that each must get.
fn requests() -> Vec<(String, u16)> {
    let get = |uri, headers| format!("GET {uri} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n{headers}\r\n");
    let post = |uri, body: &str| {
        let length = body.len();
        let headers = format!("content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n");
        format!("POST {uri} HTTP/1.1\r\nhost: shop\r\n{headers}\r\n{body}")
    };
    let sign_in = r#"{"email":"jane.canary.doe@example.com","password":"hunter2-canary-9f3a"}"#;
    let nested = r#"{"card":{"number":"4111 1111 1111 1111","holder":["jane.canary.doe@example.com"]}}"#;
    let in_a_string = r#"{"event":"paid","raw":"{\"card_number\":\"4111-1111-1111-1111\"}"}"#;
    let cut_off = r#"{"password":"hunter2-canary-9f3a","cut off": "#;
    let api_key = "x-api-key: k-canary-7c1e55\r\n";
    let bearer = "authorization: Bearer mF_9.B5f-4.1JqM\r\n";
    let basic = "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\ncookie: session=31d4d96e407aad42\r\n";
    let cookie = "cookie: theme=dark; session=31d4d96e407aad42\r\n";
    vec![
        (post("/login", sign_in), 200),
        (post("/pay", nested), 202),
        (post("/pay", r#"{"amount":1200,"card":4111111111111111}"#), 202),
        (post("/pay", in_a_string), 202),
        (post("/pay", cut_off), 400),
        (get("/orders?user=jane.canary.doe%40example.com&token=q-canary-0b9d21", api_key), 200),
        (get("/orders?user=17&token=q-canary-0b9d21", bearer), 200),
        (get("/report", basic), 500),
        (get("/nowhere?access_token=q-canary-0b9d21", cookie), 404),
    ]
}

/// Sends one request and gives the status of the response.
async fn send(address: SocketAddr, request: &str) -> Result<u16, Box<dyn Error>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    connection.read_to_string(&mut response).await?;
    let status = response.split(' ').nth(1).ok_or("a response without a status")?;
    Ok(status.parse()?)
}
