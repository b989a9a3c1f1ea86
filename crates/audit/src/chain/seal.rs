//! Sealing: committed records become links of the chain, one after the other, by one sealer at a time.

use std::convert::Infallible;
use std::time::Duration;

use serde::Serialize;
use sqlx::Pool;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::timeout;

use super::link::{Content, GENESIS, Link};
use crate::database::{AuditDatabase, Row, Value, finish};
use crate::record::{COLUMNS, Stored};
use crate::{Error, Timestamp, Trail};

const SEALING: &str = "sealing";
/// How many records are sealed in one transaction.
const BATCH: usize = 500;

/// What became of a batch.
struct Batch {
    sealed: usize,
    /// Whether the queue may hold more.
    more: bool,
}

/// Records that are committed and not yet in the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// How many.
    pub records: u64,
    /// When the oldest of them was recorded.
    pub oldest: Option<Timestamp>,
    /// How many changes of watched tables, that nobody recorded, wait to become records.
    pub noted: u64,
}

impl Backlog {
    /// How long ago the oldest was recorded; an alarm for a sealer that stands still.
    pub fn age(&self, now: Timestamp) -> Duration {
        let micros = self.oldest.map_or(0, |oldest| now.as_micros().saturating_sub(oldest.as_micros()));
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Seals all records that are committed; answers how many. Any number of processes may call it at any time: the
    /// database lets in one after the other.
    ///
    /// # Errors
    ///
    /// The database refuses. What was sealed before that stays sealed.
    pub async fn seal(&self, conn: &mut DB::Connection) -> Result<u64, Error> {
        self.seal_while(conn, || true).await
    }

    /// The same, batch by batch, as long as it is to go on.
    async fn seal_while(&self, conn: &mut DB::Connection, mut go_on: impl FnMut() -> bool) -> Result<u64, Error> {
        let mut sealed = 0;
        loop {
            let batch = self.seal_batch(conn).await?;
            sealed += batch.sealed as u64;
            if !batch.more || !go_on() {
                return Ok(sealed);
            }
        }
    }

    async fn seal_batch(&self, conn: &mut DB::Connection) -> Result<Batch, Error> {
        if self.nothing_to_seal(conn).await? {
            return Ok(Batch { sealed: 0, more: false });
        }
        let mut transaction = DB::begin_alone(conn).await.map_err(Error::database(SEALING))?;
        let outcome = match self.record_noted(&mut transaction, BATCH).await {
            Ok(()) => append::<DB>(&mut transaction).await,
            Err(error) => Err(error),
        };
        finish(transaction, outcome, SEALING).await
    }

    /// Whether a look, without the lock, shows that there is no work.
    async fn nothing_to_seal(&self, conn: &mut DB::Connection) -> Result<bool, Error> {
        let rows = DB::fetch(conn, "SELECT 1 FROM audit_unsealed ORDER BY time_us, record_id LIMIT 1", vec![]).await;
        Ok(rows.map_err(Error::database(SEALING))?.is_empty() && self.nothing_noted(conn).await?)
    }

    /// Which records wait to be sealed.
    ///
    /// # Errors
    ///
    /// The database refuses.
    pub async fn backlog(&self, conn: &mut DB::Connection) -> Result<Backlog, Error> {
        let select =
            "SELECT count(*), coalesce(min(time_us), 0), (SELECT count(*) FROM audit_noted) FROM audit_unsealed";
        let rows = DB::fetch(conn, select, vec![]).await;
        let rows = rows.map_err(Error::database("reading the backlog"))?;
        let Some(row) = rows.first() else { return Ok(Backlog::default()) };
        let count = |index| row.integer(index).map(|count| u64::try_from(count).unwrap_or_default());
        let (records, noted) = (count(0)?, count(2)?);
        let oldest = Timestamp::from_micros(row.integer(1)?);
        Ok(Backlog { records, oldest: (records > 0).then_some(oldest), noted })
    }

    /// Starts a task that seals again and again, with that pause. It ends when the [`Sealer`] is dropped, after the batch that it
    /// is at.
    ///
    /// Each error is logged, and the next round tries again.
    ///
    /// # Panics
    ///
    /// It is not called in a tokio runtime.
    pub fn spawn_sealer(&self, pool: Pool<DB>, pause: Duration) -> Sealer {
        let trail = self.clone();
        let (sealer, mut dropped) = oneshot::channel();
        tokio::spawn(async move {
            loop {
                let outcome = match pool.acquire().await.map_err(Error::database(SEALING)) {
                    Ok(mut conn) => {
                        trail.seal_while(&mut conn, || dropped.try_recv() == Err(TryRecvError::Empty)).await
                    }
                    Err(error) => Err(error),
                };
                if let Err(error) = outcome {
                    tracing::error!(%error, "audit records could not be sealed");
                }
                if timeout(pause, &mut dropped).await.is_ok() {
                    return;
                }
            }
        });
        Sealer(sealer)
    }
}

/// Appends a batch of waiting records to the chain, in a transaction that nobody else appends in.
async fn append<DB: AuditDatabase>(conn: &mut DB::Connection) -> Result<Batch, Error> {
    let (rows, more) = waiting::<DB>(conn).await?;
    if rows.is_empty() {
        return Ok(Batch { sealed: 0, more });
    }
    let failed = Error::database(SEALING);
    let (mut position, mut previous) = head::<DB>(conn).await?;
    let sealed_us = Timestamp::now().as_micros();
    let (mut links, mut done) = (Vec::new(), Vec::new());
    for row in &rows {
        let record = Stored::from_row(row, QUEUED);
        let (record_id, time_us) = (record.id().to_owned(), record.time().as_micros());
        done.extend([Value::from(time_us), Value::from(record_id.as_str())]);
        let content = Content { record_id, time_us, digest: record.digest().to_vec(), sealed_us };
        position += 1;
        let hash = content.hash(&previous, position).to_vec();
        previous.clone_from(&hash);
        links.extend(Link { position, content, hash }.into_values());
    }
    let values = |one: &str| vec![one; rows.len()].join(", ");
    let insert = format!(
        "INSERT INTO audit_link (position, record_id, time_us, digest, hash, sealed_us) VALUES {}",
        values("(?, ?, ?, ?, ?, ?)")
    );
    DB::execute(conn, &insert, links).await.map_err(&failed)?;
    let delete = format!("DELETE FROM audit_unsealed WHERE (time_us, record_id) IN (VALUES {})", values("(?, ?)"));
    DB::execute(conn, &delete, done).await.map_err(failed)?;
    Ok(Batch { sealed: rows.len(), more })
}

/// How many columns stand before those of the record.
const QUEUED: usize = 2;

/// The records of the first part of the queue that has any, and whether there are more parts. What is in the queue without a record was
/// removed by force: it stays there for the verification to name, and must not stop those behind it.
///
/// Part by part, and only then joined: a database that joined all of the queue would do so for each batch of a large one.
async fn waiting<DB: AuditDatabase>(conn: &mut DB::Connection) -> Result<(Vec<Row>, bool), Error> {
    let columns: Vec<_> = COLUMNS.split(", ").map(|column| format!("r.{}", column.trim())).collect();
    let part = format!(
        "SELECT u.time_us, u.record_id, {} FROM (
             SELECT time_us, record_id FROM audit_unsealed WHERE (time_us, record_id) > (?, ?)
             ORDER BY time_us, record_id LIMIT {BATCH}
         ) u LEFT JOIN audit_record r ON r.id = u.record_id AND r.time_us = u.time_us
         ORDER BY u.time_us, u.record_id",
        columns.join(", ")
    );
    let mut last = [Value::from(i64::MIN), Value::from("")];
    loop {
        let mut rows = DB::fetch(conn, &part, last.to_vec()).await.map_err(Error::database(SEALING))?;
        let more = rows.len() == BATCH;
        if let Some(row) = rows.last() {
            last = [Value::from(row.integer(0)?), Value::from(row.text(1)?)];
        }
        rows.retain(|row| !row.is_null(QUEUED));
        if !rows.is_empty() || !more {
            return Ok((rows, more));
        }
    }
}

/// Position and hash of the last link.
pub(crate) async fn head<DB: AuditDatabase>(conn: &mut DB::Connection) -> Result<(i64, Vec<u8>), Error> {
    let last = "SELECT position, hash FROM audit_link ORDER BY position DESC LIMIT 1";
    let rows = DB::fetch(conn, last, vec![]).await.map_err(Error::database("reading the end of the chain"))?;
    match rows.first() {
        Some(row) => Ok((row.integer(0)?, row.bytes(1)?.to_owned())),
        None => Ok((0, GENESIS.to_vec())),
    }
}

/// A sealer that runs in the background, until it is dropped.
///
/// It is not stopped in the middle: what sqlx does not know to have begun, it would not roll back.
#[derive(Debug)]
#[must_use = "the sealer ends when this is dropped"]
pub struct Sealer(#[expect(dead_code, reason = "that it is dropped is what it tells")] oneshot::Sender<Infallible>);
