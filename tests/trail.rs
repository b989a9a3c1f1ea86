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
    let length = Duration::from_millis(300);
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
            assert!(start.elapsed() < Duration::from_secs(20), "nothing is written in round {round}");
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_micros(round * 37 % 3000));
        child.kill().expect("it still runs"); // SIGKILL
        child.wait().expect("it is gone");
        let whole = match verified(&path) {
            Ok(verified) => verified.lines,
            Err(TrailFault::Torn { line }) => {
                torn += 1;
                line - 1
            }
            Err(fault) => panic!("round {round}: {fault}"),
        };
        assert!(whole > before, "round {round}: it goes on");
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
