//! The token keys that a command works with.

use std::path::PathBuf;

use tracing_privacy::mask::KeyRing;

#[derive(clap::Args)]
pub(crate) struct Keys {
    /// File with the token keys; without it what $TRACING_PRIVACY_KEY or $TRACING_PRIVACY_KEY_FILE gives
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Keys {
    /// The keys, if there are any; the error says what is wrong with them.
    pub(crate) fn ring(&self) -> Result<Option<KeyRing>, String> {
        match &self.key_file {
            Some(path) => KeyRing::from_file(path).map(Some).map_err(|error| format!("--key-file: {error}")),
            None => KeyRing::from_environment().map_err(|error| error.to_string()),
        }
    }
}
