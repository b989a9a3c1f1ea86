//! Tamper evidence: a chain of hashes over the records as they are stored, sealed after commit, and signed.

mod checkpoint;
mod displaced;
mod link;
mod noted;
mod report;
mod seal;
mod verify;

pub use self::checkpoint::{Checkpoint, CheckpointKey, CheckpointPublicKey};
pub(crate) use self::link::PurgeDigest;
pub use self::report::{Finding, FindingKind, Report};
pub use self::seal::{Backlog, Sealer};
pub use self::verify::Expectations;
