//! The tables: made, and brought up to date.

use super::{AuditDatabase, Value, finish};
use crate::{Error, Timestamp};

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
