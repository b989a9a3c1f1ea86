//! SQLite.

use sqlx::{AssertSqlSafe, Connection, Row as _, Sqlite, SqliteConnection, Transaction, TypeInfo, ValueRef};

use super::sealed::Store;
use super::{BrokenGuard, Row, SqlResult, Value};
use crate::Timestamp;
use crate::entity::Watched;

const TRIGGERS: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE ? ESCAPE '\\'";

const KEYS_ANEW: &str = "INSERT INTO audit_subject_key_anew SELECT subject, wrapped, created_us FROM audit_subject_key;
    DELETE FROM audit_subject_key;
    INSERT INTO audit_subject_key SELECT subject, wrapped, created_us FROM audit_subject_key_anew;
    DELETE FROM audit_subject_key_anew";

impl Store for Sqlite {
    const MIGRATIONS: &'static [&'static str] = &[include_str!("../../migrations/sqlite/0001_trail.sql")];
    const POISON: &'static str = "INSERT INTO audit_poison (id) VALUES (1)";
    // One that reads first cannot wait for the lock when it comes to write: SQLite lets it fail at once.
    const BEGIN_WRITE: &'static str = "BEGIN IMMEDIATE";
    const MAY_CANCEL_BEGIN: bool = true;

    const BY_KEYS: Option<&'static str> = None;
    const DELETE_SECURELY: Option<&'static str> = Some("PRAGMA secure_delete = ON");
    const NOT_SCRUBBED: &'static str = "another connection reads what was before: scrub again when it is done";
    const NUMBER_TRANSACTION: Option<&'static str> = Some("UPDATE audit_transaction SET number = number + 1");
    // Whoever could ask for this without a record could delete the note as well, so the record is not looked for.
    const COVER: &'static str = "DELETE FROM audit_noted
        WHERE transaction_number = (SELECT number FROM audit_transaction) AND entity_type = ? AND entity_id = ?
            AND ? IS NOT NULL";

    async fn execute(conn: &mut SqliteConnection, sql: &str, values: Vec<Value>) -> SqlResult<u64> {
        Ok(query(sql, values).execute(conn).await?.rows_affected())
    }

    async fn fetch(conn: &mut SqliteConnection, sql: &str, values: Vec<Value>) -> SqlResult<Vec<Row>> {
        query(sql, values).fetch_all(conn).await?.iter().map(read).collect()
    }

    async fn run_script(conn: &mut SqliteConnection, sql: &'static str) -> SqlResult<()> {
        sqlx::raw_sql(sql).execute(conn).await.map(drop)
    }

    /// The write lock of the file, which there is one of.
    async fn begin_alone(conn: &mut SqliteConnection) -> SqlResult<Transaction<'_, Self>> {
        conn.begin_with(Self::BEGIN_WRITE).await
    }

    /// Every transaction is one.
    async fn begin_snapshot(conn: &mut SqliteConnection) -> SqlResult<Transaction<'_, Self>> {
        conn.begin().await
    }

    /// SQLite keeps the text of a trigger as it was written, so it must stand in a migration.
    async fn broken_guards(conn: &mut SqliteConnection) -> SqlResult<Vec<BrokenGuard>> {
        let there = triggers(conn, "audit\\_%").await?;
        let ours = |text: &str| Self::MIGRATIONS.iter().any(|migration| migration.contains(text));
        let names = Self::MIGRATIONS.iter().flat_map(|migration| migration.split("\nCREATE TRIGGER ").skip(1));
        let names: Vec<_> = names.filter_map(|rest| rest.split_whitespace().next()).collect();
        let in_force = |name: &str| there.iter().any(|(is, text)| is == name && ours(text));
        let weak = names.iter().filter(|name| !in_force(name)).map(|name| BrokenGuard::weak((*name).to_owned()));
        let foreign = there.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Ok(weak.chain(foreign.map(|(name, _)| BrokenGuard::foreign(name.clone()))).collect())
    }

    async fn watch(conn: &mut SqliteConnection, watched: &Watched) -> SqlResult<()> {
        for (name, text) in watching(conn, watched).await? {
            let anew = format!("DROP TRIGGER IF EXISTS {}; {text}", quoted(&name));
            sqlx::raw_sql(AssertSqlSafe(anew)).execute(&mut *conn).await?;
        }
        Ok(())
    }

    async fn broken_watches(conn: &mut SqliteConnection, watched: &Watched) -> SqlResult<Vec<BrokenGuard>> {
        let there = triggers(conn, &watched.table.replace('_', "\\_")).await?;
        let wanted = watching(conn, watched).await?;
        Ok(wanted.into_iter().filter(|it| !there.contains(it)).map(|(name, _)| BrokenGuard::weak(name)).collect())
    }

    /// Writes all keys anew: SQLite leaves old bytes in pages whose rows were moved, whatever `secure_delete` is. Then the
    /// log is emptied.
    async fn scrub(conn: &mut SqliteConnection) -> SqlResult<bool> {
        Self::execute(conn, "PRAGMA secure_delete = ON", vec![]).await?;
        let mut transaction = conn.begin_with(Self::BEGIN_WRITE).await?;
        sqlx::raw_sql(KEYS_ANEW).execute(&mut *transaction).await?;
        transaction.commit().await?;
        let rows = Self::fetch(conn, "PRAGMA wal_checkpoint(TRUNCATE)", vec![]).await?;
        Ok(rows.first().is_none_or(|row| matches!(row.0.first(), Some(Value::Integer(0)))))
    }

    async fn prepare_month(_conn: &mut SqliteConnection, _start: Timestamp, _end: Timestamp) -> SqlResult<()> {
        Ok(())
    }
}

/// Names and texts of the triggers of tables whose name is like that.
async fn triggers(conn: &mut SqliteConnection, tables: &str) -> SqlResult<Vec<(String, String)>> {
    let rows = Sqlite::fetch(conn, TRIGGERS, vec![tables.into()]).await?;
    let pair = |row: Row| match &row.0[..] {
        [Value::Text(name), Value::Text(text)] => Some((name.clone(), text.clone())),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// Names and texts of the triggers that note changes of a table.
async fn watching(conn: &mut SqliteConnection, watched: &Watched) -> SqlResult<Vec<(String, String)>> {
    let columns = "SELECT name FROM pragma_table_info(?) ORDER BY cid";
    let rows = Sqlite::fetch(conn, columns, vec![watched.table.as_str().into()]).await?;
    let columns: Vec<_> = rows.iter().filter_map(|row| row.text(0).ok().map(str::to_owned)).collect();
    if !columns.iter().any(|column| column.eq_ignore_ascii_case(&watched.id_column)) {
        return Err(sqlx::Error::ColumnNotFound(String::new()));
    }
    let id = quoted(&watched.id_column);
    // The names of those columns for which a condition holds, as a JSON array.
    let names = |condition: &dyn Fn(&str) -> String| {
        let each = |column: &String| {
            format!("SELECT '{}' AS name WHERE {}", column.replace('\'', "''"), condition(&quoted(column)))
        };
        let each: Vec<_> = columns.iter().map(each).collect();
        format!("(SELECT json_group_array(name) FROM ({}))", each.join(" UNION ALL "))
    };
    let changed: Vec<_> = columns.iter().map(|column| different(&quoted(column))).collect();
    let (all, changed) = (names(&|_| "1".to_owned()), (names(&different), changed.join(" OR ")));
    let note = |row: &str, change: &str, fields: &str, condition: &str| {
        format!(
            "INSERT INTO audit_noted (transaction_number, time_us, entity_type, entity_id, change, fields)
SELECT number, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000, '{}', coalesce(CAST({row}.{id} AS TEXT), ''),
    '{change}', {fields} FROM audit_transaction WHERE {condition};",
            watched.entity
        )
    };
    let trigger = |change: &str, event: &str, body: String| {
        let name = format!("audit_note_{}_{change}", watched.table);
        let table = quoted(&watched.table);
        let text = format!("CREATE TRIGGER {} AFTER {event} ON {table}\nBEGIN\n{body}\nEND", quoted(&name));
        (name, text)
    };
    let update = note("OLD", "update", &changed.0, &changed.1);
    // A row whose id is changed is two entities.
    let moved = note("NEW", "update", &changed.0, &different(&id));
    Ok(vec![
        trigger("create", "INSERT", note("NEW", "create", &all, "1")),
        trigger("update", "UPDATE", format!("{update}\n{moved}")),
        trigger("delete", "DELETE", note("OLD", "delete", &all, "1")),
    ])
}

fn different(column: &str) -> String {
    format!("OLD.{column} IS NOT NEW.{column}")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn query(sql: &str, values: Vec<Value>) -> sqlx::query::Query<'_, Sqlite, sqlx::sqlite::SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = match value {
            Value::Null => query.bind(None::<String>),
            Value::Text(text) => query.bind(text),
            Value::Integer(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        };
    }
    query
}

fn read(row: &sqlx::sqlite::SqliteRow) -> SqlResult<Row> {
    let value = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        Ok(match raw.type_info().name() {
            "INTEGER" | "BOOLEAN" => Value::Integer(row.try_get_unchecked(index)?),
            "BLOB" => Value::Bytes(row.try_get_unchecked(index)?),
            _ => Value::Text(row.try_get_unchecked(index)?),
        })
    };
    (0..row.len()).map(value).collect::<SqlResult<_>>().map(Row)
}
