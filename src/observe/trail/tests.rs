use super::*;
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
