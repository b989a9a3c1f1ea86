//! One link of the chain.

use sha2::{Digest, Sha256};

use crate::Error;
use crate::database::{Row, Value};

pub(crate) type Hash = [u8; 32];

/// What stands before the first link.
pub(crate) const GENESIS: Hash = [0; 32];

/// A link as it is stored, but for its place and hash: which record, and when it was sealed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) record_id: String,
    pub(crate) time_us: i64,
    pub(crate) digest: Vec<u8>,
    pub(crate) sealed_us: i64,
}

/// A link in its place.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) position: i64,
    pub(crate) content: Content,
    pub(crate) hash: Vec<u8>,
}

/// The columns of a link, in the order in which they are read.
pub(crate) const LINK_COLUMNS: &str = "l.position, l.record_id, l.time_us, l.digest, l.hash, l.sealed_us";
pub(crate) const LINK_COLUMN_COUNT: usize = 6;

impl Content {
    /// The hash of this content in a place, after another.
    pub(crate) fn hash(&self, previous: &[u8], position: i64) -> Hash {
        let mut hash = Sha256::new();
        hash.update(b"tracing-privacy-audit link 1\n");
        for part in [previous, &position.to_be_bytes(), self.record_id.as_bytes(), &self.digest] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(self.time_us.to_be_bytes());
        hash.update(self.sealed_us.to_be_bytes());
        hash.finalize().into()
    }
}

impl Link {
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            position: row.integer(0)?,
            content: Content {
                record_id: row.text(1)?.to_owned(),
                time_us: row.integer(2)?,
                digest: row.bytes(3)?.to_owned(),
                sealed_us: row.integer(5)?,
            },
            hash: row.bytes(4)?.to_owned(),
        })
    }

    /// The values of a row of `audit_link`: position, record_id, time_us, digest, hash, sealed_us.
    pub(crate) fn into_values(self) -> [Value; 6] {
        let Content { record_id, time_us, digest, sealed_us } = self.content;
        [self.position.into(), record_id.into(), time_us.into(), digest.into(), self.hash.into(), sealed_us.into()]
    }
}

/// What a purge attests: which links lost their records, as a count and a digest.
#[derive(Clone, Default)]
pub(crate) struct PurgeDigest {
    count: i64,
    digest: Sha256,
}

impl PurgeDigest {
    /// Adds a link; in the order of positions.
    pub(crate) fn add(&mut self, position: i64, digest: &[u8]) {
        self.count += 1;
        self.digest.update(position.to_be_bytes());
        self.digest.update((digest.len() as u64).to_be_bytes());
        self.digest.update(digest);
    }

    pub(crate) fn count(&self) -> i64 {
        self.count
    }

    /// The digest as hex digits.
    pub(crate) fn finish(&self) -> String {
        crate::hex::encode(&self.digest.clone().finalize())
    }
}
