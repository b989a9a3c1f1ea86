//! What the boundary's tests share: canaries, a writer to read back, and a way to run code under a subscriber.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

pub const EMAIL: &str = "jane.roe@example.com";
pub const PASSWORD: &str = "hunter2";
pub const CARD: u64 = 4_111_111_111_111_111;

/// What layers wrote.
#[derive(Clone, Default)]
pub struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }

    /// Fails if a canary was written.
    #[track_caller]
    pub fn assert_clean(&self) {
        let text = self.text();
        assert!(!text.is_empty(), "nothing was written");
        assert!(leaks(&text).is_empty(), "leaked {:?} in:\n{text}", leaks(&text));
    }

    /// Fails unless every one of these canaries was written.
    #[track_caller]
    pub fn assert_leaks(&self, canaries: &[&str]) {
        let text = self.text();
        for canary in canaries {
            assert!(text.contains(canary), "{canary} does not reach the output without a boundary:\n{text}");
        }
    }
}

fn leaks(text: &str) -> Vec<&'static str> {
    [EMAIL, "jane.roe", PASSWORD, "4111111111111111"].into_iter().filter(|canary| text.contains(canary)).collect()
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An error with a source that holds an e-mail address.
#[derive(Debug)]
pub struct Chained(pub &'static str, pub Option<Box<Chained>>);

impl std::fmt::Display for Chained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Chained {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}
