//! The example `user_admin` on both stores: the attack over HTTP and how the trail tells it, and its page in a real browser.
//!
//! Without Chromium (Debian's package `chromium`) it is said that the page was not looked at; with `REQUIRE_CHROMIUM=1` the
//! test fails. `AUDIT_SCREENSHOTS=FOLDER` keeps the screenshots.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
#![cfg(all(feature = "axum", feature = "postgres", feature = "sqlite"))]

#[path = "../examples/user_admin/app.rs"]
mod app;
#[path = "../examples/user_admin/attack.rs"]
mod attack;
#[path = "../examples/user_admin/page.rs"]
mod page;
#[path = "../examples/user_admin/service.rs"]
mod service;
#[path = "../examples/user_admin/store.rs"]
mod store;
mod support;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use app::App;
use sqlx::Pool;
use store::UserStore;
use support::TestDatabase;
use tracing_privacy::testing::Canaries;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What someone may enter as a name, to attack whoever reads it.
const NAME: &str =
    "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">\u{202e}eoR naJ";
const EMAIL: &str = "jane.canary.doe@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let pool = support::sqlite::open(&folder.path().join("app.db"), 4).await;
    the_attack_is_told_and_the_page_shows_it(pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    if let Some((port, database)) = support::postgres::empty().await {
        the_attack_is_told_and_the_page_shows_it(support::postgres::open(port, &database).await).await;
    }
}

async fn the_attack_is_told_and_the_page_shows_it<DB: UserStore + TestDatabase>(pool: Pool<DB>) {
    let app = App::start(pool.clone()).await.unwrap();
    attack::run(app.address, &app.service.sessions).await.unwrap();
    // More to attack the page with, by a change on record and by one past the service.
    let client = attack::Client { address: app.address, sessions: &app.service.sessions };
    let patch = serde_json::json!({ "name": NAME, "email": EMAIL }).to_string();
    client.expect("7", "PATCH", "/users/42", &patch, 204).await.unwrap();
    let raw = format!("UPDATE users SET password_hash = '{EMAIL}' WHERE id = '42'");
    DB::run(&mut *pool.acquire().await.unwrap(), &raw).await.unwrap();
    app.service.check_chain().await.unwrap();

    let Some(browser) = Browser::find() else { return };
    let dom = browser.dom(&app.page("42"));
    assert!(dom.contains("<title>History of user 42</title>"), "{dom}");
    // Four changes by the service, one past it, two attempts at the payroll, one at the trail.
    assert_eq!(dom.matches("<li class=\"event").count(), 8, "{dom}");
    assert_eq!(dom.matches("<li class=\"event undone\">").count(), 2, "{dom}");
    for told in [
        "A change was undone within a day",
        "<del><bdi>member</bdi></del> <ins><bdi>admin</bdi></ins>",
        "<del><bdi>admin</bdi></del> <ins><bdi>member</bdi></ins>",
        "<span class=\"action\">export</span><span>payroll 2026-11</span>",
        ">denied<",
        "<span class=\"action\">raw_update</span>",
        "<ins><bdi>&lt;script&gt;document.title='stolen'&lt;/script&gt;",
        "\\u{202e}eoR naJ",
    ] {
        assert!(dom.contains(told), "{told} in {dom}");
    }
    assert!(!dom.contains("<script") && !dom.contains("<img") && !dom.contains("stolen</title>"), "{dom}");
    assert!(Canaries::new([EMAIL]).find(dom.as_bytes()).is_empty(), "{dom}");
    // Without a session, there is nothing to see.
    let locked = browser.dom(&format!("http://{}/users/42/history", app.address));
    assert!(!locked.contains("History of user"), "{locked}");

    let pictures = [("light", 1), ("dark", 0)].map(|(name, scheme)| {
        let file = format!("user_admin-{}-{name}.png", DB::NAME.to_lowercase());
        browser.brightness(&app.page("42"), &file, scheme)
    });
    assert!(pictures[0] > 0.8 && pictures[1] < 0.3, "light and dark are {pictures:?} bright");

    // When the person is erased, the page has nothing of them any more, and the chain is as it was.
    let trail = &app.service.trail;
    let mut transaction = trail.begin(&pool).await.unwrap();
    assert!(trail.erase(&mut transaction, "user", "42", "asked").await.unwrap());
    transaction.commit().await.unwrap();
    let erased = browser.dom(&app.page("42"));
    assert!(erased.contains("<ins><bdi>(erased)</bdi></ins>") && erased.contains("the person was erased"), "{erased}");
    for name in ["Jo Doe", "Joanna", "document.title"] {
        assert!(dom.contains(name) && !erased.contains(name), "{name} in {erased}");
    }
    app.service.check_chain().await.unwrap();
    app.server.abort();
}

/// Chromium without a window.
struct Browser {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Browser {
    fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let programs = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
        let Some(program) = programs.into_iter().find(|program| program.exists()) else {
            assert!(
                std::env::var_os("REQUIRE_CHROMIUM").is_none_or(|value| value != "1"),
                "REQUIRE_CHROMIUM=1, and there is no Chromium: install the package `chromium`"
            );
            // Not `eprintln!`, which the test harness hides.
            let _ = std::io::stderr().write_all(
                b"\n*** THE PAGE WAS NOT LOOKED AT: there is no Chromium. Install the package `chromium`. ***\n\n",
            );
            return None;
        };
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    /// The document, as the browser understood it.
    fn dom(&self, url: &str) -> String {
        String::from_utf8(self.run(&["--dump-dom".to_owned(), url.to_owned()])).unwrap()
    }

    /// Takes a picture; answers how bright it is, from 0 to 1. `scheme`: 0 is dark, 1 is light.
    fn brightness(&self, url: &str, name: &str, scheme: u8) -> f64 {
        let folder = std::env::var_os("AUDIT_SCREENSHOTS").map_or_else(|| self.folder.path().to_owned(), PathBuf::from);
        let file = folder.join(name);
        self.run(&[
            format!("--screenshot={}", file.display()),
            "--window-size=900,1500".to_owned(),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            url.to_owned(),
        ]);
        brightness(&file)
    }

    fn run(&self, arguments: &[String]) -> Vec<u8> {
        let output = self.folder.path().join("output");
        let mut child = Command::new(&self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", self.folder.path().join("profile").display()))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&output).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > end => {
                    child.kill().unwrap();
                    panic!("the browser does not end");
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        assert!(status.success(), "the browser failed");
        std::fs::read(output).unwrap()
    }
}

/// How bright a picture is on average.
fn brightness(file: &Path) -> f64 {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert!(frame.width >= 900 && frame.height >= 1500);
    let samples = frame.color_type.samples();
    let bytes = pixels[..frame.buffer_size()].chunks(samples).flat_map(|pixel| &pixel[..3]);
    let (sum, count) = bytes.fold((0_u64, 0_u64), |(sum, count), byte| (sum + u64::from(*byte), count + 1));
    sum as f64 / count as f64 / 255.0
}
