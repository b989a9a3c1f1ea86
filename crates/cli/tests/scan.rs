//! `tracing-privacy scan`, run as a person runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use support::planted::{plant, shown};
use support::{KEY, Ran, command, directory, finished, ran, ran_with_input};

const MAIL: &str = "jane.doe@example.com";
const AWS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const BODY: &str = "MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu";

/// Writes files, named by their path.
fn write(directory: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[track_caller]
fn assert_shows_nothing(ran: &Ran) {
    assert_eq!((shown(&ran.out), shown(&ran.err)), (None, None), "a value is shown");
}

#[test]
fn all_leaks_of_a_tree_are_found_and_nothing_else() {
    let directory = directory();
    let places = plant(directory.path());
    let found = ran(directory.path(), "scan --format json logs");
    assert_eq!(found.code, Some(1), "{}", found.err);
    let findings: Vec<serde_json::Value> = found.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut told: Vec<(String, u64)> = findings
        .iter()
        .map(|finding| (finding["file"].as_str().unwrap().to_owned(), finding["line"].as_u64().unwrap()))
        .collect();
    let mut planted: Vec<_> = places.iter().map(|(file, line, _)| (file.clone(), *line)).collect();
    told.sort();
    planted.sort();
    assert_eq!(told, planted);
    assert_eq!(found.err, "tracing-privacy: 40 findings; lines: 10040, inputs: 11\n");

    let values = ran(directory.path(), "scan --show --jobs 3 logs");
    for (_, _, value) in places {
        let value = value.replace("sid=", "");
        assert!(values.out.contains(&value), "{value} is not shown, and it was asked for");
    }
}

#[test]
fn no_form_of_report_holds_a_value() {
    let directory = directory();
    plant(directory.path());
    for format in ["text", "json", "sarif", "junit", "github"] {
        let found = ran(directory.path(), &format!("scan --policy-audit --format {format} logs"));
        assert_eq!(found.code, Some(1));
        assert!(found.out.matches("email").count() > 5, "{format}: {}", found.out);
        assert_shows_nothing(&found);
    }
}

#[test]
fn a_baseline_knows_what_was_there_and_nothing_new() {
    for key in [None, Some(KEY)] {
        let directory = directory();
        plant(directory.path());
        let scan = |arguments: &str| {
            let mut command = command(directory.path());
            command.args(arguments.split(' '));
            key.map(|key| command.env("TRACING_PRIVACY_KEY", key));
            finished(command.output().unwrap())
        };
        let written = scan("scan --write-baseline known.json logs");
        assert_eq!((written.code, written.out.as_str()), (Some(0), ""));
        assert!(written.err.contains("40 written to the baseline"), "{}", written.err);
        let baseline = fs::read_to_string(directory.path().join("known.json")).unwrap();
        assert_eq!(shown(&baseline), None);

        let clean = scan("scan --baseline known.json logs");
        assert_eq!((clean.code, clean.out.as_str()), (Some(0), ""), "{}", clean.err);
        assert!(clean.err.contains("0 findings, 40 known"), "{}", clean.err);

        // Lines that move, and files, change nothing.
        let plain = directory.path().join("logs/plain.log");
        let text = fs::read_to_string(&plain).unwrap();
        fs::write(&plain, format!("a new line\n{text}")).unwrap();
        fs::rename(directory.path().join("logs/debug.log"), directory.path().join("logs/debug.log.1")).unwrap();
        assert_eq!(scan("scan --baseline known.json logs").code, Some(0));

        // One more of what is known is new, and so is a new value.
        let known_line = text.lines().find(|line| line.contains('@')).unwrap();
        for new in [known_line, "mail to new.person@example.com at noon"] {
            fs::write(&plain, format!("{text}{new}\n")).unwrap();
            let found = scan("scan --baseline known.json logs");
            assert_eq!((found.code, found.out.lines().count()), (Some(1), 1), "{}", found.err);
            assert_shows_nothing(&found);
        }
    }
}

#[test]
fn a_baseline_and_its_key_belong_together() {
    let directory = directory();
    write(directory.path(), &[("a.log", "mail to jane.doe@example.com\n"), ("broken.json", "{")]);
    let scan = |arguments: &str, key: Option<&str>| {
        let mut command = command(directory.path());
        command.args(arguments.split(' '));
        key.map(|key| command.env("TRACING_PRIVACY_KEY", key));
        finished(command.output().unwrap())
    };
    assert_eq!(scan("scan --write-baseline known.json a.log", Some(KEY)).code, Some(0));
    let missing = scan("scan --baseline known.json a.log", None);
    assert_eq!((missing.code, missing.out.as_str()), (Some(2), ""));
    assert!(missing.err.contains("key `k1`"), "{}", missing.err);
    // A new key in front leaves the old one's baselines good.
    let rotated = format!("k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,{KEY}");
    assert_eq!(scan("scan --baseline known.json a.log", Some(&rotated)).code, Some(0));

    for file in ["broken.json", "missing.json"] {
        let refused = scan(&format!("scan --baseline {file} a.log"), None);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
        assert!(refused.err.contains(file), "{}", refused.err);
    }
    assert_eq!(scan("scan --write-baseline no/such/folder.json a.log", None).code, Some(2));
}

#[test]
fn a_finding_has_its_place_and_rule() {
    let directory = directory();
    let text = format!("ünï {MAIL}, then {AWS_KEY}\r\n\n\tpassword=hunter2\n");
    write(directory.path(), &[("a b.log", &text)]);
    let found = finished(command(directory.path()).args(["scan", "a b.log"]).output().unwrap());
    assert_eq!(
        found.out,
        "a b.log:1:5: email (confidential, contact)\n\
         a b.log:1:32: aws_access_key_id (confidential, credential)\n\
         a b.log:3:11: password (confidential, credential)\n"
    );
    assert_eq!(found.err, "tracing-privacy: 3 findings; lines: 3, inputs: 1\n");
}

#[test]
fn own_masks_are_no_findings() {
    let directory = directory();
    plant(directory.path());
    let masked = ran(directory.path(), "redact logs");
    let mut scan = command(directory.path());
    scan.arg("scan");
    let found = ran_with_input(scan, masked.out.as_bytes());
    assert_eq!((found.code, found.out.as_str()), (Some(0), ""));
}

#[test]
fn a_private_key_over_several_lines_is_one_finding() {
    let directory = directory();
    let key =
        format!("-----BEGIN PRIVATE KEY-----\n{}Qw==\n-----END PRIVATE KEY-----\n", format!("{BODY}\n").repeat(5));
    write(directory.path(), &[("key.log", &format!("loading\n{key}loaded {MAIL}\n{key}"))]);
    let found = ran(directory.path(), "scan key.log");
    let rules: Vec<_> = found.out.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rules, ["key.log:2:1: private_key", "key.log:10:8: email", "key.log:11:1: private_key"]);
    assert!(!found.out.contains("MII"));
    assert_eq!(ran(directory.path(), "scan --write-baseline known.json key.log").code, Some(0));
    assert_eq!(ran(directory.path(), "scan --baseline known.json key.log").code, Some(0));
}

#[test]
fn a_value_over_several_lines_is_found_in_each() {
    let directory = directory();
    write(
        directory.path(),
        &[("app.log", "password: |\n  hunter2\n  hunter3 # privacy:allow password a test\nnote: |\n  ok\n")],
    );
    let found = ran(directory.path(), "scan app.log");
    assert_eq!((found.code, found.out.as_str()), (Some(1), "app.log:2:3: password (confidential, credential)\n"));
    assert_eq!(ran(directory.path(), "scan --write-baseline known.json app.log").code, Some(0));
    assert_eq!(ran(directory.path(), "scan --baseline known.json app.log").code, Some(0));

    write(
        directory.path(),
        &[("app.json", &format!("{{\n  \"credentials\": {{\n    \"{MAIL}\": \"hunter2\"\n  }}\n}}\n"))],
    );
    let found = ran(directory.path(), "scan app.json");
    let rules: Vec<_> = found.out.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(rules, ["email", "secret"], "{}", found.out);
}

#[test]
fn a_line_may_allow_a_rule_for_a_reason() {
    let directory = directory();
    let text = format!(
        "{MAIL} # privacy:allow email the documented example\n{MAIL} # privacy:allow email\n{MAIL} {AWS_KEY} # privacy:allow email test\n"
    );
    write(directory.path(), &[("a.log", &text)]);
    let found = ran(directory.path(), "scan a.log");
    assert_eq!(
        found.out,
        "a.log:2:1: email (confidential, contact)\na.log:3:22: aws_access_key_id (confidential, credential)\n"
    );
    assert!(found.err.contains("2 findings, 2 allowed"), "{}", found.err);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_done() {
    let directory = directory();
    let long = format!("{AWS_KEY} {}\n", "x".repeat(1 << 20));
    write(directory.path(), &[("logs/a.log", &format!("{MAIL}\n{long}{MAIL}\n")), ("logs/b.log.gz", "\x1f\u{8b}")]);
    fs::write(directory.path().join("logs/b.log.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03key").unwrap();
    let found = ran(directory.path(), "scan --max-line 1 logs missing.log");
    assert_eq!(found.code, Some(2));
    assert_eq!(found.out.lines().count(), 2, "{}", found.out);
    let messages: Vec<_> = found.err.lines().collect();
    assert_eq!(messages[0], "tracing-privacy: logs/a.log: line 2 is over 1 MiB and was not looked at (see --max-line)");
    assert!(messages[1].starts_with("tracing-privacy: logs/b.log.gz: "), "{messages:?}");
    assert!(messages[2].starts_with("tracing-privacy: missing.log: "), "{messages:?}");
    assert_eq!(messages[3], "tracing-privacy: 2 findings; lines: 3, inputs: 3");
}

#[test]
fn quiet_says_it_by_the_exit_status() {
    let directory = directory();
    write(directory.path(), &[("a.log", MAIL), ("clean.log", "nothing\n")]);
    for (file, code) in [("a.log", 1), ("clean.log", 0)] {
        let found = ran(directory.path(), &format!("scan -q {file}"));
        assert_eq!((found.code, found.out.as_str(), found.err.as_str()), (Some(code), "", ""));
    }
}

#[test]
fn every_form_is_as_it_was_read_last() {
    let directory = directory();
    write(directory.path(), &[("logs/a b.log", &format!("to {MAIL}\npassword=hunter2 <&>\n"))]);
    for format in ["text", "json", "sarif", "junit", "github"] {
        let found = ran(directory.path(), &format!("scan --format {format} logs"));
        assert_eq!(found.code, Some(1));
        assert!(!found.out.contains("jane.doe") && !found.out.contains("hunter2"));
        insta::assert_snapshot!(format!("scan_{format}"), found.out);
    }
}

/// The schema is the published one of SARIF 2.1.0, as the registry's package `serde-sarif` ships it.
fn sarif_schema() -> serde_json::Value {
    let metadata = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let schema = fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    // One of its patterns has a bracket that newer regexes want escaped; it means the same.
    serde_json::from_str(&schema.replace("{2}]?$", "{2}\\\\]?$")).unwrap()
}

#[test]
fn sarif_is_what_its_published_schema_asks_for() {
    let directory = directory();
    plant(directory.path());
    let schema = sarif_schema();
    assert_eq!(schema["title"], "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    fs::write(directory.path().join("bad.toml"), "version = 1\n[[field]]\nkey = []\n").unwrap();
    fs::write(directory.path().join("logs/\u{fc} b%#?.log"), "to ann.x@example.com\n").unwrap();
    for (arguments, results) in [
        ("scan --format sarif logs", 41),
        ("scan --format sarif --policy-audit logs", 41),
        ("scan --format sarif --show logs", 41),
        ("scan --format sarif logs/none.log", 0),
        ("check --format sarif bad.toml", 1),
    ] {
        let sarif = ran(directory.path(), arguments).out;
        let read: serde_json::Value = serde_json::from_str(&sarif).unwrap();
        let errors: Vec<String> = validator.iter_errors(&read).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments}: {errors:?}");
        assert!(read["runs"][0]["results"].as_array().unwrap().len() >= results, "{arguments}");
        // The schema would say so.
        let wrongs = [
            ("\"startLine\":", "\"startLine\":\"x\",\"a\":"),
            ("\"level\":\"error\"", "\"level\":\"bad\""),
            ("\"version\":\"2.1.0\"", "\"version\":\"2.0\""),
            ("\"uri\":\"", "\"uri\":\"a b\\\\"),
        ];
        for (right, wrong) in wrongs.into_iter().filter(|(right, _)| sarif.contains(right)) {
            let wrong = serde_json::from_str(&sarif.replacen(right, wrong, 1)).unwrap();
            assert!(!validator.is_valid(&wrong), "{wrong}");
        }
    }
}

/// Runs a program that other packages bring; `None`, said aloud, where it is not installed and not required.
fn tool(name: &str, arguments: &[&str], path: &Path) -> Option<Ran> {
    match std::process::Command::new(name).args(arguments).arg(path).output() {
        Ok(output) => Some(finished(output)),
        Err(_) => {
            assert!(std::env::var_os("REQUIRE_TOOLS").is_none(), "REQUIRE_TOOLS is set, and there is no {name}");
            eprintln!("NOT RUN: there is no {name} to read the report with");
            None
        }
    }
}

#[test]
fn junit_is_read_by_tools_for_junit() {
    let directory = directory();
    plant(directory.path());
    fs::write(directory.path().join("logs/<&>\"'\u{fc}.log"), "to ann.x@example.com\n").unwrap();
    let report = directory.path().join("report.xml");
    for (arguments, cases, failures) in [("scan --format junit logs", 41, 41), ("scan --format junit deep", 1, 0)] {
        fs::create_dir_all(directory.path().join("deep")).unwrap();
        let junit = ran(directory.path(), arguments).out;
        let read = roxmltree::Document::parse(&junit).unwrap();
        let named = |name: &'static str| read.descendants().filter(move |node| node.has_tag_name(name));
        assert_eq!((named("testcase").count(), named("failure").count()), (cases, failures));
        fs::write(&report, junit).unwrap();
        if let Some(lint) = tool("xmllint", &["--noout"], &report) {
            assert_eq!((lint.code, lint.err.as_str()), (Some(0), ""));
        }
        let ask = "import sys, junitparser; x = junitparser.JUnitXml.fromfile(sys.argv[1]); \
            cases = [c for s in x for c in s]; print(x.tests, x.failures, len(cases), sum(len(c.result) for c in cases))";
        if let Some(told) = tool("/usr/bin/python3", &["-c", ask], &report) {
            let missing = told.err.contains("No module named");
            assert!(!missing || std::env::var_os("REQUIRE_TOOLS").is_none(), "{}", told.err);
            if missing {
                eprintln!("NOT RUN: there is no junitparser (apt-get install python3-junitparser)");
            } else {
                assert_eq!(told.out, format!("{cases} {failures} {cases} {failures}\n"), "{}", told.err);
            }
        }
    }
}

#[test]
fn findings_in_a_pipe_are_told_while_it_flows() {
    use std::io::{BufRead as _, BufReader};
    let directory = directory();
    let mut child = command(directory.path()).arg("scan").stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap());
    for number in 1..4 {
        writeln!(to, "mail to {MAIL}").unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        assert_eq!(line, format!("standard input:{number}:9: email (confidential, contact)\n"));
    }
    drop(to);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
