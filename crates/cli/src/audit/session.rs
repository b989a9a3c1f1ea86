//! The database that a command works on, and the trail in it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr as _;

use sqlx::Pool;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tracing_privacy_audit::{AuditDatabase, Context, Error, MasterKey, Party, RecordKey, Trail};

use super::failure::Failure;
use super::key;
use crate::rules::Rules;

const OPENING: &str = "opening the database";

/// Where the trail is, and how to work on it.
#[derive(clap::Args)]
pub(crate) struct Database {
    /// The database, as sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME; without it what $DATABASE_URL gives, which, unlike this,
    /// no list of processes shows
    #[arg(long, value_name = "URL")]
    database: Option<String>,

    #[command(flatten)]
    rules: Rules,

    /// File with the record key of the application, as 64 hexadecimal digits, if it has one
    #[arg(long, value_name = "FILE")]
    record_key: Option<PathBuf>,

    /// File with the master key of the application: personal values can be read with it
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,

    /// Who does this, for the record; if not said, the name of the system's user
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
}

/// What is to be done on a trail, whatever database it is in.
pub(crate) trait Work {
    /// Whether it writes records.
    const RECORDS: bool;

    async fn work<DB: AuditDatabase>(&self, session: &Session<DB>) -> Result<ExitCode, Failure>;
}

/// An open database with its trail.
pub(crate) struct Session<DB: AuditDatabase> {
    pub(crate) pool: Pool<DB>,
    pub(crate) trail: Trail<DB>,
    /// Whether a record key was given.
    pub(crate) has_record_key: bool,
}

impl<DB: AuditDatabase> Session<DB> {
    pub(crate) async fn connection(&self) -> Result<PoolConnection<DB>, Failure> {
        Ok(self.pool.acquire().await.map_err(|error| Error::of_database(OPENING, &error))?)
    }
}

impl Database {
    /// Opens the database, does the work, and ends.
    pub(crate) fn run<W: Work>(&self, work: &W) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::at("the asynchronous runtime"))?;
        runtime.block_on(self.open_and(work))
    }

    async fn open_and<W: Work>(&self, work: &W) -> Result<ExitCode, Failure> {
        let url = match &self.database {
            Some(url) => url.clone(),
            None => std::env::var("DATABASE_URL").map_err(|_| {
                Failure::Refused("there is no database: give --database, or set DATABASE_URL".to_owned())
            })?,
        };
        // Neither what is wrong with it nor any part of it: a password stands in there.
        let unreadable =
            |_| Failure::Refused("the URL of the database cannot be read: give sqlite:PATH or postgres://…".to_owned());
        match url.split(':').next() {
            Some("sqlite") => {
                let options = SqliteConnectOptions::from_str(&url).map_err(unreadable)?;
                let file = options.get_filename();
                if !file.exists() {
                    return Err(Failure::Refused(format!("there is no database {}", file.display())));
                }
                let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
                self.work_on(pool, work).await
            }
            Some("postgres" | "postgresql") => {
                let options = PgConnectOptions::from_str(&url).map_err(unreadable)?;
                let options = options.application_name("tracing-privacy");
                let pool =
                    PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options).await;
                self.work_on(pool, work).await
            }
            _ => Err(unreadable(sqlx::Error::PoolClosed)),
        }
    }

    async fn work_on<DB: AuditDatabase, W: Work>(
        &self,
        pool: Result<Pool<DB>, sqlx::Error>,
        work: &W,
    ) -> Result<ExitCode, Failure> {
        let pool = pool.map_err(|error| Error::of_database(OPENING, &error))?;
        let mut builder = Trail::builder(self.rules.policy().map_err(Failure::Rules)?);
        let record_key = key::read_if_given("--record-key", self.record_key.as_ref())?;
        if let Some(key) = &record_key {
            builder = builder.record_key(RecordKey::new(&key[..])?);
        }
        if let Some(key) = key::read_if_given("--master-key", self.master_key.as_ref())? {
            builder = builder.master_key(MasterKey::new(&key[..])?);
        }
        let session = Session { pool, trail: builder.build()?, has_record_key: record_key.is_some() };
        let mut conn = session.connection().await?;
        session.trail.check_installed(&mut conn).await?;
        if W::RECORDS && !session.has_record_key && session.trail.has_attested(&mut conn).await? {
            return Err(Failure::Refused(
                "the records of this trail are signed with a record key, and so must be that of what is done here: give \
                 --record-key"
                    .to_owned(),
            ));
        }
        drop(conn);
        let context = Context::of(Party::new("operator", self.operator()));
        let outcome = context.scope(work.work(&session)).await;
        session.pool.close().await;
        outcome
    }

    fn operator(&self) -> String {
        let of_system =
            || ["SUDO_USER", "USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        self.operator.clone().or_else(of_system).unwrap_or_else(|| "unknown".to_owned())
    }
}

/// How long a server may take to let in.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
