//! Files that are masked where they stand: written anew beside themselves, then put in their own place in one step.

use std::fs::{self, Metadata};
use std::io::{self, BufWriter};
use std::path::PathBuf;

use super::compressor::Compressor;
use super::sink::{Sink, Unwritten};
use crate::atomic::Unfinished;
use crate::input::Input;
use crate::mask::Masked;
use crate::steps::Beginning;

/// Rewrites each input, if anything in it is masked.
#[derive(Default)]
pub(super) struct InPlace {
    rewriting: Option<Rewriting>,
}

/// One file while it is rewritten.
struct Rewriting {
    /// The file itself, behind all links.
    path: PathBuf,
    /// What it was when reading began.
    before: Metadata,
    /// As the file was stored.
    to: Compressor<BufWriter<Unfinished>>,
    masked: bool,
}

impl Sink for InPlace {
    fn begin(&mut self, beginning: &Beginning) -> Result<(), Unwritten> {
        let (Input::File(path), Some(before)) = (&beginning.input, &beginning.metadata) else { return Ok(()) };
        if !before.is_file() {
            return Err(Unwritten::Input("is no regular file, so it cannot be masked in place".to_owned()));
        }
        let begin = || {
            let path = fs::canonicalize(path)?;
            let file = BufWriter::new(Unfinished::private(&path)?);
            let to = Compressor::new(file, beginning.encoding)?;
            Ok(Rewriting { path, before: before.clone(), to, masked: false })
        };
        self.rewriting = Some(begin().map_err(not_rewritten)?);
        Ok(())
    }

    fn write(&mut self, masked: &Masked) -> Result<(), Unwritten> {
        let Some(rewriting) = &mut self.rewriting else { return Ok(()) };
        rewriting.masked |= masked.masked > 0;
        rewriting.to.as_write().write_all(&masked.text).map_err(not_rewritten)
    }

    fn end(&mut self) -> Result<(), Unwritten> {
        match self.rewriting.take() {
            Some(rewriting) if rewriting.masked => rewriting.put_in_place(),
            _ => Ok(()),
        }
    }

    fn abandon(&mut self) {
        self.rewriting = None;
    }

    fn finish(&mut self) -> Result<(), Unwritten> {
        Ok(())
    }
}

fn not_rewritten(error: io::Error) -> Unwritten {
    Unwritten::Input(format!("cannot be written anew: {error}; it stays as it was"))
}

impl Rewriting {
    fn put_in_place(self) -> Result<(), Unwritten> {
        let file = self.to.finish().map_err(not_rewritten)?;
        let file = file.into_inner().map_err(|error| not_rewritten(error.into_error()))?;
        let now = fs::metadata(&self.path).map_err(not_rewritten)?;
        if !is_same(&self.before, &now) {
            let reason = "changed while it was read; it stays as it was. Mask it when nobody writes to it";
            return Err(Unwritten::Input(reason.to_owned()));
        }
        let put = || {
            keep_owner(&file, &self.before)?;
            file.as_file().set_permissions(self.before.permissions())?;
            file.put(&self.path)
        };
        put().map_err(not_rewritten)
    }
}

/// Whether a file is what it was.
fn is_same(before: &Metadata, now: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if (before.dev(), before.ino()) != (now.dev(), now.ino()) {
            return false;
        }
    }
    before.len() == now.len() && before.modified().ok() == now.modified().ok()
}

#[cfg(unix)]
fn keep_owner(file: &Unfinished, before: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let made = file.as_file().metadata()?;
    if (made.uid(), made.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file.as_file(), Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Unfinished, _: &Metadata) -> io::Result<()> {
    Ok(())
}
