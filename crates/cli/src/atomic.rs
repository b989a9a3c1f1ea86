//! Files that are there as a whole or not at all: written under another name beside their place, and put there in one step.
//! What was begun is taken away again, also where a signal ends the process.

use std::collections::BTreeSet;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// What is being written. Whoever holds the lock sees no file come or go.
static BEGUN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn begun() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is being written.
pub(crate) struct Unfinished {
    /// `None` once it is in its place.
    file: Option<NamedTempFile>,
}

impl Unfinished {
    /// Begins a file that will stand at `path`, on the same file system, with the mode that new files have.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        // A device, or a pipe, has its place for itself, and a folder is none for a file.
        if std::fs::metadata(path).is_ok_and(|there: Metadata| !there.is_file()) {
            return Err(io::Error::other("is no regular file, so that nothing can be put in its place"));
        }
        Self::begin(path, Self::of_mode(0o666))
    }

    /// The same, for its owner only: what it will be, is not known yet.
    pub(crate) fn private(path: &Path) -> io::Result<Self> {
        Self::begin(path, None)
    }

    /// Of which the system takes what the user's mask forbids.
    #[cfg(unix)]
    fn of_mode(mode: u32) -> Option<Permissions> {
        Some(std::os::unix::fs::PermissionsExt::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn of_mode(_: u32) -> Option<Permissions> {
        None
    }

    fn begin(path: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut begun = begun();
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tracing-privacy-");
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(folder)?;
        begun.insert(file.path().to_owned());
        Ok(Self { file: Some(file) })
    }

    pub(crate) fn as_file(&self) -> &File {
        self.file.as_ref().expect("it is only taken by `put`, which ends this").as_file()
    }

    /// Puts it in its place.
    pub(crate) fn put(mut self, path: &Path) -> io::Result<()> {
        self.as_file().sync_all()?;
        let mut begun = begun();
        let Some(file) = self.file.take() else { return Ok(()) };
        begun.remove(file.path());
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.as_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.as_file().flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            let mut begun = begun();
            begun.remove(file.path());
            // What cannot be removed was removed by someone else.
            let _ = file.close();
        }
    }
}

/// Removes all that is being written and ends the process.
pub(crate) fn abandon_all_and_exit(code: i32) -> ! {
    let begun = begun();
    for path in begun.iter() {
        let _ = std::fs::remove_file(path);
    }
    // The lock is held: no file is begun, and none is put in its place, from here on.
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let count = || std::fs::read_dir(folder.path()).unwrap().count();
        {
            let mut file = Unfinished::new(&path).unwrap();
            file.write_all(b"half").unwrap();
            assert!(count() == 1 && !path.exists());
            assert!(begun().iter().any(|begun| begun.starts_with(folder.path())));
        }
        assert_eq!(count(), 0);
        let mut file = Unfinished::new(&path).unwrap();
        file.write_all(b"whole").unwrap();
        file.put(&path).unwrap();
        assert_eq!((count(), std::fs::read_to_string(&path).unwrap().as_str()), (1, "whole"));
        assert!(!begun().iter().any(|begun| begun.starts_with(folder.path())));

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let private = Unfinished::private(&path).unwrap();
            assert_eq!(private.as_file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
            let plain = folder.path().join("plain");
            std::fs::write(&plain, "").unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&path), mode(&plain), "as of any new file");
        }
        assert!(Unfinished::new(folder.path()).is_err() && Unfinished::new(&folder.path().join("no/such")).is_err());
    }
}
