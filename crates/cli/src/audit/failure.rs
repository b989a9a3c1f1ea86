//! Why a command could not be done.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use tracing_privacy_audit::{Error, ErrorKind};

use crate::outcome::{FOUND, refused, trouble, wrong};
use crate::progress::say;

pub(crate) enum Failure {
    /// What is asked for makes no sense, or lacks something.
    Refused(String),
    /// The trail says so.
    Audit(Error),
    /// The rules are wrong, with a picture.
    Rules(String),
    /// Something could not be read or written.
    Io(String, io::Error),
}

impl Failure {
    pub(crate) fn at(place: impl Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io(place.to_string(), error)
    }

    pub(crate) fn tell(self) -> ExitCode {
        match self {
            Self::Refused(message) => refused(&message),
            Self::Rules(error) => wrong(&error),
            Self::Io(place, error) => trouble(place, &error),
            Self::Audit(error) => {
                say(&format!("tracing-privacy: {error}"));
                match error.kind() {
                    // Not what was written: someone was there.
                    ErrorKind::Damaged(_) => ExitCode::from(FOUND),
                    _ => ExitCode::from(crate::outcome::TROUBLE),
                }
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Audit(error)
    }
}
