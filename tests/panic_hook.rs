//! Panics go through the boundary, and their message not to standard error. In processes of their own: a hook is global.

use std::panic::catch_unwind;
use std::process::{Command, Output};
use std::sync::Mutex;

use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::{Policy, install_panic_hook};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

const CASE: &str = "PANIC_HOOK_CASE";

/// Runs a case in a process of its own.
fn run(case: &str) -> (String, String) {
    let this = std::env::current_exe().expect("this test");
    let output: Output = Command::new(this)
        .args(["--exact", "child", "--nocapture"])
        .env(CASE, case)
        .output()
        .expect("this test can run itself");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

/// Panics while it holds a lock that it needs for every event.
struct PanickingLayer(Mutex<bool>);

impl<S: tracing::Subscriber> Layer<S> for PanickingLayer {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        let _held = self.0.lock();
        panic!("layer jo@example.com");
    }
}

struct PanicsInDebug;

impl std::fmt::Debug for PanicsInDebug {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("inner jo@example.com")
    }
}

/// Not a test of its own: what the others start.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    if case != "stock" {
        install_panic_hook();
    }
    let subscriber = tracing_subscriber::registry()
        .with(tracing_privacy::format::json_layer().with_writer(std::io::stdout))
        .with_privacy(Policy::builtin());
    let panic = || match case.as_str() {
        "in debug" => tracing::info!(value = ?PanicsInDebug, "outer"),
        "not a text" => std::panic::panic_any(vec!["jo@example.com"]),
        _ => panic!("no account for {}, password=hunter2zq", "jo@example.com"),
    };
    if case == "in a layer" {
        let subscriber =
            tracing_subscriber::registry().with(PanickingLayer(Mutex::new(false))).with_privacy(Policy::builtin());
        tracing::subscriber::set_global_default(subscriber).expect("there is none");
        assert!(catch_unwind(|| tracing::info!("outer")).is_err());
    } else if case == "without a subscriber" {
        assert!(catch_unwind(panic).is_err());
    } else {
        tracing::subscriber::with_default(subscriber, || drop(catch_unwind(panic)));
    }
}

#[test]
fn the_message_is_logged_masked_and_kept_off_standard_error() {
    let (out, error) = run("stock");
    assert!(error.contains("jo@example.com") && !out.contains("panicked"), "without the hook it leaks: {error}");
    let (out, error) = run("text");
    let logged = r#""message":"panicked: no account for ***@example.com, password=[redacted:credential]""#;
    assert!(out.contains(logged) && out.contains(r#""panic_file":"tests/panic_hook.rs""#), "{out}");
    assert!(
        error.contains("panicked at tests/panic_hook.rs:") && !error.contains("jo@") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn whatever_panics_nothing_raw_comes_out() {
    for case in ["in debug", "in a layer", "not a text", "without a subscriber"] {
        let (out, error) = run(case);
        assert!(!out.contains("jo@example.com") && !error.contains("jo@example.com"), "{case}: {out}{error}");
        assert!(error.contains("panicked at tests/panic_hook.rs:"), "{case}: {error}");
    }
    assert!(run("in debug").0.contains(r#""value":"[redacted:sensitive]""#));
    assert!(run("not a text").0.contains("panicked: (not a text)"));
}
