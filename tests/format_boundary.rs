//! Our JSON behind a boundary: it reads the sanitized values without visiting the event, and must print what it would print of it.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::dispatcher::with_default;
use tracing::{Dispatch, info, info_span};
use tracing_privacy::boundary::{PrivacyLayerExt, PrivacySubscriberExt};
use tracing_privacy::format::{Json, JsonFields};
use tracing_privacy::mask::{MaskError, Masker, Outcome, Subject};
use tracing_privacy::{Mask, PatternBuilder, Policy};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{fmt, registry};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

macro_rules! json {
    ($lines:expr) => {{
        let lines = $lines.clone();
        let json = Json::new().without_time();
        fmt::layer().event_format(json).fmt_fields(JsonFields::new()).with_writer(move || lines.clone())
    }};
}

fn log_all_types() {
    let error = io::Error::other("no \"such\" disk");
    let error: &(dyn Error + 'static) = &error;
    let _entered = info_span!("outer \"span\"", size = 3).entered();
    info!(
        text = "a \"b\"\tc\u{1}\\ é",
        "quoted \"key\"" = 1,
        debug = ?("x\ny", Some(1.5)),
        display = %"multi\nline",
        bytes = &[1_u8, 255][..],
        error,
        truth = true,
        signed = -7_i64,
        unsigned = u64::MAX / 3,
        wide = i128::MIN,
        wider = u128::MAX / 7,
        float = 0.1,
        nan = f64::NAN,
        "a {} message\r",
        "formatted",
    );
    info!("");
    tracing::event!(tracing::Level::WARN, nothing = tracing::field::Empty);
}

#[test]
fn clean_values_print_as_without_the_boundary() {
    let (lines, raw) = (Lines::default(), Lines::default());
    with_default(&Dispatch::new(registry().with(json!(raw))), log_all_types);
    with_default(&Dispatch::new(registry().with(json!(lines)).with_privacy(Policy::builtin())), log_all_types);
    let raw = raw.take();
    assert!(raw.lines().count() == 3 && raw.contains(r#""quoted \"key\"":1"#), "{raw}");
    assert_eq!(lines.take(), raw);
    let layer = json!(lines).with_layer_privacy(Policy::builtin());
    with_default(&Dispatch::new(registry().with(layer)), log_all_types);
    assert_eq!(lines.take(), raw);
}

#[test]
fn a_field_that_is_dropped_is_dropped_when_it_is_empty() {
    let lines = Lines::default();
    let policy: Policy = "version = 1\n[[field]]\nkeys = [\"badge\"]\nmask = \"drop\"\n".parse().expect("good rules");
    let log = || {
        info!(badge = "", "one");
        info!(badge = %"", "two");
        info!(badge = "x", "three");
    };
    with_default(&Dispatch::new(registry().with(json!(lines)).with_privacy(policy)), log);
    let lines = lines.take();
    assert!(lines.lines().count() == 3 && !lines.contains("badge"), "{lines}");
}

/// Shows what it is given the first time.
struct Undecided(AtomicBool);

impl Masker for Undecided {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let again = self.0.swap(true, Ordering::Relaxed);
        out.push_str(if again { "***" } else { value });
        Ok(Outcome::Replaced)
    }
}

#[test]
fn a_label_that_a_masker_let_pass_once_is_asked_about_again() {
    let lines = Lines::default();
    let builder = Policy::builder()
        .masker("undecided", Undecided(false.into()))
        .pattern(PatternBuilder::new("badge", "EMP-[0-9]{4}").mask(Mask::named("undecided")));
    let policy = builder.build().expect("good rules");
    let log = || info!(badge = "EMP-1234");
    with_default(&Dispatch::new(registry().with(json!(lines)).with_privacy(policy)), || (0..3).for_each(|_| log()));
    let shown: Vec<bool> = lines.take().lines().map(|line| line.contains("EMP-1234")).collect();
    assert_eq!(shown, [true, false, false]);
}
