//! `audit verify`: whether someone tampered with the trail.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use tracing_privacy_audit::{AuditDatabase, Checkpoint, CheckpointPublicKey, Expectations, Finding, Report, Timestamp};

use super::Format;
use super::failure::Failure;
use super::key;
use super::session::{Database, Session, Work};
use crate::outcome::FOUND;
use crate::report::one_line;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit verify --database sqlite:app.db --record-key record.key
  tracing-privacy audit verify --public-key checkpoint.pub --checkpoint shipped.jsonl
  tracing-privacy audit verify --format json | jq .counts

Exit status:
  0  nothing was tampered with, as far as was looked
  1  something was; standard output says what and where
  2  it could not be verified, or the usage was wrong";

/// Verifies that nobody tampered with the trail
///
/// Reads all of the chain and the records, in constant memory, and tells what was modified, is missing, stands in another place, was
/// forged or cut off, and which triggers do not guard any more. Without a record key, records that were written past the
/// application are not found; without a checkpoint that was kept elsewhere, not what was cut off at the end.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(super) database: Database,

    /// File with a key that checkpoints may be signed with, as `audit checkpoint --print-public-key` prints it; can be given more
    /// than once
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,

    /// File with checkpoints that were kept elsewhere, one a line, as `audit checkpoint` prints them; can be given more than once
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,

    /// How the outcome is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Work for Verify {
    const RECORDS: bool = false;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        let expected = self.expectations()?;
        let report = session.trail.verify(&mut *session.connection().await?, &expected).await?;
        let text = match self.format {
            Format::Json => {
                let mut document = serde_json::to_value(&report).unwrap_or_default();
                document["intact"] = json!(report.is_intact());
                serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
            }
            Format::Text => self.told(&report, session.has_record_key),
        };
        io::stdout().write_all(text.as_bytes()).map_err(Failure::at("standard output"))?;
        Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
    }
}

impl Verify {
    fn expectations(&self) -> Result<Expectations, Failure> {
        let mut expected = Expectations::none();
        for path in &self.public_key {
            expected = expected.key(CheckpointPublicKey::new(&*key::read("--public-key", path)?)?);
        }
        for path in &self.checkpoint {
            let text = std::fs::read_to_string(path).map_err(Failure::at(path.display()))?;
            for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let checkpoint: Checkpoint = serde_json::from_str(line).map_err(|_| {
                    Failure::Refused(format!("{}:{}: this is no checkpoint", path.display(), index + 1))
                })?;
                expected = expected.shipped(checkpoint);
            }
        }
        Ok(expected)
    }

    // Writing to memory does not fail, so the results of `writeln!` say nothing.
    fn told(&self, report: &Report, has_record_key: bool) -> String {
        let mut text = String::new();
        for finding in &report.findings {
            let _ = writeln!(text, "{}", described(finding));
        }
        let listed = report.findings.len() as u64;
        let all: u64 = report.counts.values().sum();
        if all > listed {
            let _ = writeln!(text, "… and {} more", all - listed);
        }
        let Report { links, records, purged, checkpoints, attested, .. } = report;
        let _ = writeln!(
            text,
            "{links} links, {records} with their record, {purged} purged; {checkpoints} checkpoints, attested up to {attested}"
        );
        let backlog = &report.backlog;
        if let Some(oldest) = backlog.oldest {
            let age = backlog.age(Timestamp::now()).as_secs();
            let _ = writeln!(text, "{} records wait to be sealed, the oldest for {age} s ({oldest})", backlog.records);
        }
        if backlog.noted > 0 {
            let _ = writeln!(text, "{} changes that nobody recorded wait to be sealed", backlog.noted);
        }
        if !has_record_key {
            text.push_str("not looked for: records that were written past the application (--record-key)\n");
        }
        if self.public_key.is_empty() {
            text.push_str("not looked for: a chain that was made anew (--public-key)\n");
        }
        if self.checkpoint.is_empty() {
            text.push_str("not looked for: what was cut off at the end (--checkpoint)\n");
        }
        let _ = match all {
            0 => writeln!(text, "nothing was tampered with"),
            1 => writeln!(text, "TAMPERED WITH: 1 finding"),
            all => writeln!(text, "TAMPERED WITH: {all} findings"),
        };
        text
    }
}

fn described(finding: &Finding) -> String {
    let kind = serde_json::to_value(finding.kind).unwrap_or_default();
    let mut text = kind.as_str().unwrap_or("found").to_owned();
    if let Some(position) = finding.position {
        let _ = write!(text, " at {position}");
    }
    if let Some(subject) = &finding.subject {
        let _ = write!(text, " ({})", one_line(subject));
    }
    let _ = write!(text, ": {}", finding.detail);
    text
}
