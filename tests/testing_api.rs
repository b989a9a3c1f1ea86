//! What an application's own tests get from the `testing` feature.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::field::Empty;
use tracing_privacy::Policy;
use tracing_privacy::testing::{
    Callsite, CallsiteKind, Canaries, Canary, Capture, Encoding, Leak, Output, assert_no_canary, capture,
    capture_without_boundary,
};

const SECRET: &str = "hunter2-canary-9f3a";

/// The message of the panic that `code` must end in.
#[track_caller]
fn panic_of(code: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(code)).expect_err("this must panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("panics of `panic!` are text")).to_owned(),
    }
}

fn log_everywhere() {
    tracing::info!(note = SECRET, harmless = 1, "an event");
    let span = tracing::info_span!("login", who = SECRET, later = Empty);
    span.record("later", SECRET.to_uppercase());
    span.in_scope(|| tracing::info!("inside"));
}

fn bridged(target: &str, message: std::fmt::Arguments<'_>) {
    let record = log::Record::builder()
        .args(message)
        .level(log::Level::Warn)
        .target(target)
        .file(Some("src/bridged.rs"))
        .line(Some(7))
        .build();
    tracing_log::format_trace(&record).expect("bridging a record cannot fail");
}

#[test]
fn a_clean_capture_passes() {
    let capture = capture(&Policy::builtin(), || tracing::info!(order = 17, "paid"));
    capture.assert_clean(&Canaries::new([SECRET]));
    for output in Output::ALL {
        assert!(capture.text(output).contains("paid"), "{output} lost the event");
        assert!(capture.text(output).contains("17"), "{output} lost the field");
    }
}

#[test]
fn each_leak_names_its_callsite_field_output_and_encoding() {
    let leaks = capture_without_boundary(log_everywhere).leaks(&Canaries::new([("the password", SECRET)]));
    let find = |output: Output, kind: CallsiteKind| -> Vec<&Leak> {
        leaks.iter().filter(|leak| leak.output() == output && leak.callsite().kind == kind).collect()
    };

    let [event] = find(Output::Fields, CallsiteKind::Event)[..] else { panic!("one event field leaks: {leaks:#?}") };
    assert_eq!((event.canary(), event.field()), ("the password", Some("note")));
    assert_eq!(event.encodings(), [Encoding::Plain]);
    let Callsite { target, file, line, .. } = event.callsite();
    assert_eq!((target.as_str(), file.as_deref()), ("testing_api", Some("tests/testing_api.rs")));
    assert!(line.is_some_and(|line| line > 0));

    let [span] = find(Output::Fields, CallsiteKind::Span)[..] else { panic!("one span field leaks: {leaks:#?}") };
    assert_eq!((span.callsite().name.as_str(), span.field()), ("login", Some("who")));

    let [late] = find(Output::Fields, CallsiteKind::Record)[..] else { panic!("one late record leaks: {leaks:#?}") };
    assert_eq!((late.callsite().name.as_str(), late.field()), ("login", Some("later")));
    assert_eq!(late.encodings(), [Encoding::CaseChanged]);

    for output in [Output::Full, Output::Compact, Output::Pretty, Output::StockJson, Output::Json] {
        let fields: Vec<_> = find(output, CallsiteKind::Event).into_iter().map(Leak::field).collect();
        assert_eq!(fields, [Some("note"), None], "{output}: the event's own field, then the span's");
    }
}

#[test]
fn no_report_shows_a_value() {
    let canaries = Canaries::new([("first", SECRET), ("second", "harmless-until-now")]);
    let capture = capture_without_boundary(|| {
        log_everywhere();
        tracing::info!(name: "hunter2-canary-9f3a", target: "harmless-until-now", "harmless-until-now");
        bridged(SECRET, format_args!("from log"));
    });
    let report = panic_of(|| capture.assert_clean(&canaries));
    assert!(canaries.find(report.as_bytes()).is_empty(), "the report of a failed assertion holds a canary");
    for part in ["`first`", "`second`", "`note`", "tests/testing_api.rs:", "case changed", "withheld", "and "] {
        assert!(report.contains(part), "{part} is missing in: {report}");
    }
    for leak in capture.leaks(&canaries) {
        assert!(canaries.find(leak.to_string().as_bytes()).is_empty());
    }
    let report = panic_of(|| assert_no_canary(capture.text(Output::Json), &canaries));
    assert_eq!(report, "the output holds canary `first` (plain) and canary `second` (plain)");
    let leaks = capture.leaks(&canaries);
    assert!(canaries.find(format!("{leaks:?} {canaries:?} {capture:?}").as_bytes()).is_empty());
    assert!(canaries.find(format!("{:?}", Canary::new(SECRET)).as_bytes()).is_empty());
}

#[test]
fn a_bridged_record_keeps_its_own_place() {
    let capture = capture_without_boundary(|| bridged("billing", format_args!("user {SECRET}")));
    let leaks = capture.leaks(&Canaries::new([SECRET]));
    let Callsite { target, file, line, .. } = leaks[0].callsite();
    assert_eq!((target.as_str(), file.as_deref(), *line), ("billing", Some("src/bridged.rs"), Some(7)));
}

#[test]
fn late_records_are_written_once_by_each_formatter() {
    let capture = capture_without_boundary(|| {
        let span = tracing::info_span!("login", later = Empty);
        span.record("later", "seen-once");
        span.in_scope(|| tracing::info!("inside"));
    });
    for output in [Output::Fields, Output::Full, Output::Compact, Output::Pretty] {
        assert_eq!(capture.text(output).matches("seen-once").count(), 1, "{output}: {}", capture.text(output));
    }
}

#[test]
fn an_installed_capture_sees_other_threads_that_take_part() {
    let guard = Capture::install(&Policy::builtin());
    tracing::info!("on this thread");
    std::thread::scope(|scope| {
        let dispatch = guard.dispatch().clone();
        scope.spawn(move || tracing::dispatcher::with_default(&dispatch, || tracing::info!("on another")));
    });
    let text = guard.capture().text(Output::Full);
    assert!(text.contains("on this thread") && text.contains("on another"));
    tracing::info!("some time later");
    assert!(guard.capture().text(Output::Full).contains("some time later"));
}

#[tokio::test]
async fn an_installed_capture_sees_async_code() {
    let guard = Capture::install(&Policy::builtin());
    tokio::spawn(async {
        tokio::task::yield_now().await;
        tracing::info!("in a task");
    })
    .await
    .expect("the task does not panic");
    assert!(guard.capture().text(Output::Compact).contains("in a task"));
}

#[test]
fn canaries_that_prove_nothing_are_refused_without_showing_them() {
    let too_short = panic_of(|| drop(Canaries::new(["hunter2-canary", "a-b-c-d-e"])));
    assert!(too_short.contains("canary #2 is too short") && !too_short.contains("a-b-c"), "{too_short}");
    let none = panic_of(|| drop(Canaries::new::<&str>([])));
    assert!(none.contains("no canaries"), "{none}");
    let name = panic_of(|| drop(Canaries::new([("Hunter2 Canary", "hunter2-canary")])));
    assert!(name.contains("name of canary #1") && !name.to_lowercase().contains("hunter2"), "{name}");
}
