//! Verification: the whole chain is read once, page by page, beside its records.

use std::collections::{BTreeMap, HashMap};

use super::displaced::{Suspect, Verdict, judge};
use super::link::{GENESIS, LINK_COLUMN_COUNT, LINK_COLUMNS, Link, PurgeDigest};
use super::report::{FindingKind, Report};
use super::{Checkpoint, CheckpointPublicKey};
use crate::database::{AuditDatabase, BrokenGuard, Row, Value, finish};
use crate::record::{COLUMN_COUNT, COLUMNS, Record, Stored};
use crate::{Error, Trail, hex};

const VERIFYING: &str = "verifying";
/// How many rows are in memory at once.
const PAGE: i64 = 500;
/// How many links whose hash does not fit are kept, to find out why.
const MAX_SUSPECTS: usize = 1000;

/// What a verification is to check the chain against, that does not come from the database.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    keys: Vec<CheckpointPublicKey>,
    shipped: Vec<Checkpoint>,
}

impl Expectations {
    /// Nothing: what was modified, is missing or reordered is found; what was forged or truncated with care is not.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a key that checkpoints may be signed with.
    #[must_use]
    pub fn key(mut self, key: CheckpointPublicKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Adds a checkpoint that was kept elsewhere.
    #[must_use]
    pub fn shipped(mut self, checkpoint: Checkpoint) -> Self {
        self.shipped.push(checkpoint);
        self
    }

    fn signed(&self, checkpoint: &Checkpoint) -> bool {
        self.keys.iter().any(|key| checkpoint.is_signed_by(key))
    }
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Reads all of the chain and of the records and reports what was tampered with. Memory does not grow with the trail, but
    /// with the number of purges.
    ///
    /// | is found | if |
    /// |---|---|
    /// | modified, missing, reordered records and links | always, unless the chain was made anew from there on |
    /// | records that were written past the application | the trail has a [record key](crate::TrailBuilder::record_key) |
    /// | a chain made anew | a checkpoint attests what was there; its key must be given |
    /// | a chain cut off at its end, with the checkpoints | a checkpoint from elsewhere is given |
    ///
    /// # Errors
    ///
    /// The database refuses, or rows cannot be read as what they are. Tampering is no error, but a finding.
    pub async fn verify(&self, conn: &mut DB::Connection, expected: &Expectations) -> Result<Report, Error> {
        let failed = Error::database(VERIFYING);
        let mut guards = DB::broken_guards(conn).await.map_err(&failed)?;
        for watched in self.watched() {
            guards.extend(DB::broken_watches(conn, watched).await.map_err(&failed)?);
        }
        let mut transaction = DB::begin_snapshot(conn).await.map_err(&failed)?;
        let outcome = self.walk(&mut transaction, expected, &guards).await;
        finish(transaction, outcome, VERIFYING).await
    }

    async fn walk(
        &self,
        conn: &mut DB::Connection,
        expected: &Expectations,
        broken_guards: &[BrokenGuard],
    ) -> Result<Report, Error> {
        let backlog = self.backlog(conn).await?;
        let mut walk = Walk::new(self, expected, GENESIS.to_vec(), 0, backlog);
        for guard in broken_guards {
            walk.report.find(FindingKind::Unguarded, None, Some(&guard.name), guard.detail);
        }
        walk.links(conn).await?;
        walk.purges(conn).await?;
        walk.checkpoints_behind_the_end(conn).await?;
        walk.unchained(conn).await?;
        Ok(walk.finish())
    }

    /// Whether the links after a checkpoint continue it up to the last.
    pub(super) async fn continues(
        &self,
        conn: &mut DB::Connection,
        checkpoint: Option<&Checkpoint>,
        last: i64,
    ) -> Result<bool, Error> {
        let expected = Expectations::none();
        let backlog = super::Backlog::default();
        let (hash, position) = match checkpoint {
            Some(checkpoint) => (hex::decode(&checkpoint.hash).unwrap_or_default(), checkpoint.position),
            None => (GENESIS.to_vec(), 0),
        };
        let mut walk = Walk::new(self, &expected, hash, position, backlog);
        walk.links(conn).await?;
        Ok(walk.position == last && walk.finish().is_intact())
    }
}

/// How far the chain was read, and what was found.
struct Walk<'v, DB> {
    trail: &'v Trail<DB>,
    expected: &'v Expectations,
    shipped: BTreeMap<i64, Vec<&'v Checkpoint>>,
    report: Report,
    position: i64,
    previous: Vec<u8>,
    suspects: Vec<Suspect>,
    purges: HashMap<String, PurgeDigest>,
}

impl<'v, DB: AuditDatabase> Walk<'v, DB> {
    fn new(
        trail: &'v Trail<DB>,
        expected: &'v Expectations,
        previous: Vec<u8>,
        position: i64,
        backlog: super::Backlog,
    ) -> Self {
        let mut shipped: BTreeMap<i64, Vec<&Checkpoint>> = BTreeMap::new();
        for checkpoint in &expected.shipped {
            shipped.entry(checkpoint.position).or_default().push(checkpoint);
        }
        let report = Report {
            links: 0,
            records: 0,
            purged: 0,
            checkpoints: 0,
            attested: 0,
            backlog,
            counts: BTreeMap::new(),
            findings: Vec::new(),
        };
        let (suspects, purges) = (Vec::new(), HashMap::new());
        Self { trail, expected, shipped, report, position, previous, suspects, purges }
    }

    /// Reads all links from the current position on, each with its record, checkpoint and purge.
    async fn links(&mut self, conn: &mut DB::Connection) -> Result<(), Error> {
        let record: Vec<_> = COLUMNS.split(", ").map(|column| format!("r.{}", column.trim())).collect();
        let page = format!(
            "SELECT {LINK_COLUMNS}, {}, c.position, c.hash, c.made_us, c.key_id, c.signature, p.purge_id
             FROM audit_link l
             LEFT JOIN audit_record r ON r.id = l.record_id AND r.time_us = l.time_us
             LEFT JOIN audit_checkpoint c ON c.position = l.position
             LEFT JOIN audit_purged p ON p.position = l.position
             WHERE l.position > ? ORDER BY l.position LIMIT {PAGE}",
            record.join(", ")
        );
        loop {
            let rows = DB::fetch(conn, &page, vec![self.position.into()]).await.map_err(Error::database(VERIFYING))?;
            for row in &rows {
                self.link(conn, row).await?;
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    async fn link(&mut self, conn: &mut DB::Connection, row: &Row) -> Result<(), Error> {
        const CHECKPOINT: usize = LINK_COLUMN_COUNT + COLUMN_COUNT;
        const PURGE: usize = CHECKPOINT + 5;
        let link = Link::from_row(row)?;
        self.report.links += 1;
        let follows = self.place(&link);
        let record = (!row.is_null(LINK_COLUMN_COUNT)).then(|| Stored::from_row(row, LINK_COLUMN_COUNT));
        match (record, row.optional_text(PURGE)?) {
            (Some(record), _) => self.record(&link, &record, follows),
            (None, Some(purge)) => {
                self.report.purged += 1;
                self.purges.entry(purge.to_owned()).or_default().add(link.position, &link.content.digest);
            }
            (None, None) => self.lost(conn, &link).await?,
        }
        if !row.is_null(CHECKPOINT) {
            let checkpoint = Checkpoint::from_row(row, CHECKPOINT)?;
            self.checkpoint(&checkpoint, &link);
        }
        for checkpoint in self.shipped.remove(&link.position).unwrap_or_default() {
            self.checkpoint(checkpoint, &link);
        }
        (self.position, self.previous) = (link.position, link.hash);
        Ok(())
    }

    /// Checks that a link follows the one before it.
    fn place(&mut self, link: &Link) -> bool {
        if link.position != self.position + 1 {
            for position in (self.position + 1..link.position).take(Report::MAX_FINDINGS) {
                self.report.find(FindingKind::Missing, Some(position), None, "a link of the chain is gone");
            }
            // What the hash before it was is lost with the link.
            return true;
        }
        let follows = link.content.hash(&self.previous, link.position)[..] == link.hash;
        if !follows {
            let suspect = Suspect { link: link.clone(), previous: self.previous.clone() };
            match self.suspects.len() < MAX_SUSPECTS {
                true => self.suspects.push(suspect),
                false => self.changed(&suspect.link),
            }
        }
        follows
    }

    fn changed(&mut self, link: &Link) {
        let record = Some(link.content.record_id.as_str());
        self.report.find(
            FindingKind::Modified,
            Some(link.position),
            record,
            "a link does not have the hash of its content",
        );
    }

    fn record(&mut self, link: &Link, record: &Stored, follows: bool) {
        self.report.records += 1;
        let (position, id) = (Some(link.position), Some(record.id()));
        let as_sealed = record.digest()[..] == link.content.digest;
        let attested = self.trail.parts().record_key.as_ref().is_none_or(|key| record.is_attested(key));
        if !as_sealed {
            self.report.find(FindingKind::Modified, position, id, "a record is not what was sealed");
        } else if !attested && follows {
            let detail = "a record was not written by the application: its MAC was not made with the record key";
            self.report.find(FindingKind::Forged, position, id, detail);
        } else if !attested {
            self.report.find(FindingKind::Modified, position, id, "a record and its link were changed together");
        }
    }

    /// A link without its record: it is gone, or has another time than when it was sealed.
    async fn lost(&mut self, conn: &mut DB::Connection, link: &Link) -> Result<(), Error> {
        let other =
            DB::fetch(conn, "SELECT 1 FROM audit_record WHERE id = ?", vec![link.content.record_id.as_str().into()]);
        let there = !other.await.map_err(Error::database(VERIFYING))?.is_empty();
        let (kind, detail) = match there {
            true => (FindingKind::Modified, "a record has another time than when it was sealed"),
            false => (FindingKind::Missing, "a record that was sealed is gone"),
        };
        self.report.find(kind, Some(link.position), Some(&link.content.record_id), detail);
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint, link: &Link) {
        self.report.checkpoints += 1;
        let (position, key) = (Some(link.position), Some(checkpoint.key_id.as_str()));
        if !self.expected.keys.is_empty() && !self.expected.signed(checkpoint) {
            self.report.find(FindingKind::Forged, position, key, "a checkpoint was not signed by a key that may");
        } else if checkpoint.hash != hex::encode(&link.hash) {
            let detail = "a checkpoint attests another hash: the chain was made anew";
            self.report.find(FindingKind::Forged, position, key, detail);
        } else if self.expected.signed(checkpoint) {
            self.report.attested = self.report.attested.max(link.position);
        }
    }

    /// Each purge must have a record that attests exactly the links that are marked with it.
    async fn purges(&mut self, conn: &mut DB::Connection) -> Result<(), Error> {
        let select = format!("SELECT {COLUMNS} FROM audit_record WHERE id = ?");
        let purges = std::mem::take(&mut self.purges);
        for (id, digest) in purges {
            let rows = DB::fetch(conn, &select, vec![id.as_str().into()]).await.map_err(Error::database(VERIFYING))?;
            let record = rows.first().map(|row| Stored::from_row(row, 0));
            let attested =
                record.filter(|it| self.trail.parts().record_key.as_ref().is_none_or(|key| it.is_attested(key)));
            let attested = attested.and_then(|record| record.read().ok()).is_some_and(|it| attests(&it, &digest));
            if !attested {
                let detail = "records are marked as purged that no record of a purge attests";
                self.report.find(FindingKind::Forged, None, Some(&id), detail);
            }
        }
        Ok(())
    }

    async fn checkpoints_behind_the_end(&mut self, conn: &mut DB::Connection) -> Result<(), Error> {
        let select = "SELECT position, hash, made_us, key_id, signature FROM audit_checkpoint
            WHERE position > ? ORDER BY position LIMIT 1000";
        let rows = DB::fetch(conn, select, vec![self.position.into()]).await.map_err(Error::database(VERIFYING))?;
        let stored = rows.iter().map(|row| Checkpoint::from_row(row, 0)).collect::<Result<Vec<_>, _>>()?;
        let shipped: Vec<_> = std::mem::take(&mut self.shipped).into_values().flatten().cloned().collect();
        for checkpoint in stored.iter().chain(&shipped) {
            self.report.checkpoints += 1;
            let (position, key) = (Some(checkpoint.position), Some(checkpoint.key_id.as_str()));
            let (kind, detail) = if !self.expected.keys.is_empty() && !self.expected.signed(checkpoint) {
                (FindingKind::Forged, "a checkpoint was not signed by a key that may")
            } else if checkpoint.position > self.position {
                (FindingKind::Truncated, "the chain ends before what a checkpoint attests")
            } else {
                (FindingKind::Missing, "the link that a checkpoint attests is gone")
            };
            self.report.find(kind, position, key, detail);
        }
        Ok(())
    }

    /// Records that are not in the chain: those in the queue wait; all others were hidden from it.
    async fn unchained(&mut self, conn: &mut DB::Connection) -> Result<(), Error> {
        let page = format!(
            "SELECT r.id, l.record_id, u.record_id FROM audit_record r
             LEFT JOIN audit_link l ON l.record_id = r.id
             LEFT JOIN audit_unsealed u ON u.record_id = r.id AND u.time_us = r.time_us
             WHERE r.id > ? ORDER BY r.id LIMIT {PAGE}"
        );
        let mut last = String::new();
        loop {
            let rows =
                DB::fetch(conn, &page, vec![Value::from(last.as_str())]).await.map_err(Error::database(VERIFYING))?;
            for row in &rows {
                last = row.text(0)?.to_owned();
                if row.is_null(1) && row.is_null(2) {
                    let detail = "a record is neither in the chain nor waits for it";
                    self.report.find(FindingKind::Unchained, None, Some(&last), detail);
                }
            }
            if (rows.len() as i64) < PAGE {
                break;
            }
        }
        let queued = "SELECT u.record_id FROM audit_unsealed u
            LEFT JOIN audit_record r ON r.id = u.record_id AND r.time_us = u.time_us WHERE r.id IS NULL LIMIT 1000";
        for row in &DB::fetch(conn, queued, vec![]).await.map_err(Error::database(VERIFYING))? {
            self.report.find(FindingKind::Missing, None, Some(row.text(0)?), "a record was gone before it was sealed");
        }
        Ok(())
    }

    fn finish(mut self) -> Report {
        let suspects = std::mem::take(&mut self.suspects);
        for (suspect, verdict) in suspects.iter().zip(judge(&suspects)) {
            match verdict {
                Verdict::Changed => self.changed(&suspect.link),
                Verdict::Displaced => {
                    let (position, record) =
                        (Some(suspect.link.position), Some(suspect.link.content.record_id.as_str()));
                    self.report.find(FindingKind::Reordered, position, record, "a link stands in the place of another");
                }
                Verdict::Intact => {}
            }
        }
        self.report
    }
}

/// Whether the record of a purge says the same as the marks.
fn attests(record: &Record, digest: &PurgeDigest) -> bool {
    let details = record.after.as_ref().map(|after| &after["details"]);
    record.action == crate::Action::PURGE
        && details.is_some_and(|details| details["count"] == digest.count() && details["digest"] == digest.finish())
}
