//! `audit`: the audit trail of an application, read, verified and ended.

mod archive;
mod checkpoint;
mod confirm;
mod erase;
mod failure;
mod history;
mod key;
mod purge;
mod session;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit history user 42 --database sqlite:app.db
  tracing-privacy audit verify --record-key record.key --public-key checkpoint.pub
  tracing-privacy audit archive --months 12 --output 2025.jsonl.zst

Exit status:
  0  it was done, and nothing is wrong
  1  the trail, or an archive, was tampered with
  2  it could not be done, or the usage was wrong";

/// Reads, verifies and ends the records of an audit trail
///
/// The trail is that of the crate tracing-privacy-audit, in the application's database. Ids are searched for and recorded as the
/// application does it, so give the rules, and the token keys, that it has. What is read, purged and erased here is itself recorded.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    History(history::History),
    Verify(verify::Verify),
    Checkpoint(checkpoint::Checkpoint),
    Archive(archive::Archive),
    Purge(purge::Purge),
    Erase(erase::Erase),
}

impl Audit {
    pub(crate) fn run(&self) -> ExitCode {
        let outcome = match &self.command {
            Command::History(history) => history.database.run(history),
            Command::Verify(verify) => verify.database.run(verify),
            Command::Checkpoint(checkpoint) => checkpoint.run(),
            Command::Archive(archive) => archive.database.run(archive),
            Command::Purge(purge) => purge.database.run(purge),
            Command::Erase(erase) => erase.database.run(erase),
        };
        outcome.unwrap_or_else(|failure| failure.tell())
    }
}

/// How the outcome is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a person
    Text,
    /// One JSON document
    Json,
}
