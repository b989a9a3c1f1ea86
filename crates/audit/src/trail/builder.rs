//! Making a trail.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use tracing_privacy::Policy;

use super::Trail;
use crate::database::AuditDatabase;
use crate::entity::{Entity, EntityType, Retention};
use crate::keys::{MasterKey, RecordKey};
use crate::{Error, Timestamp};

/// The type of entity that the trail's own actions are recorded on: purges, erasures, reads of other records.
pub(crate) const AUDIT: &str = "audit";

/// All that a trail is made of.
pub(crate) struct Parts {
    pub(crate) policy: Policy,
    pub(crate) entities: BTreeMap<String, Entity>,
    pub(crate) record_key: Option<RecordKey>,
    pub(crate) master_key: Option<MasterKey>,
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) clock: Clock,
}

/// Tells the time.
pub(crate) type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// Tells the trace of the current span.
pub(crate) type TraceId = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// Builds a [`Trail`].
#[must_use = "a builder does nothing until it is built"]
pub struct TrailBuilder<DB> {
    policy: Policy,
    entities: Vec<EntityType>,
    record_key: Option<RecordKey>,
    master_key: Option<MasterKey>,
    trace_id: Option<TraceId>,
    clock: Clock,
    database: PhantomData<fn() -> DB>,
}

impl<DB: AuditDatabase> TrailBuilder<DB> {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            entities: Vec::new(),
            record_key: None,
            master_key: None,
            trace_id: None,
            clock: Box::new(Timestamp::now),
            database: PhantomData,
        }
    }

    /// Declares a type of entity. Only declared types can be recorded.
    pub fn entity(mut self, entity: EntityType) -> Self {
        self.entities.push(entity);
        self
    }

    /// Sets the key that makes the MAC of each record. With it, records that someone wrote to the database without the
    /// application are found to be forged.
    pub fn record_key(mut self, key: RecordKey) -> Self {
        self.record_key = Some(key);
        self
    }

    /// Sets the key under which the keys of persons are kept, which [personal](EntityType::personal) fields need.
    pub fn master_key(mut self, key: MasterKey) -> Self {
        self.master_key = Some(key);
        self
    }

    /// Sets who tells the trace id of the current span, 32 hex digits, for whoever has one: with `tracing-opentelemetry`,
    /// `|| Some(Span::current().context().span().span_context().trace_id().to_string())`. Where it answers nothing, the
    /// trace id of the [`Context`](crate::Context) is taken.
    pub fn trace_id(mut self, trace_id: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.trace_id = Some(Box::new(trace_id));
        self
    }

    /// Sets who tells the time of records, and of what is due to be purged, in place of the clock of this machine: for tests.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Builds the trail.
    ///
    /// # Errors
    ///
    /// An entity type is declared twice or wrongly, is called `audit` (the name of the trail's own records), keeps records
    /// for too short a time, or has personal fields and there is no master key.
    pub fn build(self) -> Result<Trail<DB>, Error> {
        let mut entities = BTreeMap::new();
        let own = EntityType::new(AUDIT).allow(["details"]).retention(Retention::SEVEN_YEARS).compile()?;
        entities.insert(AUDIT.to_owned(), own);
        for entity in self.entities {
            let entity = entity.compile()?;
            let name = entity.name.clone();
            if entity.has_personal() && self.master_key.is_none() {
                return Err(Error::declaration(format!(
                    "`{name}` has personal fields, which are encrypted: give the trail a master key"
                )));
            }
            if entities.insert(name.clone(), entity).is_some() {
                return Err(Error::declaration(match name.as_str() {
                    AUDIT => "`audit` is the name of the trail's own records: give the entity type another".to_owned(),
                    _ => format!("the entity type `{name}` is declared twice"),
                }));
            }
        }
        let Self { policy, record_key, master_key, trace_id, clock, .. } = self;
        let parts = Parts { policy, entities, record_key, master_key, trace_id, clock };
        Ok(Trail { parts: Arc::new(parts), database: PhantomData })
    }
}

impl<DB> fmt::Debug for TrailBuilder<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrailBuilder").field("entities", &self.entities.len()).finish_non_exhaustive()
    }
}
