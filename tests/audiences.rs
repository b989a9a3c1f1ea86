//! Several audiences of one rules file: each gets its own amount, whatever stands beside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod boundary_support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use boundary_support::Output;
use tracing::dispatcher::{self, Dispatch};
use tracing::field::Empty;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, info, info_span};
use tracing_privacy::boundary::{PrivacyLayerExt as _, PrivacySubscriberExt as _};
use tracing_privacy::{DataClass, Exemption, LivePolicy, Mode, Policy};
use tracing_subscriber::fmt::{self as formatter};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

const RULES: &str = r#"
version = 1
include = ["builtin:secrets"]
[audience.ops]
mask_from = "confidential"
[audience.vendor]
mask_from = "public"
unlisted = "mask"
[audience.archive]
mask_from = "internal"
[[field]]
keys = ["badge"]
class = "internal"
category = "person"
[[field]]
keys = ["region"]
class = "public"
category = "place"
"#;

const SECRETS: [&str; 4] = ["hunter2", "badge-4711", "region-north", "unlisted-9"];

fn policy() -> Policy {
    RULES.parse().unwrap()
}

fn text<S>(output: &Output) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    formatter::layer().with_ansi(false).without_time().with_writer(output.clone())
}

/// The same secrets in every way: in a span's fields, recorded late, in a nested span, in the event.
fn log() {
    let outer =
        info_span!("outer", password = "hunter2", badge = "badge-4711", region = "region-north", other = "unlisted-9");
    let late = info_span!(parent: &outer, "late", password = Empty, badge = Empty, region = Empty, other = Empty);
    late.record("password", "hunter2");
    late.record("badge", "badge-4711").record("region", "region-north");
    late.record("other", "unlisted-9");
    late.in_scope(|| {
        info!(password = "hunter2", badge = "badge-4711", region = "region-north", other = "unlisted-9", "done")
    });
}

/// Which secrets an output has, and how often each.
fn seen(output: &Output) -> [usize; 4] {
    SECRETS.map(|secret| output.text().matches(secret).count())
}

/// A wrapper as one would write it first: it sanitizes what it hands on, and shares the registry's spans.
struct Naive<L>(L);

impl<S, L: Layer<S>> Layer<S> for Naive<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        // It is as strict as can be: no field at all.
        let values = attributes.metadata().fields().value_set(&[]);
        self.0.on_new_span(&Attributes::new(attributes.metadata(), &values), id, ctx);
    }

    fn on_record(&self, _: &Id, _: &Record<'_>, _: Context<'_, S>) {}

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let values = event.metadata().fields().value_set(&[]);
        self.0.on_event(
            &Event::new_child_of(
                event.parent().cloned().or(ctx.current_span().id().cloned()),
                event.metadata(),
                &values,
            ),
            ctx,
        );
    }

    fn enabled(&self, metadata: &Metadata<'_>, ctx: Context<'_, S>) -> bool {
        self.0.enabled(metadata, ctx)
    }
}

#[test]
fn without_us_a_layer_prints_what_another_of_its_type_kept_of_a_span() {
    let (raw, vendor) = (Output::default(), Output::default());
    let subscriber = registry().with(text(&raw)).with(Naive(text(&vendor)));
    dispatcher::with_default(&Dispatch::new(subscriber), log);
    assert_eq!(seen(&vendor), [2, 2, 2, 2], "the spans' fields leak, late ones too:\n{}", vendor.text());
}

#[test]
fn each_audience_gets_its_own_amount_in_any_order() {
    let policy = policy();
    for order in 0..3 {
        let [ops, vendor, archive] = [(); 3].map(|()| Output::default());
        let of = |name| policy.audience(name).unwrap();
        let ops_layer = || text(&ops).with_layer_privacy(of("ops"));
        let vendor_layer = || text(&vendor).with_layer_privacy(of("vendor"));
        let json = || {
            let json = tracing_privacy::format::json_layer().with_writer(archive.clone());
            json.with_layer_privacy(of("archive"))
        };
        let dispatch = match order {
            0 => Dispatch::new(registry().with(ops_layer()).with(vendor_layer()).with(json())),
            1 => Dispatch::new(registry().with(vendor_layer()).with(ops_layer()).with(json())),
            _ => Dispatch::new(registry().with(json()).with(vendor_layer()).with(ops_layer())),
        };
        dispatcher::with_default(&dispatch, log);
        assert_eq!(seen(&ops), [0, 3, 3, 3], "{}", ops.text());
        assert_eq!(seen(&vendor), [0, 0, 0, 0], "{}", vendor.text());
        // Ours says the innermost span twice, as the stock JSON does.
        let [password, badge, region, other] = seen(&archive);
        assert!(password == 0 && badge == 0 && region >= 3 && other == region, "{}", archive.text());
        for output in [&ops, &vendor, &archive] {
            assert!(output.text().contains("done") && output.text().contains("[redacted:credential]"));
        }
    }
    let counts = ["ops", "vendor", "archive"].map(|name| policy.audience(name).unwrap().counts());
    assert!(counts.iter().all(|counts| counts.events == 3 && counts.spans == 6 && counts.records == 12), "{counts:?}");
    assert_eq!(counts.map(|counts| counts.masked), [9, 36, 18]);
    assert_eq!(policy.counts().masked, 0, "nobody has the policy itself");
}

#[test]
fn a_raw_layer_of_the_same_type_changes_nothing() {
    let policy = policy();
    for raw_first in [true, false] {
        let [raw, vendor] = [(); 2].map(|()| Output::default());
        let wrapped = text(&vendor).with_layer_privacy(policy.audience("vendor").unwrap());
        let dispatch = match raw_first {
            true => Dispatch::new(registry().with(text(&raw)).with(wrapped)),
            false => Dispatch::new(registry().with(wrapped).with(text(&raw))),
        };
        dispatcher::with_default(&dispatch, log);
        assert_eq!((seen(&raw), seen(&vendor)), ([3; 4], [0; 4]), "{}", vendor.text());
    }
}

#[test]
fn a_boundary_around_all_stands_before_every_audience() {
    let policy = policy();
    let ops = Output::default();
    let layer = text(&ops).with_layer_privacy(policy.audience("ops").unwrap());
    let all: Policy = "version = 1\n[[field]]\nkeys = [\"badge\"]".parse().unwrap();
    dispatcher::with_default(&Dispatch::new(registry().with(layer).with_privacy(all)), log);
    assert_eq!(seen(&ops), [0, 0, 3, 3], "{}", ops.text());
}

#[test]
fn all_audiences_switch_at_once_and_no_event_meets_two_policies() {
    let rules = |category: &str| {
        // No pack, so that many reloads are quick.
        let rules = RULES.replace("include = [\"builtin:secrets\"]", "").replace("person", category);
        rules.replace("[audience.ops]\nmask_from = \"confidential\"", "[audience.ops]").parse()
    };
    let live = LivePolicy::new(rules("one").unwrap());
    let [ops, vendor] = [(); 2].map(|()| Output::default());
    let subscriber = registry()
        .with(text(&ops).with_layer_privacy(live.audience("ops").unwrap()))
        .with(text(&vendor).with_layer_privacy(live.audience("vendor").unwrap()));
    let dispatch = Dispatch::new(subscriber);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                dispatcher::with_default(&dispatch, || {
                    while !done.load(Ordering::Relaxed) {
                        info!(badge = "badge-4711", again.badge = "badge-4711", more.badge = "badge-4711");
                    }
                });
            });
        }
        for i in 0..200 {
            live.replace(rules(["two", "one"][i % 2]).unwrap()).unwrap();
            // Whoever asks now gets the new one, of either audience.
            let of = |name: &str| live.audience(name).unwrap().current().sanitize_field("badge", "x");
            let expected = format!("[redacted:{}]", ["two", "one"][i % 2]);
            assert_eq!((of("ops"), of("vendor")), (expected.clone(), expected));
        }
        done.store(true, Ordering::Relaxed);
    });
    for output in [&ops, &vendor] {
        assert_eq!(seen(output), [0; 4]);
        let lines = output.lines();
        let lines: Vec<_> = lines.iter().filter(|line| line.contains("badge=")).collect();
        let whole = |line: &str| [line.matches(":one]").count(), line.matches(":two]").count()];
        assert!(lines.iter().all(|line| [[3, 0], [0, 3]].contains(&whole(line))), "an event met two policies");
        let both = ["one", "two"].map(|category| output.text().contains(&format!(":{category}]")));
        assert_eq!(both, [true, true], "the test shows nothing: {} lines", lines.len());
    }
    let counts = ["ops", "vendor"].map(|name| live.audience(name).unwrap().counts());
    assert_eq!(counts.map(|counts| counts.events >= ops.lines().len() as u64), [true; 2], "{counts:?}");
    assert_eq!(counts[0].masked, counts[1].masked, "counts outlive reloads, by audience");
    assert_eq!(live.reloads().done, 200);
}

#[test]
fn an_audience_in_use_cannot_go() {
    let live = LivePolicy::new(policy());
    let without_vendor = RULES.replace("[audience.vendor]", "[audience.others]");
    live.replace(without_vendor.parse().unwrap()).unwrap();
    live.replace(policy()).unwrap();
    let vendor = live.audience("vendor").unwrap();
    let error = live.replace(without_vendor.parse().unwrap()).unwrap_err().to_string();
    assert_eq!(error, "there is no audience `vendor`, and it is in use");
    assert_eq!(vendor.current().in_force().audience.as_deref(), Some("vendor"));
    assert_eq!((live.reloads().done, vendor.reloads().failed), (2, 1));
}

#[test]
fn exemptions_are_for_an_audience_only_if_it_says_so() {
    let exemption =
        "[[exemption]]\nfield = \"badge\"\ntarget = \"*\"\nreason = \"INC-1\"\nexpires = 2999-01-01T00:00:00Z\n";
    let rules = format!("{RULES}{exemption}").replace("include", "defaults.max_exemption = \"1000000d\"\ninclude");
    let rules = rules.replace("[audience.archive]", "[audience.archive]\nexemptions = true");
    let live = LivePolicy::new(rules.parse().unwrap());
    let show = |name: &str| {
        let output = Output::default();
        let layer = text(&output).with_layer_privacy(live.audience(name).unwrap());
        dispatcher::with_default(&Dispatch::new(registry().with(layer)), log);
        seen(&output)
    };
    assert_eq!((show("vendor")[1], show("archive")[1]), (0, 3));
    assert_eq!(live.audience("vendor").unwrap().current().exemptions().len(), 0);
    // One from code is for whom it was asked.
    let exemption = Exemption::field("region").target("*").reason("INC-2").lasts(Duration::from_secs(60));
    let guard = live.audience("vendor").unwrap().exempt(exemption).unwrap();
    live.replace(rules.parse().unwrap()).unwrap();
    assert_eq!((show("vendor")[2], live.current().exemptions().len()), (3, 1), "over a reload");
    drop(guard);
    assert_eq!(show("vendor")[2], 0);
}

#[test]
fn what_an_audience_says_stands_against_less_and_not_against_more() {
    let built = |class, mode| {
        let policy = Policy::builder().rules(RULES).mask_from(class).mode(mode).build().unwrap();
        ["ops", "vendor", "archive"].map(|name| {
            let in_force = policy.audience(name).unwrap().in_force();
            (in_force.mask_from, in_force.mode)
        })
    };
    use DataClass::{Confidential, Internal, Public};
    use Mode::{Enforce, Observe};
    assert_eq!(built(Confidential, Enforce), [(Confidential, Enforce), (Public, Enforce), (Internal, Enforce)]);
    assert_eq!(built(Public, Enforce), [(Public, Enforce); 3]);
    // None of them says a mode, so the program's counts.
    assert_eq!(built(Internal, Observe), [(Internal, Observe), (Public, Observe), (Internal, Observe)]);
}

#[test]
fn a_lock_holds_for_audiences_too() {
    let locked = |ops: &str| {
        let rules = RULES
            .replace("include", "defaults.profile = \"production\"\ninclude")
            .replace("ops]\nmask_from = \"confidential\"", ops);
        format!("{rules}[profile.production]\nmask_from = \"internal\"\nlocked = true\n")
    };
    let error = locked("ops]\nmask_from = \"confidential\"").parse::<Policy>().unwrap_err().to_string();
    assert!(
        error.contains("the profile `production` is locked, and the audience `ops` would weaken it: mask_from"),
        "{error}"
    );
    assert!(error.contains("<string>:5:11"), "{error}");

    let live = LivePolicy::new(locked("ops]\nmask_from = \"public\"").parse().unwrap());
    let _ops = live.audience("ops").unwrap();
    // Within the profile's floor, and yet less than the audience had.
    let error = live.replace(locked("ops]\nmask_from = \"internal\"").parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("for the audience `ops`: the profile `production` is locked"), "{error}");
    live.replace(locked("ops]\nmask_from = \"public\"\nunlisted = \"drop\"").parse().unwrap()).unwrap();
    let error = live.replace(locked("ops]\nmask_from = \"public\"").parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("unlisted would be `scan`, and must be `drop` or stricter"), "{error}");
}

#[test]
fn an_audience_that_is_not_there_is_named_with_what_was_meant() {
    let error = policy().audience("vendr").unwrap_err().to_string();
    assert_eq!(error, "there is no audience `vendr`\n  = help: did you mean `vendor`?");
    let error = policy().audience("vendor").unwrap().audience("ops").unwrap_err().to_string();
    assert!(error.contains("this is the policy of an audience"), "{error}");
    let error = Policy::builtin().audience("vendor").unwrap_err().to_string();
    assert!(error.contains("help: these rules have no audiences; write `[audience.NAME]`"), "{error}");
    let error = "version = 1\n[audience.\"\"]\n".parse::<Policy>().unwrap_err().to_string();
    assert!(error.starts_with("an audience needs a name") && error.contains("<string>:2:11"), "{error}");
    let error = LivePolicy::new(policy()).audience("x").unwrap_err().to_string();
    assert!(error.contains("known here: `archive`, `ops`, `vendor`"), "{error}");
}

#[test]
fn every_audience_has_a_fingerprint_of_its_own() {
    let policy = policy();
    let mut fingerprints: Vec<_> =
        policy.audiences().map(|name| policy.audience(name).unwrap().fingerprint().to_owned()).collect();
    fingerprints.push(policy.fingerprint().to_owned());
    let all = fingerprints.len();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!((all, fingerprints.len()), (4, 4));
}
