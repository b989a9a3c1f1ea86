//! The ways on which a value gets into a log.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use tracing::field::Empty;
use tracing::{info, info_span};

use super::documents::percent_encoded;
use super::secrets::{Key, Secret};

/// One way into the log.
pub struct Path {
    pub name: &'static str,
    /// Logs the value.
    pub run: fn(&str),
}

/// The paths for values under that key.
pub fn paths(key: Key) -> &'static [Path] {
    match key {
        Key::Password => under_password::PATHS,
        Key::Note => under_note::PATHS,
    }
}

/// The name of the path that logs numbers.
pub const NUMBER: &str = "u64 value";
/// The name of the path that logs an error whose source holds the secret.
const ERROR_SOURCE: &str = "error source, as dyn Error";

/// Why a secret cannot be logged on a path; `None` where it can.
pub fn not_applicable(secret: &Secret, path: &Path) -> Option<&'static str> {
    (path.name == NUMBER && secret.name != "card").then_some("is no number")
}

/// Why an output does not show what is logged on a path, even without the boundary; `None` where it does.
pub fn not_shown(path: &str, output: &str) -> Option<&'static str> {
    match (path, output) {
        (ERROR_SOURCE, "json" | "stock json") => Some("prints the outermost error only"),
        _ => None,
    }
}

/// An error and what caused it.
#[derive(Debug)]
struct Failure {
    what: String,
    cause: Option<Box<Failure>>,
}

impl Failure {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cause: None }
    }

    fn because_of(self, cause: Self) -> Self {
        Self { cause: Some(Box::new(cause)), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause.as_ref() as _)
    }
}

/// Bridges `log` records from now on.
fn bridge_log() {
    static BRIDGE: std::sync::Once = std::sync::Once::new();
    BRIDGE.call_once(|| tracing_log::LogTracer::init().expect("nothing else in this binary installs a logger"));
}

/// Field names are part of the code, so the paths exist once for each key.
macro_rules! paths_under {
    ($key:ident, $module:ident) => {
        mod $module {
            use super::*;

            pub const PATHS: &[Path] = &[
                Path { name: "event value", run: |value| info!($key = value) },
                Path { name: "event value, Display", run: |value| info!($key = %value) },
                Path { name: "event value, Debug", run: |value| info!($key = ?value) },
                Path { name: "event value, optional", run: |value| info!($key = Some(value)) },
                Path { name: "event value, bytes", run: |value| info!($key = value.as_bytes()) },
                Path { name: "event value, in a dotted key", run: |value| info!(request.$key = value) },
                Path { name: "event value, named by another", run: |value| info!(name = KEY, value) },
                Path { name: "event value, named by one behind it", run: |value| info!(config_value = %value, n = 1, config_key = ?KEY) },
                Path { name: NUMBER, run: number },
                Path { name: "tuple", run: |value| info!($key = ?(7, value, true)) },
                Path { name: "array", run: |value| info!($key = ?["first", value]) },
                Path { name: "message", run: |value| info!("order 17: {}={}", KEY, value) },
                Path { name: "message, as JSON", run: |value| info!("sent {}", json(value)) },
                Path { name: "span field", run: span_field },
                Path { name: "field of an outer span", run: outer_span_field },
                Path { name: "late record", run: late_record },
                Path { name: "key inside JSON", run: |value| info!(body = %json(value)) },
                Path { name: "JSON in a string", run: |value| info!(body = json(value)) },
                Path { name: "JSON in a string in JSON", run: |value| info!(body = wrapped(&json(value))) },
                Path { name: "JSON, three deep", run: |value| info!(body = wrapped(&wrapped(&json(value)))) },
                Path { name: "Debug struct", run: |value| info!(account = ?Account::of(value)) },
                Path { name: "Debug struct, pretty", run: |value| info!(account = format!("{:#?}", Account::of(value))) },
                Path { name: "Debug map", run: |value| info!(headers = ?HashMap::from([(KEY, value)])) },
                Path { name: "error, as dyn Error", run: |value| info!(error = &outermost(value) as &dyn Error) },
                Path { name: "error, Display", run: |value| info!(error = %outermost(value)) },
                Path { name: "error, Debug", run: |value| info!(error = ?outermost(value)) },
                Path { name: ERROR_SOURCE, run: |value| info!(error = &innermost(value) as &dyn Error) },
                Path { name: "error source, Debug", run: |value| info!(error = ?innermost(value)) },
                Path { name: "query string", run: |value| info!(uri = format!("/login?x=1&{KEY}={}", percent_encoded(value))) },
                Path { name: "log record", run: log_record },
                Path { name: "#[instrument] argument", run: argument },
                Path { name: "#[instrument(err)]", run: |value| drop(fails(value)) },
                Path { name: "#[instrument(err(Debug))]", run: |value| drop(fails_in_debug(value)) },
                Path { name: "#[instrument(ret)]", run: |value| drop(returns(value)) },
            ];

            const KEY: &str = stringify!($key);

            /// What applications print with `?`. `Debug` is all that reads it.
            #[derive(Debug)]
            #[allow(dead_code, reason = "read by Debug")]
            struct Account {
                id: u64,
                login: Option<Login>,
                earlier: Vec<Login>,
                by_name: HashMap<&'static str, Login>,
            }

            #[derive(Clone, Debug)]
            #[allow(dead_code, reason = "read by Debug")]
            struct Login {
                attempts: u32,
                $key: String,
            }

            impl Account {
                fn of(value: &str) -> Self {
                    let login = Login { attempts: 3, $key: value.to_owned() };
                    Self {
                        id: 17,
                        login: Some(login.clone()),
                        earlier: vec![login.clone(), login.clone()],
                        by_name: HashMap::from([("main", login)]),
                    }
                }
            }

            fn number(value: &str) {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                let number: u64 = digits.parse().expect("only called for cards");
                info!($key = number, signed = number as i64, wide = u128::from(number), float = number as f64);
            }

            fn json(value: &str) -> String {
                serde_json::json!({ "id": 17, "user": { "tags": ["a", "b"], KEY: value }, "ok": true }).to_string()
            }

            fn wrapped(document: &str) -> String {
                serde_json::json!({ "status": 200, "payload": document }).to_string()
            }

            fn outermost(value: &str) -> Failure {
                Failure::new(format!("refused: {KEY}={value}")).because_of(Failure::new("connection reset"))
            }

            fn innermost(value: &str) -> Failure {
                let refused = Failure::new("gateway refused").because_of(Failure::new(format!("{KEY}={value}")));
                Failure::new("order failed").because_of(refused)
            }

            fn span_field(value: &str) {
                info_span!("request", $key = value).in_scope(|| info!("inside"));
            }

            fn outer_span_field(value: &str) {
                let outer = info_span!("outer", $key = %value);
                let _outer = outer.enter();
                info_span!("inner").in_scope(|| info!("inside"));
            }

            fn late_record(value: &str) {
                let span = info_span!("request", id = 17, $key = Empty);
                span.record(KEY, value);
                span.in_scope(|| info!("inside"));
            }

            fn log_record(value: &str) {
                bridge_log();
                log::info!(target: "billing", "order 17: {KEY}={value}");
            }

            #[tracing::instrument]
            fn argument($key: &str) {
                info!("inside");
            }

            #[tracing::instrument(skip_all, err)]
            fn fails(value: &str) -> Result<(), Failure> {
                Err(outermost(value))
            }

            #[tracing::instrument(skip_all, err(Debug))]
            fn fails_in_debug(value: &str) -> Result<(), Failure> {
                Err(innermost(value))
            }

            #[tracing::instrument(skip_all, ret)]
            fn returns(value: &str) -> Account {
                Account::of(value)
            }
        }
    };
}

paths_under!(password, under_password);
paths_under!(note, under_note);
