//! Panics, through the boundary.

use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};

use crate::boundary::is_in_layers;

/// Sets a panic hook that logs each panic as an event at `error` with the target `panic`: message, place and thread, through
/// whatever boundary there is. Standard error gets the place, and never the message.
///
/// The hook that was set before is not called: the stock one writes the message to standard error. The panic of a layer inside
/// a boundary is told on standard error alone, for a layer that panics may not be able to take another event.
///
/// ```
/// use tracing_privacy::Policy;
/// use tracing_privacy::testing::{Output, capture};
///
/// tracing_privacy::install_panic_hook();
/// let log = capture(&Policy::builtin(), || {
///     let _ = std::panic::catch_unwind(|| panic!("no account for jo@example.com"));
/// });
/// assert!(log.text(Output::Json).contains("no account for ***@example.com"));
/// ```
pub fn install_panic_hook() {
    panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    let current = std::thread::current();
    let thread = current.name().unwrap_or("<unnamed>");
    let (file, line) = panic.location().map_or(("?", 0), |location| (location.file(), location.line()));
    // A layer that panics may hold a lock that it would wait for here, for ever.
    if !is_in_layers() {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(not a text)");
        tracing::error!(
            target: "panic",
            panic_file = file,
            panic_line = line,
            panic_thread = thread,
            "panicked: {message}"
        );
    }
    // Where standard error is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "a thread panicked at {file}:{line}");
}
