//! The boundary as global default: other threads, `log` records, scoped defaults beside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use boundary_support::{EMAIL, Output, PASSWORD};
use tracing::subscriber::with_default;
use tracing::{Instrument, info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::{PrivacySubscriber, PrivacySubscriberExt};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

struct Woken;

impl Wake for Woken {
    fn wake(self: Arc<Self>) {}
}

/// Pending once, so that it can move to another thread meanwhile.
fn yields() -> impl Future<Output = ()> {
    let mut yielded = false;
    std::future::poll_fn(move |_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending })
}

#[test]
fn one_boundary_for_all() {
    let output = Output::default();
    let text = |output: &Output| {
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(output.clone());
        tracing_subscriber::registry().with(layer)
    };
    // Also installs the bridge from `log`.
    text(&output).with_privacy(Policy::builtin()).init();

    // A future that changes threads.
    let task = async {
        info!(who = EMAIL, "first");
        yields().await;
        info!(who = EMAIL, "second");
    };
    let mut task = Box::pin(task.instrument(info_span!("task", password = PASSWORD)));
    let waker = Waker::from(Arc::new(Woken));
    assert!(task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    thread::spawn(move || assert!(pin!(task).poll(&mut Context::from_waker(&Waker::from(Arc::new(Woken)))).is_ready()))
        .join()
        .unwrap();

    // A record of the `log` crate keeps its origin.
    tracing_log::log::info!(target: "some::library", "mail to {EMAIL}");

    // A scoped default with a boundary of its own, and back.
    let scoped = Output::default();
    with_default(text(&scoped).with_privacy(Policy::builtin()), || info!(who = EMAIL, "scoped"));
    info!(who = EMAIL, "global again");

    output.assert_clean();
    scoped.assert_clean();
    let lines = output.lines();
    let holds = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(holds(&["task{", "first"]) && holds(&["task{", "second"]), "{lines:#?}");
    assert!(holds(&["some::library: mail to ***@example.com"]), "{lines:#?}");
    assert!(holds(&["global again"]) && !holds(&["scoped"]), "{lines:#?}");

    tracing::dispatcher::get_default(|dispatch| {
        assert!(dispatch.is::<Registry>(), "the wrapped subscriber's parts can be reached");
        assert!(!dispatch.is::<PrivacySubscriber<Registry>>());
    });
}
