//! The end of records: holds that put it off, archives, purges, and the erasure of persons.

mod archive;
mod erase;
mod hold;
mod purge;

pub use self::archive::Archive;
pub use self::purge::Purge;

/// The condition that a record may be purged: of a class, before a time, sealed, under no hold, and no record of a purge, for
/// the chain needs those. Two values: months, time.
const DUE: &str = "r.retention_months = ? AND r.time_us < ? AND r.action <> 'purge' AND NOT EXISTS (
    SELECT 1 FROM audit_hold h
    WHERE h.entity_type = r.entity_type AND (h.entity_id IS NULL OR h.entity_id = r.entity_id)
)";
