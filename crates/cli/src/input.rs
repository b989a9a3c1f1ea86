//! Inputs: files, folders of files, and standard input; found, opened and judged.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, IsTerminal as _, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use ignore::WalkBuilder;

use crate::encoding::{Encoding, is_undecided};
use crate::progress::remark;

/// What a command reads from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
    /// A part of a folder that cannot be looked into, and why.
    Closed(PathBuf, String),
}

/// An input that can be read.
pub(crate) struct Opened {
    /// Its text, if it was compressed, too.
    pub(crate) bytes: Box<dyn Read + Send>,
    pub(crate) encoding: Encoding,
    /// What the file was when it was opened; `None` for what is no file.
    pub(crate) metadata: Option<Metadata>,
}

/// The inputs that arguments name.
#[derive(clap::Args)]
pub(crate) struct Inputs {
    /// In folders, leaves out what .gitignore and the like say
    #[arg(long)]
    gitignore: bool,

    /// Files to read, and folders with all files in them; `-` is standard input, and so is nothing
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl Inputs {
    /// Whether standard input is among them.
    pub(crate) fn read_stdin(&self) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| is_stdin(path))
    }

    /// Says that it waits, where it reads from a terminal.
    pub(crate) fn tell_of_terminal(&self) {
        if self.read_stdin() && io::stdin().is_terminal() {
            remark("tracing-privacy: reading standard input; end it with Ctrl-D, or name files (see --help)");
        }
    }

    /// All of them, in the order of the arguments; those of a folder in the order of their names.
    pub(crate) fn each(&self) -> impl Iterator<Item = Input> + Send + 'static {
        let paths = if self.paths.is_empty() { vec![PathBuf::from("-")] } else { self.paths.clone() };
        let gitignore = self.gitignore;
        paths.into_iter().flat_map(move |path| -> Box<dyn Iterator<Item = Input> + Send> {
            if is_stdin(&path) {
                Box::new([Input::Stdin].into_iter())
            } else if path.is_dir() {
                Box::new(files_in(&path, gitignore))
            } else {
                Box::new([Input::File(path)].into_iter())
            }
        })
    }

    /// How many bytes they have, where all of them are files.
    pub(crate) fn len(&self) -> Option<u64> {
        let len = |path: &PathBuf| std::fs::metadata(path).ok().filter(Metadata::is_file).map(|file| file.len());
        (!self.read_stdin()).then(|| self.paths.iter().map(len).sum()).flatten()
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The files of a folder and of all folders in it, hidden ones too. Links are not followed, so that there is no loop, and no file
/// is read twice; nor are pipes and devices, which might not end.
pub(crate) fn files_in(folder: &Path, gitignore: bool) -> impl Iterator<Item = Input> + Send + 'static {
    files_where(folder, gitignore, |_| true)
}

/// The same, without the folders inside of it that `goes_into` refuses.
pub(crate) fn files_where(
    folder: &Path,
    gitignore: bool,
    goes_into: impl Fn(&Path) -> bool + Send + Sync + 'static,
) -> impl Iterator<Item = Input> + Send + 'static {
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).sort_by_file_name(Ord::cmp);
    // Where the folder is no work tree, too.
    walk.git_ignore(gitignore).ignore(gitignore).parents(gitignore).require_git(false);
    walk.filter_entry(move |entry| {
        let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
        !(gitignore && entry.file_name() == ".git" || is_folder && !goes_into(entry.path()))
    });
    let root = folder.to_owned();
    walk.build().filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
            let path = entry.into_path();
            Some(Input::File(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)))
        }
        Ok(_) => None,
        Err(error) => {
            let (path, reason) = place(&error);
            Some(Input::Closed(path.unwrap_or(&root).to_owned(), reason))
        }
    })
}

/// Where a walk could not go on, and why.
fn place(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), place(err).1),
        ignore::Error::WithDepth { err, .. } => place(err),
        ignore::Error::Io(error) => (None, error.to_string()),
        error => (None, error.to_string()),
    }
}

impl Input {
    /// Opens it, and counts the bytes that are read of it. The error says what is wrong, and how to mend it, without its name.
    pub(crate) fn open(&self, read: &Arc<AtomicU64>) -> Result<Opened, String> {
        let told = |error: io::Error| error.to_string();
        let (stored, metadata): (Box<dyn Read + Send>, _) = match self {
            Self::Stdin => (Box::new(Counted { input: io::stdin(), read: read.clone() }), None),
            Self::File(path) => {
                let file = File::open(path).map_err(told)?;
                let metadata = file.metadata().map_err(told)?;
                if metadata.is_dir() {
                    return Err("is a directory".to_owned());
                }
                (Box::new(Counted { input: file, read: read.clone() }), Some(metadata))
            }
            Self::Closed(_, reason) => return Err(reason.clone()),
        };
        let (stored, encoding) = judged(stored)?;
        let bytes: Box<dyn Read + Send> = match encoding {
            Encoding::Plain => stored,
            Encoding::Gzip => unpacked(MultiGzDecoder::new(stored))?,
            Encoding::Zstd => unpacked(zstd::Decoder::new(stored).map_err(told)?)?,
        };
        Ok(Opened { bytes, encoding, metadata })
    }
}

/// Reads the first bytes of an input, says what it is, and gives all of it.
fn judged(mut input: impl Read + Send + 'static) -> Result<(Box<dyn Read + Send>, Encoding), String> {
    let mut head = Vec::new();
    while is_undecided(&head) && read_some(&mut input, &mut head).map_err(|error| error.to_string())? {}
    let encoding = Encoding::of(&head)?;
    Ok((Box::new(Cursor::new(head).chain(input)), encoding))
}

/// What was compressed must be text now.
fn unpacked(input: impl Read + Send + 'static) -> Result<Box<dyn Read + Send>, String> {
    match judged(input)? {
        (bytes, Encoding::Plain) => Ok(bytes),
        _ => Err("it is compressed more than once; unpack it first".to_owned()),
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) | Self::Closed(path, _) => path.display().fmt(f),
        }
    }
}

/// Counts what is read.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
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
