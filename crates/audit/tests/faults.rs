//! Whatever fails, wherever: the change is there if and only if its record is.
//!
//! `AUDIT_SEEDS` sets how many transactions are run, each with a fault that its seed chooses.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use serde_json::Value;
use sqlx::Transaction;
use support::{Random, Store, TestDatabase, setting};
use tracing_privacy_audit::{Entry, Error};

on_every_database![
    a_change_is_there_if_and_only_if_its_record_is,
    a_begin_that_is_cancelled_leaves_no_transaction_open
];

/// What goes wrong in a transaction of several changes.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Nothing.
    None,
    /// The task is cancelled after it was polled so often: between any two statements, or in one.
    Cancelled { polls: u64 },
    /// The statement of the change fails.
    Statement { step: u64 },
    /// The database refuses the record; the application goes on as if nothing were, or stops.
    Record { step: u64, ignored: bool },
    /// The entry itself is wrong, and the application ignores that.
    Entry { step: u64 },
    /// The application rolls back.
    RolledBack { step: u64 },
    /// The connection ends.
    Disconnected { step: u64 },
    /// The change is made in a savepoint that is rolled back; what was before it stays.
    Savepoint { step: u64 },
    /// The entity cannot be read, before the change or after it, and the application ignores that or stops.
    Snapshot { step: u64, after: bool, ignored: bool },
    /// The key of a person cannot be made.
    PersonsKey { step: u64 },
    /// Everything went well until the commit, which the database refuses.
    Commit,
}

impl Fault {
    fn choose(random: &mut Random) -> Self {
        let step = random.below(3);
        match random.below(13) {
            0 => Self::None,
            1 | 2 => Self::Cancelled { polls: random.below(40) },
            3 => Self::Statement { step },
            4 => Self::Record { step, ignored: random.below(2) == 0 },
            5 => Self::Entry { step },
            6 => Self::RolledBack { step },
            7 => Self::Disconnected { step },
            8 => Self::Savepoint { step },
            9 | 10 => Self::Snapshot { step, after: random.below(2) == 0, ignored: random.below(2) == 0 },
            11 => Self::PersonsKey { step },
            _ => Self::Commit,
        }
    }
}

async fn a_change_is_there_if_and_only_if_its_record_is<DB: TestDatabase>(store: Store<DB>) {
    prepare(&store).await;
    let mut outcomes = [0, 0];
    for seed in 0..setting("AUDIT_SEEDS", 1000) as u64 {
        let mut random = Random(seed);
        let fault = Fault::choose(&mut random);
        let before = store.count("audit_record").await;
        match fault {
            Fault::Cancelled { polls } => drop(UpTo { polls, future: Box::pin(transact(&store, seed, fault)) }.await),
            _ => transact(&store, seed, fault).await,
        }
        check(&store, seed, fault).await;
        outcomes[usize::from(store.count("audit_record").await > before)] += 1;
    }
    // Both happened, often.
    assert!(outcomes.iter().all(|count| *count > setting("AUDIT_SEEDS", 1000) / 20), "{outcomes:?}");
}

/// Users whose role is a number, and two ways to make a statement fail.
async fn prepare<DB: TestDatabase>(store: &Store<DB>) {
    store.run("INSERT INTO users (id, role) VALUES ('0', '0'), ('1', '0'), ('2', '0')").await.unwrap();
    store.run("CREATE TABLE fault (id TEXT PRIMARY KEY)").await.unwrap();
    let refuse = match DB::NAME {
        "SQLite" => {
            "CREATE TRIGGER refuse BEFORE INSERT ON audit_record WHEN EXISTS (SELECT 1 FROM fault)
            BEGIN SELECT RAISE(ABORT, 'no'); END"
        }
        _ => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN IF EXISTS (SELECT 1 FROM fault) THEN RAISE EXCEPTION $$no$$; END IF; RETURN NEW; END';
              CREATE TRIGGER refuse BEFORE INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    store.run(refuse).await.unwrap();
    let refuse_key = match DB::NAME {
        "SQLite" => {
            "CREATE TRIGGER refuse_key BEFORE INSERT ON audit_subject_key WHEN EXISTS (SELECT 1 FROM fault)
            BEGIN SELECT RAISE(ABORT, 'no'); END"
        }
        _ => "CREATE TRIGGER refuse BEFORE INSERT ON audit_subject_key FOR EACH ROW EXECUTE FUNCTION refuse()",
    };
    store.run(refuse_key).await.unwrap();
    store.run("CREATE TABLE late (id TEXT REFERENCES fault (id) DEFERRABLE INITIALLY DEFERRED)").await.unwrap();
}

/// Three changes in one transaction.
async fn transact<DB: TestDatabase>(store: &Store<DB>, seed: u64, fault: Fault) {
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    for step in 0..3 {
        match fault {
            Fault::RolledBack { step: at } if at == step => return transaction.rollback().await.unwrap(),
            Fault::Disconnected { step: at } if at == step => return disconnect(transaction).await,
            Fault::Savepoint { step: at } if at == step => {
                let mut savepoint = sqlx::Connection::begin(&mut *transaction).await.unwrap();
                change(store, &mut savepoint, seed, step, fault).await.unwrap();
                savepoint.rollback().await.unwrap();
            }
            _ => match change(store, &mut transaction, seed, step, fault).await {
                Err(Failure::Stop) => return,
                Err(Failure::Ignored) | Ok(()) => {}
            },
        }
    }
    if matches!(fault, Fault::Commit) {
        DB::run(&mut transaction, "INSERT INTO late VALUES ('nothing that is there')").await.unwrap();
        return transaction.commit().await.unwrap_err().as_database_error().map(drop).unwrap();
    }
    // A transaction that failed may refuse.
    let _ = transaction.commit().await;
}

#[derive(Debug)]
enum Failure {
    Stop,
    Ignored,
}

async fn change<DB: TestDatabase>(
    store: &Store<DB>,
    transaction: &mut Transaction<'_, DB>,
    seed: u64,
    step: u64,
    fault: Fault,
) -> Result<(), Failure> {
    let user = step.to_string();
    let stop = |_: Error| Failure::Stop;
    // What a snapshot reads is not there under its name.
    let unreadable = |after| matches!(fault, Fault::Snapshot { step: at, after: is, .. } if at == step && is == after);
    let hide = "ALTER TABLE users RENAME TO hidden";
    let lost = |_: Error| {
        if matches!(fault, Fault::Snapshot { ignored: true, .. }) { Failure::Ignored } else { Failure::Stop }
    };
    if unreadable(false) {
        DB::run(transaction, hide).await.map_err(|_| Failure::Stop)?;
    }
    let change = store.trail.change(transaction, Entry::update("user", &user)).await.map_err(lost)?;
    let mut sql = format!("UPDATE users SET role = '{seed}.{step}' WHERE id = '{user}'");
    if matches!(fault, Fault::Statement { step: at } if at == step) {
        sql = "UPDATE users SET id = '0'".to_owned();
    }
    DB::run(transaction, &sql).await.map_err(|_| Failure::Stop)?;
    if unreadable(true) {
        DB::run(transaction, hide).await.map_err(|_| Failure::Stop)?;
    }
    match fault {
        Fault::Snapshot { step: at, after: true, .. } if at == step => {
            change.record(transaction).await.map(drop).map_err(lost)
        }
        Fault::PersonsKey { step: at } if at == step => {
            // The key of a person is refused, and so is the record; the change of before is not.
            DB::run(transaction, "INSERT INTO fault VALUES ('now')").await.unwrap();
            let named = serde_json::json!({ "display_name": "x", "role": "0" });
            store.trail.record(transaction, Entry::update("user", &user).after(named)).await.unwrap_err();
            let _ = DB::run(transaction, "DELETE FROM fault").await;
            Err(Failure::Ignored)
        }
        Fault::Record { step: at, ignored } if at == step => {
            DB::run(transaction, "INSERT INTO fault VALUES ('now')").await.unwrap();
            change.record(transaction).await.unwrap_err();
            let _ = DB::run(transaction, "DELETE FROM fault").await;
            Err(if ignored { Failure::Ignored } else { Failure::Stop })
        }
        Fault::Entry { step: at } if at == step => {
            store.trail.record(transaction, Entry::update("nobody declared this", "1")).await.unwrap_err();
            Err(Failure::Ignored)
        }
        _ => change.record(transaction).await.map(drop).map_err(stop),
    }
}

/// Ends the connection below a transaction.
async fn disconnect<DB: TestDatabase>(mut transaction: Transaction<'_, DB>) {
    if DB::NAME == "PostgreSQL" {
        let _ = DB::run(&mut transaction, "SELECT pg_terminate_backend(pg_backend_pid())").await;
        let _ = transaction.commit().await;
    }
    // In SQLite, the connection is of this process, and is dropped with its transaction.
}

/// The last record of each user must tell what the user is, and each record must go on where the one before ended.
async fn check<DB: TestDatabase>(store: &Store<DB>, seed: u64, fault: Fault) {
    let bodies = "SELECT entity_id || body FROM audit_record ORDER BY id";
    let mut known = ["0".to_owned(), "0".to_owned(), "0".to_owned()];
    for text in store.column(bodies).await {
        let (user, body) = text.split_at(1);
        let body: Value = serde_json::from_str(body).unwrap();
        let role = |side: &str| body[side]["role"].as_str().unwrap().to_owned();
        let known = &mut known[user.parse::<usize>().unwrap()];
        assert_eq!(role("before"), *known, "seed {seed}, {fault:?}: a change has no record");
        *known = role("after");
    }
    let roles = store.column("SELECT role FROM users ORDER BY id").await;
    assert_eq!(roles, known, "seed {seed}, {fault:?}: the last record does not tell what is");
    if store.count("audit_record").await > 60 {
        forget(store).await;
    }
}

/// Begins anew, so that a check stays quick.
async fn forget<DB: TestDatabase>(store: &Store<DB>) {
    let (off, on) = match DB::NAME {
        "SQLite" => (
            "DROP TRIGGER audit_record_no_delete",
            "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record BEGIN SELECT RAISE(ABORT, 'no'); END",
        ),
        _ => (
            "ALTER TABLE audit_record DISABLE TRIGGER audit_no_delete",
            "ALTER TABLE audit_record ENABLE ALWAYS TRIGGER audit_no_delete",
        ),
    };
    let reset = "DELETE FROM audit_record; DELETE FROM audit_unsealed; UPDATE users SET role = '0'";
    store.run(&format!("{off}; {reset}; {on}")).await.unwrap();
}

/// What the next user of the connection does without a transaction would never be committed, and its locks would stay.
async fn a_begin_that_is_cancelled_leaves_no_transaction_open<DB: TestDatabase>(store: Store<DB>) {
    let open = match DB::NAME {
        "SQLite" => "SELECT '' WHERE 0",
        _ => "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'",
    };
    let observer = &mut *store.connection().await;
    let mut cancelled = 0;
    for polls in (0..200).map(|n| n % 10) {
        let begin = UpTo { polls, future: Box::pin(store.trail.begin(&store.pool)) }.await;
        cancelled += usize::from(begin.is_none());
        drop(begin);
        let start = std::time::Instant::now();
        while !DB::column(observer, open).await.unwrap().is_empty() {
            assert!(start.elapsed().as_secs() < 60, "still open after a begin that was polled {polls} times");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        // In SQLite, an open one would hold the lock.
        store.trail.begin(&store.pool).await.unwrap().commit().await.unwrap();
    }
    // Not polled at all, which is every tenth time, it is never done: others must have been cancelled on their way.
    assert!((21..200).contains(&cancelled), "{cancelled}");
}

/// A future that is dropped after it was polled so often.
struct UpTo<F> {
    polls: u64,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for UpTo<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.future.as_mut().poll(cx).map(Some)
    }
}
