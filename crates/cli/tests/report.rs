//! `tracing-privacy report`, run as a person runs it, and its page in a real browser.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use support::{Ran, TRAIL, command, directory, finished, ran, ran_with_input, trail};

const SCRIPT: &str = "<script>document.title='owned'</script>";
/// Values that stand in the logs, and names that are no names.
const RAW: [&str; 6] = [
    "jane.doe@example.com",
    "hunter2zq",
    "AKIAIOSFODNN7EXAMPLE",
    "4111 1111 1111 1111",
    "jo.key@example.org",
    "roe@example.net",
];

/// Logs in several forms, and a trail, all with what must not get into a page.
fn tree(directory: &Path) {
    let at = |name: &str| directory.join(name);
    fs::create_dir_all(at("logs")).unwrap();
    let mut json = String::new();
    for n in 0..120 {
        json += &format!(
            "{{\"timestamp\":\"2026-01-02T{:02}:{:02}:05.000Z\",\"target\":\"shop::billing\",\"fields\":{{\"user.email\":\"[redacted:contact]\",\
             \"key\":\"[redacted:credential]\"}}}}\n",
            n / 20 + 1,
            n % 60
        );
    }
    json += &format!(
        "{{\"time\":1767323045,\"target\":\"{SCRIPT}\",\"jo.key@example.org\":\"[redacted:person]\",\"note\":\"{}\"}}\n",
        RAW[0]
    );
    fs::write(at("logs/shop.json"), json).unwrap();
    let plain = format!(
        "2026-01-02 03:04:05 {SCRIPT} password={} key {}\n2026-01-02 04:04:05 card {} and {SCRIPT}=[redacted:payment]\nno time [redacted:contact]\n",
        RAW[1], RAW[2], RAW[3]
    );
    fs::write(at("logs/plain.log.zst"), zstd::encode_all(plain.as_bytes(), 1).unwrap()).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"2026-01-02T05:00:00Z to [redacted:contact]\n").unwrap();
    fs::write(at("logs/<img src=x onerror=alert(1)>.gz"), encoder.finish().unwrap()).unwrap();
    let evil = format!(
        r#""time":"2026-01-02T06:00:00Z","kind":"masked","rule":"{SCRIPT}","category":"roe@example.net","class":"internal","masker":"erase","outcome":"failed","target":"{SCRIPT}","file":"roe@example.net","line":1,"field":"\"><svg onload=alert(1)>","policy":"x","count":2"#
    );
    let lines: Vec<&str> = TRAIL.into_iter().chain([evil.as_str()]).collect();
    fs::write(at("privacy.trail"), trail(&lines)).unwrap();
}

fn page(directory: &Path) -> String {
    fs::read_to_string(directory.join("report.html")).unwrap()
}

#[track_caller]
fn assert_safe(page: &str) {
    for value in RAW {
        assert!(!page.contains(value), "{value} is in the page");
    }
    for part in ["<script", "<img", "onload=", "onerror=alert", "http:", "https:", "url(", "@import", "src=", "href="] {
        // What is escaped is text.
        let raw = page.replace("onload=alert(1)&gt;", "").replace("src=x onerror=alert(1)&gt;", "");
        assert!(!raw.contains(part), "{part} is in the page");
    }
}

#[test]
fn a_page_counts_what_logs_and_trails_tell() {
    let directory = directory();
    tree(directory.path());
    let made = ran(directory.path(), "report logs privacy.trail -o report.html");
    assert_eq!((made.code, made.out.as_str()), (Some(0), ""), "{}", made.err);
    // 120 × 2 and 1 in JSON, 2 in plain text, 1 packed, 47 and 2 in the trail. Of the raw values each once, and one twice.
    assert_eq!(
        made.err,
        "tracing-privacy: wrote report.html; lines: 134, masked: 293, found unmasked: 7, failures: 9\n"
    );
    let page = page(directory.path());
    assert_safe(&page);
    for part in [
        "Masked over time",
        "Found unmasked over time",
        "shop::billing user.email",
        "src/billing.rs:12 user.email",
        "aws_access_key_id",
        "logs/plain.log.zst:1",
        "trail: whole; lines: 9",
        "exemption armed",
        "INC-4711",
        "masker year failed for the rule date_of_birth",
        "logs/&lt;img src=x onerror=alert(1)&gt;.gz",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    // The page is for who reads it aloud, too.
    let figures = page.matches("<figure>").count();
    assert!(figures == 2 && page.matches("role=\"img\"").count() == figures && page.contains("<html lang=\"en\">"));
    assert_eq!(page.matches("<details>").count(), figures);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let directory = directory();
    tree(directory.path());
    let of = |jobs: u8| {
        assert_eq!(ran(directory.path(), &format!("report --jobs {jobs} logs privacy.trail")).code, Some(0));
        let page = page(directory.path());
        let made = page.find("Made ").unwrap();
        page[..made].to_owned() + &page[made + 26..]
    };
    assert_eq!(of(1), of(4));
}

#[test]
fn a_trail_that_was_changed_is_shown() {
    let directory = directory();
    fs::write(directory.path().join("a.trail"), trail(&TRAIL).replace("\"count\":41", "\"count\":1")).unwrap();
    let made = ran(directory.path(), "report a.trail");
    assert_eq!(made.code, Some(1));
    assert!(made.err.starts_with("tracing-privacy: a.trail: line 2 was modified\n"), "{}", made.err);
    let page = page(directory.path());
    assert!(page.contains("trail: line 2 was modified") && page.contains("trail not as it was written"));
}

#[test]
fn a_page_goes_to_standard_output_on_request_and_is_written_in_one_step() {
    let directory = directory();
    let mut report = command(directory.path());
    report.args(["report", "-o", "-"]);
    let made = ran_with_input(report, b"2026-01-02 03:04:05 to [redacted:contact]\n");
    assert!(
        made.code == Some(0) && made.out.starts_with("<!DOCTYPE html>") && made.out.contains("contact"),
        "{made:?}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);

    fs::create_dir(directory.path().join("folder")).unwrap();
    for place in ["no/such/report.html", "folder"] {
        let refused = ran(directory.path(), &format!("report -o {place} folder"));
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
        assert!(refused.err.contains(&format!("{place}: the page cannot be written: ")), "{}", refused.err);
        assert!(refused.err.contains("--output"), "{}", refused.err);
    }
}

#[test]
fn inputs_without_anything_to_tell_make_a_page_too() {
    let directory = directory();
    fs::write(directory.path().join("clean.log"), "nothing\n").unwrap();
    let made = ran(directory.path(), "--quiet report clean.log");
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    let page = page(directory.path());
    assert!(
        page.contains("Nothing was masked.")
            && page.contains("Nothing failed.")
            && page.contains("The policy finds nothing")
    );
}

/// The browser, or `None` where there is none and none is required.
fn browser() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        let required = std::env::var_os("REQUIRE_CHROMIUM").is_some();
        assert!(!required, "REQUIRE_CHROMIUM is set, and there is no chromium");
        eprintln!(
            "NOT RUN: the page is not looked at in a browser, for there is no chromium (apt-get install chromium)"
        );
    }
    found
}

/// Runs a browser on the page, with scripts as everywhere.
fn browsed(browser: &str, directory: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]);
    command.args(["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1000,1400"]);
    command.arg(format!("--user-data-dir={}", directory.join("browser").display()));
    command.args(arguments).arg(format!("file://{}", directory.join("report.html").display()));
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// How often each color stands in a picture.
fn colors(path: &Path) -> std::collections::HashMap<[u8; 3], usize> {
    let decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let size = info.color_type.samples();
    let mut colors = std::collections::HashMap::new();
    pixels.chunks_exact(size).for_each(|pixel| *colors.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1);
    colors
}

#[test]
fn a_browser_shows_the_page_and_runs_nothing_in_it() {
    let Some(browser) = browser() else { return };
    let directory = directory();
    tree(directory.path());
    assert_eq!(ran(directory.path(), "report logs privacy.trail").code, Some(0));

    let dom = browsed(browser, directory.path(), &["--dump-dom"]);
    assert_eq!(dom.code, Some(0), "{}", dom.err);
    assert!(dom.out.contains("<title>Privacy report</title>"), "{}", dom.out);
    assert!(!dom.out.contains("<script") && !dom.out.contains("<img") && !dom.out.contains("onload=\""), "{}", dom.out);
    for value in RAW {
        assert!(!dom.out.contains(value), "{value} is shown");
    }
    // A browser that read the page otherwise than it was meant would have moved or dropped these.
    for part in
        ["<rect class=\"c0\"", "<figcaption>", "<th scope=\"row\">shop::billing user.email</th>", "role=\"img\""]
    {
        assert!(dom.out.contains(part), "{part} is missing");
    }

    // Back, panel and first color of the plots, as the style has them.
    let light = ([0xfb, 0xfb, 0xfa], [0xff, 0xff, 0xff], [0x00, 0x72, 0xb2]);
    let dark = ([0x14, 0x17, 0x1a], [0x1c, 0x20, 0x24], [0x4a, 0xa8, 0xe0]);
    for (scheme, (back, panel, bars), other) in [("1", light, dark), ("0", dark, light)] {
        let picture = directory.path().join(format!("{scheme}.png"));
        let flags =
            [format!("--screenshot={}", picture.display()), format!("--blink-settings=preferredColorScheme={scheme}")];
        let shot = browsed(browser, directory.path(), &flags.each_ref().map(String::as_str));
        assert_eq!(shot.code, Some(0), "{}", shot.err);
        let colors = colors(&picture);
        let count = |color| colors.get(&color).copied().unwrap_or(0);
        let all: usize = colors.values().sum();
        assert!(count(back) > all / 20 && count(panel) > all / 4, "{scheme}: {} {}", count(back), count(panel));
        assert!(count(bars) > 2_000 && count(other.2) == 0, "{scheme}: {} {}", count(bars), count(other.2));
    }
}

#[cfg(unix)]
#[test]
fn no_permission_to_write_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = directory();
    fs::write(directory.path().join("a.log"), "x\n").unwrap();
    let closed = directory.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let mut report = support::command_without_power(directory.path());
    let refused = finished(report.args(["report", "a.log", "-o", "closed/report.html"]).output().unwrap());
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.err.contains("closed/report.html: the page cannot be written: Permission denied"),
        "{}",
        refused.err
    );
}
