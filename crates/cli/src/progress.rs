//! How far a long run has come, shown to a person at a terminal and to nobody else.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::input::Inputs;
use crate::terminal::{Styles, is_quiet};

/// A run that takes less shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is drawn, in a second.
const RATE: u8 = 8;
const OF_KNOWN_LENGTH: &str = "{percent:>3}% [{bar:40}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const OF_UNKNOWN_LENGTH: &str = "{spinner} {bytes} {bytes_per_sec}";

/// A bar on standard error, where that is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// How many bytes were read.
    read: Arc<AtomicU64>,
    /// Until it is time to show it.
    hidden_since: Option<Instant>,
}

impl Progress {
    /// A bar that shows nothing but messages.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { bar, read: Arc::default(), hidden_since: None }
    }

    /// A bar for inputs of which `read` counts the bytes; so many in all, if that is known. There is none for standard input,
    /// which tells nothing, nor where the output goes to the terminal, too: it would be torn.
    pub(crate) fn new(inputs: &Inputs, read: Arc<AtomicU64>) -> Self {
        let total = inputs.len();
        let shown = !is_quiet() && io::stderr().is_terminal() && !io::stdout().is_terminal() && !inputs.read_stdin();
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = if total.is_some() { OF_KNOWN_LENGTH } else { OF_UNKNOWN_LENGTH };
        bar.set_style(ProgressStyle::with_template(template).expect("the templates are good").progress_chars("=> "));
        Self { bar, read, hidden_since: shown.then(Instant::now) }
    }

    /// Shows how far it has come.
    pub(crate) fn update(&mut self) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
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
    const NAME: &str = "tracing-privacy:";
    let message = message.trim_end();
    let style = Styles::of_stderr().trouble;
    let _ = match message.strip_prefix(NAME) {
        Some(rest) => writeln!(io::stderr(), "{style}{NAME}{style:#}{rest}"),
        None => writeln!(io::stderr(), "{message}"),
    };
}

/// Writes what is good to know and not wrong to standard error, unless it should be quiet.
pub(crate) fn remark(message: &str) {
    if !is_quiet() {
        let style = Styles::of_stderr().faint;
        let _ = writeln!(io::stderr(), "{style}{}{style:#}", message.trim_end());
    }
}
