//! Before anything is measured: who masks has masked, and who does not shows what there is to mask.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::contenders::{DO_NOTHING, STOCK_TEXT, contenders};
use crate::requests::Request;
use crate::scenarios::ENABLED;

/// Each contender writes one line for each request; in those of who masks stands no secret, in the others each does.
pub fn assert_fair(requests: &[Request]) {
    let written = Written::default();
    let contenders = contenders(&written);
    for scenario in ENABLED {
        for contender in contenders.iter().filter(|contender| contender.name != DO_NOTHING) {
            for request in requests {
                let case = || format!("{}, {}, request {}", contender.name, scenario.name, request.id);
                tracing::dispatcher::with_default(&contender.dispatch, || {
                    let spans = scenario.enter(request);
                    (scenario.log)(request);
                    spans.into_iter().rev().for_each(drop);
                });
                let line = written.take();
                let whole = line.ends_with('\n') && line.lines().count() == 1 && line.contains(&request.path);
                assert!(whole, "{}: not one line of the event", case());
                let is_json =
                    contender.name == STOCK_TEXT || serde_json::from_str::<serde::de::IgnoredAny>(&line).is_ok();
                assert!(is_json, "{}: not JSON", case());
                for (place, secret) in (scenario.secrets)(request).into_iter().enumerate() {
                    assert_eq!(line.contains(secret), !contender.masks, "{}: secret {place}", case());
                }
            }
        }
    }
}

/// What was written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().expect("no writer panics"));
        String::from_utf8(bytes).expect("formatters write UTF-8")
    }
}

impl<'w> MakeWriter<'w> for Written {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
