//! PostgreSQL.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Row as _, Transaction, TypeInfo, ValueRef};

use super::sealed::Store;
use super::{BrokenGuard, Row, SqlResult, Value};
use crate::entity::Watched;
use crate::{Error, Timestamp, Trail};

/// The advisory lock of who writes to the chain: the first eight bytes of SHA-256 of `tracing-privacy-audit`.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'6b1d3f0a52c94e77'::bigint)";

const BY_KEYS: &str =
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

const ROLES: &str = include_str!("../../migrations/postgres/roles.sql");

/// Table and name of each trigger there must be, and the text of its function if it is there and fires always.
const TRIGGERS: &str = "
    WITH guarded (relation, name, events) AS (
        SELECT c.oid, g.name, g.events
        FROM pg_class c
        JOIN (VALUES ('audit_no_update', 19), ('audit_no_delete', 11), ('audit_queue', 5), ('audit_no_truncate', 34))
            g (name, events) ON true
        WHERE c.oid = to_regclass('audit_record')
            OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_record'))
        UNION ALL
        SELECT to_regclass(t.name), g.name, g.events
        FROM (VALUES ('audit_link'), ('audit_checkpoint'), ('audit_purged')) t (name)
        JOIN (VALUES ('audit_no_change', 27), ('audit_no_truncate', 34)) g (name, events) ON true
        UNION ALL
        SELECT to_regclass('audit_link'), 'audit_append', 7
    )
    SELECT g.relation::regclass::text || '.' || g.name, p.prosrc
    FROM guarded g
    LEFT JOIN pg_trigger t ON t.tgrelid = g.relation AND t.tgname = g.name AND t.tgenabled = 'A'
        AND t.tgtype = g.events AND t.tgqual IS NULL
    LEFT JOIN pg_proc p ON p.oid = t.tgfoid
    ORDER BY 1";

/// Triggers and rules on tables of the trail, and on its partitions, that are none of its own.
const FOREIGN: &str = r"
    WITH ours (relation) AS (
        SELECT oid FROM pg_class WHERE relname LIKE 'audit\_%' AND relkind IN ('r', 'p')
            AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('audit_record'))
        UNION
        SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_record')
    )
    SELECT relation::regclass::text || '.' || tgname FROM ours JOIN pg_trigger ON tgrelid = relation
    WHERE NOT tgisinternal AND tgname NOT IN ('audit_no_update', 'audit_no_delete', 'audit_queue', 'audit_no_truncate',
        'audit_no_change', 'audit_append')
    UNION ALL
    SELECT relation::regclass::text || '.' || rulename FROM ours JOIN pg_rewrite ON ev_class = relation
    ORDER BY 1";

const HAS_COLUMN: &str = "SELECT 1 FROM pg_attribute
    WHERE attrelid = to_regclass(quote_ident(?)) AND attname = ? AND attnum > 0 AND NOT attisdropped";

/// The triggers of a watched table, as `TRIGGERS`. Two values: the table, what they call.
const WATCHES: &str = r"
    SELECT wanted.relation || '.' || wanted.name, p.prosrc
    FROM (SELECT ?::text, g.name, g.events FROM (VALUES ('audit_note', 29), ('audit_note_truncate', 32)) g (name, events))
        wanted (relation, name, events)
    LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(quote_ident(wanted.relation)) AND t.tgname = wanted.name
        AND t.tgenabled = 'A' AND t.tgtype = wanted.events AND t.tgqual IS NULL AND pg_get_triggerdef(t.oid) LIKE ?
    LEFT JOIN pg_proc p ON p.oid = t.tgfoid
    ORDER BY 1";

impl Store for Postgres {
    const MIGRATIONS: &'static [&'static str] = &[include_str!("../../migrations/postgres/0001_trail.sql")];
    const POISON: &'static str = "SELECT 1 / 0";
    const BEGIN_WRITE: &'static str = "BEGIN";
    // It does not know to have begun, and the connection goes back into the pool as it is (sqlx 0.9).
    const MAY_CANCEL_BEGIN: bool = false;

    const BY_KEYS: Option<&'static str> = Some(BY_KEYS);
    const DELETE_SECURELY: Option<&'static str> = None;
    const NOT_SCRUBBED: &'static str = "only the owner of the audit tables can scrub them";
    const NUMBER_TRANSACTION: Option<&'static str> = None;
    const COVER: &'static str = "SELECT audit_cover(?, ?, ?)";

    async fn execute(conn: &mut PgConnection, sql: &str, values: Vec<Value>) -> SqlResult<u64> {
        Ok(query(sql, values).execute(conn).await?.rows_affected())
    }

    async fn fetch(conn: &mut PgConnection, sql: &str, values: Vec<Value>) -> SqlResult<Vec<Row>> {
        query(sql, values).fetch_all(conn).await?.iter().map(read).collect()
    }

    async fn run_script(conn: &mut PgConnection, sql: &'static str) -> SqlResult<()> {
        sqlx::raw_sql(sql).execute(conn).await.map(drop)
    }

    async fn begin_alone(conn: &mut PgConnection) -> SqlResult<Transaction<'_, Self>> {
        let mut transaction = conn.begin().await?;
        sqlx::query(LOCK).execute(&mut *transaction).await?;
        Self::run_script(&mut transaction, BY_KEYS).await?;
        Ok(transaction)
    }

    async fn begin_snapshot(conn: &mut PgConnection) -> SqlResult<Transaction<'_, Self>> {
        if conn.is_in_transaction() {
            return conn.begin().await;
        }
        conn.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Each table that is guarded, each partition too, must have its triggers, firing always, with the functions as the
    /// migrations made them, and no others.
    async fn broken_guards(conn: &mut PgConnection) -> SqlResult<Vec<BrokenGuard>> {
        let weak = broken(conn, TRIGGERS, vec![]).await?;
        let foreign = Self::fetch(conn, FOREIGN, vec![]).await?;
        let foreign = foreign.iter().filter_map(|row| row.text(0).ok().map(str::to_owned)).map(BrokenGuard::foreign);
        Ok(weak.into_iter().chain(foreign).collect())
    }

    async fn watch(conn: &mut PgConnection, watched: &Watched) -> SqlResult<()> {
        let Watched { entity, table, id_column } = watched;
        let there = Self::fetch(conn, HAS_COLUMN, vec![table.as_str().into(), id_column.as_str().into()]).await?;
        if there.is_empty() {
            return Err(sqlx::Error::ColumnNotFound(String::new()));
        }
        let anew = format!(
            "DROP TRIGGER IF EXISTS audit_note ON \"{table}\"; DROP TRIGGER IF EXISTS audit_note_truncate ON \"{table}\";
             CREATE TRIGGER audit_note AFTER INSERT OR UPDATE OR DELETE ON \"{table}\"
                FOR EACH ROW EXECUTE FUNCTION audit_note('{entity}', '{id_column}');
             CREATE TRIGGER audit_note_truncate AFTER TRUNCATE ON \"{table}\"
                FOR EACH STATEMENT EXECUTE FUNCTION audit_note('{entity}', '{id_column}');
             ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER audit_note;
             ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER audit_note_truncate"
        );
        sqlx::raw_sql(AssertSqlSafe(anew)).execute(conn).await.map(drop)
    }

    async fn broken_watches(conn: &mut PgConnection, watched: &Watched) -> SqlResult<Vec<BrokenGuard>> {
        let Watched { entity, table, id_column } = watched;
        let call = format!("%audit_note('{entity}', '{id_column}')").replace('_', "\\_");
        broken(conn, WATCHES, vec![table.as_str().into(), call.into()]).await
    }

    /// Has the table of keys written anew, into another file: a plain `VACUUM` leaves the bytes of what was deleted. Who does
    /// not own the table is only warned.
    async fn scrub(conn: &mut PgConnection) -> SqlResult<bool> {
        const FILE: &str = "SELECT pg_relation_filenode('audit_subject_key')::bigint";
        let before = Self::fetch(conn, FILE, vec![]).await?;
        Self::execute(conn, "VACUUM (FULL) audit_subject_key", vec![]).await?;
        let after = Self::fetch(conn, FILE, vec![]).await?;
        Ok(before.first().map(|row| &row.0) != after.first().map(|row| &row.0))
    }

    async fn prepare_month(conn: &mut PgConnection, start: Timestamp, end: Timestamp) -> SqlResult<()> {
        let query = sqlx::query("SELECT audit_add_partition($1, $2, $3)");
        let query = query.bind(start.month_name()).bind(start.as_micros()).bind(end.as_micros());
        query.execute(conn).await.map(drop)
    }
}

/// Those rows of a query for names of triggers and texts of their functions whose text stands in no migration.
async fn broken(conn: &mut PgConnection, sql: &str, values: Vec<Value>) -> SqlResult<Vec<BrokenGuard>> {
    let rows = Postgres::fetch(conn, sql, values).await?;
    let broken = |row: Row| match &row.0[..] {
        [Value::Text(_), Value::Text(function)]
            if Postgres::MIGRATIONS.iter().any(|migration| migration.contains(function.as_str())) =>
        {
            None
        }
        [Value::Text(name), ..] => Some(BrokenGuard::weak(name.clone())),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(broken).collect())
}

/// A query with `?` for its values, as PostgreSQL writes it.
fn query(sql: &str, values: Vec<Value>) -> sqlx::query::Query<'_, Postgres, sqlx::postgres::PgArguments> {
    let mut numbered = String::with_capacity(sql.len() + 2 * values.len());
    for (index, piece) in sql.split('?').enumerate() {
        if index > 0 {
            numbered.push_str(&format!("${index}"));
        }
        numbered.push_str(piece);
    }
    let mut query = sqlx::query(AssertSqlSafe(numbered));
    for value in values {
        query = match value {
            // Of no type, so that it fits every column.
            Value::Null => query.bind(None::<Untyped>),
            Value::Text(text) => query.bind(text),
            Value::Integer(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        };
    }
    query
}

/// A `NULL` whose type the server finds out by itself.
struct Untyped;

impl sqlx::Type<Postgres> for Untyped {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        sqlx::postgres::PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, Postgres> for Untyped {
    fn encode_by_ref(
        &self,
        _buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}

fn read(row: &sqlx::postgres::PgRow) -> SqlResult<Row> {
    let value = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        Ok(match raw.type_info().name() {
            "INT8" => Value::Integer(row.try_get(index)?),
            "INT4" => Value::Integer(row.try_get::<i32, _>(index)?.into()),
            "BOOL" => Value::Integer(row.try_get::<bool, _>(index)?.into()),
            "BYTEA" => Value::Bytes(row.try_get(index)?),
            _ => Value::Text(row.try_get_unchecked(index)?),
        })
    };
    (0..row.len()).map(value).collect::<SqlResult<_>>().map(Row)
}

impl Trail<Postgres> {
    /// Makes the roles `audit_app` (may record and nothing else), `audit_reader`, `audit_sealer` and `audit_purger`, and
    /// grants each what it needs. Call it after [`install`](Self::install), by a user who may create roles.
    ///
    /// # Errors
    ///
    /// The database refuses.
    pub async fn install_roles(&self, conn: &mut PgConnection) -> Result<(), Error> {
        Postgres::run_script(conn, ROLES).await.map_err(Error::database("creating the roles of the audit trail"))
    }
}
