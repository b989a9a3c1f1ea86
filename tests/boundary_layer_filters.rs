//! A layer behind a boundary of its own keeps its filters when a `Debug` logs, without a boundary around the subscriber.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::fmt;

use boundary_support::{EMAIL, Output};
use tracing::level_filters::LevelFilter;
use tracing::{error, info_span, warn};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacyLayerExt;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt as formatter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

struct Logs;

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error!("nested for {EMAIL}");
        // Refused by the outermost layer, so no other layer is ever asked.
        tracing::trace!("refused");
        f.write_str("logs")
    }
}

#[test]
fn a_nested_event_does_not_let_another_one_past_the_filter() {
    let (errors, warns) = (Output::default(), Output::default());
    let text = |output: &Output| formatter::layer().with_ansi(false).without_time().with_writer(output.clone());
    tracing_subscriber::registry()
        .with(text(&errors).with_filter(LevelFilter::ERROR).with_layer_privacy(Policy::builtin()))
        .with(
            formatter::layer()
                .with_ansi(false)
                .without_time()
                .with_writer(warns.clone())
                .with_filter(LevelFilter::WARN)
                .with_layer_privacy(Policy::builtin()),
        )
        .with(EnvFilter::new("debug"))
        .init();

    for _ in 0..2 {
        warn!(value = ?Logs, "a warning for {EMAIL}");
        error!(value = ?Logs, "an error");
        info_span!("span", value = ?Logs).in_scope(|| error!("in a span"));
    }

    errors.assert_clean();
    warns.assert_clean();
    assert!(!errors.text().contains("a warning"), "{}", errors.text());
    assert!(!errors.text().contains("span{"), "{}", errors.text());
    assert!(!warns.text().contains("span{"), "{}", warns.text());
    let count = |output: &Output, what: &str| output.lines().iter().filter(|l| l.contains(what)).count();
    assert_eq!((count(&errors, "an error"), count(&warns, "an error")), (2, 2));
    assert_eq!(count(&warns, "a warning for ***@example.com"), 2);
}
