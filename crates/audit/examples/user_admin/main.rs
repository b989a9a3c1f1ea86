//! A service that administers users, with an audit trail; and an attack on it, told by that trail.
//!
//! ```text
//! cargo run -p tracing-privacy-audit --all-features --example user_admin             # the attack, over HTTP
//! cargo run -p tracing-privacy-audit --all-features --example user_admin -- --serve  # to look at in a browser
//! DATABASE_URL=postgres://… cargo run …                                              # in PostgreSQL, an empty database
//! ```

mod app;
mod attack;
mod page;
mod service;
mod store;

use std::error::Error;

use sqlx::{Pool, Postgres, Sqlite};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy_audit::ContextSpans;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::app::App;
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
    let app = App::start(pool).await?;
    attack::run(app.address, &app.service.sessions).await?;
    app.service.check_chain().await?;
    if std::env::args().any(|argument| argument == "--serve") {
        println!("\nThe page: {}", app.page("42"));
        app.server.await??;
    }
    Ok(())
}
