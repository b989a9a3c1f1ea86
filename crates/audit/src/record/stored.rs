//! The record as a row: its columns, and the bytes that digest and chain are made over.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Action, FieldChange, Outcome, Party, Record, Source};
use crate::database::{Row, Value};
use crate::keys::RecordKey;
use crate::{Error, Timestamp};

/// The columns of a record, in the order in which they are stored, read and digested; the last is `mac`.
pub(crate) const COLUMNS: &str = "id, time_us, entity_type, entity_id, action, outcome, actor_type, actor_id, \
    behalf_type, behalf_id, trace_id, retention_months, subject, body, mac";
pub(crate) const COLUMN_COUNT: usize = 15;

const ID: usize = 0;
const TIME: usize = 1;
const RETENTION: usize = 11;
const SUBJECT: usize = 12;
const BODY: usize = 13;
const MAC: usize = 14;

/// What is stored as one JSON text, since nothing searches for it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(default)]
    pub(crate) source: Source,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) before: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) after: Option<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) diff: Vec<FieldChange>,
    pub(crate) policy: String,
}

/// A record as it is stored: exactly these values.
#[derive(Clone)]
pub(crate) struct Stored(Vec<Value>);

impl Stored {
    /// Makes the row of a record.
    pub(crate) fn new(record: Record, key: Option<&RecordKey>) -> Result<Self, Error> {
        let Record { source, reason, before, after, diff, policy, .. } = record;
        let body = Body { source, reason, before, after, diff, policy };
        let body = serde_json::to_string(&body).map_err(|_| Error::usage("the record cannot be written as JSON"))?;
        let (actor_type, actor_id) = record.actor.map(|party| (party.kind, party.id)).unzip();
        let (behalf_type, behalf_id) = record.on_behalf_of.map(|party| (party.kind, party.id)).unzip();
        let mut stored = Self(vec![
            record.id.to_string().into(),
            record.time.as_micros().into(),
            record.entity_type.into(),
            record.entity_id.into(),
            record.action.as_str().into(),
            record.outcome.as_str().into(),
            actor_type.into(),
            actor_id.into(),
            behalf_type.into(),
            behalf_id.into(),
            record.trace_id.into(),
            i64::from(record.retention_months).into(),
            record.subject.into(),
            body.into(),
            Value::Null,
        ]);
        stored.0[MAC] = key.map(|key| key.mac(&stored.attested())).into();
        Ok(stored)
    }

    /// Takes the columns of a record from a row, which begin at that index.
    pub(crate) fn from_row(row: &Row, at: usize) -> Self {
        Self(row.0.iter().skip(at).take(COLUMN_COUNT).cloned().collect())
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.0
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }

    pub(crate) fn from_values(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// SHA-256 over all columns.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(b"tracing-privacy-audit record 1\n");
        digest.update(encode(&self.0));
        digest.finalize().into()
    }

    /// Whether the record's own MAC was made with that key.
    pub(crate) fn is_attested(&self, key: &RecordKey) -> bool {
        matches!(self.0.get(MAC), Some(Value::Bytes(mac)) if key.verifies(&self.attested(), mac))
    }

    fn attested(&self) -> Vec<u8> {
        encode(self.0.get(..MAC).unwrap_or_default())
    }

    pub(crate) fn id(&self) -> &str {
        match self.0.get(ID) {
            Some(Value::Text(id)) => id,
            _ => "",
        }
    }

    pub(crate) fn time(&self) -> Timestamp {
        match self.0.get(TIME) {
            Some(Value::Integer(micros)) => Timestamp::from_micros(*micros),
            _ => Timestamp::from_micros(0),
        }
    }

    /// Reads the row as a record.
    pub(crate) fn read(self) -> Result<Record, Error> {
        let row = Row(self.0);
        let text = |index: usize| row.text(index).map(str::to_owned);
        let optional = |index: usize| row.optional_text(index).map(|text| text.map(str::to_owned));
        let party = |kind: usize, id: usize| -> Result<Option<Party>, Error> {
            Ok(optional(kind)?.zip(optional(id)?).map(|(kind, id)| Party { kind, id }))
        };
        let body: Body = serde_json::from_str(row.text(BODY)?).map_err(|_| damaged("body"))?;
        Ok(Record {
            id: Uuid::parse_str(row.text(ID)?).map_err(|_| damaged("id"))?,
            time: Timestamp::from_micros(row.integer(TIME)?),
            entity_type: text(2)?,
            entity_id: text(3)?,
            action: Action::named(row.text(4)?),
            outcome: Outcome::parse(row.text(5)?).ok_or_else(|| damaged("outcome"))?,
            actor: party(6, 7)?,
            on_behalf_of: party(8, 9)?,
            source: body.source,
            trace_id: optional(10)?,
            reason: body.reason,
            before: body.before,
            after: body.after,
            diff: body.diff,
            policy: body.policy,
            retention_months: u16::try_from(row.integer(RETENTION)?).map_err(|_| damaged("retention_months"))?,
            subject: optional(SUBJECT)?,
        })
    }
}

fn damaged(column: &str) -> Error {
    Error::damaged(format!("the column `{column}` of a record does not hold what was written"))
}

/// Values as bytes, each with its type and length, so that no two different rows have the same bytes.
fn encode(values: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        let (kind, content): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Text(text) => (1, text.as_bytes()),
            Value::Integer(number) => (2, &number.to_be_bytes()),
            Value::Bytes(content) => (3, content),
        };
        bytes.push(kind);
        bytes.extend_from_slice(&(content.len() as u64).to_be_bytes());
        bytes.extend_from_slice(content);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_have_the_same_bytes() {
        let rows = [
            vec![Value::Null, Value::from("")],
            vec![Value::from(""), Value::Null],
            vec![Value::from("ab"), Value::from("c")],
            vec![Value::from("a"), Value::from("bc")],
            vec![Value::from(vec![b'a', b'b']), Value::from("c")],
            vec![Value::from("ab")],
        ];
        let digests: std::collections::HashSet<_> = rows.into_iter().map(|row| Stored(row).digest()).collect();
        assert_eq!(digests.len(), 6);
    }
}
