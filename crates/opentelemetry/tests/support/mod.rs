//! An exporter that keeps what it is given, as a backend would see it; the policy of the tests.

#![allow(dead_code, reason = "each test uses a part")]

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tracing_privacy::{FieldBuilder, Mask, Policy};

/// Everything built in, and a field that is dropped: one policy, with one set of counters, for a whole program of tests.
pub fn policy() -> Policy {
    static POLICY: LazyLock<Policy> = LazyLock::new(new_policy);
    POLICY.clone()
}

/// The same, with counters of its own; without optimization, it takes over a second to compile.
pub fn new_policy() -> Policy {
    let gone = FieldBuilder::new(["gone"]).mask(Mask::named("drop"));
    Policy::builder().include_all().field(gone).build().expect("good rules")
}

/// What a batch held, and the resource that went with it.
#[derive(Clone, Debug)]
pub struct Batch {
    pub content: String,
    pub resource: String,
}

#[derive(Clone, Debug, Default)]
pub struct Backend {
    batches: Arc<Mutex<Vec<Batch>>>,
    spans: Arc<Mutex<Vec<SpanData>>>,
    resource: Arc<Mutex<String>>,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

impl Backend {
    pub fn batches(&self) -> Vec<Batch> {
        lock(&self.batches).clone()
    }

    /// All that came in, as text.
    pub fn all(&self) -> String {
        format!("{:?}", self.batches())
    }

    pub fn spans(&self) -> Vec<SpanData> {
        lock(&self.spans).clone()
    }

    pub fn calls(&self) -> Vec<&'static str> {
        lock(&self.calls).clone()
    }

    fn keep(&self, content: String) -> OTelSdkResult {
        let resource = lock(&self.resource).clone();
        lock(&self.batches).push(Batch { content, resource });
        Ok(())
    }
}

impl SpanExporter for Backend {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        lock(&self.spans).extend(batch.clone());
        self.keep(format!("{batch:?}"))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        lock(&self.calls).push(if timeout == Duration::from_secs(7) { "shutdown in 7 s" } else { "shutdown" });
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        lock(&self.calls).push("flush");
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        *lock(&self.resource) = format!("{resource:?}");
    }
}

impl LogExporter for Backend {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.keep(format!("{batch:?}"))
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        lock(&self.calls).push("shutdown");
        Ok(())
    }

    fn event_enabled(&self, _: opentelemetry::logs::Severity, target: &str, _: Option<&str>) -> bool {
        target != "muted"
    }

    fn set_resource(&mut self, resource: &Resource) {
        *lock(&self.resource) = format!("{resource:?}");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
