//! Sees that rules files change.

use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::live::{FileRead, Live};
use crate::rules::Source;

/// What stands in the files, or why that cannot be told.
type Seen = Vec<Result<Arc<str>, String>>;

/// Starts a thread that reloads when a file changes.
pub(super) fn start(live: &Arc<Live>, interval: Duration) -> io::Result<()> {
    if live.current().files().is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "these rules come from no file that could be watched"));
    }
    let live = Arc::downgrade(live);
    let mut watcher = Watcher::default();
    let wait = move || {
        while watcher.look(&live) {
            thread::sleep(interval);
        }
    };
    thread::Builder::new().name("privacy-rules".into()).spawn(wait).map(drop)
}

/// What was seen so far of files that are not as they were when they were loaded.
#[derive(Default)]
struct Watcher {
    /// At the last look; loaded if it is the same at the next.
    pending: Option<Seen>,
    /// What could not be loaded. It was told once.
    refused: Option<Seen>,
}

impl Watcher {
    /// Looks once; false if there is nobody left to look for.
    fn look(&mut self, live: &Weak<Live>) -> bool {
        let Some(live) = live.upgrade() else { return false };
        let current = live.current();
        let seen: Seen = current.files().iter().map(read).collect();
        if current.files().iter().zip(&seen).all(|(file, seen)| seen.as_ref() == Ok(&file.text)) {
            *self = Self::default();
        } else if self.refused.as_ref() != Some(&seen) {
            if self.pending.as_ref() == Some(&seen) {
                self.pending = None;
                self.refused = live.reload().is_err().then_some(seen);
            } else {
                self.pending = Some(seen);
            }
        }
        true
    }
}

fn read(file: &FileRead) -> Result<Arc<str>, String> {
    Source::read(&file.path).map(|source| source.text).map_err(|error| error.to_string())
}
