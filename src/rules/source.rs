//! A rules file as read: its name and its text.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;

/// The largest rules file that is read, in bytes. A hundred rules take about 30 KiB.
pub(crate) const MAX_LEN: usize = 4 << 20;

/// The text of a rules file and the name that errors call it by.
#[derive(Clone)]
pub(crate) struct Source {
    /// The path as given, `builtin:pii`, `<string>` or `<code>`.
    pub(crate) name: String,
    /// The whole text, without a byte order mark.
    pub(crate) text: Arc<str>,
    /// The file that it was read from.
    pub(crate) path: Option<PathBuf>,
}

impl Source {
    /// A text that is there already.
    pub(crate) fn new(name: impl Into<String>, text: &str) -> Self {
        Self { name: name.into(), text: Arc::from(without_byte_order_mark(text)), path: None }
    }

    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let bytes = read_limited(path).map_err(|error| Error::io(path, error))?;
        if bytes.len() > MAX_LEN {
            return Err(too_large(&name));
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| not_utf8(&name, error.valid_up_to()))?;
        Ok(Self { path: Some(path.to_owned()), ..Self::new(name, text) })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("len", &self.text.len()).finish()
    }
}

pub(super) fn too_large(name: &str) -> Error {
    Error::plain(
        format!("{name} is larger than {} MiB, too large for a rules file", MAX_LEN >> 20),
        Some("is this the file that was meant? Large rule sets can be split and included".into()),
    )
}

fn not_utf8(name: &str, offset: usize) -> Error {
    Error::plain(
        format!("{name} is not UTF-8 text: the byte at offset {offset} belongs to no character"),
        Some("save the file as UTF-8".into()),
    )
}

/// Reads one byte more than allowed at most, so that a device or a growing file cannot fill the memory.
fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
