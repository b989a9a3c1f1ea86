//! Inputs: files and standard input, opened and judged.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::encoding;

/// What a command reads from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

/// The bytes of an input, whichever it is.
pub(crate) type Bytes = Box<dyn Read + Send>;

impl Input {
    /// The inputs that arguments name: `-` is standard input, and so is no argument at all.
    pub(crate) fn named(paths: &[PathBuf]) -> Vec<Self> {
        if paths.is_empty() { vec![Self::Stdin] } else { paths.iter().map(|path| Self::of(path)).collect() }
    }

    fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// Opens it. The error says what is wrong, and how to mend it, without its name.
    pub(crate) fn open(&self) -> Result<Bytes, String> {
        let mut input: Bytes = match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(open_file(path).map_err(|error| error.to_string())?),
        };
        let mut head = Vec::new();
        while encoding::is_undecided(&head) && read_some(&mut input, &mut head).map_err(|error| error.to_string())? {}
        match encoding::refusal(&head) {
            Some(advice) => Err(advice.to_owned()),
            None => Ok(Box::new(Cursor::new(head).chain(input))),
        }
    }

    /// How many bytes it has, where that is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => std::fs::metadata(path).ok().filter(|file| file.is_file()).map(|file| file.len()),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory; name the files in it"));
    }
    File::open(path)
}

/// Reads once and appends; `false` at the end.
fn read_some(input: &mut impl Read, head: &mut Vec<u8>) -> io::Result<bool> {
    let len = head.len();
    head.resize(len + 4096, 0);
    let result = loop {
        match input.read(&mut head[len..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => break result,
        }
    };
    head.truncate(len + *result.as_ref().unwrap_or(&0));
    result.map(|read| read > 0)
}
