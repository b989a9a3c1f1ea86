//! Reading the trail: histories, who held what, and what was undone. Every reading is itself recorded.

#[cfg(feature = "axum")]
mod endpoint;
mod holding;
mod page;
mod query;
mod reveal;
mod reverted;

#[cfg(feature = "axum")]
pub use self::endpoint::{AuditRequest, audit_router};
pub use self::holding::Holding;
pub use self::page::Page;
pub use self::query::{Cursor, Query};
pub use self::reverted::{Reversal, Reverted, Step};
