//! A service that administers users, with an audit trail; and an attack on it, told by that trail.
//!
//! ```text
//! cargo run -p tracing-privacy-audit --all-features --example user_admin             # the attack, over HTTP
//! cargo run -p tracing-privacy-audit --all-features --example user_admin -- --serve  # to look at in a browser
//! DATABASE_URL=postgres://… cargo run …                                              # in PostgreSQL, an empty database
//! ```

mod attack;
mod page;
mod service;
mod store;

use std::error::Error;
use std::time::Duration;

use sqlx::{Pool, Postgres, Sqlite};
use tokio::net::TcpListener;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy_audit::{ContextSpans, EntityType, MasterKey, RecordKey, Retention, Trail};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::service::{Service, Sessions};
use crate::store::UserStore;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(ContextSpans::new())
        .with_privacy(Policy::builtin())
        .init();
    match std::env::var("DATABASE_URL") {
        Ok(url) => {
            run(Pool::<Postgres>::connect(&url).await.map_err(|_| "the database of DATABASE_URL is not there")?).await
        }
        Err(_) => {
            let folder = tempfile::tempdir()?;
            let url = format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display());
            run(Pool::<Sqlite>::connect(&url).await?).await
        }
    }
}

async fn run<DB: UserStore>(pool: Pool<DB>) -> Outcome {
    let trail = trail()?;
    trail.install(&mut *pool.acquire().await?).await?;
    DB::create_users(&mut *pool.acquire().await?).await?;
    let sealer = trail.spawn_sealer(pool.clone(), Duration::from_millis(200));

    let sessions = Sessions::new()?;
    let service = Service { trail, pool, sessions: sessions.clone() };
    let app = service.clone().router().into_make_service_with_connect_info::<std::net::SocketAddr>();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    if std::env::args().any(|argument| argument == "--serve") {
        attack::run(address, &sessions).await?;
        println!("\nThe page: http://{address}/users/42/history?session={}", sessions.of("auditor"));
        server.await??;
    } else {
        attack::run(address, &sessions).await?;
    }
    drop(sealer);
    service.check_chain().await
}

/// What may be recorded of a user, and written by a patch.
fn trail<DB: UserStore>() -> Outcome<Trail<DB>> {
    let user = EntityType::new("user")
        .allow(["email", "role"])
        .personal(["name"])
        .retention(Retention::years(7)?)
        .snapshot(DB::SNAPSHOT);
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
