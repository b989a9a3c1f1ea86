//! Running code and keeping what every output would have shown.

use std::fmt;

use tracing_core::{Dispatch, Subscriber, dispatcher};
use tracing_subscriber::fmt as stock;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::canary::Canaries;
use super::leak::{Callsite, Leak};
use super::output::{CompactFields, Output, Tape, Written};
use super::recorder::{Recorder, Seen};
use crate::Policy;
use crate::boundary::PrivacySubscriberExt;
use crate::format::json_layer;

/// Runs `code` with a boundary of that policy around a recording layer and all usual formatters, and keeps what they saw.
///
/// The subscriber is in force on this thread, while `code` runs. Events of all levels are captured.
///
/// ```
/// use tracing_privacy::testing::{Output, capture};
/// let capture = capture(&tracing_privacy::Policy::builtin(), || tracing::info!(order = 17, "paid"));
/// assert!(capture.text(Output::Json).contains("paid"));
/// ```
pub fn capture(policy: &Policy, code: impl FnOnce()) -> Capture {
    let tapes = Tapes::default();
    dispatcher::with_default(&tapes.dispatch(Some(policy)), code);
    tapes.capture()
}

/// Like [`capture`], but without a boundary: raw values come through.
///
/// For the first half of a leak test, which shows that there is something to leak.
///
/// ```
/// use tracing_privacy::testing::{Canaries, capture_without_boundary};
/// let canaries = Canaries::new(["hunter2-canary-9f3a"]);
/// let raw = capture_without_boundary(|| tracing::info!(password = "hunter2-canary-9f3a"));
/// assert!(!raw.leaks(&canaries).is_empty());
/// ```
pub fn capture_without_boundary(code: impl FnOnce()) -> Capture {
    let tapes = Tapes::default();
    dispatcher::with_default(&tapes.dispatch(None), code);
    tapes.capture()
}

/// What every output would have shown; see [`Output`].
///
/// Its `Debug` shows counts only.
pub struct Capture {
    seen: Vec<Seen>,
    written: Vec<(Output, Vec<Written>)>,
}

impl Capture {
    /// Captures on this thread until the guard is dropped: for tests that are not one closure, such as `async` ones.
    ///
    /// Other threads and tasks can take part with [`CaptureGuard::dispatch`].
    ///
    /// ```
    /// use tracing_privacy::testing::{Canaries, Capture};
    /// let guard = Capture::install(&tracing_privacy::Policy::builtin());
    /// tracing::info!("under way");
    /// guard.capture().assert_clean(&Canaries::new(["hunter2-canary-9f3a"]));
    /// ```
    pub fn install(policy: &Policy) -> CaptureGuard {
        let tapes = Tapes::default();
        let dispatch = tapes.dispatch(Some(policy));
        let default = dispatcher::set_default(&dispatch);
        CaptureGuard { tapes, dispatch, _default: Some(default) }
    }

    /// Captures in the whole process, on every thread, for good: for a test that is a program of its own.
    ///
    /// # Panics
    ///
    /// If there is a global subscriber already.
    #[track_caller]
    pub fn install_global(policy: &Policy) -> CaptureGuard {
        let tapes = Tapes::default();
        let dispatch = tapes.dispatch(Some(policy));
        dispatcher::set_global_default(dispatch.clone())
            .expect("no global subscriber may be installed before the capture: remove the other one from this test");
        CaptureGuard { tapes, dispatch, _default: None }
    }

    /// Asserts that no output holds a canary.
    ///
    /// # Panics
    ///
    /// If one does. The message names each canary, the callsite, the field, the output and the encoding, and shows no
    /// value.
    #[track_caller]
    pub fn assert_clean(&self, canaries: &Canaries) {
        const SHOWN: usize = 24;
        let leaks = self.leaks(canaries);
        if leaks.is_empty() {
            return;
        }
        let mut report = format!("{} leak(s):", leaks.len());
        for leak in leaks.iter().take(SHOWN) {
            report += &format!("\n  {leak}");
        }
        if leaks.len() > SHOWN {
            report += &format!("\n  … and {} more", leaks.len() - SHOWN);
        }
        panic!("{report}");
    }

    /// Every canary in every output, in the order of [`Output::ALL`]. An event or a field counts once for each canary.
    pub fn leaks(&self, canaries: &Canaries) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for seen in &self.seen {
            for (field, text) in &seen.fields {
                for sighting in canaries.find(text.as_bytes()) {
                    let field = canaries.safe(field).into_owned();
                    leaks.push(Leak::new(sighting, seen.callsite.safe(canaries), Some(field), Output::Fields));
                }
            }
        }
        let in_fields = leaks.len();
        for (output, written) in &self.written {
            // Searched whatever the fields said: several fields together may hold what none does, and a formatter may
            // undo what the boundary did.
            for Written { callsite, text } in written {
                for sighting in canaries.find(text) {
                    let callsite = callsite.safe(canaries);
                    let field = field_of(&leaks[..in_fields], sighting.canary(), &callsite).map(str::to_owned);
                    leaks.push(Leak::new(sighting, callsite, field, *output));
                }
            }
        }
        leaks
    }

    /// What `output` shows, for a look at it or for assertions on what must still be there.
    pub fn text(&self, output: Output) -> String {
        let mut text = String::new();
        if output == Output::Fields {
            for seen in &self.seen {
                text += &format!("{:?} {}", seen.callsite.kind, seen.callsite.name);
                for (field, value) in &seen.fields {
                    text += &format!(" {field}={value}");
                }
                text.push('\n');
            }
        }
        for (_, written) in self.written.iter().filter(|(written_by, _)| *written_by == output) {
            for part in written {
                text += &String::from_utf8_lossy(&part.text);
            }
        }
        text
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("seen", &self.seen.len()).finish_non_exhaustive()
    }
}

/// Which field of that callsite was seen to hold the canary.
fn field_of<'l>(fields: &'l [Leak], canary: &str, callsite: &Callsite) -> Option<&'l str> {
    fields.iter().find(|leak| leak.canary() == canary && leak.callsite() == callsite).and_then(Leak::field)
}

/// Keeps a capture going; see [`Capture::install`].
#[must_use = "dropping the guard ends the capture"]
pub struct CaptureGuard {
    tapes: Tapes,
    dispatch: Dispatch,
    _default: Option<dispatcher::DefaultGuard>,
}

impl CaptureGuard {
    /// What was captured up to now. The capture goes on.
    pub fn capture(&self) -> Capture {
        self.tapes.capture()
    }

    /// The capturing subscriber, for other threads (`with_default`) and tasks (`WithSubscriber::with_subscriber`).
    pub fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }
}

impl fmt::Debug for CaptureGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptureGuard").finish_non_exhaustive()
    }
}

/// The memory behind a capture.
#[derive(Default)]
struct Tapes {
    recorder: Recorder,
    full: Tape,
    compact: Tape,
    pretty: Tape,
    stock_json: Tape,
    json: Tape,
}

impl Tapes {
    fn dispatch(&self, policy: Option<&Policy>) -> Dispatch {
        match policy {
            Some(policy) => Dispatch::new(self.subscriber().with_privacy(policy.clone())),
            None => Dispatch::new(self.subscriber()),
        }
    }

    fn subscriber(&self) -> impl Subscriber + for<'s> LookupSpan<'s> + Send + Sync + use<> {
        let compact_fields = CompactFields::default();
        Registry::default()
            .with(self.recorder.clone())
            .with(stock::layer().with_ansi(false).with_writer(self.full.clone()))
            .with(
                stock::layer().compact().fmt_fields(compact_fields).with_ansi(false).with_writer(self.compact.clone()),
            )
            .with(stock::layer().pretty().with_ansi(false).with_writer(self.pretty.clone()))
            .with(stock::layer().json().with_writer(self.stock_json.clone()))
            .with(json_layer().with_writer(self.json.clone()))
    }

    fn capture(&self) -> Capture {
        let texts = [
            (Output::Full, &self.full),
            (Output::Compact, &self.compact),
            (Output::Pretty, &self.pretty),
            (Output::StockJson, &self.stock_json),
            (Output::Json, &self.json),
        ];
        let written = texts.into_iter().map(|(output, tape)| (output, tape.written())).collect();
        Capture { seen: self.recorder.seen(), written }
    }
}
