//! OpenTelemetry exporters behind the privacy boundary of [`tracing_privacy`]: nothing sensitive is exported, whatever
//! way it came in.
//!
//! A boundary sees what comes through `tracing`. `OpenTelemetrySpanExt::set_attribute` and `add_event`, the API of
//! OpenTelemetry itself, baggage that a processor copies, and the resource do not. They all leave by an exporter, so that
//! is where this stands:
//!
//! ```
//! use opentelemetry::KeyValue;
//! use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
//! use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
//! use tracing_privacy::Policy;
//! use tracing_privacy_opentelemetry::PrivacyExporter;
//!
//! let policy = Policy::builtin();
//! let exporter = InMemorySpanExporter::default(); // or that of OTLP, or any other
//! let provider = SdkTracerProvider::builder()
//!     .with_batch_exporter(PrivacyExporter::new(exporter.clone(), &policy))
//!     .build();
//!
//! let mut span = provider.tracer("shop").start("sign in");
//! span.set_attribute(KeyValue::new("user.email", "jane.doe@example.com"));
//! span.end();
//! provider.force_flush()?;
//!
//! let exported = format!("{:?}", exporter.get_finished_spans()?);
//! assert!(!exported.contains("jane.doe"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It stands beside a boundary, not in its place: other layers and processors see what they are given. What a boundary
//! masked stays as it is, under the same policy.
//!
//! # What is sanitized
//!
//! | of | what |
//! |---|---|
//! | a span | name, attributes, events (name, attributes), links (attributes), text of the status, `tracestate` of its own context and those of links |
//! | a log record | body, attributes with lists and maps, target |
//! | the scope of instrumentation | name, version, attributes |
//! | the resource | attributes; again when a [`LivePolicy`](tracing_privacy::LivePolicy) is reloaded |
//!
//! Of the attributes of one thing, one may say what another is (`user` beside `pass`, `setting.name` beside `setting.value`). Keys of attributes
//! are scanned as text. Numbers, booleans and arrays are understood; an array of which one member is
//! masked becomes an array of texts. An attribute that rules drop goes away. Ids, times, kinds and severities pass, as do
//! schema URLs, the name of a log record's event and the text of its severity, which are constants of the program.
//!
//! A batch is masked by one policy as a whole. Each span, each record and the resource count in [`Snapshot::exported`]; decisions are told
//! and counted like all others, without a callsite. Exemptions and schemas are for targets of `tracing`, and have no effect
//! here.
//!
//! [`Snapshot::exported`]: tracing_privacy::observe::Snapshot::exported

mod exporter;
#[cfg(feature = "logs")]
mod log;
mod parts;
#[cfg(feature = "trace")]
mod span;
mod values;

pub use self::exporter::PrivacyExporter;

/// The README's code runs as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
