//! What a verification found.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Backlog;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A record, or a link, is not what it was when it was sealed.
    Modified,
    /// A record that was sealed, or a link, is not there, and no purge attests that.
    Missing,
    /// Links stand in each other's place.
    Reordered,
    /// Something was made by someone without the key: a record, a checkpoint, a purge, a chain that a checkpoint disagrees
    /// with.
    Forged,
    /// The chain ends before the position that a checkpoint attests.
    Truncated,
    /// A record that neither is in the chain nor waits for it.
    Unchained,
    /// A trigger that protects the tables is gone or was changed.
    Unguarded,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The position in the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The id of the record, or the name of the guard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What exactly.
    pub detail: &'static str,
}

/// The outcome of a [verification](crate::Trail::verify).
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How many links there are.
    pub links: u64,
    /// How many of them have their record.
    pub records: u64,
    /// How many lost it to an attested purge.
    pub purged: u64,
    /// How many checkpoints were checked, those from elsewhere among them.
    pub checkpoints: u64,
    /// The last position that a good checkpoint attests; what comes after it can still be made anew without being found.
    pub attested: i64,
    /// What waits to be sealed.
    pub backlog: Backlog,
    /// How often each kind was found.
    pub counts: BTreeMap<FindingKind, u64>,
    /// What was found, up to [`Report::MAX_FINDINGS`].
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many findings are listed. All are counted.
    pub const MAX_FINDINGS: usize = 1000;

    /// Whether nothing was found.
    pub fn is_intact(&self) -> bool {
        self.counts.is_empty()
    }

    pub(super) fn find(
        &mut self,
        kind: FindingKind,
        position: Option<i64>,
        subject: Option<&str>,
        detail: &'static str,
    ) {
        *self.counts.entry(kind).or_default() += 1;
        if self.findings.len() < Self::MAX_FINDINGS {
            self.findings.push(Finding { kind, position, subject: subject.map(str::to_owned), detail });
        }
    }
}
