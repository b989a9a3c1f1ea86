//! `audit checkpoint`: a signed statement of how the chain stands.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_privacy_audit::{AuditDatabase, CheckpointKey};

use super::failure::Failure;
use super::key;
use super::session::{Database, Session, Work};
use crate::progress::say;

const EXAMPLES: &str = "\
Examples:
  openssl rand -hex 32 > checkpoint.key
  tracing-privacy audit checkpoint --key checkpoint.key --print-public-key > checkpoint.pub
  tracing-privacy audit checkpoint --key checkpoint.key | ssh vault 'cat >> shipped.jsonl'

Exit status:
  0  the checkpoint was printed, or there is nothing to sign yet
  1  the chain does not continue the checkpoint before: it was tampered with, and is not signed
  2  it could not be signed, or the usage was wrong";

/// Signs the chain as it stands
///
/// Prints the checkpoint as one line of JSON and keeps it in the database. Ship it to where whoever can change the database cannot:
/// only a checkpoint from elsewhere shows that the end of the chain was cut off.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    database: Database,

    /// File with the secret key, as 64 hexadecimal digits
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Prints the public half of the key, for `audit verify`, and does nothing else
    #[arg(long)]
    print_public_key: bool,
}

impl Checkpoint {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let key = CheckpointKey::new(&*key::read("--key", &self.key)?);
        if self.print_public_key {
            return printed(&key::hex(&key.public().to_bytes()));
        }
        self.database.run(&Sign { key })
    }
}

struct Sign {
    key: CheckpointKey,
}

impl Work for Sign {
    const RECORDS: bool = false;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        match session.trail.checkpoint(&mut *session.connection().await?, &self.key).await? {
            Some(checkpoint) => printed(&serde_json::to_string(&checkpoint).unwrap_or_default()),
            None => {
                say("tracing-privacy: the chain is empty, so there is nothing to sign");
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn printed(line: &str) -> Result<ExitCode, Failure> {
    writeln!(io::stdout(), "{line}").map_err(Failure::at("standard output"))?;
    Ok(ExitCode::SUCCESS)
}
