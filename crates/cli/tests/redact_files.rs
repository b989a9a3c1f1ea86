//! `tracing-privacy redact` on folders, on compressed files, and on files where they stand.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use support::{command, directory, ran, ran_with_input};

const MAIL: &str = "jane.doe@example.com";

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(path: &Path) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

fn unzstd(path: &Path) -> String {
    String::from_utf8(zstd::decode_all(fs::File::open(path).unwrap()).unwrap()).unwrap()
}

#[test]
fn what_comes_out_is_compressed_if_asked_for() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("a.log"), format!("1 {MAIL}\n2\n")).unwrap();
    fs::write(at("b.gz"), gzip(&format!("3 {MAIL}"))).unwrap();
    for (form, read) in [("gzip", gunzip as fn(&Path) -> String), ("zstd", unzstd)] {
        let to = fs::File::create(at("out")).unwrap();
        let mut redact = command(directory.path());
        let status =
            redact.args(["redact", "--compress", form, "a.log", "b.gz", "no.log"]).stdout(to).output().unwrap();
        assert_eq!(status.status.code(), Some(2), "one input is not there; the rest is done");
        assert_eq!(read(&at("out")), "1 ***@example.com\n2\n3 ***@example.com");
    }
    let both = ran(directory.path(), "redact --compress gzip --in-place a.log");
    assert_eq!(both.code, Some(2));
}

#[test]
fn compressed_files_come_out_as_text() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    // Several members one after the other are one file, as log rotation leaves them.
    fs::write(at("a.gz"), [gzip(&format!("1 {MAIL}\n")), gzip("2\n")].concat()).unwrap();
    fs::write(at("b.zst"), [zstd(&format!("3 {MAIL}\n")), zstd("4\n")].concat()).unwrap();
    let output = ran(directory.path(), "redact a.gz b.zst");
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""));
    assert_eq!(output.out, "1 ***@example.com\n2\n3 ***@example.com\n4\n");

    let mut from_pipe = command(directory.path());
    from_pipe.arg("redact");
    assert_eq!(ran_with_input(from_pipe, &gzip(MAIL)).out, "***@example.com");
}

#[test]
fn compressed_files_that_are_broken_are_named() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    let whole = gzip(&"a line of a log, not too short\n".repeat(20_000));
    fs::write(at("cut.gz"), &whole[..whole.len() / 2]).unwrap();
    let mut inner = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    inner.write_all(&gzip(MAIL)).unwrap();
    fs::write(at("twice.gz"), inner.finish().unwrap()).unwrap();
    fs::write(at("good.log"), "good\n").unwrap();
    let output = ran(directory.path(), "redact cut.gz twice.gz good.log");
    assert_eq!(output.code, Some(2));
    assert!(output.out.ends_with("good\n") && !output.out.contains("jane"), "{}", output.out.len());
    let messages: Vec<_> = output.err.lines().collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("tracing-privacy: cut.gz: "), "{messages:?}");
    assert!(messages[1].starts_with("tracing-privacy: twice.gz: it is compressed more than once"), "{messages:?}");
}

#[test]
fn a_folder_is_all_files_in_it_by_name() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir_all(at("logs/b")).unwrap();
    for (name, text) in
        [("logs/c.log", "4\n"), ("logs/a.log", "1\n"), ("logs/b/x.log", "2\n"), ("logs/b/.hidden", "3\n")]
    {
        fs::write(at(name), text).unwrap();
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("..", at("logs/b/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("logs/dangling")).unwrap();
    }
    let output = ran(directory.path(), "redact logs");
    assert_eq!((output.code, output.err.as_str(), output.out.as_str()), (Some(0), "", "1\n3\n2\n4\n"));

    fs::write(at("logs/.gitignore"), "b/\n*.tmp\n").unwrap();
    let output = ran(directory.path(), "redact --gitignore logs");
    assert_eq!(output.out, "b/\n*.tmp\n1\n4\n");
}

#[test]
fn files_are_masked_in_place_as_they_were_stored() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    let (raw, masked) = (format!("to {MAIL}\r\nlast"), "to ***@example.com\r\nlast");
    fs::write(at("plain.log"), &raw).unwrap();
    fs::write(at("old.gz"), gzip(&raw)).unwrap();
    fs::write(at("older.zst"), zstd(&raw)).unwrap();
    fs::write(at("clean.log"), "nothing\n").unwrap();
    let clean_before = fs::metadata(at("clean.log")).unwrap().modified().unwrap();
    #[cfg(unix)]
    let mode = |name: &str| std::os::unix::fs::MetadataExt::mode(&fs::metadata(at(name)).unwrap()) & 0o7777;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(at("plain.log"), fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("plain.log", at("link.log")).unwrap();
    }
    let output = ran(directory.path(), "redact --in-place --verbose link.log old.gz older.zst clean.log");
    assert_eq!((output.code, output.out.as_str()), (Some(0), ""), "{}", output.err);
    assert!(output.err.ends_with("tracing-privacy: 7 lines, 3 masked\n"), "{}", output.err);
    assert_eq!(fs::read_to_string(at("plain.log")).unwrap(), masked);
    assert_eq!((gunzip(&at("old.gz")).as_str(), unzstd(&at("older.zst")).as_str()), (masked, masked));
    assert_eq!(fs::metadata(at("clean.log")).unwrap().modified().unwrap(), clean_before);
    #[cfg(unix)]
    {
        assert_eq!(mode("plain.log"), 0o640);
        assert!(fs::symlink_metadata(at("link.log")).unwrap().is_symlink());
    }
    // Nothing is left behind.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), if cfg!(unix) { 5 } else { 4 });
}

#[test]
fn what_cannot_be_masked_in_place_stays_as_it_was() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    let whole = gzip(&format!("{MAIL} {}\n", "x".repeat(100)).repeat(20_000));
    let cut = &whole[..whole.len() / 2];
    fs::write(at("cut.gz"), cut).unwrap();
    fs::write(at("good.log"), format!("{MAIL}\n")).unwrap();
    let output = ran(directory.path(), "redact -i cut.gz missing.log good.log");
    assert_eq!(output.code, Some(2));
    assert_eq!(fs::read(at("cut.gz")).unwrap(), cut);
    assert_eq!(fs::read_to_string(at("good.log")).unwrap(), "***@example.com\n");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);

    for arguments in ["redact -i", "redact -i -", "redact -i good.log -"] {
        let refused = ran(directory.path(), arguments);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
        assert!(refused.err.contains("--in-place needs files"), "{}", refused.err);
    }
}

#[test]
fn statistics_name_rules_and_no_values() {
    let directory = directory();
    fs::write(directory.path().join("a.log"), format!("{MAIL} and bob@example.com password=hunter2\nclean\n")).unwrap();
    let output = ran(directory.path(), "redact --stats a.log");
    assert_eq!(output.code, Some(0));
    let rows: Vec<_> = output.err.lines().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows, ["2 email (contact)", "1 password (credential)"]);
}

/// However the lines come, and whoever works on them.
#[test]
fn statistics_count_the_lines_of_a_value() {
    let directory = directory();
    let text = "token: |\n  hunter2\n  hunter3\nnote: |\n  ok\n".repeat(20_000);
    fs::write(directory.path().join("a.log"), text).unwrap();
    for jobs in ["1", "3"] {
        let output = ran(directory.path(), &format!("redact --stats --jobs {jobs} a.log"));
        assert_eq!(output.err.split_whitespace().collect::<Vec<_>>(), ["40000", "token", "(credential)"]);
    }
}

/// Only root can give files to others, so only as root there is something to keep.
#[cfg(unix)]
#[test]
fn the_owner_of_a_file_stays() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let directory = directory();
    let path = directory.path().join("theirs.log");
    fs::write(&path, format!("to {MAIL}\n")).unwrap();
    if fs::metadata(&path).unwrap().uid() != 0 {
        eprintln!("NOT RUN: only root can make a file of another owner");
        return;
    }
    std::os::unix::fs::chown(&path, Some(65_534), Some(65_533)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4640)).unwrap();
    assert_eq!(ran(directory.path(), "redact --in-place theirs.log").code, Some(0));
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.gid(), after.mode() & 0o7777), (65_534, 65_533, 0o4640));
    assert_eq!(fs::read_to_string(&path).unwrap(), "to ***@example.com\n");
}
