//! What the tests share: a fresh database of each kind, with a table of users and a trail for it.
#![allow(dead_code, reason = "each test binary uses a part of it")]

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "postgres")]
pub mod server;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::future::Future;

use serde_json::{Value, json};
use sqlx::pool::PoolConnection;
use sqlx::{Pool, Transaction};
use tracing_privacy::Policy;
use tracing_privacy_audit::{AuditDatabase, EntityType, Entry, MasterKey, RecordKey, Retention, Timestamp, Trail};

/// Values that must come out nowhere, each under the field of a user that holds it.
pub const CANARIES: [(&str, &str); 4] = [
    ("password", "hunter2-canary-9f3a"),
    ("email", "jane.canary.doe@example.com"),
    ("salary", "canary-salary-77134"),
    ("display_name", "Canary Jane Roe"),
];

/// A database that the suite runs on.
pub trait TestDatabase: AuditDatabase {
    /// The query for a user as JSON.
    const SNAPSHOT: &'static str;

    /// Runs statements without values.
    fn run<'c>(conn: &'c mut Self::Connection, sql: &'c str) -> impl Future<Output = sqlx::Result<u64>> + Send + 'c;

    /// The first column of all rows, as text.
    fn column<'c>(
        conn: &'c mut Self::Connection,
        sql: &'c str,
    ) -> impl Future<Output = sqlx::Result<Vec<String>>> + Send + 'c;

    /// How a query is going to be answered.
    fn plan<'c>(
        conn: &'c mut Self::Connection,
        sql: &'c str,
    ) -> impl Future<Output = sqlx::Result<Vec<String>>> + Send + 'c;
}

/// A fresh database, with users.
pub struct Store<DB: TestDatabase> {
    pub pool: Pool<DB>,
    pub trail: Trail<DB>,
    /// Where its files are.
    pub folder: std::path::PathBuf,
    /// Keeps them there.
    pub guard: Box<dyn std::any::Any + Send + Sync>,
}

impl<DB: TestDatabase> Store<DB> {
    pub async fn new(pool: Pool<DB>, folder: std::path::PathBuf, guard: Box<dyn std::any::Any + Send + Sync>) -> Self {
        let store = Self { pool, trail: trail(), folder, guard };
        store.trail.install(&mut *store.connection().await).await.unwrap();
        store.run(USERS).await.unwrap();
        store
    }

    pub async fn connection(&self) -> PoolConnection<DB> {
        self.pool.acquire().await.unwrap()
    }

    pub async fn begin(&self) -> Transaction<'static, DB> {
        self.pool.begin().await.unwrap()
    }

    pub async fn run(&self, sql: &str) -> sqlx::Result<u64> {
        DB::run(&mut *self.connection().await, sql).await
    }

    pub async fn column(&self, sql: &str) -> Vec<String> {
        DB::column(&mut *self.connection().await, sql).await.unwrap()
    }

    pub async fn count(&self, table: &str) -> usize {
        self.column(&format!("SELECT CAST(count(*) AS TEXT) FROM {table}")).await[0].parse().unwrap()
    }

    /// Records one role change of user 42, committed.
    pub async fn set_role(&self, role: &str) -> uuid::Uuid {
        let mut transaction = self.begin().await;
        let change = self.trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
        DB::run(&mut transaction, &format!("UPDATE users SET role = '{role}' WHERE id = '42'")).await.unwrap();
        let id = change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    /// Records so many logins, each in its own transaction.
    pub async fn logins(&self, count: usize) {
        for n in 0..count {
            let mut transaction = self.begin().await;
            let entry = Entry::new(tracing_privacy_audit::Action::LOGIN, "user", format!("{}", n % 7));
            self.trail.record(&mut transaction, entry).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
}

const USERS: &str = "CREATE TABLE users (
    id TEXT PRIMARY KEY, email TEXT, role TEXT, password TEXT, salary TEXT, display_name TEXT
)";

pub fn trail<DB: TestDatabase>() -> Trail<DB> {
    trail_at(Timestamp::now)
}

/// A trail with a clock of its own.
pub fn trail_at<DB: TestDatabase>(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Trail<DB> {
    let user = EntityType::new("user")
        .allow(["email", "role", "password"])
        .personal(["display_name"])
        .retention(Retention::years(2).unwrap())
        .snapshot(DB::SNAPSHOT);
    let short = EntityType::new("visit").allow(["page"]).retention(Retention::months(1).unwrap());
    Trail::builder(Policy::builtin())
        .entity(user)
        .entity(short)
        .clock(clock)
        .record_key(RecordKey::new(&[1; 32]).unwrap())
        .master_key(MasterKey::new(&[2; 32]).unwrap())
        .build()
        .unwrap()
}

/// A user full of canaries.
pub fn jane(role: &str) -> Value {
    let mut user = json!({ "role": role });
    for (key, value) in CANARIES {
        user[key] = json!(value);
    }
    user
}

/// The statement that makes user 42 Jane.
pub fn insert_jane() -> String {
    let [password, email, salary, name] = CANARIES.map(|(_, value)| value);
    format!("INSERT INTO users VALUES ('42', '{email}', 'user', '{password}', '{salary}', '{name}')")
}

/// Makes tests of functions that are generic over the database: one for each of them and each database.
#[macro_export]
macro_rules! on_every_database {
    ($($test:ident),* $(,)?) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::support::sqlite::fresh().await).await;
            })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(store) = $crate::support::postgres::fresh().await {
                    super::$test(store).await;
                }
            })*
        }
    };
}

/// Random numbers that a seed repeats (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// A number from the environment, for tests that can be made longer.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}
