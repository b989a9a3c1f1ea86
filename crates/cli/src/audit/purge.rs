//! `audit purge`: what is in an archive is deleted from the trail.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_privacy_audit::{Archive, AuditDatabase};

use super::Format;
use super::archive::about;
use super::confirm::Confirm;
use super::failure::Failure;
use super::session::{Database, Session, Work};

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit purge 2025.jsonl.zst --reason INC-4711 --record-key record.key
  tracing-privacy audit purge 2025.jsonl.zst --reason yearly --record-key record.key --yes

Exit status:
  0  the records were deleted, and that is on record
  1  the archive is not what was written; nothing was deleted
  2  it could not be done, or the usage was wrong; nothing was deleted";

/// Deletes the records that are in an archive
///
/// Each is compared with the archive first. A record of the purge stays for good, and the chain verifies over the gap. If a record more
/// or less is due by now, for it was put under legal hold, nothing is deleted.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Purge {
    #[command(flatten)]
    pub(super) database: Database,

    /// The archive, as `audit archive` wrote it, with FILE.json beside it
    #[arg(value_name = "FILE")]
    archive: PathBuf,

    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    confirm: Confirm,

    /// How the outcome is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Work for Purge {
    const RECORDS: bool = true;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        let about = about(&self.archive);
        let text = std::fs::read_to_string(&about).map_err(Failure::at(about.display()))?;
        let mut archive: Archive = serde_json::from_str(&text)
            .map_err(|_| Failure::Refused(format!("{} does not say what is in an archive", about.display())))?;
        // It may have been moved since.
        archive.file.clone_from(&self.archive);
        self.confirm.ask(&format!("this deletes {} records from the trail", archive.records), "purge")?;
        let purge = session.trail.purge(&mut *session.connection().await?, &archive, &self.reason).await?;
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&purge).unwrap_or_default() + "\n",
            Format::Text => format!("deleted {} records; the record of that is {}\n", purge.records, purge.record),
        };
        io::stdout().write_all(text.as_bytes()).map_err(Failure::at("standard output"))?;
        Ok(ExitCode::SUCCESS)
    }
}
