use std::collections::BTreeMap;

use super::places::{MOST_CELLS, MOST_PLACES, SHARDS};
use super::*;
use crate::Policy;
use crate::policy::{Category, DataClass};

/// A disk that can be full.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<(bool, Vec<u8>)>>);

impl Sink for Disk {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let mut disk = lock(&self.0);
        if disk.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        disk.1.extend_from_slice(line);
        Ok(())
    }
}

impl Disk {
    fn set_full(&self, full: bool) {
        lock(&self.0).0 = full;
    }

    /// The lines, as kind or rule and count.
    fn lines(&self) -> Vec<String> {
        let bytes = lock(&self.0).1.clone();
        verify(&bytes[..]).expect("the trail is whole");
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let name = line.get("rule").unwrap_or(&line["kind"]).as_str().expect("a name").to_owned();
            format!("{name} {}", line["count"])
        };
        String::from_utf8(bytes).expect("UTF-8").lines().map(line).collect()
    }
}

fn trail() -> (Disk, Trail) {
    let disk = Disk::default();
    let trail = Trail::to(Box::new(disk.clone()), 1, chain::of_nothing());
    (disk, trail)
}

fn decide(trail: &Trail, rule: &str) {
    trail.decided(&Decision {
        rule,
        category: &Category::PERSON,
        class: DataClass::Internal,
        masker: "erase",
        field: "a key from a text",
        callsite: None,
        policy: "fingerprint",
        failed: false,
        dropped: false,
        enforced: true,
        made_by: None,
    });
}

#[test]
fn the_first_is_written_at_once_and_the_others_are_counted() {
    let (disk, trail) = trail();
    decide(&trail, "a");
    assert_eq!(disk.lines(), ["a 1"]);
    (0..9).for_each(|_| decide(&trail, "a"));
    decide(&trail, "b");
    assert_eq!(disk.lines(), ["a 1", "b 1"]);
    trail.flush();
    trail.flush();
    assert_eq!(disk.lines(), ["a 1", "b 1", "a 9"]);
    decide(&trail, "a");
    drop(trail);
    assert_eq!(disk.lines()[3..], ["a 1"], "what is left is written at the end");
    assert!(!String::from_utf8_lossy(&lock(&disk.0).1).contains("a key from a text"));
}

#[test]
fn on_a_full_disk_decisions_are_counted_on_and_lost_notices_are_told() {
    let (disk, trail) = trail();
    decide(&trail, "a");
    disk.set_full(true);
    decide(&trail, "a");
    decide(&trail, "new");
    decide(&trail, "new");
    trail.noticed(&Notice::Reloaded { from: "x", to: "y" });
    trail.flush();
    assert_eq!((disk.lines(), trail.lost()), (vec!["a 1".to_owned()], 1));
    disk.set_full(false);
    trail.flush();
    let mut lines = disk.lines();
    lines[2..].sort();
    assert_eq!(lines, ["a 1", "lost 1", "a 1", "new 2"]);
}

#[test]
fn places_without_end_become_one() {
    let (disk, trail) = trail();
    let many = SHARDS * MOST_PLACES * 2;
    (0..many).for_each(|i| decide(&trail, &format!("rule-{i}")));
    trail.flush();
    let counts =
        disk.lines().iter().map(|line| line.rsplit(' ').next().and_then(|n| n.parse::<usize>().ok()).expect("n")).sum();
    assert_eq!((many, true), (counts, disk.lines().len() < many * 3 / 4));
}

/// The sum of all counts, by rule and field.
fn sums(disk: &Disk) -> BTreeMap<String, u64> {
    let bytes = lock(&disk.0).1.clone();
    verify(&bytes[..]).expect("the trail is whole");
    let mut sums = BTreeMap::new();
    for line in String::from_utf8(bytes).expect("UTF-8").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let field = line["field"].as_str().unwrap_or("-").to_owned();
        *sums.entry(format!("{} {field}", line["rule"].as_str().expect("a rule"))).or_default() +=
            line["count"].as_u64().expect("a count");
    }
    sums
}

#[test]
fn threads_count_each_for_itself_and_nothing_is_lost_when_they_end() {
    const EACH: u64 = 2000;
    let (disk, trail) = trail();
    let policy = Policy::builder().include("builtin:pii").include("builtin:secrets").observer(trail.clone()).build();
    let policy = policy.expect("good rules");
    for _ in 0..3 {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let _ = crate::testing::capture(&policy, || {
                            for i in 0..EACH {
                                tracing::info!(email = "jo@example.com", other = "key password=hunter2", i);
                            }
                        });
                    })
                })
                .collect();
            while !threads.iter().all(thread::ScopedJoinHandle::is_finished) {
                trail.flush();
                thread::yield_now();
            }
        });
    }
    trail.flush();
    let expected = [("email_field email".to_owned(), 12 * EACH), ("password -".to_owned(), 12 * EACH)];
    assert_eq!(sums(&disk), expected.into());
    assert!(disk.lines().len() > 20, "it was written meanwhile");
    trail.flush();
    assert_eq!(sums(&disk), [("email_field email".to_owned(), 12 * EACH), ("password -".to_owned(), 12 * EACH)].into());
}

/// Policies that come and go stand at the same addresses, one after the other.
#[test]
fn rules_of_a_policy_are_not_taken_for_those_of_one_that_is_gone() {
    let (disk, trail) = trail();
    let rounds = u64::try_from(MOST_CELLS / 2 + 50).expect("few");
    for round in 0..rounds {
        let name = if round % 2 == 0 { "even" } else { "odd_" };
        let rules = format!(
            "version = 1\n[[field]]\nname = \"{name}\"\nkeys = [\"badge\"]\n[[field]]\nname = \"x{name}\"\nkeys = [\"x\"]\n"
        );
        let policy = Policy::builder().rules(&rules).observer(trail.clone()).build().expect("good rules");
        for _ in 0..3 {
            policy.sanitize_field("badge", "B-4711");
            policy.sanitize_field("x", "B-4711");
        }
    }
    trail.flush();
    let half = 3 * rounds / 2;
    let expected = ["even -", "odd_ -", "xeven -", "xodd_ -"].map(|name| (name.to_owned(), half));
    assert_eq!(sums(&disk), expected.into());
}

/// The key of a text is data, so it is not told; and it makes no places without end.
#[test]
fn keys_of_texts_are_one_place_unless_the_callsite_has_a_field_of_that_name() {
    let (disk, trail) = trail();
    let policy = Policy::builder().include("builtin:secrets").observer(trail.clone()).build().expect("good rules");
    let _ = crate::testing::capture(&policy, || {
        for i in 0..50 {
            let key = if i % 2 == 0 { format!("k{i}_password") } else { "password".to_owned() };
            tracing::info!(body = format!("{key}=hunter{i}zq"), password = "hunter2");
        }
    });
    trail.flush();
    assert_eq!(sums(&disk), [("password -".to_owned(), 25), ("password password".to_owned(), 75)].into());
    assert_eq!(disk.lines().len(), 4);
}
