//! Purging: what is in an archive is deleted, and a record that the chain attests says so.

use serde::Serialize;
use serde_json::json;
use sqlx::Transaction;
use uuid::Uuid;

use super::DUE;
use super::archive::{Archive, marked};
use crate::chain::PurgeDigest;
use crate::database::{AuditDatabase, Value, finish};
use crate::record::{Action, Entry};
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
    /// The archive is not what was written, or does not hold exactly what would be deleted; the database refuses.
    pub async fn purge(&self, conn: &mut DB::Connection, archive: &Archive, reason: &str) -> Result<Purge, Error> {
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
        let failed = Error::database(PURGING);
        let id = Uuid::now_v7();
        let purge_id = id.to_string();
        let (months, before) = (i64::from(archive.retention_months), archive.before.as_micros());

        let mark = format!(
            "INSERT INTO audit_purged (position, purge_id)
             SELECT l.position, ? FROM audit_record r JOIN audit_link l ON l.record_id = r.id WHERE {DUE}"
        );
        let values = vec![purge_id.as_str().into(), months.into(), before.into()];
        let count = DB::execute(transaction, &mark, values).await.map_err(&failed)?;
        if count != archive.records || !self.is_archived(transaction, archive, &purge_id).await? {
            return Err(Error::usage("the archive does not hold exactly the records that are due: archive them again"));
        }
        let attested = attest::<DB>(transaction, &purge_id).await?;
        let delete = "DELETE FROM audit_record WHERE retention_months = ? AND time_us < ? AND id IN (
            SELECT l.record_id FROM audit_purged p JOIN audit_link l ON l.position = p.position WHERE p.purge_id = ?
        )";
        let values = vec![months.into(), before.into(), purge_id.as_str().into()];
        if DB::execute(transaction, delete, values).await.map_err(failed)? != count {
            return Err(Error::damaged("not all records that are due could be deleted: verify the trail"));
        }
        self.record_purge(transaction, id, archive, &attested, reason).await?;
        Ok(Purge { record: id, records: count })
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

    /// Whether all that is in the archive is marked to be purged, and is as it was sealed.
    async fn is_archived(&self, conn: &mut DB::Connection, archive: &Archive, purge_id: &str) -> Result<bool, Error> {
        let mut lines = archive.lines()?.peekable();
        while lines.peek().is_some() {
            let mut archived = Vec::with_capacity(PAGE);
            for line in lines.by_ref().take(PAGE) {
                let (position, stored) = line?;
                archived.push((position, stored.digest().to_vec()));
            }
            archived.sort_unstable();
            let sql = format!(
                "SELECT l.position, l.digest FROM audit_purged p JOIN audit_link l ON l.position = p.position
                 WHERE p.purge_id = ? AND p.position IN ({}) ORDER BY l.position",
                vec!["?"; archived.len()].join(", ")
            );
            let positions = archived.iter().map(|(position, _)| Value::from(*position));
            let values = [Value::from(purge_id)].into_iter().chain(positions).collect();
            let rows = DB::fetch(conn, &sql, values).await.map_err(Error::database(PURGING))?;
            let mut sealed = Vec::with_capacity(rows.len());
            for row in &rows {
                let (position, digest) = marked(row)?;
                sealed.push((position, digest.to_vec()));
            }
            if sealed != archived {
                return Ok(false);
            }
        }
        Ok(true)
    }
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
            let (position, digest) = marked(row)?;
            attested.add(position, digest);
            last = position;
        }
        if rows.len() < PAGE {
            return Ok(attested);
        }
    }
}
