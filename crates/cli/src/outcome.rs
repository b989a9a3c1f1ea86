//! How a command ends: 0 all is well, 1 there is something to mend, 2 it could not be done.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use crate::progress::say;

/// What was asked for was found: leaks, wrong rules.
pub(crate) const FOUND: u8 = 1;
/// Something could not be read or written, or the rules are wrong. Also what a usage error gives.
pub(crate) const TROUBLE: u8 = 2;

/// Ends with a message: what is wrong, and how to mend it.
pub(crate) fn refused(message: &str) -> ExitCode {
    say(&format!("tracing-privacy: {message}"));
    ExitCode::from(TROUBLE)
}

/// Ends with an error of reading or writing, and where it was. A reader that has seen enough (`head`) is none.
pub(crate) fn trouble(place: impl Display, error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    refused(&format!("{place}: {error}"))
}

/// Ends with what the library says of rules or keys, which stands for itself.
pub(crate) fn wrong(error: &impl Display) -> ExitCode {
    say(&error.to_string());
    ExitCode::from(TROUBLE)
}
