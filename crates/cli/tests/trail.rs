//! `tracing-privacy trail`, run as a person runs it, on trails of the library and on such as someone changed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::Write as _;

use support::{TRAIL, command, directory, head, ran, ran_with_input, trail};
use tracing_privacy::Policy;
use tracing_privacy::observe::trail::Trail;
use tracing_privacy::testing::capture;

#[test]
fn a_trail_of_the_library_is_verified_shown_and_summed_up() {
    let directory = directory();
    let written = Trail::open(directory.path().join("privacy.trail")).unwrap();
    let policy = Policy::builder().include_all().observer(written.clone()).build().unwrap();
    for _ in 0..5 {
        let _ = capture(
            &policy,
            || tracing::info!(target: "shop::billing", { user.email = "jo@example.com" }, "signed in"),
        );
    }
    drop(policy);
    written.flush();

    let verified = ran(directory.path(), "trail verify privacy.trail");
    assert_eq!((verified.code, verified.err.as_str()), (Some(0), ""));
    let head = head(&fs::read_to_string(directory.path().join("privacy.trail")).unwrap());
    assert_eq!(verified.out, format!("privacy.trail: whole; lines: 2, head: {head}\n"));

    let shown = ran(directory.path(), "trail show privacy.trail");
    let lines: Vec<_> = shown.out.lines().collect();
    assert_eq!((shown.code, lines.len()), (Some(0), 2), "{shown:?}");
    assert!(
        lines[1].contains("masked 4× email_field (confidential, contact) by email_domain in shop::billing, at"),
        "{lines:?}"
    );
    assert!(lines[1].contains("tests/trail.rs:") && lines[1].contains(", field user.email, policy "), "{lines:?}");

    let report = ran(directory.path(), "trail report --format json privacy.trail");
    let report: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    assert_eq!((&report["decisions"], &report["targets"][0]["name"]), (&5.into(), &"shop::billing".into()));
    assert_eq!(report["rules"], serde_json::json!([{ "name": "email_field", "count": 5 }]));
}

#[test]
fn what_was_done_to_a_trail_is_told_with_its_line() {
    let directory = directory();
    let whole = trail(&TRAIL);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let mut reordered = lines.clone();
    reordered.swap(2, 4);
    let cases = [
        ("modified", whole.replace("\"count\":41", "\"count\":40"), "line 2 was modified"),
        ("reordered", reordered.concat(), "line 3 was written as line 5"),
        ("missing", [&lines[..3], &lines[5..]].concat().concat(), "before line 4, 2 line(s) are missing"),
        ("torn", whole[..whole.len() - 20].to_owned(), "line 8 is torn; those before it are whole"),
    ];
    for (fault, text, told) in &cases {
        fs::write(directory.path().join("a.trail"), text).unwrap();
        let verified = ran(directory.path(), "trail verify a.trail");
        assert_eq!((verified.code, verified.out.as_str()), (Some(1), &*format!("a.trail: {told}\n")), "{verified:?}");
        let json = ran(directory.path(), "trail verify --format json a.trail");
        let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        let line = told.split(' ').find_map(|word| word.trim_end_matches(',').parse::<u64>().ok()).unwrap();
        assert_eq!((&json["whole"], &json["fault"], &json["line"]), (&false.into(), &(*fault).into(), &line.into()));
    }
}

#[test]
fn a_head_that_was_kept_shows_what_was_taken_off_the_end() {
    let directory = directory();
    let (early, whole) = (trail(&TRAIL[..5]), trail(&TRAIL));
    let cut = trail(&TRAIL[..4]);
    for (name, text) in [("whole.trail", &whole), ("cut.trail", &cut)] {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let verify = |file: &str| ran(directory.path(), &format!("trail verify --head {} {file}", head(&early)));
    assert_eq!(verify("whole.trail").code, Some(0), "a head of before is in what was written since");
    let cut = verify("cut.trail");
    assert_eq!(cut.code, Some(1));
    assert!(cut.out.contains("taken off its end"), "{}", cut.out);
    let mistake = ran(directory.path(), "trail verify --head abc whole.trail");
    assert!(mistake.code == Some(2) && mistake.err.contains("64 hexadecimal digits"), "{}", mistake.err);
}

#[test]
fn trails_are_shown_by_rule_category_target_and_time() {
    let directory = directory();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL)).unwrap();
    insta::assert_snapshot!("trail_show", ran(directory.path(), "trail show a.trail").out);
    for (filter, lines) in [
        ("--rule email", 2),
        ("--rule *_*", 2),
        ("--category credential", 1),
        ("--target shop::billing", 4),
        ("--target shop::*", 6),
        ("--since 2026-01-02T05:00:00Z", 4),
        ("--since 2026-01-02T04:00:00Z --until 2026-01-02T05:10:00Z", 3),
        ("--until 2026-01-02", 0),
        ("--since 1h", 0),
        ("--rule email --target shop::cloud", 0),
    ] {
        let shown = ran(directory.path(), &format!("trail show {filter} a.trail"));
        assert_eq!((shown.code, shown.out.lines().count()), (Some(0), lines), "{filter}: {}", shown.out);
    }
}

#[test]
fn a_report_sums_up_as_a_table() {
    let directory = directory();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL)).unwrap();
    insta::assert_snapshot!("trail_report", ran(directory.path(), "trail report --top 2 a.trail").out);
    insta::assert_snapshot!("trail_report_json", ran(directory.path(), "trail report --format json a.trail").out);
}

#[test]
fn trails_are_read_from_folders_compressed_and_from_a_pipe() {
    let directory = directory();
    let whole = trail(&TRAIL);
    fs::create_dir(directory.path().join("trails")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(whole.as_bytes()).unwrap();
    fs::write(directory.path().join("trails/a.trail.gz"), encoder.finish().unwrap()).unwrap();
    fs::write(directory.path().join("trails/b.trail.zst"), zstd::encode_all(whole.as_bytes(), 1).unwrap()).unwrap();
    let verified = ran(directory.path(), "trail verify trails");
    assert_eq!((verified.code, verified.out.matches(": whole; lines: 8").count()), (Some(0), 2), "{verified:?}");
    let mut verify = command(directory.path());
    verify.args(["trail", "verify", "-"]);
    let piped = ran_with_input(verify, whole.as_bytes());
    assert!(piped.code == Some(0) && piped.out.starts_with("standard input: whole"), "{piped:?}");
}

#[test]
fn what_is_no_trail_is_named_and_the_rest_is_done() {
    let directory = directory();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL)).unwrap();
    fs::write(directory.path().join("b.log"), "no trail\n\u{1b}[31mred\n").unwrap();
    let verified = ran(directory.path(), "trail verify missing.trail b.log a.trail");
    assert_eq!(verified.code, Some(2));
    assert!(verified.err.starts_with("tracing-privacy: missing.trail: "), "{}", verified.err);
    assert!(verified.out.starts_with("b.log: line 1 was modified\na.trail: whole"), "{}", verified.out);
    let shown = ran(directory.path(), "trail show b.log a.trail");
    assert_eq!((shown.code, shown.out.lines().count()), (Some(2), 8));
    assert!(shown.err.contains("b.log: line 1 is none of a trail"), "{}", shown.err);
    let report = ran(directory.path(), "trail report missing.trail a.trail");
    assert!(report.code == Some(2) && report.out.contains("decisions: 47"), "{report:?}");
}

/// Someone who can write into a trail must not be able to write to the terminal of whoever reads it.
#[test]
fn escape_sequences_in_a_trail_are_shown_not_obeyed() {
    let directory = directory();
    let line =
        r#""time":"2026-01-02T03:04:05Z","kind":"\u001b[31mmasked\nx","rule":"\u001b]0;x\u0007","target":"\u009b31m""#;
    fs::write(directory.path().join("a.trail"), trail(&[line])).unwrap();
    for command in ["show", "report", "verify"] {
        let shown = ran(directory.path(), &format!("trail {command} a.trail"));
        assert!(!shown.out.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{command}: {:?}", shown.out);
    }
    assert_eq!(ran(directory.path(), "trail show a.trail").out.lines().count(), 1);
}
