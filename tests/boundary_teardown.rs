//! Events that are logged while a thread is torn down, when the boundary's own thread-locals may be gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::thread;

use boundary_support::{EMAIL, Output};
use tracing::field::Field;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;

/// Writes values down and has no thread-locals, unlike the stock formatters.
struct Plain(Output);

impl Plain {
    fn visit(&self) -> impl FnMut(&Field, &dyn fmt::Debug) {
        |field, value| writeln!(self.0.clone(), "{field}={value:?}").unwrap()
    }
}

impl Subscriber for Plain {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.visit());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, record: &Record<'_>) {
        record.record(&mut self.visit());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.visit());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct LogsWhenDropped;

impl Drop for LogsWhenDropped {
    fn drop(&mut self) {
        let span = info_span!("teardown", who = EMAIL, late = tracing::field::Empty).entered();
        span.record("late", EMAIL);
        info!(debug = ?EMAIL, "while the thread goes");
    }
}

thread_local! {
    static LAST: RefCell<Option<LogsWhenDropped>> = const { RefCell::new(None) };
}

#[test]
fn a_thread_that_goes_still_logs_through_the_boundary() {
    let output = Output::default();
    let subscriber = Plain(output.clone()).with_privacy(Policy::builtin());
    tracing::subscriber::set_global_default(subscriber).unwrap();

    // Thread-locals go in the order in which they came, or the other way round: have both.
    for log_first in [true, false] {
        thread::spawn(move || {
            if log_first {
                info!("the boundary's thread-locals exist");
            }
            LAST.with(|last| *last.borrow_mut() = Some(LogsWhenDropped));
            info!("and are used");
        })
        .join()
        .unwrap();
    }

    output.assert_clean();
    let count = |what: &str| output.lines().iter().filter(|line| line.contains(what)).count();
    assert_eq!(count("while the thread goes"), 2);
    assert_eq!(count("who=\"***@example.com\""), 2);
    assert_eq!(count("late=\"***@example.com\""), 2);
    assert_eq!(count("debug=\"***@example.com\""), 2);
}
