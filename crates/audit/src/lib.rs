//! Who changed what: an audit trail that is there if and only if the change is, under the privacy policy of the logs.
//!
//! ```
//! use serde_json::json;
//! use sqlx::{Connection, SqliteConnection};
//! use tracing_privacy::Policy;
//! use tracing_privacy_audit::{Context, Entry, EntityType, Party, Trail};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let user = EntityType::new("user")
//!     .allow(["email", "role"])
//!     .snapshot("SELECT json_object('email', email, 'role', role, 'password', password) FROM users WHERE id = ?");
//! let trail = Trail::builder(Policy::builtin()).entity(user).build()?;
//!
//! let mut database = SqliteConnection::connect("sqlite::memory:").await?;
//! trail.install(&mut database).await?;
//! sqlx::raw_sql("CREATE TABLE users (id TEXT, email TEXT, role TEXT, password TEXT);
//!     INSERT INTO users VALUES ('42', 'jo@example.com', 'user', 'hunter2')").execute(&mut database).await?;
//!
//! // Who acts: a middleware fills this in.
//! Context::of(Party::user("7")).scope(async {
//!     let mut transaction = database.begin().await?;
//!     let change = trail.change(&mut transaction, Entry::update("user", "42").reason("INC-4711")).await?; // reads before
//!     sqlx::query("UPDATE users SET role = 'admin', password = 'x' WHERE id = '42'").execute(&mut *transaction).await?;
//!     change.record(&mut transaction).await?; // reads after, and records what is different
//!     transaction.commit().await?;
//!     Ok::<_, Box<dyn std::error::Error>>(())
//! }).await?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | entity | what is changed: a user, an invoice; an [`EntityType`] says what may be recorded of it |
//! | entry | what the application asks to be recorded, with raw values |
//! | record | what is stored: safe values, who, when, from where, and a diff |
//! | context | who acts and from where, carried along with the request |
//! | link | a record's place in the hash chain |
//! | sealer | appends committed records to the chain, one at a time |
//! | note | what a trigger says of a change, until a record tells of it |
//! | checkpoint | a signed statement of how the chain stood |
//! | purge | the end of records after their time, itself a record |
//! | subject | the person whose key personal values are encrypted under |
//!
//! # Map
//!
//! - [`Trail`]: records, reads, seals, verifies, archives, purges, erases. [`TrailBuilder`] makes one.
//! - [`Entry`], [`Change`], [`Context`], [`ContextSpans`]: what is recorded. [`EntityType`], [`Retention`]: what may be, and how long.
//! - [`Query`], [`Page`], [`Reverted`], [`Holding`]: what is read.
//! - [`Sealer`], [`Checkpoint`], [`Expectations`], [`Report`]: evidence of tampering.
//! - [`Archive`], [`Purge`]: the end of records.
//! - `ContextLayer` and `audit_router` (feature `axum`): the middleware, and the endpoint.

mod chain;
mod context;
mod database;
mod entity;
mod error;
mod hex;
mod keys;
mod reading;
mod record;
mod retention;
mod timestamp;
mod trail;

pub use crate::chain::{
    Backlog, Checkpoint, CheckpointKey, CheckpointPublicKey, Expectations, Finding, FindingKind, Report, Sealer,
};
pub use crate::context::{Context, ContextSpans};
#[cfg(feature = "axum")]
pub use crate::context::{ContextLayer, ContextService};
pub use crate::database::AuditDatabase;
pub use crate::entity::{EntityType, PatchOperation, Retention};
pub use crate::error::{Error, ErrorKind};
pub use crate::keys::{MasterKey, RecordKey};
#[cfg(feature = "axum")]
pub use crate::reading::{AuditRequest, audit_router};
pub use crate::reading::{Cursor, Holding, Page, Query, Reversal, Reverted, Step};
pub use crate::record::{Action, ChangeOp, Entry, FieldChange, Outcome, Party, Record, Source};
pub use crate::retention::{Archive, Purge};
pub use crate::timestamp::Timestamp;
pub use crate::trail::{Change, Trail, TrailBuilder};

/// The README's code runs as tests.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../README.md")]
struct Readme;
