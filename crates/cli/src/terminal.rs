//! How the command speaks to a person: in color or not, at length or not. Both are options of every command.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// What every command can be told of its output.
#[derive(clap::Args)]
pub(crate) struct Terminal {
    /// When output is colored; by itself, at terminals, unless $NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Output")]
    color: Color,

    /// Says nothing but what is wrong and what was asked for; `scan` then tells by its exit status alone
    #[arg(short, long, global = true, help_heading = "Output")]
    quiet: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Whether remarks are left out. What the user asked for once, for all that the process says.
static QUIET: AtomicBool = AtomicBool::new(false);

impl Terminal {
    /// From now on, output is as it was asked for.
    pub(crate) fn apply(&self) {
        self.color.choice().write_global();
        QUIET.store(self.quiet, Ordering::Relaxed);
    }
}

impl Color {
    fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

/// Whether nothing is to be said but what is wrong and what was asked for.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Heeds `--color` before the arguments are read: help and mistakes in the usage are printed while they are.
pub(crate) fn apply_color_early(arguments: impl Iterator<Item = impl AsRef<OsStr>>) {
    let mut next_is_color = false;
    for argument in arguments {
        let argument = argument.as_ref().to_string_lossy().into_owned();
        let value = argument.strip_prefix("--color=").or(next_is_color.then_some(&argument));
        match value {
            Some("always") => ColorChoice::Always.write_global(),
            Some("never") => ColorChoice::Never.write_global(),
            _ => {}
        }
        next_is_color = argument == "--color";
        if argument == "--" {
            return;
        }
    }
}

/// The styles of what is printed; plain ones where there is no color.
#[derive(Clone, Copy, Default)]
pub(crate) struct Styles {
    /// What is wrong.
    pub(crate) trouble: Style,
    /// A name that one looks for: a rule.
    pub(crate) name: Style,
    /// Where something stands.
    pub(crate) place: Style,
    /// What is not so important.
    pub(crate) faint: Style,
}

impl Styles {
    pub(crate) fn of_stdout() -> Self {
        Self::of(&io::stdout())
    }

    pub(crate) fn of_stderr() -> Self {
        Self::of(&io::stderr())
    }

    fn of<S: anstream::stream::RawStream + IsTerminal>(stream: &S) -> Self {
        if AutoStream::choice(stream) == ColorChoice::Never {
            return Self::default();
        }
        Self {
            trouble: AnsiColor::Red.on_default().bold(),
            name: AnsiColor::Yellow.on_default(),
            place: AnsiColor::Cyan.on_default(),
            faint: Style::new().dimmed(),
        }
    }
}
