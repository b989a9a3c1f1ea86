//! An event that a layer logs while it is given another one prints its own values, not those that are at hand of the other.
//! A binary of its own: only under a global default does `tracing` let a layer log.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::{Event, Subscriber, info};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs an event of its own for each that it sees of the application.
struct Echo;

impl<S: Subscriber> Layer<S> for Echo {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "app" {
            info!(target: "echo", contact = "jo@example.com", "seen");
        }
    }
}

#[test]
fn an_event_that_a_layer_logs_prints_its_own_values() {
    let lines = Lines::default();
    let json = {
        let lines = lines.clone();
        json_layer().with_writer(move || lines.clone())
    };
    tracing_subscriber::registry().with(Echo).with(json).with(Echo).with_privacy(Policy::builtin()).init();
    info!(target: "app", contact = "ann@example.com", n = 1, "first");
    let bytes = lines.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lines = String::from_utf8(bytes).expect("JSON is UTF-8");
    let seen = r#""message":"seen","contact":"***@example.com"},"target":"echo""#;
    assert_eq!(lines.matches(seen).count(), 2, "{lines}");
    assert!(lines.contains(r#""message":"first","contact":"***@example.com","n":1},"target":"app""#), "{lines}");
}
