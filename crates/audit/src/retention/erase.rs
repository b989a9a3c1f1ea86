//! Erasing a person: their key is destroyed, and with it all that was encrypted under it, in the trail and in archives.

use serde_json::json;
use sqlx::Transaction;

use crate::database::AuditDatabase;
use crate::record::{Action, Entry};
use crate::trail::{AUDIT, subject_name};
use crate::{Error, Trail};

const ERASING: &str = "erasing a person";
const SCRUBBING: &str = "removing what was erased from the files of the database";

impl<DB: AuditDatabase> Trail<DB> {
    /// Destroys the key of a person and records that. From then on their [personal](crate::EntityType::personal) values
    /// read as `{"erased": true}`; the records stay, and the chain verifies as before. Answers whether there was a key.
    ///
    /// Call [`scrub`](Self::scrub) after the commit. Backups of the database hold the key until they end; whoever has neither
    /// the master key nor such a backup cannot undo the erasure.
    ///
    /// # Errors
    ///
    /// The person is under legal hold; the database refuses.
    pub async fn erase(
        &self,
        transaction: &mut Transaction<'_, DB>,
        subject_type: &str,
        subject_id: &str,
        reason: &str,
    ) -> Result<bool, Error> {
        let failed = Error::database(ERASING);
        let safe_id = self.safe_id(subject_id);
        if self.is_held(transaction, subject_type, &safe_id).await? {
            return Err(Error::usage("the person is under legal hold and cannot be erased until it is lifted"));
        }
        if let Some(securely) = DB::DELETE_SECURELY {
            DB::execute(transaction, securely, vec![]).await.map_err(&failed)?;
        }
        let subject = subject_name(subject_type, &safe_id);
        let delete = "DELETE FROM audit_subject_key WHERE subject = ?";
        let count = DB::execute(transaction, delete, vec![subject.as_str().into()]).await.map_err(failed)?;
        let details = json!({ "subject": subject, "had_key": count > 0 });
        let entry = Entry::new(Action::ERASE, AUDIT, "subject").reason(reason).after(json!({ "details": details }));
        self.record(transaction, entry).await?;
        Ok(count > 0)
    }

    /// Removes erased keys from where the database may still hold them. Not inside of a transaction.
    ///
    /// In SQLite, it writes the table of keys anew, with the pages that it had overwritten, and empties the write-ahead log.
    /// In PostgreSQL, it writes the table into a new file (`VACUUM FULL`), which its owner may. Segments of PostgreSQL's own log
    /// hold the key, under the master key, until they are written over; so do backups.
    ///
    /// # Errors
    ///
    /// Another connection still reads the old state (SQLite), or this one does not own the table (PostgreSQL); the database
    /// refuses.
    pub async fn scrub(&self, conn: &mut DB::Connection) -> Result<(), Error> {
        match DB::scrub(conn).await.map_err(Error::database(SCRUBBING))? {
            true => Ok(()),
            false => Err(Error::usage(format!("what was erased may still be in a file: {}", DB::NOT_SCRUBBED))),
        }
    }
}
