//! Filters behave inside a boundary as they do without it, even when a `Debug` logs.
//!
//! The subscriber is the global default here: only then does nothing stop an event that is logged by a `Debug`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::fmt;

use boundary_support::{EMAIL, Output, PASSWORD};
use tracing::level_filters::LevelFilter;
use tracing::{debug, error, info, info_span, warn};
use tracing_privacy::Policy;
use tracing_privacy::boundary::{PrivacyLayerExt, PrivacySubscriberExt};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt as formatter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

struct Logs;

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error!(password = PASSWORD, "nested for {EMAIL}");
        f.write_str("logs")
    }
}

fn text<S>(output: &Output) -> impl Layer<S> + Send + Sync + use<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    formatter::layer().with_ansi(false).without_time().with_writer(output.clone())
}

#[test]
fn filters_see_through_the_boundary() {
    let [errors, warns, alone] = [(); 3].map(|()| Output::default());
    let (level, reload) = reload::Layer::new(EnvFilter::new("info,noisy=off"));
    let alone_layer = text(&alone).with_filter(LevelFilter::ERROR).with_layer_privacy(Policy::builtin());
    tracing_subscriber::registry()
        .with(alone_layer)
        .with(text(&errors).with_filter(LevelFilter::ERROR))
        .with(text(&warns).with_filter(Targets::new().with_default(LevelFilter::WARN)))
        .with(level)
        .with_privacy(Policy::builtin())
        .init();

    // Half of these are for one layer only; each nested event is for both.
    warn!(value = ?Logs, "a warning");
    error!(value = ?Logs, "an error");
    info!(value = ?Logs, "nobody's");
    let span = info_span!("span", value = ?Logs);
    span.in_scope(|| warn!("in a span"));

    let nested = |output: &Output| output.lines().iter().filter(|l| l.contains("nested for ***@example.com")).count();
    let holds = |output: &Output, what: &str| output.text().contains(what);
    for output in [&errors, &warns, &alone] {
        output.assert_clean();
        assert_eq!(nested(output), 4, "{}", output.text());
        assert!(holds(output, "an error value=logs") && !holds(output, "nobody's"), "{}", output.text());
    }
    assert!(holds(&warns, "a warning value=logs") && holds(&warns, "in a span"), "{}", warns.text());
    for output in [&errors, &alone] {
        assert!(!holds(output, "a warning") && !holds(output, "in a span"), "{}", output.text());
    }

    // Level hint, interest and reload.
    assert_eq!(LevelFilter::current(), LevelFilter::INFO);
    assert!(!tracing::enabled!(tracing::Level::DEBUG));
    reload.modify(|filter| *filter = EnvFilter::new("debug")).unwrap();
    assert_eq!(LevelFilter::current(), LevelFilter::DEBUG);
    reload.modify(|filter| *filter = EnvFilter::new("off")).unwrap();
    let before = errors.lines().len();
    error!("switched off");
    assert_eq!(errors.lines().len(), before);
    reload.modify(|filter| *filter = EnvFilter::new("trace")).unwrap();
    error!("switched on");
    debug!("for nobody");
    assert_eq!(errors.lines().len(), before + 1);

    tracing::dispatcher::get_default(|dispatch| {
        assert!(dispatch.is::<Registry>(), "parts of the wrapped subscriber can be reached");
    });
}
