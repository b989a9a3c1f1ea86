//! `audit history`: who did what to an entity, or what someone did.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use serde_json::Value;
use tracing_privacy_audit::{
    Action, AuditDatabase, ChangeOp, Cursor, Error, FieldChange, Outcome, Page, Party, Query, Record, Timestamp,
};

use super::Format;
use super::failure::Failure;
use super::session::{Database, Session, Work};
use crate::report::one_line;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy audit history user 42 --database sqlite:app.db
  tracing-privacy audit history --actor user/7 --action update --from 2026-11-01T00:00:00Z
  tracing-privacy audit history --action raw_update --format json    # changes that nobody recorded

Exit status:
  0  the records were shown
  1  a record is not what was written
  2  they could not be read, or the usage was wrong";

/// Shows the history of an entity, of an actor, or of an action
///
/// Oldest first, a page at a time. Values are as the policy left them when they were recorded. That someone read is itself recorded.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct History {
    #[command(flatten)]
    pub(super) database: Database,

    /// The type of the entity, such as user
    #[arg(value_name = "TYPE", requires = "entity_id")]
    entity_type: Option<String>,

    /// Its id
    #[arg(value_name = "ID")]
    entity_id: Option<String>,

    /// Only what that one did
    #[arg(long, value_name = "TYPE/ID", value_parser = party)]
    actor: Option<Party>,

    /// Only that action: create, update, delete, login, read, raw_update …
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,

    /// Only from that time on, as RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,

    /// Only before that time
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,

    /// How many records at most
    #[arg(long, value_name = "N", default_value_t = Query::DEFAULT_LIMIT, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Goes on where the page before ended, which told this
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<Cursor>,

    /// How records are shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Reads TYPE/ID.
fn party(text: &str) -> Result<Party, String> {
    let (kind, id) = text.split_once('/').ok_or("an actor is TYPE/ID, such as user/7")?;
    Ok(Party::new(kind, id))
}

impl Work for History {
    const RECORDS: bool = true;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure> {
        let mut transaction = session.trail.begin(&session.pool).await?;
        let page = session.trail.read(&mut transaction, &self.query()).await?;
        // Not shown before it is on record that it was.
        transaction.commit().await.map_err(|error| Error::of_database("recording that records were read", &error))?;
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&page).unwrap_or_default() + "\n",
            Format::Text => told(&page),
        };
        io::stdout().write_all(text.as_bytes()).map_err(Failure::at("standard output"))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl History {
    fn query(&self) -> Query {
        let mut query = match (&self.entity_type, &self.entity_id) {
            (Some(kind), Some(id)) => Query::entity(kind, id),
            _ => Query::new(),
        };
        query = query.limit(self.limit);
        if let Some(actor) = &self.actor {
            query = query.actor(actor.clone());
        }
        if let Some(action) = &self.action {
            query = query.action(Action::named(action));
        }
        if let Some(from) = self.from {
            query = query.from(from);
        }
        if let Some(to) = self.to {
            query = query.to(to);
        }
        match self.cursor {
            Some(cursor) => query.after(cursor),
            None => query,
        }
    }
}

// Writing to memory does not fail, so the results of `writeln!` say nothing.

fn told(page: &Page) -> String {
    let mut text = String::new();
    for record in &page.records {
        tell(record, &mut text);
    }
    if page.records.is_empty() {
        text.push_str("nothing is on record\n");
    }
    if let Some(next) = &page.next {
        let _ = writeln!(text, "there is more: --cursor {next}");
    }
    text
}

fn tell(record: &Record, text: &mut String) {
    let name = |party: &Party| format!("{} {}", one_line(&party.kind), one_line(&party.id));
    let _ = write!(
        text,
        "{}  {} {} {}",
        record.time,
        one_line(record.action.as_str()),
        one_line(&record.entity_type),
        one_line(&record.entity_id)
    );
    match record.outcome {
        Outcome::Success => {}
        outcome => drop(write!(text, " ({})", outcome.as_str())),
    }
    if let Some(actor) = &record.actor {
        let _ = write!(text, " by {}", name(actor));
    }
    if let Some(party) = &record.on_behalf_of {
        let _ = write!(text, " for {}", name(party));
    }
    let source = &record.source;
    let _ = match &source.client_ip {
        Some(address) => writeln!(text, " from {}", one_line(address)),
        None => writeln!(text),
    };
    if let Some(reason) = &record.reason {
        let _ = writeln!(text, "    {}", one_line(reason));
    }
    for change in &record.diff {
        let _ = writeln!(text, "    {}", described(change));
    }
}

fn described(change: &FieldChange) -> String {
    let path = one_line(&change.path);
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(String::new, |value| one_line(&value.to_string()));
    match change.op {
        _ if change.withheld => format!("{path}: changed"),
        ChangeOp::Add => format!("{path}: + {}", shown(&change.after)),
        ChangeOp::Remove => format!("{path}: - {}", shown(&change.before)),
        ChangeOp::Replace => format!("{path}: {} → {}", shown(&change.before), shown(&change.after)),
    }
}
