//! A boundary around one layer, beside raw ones.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::{fmt, thread};

use boundary_support::{EMAIL, Output, PASSWORD};
use tracing::dispatcher::{self, Dispatch};
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::subscriber::with_default;
use tracing::{Subscriber, debug, debug_span, info, info_span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::{PrivacyLayerExt, PrivacySubscriberExt, PrivateRegistry};
use tracing_subscriber::fmt::{self as formatter, format::FmtSpan};
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, registry};

fn layer<S>(output: &Output) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    formatter::layer().with_ansi(false).without_time().with_writer(output.clone())
}

fn json<S>(output: &Output) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    formatter::layer().json().with_span_events(FmtSpan::FULL).with_writer(output.clone())
}

fn log() {
    let outer = info_span!("outer", password = PASSWORD, late = Empty);
    let _entered = outer.enter();
    outer.record("late", EMAIL);
    let inner = info_span!("inner", who = EMAIL);
    inner.in_scope(|| info!(password = PASSWORD, "mail to {EMAIL}"));
    let other = info_span!(parent: None, "root", who = EMAIL);
    other.follows_from(&inner);
    info!(parent: &other, who = EMAIL, "elsewhere");
}

/// Runs the same with a raw layer on either side of a wrapped one.
#[track_caller]
fn beside_raw(make: impl Fn(&Output, &Output, bool) -> Dispatch) {
    for raw_first in [true, false] {
        let (raw, wrapped) = (Output::default(), Output::default());
        dispatcher::with_default(&make(&raw, &wrapped, raw_first), log);
        raw.assert_leaks(&[EMAIL, PASSWORD]);
        wrapped.assert_clean();
        let text = wrapped.text();
        for kept in ["outer", "inner", "root", "***@example.com", "elsewhere"] {
            assert!(text.contains(kept), "{kept} is missing in:\n{text}");
        }
    }
}

#[test]
fn a_raw_text_layer_does_not_leak_into_a_wrapped_one() {
    beside_raw(|raw, wrapped, raw_first| {
        let wrapped = layer(wrapped).with_layer_privacy(Policy::builtin());
        if raw_first {
            registry().with(layer(raw)).with(wrapped).into()
        } else {
            registry().with(wrapped).with(layer(raw)).into()
        }
    });
}

#[test]
fn a_raw_json_layer_does_not_leak_into_a_wrapped_one() {
    beside_raw(|raw, wrapped, raw_first| {
        let wrapped = json(wrapped).with_layer_privacy(Policy::builtin());
        if raw_first {
            registry().with(json(raw)).with(wrapped).into()
        } else {
            registry().with(wrapped).with(json(raw)).into()
        }
    });
}

#[test]
fn what_is_wrapped_prints_what_it_would_without() {
    let (plain, wrapped) = (Output::default(), Output::default());
    let log = || {
        let outer = info_span!("outer", n = 1, late = Empty).entered();
        outer.record("late", "later");
        let inner = info_span!("inner", n = 2);
        inner.in_scope(|| info!(n = 3, "message"));
        let root = info_span!(parent: None, "root");
        info!(parent: &root, "in root");
        info!(parent: None, "in nothing");
        let explicit = info_span!(parent: &root, "explicit", d = ?Some(1));
        explicit.follows_from(&inner);
        explicit.in_scope(|| outer.in_scope(|| info!("entered again")));
    };
    macro_rules! full {
        ($output:expr) => {
            formatter::layer()
                .with_ansi(false)
                .without_time()
                .with_writer($output.clone())
                .with_span_events(FmtSpan::NEW | FmtSpan::ENTER | FmtSpan::EXIT)
        };
    }
    let whole = Output::default();
    with_default(registry().with(full!(plain)), log);
    with_default(registry().with(full!(wrapped).with_layer_privacy(Policy::builtin())), log);
    with_default(registry().with(full!(whole)).with_privacy(Policy::builtin()), log);
    assert_eq!(wrapped.text(), plain.text());
    assert_eq!(whole.text(), plain.text());
}

#[test]
fn filters_inside_are_for_this_layer_only() {
    let log = || {
        let _info = info_span!("info_span").entered();
        let _debug = debug_span!("debug_span").entered();
        info!("info event");
        debug!("debug event");
        info!(target: "quiet", "quiet event");
    };
    for wrapped_first in [true, false] {
        let [raw, infos, env, plain_infos, plain_env] = [(); 5].map(|()| Output::default());
        let quiet = || EnvFilter::new("debug,quiet=off");
        let infos_layer = layer(&infos).with_filter(LevelFilter::INFO).with_layer_privacy(Policy::builtin());
        let env_layer = layer(&env).with_filter(quiet()).with_layer_privacy(Policy::builtin());
        let dispatch: Dispatch = if wrapped_first {
            let debugs = layer(&raw).with_filter(LevelFilter::DEBUG);
            registry().with(infos_layer).with(env_layer).with(debugs).into()
        } else {
            let debugs = layer(&raw).with_filter(LevelFilter::DEBUG);
            registry().with(debugs).with(infos_layer).with(env_layer).into()
        };
        dispatcher::with_default(&dispatch, || (0..3).for_each(|_| log()));
        let plain = registry()
            .with(layer(&plain_infos).with_filter(LevelFilter::INFO))
            .with(layer(&plain_env).with_filter(quiet()));
        with_default(plain, || (0..3).for_each(|_| log()));

        assert_eq!(infos.text(), plain_infos.text());
        assert_eq!(env.text(), plain_env.text());
        assert_eq!(raw.lines().len(), 9, "{}", raw.text());
        assert_eq!(infos.lines().len(), 6, "{}", infos.text());
        assert!(infos.text().contains("info_span: ") && !infos.text().contains("debug_span"), "{}", infos.text());
    }
}

#[test]
fn level_hint_and_interest_are_those_of_the_layer() {
    let output = Output::default();
    let filtered = || layer(&output).with_filter(LevelFilter::INFO).with_layer_privacy(Policy::builtin());
    let unfiltered = || layer(&output).with_layer_privacy(Policy::builtin());
    assert_eq!(registry().with(filtered()).max_level_hint(), Some(LevelFilter::INFO));
    assert_eq!(registry().with(filtered()).with(filtered()).max_level_hint(), Some(LevelFilter::INFO));
    assert_eq!(registry().with(filtered()).with(unfiltered()).max_level_hint(), None);
    assert_eq!(registry().with(unfiltered()).with(filtered()).max_level_hint(), None);

    let debug = with_default(registry(), || debug_span!("debug").metadata().expect("a registry takes all"));
    assert!(registry().with(filtered()).with(filtered()).register_callsite(debug).is_never());
    assert!(registry().with(filtered()).with(unfiltered()).register_callsite(debug).is_sometimes());
    assert!(registry().with(unfiltered()).register_callsite(debug).is_always());
}

/// Lets an event pass by looking at it.
struct OnlyWhenClean;

impl<S> Filter<S> for OnlyWhenClean {
    fn enabled(&self, _: &tracing::Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &tracing::Event<'_>, _: &Context<'_, S>) -> bool {
        !format!("{event:?}").contains("skip") && {
            let seen = Output::default();
            event.record(&mut |_: &tracing::field::Field, value: &dyn fmt::Debug| {
                use std::io::Write;
                write!(seen.clone(), "{value:?}").unwrap();
            });
            seen.assert_clean();
            !seen.text().contains("skip")
        }
    }
}

#[test]
fn filters_inside_see_sanitized_events_only() {
    let (wrapped, raw) = (Output::default(), Output::default());
    let subscriber = registry()
        .with(layer(&raw))
        .with(layer(&wrapped).with_filter(OnlyWhenClean).with_layer_privacy(Policy::builtin()));
    with_default(subscriber, || {
        info!(who = EMAIL, "one");
        info!(who = EMAIL, "skip");
        info!(who = EMAIL, "three");
    });
    assert_eq!(wrapped.lines().len(), 2, "{}", wrapped.text());
    assert_eq!(raw.lines().len(), 3);
}

#[test]
fn a_filter_outside_hides_spans_without_breaking_the_line_of_parents() {
    let (wrapped, plain) = (Output::default(), Output::default());
    let log = || {
        let _a = info_span!("a").entered();
        let hidden = debug_span!("hidden").entered();
        let _c = info_span!("c").entered();
        info!("in c");
        drop(hidden);
        info!(parent: &debug_span!("hidden too"), "below hidden");
    };
    let inside = layer(&wrapped).with_layer_privacy(Policy::builtin());
    with_default(registry().with(layer(&Output::default())).with(inside.with_filter(LevelFilter::INFO)), log);
    with_default(registry().with(layer(&Output::default())).with(layer(&plain).with_filter(LevelFilter::INFO)), log);
    assert_eq!(wrapped.lines()[0], plain.lines()[0]);
    assert_eq!(wrapped.lines().len(), 2);
    assert!(wrapped.lines()[0].contains("a:c: "), "{}", wrapped.text());
}

/// Leaves something in each span; lets others read it by span id from outside, as the OpenTelemetry layer does.
struct Tags(&'static str, ReadTag);

#[derive(Clone, Copy)]
struct ReadTag(fn(&Dispatch, &Id) -> Option<&'static str>);

struct Tag(&'static str, Arc<AtomicUsize>);

impl Drop for Tag {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

fn read_tag(dispatch: &Dispatch, id: &Id) -> Option<&'static str> {
    let registry = dispatch.downcast_ref::<PrivateRegistry>().expect("the layer's own registry");
    let span = registry.span(id).expect("a registry knows every span");
    let extensions = span.extensions();
    extensions.get::<Tag>().map(|tag| tag.0)
}

struct Tagging {
    tags: Tags,
    alive: Arc<AtomicUsize>,
}

impl Layer<PrivateRegistry> for Tagging {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, ctx: Context<'_, PrivateRegistry>) {
        self.alive.fetch_add(1, Ordering::SeqCst);
        ctx.span(id).unwrap().extensions_mut().insert(Tag(self.tags.0, Arc::clone(&self.alive)));
    }

    fn on_close(&self, id: Id, ctx: Context<'_, PrivateRegistry>) {
        assert!(ctx.span(&id).unwrap().extensions().get::<Tag>().is_some(), "a span is whole until it is closed");
    }

    // SAFETY: points to a live value of the wanted type that `self` owns.
    #[allow(unsafe_code, reason = "the trait knows no other way to hand something out by type")]
    unsafe fn downcast_raw(&self, id: std::any::TypeId) -> Option<*const ()> {
        (id == std::any::TypeId::of::<ReadTag>()).then(|| std::ptr::from_ref(&self.tags.1).cast())
    }
}

fn tagging(name: &'static str, alive: &Arc<AtomicUsize>) -> Tagging {
    Tagging { tags: Tags(name, ReadTag(read_tag)), alive: Arc::clone(alive) }
}

fn tag_of(span: &tracing::Span) -> Option<&'static str> {
    span.with_subscriber(|(id, dispatch)| dispatch.downcast_ref::<ReadTag>().and_then(|read| (read.0)(dispatch, id)))
        .flatten()
}

#[test]
fn what_a_layer_hands_out_by_type_works_from_outside() {
    let alive = Arc::new(AtomicUsize::new(0));
    let policy = Policy::builtin();
    let tags = || tagging("tagged", &alive).with_layer_privacy(&policy);
    let other = || layer(&Output::default()).with_layer_privacy(&policy);
    let nested = tagging("tagged", &alive).with_layer_privacy(&policy).with_layer_privacy(&policy);
    let dispatches: [Dispatch; 4] = [
        registry().with(tags()).into(),
        registry().with(tags()).with(other()).into(),
        registry().with(other()).with(tags()).into(),
        registry().with(other()).with(nested).into(),
    ];
    for dispatch in &dispatches {
        dispatcher::with_default(dispatch, || assert_eq!(tag_of(&info_span!("span")), Some("tagged")));
    }
    let filtered = registry().with(other()).with(tags().with_filter(LevelFilter::INFO));
    with_default(filtered, || {
        assert_eq!(tag_of(&info_span!("span")), Some("tagged"));
        assert_eq!(tag_of(&debug_span!("kept from the layer")), None);
    });
}

#[test]
fn what_a_layer_leaves_in_a_span_goes_with_it() {
    let alive = Arc::new(AtomicUsize::new(0));
    let policy = Policy::builtin();
    let subscriber = registry()
        .with(tagging("a", &alive).with_layer_privacy(&policy))
        .with(tagging("b", &alive).with_layer_privacy(&policy).with_layer_privacy(&policy));
    with_default(subscriber, || {
        let outer = info_span!("outer").entered();
        let inner = info_span!("inner").entered();
        assert_eq!(alive.load(Ordering::SeqCst), 4);
        drop(outer);
        assert_eq!(alive.load(Ordering::SeqCst), 4, "a child keeps its parent alive");
        drop(inner);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
        for _ in 0..1000 {
            info_span!("again").in_scope(|| assert_eq!(alive.load(Ordering::SeqCst), 2));
        }
    });
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

#[test]
fn threads_with_spans_and_late_records_do_not_mix() {
    let (raw, wrapped) = (Output::default(), Output::default());
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let dispatch = Dispatch::new(
        registry().with(layer(&raw)).with(layer(&wrapped).with_layer_privacy(Policy::builtin())).with(layer(&raw)),
    );
    thread::scope(|scope| {
        for worker in 0..8_u64 {
            let (dispatch, seen) = (&dispatch, &seen);
            scope.spawn(move || {
                dispatcher::with_default(dispatch, || {
                    for round in 0..50_u64 {
                        let span = info_span!("work", worker, late = Empty, who = EMAIL);
                        let moved = span.clone();
                        thread::scope(|scope| {
                            scope.spawn(move || {
                                moved.record("late", format_args!("{worker}-{round} {EMAIL}"));
                            });
                        });
                        span.in_scope(|| info!(worker, round, "done"));
                        seen.lock().unwrap().insert((worker, round));
                    }
                });
            });
        }
    });
    wrapped.assert_clean();
    raw.assert_leaks(&[EMAIL]);
    for (worker, round) in seen.lock().unwrap().iter() {
        let fields = format!("work{{worker={worker} who=\"***@example.com\" late={worker}-{round} ***@example.com}}");
        let event = format!("done worker={worker} round={round}");
        let line = wrapped.lines().into_iter().find(|line| line.contains(&fields) && line.ends_with(&event));
        assert!(line.is_some(), "{fields} {event}");
    }
}
