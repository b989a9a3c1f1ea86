//! `keygen`: a new random key for tokens.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracing_privacy::mask::KeyRing;
use zeroize::Zeroizing;

use crate::outcome::{refused, trouble};
use crate::progress::remark;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy keygen --id k1 --output token.key
  export TRACING_PRIVACY_KEY_FILE=token.key
  (tracing-privacy keygen --id k2; cat token.key) > new.key    # a new key in front, the old one still known

Exit status:
  0  the key was written
  2  it was not";

/// Makes a new random key for tokens
///
/// Prints it as `ID:KEY`, or writes it to a file that only its owner may read. Keep it as you keep passwords: whoever has it can
/// check a guess against a token, and without it no token can be made again.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keygen {
    /// What the key is called in every token: 1 to 16 of a-z, 0-9 and _; made from the key, if not said
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// File to write instead of standard output; it must not exist
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Keygen {
    pub(crate) fn run(&self) -> ExitCode {
        let key = match self.key() {
            Ok(key) => key,
            Err(reason) => return refused(&reason),
        };
        let (id, _) = key.split_once(':').unwrap_or_default();
        match &self.output {
            None => match io::stdout().write_all(key.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => trouble("standard output", &error),
            },
            Some(path) => match write_new(path, key.as_bytes()) {
                Ok(()) => {
                    remark(&format!("tracing-privacy: wrote the key `{id}` to {}", path.display()));
                    ExitCode::SUCCESS
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    refused(&format!("{} exists; a key that tokens were made with is not overwritten", path.display()))
                }
                Err(error) => trouble(path.display(), &error),
            },
        }
    }

    /// A line with a new key.
    fn key(&self) -> Result<Zeroizing<String>, String> {
        let generated = KeyRing::generate_key_text().map_err(|error| error.to_string())?;
        let (id, key) = generated.split_once(':').ok_or("no key was generated")?;
        let line = Zeroizing::new(format!("{}:{key}\n", self.id.as_deref().unwrap_or(id)));
        // Also says what is wrong with the id.
        KeyRing::parse(&line).map_err(|error| error.to_string())?;
        Ok(line)
    }
}

/// Writes a file that must not exist and that only its owner may read.
fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}
