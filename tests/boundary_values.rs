//! What becomes of values on their way through the boundary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};

use boundary_support::{CARD, Chained, EMAIL, Output, PASSWORD};
use tracing::field::{Empty, Field, Visit};
use tracing::subscriber::with_default;
use tracing::{Event, Subscriber, info, info_span, span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_subscriber::fmt as formatter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

fn text(output: &Output) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync + use<> {
    tracing_subscriber::registry().with(formatter::layer().with_ansi(false).without_time().with_writer(output.clone()))
}

fn json(output: &Output) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync + use<> {
    tracing_subscriber::registry().with(formatter::layer().json().with_writer(output.clone()))
}

#[derive(Debug)]
#[allow(dead_code, reason = "printed by Debug")]
struct Customer {
    contact: &'static str,
}

fn everything_sensitive() {
    let span = info_span!("checkout", password = PASSWORD, note = %EMAIL, late = Empty, card = CARD);
    let _entered = span.enter();
    span.record("late", EMAIL);
    let error = Chained("cannot notify", Some(Box::new(Chained("no such box: jane.roe@example.com", None))));
    let dynamic: &(dyn Error + 'static) = &error;
    info!(password = PASSWORD, card = CARD, customer = ?Customer { contact: EMAIL }, error = dynamic, "for {EMAIL}");
    let child = info_span!(parent: &span, "child", who = EMAIL);
    child.follows_from(&span);
    info!(parent: &child, bytes = EMAIL.as_bytes(), wide = u128::from(CARD), "in a child");
    traced(EMAIL).unwrap_err();
}

#[tracing::instrument(err, ret)]
fn traced(argument: &str) -> Result<(), String> {
    Err(format!("cannot greet {argument}"))
}

#[test]
fn nothing_sensitive_comes_out_of_stock_formatters() {
    let canaries = [EMAIL, PASSWORD, "4111111111111111"];
    for make in [|o: &Output| tracing::Dispatch::new(text(o)), |o: &Output| tracing::Dispatch::new(json(o))] {
        let raw = Output::default();
        tracing::dispatcher::with_default(&make(&raw), everything_sensitive);
        raw.assert_leaks(&canaries);
    }
    for make in [
        |o: &Output| tracing::Dispatch::new(text(o).with_privacy(Policy::builtin())),
        |o: &Output| tracing::Dispatch::new(json(o).with_privacy(Policy::builtin())),
    ] {
        let output = Output::default();
        tracing::dispatcher::with_default(&make(&output), everything_sensitive);
        output.assert_clean();
        let text = output.text();
        for kept in ["checkout", "cannot notify", "***@example.com", "in a child", "cannot greet"] {
            assert!(text.contains(kept), "{kept} is missing in:\n{text}");
        }
    }
}

/// Writes down how each value is recorded, and looks behind errors.
#[derive(Clone, Default)]
struct Types(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Types {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        attributes.record(&mut self.clone());
    }

    fn on_record(&self, _: &span::Id, record: &span::Record<'_>, _: Context<'_, S>) {
        record.record(&mut self.clone());
    }
}

impl Types {
    fn add(&self, field: &Field, kind: &str, value: impl fmt::Display) {
        self.0.lock().unwrap().push(format!("{field} {kind} {value}"));
    }
}

impl Visit for Types {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, "debug", format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, "str", value);
    }
    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.add(field, "bytes", format!("{value:?}"));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, "i64", value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, "u64", value);
    }
    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, "i128", value);
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, "u128", value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, "f64", value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, "bool", value);
    }
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        assert!(!value.is::<Chained>(), "the original error must not be reachable");
        self.add(field, "error", format!("{value} / {value:?}"));
        let mut link = value.source();
        while let Some(source) = link {
            assert!(!source.is::<Chained>(), "the original source must not be reachable");
            self.add(field, "source", format!("{source} / {source:?}"));
            link = source.source();
        }
    }
}

fn types(log: impl FnOnce()) -> Vec<String> {
    let types = Types::default();
    let subscriber = tracing_subscriber::registry().with(types.clone()).with_privacy(Policy::builtin());
    with_default(subscriber, log);
    let seen = types.0.lock().unwrap();
    seen.clone()
}

#[test]
fn clean_values_keep_their_types() {
    let seen = types(|| {
        info!(
            a = -1_i64,
            b = 2_u64,
            c = -3_i128,
            d = 4_u128,
            e = 0.5,
            f = true,
            g = "text",
            h = ?Some("text"),
            i = &b"\xff\x00"[..],
            j = %"shown",
            k = Empty,
            "message"
        );
    });
    assert_eq!(
        seen,
        [
            "message debug message",
            "a i64 -1",
            "b u64 2",
            "c i128 -3",
            "d u128 4",
            "e f64 0.5",
            "f bool true",
            "g str text",
            "h debug Some(\"text\")",
            "i bytes [255, 0]",
            "j debug shown",
        ]
    );
}

#[test]
fn masked_values_become_text() {
    let seen = types(|| {
        let span = info_span!("s", password = PASSWORD, late = Empty);
        span.record("late", format_args!("to {EMAIL}"));
        info!(card = CARD, bytes = EMAIL.as_bytes(), password = ?PASSWORD);
    });
    let starts = [
        "password str [redacted:credential]",
        "late debug to ***@example.com",
        "card str ************1111",
        "bytes str ***@example.com",
        "password debug \"[redacted:credential]\"",
    ];
    assert_eq!(seen, starts);
}

#[test]
fn errors_are_sanitized_link_by_link() {
    let seen = types(|| {
        let source = Chained("for jane.roe@example.com", Some(Box::new(Chained("deep\njane.roe@example.com", None))));
        let error = Chained("outer", Some(Box::new(source)));
        let dynamic: &(dyn Error + 'static) = &error;
        info!(error = dynamic);
    });
    assert_eq!(
        seen,
        [
            "error error outer / outer",
            "error source for ***@example.com / for ***@example.com",
            "error source deep\\n***@example.com / deep\\n***@example.com",
        ]
    );
}

/// An error that fails when it has printed half of itself.
#[derive(Debug)]
struct Halting;

impl fmt::Display for Halting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("raw half of jane.roe@example.com")?;
        Err(fmt::Error)
    }
}

impl Error for Halting {}

#[test]
fn an_error_shows_nothing_of_the_one_before() {
    let long =
        Chained("first", Some(Box::new(Chained("of jane.roe@example.com", Some(Box::new(Chained("third", None)))))));
    let short = Chained("short", None);
    let seen = types(|| {
        for error in [&long as &(dyn Error + 'static), &Halting, &short, &long, &short] {
            info!(error);
        }
    });
    let long = [
        "error error first / first",
        "error source of ***@example.com / of ***@example.com",
        "error source third / third",
    ];
    let (halting, short) = ("error error [redacted:sensitive] / [redacted:sensitive]", "error error short / short");
    assert_eq!(seen, [&long[..], &[halting, short], &long, &[short]].concat());
}

/// An error that is its own source.
struct Endless;

impl fmt::Debug for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("endless")
    }
}

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("endless")
    }
}

impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self)
    }
}

#[test]
fn endless_error_chains_end() {
    let seen = types(|| {
        let dynamic: &(dyn Error + 'static) = &Endless;
        info!(error = dynamic);
    });
    assert_eq!(seen.len(), 33);
    assert_eq!(seen[32], "error source [redacted:sensitive] / [redacted:sensitive]");
}

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "half of {EMAIL}")?;
        panic!("in Debug")
    }
}

struct Fails;

impl fmt::Debug for Fails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "half of {EMAIL}")?;
        Err(fmt::Error)
    }
}

struct Endlessly;

impl fmt::Debug for Endlessly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chunk = "x".repeat(1 << 20);
        loop {
            f.write_str(&chunk)?;
        }
    }
}

#[test]
fn unreadable_values_are_masked_and_the_application_goes_on() {
    let seen = types(|| {
        info!(bad = ?Panics, good = 1);
        info!(bad = ?Fails, good = 2);
        info!(bad = ?Endlessly, good = 3);
        info!(good = "and on");
    });
    let bad = "bad debug [redacted:sensitive]";
    assert_eq!(seen, [bad, "good i64 1", bad, "good i64 2", bad, "good i64 3", "good str and on"]);
}

struct Logs;

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With a scoped default, tracing itself drops this event. The dispatcher is called all the same.
        info!(password = PASSWORD, "from within Debug");
        f.write_str("logs")
    }
}

#[test]
fn a_debug_that_logs_does_not_mix_up_fields() {
    let seen = types(|| info!(before = EMAIL, logs = ?Logs, after = EMAIL));
    assert_eq!(seen, ["before str ***@example.com", "logs debug logs", "after str ***@example.com"]);
}

#[test]
fn control_characters_do_not_forge_lines() {
    let forged = "first\n2026-01-01T00:00:00Z ERROR forged\r\u{1b}[2K\u{202e}\u{85}";
    let error = Chained("broken\nERROR forged", None);
    let dynamic: &(dyn Error + 'static) = &error;
    let log = || {
        info!(shown = %forged, debug = ?format_args!("{forged}"), error = dynamic, quoted = forged, "{forged}");
        info!(message = forged);
    };
    let raw = Output::default();
    with_default(text(&raw), log);
    assert!(raw.lines().len() > 2, "the stock formatter lets lines be forged");

    let output = Output::default();
    with_default(text(&output).with_privacy(Policy::builtin()), log);
    assert_eq!(output.lines().len(), 2, "{}", output.text());
    for c in ['\r', '\u{1b}', '\u{202e}', '\u{85}'] {
        assert!(!output.text().contains(c), "{c:?} in {:?}", output.text());
    }
}

#[test]
fn the_place_of_a_record_does_not_forge_lines() {
    let log = || {
        let record = log::Record::builder()
            .args(format_args!("hello"))
            .level(log::Level::Info)
            .target("evil\n INFO forged: line")
            .module_path(Some("m\u{1b}[31m"))
            .file(Some("f\n"))
            .build();
        tracing_log::format_trace(&record).unwrap();
    };
    let raw = Output::default();
    with_default(text(&raw), log);
    assert_eq!(raw.lines().len(), 2, "the stock formatter lets lines be forged");

    let output = Output::default();
    with_default(text(&output).with_privacy(Policy::builtin()), log);
    assert_eq!(output.lines(), [r" INFO evil\n INFO forged: line: hello"]);
}

#[test]
fn what_is_taken_apart_is_masked_by_the_name_of_the_whole() {
    let output = Output::default();
    with_default(json(&output).with_privacy(Policy::builtin()), || {
        info!(
            password.value = PASSWORD,
            auth.token.raw = PASSWORD,
            user.password.old = PASSWORD,
            old.value = "kept",
            "new"
        );
    });
    with_default(json(&output).with_privacy(Policy::builtin()), || {
        let span = info_span!("login", password.value = Empty, token.current = PASSWORD);
        span.record("password.value", PASSWORD);
        span.in_scope(|| info!("in a span"));
    });
    assert!(!output.text().contains(PASSWORD), "{}", output.text());
    assert!(output.text().contains("kept"), "{}", output.text());

    // As formatters write such fields, and as they come back in files.
    let policy = Policy::builtin();
    let flat = format!(r#"{{"password.value":"{PASSWORD}","auth.token.raw":"{PASSWORD}","old.value":"kept"}}"#);
    let safe =
        r#"{"password.value":"[redacted:credential]","auth.token.raw":"[redacted:credential]","old.value":"kept"}"#;
    assert_eq!(policy.sanitize_text(&flat), safe);
    let mut document: serde_json::Value = serde_json::from_str(&flat).unwrap();
    policy.sanitize_json(&mut document);
    assert_eq!(document, serde_json::from_str::<serde_json::Value>(safe).unwrap());
    assert_eq!(policy.sanitize_text("password.value=hunter2 x"), "password.value=[redacted:credential] x");
}

#[test]
fn many_fields_all_arrive() {
    macro_rules! many {
        ($($name:ident)*) => { info!($($name = EMAIL),*) };
    }
    let seen = types(|| {
        many!(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0);
    });
    assert_eq!(seen.len(), 31);
    assert!(seen.iter().all(|line| line.ends_with("str ***@example.com")), "{seen:?}");
}

#[test]
fn a_boundary_inside_a_boundary_masks_once() {
    let output = Output::default();
    let subscriber = text(&output).with_privacy(Policy::builtin()).with_privacy(Policy::builtin());
    with_default(subscriber, everything_sensitive);
    output.assert_clean();

    let once = Output::default();
    with_default(text(&once).with_privacy(Policy::builtin()), everything_sensitive);
    assert_eq!(output.text(), once.text());
}
