//! Reloading while the program runs.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tracing::Dispatch;
use tracing::dispatcher::with_default;
use tracing::field::Empty;
use tracing_privacy::boundary::{PrivacyLayerExt as _, PrivacySubscriberExt as _};
use tracing_privacy::{Error, Exemption, LivePolicy, Policy};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

/// What was written.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).expect("UTF-8")
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Masks two fields, what a pattern finds, and a field of a span; all with the same letter.
fn rules(letter: char) -> String {
    format!(
        r#"
        version = 1
        [[field]]
        name = "fields"
        keys = ["first", "second", "third"]
        mask = {{ fixed = "{letter}" }}
        [[pattern]]
        name = "secret"
        regex = 'secret-\d+'
        mask = {{ fixed = "{letter}" }}
        "#
    )
}

fn policy(letter: char) -> Policy {
    rules(letter).parse().expect("good rules")
}

fn json_to(output: &Output, live: &LivePolicy) -> Dispatch {
    let writer = output.clone();
    let json = tracing_privacy::format::json_layer().with_writer(move || writer.clone());
    Dispatch::new(registry().with(json).with_privacy(live))
}

/// 1,000 reloads under 8 threads that log: each event, each new span and each record is masked by one policy as a whole.
#[test]
fn a_thousand_reloads_under_eight_threads() {
    const RELOADS: usize = 1000;
    let turn = Arc::new(AtomicUsize::new(0));
    let load = {
        let turn = Arc::clone(&turn);
        move || Ok(policy(if turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { 'A' } else { 'B' }))
    };
    let live = LivePolicy::load(load).expect("good rules");
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                with_default(&dispatch, || {
                    while !done.load(Ordering::Relaxed) {
                        let span = tracing::info_span!("work", first = "secret-1", second = "secret-2", third = Empty);
                        let _entered = span.enter();
                        span.record("third", "secret-3");
                        tracing::info!(
                            first = "secret-4",
                            second = 55_555_555_555_u64,
                            other = "secret-6",
                            "secret-7 and secret-8"
                        );
                    }
                });
            });
        }
        for _ in 0..RELOADS {
            live.reload().expect("good rules");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!((live.reloads().done, live.reloads().failed), (RELOADS as u64, 0));

    let text = output.take();
    assert!(!text.contains("secret-") && !text.contains("55555555555"), "a raw value came out");
    let mut letters = HashSet::new();
    let mut late = HashSet::new();
    let mut lines = 0;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if line["target"] == "tracing_privacy" {
            continue;
        }
        let fields = &line["fields"];
        let letter = fields["first"].as_str().expect("masked, and there").to_owned();
        assert_eq!(fields["second"], *letter, "{line}");
        assert_eq!(fields["other"], *letter, "{line}");
        assert_eq!(fields["message"], format!("{letter} and {letter}"), "{line}");
        assert_eq!(line["span"]["first"], line["span"]["second"], "{line}");
        let third = line["span"]["third"].as_str().unwrap_or_else(|| panic!("a record is never lost: {line}"));
        late.insert(third.to_owned());
        letters.insert(letter);
        lines += 1;
    }
    let both: HashSet<String> = ["A", "B"].map(str::to_owned).into();
    assert!(letters == both && late == both && lines > 100, "{lines} lines, {letters:?}, {late:?}");
    assert_eq!(policy_failures(&live), 0);
}

fn policy_failures(live: &LivePolicy) -> u64 {
    live.current().counts().failures
}

#[test]
fn callsites_and_spans_that_were_there_before_get_new_plans() {
    let live = LivePolicy::new(policy('A'));
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let event = || tracing::info!(first = "secret-1", new_key = "kept", "before and after");
    with_default(&dispatch, || {
        let span = tracing::info_span!("work", third = Empty);
        event();
        assert!(output.take().contains(r#""first":"A","new_key":"kept""#));
        let rules = rules('B').replace("\"second\"", "\"new_key\"");
        live.replace(rules.parse().expect("good rules")).expect("nothing is locked");
        let said = output.take();
        assert!(said.contains("privacy policy in force") && said.contains(live.current().fingerprint()), "{said}");
        event();
        assert!(output.take().contains(r#""first":"B","new_key":"B""#));
        span.record("third", "secret-3");
        span.in_scope(event);
        assert!(output.take().contains(r#""third":"B""#), "a span is known to a policy that came after it");
    });
}

/// A thread remembers texts that it found clean, and forms of texts: of one policy, whatever the way by which they come.
#[test]
fn what_a_thread_found_clean_it_reads_again_under_another_policy() {
    let live = LivePolicy::new("version = 1".parse::<Policy>().expect("good rules"));
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let log = |number: u32| {
        let text = format!("shelf {number}");
        let span = tracing::info_span!("work", in_span = text.as_str(), late = Empty);
        let _entered = span.enter();
        span.record("late", text.as_str());
        tracing::info!(text = text.as_str(), printed = ?text, shown = %text, "goods from shelf {number}");
        output.take()
    };
    with_default(&dispatch, || {
        for number in [1234, 4321, 1111, 1234] {
            assert!(log(number).matches(&format!("shelf {number}")).count() >= 6);
        }
        let rules = r#"
            version = 1
            [[pattern]]
            name = "shelf"
            regex = '\bshelf 7[0-9]{3}\b'
        "#;
        live.replace(rules.parse().expect("good rules")).expect("nothing is locked");
        output.take();
        for number in [1234, 4321, 1111, 7234, 1234, 7777] {
            let line = log(number);
            let raw = line.matches(&format!("shelf {number}")).count();
            assert!(if number < 7000 { raw >= 6 } else { raw == 0 }, "{line}");
        }
    });
}

#[test]
fn filters_are_asked_again_and_a_layers_boundary_changes_too() {
    struct Counts(Arc<AtomicUsize>);
    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counts {
        fn register_callsite(&self, _: &'static tracing::Metadata<'static>) -> tracing::subscriber::Interest {
            self.0.fetch_add(1, Ordering::Relaxed);
            tracing::subscriber::Interest::always()
        }
    }
    let live = LivePolicy::new(policy('A'));
    let (asked, output) = (Arc::new(AtomicUsize::new(0)), Output::default());
    let writer = output.clone();
    let json = tracing_privacy::format::json_layer().with_writer(move || writer.clone()).with_layer_privacy(&live);
    let dispatch = Dispatch::new(registry().with(json).with(Counts(Arc::clone(&asked))));
    let event = || tracing::info!("secret-1");
    with_default(&dispatch, || {
        event();
        let before = asked.load(Ordering::Relaxed);
        live.replace(policy('B')).expect("nothing is locked");
        assert!(asked.load(Ordering::Relaxed) > before);
        output.take();
        event();
        assert!(output.take().contains(r#""message":"B""#));
    });
}

/// A file of rules that a test changes.
struct File {
    directory: tempfile::TempDir,
}

impl File {
    fn new(rules: &str) -> Self {
        let file = Self { directory: tempfile::tempdir().expect("a directory for this test") };
        file.write(rules);
        file
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("redaction-rules.toml")
    }

    fn write(&self, rules: &str) {
        std::fs::write(self.path(), rules).expect("a file for this test");
    }
}

fn letter(live: &LivePolicy) -> String {
    live.current().sanitize_text("secret-1")
}

#[test]
fn whatever_is_wrong_with_a_new_file_leaves_the_old_policy() {
    let file = File::new(&rules('A'));
    let live = LivePolicy::from_file(file.path()).expect("good rules");
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let mut failures = 0;
    let mut refused = |why: &str| {
        with_default(&dispatch, || {
            let error = live.reload().expect_err("it is wrong").to_string();
            failures += 1;
            let said = output.take();
            assert!(error.contains(why), "{why}: {error}");
            assert!(said.contains("ERROR") && said.contains("the old policy stays in force"), "{said}");
            assert_eq!((letter(&live).as_str(), live.reloads().failed), ("A", failures));
        });
    };
    file.write("");
    refused("is empty");
    file.write(&rules('B')[..rules('B').len() / 2]);
    refused("redaction-rules.toml:");
    file.write("version = 1\n[[pattern]]\nname = \"x\"\nregex = '('");
    refused("this regex is no good");
    let remove = || std::fs::remove_file(file.path()).expect("it is there");
    remove();
    refused("cannot read");
    std::fs::create_dir(file.path()).expect("a directory for this test");
    refused("cannot read");
    std::fs::remove_dir(file.path()).expect("it is there");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(file.path(), file.path()).expect("a loop for this test");
        refused("cannot read");
        remove();
    }
    file.write(&rules('B'));
    live.reload().expect("good rules");
    assert_eq!(letter(&live), "B");
}

/// The thread that reloads has no subscriber; without care, `tracing-core` would then switch off all callsites.
#[test]
fn a_reload_on_a_thread_without_a_subscriber_switches_nothing_off() {
    let live = LivePolicy::new(policy('A'));
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let event = || tracing::info!("secret-1");
    with_default(&dispatch, || {
        for letter in ['B', 'C'] {
            event();
            let _without_a_boundary = LivePolicy::new(policy('A')).replace(policy('B'));
            thread::scope(|scope| scope.spawn(|| live.replace(policy(letter)).expect("nothing is locked")).join())
                .expect("it does not panic");
            assert!(output.take().contains("privacy policy in force"), "where the boundary is, that is said");
            event();
            assert!(output.take().contains(&format!(r#""message":"{letter}""#)));
        }
    });
}

#[test]
fn one_that_was_loaded_from_nowhere_says_so() {
    let live = LivePolicy::new(policy('A'));
    assert!(
        live.reload().expect_err("from nowhere").to_string().starts_with("this policy was not loaded from anywhere")
    );
    assert!(live.watch(Duration::from_secs(1)).is_err(), "there is no file");
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_watched_file_that_changes_is_loaded() {
    let file = File::new(&rules('A'));
    let live = LivePolicy::from_file(file.path()).expect("good rules");
    live.watch(Duration::from_millis(20)).expect("there is a file");
    file.write(&rules('B'));
    wait_until("written in place", || letter(&live) == "B");
    let other = file.directory.path().join("other.toml");
    std::fs::write(&other, rules('C')).expect("a file for this test");
    std::fs::rename(&other, file.path()).expect("it is there");
    wait_until("renamed over it", || letter(&live) == "C");
    file.write("version = 1\n[[field]]\n");
    wait_until("broken", || live.reloads().failed == 1);
    thread::sleep(Duration::from_millis(100));
    assert_eq!((live.reloads().failed, letter(&live).as_str()), (1, "C"), "told once, and the old policy stays");
    file.write(&rules('D'));
    wait_until("mended", || letter(&live) == "D");
    #[cfg(unix)]
    {
        // As Kubernetes changes what it mounts: a link to a directory is replaced.
        let (links, path) = (file.directory.path().join("data"), file.directory.path().join("linked.toml"));
        for (version, letter) in [("v1", 'E'), ("v2", 'F')] {
            std::fs::create_dir(file.directory.path().join(version)).expect("a directory");
            std::fs::write(file.directory.path().join(version).join("rules.toml"), rules(letter)).expect("a file");
        }
        std::os::unix::fs::symlink("v1", &links).expect("a link");
        std::os::unix::fs::symlink("data/rules.toml", &path).expect("a link");
        let live = LivePolicy::from_file(&path).expect("good rules");
        live.watch(Duration::from_millis(20)).expect("there is a file");
        std::os::unix::fs::symlink("v2", file.directory.path().join("new")).expect("a link");
        std::fs::rename(file.directory.path().join("new"), &links).expect("it is there");
        wait_until("the link was changed", || letter(&live) == "F");
    }
}

#[cfg(all(unix, feature = "signal"))]
#[test]
fn a_hangup_reloads() {
    let file = File::new(&rules('A'));
    let live = LivePolicy::from_file(file.path()).expect("good rules");
    live.reload_on_hangup().expect("the signal can be caught");
    file.write(&rules('B'));
    let this = std::process::id().to_string();
    let sent = std::process::Command::new("kill").args(["-HUP", &this]).status().expect("kill is there");
    assert!(sent.success());
    wait_until("a signal", || letter(&live) == "B");
}

#[test]
fn an_exemption_of_code_outlives_a_reload_that_allows_it() {
    let live = LivePolicy::new(policy('A'));
    let output = Output::default();
    let dispatch = json_to(&output, &live);
    let exemption = || {
        let exemption = Exemption::field("first").target("reload").reason("a test").lasts(Duration::from_secs(600));
        live.exempt(exemption).expect("a good exemption")
    };
    let shows = || {
        with_default(&dispatch, || tracing::info!(target: "reload", first = "secret-1"));
        output.take().contains("secret-1")
    };
    let guard = exemption();
    assert!(shows());
    live.replace(policy('B')).expect("nothing is locked");
    assert!(shows() && live.current().exemptions().len() == 1);
    drop(guard);
    assert!(!shows() && live.current().exemptions().is_empty(), "its guard still ends it");
    let guard = exemption();
    let short = format!("{}\n[defaults]\nmax_exemption = \"1m\"", rules('C'));
    live.replace(short.parse().expect("good rules")).expect("nothing is locked");
    assert!(!shows() && !guard.is_in_force(), "the new rules allow one minute");
}

/// What a locked profile lets be reloaded, and what not.
#[test]
fn a_locked_profile_refuses_rules_that_mask_less() {
    let locked = |more: &str| -> Result<Policy, Error> {
        let rules = format!(
            "version = 1\ninclude = [\"builtin:pci\"]\n{more}\n[profile.production]\nlocked = true\nmax_exemption = \"1h\"\n"
        );
        Policy::builder().rules(&rules).profile("production").build()
    };
    let field = "[[field]]\nname = \"badge\"\nkeys = [\"badge\", \"pass\"]\nmask = { keep_last = 2 }\n";
    let old = || LivePolicy::new(locked(field).expect("good rules"));
    let allowed = [
        field.to_owned(),
        format!("{field}[[field]]\nkeys = [\"more\", \"*_more\"]\n"),
        format!("{field}[[field]]\nkeys = [\"more\"]\nmask = {{ keep_last = 2 }}\n"),
        format!("{field}[[pattern]]\nname = \"more\"\nregex = 'more-\\d+'\n"),
        format!("[defaults]\nmask_from = \"public\"\nunlisted = \"mask\"\n{field}"),
        field.replace("{ keep_last = 2 }", "\"erase\""),
        field.replace("\"badge\", \"pass\"", "\"pass\", \"badge\", \"badge_number\""),
    ];
    for rules in allowed {
        old().replace(locked(&rules).expect("good rules")).unwrap_or_else(|error| panic!("{rules}\n{error}"));
    }
    let refused = [
        (String::new(), "the rule `badge` would mask less"),
        (field.replace(", \"pass\"", ""), "the rule `badge` would mask less"),
        (field.replace("keep_last = 2", "keep_last = 12"), "the rule `badge` would mask less"),
        (field.replace("mask =", "class = \"public\"\nmask ="), "the rule `badge` would mask less"),
        (format!("[rules]\ncard = \"off\"\n{field}"), "the rule `card` would mask less"),
        (
            format!("{field}[[field]]\nname = \"mine\"\nkeys = [\"cvv\"]\nmask = {{ keep_last = 2 }}\n"),
            "the new rule `mine` may show",
        ),
        (
            format!("{field}[[field]]\nname = \"mine\"\nkeys = [\"card.cvv\"]\nclass = \"public\"\n"),
            "the new rule `mine` may show",
        ),
        (
            format!("{field}[[field]]\nname = \"mine\"\nkeys = [\"*_x\"]\nclass = \"public\"\n"),
            "the new rule `mine` may show",
        ),
        (
            format!("{field}[[pattern]]\nname = \"mine\"\nregex = 'more-\\d+'\nmask = {{ keep_last = 2 }}\n"),
            "the new rule `mine` may show",
        ),
    ];
    for (rules, why) in refused {
        let live = old();
        let error = live.replace(locked(&rules).expect("good rules")).expect_err(&rules).to_string();
        assert!(
            error.starts_with("the profile `production` is locked, and ") && error.contains(why),
            "{rules}\n{error}"
        );
        assert_eq!(live.current().sanitize_text("badge=12345"), "badge=***45", "the old policy stays");
    }
    let open = |rules: &str| rules.parse::<Policy>().expect("good rules");
    let error =
        old().replace(open(&format!("version = 1\ninclude = [\"builtin:pci\"]\n{field}"))).expect_err("no lock");
    assert!(error.to_string().contains("the new rules have no lock"), "{error}");
    let longer = "version = 1\n[defaults]\nprofile = \"p\"\n[profile.p]\nlocked = true\nmax_exemption = \"2h\"\n";
    let error = old().replace(open(longer)).expect_err("longer exemptions").to_string();
    assert!(error.contains("max_exemption would be `2h`, and must be `1h` or stricter"), "{error}");
    let unlocked = LivePolicy::new(open(&format!("version = 1\n{field}")));
    unlocked.replace(open("version = 1\n[defaults]\nunlisted = \"mask\"")).expect("nothing is locked");
}
