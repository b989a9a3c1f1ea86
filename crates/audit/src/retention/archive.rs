//! Archives: records as they are stored, as compressed JSON lines, read back before anyone trusts them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::DUE;
use crate::database::{AuditDatabase, Value, finish};
use crate::entity::Retention;
use crate::record::{COLUMN_COUNT, COLUMNS, Record, Stored};
use crate::{Error, Timestamp, Trail, hex};

const FORMAT: &str = "tracing-privacy-audit archive 1";
const ARCHIVING: &str = "archiving";
const PAGE: usize = 500;
/// The longest line that is read back.
const MAX_LINE: u64 = 64 << 20;

/// An archive of records that are due to be purged: a file that was written and read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Archive {
    /// The file: JSON lines, compressed with zstd.
    pub file: PathBuf,
    /// SHA-256 of the file, as hex digits.
    pub digest: String,
    /// How many records are in it.
    pub records: u64,
    /// How long they had to be kept.
    pub retention_months: u16,
    /// All are older than this.
    pub before: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    retention_months: u16,
    before: Timestamp,
}

/// A record with its place in the chain.
#[derive(Serialize, Deserialize)]
struct Line {
    position: i64,
    record: Vec<Json>,
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Writes an archive of all sealed records of a retention class that were made before a time, but for those under legal
    /// hold; then reads it back and compares each record with the chain.
    ///
    /// Files are read and written on the calling thread: this is work for a job, not for a request.
    ///
    /// # Errors
    ///
    /// `before` is not as long ago as the class must be kept; the file exists or cannot be written; a record is not what was
    /// sealed (run [`verify`](Self::verify)); the database refuses.
    pub async fn archive(
        &self,
        conn: &mut DB::Connection,
        retention: Retention,
        before: Timestamp,
        file: impl AsRef<Path>,
    ) -> Result<Archive, Error> {
        self.check_due(retention, before)?;
        let file = file.as_ref();
        let output = File::create_new(file)?;
        let mut transaction = DB::begin_snapshot(conn).await.map_err(Error::database(ARCHIVING))?;
        let written = self.write_archive(&mut transaction, retention, before, &output).await;
        let written = finish(transaction, written, ARCHIVING).await;
        let records = written.inspect_err(|_| drop(std::fs::remove_file(file)))?;
        output.sync_all()?;

        let retention_months = retention.as_months();
        let archive = Archive { file: file.to_owned(), digest: digest(file)?, records, retention_months, before };
        let mut read = 0;
        for line in archive.lines()? {
            line?;
            read += 1;
        }
        if read == records { Ok(archive) } else { Err(damaged()) }
    }

    /// Whether all records of a class that are older than a time may go.
    pub(super) fn check_due(&self, retention: Retention, before: Timestamp) -> Result<(), Error> {
        let due = (self.parts().clock)().months_before(retention.as_months());
        match before > due {
            true => Err(Error::usage(format!("records that are kept for {retention} are due before {due} only"))),
            false => Ok(()),
        }
    }

    async fn write_archive(
        &self,
        conn: &mut DB::Connection,
        retention: Retention,
        before: Timestamp,
        output: &File,
    ) -> Result<u64, Error> {
        if let Some(by_keys) = DB::BY_KEYS {
            DB::run_script(conn, by_keys).await.map_err(Error::database(ARCHIVING))?;
        }
        let mut encoder = zstd::Encoder::new(output, 0)?;
        let header = Header { format: FORMAT.to_owned(), retention_months: retention.as_months(), before };
        write_line(&mut encoder, &header)?;

        let columns: Vec<_> = COLUMNS.split(", ").map(|column| format!("r.{}", column.trim())).collect();
        let page = format!(
            "SELECT {}, l.position, l.digest FROM audit_record r JOIN audit_link l ON l.record_id = r.id
             WHERE {DUE} AND (r.time_us, r.id) > (?, ?) ORDER BY r.time_us, r.id LIMIT {PAGE}",
            columns.join(", ")
        );
        let (mut last_time, mut last_id, mut records) = (i64::MIN, String::new(), 0);
        loop {
            let values = vec![
                i64::from(retention.as_months()).into(),
                before.as_micros().into(),
                last_time.into(),
                last_id.as_str().into(),
            ];
            let rows = DB::fetch(conn, &page, values).await.map_err(Error::database(ARCHIVING))?;
            for row in &rows {
                let stored = Stored::from_row(row, 0);
                (last_time, last_id) = (stored.time().as_micros(), stored.id().to_owned());
                if stored.digest()[..] != *row.bytes(COLUMN_COUNT + 1)? {
                    return Err(Error::damaged(
                        "a record is not what was sealed, so it is not archived: verify the trail",
                    ));
                }
                let record = stored.values().iter().map(to_json).collect();
                write_line(&mut encoder, &Line { position: row.integer(COLUMN_COUNT)?, record })?;
                records += 1;
            }
            if rows.len() < PAGE {
                break;
            }
        }
        encoder.finish()?;
        Ok(records)
    }
}

impl Archive {
    /// Reads the records of the archive, after checking its digest. Personal values stay encrypted.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not the one that was written.
    pub fn records(&self) -> Result<impl Iterator<Item = Result<Record, Error>>, Error> {
        Ok(self.lines()?.map(|line| line.and_then(|(_, stored)| stored.read())))
    }

    /// Checks the digest, then reads each record with its position in the chain.
    pub(super) fn lines(&self) -> Result<Lines, Error> {
        if digest(&self.file)? != self.digest {
            return Err(Error::damaged("the archive is not the file that was written: its digest is another"));
        }
        let mut reader = BufReader::new(zstd::Decoder::new(File::open(&self.file)?)?);
        let header: Header = next_line(&mut reader)?.ok_or_else(damaged)?;
        if header.format != FORMAT || header.retention_months != self.retention_months || header.before != self.before {
            return Err(damaged());
        }
        Ok(Lines { reader, last: (Timestamp::from_micros(i64::MIN), String::new()) })
    }
}

/// The records of an archive, in the order of time and id.
pub(super) struct Lines {
    reader: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    last: (Timestamp, String),
}

impl Lines {
    fn read(&mut self, line: Line) -> Result<(i64, Stored), Error> {
        let values = line.record.into_iter().map(from_json).collect::<Option<Vec<_>>>();
        let stored =
            values.filter(|values| values.len() == COLUMN_COUNT).map(Stored::from_values).ok_or_else(damaged)?;
        let key = (stored.time(), stored.id().to_owned());
        // In order, so that none is in it twice.
        if key <= self.last {
            return Err(damaged());
        }
        self.last = key;
        Ok((line.position, stored))
    }
}

impl Iterator for Lines {
    type Item = Result<(i64, Stored), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = next_line::<Line>(&mut self.reader).transpose()?;
        Some(line.and_then(|line| self.read(line)))
    }
}

fn damaged() -> Error {
    Error::damaged("the archive does not hold what an archive holds")
}

/// SHA-256 of a file.
fn digest(file: &Path) -> Result<String, Error> {
    let mut digest = Sha256::new();
    let mut file = File::open(file)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(&digest.finalize())),
            read => digest.update(&buffer[..read]),
        }
    }
}

fn write_line(output: &mut impl Write, line: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_vec(line).map_err(|_| damaged())?;
    text.push(b'\n');
    Ok(output.write_all(&text)?)
}

fn next_line<T: for<'de> Deserialize<'de>>(reader: &mut impl BufRead) -> Result<Option<T>, Error> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|_| damaged())
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Bytes(bytes) => serde_json::json!({ "hex": hex::encode(bytes) }),
    }
}

fn from_json(value: Json) -> Option<Value> {
    Some(match value {
        Json::Null => Value::Null,
        Json::String(text) => Value::Text(text),
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::Object(bytes) => Value::Bytes(hex::decode(bytes.get("hex")?.as_str()?)?),
        Json::Bool(_) | Json::Array(_) => return None,
    })
}
