//! Recording: in the caller's transaction, and nowhere else.

use std::collections::HashMap;

use sqlx::Transaction;
use tracing_privacy::Policy;
use uuid::Uuid;

use super::Trail;
use crate::context::Context;
use crate::database::{AuditDatabase, Value};
use crate::entity::Entity;
use crate::error::ErrorKind;
use crate::keys::{MasterKey, SubjectKey};
use crate::record::{COLUMN_COUNT, COLUMNS, Entry, Leaves, Party, Record, Source, Stored, disclose};
use crate::{Error, Timestamp};

const RECORDING: &str = "recording";

impl<DB: AuditDatabase> Trail<DB> {
    /// Records one entry in the caller's transaction: it is committed with the change, or not at all. There is no way to
    /// record through a pool or a connection.
    ///
    /// Answers the record's id.
    ///
    /// ```compile_fail
    /// # use tracing_privacy_audit::{Entry, Trail};
    /// # async fn record(trail: Trail<sqlx::Sqlite>, pool: sqlx::SqlitePool) -> Result<(), Box<dyn std::error::Error>> {
    /// trail.record(&mut pool.acquire().await?, Entry::update("user", "42")).await?; // no transaction
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The entity type is unknown, or the database refuses. After an error the transaction cannot be committed any more,
    /// even where the error was ignored: a change without its record must not be. (In SQLite, this needs `foreign_keys` to
    /// be on, as it is in `sqlx` unless switched off.)
    pub async fn record(&self, transaction: &mut Transaction<'_, DB>, entry: Entry) -> Result<Uuid, Error> {
        let ids = self.record_all(transaction, [entry]).await?;
        ids.first().copied().ok_or_else(|| Error::usage("nothing was recorded"))
    }

    /// Records many entries, as [`record`](Self::record) does each: the form for bulk changes, with one statement for many
    /// rows. Answers their ids, in the same order.
    ///
    /// # Errors
    ///
    /// As `record`; then none is recorded.
    pub async fn record_all(
        &self,
        transaction: &mut Transaction<'_, DB>,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Vec<Uuid>, Error> {
        let entries = entries.into_iter().collect();
        let outcome = self.write(transaction, entries).await;
        self.poison_unless(transaction, outcome).await
    }

    /// Records something that the trail itself did, under an id that is known before. Its details are our own and need no
    /// policy, which might take a digest for a secret.
    pub(crate) async fn record_own(
        &self,
        transaction: &mut Transaction<'_, DB>,
        id: Uuid,
        entry: Entry,
        details: serde_json::Value,
    ) -> Result<(), Error> {
        let mut record = self.prepare(transaction, entry, Context::current(), &mut HashMap::new()).await?;
        record.id = id;
        record.after = Some(serde_json::json!({ "details": details }));
        insert::<DB>(transaction, vec![Stored::new(record, self.parts().record_key.as_ref())?]).await
    }

    /// After an error, makes the transaction impossible to commit.
    pub(super) async fn poison_unless<T>(
        &self,
        transaction: &mut Transaction<'_, DB>,
        outcome: Result<T, Error>,
    ) -> Result<T, Error> {
        if outcome.is_err() {
            // If even that fails, the transaction is broken anyway.
            let _ = DB::execute(transaction, DB::POISON, vec![]).await;
        }
        outcome
    }

    async fn write(&self, conn: &mut DB::Connection, entries: Vec<Entry>) -> Result<Vec<Uuid>, Error> {
        let mut ids = Vec::with_capacity(entries.len());
        let mut rows = Vec::with_capacity(entries.len());
        let mut covered = Vec::new();
        let mut keys = HashMap::new();
        let context = Context::current();
        for entry in entries {
            let context = entry.context.clone().unwrap_or_else(|| context.clone());
            let is_watched = self.entity(&entry.entity_type)?.watched.is_some() && entry.action.changes();
            let entity_id = is_watched.then(|| entry.entity_id.clone());
            let record = self.prepare(conn, entry, context, &mut keys).await?;
            covered.extend(entity_id.map(|id| (record.entity_type.clone(), id, record.id)));
            ids.push(record.id);
            rows.push(Stored::new(record, self.parts().record_key.as_ref())?);
        }
        insert::<DB>(conn, rows).await?;
        for (entity_type, entity_id, record) in covered {
            let values = vec![entity_type.into(), entity_id.into(), record.to_string().into()];
            DB::execute(conn, DB::COVER, values).await.map_err(Error::database(RECORDING))?;
        }
        Ok(ids)
    }

    /// Makes an entry safe.
    pub(crate) async fn prepare(
        &self,
        conn: &mut DB::Connection,
        entry: Entry,
        context: Context,
        keys: &mut HashMap<String, SubjectKey>,
    ) -> Result<Record, Error> {
        let parts = self.parts();
        let policy = &parts.policy;
        let entity = self.entity(&entry.entity_type)?;
        let entity_id = self.safe_id(&entry.entity_id);
        let (before, after) = (Leaves::of(entry.before.as_ref()), Leaves::of(entry.after.as_ref()));

        let subject = self.subject(entity, &entry, &entity_id, [&before, &after]);
        let key = match &subject {
            Some(subject) => Some(self.subject_key(conn, subject, keys).await?),
            None => None,
        };
        let encrypt = |path: &str, value: &serde_json::Value| {
            key.ok_or_else(|| Error::usage("there is no key for personal values"))?.encrypt(path, value)
        };
        let disclosed = disclose(entity, policy, [&before, &after], &encrypt)?;

        Ok(Record {
            id: Uuid::now_v7(),
            time: (parts.clock)(),
            entity_type: entity.name.clone(),
            entity_id,
            action: entry.action,
            outcome: entry.outcome,
            actor: entry.actor.or(context.actor).map(|party| self.safe_party(party)),
            on_behalf_of: entry.on_behalf_of.or(context.on_behalf_of).map(|party| self.safe_party(party)),
            source: safe_source(policy, entry.source.unwrap_or(context.source)),
            trace_id: self.trace_id(context.trace_id),
            reason: entry.reason.map(|reason| policy.sanitize_text(&reason)),
            before: disclosed.before,
            after: disclosed.after,
            diff: disclosed.diff,
            policy: policy.fingerprint().to_owned(),
            retention_months: entity.retention.as_months(),
            subject,
        })
    }

    /// Whose key the entry needs, if any.
    fn subject(&self, entity: &Entity, entry: &Entry, entity_id: &str, leaves: [&Leaves<'_>; 2]) -> Option<String> {
        leaves.iter().any(|leaves| leaves.any_personal(entity)).then(|| match &entry.subject {
            Some((kind, id)) => subject_name(kind, &self.safe_id(id)),
            None => subject_name(&entity.name, entity_id),
        })
    }

    /// Reads the key of a person, or makes it.
    async fn subject_key<'k>(
        &self,
        conn: &mut DB::Connection,
        subject: &str,
        keys: &'k mut HashMap<String, SubjectKey>,
    ) -> Result<&'k SubjectKey, Error> {
        let master = self.parts().master_key.as_ref().ok_or_else(|| Error::usage("the trail has no master key"))?;
        if !keys.contains_key(subject) {
            let key = match read_subject_key::<DB>(conn, master, subject).await? {
                Some(key) => key,
                None => {
                    let now = Timestamp::now().as_micros();
                    let values = vec![subject.into(), master.new_subject(subject)?.into(), now.into()];
                    DB::execute(conn, INSERT_SUBJECT_KEY, values).await.map_err(Error::database(RECORDING))?;
                    // Another may have made one just before.
                    let key = read_subject_key::<DB>(conn, master, subject).await?;
                    key.ok_or_else(|| Error::usage("the key of a person was erased while it was made; try again"))?
                }
            };
            keys.insert(subject.to_owned(), key);
        }
        keys.get(subject).ok_or_else(|| Error::usage("there is no key for personal values"))
    }

    /// The trace of the current span, or else of the request.
    fn trace_id(&self, of_request: Option<String>) -> Option<String> {
        let of_span = self.parts().trace_id.as_ref().and_then(|trace_id| trace_id());
        [of_span, of_request].into_iter().flatten().find(|id| is_trace_id(id))
    }

    fn safe_party(&self, party: Party) -> Party {
        Party { kind: self.parts().policy.sanitize_text(&party.kind), id: self.safe_id(&party.id) }
    }
}

const INSERT_SUBJECT_KEY: &str =
    "INSERT INTO audit_subject_key (subject, wrapped, created_us) VALUES (?, ?, ?) ON CONFLICT (subject) DO NOTHING";

/// How a person is called in `audit_subject_key`.
pub(crate) fn subject_name(kind: &str, safe_id: &str) -> String {
    format!("{kind}/{safe_id}")
}

pub(crate) async fn read_subject_key<DB: AuditDatabase>(
    conn: &mut DB::Connection,
    master: &MasterKey,
    subject: &str,
) -> Result<Option<SubjectKey>, Error> {
    const SELECT: &str = "SELECT wrapped FROM audit_subject_key WHERE subject = ?";
    let rows = DB::fetch(conn, SELECT, vec![subject.into()]).await;
    let rows = rows.map_err(Error::database("reading the key of a person"))?;
    rows.first().map(|row| master.subject(subject, row.bytes(0)?)).transpose()
}

/// Writes rows, many with one statement.
pub(crate) async fn insert<DB: AuditDatabase>(conn: &mut DB::Connection, rows: Vec<Stored>) -> Result<(), Error> {
    const ROWS: usize = 64;
    let one = format!("({})", vec!["?"; COLUMN_COUNT].join(", "));
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(ROWS).collect();
        let sql = format!("INSERT INTO audit_record ({COLUMNS}) VALUES {}", vec![&one[..]; chunk.len()].join(", "));
        let wanted = chunk.len() as u64;
        let values: Vec<Value> = chunk.into_iter().flat_map(Stored::into_values).collect();
        let stored = DB::execute(conn, &sql, values).await.map_err(Error::database(RECORDING))?;
        if stored != wanted {
            let why = "the database stored nothing, and said nothing: a trigger or rule stands in the way".to_owned();
            return Err(ErrorKind::Database { doing: RECORDING, why }.into());
        }
    }
    Ok(())
}

/// What a client says of itself has no length that anyone checked.
const MAX_SOURCE: usize = 512;

fn safe_source(policy: &Policy, mut source: Source) -> Source {
    for (key, value) in source.each() {
        *value = value.take().map(|raw| policy.sanitize_field(key, &raw).chars().take(MAX_SOURCE).collect());
    }
    source
}

/// 32 hex digits that are not all zero, as W3C Trace Context has it.
fn is_trace_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()) && id.bytes().any(|b| b != b'0')
}
