//! The service with its trail and sealer, listening.

use std::net::SocketAddr;
use std::time::Duration;

use sqlx::Pool;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing_privacy::Policy;
use tracing_privacy_audit::{EntityType, MasterKey, RecordKey, Retention, Sealer, Trail};

use crate::Outcome;
use crate::service::{Service, Sessions};
use crate::store::UserStore;

/// The service at work.
pub struct App<DB: UserStore> {
    pub address: SocketAddr,
    pub service: Service<DB>,
    pub server: JoinHandle<std::io::Result<()>>,
    _sealer: Sealer,
}

impl<DB: UserStore> App<DB> {
    /// Makes the tables in an empty database, and listens on a free port of this machine.
    pub async fn start(pool: Pool<DB>) -> Outcome<Self> {
        let trail = trail()?;
        trail.install(&mut *pool.acquire().await?).await?;
        DB::create_users(&mut *pool.acquire().await?).await?;
        // What someone changes with SQL, past this service, is on record, too.
        trail.watch(&mut *pool.acquire().await?).await?;
        let sealer = trail.spawn_sealer(pool.clone(), Duration::from_millis(200));

        let service = Service { trail, pool, sessions: Sessions::new()? };
        let router = service.clone().router().into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, service, server, _sealer: sealer })
    }

    /// Where an auditor sees the history of a user.
    pub fn page(&self, user: &str) -> String {
        format!("http://{}/users/{user}/history?session={}", self.address, self.service.sessions.of("auditor"))
    }
}

/// What may be recorded of a user, and written by a patch.
fn trail<DB: UserStore>() -> Outcome<Trail<DB>> {
    let user = EntityType::new("user")
        .allow(["email", "role"])
        .personal(["name"])
        .retention(Retention::years(7)?)
        .snapshot(DB::SNAPSHOT)
        .watch("users", "id");
    let payroll = EntityType::new("payroll").retention(Retention::years(7)?);
    let mut keys = [0; 64];
    // In earnest, they come from where your other secrets are, and stay the same.
    getrandom::fill(&mut keys).map_err(|_| "the system gives no random bytes")?;
    Ok(Trail::builder(Policy::builtin())
        .entity(user)
        .entity(payroll)
        .record_key(RecordKey::new(&keys[..32])?)
        .master_key(MasterKey::new(&keys[32..])?)
        .build()?)
}
