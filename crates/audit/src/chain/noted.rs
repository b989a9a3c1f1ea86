//! Changes of watched tables that nobody recorded: what the triggers noted becomes records.

use std::collections::HashMap;

use crate::context::Context;
use crate::database::{AuditDatabase, Row, Value};
use crate::record::{Action, ChangeOp, Entry, FieldChange, Party, Record, Stored};
use crate::trail::insert;
use crate::{Error, Timestamp, Trail};

const RECORDING: &str = "recording changes that were noted";

impl<DB: AuditDatabase> Trail<DB> {
    /// Makes records of so many notes, in the transaction of the sealer. What was committed with a record is not among them:
    /// the record took it away.
    pub(super) async fn record_noted(&self, conn: &mut DB::Connection, limit: usize) -> Result<(), Error> {
        let failed = Error::database(RECORDING);
        let Some((condition, kinds)) = self.of_watched() else { return Ok(()) };
        let select = format!(
            "SELECT number, time_us, entity_type, entity_id, change, fields, made_by FROM audit_noted
             WHERE {condition} ORDER BY number LIMIT {limit}"
        );
        let rows = DB::fetch(conn, &select, kinds).await.map_err(&failed)?;
        if rows.is_empty() {
            return Ok(());
        }
        let (mut records, mut numbers) = (Vec::new(), Vec::new());
        for row in &rows {
            let record = self.of_note(conn, row).await?;
            records.push(Stored::new(record, self.parts().record_key.as_ref())?);
            numbers.push(Value::from(row.integer(0)?));
        }
        insert::<DB>(conn, records).await?;
        let delete = format!("DELETE FROM audit_noted WHERE number IN ({})", vec!["?"; numbers.len()].join(", "));
        DB::execute(conn, &delete, numbers).await.map(drop).map_err(failed)
    }

    async fn of_note(&self, conn: &mut DB::Connection, row: &Row) -> Result<Record, Error> {
        let (action, op) = match row.text(4)? {
            "create" => (Action::RAW_CREATE, ChangeOp::Add),
            "delete" => (Action::RAW_DELETE, ChangeOp::Remove),
            _ => (Action::RAW_UPDATE, ChangeOp::Replace),
        };
        let mut entry = Entry::new(action, row.text(2)?, row.text(3)?);
        if let Some(user) = row.optional_text(6)? {
            entry = entry.actor(Party::new("database", user));
        }
        let mut record = self.prepare(conn, entry, Context::default(), &mut HashMap::new()).await?;
        record.time = Timestamp::from_micros(row.integer(1)?);
        let fields: Vec<String> = serde_json::from_str(row.text(5)?)
            .map_err(|_| Error::damaged("what was noted of a change does not hold what a trigger writes"))?;
        let withheld =
            |name: String| FieldChange { path: self.member(&name), op, before: None, after: None, withheld: true };
        record.diff = fields.into_iter().map(withheld).collect();
        Ok(record)
    }

    pub(super) async fn nothing_noted(&self, conn: &mut DB::Connection) -> Result<bool, Error> {
        let Some((condition, kinds)) = self.of_watched() else { return Ok(true) };
        let rows = DB::fetch(conn, &format!("SELECT 1 FROM audit_noted WHERE {condition} LIMIT 1"), kinds).await;
        Ok(rows.map_err(Error::database(RECORDING))?.is_empty())
    }

    /// The condition for notes of types that this trail watches; others wait for a trail that does.
    fn of_watched(&self) -> Option<(String, Vec<Value>)> {
        let kinds: Vec<_> = self.watched().map(|watched| Value::from(watched.entity.as_str())).collect();
        (!kinds.is_empty()).then(|| (format!("entity_type IN ({})", vec!["?"; kinds.len()].join(", ")), kinds))
    }
}
