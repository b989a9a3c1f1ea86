//! A JSON formatter for [`fmt::Layer`]: the lines of the stock one, several times as fast.
//!
//! ```
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! let subscriber = tracing_subscriber::registry().with(tracing_privacy::format::json_layer());
//! # tracing::subscriber::with_default(subscriber, || tracing::info!(answer = 42, "ready"));
//! // {"timestamp":"2026-11-22T03:06:00.123456Z","level":"INFO","fields":{"message":"ready","answer":42},"target":"app"}
//! ```
//!
//! # How it compares with `tracing_subscriber::fmt::layer().json()` 0.3.23
//!
//! The output is the same, byte for byte, in the same order of members, with the same switches; numbers beyond 64 bits
//! are strings (JSON readers would round them), NaN and infinities are `null` (typed stores reject anything else), bytes
//! are a hex string in events and an array in spans, of an error only its own message is shown. Five things differ,
//! where the stock formatter loses or breaks something:
//!
//! - `spans` and `span` belong to the event's own parent. Stock lists the *current* spans even where the event names
//!   another parent, or `parent: None`.
//! - A `Debug` or timer that fails midway costs the rest of that one value. Stock drops the whole event.
//! - Span fields named `log.…` and printed by `Debug` are kept. Stock drops them.
//! - Fields can be recorded late beside a key that needs escaping (`"a \"key\""`). Stock ignores them.
//! - Span fields of another [`FormatFields`](tracing_subscriber::fmt::FormatFields) than [`JsonFields`] become one
//!   string member, `fields`. Stock panics in debug builds, and loses them in release builds.
//!
//! # Why it is fast
//!
//! An event is written once, in order, into a buffer that its thread keeps; there is no heap allocation in steady state.
//! Span fields are stored as JSON and copied into each event; the stock formatter parses and prints them anew.

mod json;
mod json_fields;
mod scratch;
mod timestamp;
mod visitor;
mod write;

use tracing_core::Subscriber;
use tracing_subscriber::fmt;
use tracing_subscriber::registry::LookupSpan;

pub use self::json::Json;
pub use self::json_fields::JsonFields;
pub use self::timestamp::Rfc3339Utc;
pub(crate) use self::timestamp::write_time;

/// A layer that writes JSON lines to the standard output, one for each event.
///
/// What [`fmt::Layer`] lets one set besides the format is set as usual, span events by
/// [`set_span_events`](fmt::Layer::set_span_events):
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let to_stderr = tracing_privacy::format::json_layer()
///     .map_event_format(|json| json.with_target(false).with_span_list(false))
///     .with_writer(std::io::stderr);
/// let subscriber = tracing_subscriber::registry().with(to_stderr);
/// # let _ = subscriber;
/// ```
pub fn json_layer<S>() -> fmt::Layer<S, JsonFields, Json>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fmt::layer().with_ansi(false).fmt_fields(JsonFields::new()).event_format(Json::new())
}
