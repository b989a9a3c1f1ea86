//! The one line to start, in a binary of its own: it installs a global subscriber.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_privacy::Policy;

/// What was written.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_line_installs_policy_filter_and_json() {
    let output = Output::default();
    let writer = output.clone();
    let policy = Policy::builtin();
    tracing_privacy::setup()
        .policy(policy)
        .writer(move || writer.clone())
        .try_init()
        .expect("nothing else is installed");

    tracing::info!(password = "hunter2zq", "mail to jo@example.com");
    tracing::debug!("not shown: the default is info");
    log::warn!("token=hunter2zq");
    let again = tracing_privacy::setup().policy(Policy::builtin()).try_init();

    let text = String::from_utf8(output.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("UTF-8");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(lines[0]["fields"]["rules"], "built-in", "which policy is in force is said first");
    assert_eq!(lines[1]["fields"]["message"], "mail to ***@example.com");
    assert_eq!(lines[1]["fields"]["password"], "[redacted:credential]");
    assert_eq!(lines[2]["fields"]["message"], "token=[redacted:credential]");
    let error = again.expect_err("a second global subscriber").to_string();
    assert!(error.starts_with("the subscriber cannot be installed"), "{error}");
}
