//! Our JSON beside the stock one: both layers see the same events, and must write the same bytes.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::{Level, Span, debug, error, event, field, info, info_span, trace, warn};
use tracing_privacy::format::{Json, JsonFields, json_layer};
use tracing_subscriber::fmt::format::{FmtSpan, Writer};
use tracing_subscriber::fmt::{self as stock, time::FormatTime};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{Registry, registry};

type StockLayer = stock::Layer<Registry, stock::format::JsonFields, stock::format::Format<stock::format::Json, Clock>>;
type OurLayer = stock::Layer<Registry, JsonFields, Json<Clock>>;

fn stock_layer() -> StockLayer {
    stock::layer().json().with_timer(Clock)
}

fn our_layer() -> OurLayer {
    json_layer().map_event_format(|json| json.with_timer(Clock))
}

/// What the two layers write while `log` runs: stock, then ours.
fn both<T1, T2>(
    stock: stock::Layer<Registry, stock::format::JsonFields, stock::format::Format<stock::format::Json, T1>>,
    ours: stock::Layer<Registry, JsonFields, Json<T2>>,
    log: impl FnOnce(),
) -> (String, String)
where
    T1: FormatTime + Send + Sync + 'static,
    T2: FormatTime + Send + Sync + 'static,
{
    let (stock_text, our_text) = (Captured::default(), Captured::default());
    let stock = stock.with_writer(stock_text.writer());
    let ours = ours.with_writer(our_text.writer());
    // Boxed, so that each sees the registry and not the other.
    let layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = vec![Box::new(stock), Box::new(ours)];
    tracing::subscriber::with_default(registry().with(layers), log);
    (stock_text.take(), our_text.take())
}

/// The same, in the default shape; both must be the same and not empty.
#[track_caller]
fn assert_same(log: impl FnOnce()) -> Vec<Value> {
    assert_same_with(|stock| stock, |ours| ours, log)
}

#[track_caller]
fn assert_same_with<T1, T2>(
    set_stock: impl FnOnce(
        StockLayer,
    ) -> stock::Layer<
        Registry,
        stock::format::JsonFields,
        stock::format::Format<stock::format::Json, T1>,
    >,
    set_ours: impl FnOnce(Json<Clock>) -> Json<T2>,
    log: impl FnOnce(),
) -> Vec<Value>
where
    T1: FormatTime + Send + Sync + 'static,
    T2: FormatTime + Send + Sync + 'static,
{
    let (stock, ours) = both(set_stock(stock_layer()), our_layer().map_event_format(set_ours), log);
    assert!(!stock.is_empty(), "nothing was logged");
    assert_eq!(lines(&ours), lines(&stock));
    assert_eq!(ours, stock);
    lines(&ours)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn levels_targets_and_messages() {
    assert_same(|| {
        trace!("lowest");
        debug!(target: "some::\"quoted\"::target", "quoted {}", "\"text\"");
        info!("two\nlines\r\n\tand a tab, a NUL \0, an escape \x1b[31m, \u{7f}, \u{2028}, \u{1f980}, é, \\");
        warn!(name: "named", "a name is not shown");
        error!("{:>40}", "padded");
        info!(message = "a message given as a field");
        info!(message = 3);
        event!(Level::INFO, nothing = field::Empty);
    });
}

#[test]
fn every_type_of_value() {
    assert_same(|| {
        info!(unsigned = u64::MAX, signed = i64::MIN, small = 1_u8, negative = -1_i8, size = usize::MAX);
        info!(unsigned = u128::MAX, signed = i128::MIN, small = 7_u128, minus = -7_i128);
        info!(
            float = 1.5,
            whole = 1.0,
            tiny = 5e-324,
            huge = 1.797e308,
            zero = -0.0,
            third = 1.0 / 3.0,
            single = 0.1_f32
        );
        info!(nan = f64::NAN, infinite = f64::INFINITY, minus = f64::NEG_INFINITY);
        info!(yes = true, no = false);
        info!(text = "plain", empty = "", owned = String::from("owned \"text\""));
        info!(bytes = &b"\x00\xffab"[..], no_bytes = &b""[..]);
        info!(some = Some(1), none = None::<u64>, empty = field::Empty, last = 1);
        info!(debug = ?Struct { name: "a \"name\"\n", list: vec![1, 2] }, pretty = format_args!("{:#?}", Some(1)));
        info!(display = %Struct { name: "shown", list: vec![] }, wrapped = field::debug("a\u{1}"));
        info!(error = &Failure("outer \"failure\"", Some(Box::new(Failure("inner", None)))) as &dyn Error);
        info!(nonzero = std::num::NonZeroU32::MIN, wrapping = std::num::Wrapping(3_i32), boxed = Box::new(4));
    });
}

#[test]
fn every_type_of_value_in_a_span() {
    assert_same(|| {
        let span = info_span!(
            "values",
            unsigned = u64::MAX,
            signed = i64::MIN,
            wide = u128::MAX,
            wide_signed = i128::MIN,
            float = 1.0,
            nan = f64::NAN,
            yes = true,
            text = "a \"text\",\n with, commas, and \\ and \u{0}",
            bytes = &b"\x00\xff"[..],
            debug = ?Struct { name: "}{,\":", list: vec![1] },
            display = %"shown",
            error = &Failure("outer", Some(Box::new(Failure("inner", None)))) as &dyn Error,
            empty = field::Empty,
            none = None::<u64>,
        );
        span.in_scope(|| info!("inside"));
    });
}

#[test]
fn names_of_every_form() {
    let seen = assert_same(|| {
        info!(r#type = "a keyword", user.r#type = "nested", a.b.c = 1, "quoted \"name\"" = 2, "with space" = 3);
        info_span!("names", r#type = ?"a keyword", user.name = 1, "with space" = 3, z = 1, a = 2)
            .in_scope(|| info!("inside"));
        info_span!("a \"quoted\" span", name = "hides the name").in_scope(|| info!("inside"));
    });
    assert_eq!(seen[0]["fields"]["type"], "a keyword");
    assert_eq!(seen[1]["span"]["type"], "\"a keyword\"");
}

#[test]
fn duplicate_keys() {
    let seen = assert_same(|| {
        info!(twice = 1, twice = "two", message = "first", "second");
        info_span!("twice", twice = 1, other = 0, twice = "two").in_scope(|| info!("inside"));
    });
    assert_eq!(seen[1]["span"]["twice"], "two");
}

#[test]
fn nested_spans() {
    let seen = assert_same(|| {
        info!("outside");
        let outer = info_span!("outer", id = 1).entered();
        info!("in outer");
        let middle = info_span!("without_fields").entered();
        info!("in middle");
        let inner = info_span!("inner", id = 3, text = "x").entered();
        info!(id = 4, "in inner");
        drop((inner, middle));
        info!("in outer again");
        drop(outer);
        info_span!(parent: None, "root").in_scope(|| info!("in root"));
        let _deep: Vec<_> = (0..20).map(|depth| info_span!("deep", depth).entered()).collect();
        info!("in twenty spans");
    });
    assert_eq!(seen[3]["spans"].as_array().map(Vec::len), Some(3));
    assert_eq!(seen[6]["spans"].as_array().map(Vec::len), Some(20));
}

#[test]
fn fields_recorded_later() {
    let seen = assert_same(|| {
        let span = info_span!("late", b = field::Empty, a = 1, c = field::Empty, d = "x");
        span.in_scope(|| info!("before"));
        span.record("c", "first, \"quoted\"").record("b", field::debug(Some(2)));
        span.in_scope(|| info!("after"));
        span.record("c", "second").record("a", 2).record("d", &b"\x01\x02"[..]);
        span.in_scope(|| info!("again"));
        span.record("d", "last").record("unknown", 1);
        span.in_scope(|| info!("at last"));

        let span = info_span!("empty", only = field::Empty);
        span.in_scope(|| info!("before"));
        span.record("only", 1.5);
        span.in_scope(|| info!("after"));
    });
    assert_eq!(seen[2]["span"]["c"], "second");
}

#[test]
fn records_of_the_log_crate() {
    use tracing_log::log;
    let seen = assert_same_with(
        |stock| stock.with_file(true).with_line_number(true),
        |ours| ours.with_file(true).with_line_number(true),
        || {
            let log = || {
                tracing_log::format_trace(
                    &log::Record::builder()
                        .level(log::Level::Warn)
                        .target("a::library")
                        .file(Some("src/lib.rs"))
                        .line(Some(7))
                        .args(format_args!("from {}", "log"))
                        .build(),
                )
            };
            info_span!("around").in_scope(log).expect("it is logged");
        },
    );
    assert_eq!(seen[0]["target"], "a::library");
    assert_eq!(seen[0]["filename"], "src/lib.rs");
    assert_eq!(seen[0]["line_number"], 7);
}

#[test]
fn span_events() {
    let some = FmtSpan::NEW | FmtSpan::ENTER | FmtSpan::EXIT;
    let log = || info_span!("span", id = 1).in_scope(|| info!("inside"));
    let (mut stock, mut ours) = (stock_layer(), our_layer());
    stock.set_span_events(some.clone());
    ours.set_span_events(some);
    let (stock, ours) = both(stock, ours, log);
    // Span events name the span as their parent, which stock does not list yet when it is new or has been left.
    assert_eq!(lines(&ours).len(), 4);
    for (stock, ours) in lines(&stock).iter().zip(lines(&ours)) {
        assert_eq!(ours["fields"], stock["fields"]);
        assert_eq!(ours["span"], stock["span"]);
        assert_eq!(ours["spans"], serde_json::json!([{"id": 1, "name": "span"}]));
    }
}

#[test]
fn instrumented_functions() {
    #[tracing::instrument(err, ret, fields(extra = "x"))]
    fn halve(number: u32, name: &str) -> Result<u32, Failure> {
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(Failure("odd", None)) }
    }
    assert_same(|| {
        let _ = halve(4, "even \"name\"");
        let _ = halve(5, "odd");
    });
}

/// Each switch on both sides, on one event in two spans.
#[test]
fn switches() {
    macro_rules! assert_switch {
        ($($switch:ident($($argument:expr)?)).+) => {
            assert_same_with(|stock| stock$(.$switch($($argument)?))+, |ours| ours$(.$switch($($argument)?))+, log_in_two_spans)
        };
    }
    assert_switch!(flatten_event(true));
    assert_switch!(with_current_span(false));
    assert_switch!(with_span_list(false));
    assert_switch!(with_current_span(false).with_span_list(false));
    assert_switch!(with_target(false));
    assert_switch!(with_level(false));
    assert_switch!(with_file(true));
    assert_switch!(with_line_number(true));
    assert_switch!(with_thread_ids(true));
    assert_switch!(with_thread_names(true));
    assert_switch!(with_thread_ids(true).with_thread_names(true));
    assert_switch!(without_time());
    assert_switch!(with_timer(Backwards));
    assert_switch!(without_time().with_timer(Backwards));
    let bare = assert_switch!(
        without_time().with_level(false).with_target(false).with_current_span(false).with_span_list(false)
    );
    assert_eq!(bare[0], serde_json::json!({"fields": {"message": "here", "level": 1}}));
    let flat = assert_switch!(
        without_time().with_level(false).with_target(false).with_current_span(false).flatten_event(true)
    );
    assert_eq!(flat[0]["level"], 1);
    assert_same_with(
        |stock| stock.without_time().with_level(false).with_target(false).flatten_event(true),
        |ours| ours.without_time().with_level(false).with_target(false).flatten_event(true),
        || event!(Level::INFO, nothing = field::Empty),
    );
}

fn log_in_two_spans() {
    let _outer = info_span!("outer", id = 1).entered();
    let _inner = info_span!("inner", id = 2).entered();
    info!(level = 1, "here");
}

#[test]
fn threads_without_and_with_names() {
    for name in [None, Some("a \"worker\"")] {
        for ids in [false, true] {
            let run = move || {
                assert_same_with(
                    |stock| stock.with_thread_names(true).with_thread_ids(ids),
                    |ours| ours.with_thread_names(true).with_thread_ids(ids),
                    || info!("here"),
                );
            };
            let builder =
                name.map_or_else(std::thread::Builder::new, |name| std::thread::Builder::new().name(name.into()));
            builder.spawn(run).expect("a thread starts").join().expect("both are the same");
        }
    }
}

/// Where stock shows the current span beside the parent that the event names, we show the parent.
#[test]
fn explicit_parents_are_honoured() {
    let log = || {
        let named = info_span!("named", id = 1);
        let child = info_span!(parent: &named, "child", id = 2);
        let _current = info_span!("current").entered();
        info!(parent: &child, "of the child");
        info!(parent: None, "of nobody");
        info!(parent: Span::current(), "of the current span");
    };
    let (stock, ours) = both(stock_layer(), our_layer(), log);
    let (stock, ours) = (lines(&stock), lines(&ours));

    assert_eq!(ours[0]["span"], stock[0]["span"]);
    assert_eq!(stock[0]["spans"], serde_json::json!([{"name": "current"}]), "stock has changed");
    assert_eq!(ours[0]["spans"], serde_json::json!([{"id": 1, "name": "named"}, {"id": 2, "name": "child"}]));

    assert_eq!(stock[1]["span"]["name"], "current", "stock has changed");
    assert_eq!((ours[1].get("span"), ours[1].get("spans")), (None, None));

    assert_eq!(ours[2], stock[2]);
}

/// Stock cannot read such a key back, and loses whatever is recorded after it.
#[test]
fn fields_are_recorded_beside_an_escaped_key() {
    let log = || {
        let span = info_span!("odd", "a \"key\"" = 1, late = field::Empty);
        span.record("late", 2).record("a \"key\"", 3);
        span.in_scope(|| info!("inside"));
    };
    let (stock, ours) = both(stock_layer(), our_layer(), log);
    assert_eq!(lines(&stock)[0]["span"].get("late"), None, "stock has changed");
    assert_eq!(lines(&ours)[0]["span"], serde_json::json!({"a \"key\"": 3, "late": 2, "name": "odd"}));
}

/// Stock takes what `Debug` printed under such a name for what the `log` crate adds.
#[test]
fn span_fields_named_log_are_kept() {
    let log = || info_span!("file", log.file.path = ?"a.log", log.file.size = 1).in_scope(|| info!("inside"));
    let (stock, ours) = both(stock_layer(), our_layer(), log);
    assert_eq!(lines(&stock)[0]["span"].get("log.file.path"), None, "stock has changed");
    assert_eq!(lines(&ours)[0]["span"]["log.file.path"], "\"a.log\"");
}

#[derive(Debug)]
struct Struct {
    name: &'static str,
    #[expect(dead_code, reason = "printed by Debug")]
    list: Vec<u8>,
}

impl fmt::Display for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.name)
    }
}

#[derive(Debug)]
struct Failure(&'static str, Option<Box<Failure>>);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

/// A clock that stands still.
#[derive(Clone, Copy)]
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        write!(w, "2026-11-22T03:06:00.{:06}Z", 42)
    }
}

/// A clock whose text needs escaping.
#[derive(Clone, Copy)]
struct Backwards;

impl FormatTime for Backwards {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        w.write_str("\"six\"\n")?;
        w.write_char('\\')
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn writer(&self) -> stock::writer::BoxMakeWriter {
        let captured = self.clone();
        stock::writer::BoxMakeWriter::new(move || captured.clone())
    }

    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().expect("no writer panics"));
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
