//! Purging: what is in an archive is deleted, and a record that the chain attests says so.

use serde::Serialize;
use serde_json::json;
use sqlx::Transaction;
use uuid::Uuid;

use super::DUE;
use super::archive::Archive;
use crate::chain::PurgeDigest;
use crate::database::{AuditDatabase, Value, finish};
use crate::entity::Retention;
use crate::record::{Action, Entry, Stored};
use crate::trail::AUDIT;
use crate::{Error, Trail};

const PURGING: &str = "purging";
const PAGE: usize = 500;

/// A purge that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Purge {
    /// The record that attests it.
    pub record: Uuid,
    /// How many records were deleted.
    pub records: u64,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Deletes the records that are in an archive, in one transaction with a record of it. Each is compared with the archive
    /// first; if one more is due, or one less, since it was written (a hold was placed), nothing is deleted.
    ///
    /// # Errors
    ///
    /// The archive is not what was written, or does not hold exactly what would be deleted; its records are not due yet; the
    /// database refuses.
    pub async fn purge(&self, conn: &mut DB::Connection, archive: &Archive, reason: &str) -> Result<Purge, Error> {
        // Whoever hands in an archive may have made it.
        self.check_due(Retention::months(archive.retention_months)?, archive.before)?;
        let mut transaction = DB::begin_alone(conn).await.map_err(Error::database(PURGING))?;
        let outcome = self.purge_in(&mut transaction, archive, reason).await;
        finish(transaction, outcome, PURGING).await
    }

    async fn purge_in(
        &self,
        transaction: &mut Transaction<'_, DB>,
        archive: &Archive,
        reason: &str,
    ) -> Result<Purge, Error> {
        let id = Uuid::now_v7();
        let purge_id = id.to_string();
        let mut purged = 0;
        if self.count_due(transaction, archive).await? == archive.records {
            let mut lines = archive.lines()?.peekable();
            while lines.peek().is_some() {
                let page = lines.by_ref().take(PAGE).collect::<Result<Vec<_>, _>>()?;
                purged += purge_page::<DB>(transaction, archive, &purge_id, &page).await?;
            }
        }
        if purged != archive.records {
            return Err(Error::usage("the archive does not hold exactly the records that are due: archive them again"));
        }
        let attested = attest::<DB>(transaction, &purge_id).await?;
        self.record_purge(transaction, id, archive, &attested, reason).await?;
        Ok(Purge { record: id, records: purged })
    }

    /// How many records of the archive's class and time are due, as far as they are sealed.
    async fn count_due(&self, conn: &mut DB::Connection, archive: &Archive) -> Result<u64, Error> {
        let count = format!(
            "SELECT count(*) FROM audit_record r WHERE {DUE}
             AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.time_us = r.time_us AND u.record_id = r.id)"
        );
        let rows = DB::fetch(conn, &count, due_values(archive)).await.map_err(Error::database(PURGING))?;
        let count = rows.first().map_or(Ok(0), |row| row.integer(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn record_purge(
        &self,
        transaction: &mut Transaction<'_, DB>,
        id: Uuid,
        archive: &Archive,
        attested: &PurgeDigest,
        reason: &str,
    ) -> Result<(), Error> {
        let details = json!({
            "count": attested.count(),
            "digest": attested.finish(),
            "archive": archive.digest,
            "retention_months": archive.retention_months,
            "before": archive.before,
        });
        let entry = Entry::new(Action::PURGE, AUDIT, "records").reason(reason);
        self.record_own(transaction, id, entry, details).await
    }
}

/// Marks the links of a page of the archive as purged and deletes their records, those that are due and as they are in the
/// archive. By their keys, so that no table is scanned, however many there are. Answers how many were deleted.
async fn purge_page<DB: AuditDatabase>(
    conn: &mut DB::Connection,
    archive: &Archive,
    purge_id: &str,
    page: &[(i64, Stored)],
) -> Result<u64, Error> {
    let failed = Error::database(PURGING);
    let marks = vec!["?"; page.len()].join(", ");
    let positions = || page.iter().map(|(position, _)| Value::from(*position));

    let select = format!("SELECT position, digest FROM audit_link WHERE position IN ({marks}) ORDER BY position");
    let rows = DB::fetch(conn, &select, positions().collect()).await.map_err(&failed)?;
    let sealed = rows.iter().map(|row| Ok((row.integer(0)?, row.bytes(1)?.to_vec())));
    let mut archived: Vec<_> = page.iter().map(|(position, stored)| (*position, stored.digest().to_vec())).collect();
    archived.sort_unstable();
    if sealed.collect::<Result<Vec<_>, Error>>()? != archived {
        return Ok(0);
    }
    let mark = format!(
        "INSERT INTO audit_purged (position, purge_id) SELECT position, ? FROM audit_link WHERE position IN ({marks})"
    );
    let values = [Value::from(purge_id)].into_iter().chain(positions()).collect();
    DB::execute(conn, &mark, values).await.map_err(&failed)?;

    // They are in the order of time, which tells a store that keeps months apart where to look.
    let times = [page.first(), page.last()].map(|line| line.map_or(0, |(_, stored)| stored.time().as_micros()));
    let delete = format!(
        "DELETE FROM audit_record AS r WHERE {DUE} AND r.time_us >= ? AND r.time_us <= ? AND r.id IN ({marks})"
    );
    let ids = page.iter().map(|(_, stored)| Value::from(stored.id()));
    let values = due_values(archive).into_iter().chain(times.map(Value::from)).chain(ids).collect();
    DB::execute(conn, &delete, values).await.map_err(failed)
}

/// The values of [`DUE`].
fn due_values(archive: &Archive) -> Vec<Value> {
    vec![i64::from(archive.retention_months).into(), archive.before.as_micros().into()]
}

/// Digests the links that are marked with a purge, in the order of the chain.
async fn attest<DB: AuditDatabase>(conn: &mut DB::Connection, purge_id: &str) -> Result<PurgeDigest, Error> {
    let page = format!(
        "SELECT l.position, l.digest FROM audit_purged p JOIN audit_link l ON l.position = p.position
         WHERE p.purge_id = ? AND p.position > ? ORDER BY p.position LIMIT {PAGE}"
    );
    let (mut attested, mut last) = (PurgeDigest::default(), 0);
    loop {
        let rows =
            DB::fetch(conn, &page, vec![purge_id.into(), last.into()]).await.map_err(Error::database(PURGING))?;
        for row in &rows {
            last = row.integer(0)?;
            attested.add(last, row.bytes(1)?);
        }
        if rows.len() < PAGE {
            return Ok(attested);
        }
    }
}
