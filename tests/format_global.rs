//! With a *global* dispatcher, nothing keeps an event from being logged while another is formatted. A binary of its own,
//! for there is one global dispatcher.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Mutex;

use serde_json::{Value, json};
use tracing::{info, info_span};
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

/// Logs an event, and one in a span, each time it is printed, but not without end.
struct Logs {
    times: Cell<u32>,
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("printed ")?;
        if let Some(times) = self.times.get().checked_sub(1) {
            self.times.set(times);
            info!(nested = ?self, times, "nested");
            info_span!("nested", times).in_scope(|| info!("in a nested span"));
        }
        f.write_str("\"whole\"")
    }
}

#[test]
fn a_value_that_logs_while_it_is_printed() {
    registry().with(json_layer().with_writer(|| Lines)).init();
    info!(before = 1, value = ?Logs { times: Cell::new(2) }, after = 2, "outer");
    let span = info_span!("outer", before = 1, value = ?Logs { times: Cell::new(1) }, after = 2);
    span.in_scope(|| info!("in the outer span"));

    let text = String::from_utf8(WRITTEN.lock().expect("no writer panics").clone()).expect("JSON is UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let seen: Vec<Value> = lines.collect();
    let messages: Vec<_> = seen.iter().map(|line| &line["fields"]["message"]).collect();
    let (nested, in_span) = ("nested", "in a nested span");
    assert_eq!(messages, [nested, in_span, nested, in_span, "outer", nested, in_span, "in the outer span"]);

    let whole = "printed \"whole\"";
    assert_eq!(seen[2]["fields"], json!({"nested": whole, "times": 1, "message": nested}));
    assert_eq!(seen[4]["fields"], json!({"before": 1, "value": whole, "after": 2, "message": "outer"}));
    assert_eq!(seen[7]["span"], json!({"before": 1, "value": whole, "after": 2, "name": "outer"}));
}

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
