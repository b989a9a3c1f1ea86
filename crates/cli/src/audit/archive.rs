//! `audit archive`: what is due to be purged, written to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracing_privacy_audit::{AuditDatabase, Retention, Timestamp};

use super::Format;
use super::failure::Failure;
use super::session::{Database, Session, Work};

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit archive --months 12 --output 2025.jsonl.zst
  tracing-privacy audit archive --months 84 --before 2019-01-01T00:00:00Z -o 2018.jsonl.zst
  zstdcat 2025.jsonl.zst | head

Exit status:
  0  the records were written and read back, or none are due
  1  a record is not what was sealed: the trail was tampered with, and nothing is archived
  2  it could not be done, or the usage was wrong";

/// Writes the records that are due to be purged to a file
///
/// JSON lines, compressed with zstd, read back and compared with the chain; beside them FILE.json, which says what they are. Records
/// under legal hold are left out. Nothing is deleted: `audit purge` does that.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Archive {
    #[command(flatten)]
    pub(super) database: Database,

    /// The retention class: records that are kept for so many months
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=84))]
    months: u16,

    /// Only records from before this time; if not said, all that are due
    #[arg(long, value_name = "TIME")]
    before: Option<Timestamp>,

    /// The file, which must not exist
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// How the outcome is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Work for Archive {
    const RECORDS: bool = false;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        let retention = Retention::months(self.months)?;
        let before = self.before.unwrap_or_else(|| Timestamp::now().months_before(self.months));
        let about = about(&self.output);
        for path in [&self.output, &about] {
            if path.exists() {
                return Err(Failure::Refused(format!("{} exists, and no archive is written over", path.display())));
            }
        }
        File::create_new(&self.output).map_err(Failure::at(self.output.display()))?;
        std::fs::remove_file(&self.output).map_err(Failure::at(self.output.display()))?;
        let mut conn = session.connection().await?;
        let archive = session.trail.archive(&mut conn, retention, before, &self.output).await?;
        let json = serde_json::to_string_pretty(&archive).unwrap_or_default() + "\n";
        if archive.records == 0 {
            std::fs::remove_file(&self.output).map_err(Failure::at(self.output.display()))?;
        } else {
            let written = OpenOptions::new().write(true).create_new(true).open(&about);
            written.and_then(|mut file| file.write_all(json.as_bytes())).map_err(Failure::at(about.display()))?;
        }
        let text = match (self.format, archive.records) {
            (Format::Json, _) => json,
            (Format::Text, 0) => format!("no records that are kept for {retention} are due before {before}\n"),
            (Format::Text, records) => {
                format!("archived {records} records to {} (SHA-256 {})\n", self.output.display(), archive.digest)
            }
        };
        io::stdout().write_all(text.as_bytes()).map_err(Failure::at("standard output"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What is known of an archive stands beside it.
pub(super) fn about(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_owned();
    name.push(".json");
    name.into()
}
