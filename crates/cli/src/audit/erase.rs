//! `audit erase`: the key of a person is destroyed.

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde_json::json;
use tracing_privacy_audit::{AuditDatabase, Error};

use super::Format;
use super::confirm::Confirm;
use super::failure::Failure;
use super::session::{Database, Session, Work};

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit erase user 42 --reason REQ-12 --record-key record.key
  tracing-privacy audit erase user 42 --reason REQ-12 --record-key record.key --yes

Exit status:
  0  the key was destroyed, or there was none; that is on record
  2  it could not be done, or the usage was wrong; if the message does not say otherwise, nothing was erased";

/// Erases a person from the trail and from all archives
///
/// Destroys the key under which their personal values are encrypted, and removes it from the files of the database. The records
/// stay, and the chain verifies as before. Who is under legal hold is not erased. Backups of the database hold the key, under the master
/// key, until they end.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(super) database: Database,

    /// The type of the entity whose key it is, such as user
    #[arg(value_name = "TYPE")]
    subject_type: String,

    /// Its id
    #[arg(value_name = "ID")]
    subject_id: String,

    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    confirm: Confirm,

    /// How the outcome is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Work for Erase {
    const RECORDS: bool = true;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        self.confirm.ask("this makes the personal values of one person unreadable for good", "erase")?;
        let mut transaction = session.trail.begin(&session.pool).await?;
        let had_key = session.trail.erase(&mut transaction, &self.subject_type, &self.subject_id, &self.reason).await?;
        transaction.commit().await.map_err(|error| Error::of_database("erasing a person", &error))?;
        let scrubbed = session.trail.scrub(&mut *session.connection().await?).await;
        let text = match (self.format, had_key) {
            (Format::Json, _) => format!("{}\n", json!({ "had_key": had_key, "scrubbed": scrubbed.is_ok() })),
            (Format::Text, true) => "the key was destroyed, and that is on record\n".to_owned(),
            (Format::Text, false) => "there was no key of that one; that it was looked for is on record\n".to_owned(),
        };
        io::stdout().write_all(text.as_bytes()).map_err(Failure::at("standard output"))?;
        scrubbed?;
        Ok(ExitCode::SUCCESS)
    }
}
