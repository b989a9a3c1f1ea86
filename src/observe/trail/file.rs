//! The file of a trail: one process, whole lines.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use fs4::fs_std::FileExt;

use super::chain::{Line, MAX_LINE};

/// Where lines go.
pub(super) trait Sink: Send {
    /// Appends a whole line, or nothing.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;
}

pub(super) struct TrailFile {
    file: File,
    /// How long the file is; all lines up to here are whole.
    len: u64,
    /// Whether a piece of a line may stand behind them.
    torn: bool,
}

/// What stood in a file that was there.
pub(super) struct Found {
    pub(super) last: Option<Line>,
    /// How many bytes of a torn line were taken off the end.
    pub(super) torn: u64,
}

impl TrailFile {
    /// Opens a file, new or not, and locks it. A torn line at its end is taken off.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Found)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        if !file.try_lock_exclusive()? {
            let message = "another process, or another trail of this one, writes to this file";
            return Err(io::Error::new(io::ErrorKind::WouldBlock, message));
        }
        let len = file.metadata()?.len();
        let start = len.saturating_sub(2 * MAX_LINE as u64);
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        (&mut file).take(2 * MAX_LINE as u64).read_to_end(&mut tail)?;
        let end = tail.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if end == 0 && start > 0 {
            return Err(no_trail());
        }
        let last = match tail[..end].split_last() {
            None => None,
            Some((_, lines)) => {
                let from = lines.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                Some(Line::read(&lines[from..]).ok_or_else(no_trail)?)
            }
        };
        let whole = start + end as u64;
        if whole < len {
            file.set_len(whole)?;
        }
        Ok((Self { file, len: whole, torn: false }, Found { last, torn: len - whole }))
    }
}

impl TrailFile {
    /// Takes off what may stand behind the last whole line.
    fn mend(&mut self) -> io::Result<()> {
        if self.torn {
            self.file.set_len(self.len)?;
            self.torn = false;
        }
        Ok(())
    }
}

impl Sink for TrailFile {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        // Else this line would be joined to the piece.
        self.mend()?;
        self.torn = true;
        let written = self.file.write_all(line);
        match &written {
            Ok(()) => {
                self.len += line.len() as u64;
                self.torn = false;
            }
            // Where this fails, too, the next line tries it again.
            Err(_) => drop(self.mend()),
        }
        written
    }
}

fn no_trail() -> io::Error {
    let message = "the last line of this file is none of a trail, or was modified; move the file away, and verify it";
    io::Error::new(io::ErrorKind::InvalidData, message)
}
