//! How far a long run has come, shown to a person at a terminal and to nobody else.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run that takes less shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is drawn, in a second.
const RATE: u8 = 8;
const TEMPLATE: &str = "{percent:>3}% [{bar:40}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";

/// A bar on standard error, where that is a terminal and the size of the inputs is known.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Until it is time to show it.
    hidden_since: Option<Instant>,
}

impl Progress {
    /// A bar for so many bytes, if they are known. Where the output goes to the terminal, too, it would be torn: no bar then.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let shown = io::stderr().is_terminal() && !io::stdout().is_terminal();
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, hidden_since: (shown && total.is_some()).then(Instant::now) }
    }

    /// So many bytes more were done.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.bar.inc(bytes);
        if self.hidden_since.is_some_and(|since| since.elapsed() > PATIENCE) {
            self.hidden_since = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(RATE));
        }
    }

    /// Writes a message to standard error, above the bar; where that is closed, to nobody.
    pub(crate) fn say(&self, message: &str) {
        self.bar.suspend(|| say(message));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Writes a message to standard error; where that is closed, to nobody.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{}", message.trim_end());
}
