//! Values and layers that a formatter meets at its worst: the lines must stay whole and be valid JSON.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::{field, info, info_span};
use tracing_privacy::format::{Json, JsonFields, json_layer};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::{Identity, SubscriberExt};
use tracing_subscriber::{Layer, Registry, fmt as stock, registry, reload};

/// What our layer writes while `log` runs.
fn logged(log: impl FnOnce()) -> Vec<Value> {
    let lines = Lines::default();
    tracing::subscriber::with_default(registry().with(json_layer().with_writer(lines.writer())), log);
    lines.take()
}

/// Prints itself by whatever it is told to do.
struct Prints<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Debug for Prints<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[test]
fn a_value_that_panics_costs_its_event_only() {
    let panics = Prints(|f: &mut fmt::Formatter<'_>| {
        f.write_str("half a value")?;
        std::panic::resume_unwind(Box::new("on purpose"))
    });
    let seen = logged(|| {
        info!("before");
        assert!(catch_unwind(AssertUnwindSafe(|| info!(?panics, "lost"))).is_err());
        info!("between");
        assert!(catch_unwind(AssertUnwindSafe(|| info_span!("lost", ?panics))).is_err());
        info_span!("after").in_scope(|| info!("after"));
    });
    let messages: Vec<_> = seen.iter().map(|line| &line["fields"]["message"]).collect();
    assert_eq!(messages, ["before", "between", "after"]);
}

#[test]
fn a_value_that_fails_keeps_what_it_printed() {
    let fails = Prints(|f: &mut fmt::Formatter<'_>| {
        f.write_str("as far as \"this")?;
        Err(fmt::Error)
    });
    let seen = logged(|| {
        info!(?fails, after = 1);
        info_span!("span", ?fails, z = 1).in_scope(|| info!("inside"));
    });
    assert_eq!(seen[0]["fields"], json!({"fails": "as far as \"this", "after": 1}));
    assert_eq!(seen[1]["span"], json!({"fails": "as far as \"this", "z": 1, "name": "span"}));
}

#[test]
fn a_timer_that_fails_keeps_the_event() {
    struct Fails;
    impl FormatTime for Fails {
        fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
            w.write_str("half past")?;
            Err(fmt::Error)
        }
    }
    let lines = Lines::default();
    let layer = json_layer().map_event_format(|json| json.with_timer(Fails)).with_writer(lines.writer());
    tracing::subscriber::with_default(registry().with(layer), || info!("here"));
    let seen = lines.take();
    assert_eq!((&seen[0]["timestamp"], &seen[0]["fields"]["message"]), (&json!("half past"), &json!("here")));
}

#[test]
fn control_characters_are_escaped_once() {
    let text = "a\n\"b\"\r\u{1b}[31m\u{0}\u{7f}\u{2028}\\";
    let seen = logged(|| {
        info!(text, display = %text, "{text}");
        info_span!("span", text, display = %text).in_scope(|| info!("inside"));
    });
    assert_eq!(seen[0]["fields"], json!({"text": text, "display": text, "message": text}));
    assert_eq!(seen[1]["span"], json!({"text": text, "display": text, "name": "span"}));
}

#[test]
fn span_fields_of_another_format_become_a_string() {
    let lines = Lines::default();
    let layer = stock::layer()
        .with_ansi(false)
        .fmt_fields(DefaultFields::new())
        .event_format(Json::new())
        .with_writer(lines.writer());
    tracing::subscriber::with_default(registry().with(layer), || {
        info_span!("with", id = 1, text = "a \"b\"").in_scope(|| info!("inside"));
        info_span!("without").in_scope(|| info!("inside"));
    });
    let seen = lines.take();
    assert_eq!(seen[0]["span"], json!({"fields": "id=1 text=\"a \\\"b\\\"\"", "name": "with"}));
    assert_eq!(seen[1]["span"], json!({"name": "without"}));
}

/// A layer that starts late has no fields stored.
#[test]
fn a_span_that_the_layer_has_not_seen() {
    let lines = Lines::default();
    let nothing: Box<dyn Layer<Registry> + Send + Sync> = Identity::new().boxed();
    let (layer, handle) = reload::Layer::new(nothing);
    tracing::subscriber::with_default(registry().with(layer), || {
        let _span = info_span!("early", id = field::Empty).entered();
        let late = json_layer().with_writer(lines.writer()).boxed();
        handle.reload(late).expect("the subscriber lives");
        info!("inside");
    });
    assert_eq!(lines.take()[0]["span"], json!({"name": "early"}));
}

#[test]
fn huge_values() {
    let huge = "x\"".repeat(1_000_000);
    let seen = logged(|| {
        let span = info_span!("span", huge, late = field::Empty);
        span.record("late", 1);
        span.in_scope(|| info!(huge, "inside"));
        info!("after");
    });
    assert_eq!(seen[0]["fields"]["huge"].as_str(), Some(&*huge));
    assert_eq!(seen[0]["span"], json!({"huge": huge, "late": 1, "name": "span"}));
    assert_eq!(seen[1]["fields"], json!({"message": "after"}));
}

#[test]
fn many_threads_at_once() {
    let lines = Lines::default();
    let dispatch = tracing::Dispatch::new(registry().with(json_layer().with_writer(lines.writer())));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let dispatch = &dispatch;
            scope.spawn(move || {
                tracing::dispatcher::with_default(dispatch, || {
                    let _span = info_span!("thread", thread).entered();
                    (0..200).for_each(|number| info!(number, "counting"));
                });
            });
        }
    });
    assert_eq!(lines.take().len(), 8 * 200);
}

#[test]
fn layers_beside_each_other_share_nothing_but_span_fields() {
    let (plain, flat) = (Lines::default(), Lines::default());
    let layers = [
        json_layer().with_writer(plain.writer()).boxed(),
        stock::layer()
            .fmt_fields(JsonFields::new())
            .event_format(Json::new().flatten_event(true).with_span_list(false))
            .with_writer(flat.writer())
            .boxed(),
    ];
    tracing::subscriber::with_default(registry().with(layers.into_iter().collect::<Vec<_>>()), || {
        let span = info_span!("span", id = 1, late = field::Empty);
        span.record("late", 2);
        span.in_scope(|| info!(number = 3, "inside"));
    });
    let expected = json!({"id": 1, "late": 2, "name": "span"});
    assert_eq!(plain.take()[0]["span"], expected);
    let flat = flat.take();
    assert_eq!((&flat[0]["span"], &flat[0]["number"]), (&expected, &json!(3)));
}

/// Collects what is written, and reads it as JSON lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn writer(&self) -> stock::writer::BoxMakeWriter {
        let lines = self.clone();
        stock::writer::BoxMakeWriter::new(move || lines.clone())
    }

    #[track_caller]
    fn take(&self) -> Vec<Value> {
        let bytes = std::mem::take(&mut *self.0.lock().expect("no writer panics"));
        let text = String::from_utf8(bytes).expect("JSON is UTF-8");
        assert!(text.ends_with('\n'), "no whole line");
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
