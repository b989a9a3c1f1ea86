//! The decision trail: of a program that is killed, of two that want one file, of an exemption that expires.

#![cfg(feature = "trail")]

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tracing_privacy::observe::trail::{Trail, TrailFault, Verified, verify};
use tracing_privacy::testing::capture;
use tracing_privacy::{Exemption, Policy};

const CHILD: &str = "TRAIL_OF_THE_CHILD";

fn verified(path: &Path) -> Result<Verified, TrailFault> {
    verify(BufReader::new(File::open(path).expect("it is there")))
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("it is there");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn policy(trail: &Trail) -> Policy {
    Policy::builder().include_all().observer(trail.clone()).build().expect("good rules")
}

#[test]
fn it_says_what_was_masked_and_where_and_never_a_value() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    let trail = Trail::open(&path).expect("a new trail");
    let policy = policy(&trail);
    let line = line!() + 2;
    let log = || {
        tracing::info!(
            user.email = "jo@example.com",
            body = r#"{"jo_smith_password": "hunter2zq"}"#,
            "password=hunter2zq"
        );
    };
    for _ in 0..100 {
        let _ = capture(&policy, log);
    }
    trail.flush();
    let written = lines(&path);
    let email: Vec<&Value> = written.iter().filter(|line| line["field"] == "user.email").collect();
    assert_eq!(email.len(), 2, "one at once, one for the rest");
    assert_eq!((&email[0]["count"], &email[1]["count"]), (&1.into(), &99.into()));
    let first = email[0];
    assert_eq!(
        (&first["field"], &first["masker"], &first["outcome"]),
        (&"user.email".into(), &"email_domain".into(), &"masked".into())
    );
    assert_eq!(
        (&first["target"], &first["file"], &first["line"]),
        (&"trail".into(), &"tests/trail.rs".into(), &line.into())
    );
    assert_eq!(first["policy"], policy.fingerprint());
    assert_eq!(written.iter().map(|line| line["count"].as_u64().expect("a count")).sum::<u64>(), 300);
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(!text.contains("hunter2") && !text.contains("jo@") && !text.contains("jo_smith"), "{text}");
    let whole = verified(&path).expect("it is whole");
    assert_eq!(written.last().expect("there are some")["hash"], whole.head);
}

#[test]
fn an_exemption_that_expires_leaves_three_records() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    let policy = policy(&Trail::open(&path).expect("a new trail"));
    let log = || {
        capture(&policy, || tracing::info!(email = "jo@example.com"))
            .text(tracing_privacy::testing::Output::Json)
            .to_owned()
    };
    let length = Duration::from_secs(2);
    let exemption = Exemption::field("email").target("trail").reason("INC-4711").lasts(length);
    let _guard = policy.exempt(exemption).expect("a good exemption");
    assert!(log().contains("jo@example.com"));
    thread::sleep(length);
    assert!(!log().contains("jo@example.com"));
    let kinds: Vec<Value> = lines(&path).iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds, ["exemption_armed", "exemption_used", "exemption_expired", "masked"]);
    assert_eq!(lines(&path)[2]["reason"], "INC-4711");
}

#[test]
fn two_cannot_write_to_one_file() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    let first = Trail::open(&path).expect("a new trail");
    assert_eq!(Trail::open(&path).expect_err("it is locked").kind(), io::ErrorKind::WouldBlock);
    drop(first);
    assert!(Trail::open(&path).is_ok(), "its end unlocks it");
}

/// Starts this test's program again, for that one test.
fn child(test: &str, path: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", test, "--nocapture"]).env(CHILD, path).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

#[test]
fn nor_can_two_processes() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    let mut child = child("child_that_writes_until_it_is_killed", &path).spawn().expect("this test can run itself");
    let start = Instant::now();
    while std::fs::metadata(&path).map_or(0, |metadata| metadata.len()) == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is written");
        thread::sleep(Duration::from_millis(1));
    }
    let error = Trail::open(&path).expect_err("the child has it");
    child.kill().expect("it still runs");
    child.wait().expect("it is gone");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    assert!(error.to_string().contains("another process"), "{error}");
    drop(Trail::open(&path).expect("its end unlocks it"));
    verified(&path).expect("it is whole");
}

/// Not a test of its own: what the next one starts, in a file system of 64 KiB.
#[test]
fn child_on_a_disk_that_is_full() {
    let Some(directory) = std::env::var_os(CHILD) else { return };
    let (path, filler) = (Path::new(&directory).join("trail"), Path::new(&directory).join("filler"));
    let trail = Trail::open(&path).expect("a new trail");
    let policy = policy(&trail);
    let log = || {
        let email = capture(&policy, || tracing::info!(email = "jo@example.com"));
        assert!(!email.text(tracing_privacy::testing::Output::Json).contains("jo@"), "masking goes on");
    };
    log();
    let fills = std::fs::write(&filler, vec![0; 1 << 20]).expect_err("there is no room for that");
    assert_eq!(fills.kind(), io::ErrorKind::StorageFull);
    // The last page of the trail has room for some lines.
    let before = trail.lost();
    let exempt = || {
        let exemption = Exemption::field("email").target("nobody").reason("INC-4711").lasts(Duration::from_secs(60));
        drop(policy.exempt(exemption).expect("a good exemption"));
    };
    while trail.lost() < before + 10 {
        exempt();
    }
    (0..1000).for_each(|_| log());
    trail.flush();
    let lost = trail.lost();
    verified(&path).expect("what stands there is whole");
    std::fs::remove_file(&filler).expect("it is there");
    trail.flush();
    verified(&path).expect("what stands there is whole");
    let lines = lines(&path);
    let emails =
        lines.iter().filter(|line| line["field"] == "email").map(|line| line["count"].as_u64().expect("how many"));
    assert_eq!(emails.sum::<u64>(), 1001, "no decision is lost");
    let told: u64 =
        lines.iter().filter(|line| line["kind"] == "lost").map(|line| line["count"].as_u64().expect("n")).sum();
    assert_eq!(told, lost, "what is lost is told");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_disk_that_is_full_masking_goes_on_and_nothing_is_lost_in_silence() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let mounts =
        "mount -t tmpfs -o size=64k tmpfs \"$TRAIL_OF_THE_CHILD\" && exec \"$0\" --exact child_on_a_disk_that_is_full";
    let own = |flags: &str, command: &str| {
        let program = std::env::current_exe().expect("this test");
        let mut unshare = Command::new("unshare");
        unshare.args([flags, "sh", "-c", command]).arg(program).env(CHILD, directory.path()).output()
    };
    // A mount that nobody else sees: as root, or as root of a name space.
    let can_mount = |flags: &&&str| {
        own(flags, "mount -t tmpfs tmpfs \"$TRAIL_OF_THE_CHILD\"").is_ok_and(|output| output.status.success())
    };
    let Some(flags) = ["-m", "-rm"].iter().find(can_mount) else {
        println!("NOT RUN: nothing can be mounted here, so that no disk can be made full");
        return;
    };
    let output = own(flags, mounts).expect("it was started before");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("1 passed"), "{told}");
}

#[test]
fn what_is_no_trail_is_not_written_to() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    for text in ["a log line\n", "{\"n\":1}\n"] {
        std::fs::write(&path, text).expect("a file for this test");
        assert_eq!(Trail::open(&path).expect_err("no trail").kind(), io::ErrorKind::InvalidData);
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    }
    assert!(Trail::open(directory.path()).is_err());
}

/// Not a test of its own: what the next one starts, and kills.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let start = Instant::now();
    // The one that was killed may not be gone yet.
    let trail = loop {
        match Trail::open(&path) {
            Ok(trail) => break trail,
            Err(error) if start.elapsed() < Duration::from_secs(10) => drop(error),
            Err(error) => panic!("{error}"),
        }
    };
    let policy = Policy::builder().include("builtin:pii").observer(trail.clone()).build().expect("good rules");
    while start.elapsed() < Duration::from_secs(60) {
        policy.sanitize_text("jo@example.com");
        trail.flush();
    }
}

#[cfg(unix)]
#[test]
fn killed_two_hundred_times_it_is_whole_up_to_its_last_whole_line_and_goes_on() {
    let directory = tempfile::tempdir().expect("a directory for this test");
    let path = directory.path().join("trail");
    let (mut before, mut torn) = (0, 0);
    for round in 0..200_u64 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "child_that_writes_until_it_is_killed"])
            .env(CHILD, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test can run itself");
        let start = Instant::now();
        let len = || std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let from = len();
        while len() <= from {
            assert!(start.elapsed() < Duration::from_secs(60), "nothing is written in round {round}");
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_micros(round * 37 % 3000));
        child.kill().expect("it still runs"); // SIGKILL
        child.wait().expect("it is gone");
        let (whole, is_torn) = match verified(&path) {
            Ok(verified) => (verified.lines, false),
            Err(TrailFault::Torn { line }) => (line - 1, true),
            Err(fault) => panic!("round {round}: {fault}"),
        };
        torn += u32::from(is_torn);
        // The line that was torn may be the first that this child wrote.
        assert!(whole > before || is_torn && whole == before, "round {round}: it goes on");
        before = whole;
    }
    // A kill seldom tears a line that one call writes; so one is torn by hand.
    let text = std::fs::read(&path).expect("it is there");
    std::fs::write(&path, &text[..text.len() - 30]).expect("it can be written");
    assert!(matches!(verified(&path), Err(TrailFault::Torn { .. })), "after {torn} torn by kills");
    drop(Trail::open(&path).expect("it goes on"));
    let last = lines(&path).pop().expect("there are many");
    assert_eq!(last["kind"], "recovered");
    assert!(last["bytes"].as_u64().expect("how many") > 0);
    verified(&path).expect("it is whole again");
}
