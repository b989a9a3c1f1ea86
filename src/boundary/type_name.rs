//! Of what type an error is, as far as that can be told of one that is only known as an error.

use std::error::Error;
use std::fmt::{self, Write};

use super::visitor::format_caught;
use crate::sanitize::{LONGEST_NAME, name_before};

/// Types whose `Debug` does not begin with their name.
macro_rules! known {
    ($error:ident is one of $($path:ty),+) => {
        $(if $error.is::<$path>() {
            return Some(stringify!($path).replace(' ', ""));
        })+
    };
}

/// The name of an error's type, or of its variant; none where its `Debug` does not begin with one.
pub(super) fn name_of(error: &(dyn Error + 'static)) -> Option<String> {
    known!(error is one of
        std::io::Error, std::fmt::Error, std::str::Utf8Error, std::string::FromUtf8Error, std::num::ParseIntError,
        std::num::ParseFloatError, serde_json::Error);
    // Only the beginning is read, so that it may end in the middle.
    let mut beginning = Beginning(String::new());
    let _ = format_caught(|| write!(beginning, "{error:?}"));
    name_before(&beginning.0).map(|(name, _)| name.to_owned())
}

/// Takes a little, and then no more.
struct Beginning(String);

impl Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST_NAME + 2 - self.0.len().min(LONGEST_NAME + 2);
        self.0.extend(text.chars().take(room));
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}
