//! Input that no program expects, on every command that reads logs: it is named, the rest is done, and the exit status is 2.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use support::{Ran, command, command_without_power, directory, finished};

const MAIL: &str = "jane.doe@example.com";
/// The commands, and what each says once it has looked at `good.log`.
const COMMANDS: [(&[&str], &str); 4] = [
    (&["redact"], "***@example.com"),
    (&["scan"], "good.log:1:4: email"),
    (&["suggest"], "\"shop_contact\""),
    (&["report", "-o", "-"], "good.log</th><td class=\"number\">1</td>"),
];

/// Runs each command on `path` and on a good file after it. Looks whether `told` is, and whether the good file was read.
#[track_caller]
fn assert_named(directory: &Path, make: impl Fn(&Path) -> Command, path: impl AsRef<OsStr>, told: &[&str]) {
    fs::write(directory.join("good.log"), format!("to {MAIL} shop_contact={MAIL}\n")).unwrap();
    for (arguments, of_good) in COMMANDS {
        let ended = finished(make(directory).args(arguments).arg(path.as_ref()).arg("good.log").output().unwrap());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        for part in told {
            assert!(ended.err.contains(part), "{arguments:?} does not tell {part}: {}", ended.err);
        }
        assert!(ended.out.contains(of_good), "{arguments:?} did not do the rest: {}", ended.out);
        assert!(!ended.err.contains("panicked"), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn binary_files_are_named() {
    let directory = directory();
    let noise: Vec<u8> = (0..9_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (name, bytes) in [
        ("program", [b"\x7fELF\x02\x01\x01", &noise[..]].concat()),
        ("picture", [b"\x89PNG\r\n\x1a\n", &noise[..]].concat()),
        ("noise", noise),
    ] {
        fs::write(directory.path().join(name), bytes).unwrap();
        assert_named(directory.path(), command, name, &[&format!("tracing-privacy: {name}: "), "binary"]);
    }
}

#[test]
fn compressed_files_that_are_broken_are_named() {
    let directory = directory();
    let text = format!("to {MAIL}\n").repeat(20_000);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    let mut flipped = gzip.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    for (name, bytes) in [
        ("cut.gz", &gzip[..gzip.len() - 9]),
        ("flipped.gz", &flipped),
        ("head.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03key"),
        ("cut.zst", &zstd[..zstd.len() - 9]),
    ] {
        fs::write(directory.path().join(name), bytes).unwrap();
        assert_named(directory.path(), command, name, &[&format!("tracing-privacy: {name}: ")]);
    }
}

#[test]
fn files_that_may_not_be_read_are_named() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir_all(at("tree/closed")).unwrap();
    fs::write(at("tree/secret.log"), MAIL).unwrap();
    fs::write(at("tree/open.log"), "x\n").unwrap();
    fs::set_permissions(at("tree/secret.log"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(at("tree/closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let told = ["tree/secret.log: Permission denied", "tree/closed: Permission denied"];
    assert_named(directory.path(), command_without_power, "tree", &told);
    assert_named(directory.path(), command, "missing.log", &["missing.log: No such file"]);
    fs::set_permissions(at("tree/closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn links_in_circles_are_named_and_not_followed() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    symlink("two", at("one")).unwrap();
    symlink("one", at("two")).unwrap();
    assert_named(directory.path(), command, "one", &["tracing-privacy: one: Too many levels of symbolic links"]);

    fs::create_dir_all(at("tree/deep")).unwrap();
    fs::write(at("tree/deep/a.log"), format!("{MAIL}\n")).unwrap();
    symlink("..", at("tree/deep/up")).unwrap();
    symlink("self", at("tree/self")).unwrap();
    let scan = support::ran(directory.path(), "scan tree");
    assert_eq!((scan.code, scan.out.as_str()), (Some(1), "tree/deep/a.log:1:1: email (confidential, contact)\n"));
}

#[test]
fn paths_that_are_not_utf8_are_read_and_named() {
    let directory = directory();
    let name = OsStr::from_bytes(b"bad\xff\xfename.log");
    fs::write(directory.path().join(name), format!("to {MAIL} shop_contact={MAIL}\n")).unwrap();
    for (arguments, _) in COMMANDS {
        let ended = finished(command(directory.path()).args(arguments).arg(name).output().unwrap());
        assert!(matches!(ended.code, Some(0 | 1)), "{ended:?}");
        let of_name = ended.out.contains("bad\u{fffd}\u{fffd}name.log") || arguments == ["redact"];
        assert!(of_name, "{arguments:?}: {}", ended.out);
    }
    let in_place = finished(command(directory.path()).args(["redact", "-i"]).arg(name).output().unwrap());
    assert_eq!(in_place.code, Some(0), "{}", in_place.err);
    assert!(!fs::read_to_string(directory.path().join(name)).unwrap().contains("jane"));
    assert_named(directory.path(), command, OsStr::from_bytes(b"no\xff.log"), &["no\u{fffd}.log: No such file"]);
}

#[test]
fn names_of_files_cannot_write_to_the_terminal_nor_forge_lines() {
    let directory = directory();
    let name = "a\u{1b}[31m\ntracing-privacy: all is well.log";
    fs::write(directory.path().join(name), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0").unwrap();
    for (arguments, _) in COMMANDS {
        let ended = finished(command(directory.path()).args(arguments).arg(name).output().unwrap());
        assert!(ended.code == Some(2) && ended.err.contains("binary"), "{ended:?}");
        assert!(!ended.err.contains('\u{1b}') && !ended.out.contains('\u{1b}'), "{arguments:?}: {ended:?}");
        assert!(!ended.err.lines().any(|line| line.starts_with("tracing-privacy: all is well")), "{}", ended.err);
    }
}

/// The most memory that a process had so far, in MiB; `None` once it has ended.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024)
}

/// Runs a command to its end, and says how much memory it took at most, in MiB.
fn watched(command: &mut Command) -> (Ran, u64) {
    let mut child = command.spawn().unwrap();
    fn read(from: impl Read + Send + 'static) -> JoinHandle<String> {
        let mut from = from;
        std::thread::spawn(move || {
            let mut text = String::new();
            from.read_to_string(&mut text).unwrap();
            text
        })
    }
    let (out, err) = (read(child.stdout.take().unwrap()), read(child.stderr.take().unwrap()));
    let mut most = 0;
    let status = loop {
        most = most.max(peak(&child).unwrap_or(0));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    (Ran { code: status.code(), out: out.join().unwrap(), err: err.join().unwrap() }, most)
}

/// A hole of a gigabyte takes no disk, and is one line.
#[test]
fn a_line_of_a_gigabyte_is_named_in_bounded_memory() {
    let directory = directory();
    let mut file = File::create(directory.path().join("long.log")).unwrap();
    writeln!(file, "before {MAIL}").unwrap();
    file.set_len(1 << 30).unwrap();
    let mut file = OpenOptions::new().append(true).open(directory.path().join("long.log")).unwrap();
    writeln!(file, "\nafter {MAIL}").unwrap();
    for (arguments, of_good) in COMMANDS {
        fs::write(directory.path().join("good.log"), format!("to {MAIL} shop_contact={MAIL}\n")).unwrap();
        let (ended, most) = watched(command(directory.path()).args(arguments).args(["long.log", "good.log"]));
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains("long.log: line 2 is over 16 MiB"), "{arguments:?}: {}", ended.err);
        assert!(ended.out.contains(of_good), "{arguments:?}: {}", ended.out);
        assert!((1..200).contains(&most), "{arguments:?} took {most} MiB");
    }
}

/// Writes until nobody reads, and says how much that was.
fn pour(mut to: impl std::io::Write, text: &[u8], most: usize) -> usize {
    let mut poured = 0;
    while poured < most && to.write_all(text).is_ok() {
        poured += text.len();
    }
    poured
}

#[test]
fn input_without_end_is_worked_on_as_it_comes_in_bounded_memory() {
    /// As much as has an end in a test; more than is held at once of a line or of blocks.
    const MOST: usize = 2 << 20;
    let directory = directory();
    for (arguments, text, answers) in [
        (&["redact"][..], format!("to {MAIL}\n"), true),
        (&["scan"], format!("to {MAIL}\n"), true),
        (&["redact", "--max-line", "1"], "x".repeat(1 << 16), false),
        (&["scan", "--max-line", "1"], "x".repeat(1 << 16), false),
        (&["suggest"], format!("n=1 shop_contact={MAIL} k{{}}=v\n"), false),
        (&["report", "-o", "page.html"], format!("2026-01-02 03:04:05 [redacted:contact] {MAIL}\n"), false),
    ] {
        let mut child = command(directory.path()).args(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let text = text.repeat((1 << 16) / text.len());
        let pouring = std::thread::spawn(move || pour(stdin, text.as_bytes(), MOST));
        if answers {
            // The first line is out while more comes in.
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            assert!(line.contains("example.com") || line.contains("email"), "{line}");
        }
        let drained = std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        while !pouring.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
            assert!(peak(&child).is_none_or(|most| most < 200), "{arguments:?} took {:?} MiB", peak(&child));
        }
        assert!(pouring.join().unwrap() >= MOST, "{arguments:?} read no more");
        drop(drained.join());
        assert!(matches!(child.wait().unwrap().code(), Some(0..=2)), "{arguments:?}");
    }
}

#[test]
fn files_that_change_while_they_are_read_do_no_harm() {
    let directory = directory();
    let path = directory.path().join("moving.log");
    let mut seen_open = 0;
    let line = format!("to {MAIL} shop_contact={MAIL}\n");
    for (arguments, _) in COMMANDS {
        for change in ["grows", "shrinks", "goes", "is replaced"] {
            fs::write(&path, line.repeat(8_000)).unwrap();
            let child = command(directory.path()).args(arguments).arg("moving.log").spawn().unwrap();
            // It has been opened, and is far from its end.
            let has_it = |entry: std::io::Result<fs::DirEntry>| {
                entry.is_ok_and(|entry| fs::read_link(entry.path()).is_ok_and(|file| file == path))
            };
            let is_open = || fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().any(has_it);
            // It may have been read between two looks: then it waits for somebody to read what it prints, and never opens it again.
            let deadline = Instant::now() + Duration::from_secs(10);
            let mut is_seen_open = is_open();
            while !is_seen_open && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
                is_seen_open = is_open();
            }
            seen_open += usize::from(is_seen_open);
            match change {
                "grows" => OpenOptions::new().append(true).open(&path).unwrap().write_all(b"more\n").unwrap(),
                "shrinks" => OpenOptions::new().write(true).open(&path).unwrap().set_len(1_000).unwrap(),
                "goes" => fs::remove_file(&path).unwrap(),
                _ => {
                    fs::write(directory.path().join("other"), "other\n").unwrap();
                    fs::rename(directory.path().join("other"), &path).unwrap();
                }
            }
            let ended = finished(child.wait_with_output().unwrap());
            // Nor may it have come so far: then there is no file for it.
            let found_none = change == "goes" && !is_seen_open && ended.err.contains("No such file");
            assert!(
                matches!(ended.code, Some(0 | 1)) || found_none,
                "{arguments:?}, a file that {change}: {:?} {}",
                ended.code,
                ended.err
            );
            if arguments == ["redact"] {
                // Where what was read ends, half an address may stand, which is none.
                assert!(!ended.out.contains(MAIL), "a file that {change} is not masked");
            }
        }
    }
    assert!(seen_open > 0, "no file changed while it was open");
}

#[test]
fn a_file_that_changes_is_not_masked_in_place() {
    let directory = directory();
    let path = directory.path().join("moving.log");
    let before = format!("to {MAIL}\n").repeat(100_000);
    fs::write(&path, &before).unwrap();
    let child = command(directory.path()).args(["redact", "--in-place", "moving.log"]).spawn().unwrap();
    while fs::read_dir(directory.path()).unwrap().count() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"more\n").unwrap();
    let Ran { code, err, .. } = finished(child.wait_with_output().unwrap());
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("moving.log: changed while it was read; it stays as it was"), "{err}");
    assert!(fs::read_to_string(&path).unwrap() == before + "more\n", "what was written is lost");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "a temporary file is left");
}
