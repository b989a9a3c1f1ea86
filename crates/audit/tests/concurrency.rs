//! Many writers at once: the chain has every committed record once, in one line.
//!
//! `AUDIT_ROWS` sets how many transactions each of the 16 writers makes; `just audit-stress` makes 2,000.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use support::{Random, Store, TestDatabase, setting};
use tracing_privacy_audit::{Action, Entry, Expectations};

on_every_database![many_writers_make_one_chain];

const WRITERS: usize = 16;

async fn many_writers_make_one_chain<DB: TestDatabase>(store: Store<DB>) {
    let rows = setting("AUDIT_ROWS", 100);
    let store = Arc::new(store);
    // Two, as two processes would have; the database lets in one at a time.
    let sealers = [(); 2].map(|()| store.trail.spawn_sealer(store.pool.clone(), Duration::from_millis(20)));
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&store), writer, rows))).collect();
    let mut committed = 0;
    for writer in writers {
        committed += writer.await.unwrap();
    }
    assert!(committed < WRITERS * rows, "some were rolled back");

    let end = Instant::now() + Duration::from_secs(60);
    while store.count("audit_unsealed").await > 0 {
        assert!(Instant::now() < end, "records are unsealed after a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(sealers);
    let report = store.trail.verify(&mut *store.connection().await, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.links, report.records), (committed as u64, committed as u64));
    let gaps = "SELECT CAST(max(position) - count(*) AS TEXT) FROM audit_link";
    assert_eq!(store.column(gaps).await, ["0"]);
}

async fn write<DB: TestDatabase>(store: Arc<Store<DB>>, writer: usize, rows: usize) -> usize {
    let mut random = Random(writer as u64);
    let mut committed = 0;
    for row in 0..rows {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let entry = Entry::new(Action::LOGIN, "user", format!("{writer}-{row}"));
        store.trail.record(&mut transaction, entry).await.unwrap();
        if random.below(5) == 0 {
            transaction.rollback().await.unwrap();
        } else {
            transaction.commit().await.unwrap();
            committed += 1;
        }
    }
    committed
}

/// The control: what a chain does in which each writer locks the last row and appends to it.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_naive_chain_forks() {
    let Some(store) = support::postgres::fresh().await else { return };
    store.run("CREATE TABLE naive (id BIGSERIAL PRIMARY KEY, previous TEXT, hash TEXT)").await.unwrap();
    store.run("INSERT INTO naive (previous, hash) VALUES ('', 'genesis')").await.unwrap();
    let store = Arc::new(store);
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..20 {
                    let mut transaction = store.begin().await;
                    let last = "SELECT hash FROM naive ORDER BY id DESC LIMIT 1 FOR UPDATE";
                    let last = sqlx::Postgres::column(&mut transaction, last).await.unwrap().remove(0);
                    let append = format!("INSERT INTO naive (previous, hash) VALUES ('{last}', md5(random()::text))");
                    sqlx::Postgres::run(&mut transaction, &append).await.unwrap();
                    transaction.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let forks = "SELECT (count(*) - count(DISTINCT previous))::text FROM naive";
    let forks: usize = store.column(forks).await[0].parse().unwrap();
    println!("the naive chain has {forks} forks in {} rows", WRITERS * 20);
    assert!(forks > 0, "the control shows nothing");
}
