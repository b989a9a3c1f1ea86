//! Who writes the events.

use std::borrow::Cow;
use std::hint::black_box;
use std::io;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{Registry, fmt, registry};

use crate::policies::{all_rules, twelve_rules};

/// A subscriber.
pub struct Contender {
    pub name: &'static str,
    pub dispatch: Dispatch,
    /// Whether nothing that is sensitive may come out of it.
    pub masks: bool,
}

pub const DO_NOTHING: &str = "do-nothing subscriber";
pub const STOCK_TEXT: &str = "stock text";
/// The one that the others are compared with.
pub const STOCK_JSON: &str = "stock JSON";
pub const JSON_SUBSCRIBER: &str = "json-subscriber";
pub const REPLACE_ALL: &str = "stock JSON, 12 × replace_all";
pub const OUR_JSON: &str = "our JSON, no policy";
pub const MASKED: &str = "our JSON, masked";
pub const STOCK_MASKED: &str = "stock JSON, masked";
pub const TWELVE_RULES: &str = "our JSON, masked, 12 rules";
pub const ALL_RULES: &str = "our JSON, masked, all + 1,000 keys";

fn unmasked(name: &'static str, dispatch: impl Into<Dispatch>) -> Contender {
    Contender { name, dispatch: dispatch.into(), masks: false }
}

fn masked(name: &'static str, dispatch: impl Into<Dispatch>) -> Contender {
    Contender { name, dispatch: dispatch.into(), masks: true }
}

/// All of them, each writing there.
pub fn contenders<W>(writer: &W) -> Vec<Contender>
where
    W: for<'w> MakeWriter<'w> + Clone + Send + Sync + 'static,
{
    let stock_text = || fmt::layer().with_ansi(false).with_writer(writer.clone());
    let stock_json = || fmt::layer().json().with_writer(writer.clone());
    let our_json = || registry().with(json_layer().with_writer(writer.clone()));
    let replaced = || fmt::layer().json().with_writer(ReplaceAll(writer.clone()));
    vec![
        unmasked(DO_NOTHING, registry().with(DoNothing)),
        unmasked(STOCK_TEXT, registry().with(stock_text())),
        unmasked(STOCK_JSON, registry().with(stock_json())),
        unmasked(JSON_SUBSCRIBER, registry().with(json_subscriber::fmt::layer().with_writer(writer.clone()))),
        masked(REPLACE_ALL, registry().with(replaced())),
        unmasked(OUR_JSON, our_json()),
        masked(MASKED, our_json().with_privacy(Policy::builtin())),
        masked(STOCK_MASKED, registry().with(stock_json()).with_privacy(Policy::builtin())),
        masked(TWELVE_RULES, our_json().with_privacy(twelve_rules())),
        masked(ALL_RULES, our_json().with_privacy(all_rules())),
    ]
}

/// Those for an event that is below the level of all of them. No other subscriber may be alive, for the callsite would
/// then be enabled.
pub fn of_level_info() -> Vec<Contender> {
    filtered(|| LevelFilter::INFO)
}

/// Those for an event that a filter refuses each time it is asked, as one that looks at the spans does.
pub fn with_filter_that_is_asked() -> Vec<Contender> {
    filtered(|| dynamic_filter_fn(|metadata, _| black_box(*metadata.level()) <= LevelFilter::INFO))
}

fn filtered<F: Layer<Registry> + Send + Sync + 'static>(filter: impl Fn() -> F) -> Vec<Contender> {
    let stock_json = || registry().with(filter()).with(fmt::layer().json().with_writer(Nowhere::new));
    let our_json = || registry().with(filter()).with(json_layer().with_writer(Nowhere::new));
    vec![
        unmasked(DO_NOTHING, registry().with(filter()).with(DoNothing)),
        unmasked(STOCK_JSON, stock_json()),
        unmasked(OUR_JSON, our_json()),
        masked(MASKED, our_json().with_privacy(Policy::builtin())),
        masked(STOCK_MASKED, stock_json().with_privacy(Policy::builtin())),
    ]
}

/// Sees every span and event, and does nothing with it.
pub struct DoNothing;

impl<S: tracing::Subscriber> Layer<S> for DoNothing {}

/// A writer that costs nothing, and that the compiler cannot see through.
pub struct Nowhere;

impl Nowhere {
    pub fn new() -> Self {
        Self
    }
}

impl io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What people write by hand: each line goes through one regex after the other, on its way to the writer.
#[derive(Clone)]
struct ReplaceAll<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for ReplaceAll<W> {
    type Writer = Replacing<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Replacing(self.0.make_writer())
    }
}

struct Replacing<W>(W);

impl<W: io::Write> io::Write for Replacing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = String::from_utf8_lossy(bytes);
        for (regex, replacement) in REPLACEMENTS.iter() {
            if let Cow::Owned(replaced) = regex.replace_all(&text, *replacement) {
                text = Cow::Owned(replaced);
            }
        }
        self.0.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

static REPLACEMENTS: LazyLock<Arc<[(Regex, &'static str)]>> = LazyLock::new(|| {
    let compile = |(regex, replacement)| (Regex::new(regex).expect("a good regex"), replacement);
    [
        (r#""(password|passwd|secret|api_?key|token)":"[^"]*""#, r#""$1":"***""#),
        (r#"\\"(password|passwd|secret|api_?key|token)\\":\\"[^"\\]*\\""#, r#"\"$1\":\"***\""#),
        (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", "***"),
        (r"\b[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b", "***"),
        (r"\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b", "***"),
        (r"\b\d{3}-\d{2}-\d{4}\b", "***"),
        (r"\+1[ -]\d{3}[ -]\d{3}[ -]\d{4}\b", "***"),
        (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "***"),
        (r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b", "***"),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "***"),
        (r"\bgh[pousr]_[0-9A-Za-z]{36}\b", "***"),
        (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\b", "***"),
    ]
    .into_iter()
    .map(compile)
    .collect()
});
