//! `tracing-privacy lint`, run as a person runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::{Ran, command, directory, finished, ran};

/// A finding: file, line, lint, column.
type Mark = (String, usize, String, usize);

/// A package full of mistakes, with marks that say what is to be found where.
fn planted() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint/planted")
}

/// A copy of the planted package, in a directory of the test's own.
fn copied() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let to = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &to);
            } else {
                fs::copy(&path, to).unwrap();
            }
        }
    }
    let directory = directory();
    copy(&planted(), directory.path());
    directory
}

/// What `//~ LINT COLUMN` says of its own line, `//~^^` of one two lines above, `//~^5` of one five above, `//~v` of the next.
fn marks(file: &str, text: &str) -> BTreeSet<Mark> {
    let mark = |(index, line): (usize, &str)| {
        let (_, mark) = line.split_once("//~").or_else(|| line.split_once("#~"))?;
        let (to, rest) = mark.split_once(' ').unwrap();
        let (lint, column) = rest.trim().split_once(' ').unwrap();
        let line = match to.strip_prefix('^') {
            Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
                index + 1 - digits.parse::<usize>().unwrap()
            }
            Some(_) => index + 1 - to.len(),
            None => index + 1 + to.len(),
        };
        Some((file.to_owned(), line, lint.to_owned(), column.parse().unwrap()))
    };
    text.lines().enumerate().filter_map(mark).collect()
}

/// What JSON lines tell.
fn told(out: &str) -> BTreeSet<Mark> {
    let findings = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let number = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    findings.map(|f| (text(&f["file"]), number(&f["line"]), text(&f["rule"]), number(&f["column"]))).collect()
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn all_mistakes_of_the_planted_package_are_found_and_nothing_else() {
    let mut expected = BTreeSet::new();
    let files = [
        "src/lib.rs",
        "src/model.rs",
        "src/events.rs",
        "src/structs.rs",
        "src/messages.rs",
        "src/output.rs",
        "src/instrumented.rs",
        "src/orders.rs",
        "src/clean.rs",
        "config/shop.toml",
        "config/shop.yaml",
        "config/shop.properties",
        ".env",
    ];
    for file in files {
        expected.extend(marks(file, &fs::read_to_string(planted().join(file)).unwrap()));
    }
    // JSON has no comments.
    expected.insert(("config/shop.json".to_owned(), 2, "config_secret".to_owned(), 15));
    assert!(expected.len() > 90 && expected.iter().all(|mark| mark.0 != "src/clean.rs"), "{}", expected.len());
    let lints: BTreeSet<_> = expected.iter().map(|mark| mark.2.as_str()).collect();
    assert_eq!(lints.len(), 9, "every lint has its mistakes: {lints:?}");

    for jobs in ["1", "3"] {
        let found = ran(&planted(), &format!("lint --format json --jobs {jobs}"));
        assert_eq!(found.code, Some(1), "{}", found.err);
        let told = told(&found.out);
        let (missing, more): (Vec<_>, Vec<_>) =
            (expected.difference(&told).collect(), told.difference(&expected).collect());
        assert!(missing.is_empty() && more.is_empty(), "missing: {missing:#?}\nmore: {more:#?}");
        assert_eq!(found.out.lines().count(), expected.len(), "none is told twice");
        assert!(found.err.contains(&format!("{} findings, 4 allowed", expected.len())), "{}", found.err);
    }
}

#[test]
fn no_form_of_output_shows_what_literals_hold() {
    let directory = directory();
    write(
        directory.path(),
        "src/lib.rs",
        "/// zq-canary\nfn f(email: &str) { info!(to = email, note = \"zq-canary\", n = 90125577, \"zq-canary {email}\"); } // zq-canary\n",
    );
    write(
        directory.path(),
        "app.toml",
        "password = \"zq-canary\"\nmore = { api_key = \"zq-canary\", password = 'zq-canary' }\n",
    );
    for format in ["text", "json", "sarif", "junit", "github"] {
        let found = ran(directory.path(), &format!("lint --format {format}"));
        assert_eq!(found.code, Some(1), "{}", found.err);
        assert!(found.out.contains("config_secret") && found.out.contains("renamed_field"), "{}", found.out);
        assert!(!found.out.contains("zq-canary") && !found.out.contains("90125577"), "{}", found.out);
    }
    let baseline = ran(directory.path(), "lint --write-baseline known.json");
    assert_eq!(baseline.code, Some(0), "{}", baseline.err);
    assert!(!fs::read_to_string(directory.path().join("known.json")).unwrap().contains("zq-canary"));
}

/// The findings of each form, of a file that has one of each lint.
#[test]
fn every_form_of_output_tells_the_same() {
    let directory = directory();
    write(directory.path(), "Cargo.toml", "[package]\nname = \"web-shop\"\n");
    write(
        directory.path(),
        "src/mail.rs",
        r#"
use tracing::{info, instrument};

#[derive(Debug)]
pub struct User {
    pub id: u64,
    pub email: String,
}

#[instrument(skip(user))]
pub fn send(user: &User, password: &str) {
    info!(contact = %user.email, id = 7, "sending to \"{}\"", user.id);
    info!(?user, "the message is {password}");
    println!("password={password}");
}
"#,
    );
    write(directory.path(), "src/lib.rs", "pub mod mail;\n");
    write(directory.path(), "shop.toml", "[mail]\npassword = \"hunter2-x9\"\n");
    for format in ["text", "json", "sarif", "junit", "github"] {
        let found = ran(directory.path(), &format!("lint --format {format}"));
        assert_eq!(found.err, "tracing-privacy: 6 findings; files: 4\n");
        insta::assert_snapshot!(format!("lint_{format}"), found.out);
    }
    let sarif = ran(directory.path(), "lint --format sarif").out;
    serde_json::from_str::<serde_sarif::sarif::Sarif>(&sarif).unwrap();
    let junit = ran(directory.path(), "lint --format junit").out;
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let so_many = |tag| junit.descendants().filter(|node| node.has_tag_name(tag)).count();
    // JUnit knows no warnings: they are cases that pass, and say something.
    assert_eq!((so_many("testcase"), so_many("failure"), so_many("system-out")), (6, 4, 2));

    let errors = ran(directory.path(), "lint --level error --format github");
    assert!(errors.out.lines().all(|line| line.starts_with("::error ")), "{}", errors.out);
    assert_eq!(errors.out.lines().count(), 4, "{}", errors.out);
    let allowed = ran(directory.path(), "lint --allow renamed_field --allow config_secret --quiet");
    assert_eq!((allowed.code, allowed.out.as_str(), allowed.err.as_str()), (Some(1), "", ""));

    for form in ["table", "json", "markdown"] {
        let map = ran(directory.path(), &format!("lint --map={form}"));
        assert_eq!(map.code, Some(0), "{}", map.err);
        insta::assert_snapshot!(format!("lint_map_{form}"), map.out);
    }
    assert_eq!(ran(directory.path(), "lint --map").out, ran(directory.path(), "lint --map=table").out);
}

#[test]
fn a_baseline_knows_what_was_there_and_nothing_new() {
    let directory = copied();
    let lint = |arguments: &str| ran(directory.path(), &format!("lint {arguments}"));
    let written = lint("--write-baseline known.json");
    assert_eq!((written.code, written.out.as_str()), (Some(0), ""), "{}", written.err);
    let clean = lint("--baseline known.json");
    assert_eq!((clean.code, clean.out.as_str()), (Some(0), ""), "{}", clean.err);

    // Lines that move change nothing.
    let path = directory.path().join("src/events.rs");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\npub fn", "\n// a new line\n\npub fn")).unwrap();
    assert_eq!(lint("--baseline known.json").code, Some(0));

    // One more of what is known is new.
    let line = "    info!(contact = %user.email, \"signed in\");";
    fs::write(&path, text.replacen(line, &format!("{line}\n{line}"), 1)).unwrap();
    let found = lint("--baseline known.json --format json");
    assert_eq!((found.code, told(&found.out).len()), (Some(1), 1), "{}", found.out);

    let scanned = directory.path().join("scanned.json");
    fs::write(scanned, "{\"version\":1,\"key\":\"k1\",\"findings\":[]}").unwrap();
    let refused = lint("--baseline scanned.json");
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("one of `scan`"), "{}", refused.err);
}

#[test]
fn a_profile_decides_what_is_not_masked() {
    let directory = copied();
    let unmasked = |arguments: &str| {
        let found = ran(directory.path(), &format!("lint --format json {arguments} src"));
        told(&found.out).into_iter().filter(|mark| mark.2 == "unmasked_field").count()
    };
    assert_eq!((unmasked(""), unmasked("--profile strict")), (3, 0));
    let wrong = ran(directory.path(), "lint --profile strikt");
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""), "{}", wrong.err);
    assert!(wrong.err.contains("strict"), "{}", wrong.err);
}

/// The example is a service that logs too much on purpose, and says so where it does.
#[test]
fn a_mistake_in_the_example_service_is_the_only_finding() {
    let directory = directory();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let service = fs::read_to_string(root.join("examples/service.rs")).unwrap();
    write(directory.path(), "examples/service.rs", &service);
    let before = ran(directory.path(), "lint --format json");
    assert_eq!((before.code, before.out.as_str()), (Some(0), ""), "{}", before.err);

    let at = "async fn login(Json(credentials): Json<Credentials>) -> Response {\n";
    let line = service[..service.find(at).unwrap()].lines().count() + 2;
    for (mistake, lint, column) in [
        ("    info!(who = %credentials.email, \"signing in\");\n", "renamed_field", 18),
        ("    info!(\"signing in {}\", credentials.email);\n", "sensitive_message", 28),
        ("    println!(\"{credentials:?}\");\n", "sensitive_output", 16),
        ("    let made = open_session(\"\", \"\"); info!(?made);\n", "sensitive_struct", 45),
    ] {
        write(directory.path(), "examples/service.rs", &service.replacen(at, &format!("{at}{mistake}"), 1));
        let after = ran(directory.path(), "lint --format json");
        let expected = [("examples/service.rs".to_owned(), line, lint.to_owned(), column)];
        assert_eq!(told(&after.out), BTreeSet::from(expected), "{mistake}");
    }
}

#[test]
fn what_cannot_be_looked_at_is_named_and_the_rest_is_looked_at() {
    let directory = directory();
    let path = directory.path();
    write(path, "a.rs", "fn f(email: &str) { println!(\"{email}\"); }\n");
    write(path, "broken.rs", "fn f() {\n    info!(\n");
    write(path, "not_rust.rs", "fn f() {}\nfn ()\n");
    write(path, "deep.rs", &format!("fn f() {{ {}1{}; }}", "(".repeat(100_000), ")".repeat(100_000)));
    write(path, "chain.rs", &format!("fn f() {{ {}1; }}", "!".repeat(500_000)));
    write(path, "types.rs", &format!("type T = {}u8{};", "Box<".repeat(100_000), ">".repeat(100_000)));
    fs::write(path.join("binary.rs"), b"\x7fELF\0\0").unwrap();
    fs::write(path.join("latin.rs"), b"// \xe4\n").unwrap();
    fs::write(path.join("binary.toml"), b"a\0b").unwrap();
    fs::write(path.join("large.rs"), vec![b' '; 9 * 1024 * 1024]).unwrap();
    write(path, "z.rs", "fn f(email: &str) { dbg!(email); }\n");
    let found = ran(path, "lint --format json . missing.rs");
    assert_eq!(found.code, Some(2), "{}", found.err);
    assert_eq!(told(&found.out).len(), 2, "{}", found.out);
    for name in [
        "broken.rs: line 2: is no Rust",
        "not_rust.rs: line 2: is no Rust",
        "deep.rs: line 1: is nested too deep",
        "chain.rs: line 1: is nested too deep",
        "types.rs: line 1: is nested too deep",
        "binary.rs: is no text",
        "latin.rs: is no text",
        "binary.toml: is no text",
        "large.rs: is over 8 MiB",
        "missing.rs: No such file",
    ] {
        assert_eq!(found.err.matches(name).count(), 1, "{name}: {}", found.err);
    }
    assert_eq!(found.err.lines().count(), 11, "{}", found.err);
    let map = ran(path, "lint --map a.rs broken.rs");
    assert_eq!(map.code, Some(2), "{}", map.err);
}

#[cfg(unix)]
#[test]
fn links_unreadable_folders_and_odd_names_do_no_harm() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let directory = directory();
    let path = directory.path();
    write(path, "src/a.rs", "fn f(email: &str) { println!(\"{email}\"); }\n");
    symlink("..", path.join("src/up")).unwrap();
    symlink("loop.rs", path.join("loop.rs")).unwrap();
    fs::copy(path.join("src/a.rs"), path.join(std::ffi::OsStr::from_bytes(b"\xff\x1b[31m.rs"))).unwrap();
    let found = ran(path, "lint --format json");
    assert_eq!((found.code, told(&found.out).len()), (Some(1), 2), "{}", found.err);
    let text = ran(path, "lint").out;
    assert!(!text.contains('\x1b') && text.contains("\u{fffd}"), "{text}");

    let named = ran(path, "lint loop.rs");
    assert_eq!(named.code, Some(2));
    assert!(named.err.contains("loop.rs: "), "{}", named.err);

    let fifo = std::process::Command::new("mkfifo").arg(path.join("pipe.rs")).status().unwrap();
    assert!(fifo.success());
    assert!(ran(path, "lint pipe.rs").err.contains("pipe.rs: is no file"));

    // Whoever may read everything is not stopped by permissions, and this test proves nothing then.
    let closed = path.join("src/closed.rs");
    write(path, "src/closed.rs", "fn f() {}");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&closed).is_err() {
        let found = ran(path, "lint src");
        assert_eq!(found.code, Some(2));
        assert!(found.err.contains("src/closed.rs: Permission denied"), "{}", found.err);
    } else {
        eprintln!("not shown for unreadable files: this user may read them all");
    }
}

#[test]
fn what_is_made_or_ignored_is_left_out() {
    let directory = directory();
    let path = directory.path();
    let leak = "fn f(email: &str) { println!(\"{email}\"); }\n";
    write(path, "Cargo.toml", "[package]\nname = \"shop\"\n");
    write(path, ".gitignore", "*.env\n/made/\n");
    for name in ["src/lib.rs", "src/target/mod.rs"] {
        write(path, name, leak);
    }
    for name in [
        "target/debug/build/out.rs",
        "made/a.rs",
        "tests/a.rs",
        "benches/b.rs",
        "node_modules/x/a.rs",
        "vendor/a/src/lib.rs",
    ] {
        write(path, name, leak);
    }
    write(path, "local.env", "PASSWORD=hunter2-x9\n");
    write(path, "package-lock.json", "{\"password\": \"hunter2-x9\"}\n");
    let files = |ran: &Ran| told(&ran.out).into_iter().map(|mark| mark.0).collect::<Vec<_>>();
    assert_eq!(files(&ran(path, "lint --format json")), ["src/lib.rs", "src/target/mod.rs"]);
    assert_eq!(
        files(&ran(path, "lint --format json --tests")),
        ["benches/b.rs", "src/lib.rs", "src/target/mod.rs", "tests/a.rs"]
    );
    // What is named is looked at, whatever it is, and none twice.
    assert_eq!(
        files(&ran(path, "lint --format json made tests/a.rs tests/a.rs local.env")),
        ["local.env", "made/a.rs", "tests/a.rs"]
    );
    let inside = "#[cfg(test)]\nmod tests {\n    fn f(email: &str) { println!(\"{email}\"); }\n}\n#[cfg(not(test))]\nfn g(email: &str) { dbg!(email); }\n";
    write(path, "src/lib.rs", inside);
    let lines = |arguments: &str| told(&ran(path, arguments).out).into_iter().map(|mark| mark.1).collect::<Vec<_>>();
    assert_eq!(lines("lint --format json src/lib.rs"), [6]);
    assert_eq!(lines("lint --format json --tests src/lib.rs"), [3, 6]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_trouble() {
    let directory = directory();
    let lines = "fn f(email: &str) { println!(\"{email}\"); }\n".repeat(5_000);
    write(directory.path(), "a.rs", &lines);
    let mut child = command(directory.path()).args(["lint", "--format", "json"]).spawn().unwrap();
    drop(child.stdout.take());
    let ran = finished(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
}

#[test]
fn a_mode_that_masks_nothing_is_told() {
    let directory = directory();
    write(directory.path(), "a.rs", "fn f(email: &str) { info!(email, \"password={}\", password); }\n");
    let mut command = command(directory.path());
    let found =
        finished(command.args(["lint", "--format", "json"]).env("TRACING_PRIVACY_MODE", "observe").output().unwrap());
    assert!(found.err.contains("the mode is `observe`"), "{}", found.err);
    // Judged as if all were masked: a warning, not an error.
    assert!(found.out.contains("\"warning\"") && !found.out.contains("\"error\""), "{}", found.out);
}
