//! The tables: made, and brought up to date.

use std::cmp::Ordering;

use super::{AuditDatabase, Value, finish};
use crate::{Error, Timestamp, Trail};

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS audit_schema (
    version    BIGINT NOT NULL PRIMARY KEY,
    applied_us BIGINT NOT NULL
)";
const CREATING: &str = "creating the audit tables";

/// Brings the tables up to the version of this crate, in one transaction.
pub(crate) async fn install<DB: AuditDatabase>(conn: &mut DB::Connection) -> Result<(), Error> {
    let failed = Error::database(CREATING);
    let mut transaction = DB::begin_alone(conn).await.map_err(&failed)?;
    let outcome = migrate::<DB>(&mut transaction).await;
    finish(transaction, outcome, CREATING).await
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Whether the tables are there, as this version of the crate makes them: for tools that must not make them.
    ///
    /// # Errors
    ///
    /// They are not, or this user may not see them; the database cannot be reached.
    pub async fn check_installed(&self, conn: &mut DB::Connection) -> Result<(), Error> {
        let rows = DB::fetch(conn, "SELECT coalesce(max(version), 0) FROM audit_schema", vec![]).await;
        let rows = rows.map_err(|error| match error {
            // No such table, in SQLite and in PostgreSQL; no right to read it.
            sqlx::Error::Database(error) if ["1", "42P01", "42501"].contains(&&*error.code().unwrap_or_default()) => {
                Error::usage("there is no audit trail in this database, or this user may not see it")
            }
            error => Error::of_database("looking for the audit trail", &error),
        })?;
        let version = rows.first().map_or(Ok(0), |row| row.integer(0))?;
        let ours = i64::try_from(DB::MIGRATIONS.len()).unwrap_or(i64::MAX);
        match version.cmp(&ours) {
            Ordering::Equal => Ok(()),
            Ordering::Less => {
                Err(Error::usage("the audit tables are of an earlier version: start the application anew"))
            }
            Ordering::Greater => Err(Error::usage("the audit tables were made by a later version of this crate")),
        }
    }
}

async fn migrate<DB: AuditDatabase>(conn: &mut DB::Connection) -> Result<(), Error> {
    let failed = Error::database(CREATING);
    DB::execute(conn, VERSIONS, vec![]).await.map_err(&failed)?;
    let rows = DB::fetch(conn, "SELECT coalesce(max(version), 0) FROM audit_schema", vec![]).await;
    let version = rows.map_err(&failed)?.first().map_or(Ok(0), |row| row.integer(0))?;
    let done = usize::try_from(version).unwrap_or_default();
    if done > DB::MIGRATIONS.len() {
        return Err(Error::usage("the audit tables were made by a later version of this crate"));
    }
    for (index, migration) in DB::MIGRATIONS.iter().enumerate().skip(done) {
        DB::run_script(conn, migration).await.map_err(&failed)?;
        let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let values = vec![Value::from(version), Timestamp::now().as_micros().into()];
        DB::execute(conn, "INSERT INTO audit_schema (version, applied_us) VALUES (?, ?)", values)
            .await
            .map_err(&failed)?;
    }
    Ok(())
}
