//! Changes that nobody recorded: the triggers of watched tables note them, and the sealer makes records of them. What was
//! recorded is not recorded twice.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use support::{CANARIES, Store, TestDatabase, insert_jane};
use tracing_privacy::Policy;
use tracing_privacy::testing::Canaries;
use tracing_privacy_audit::{Action, EntityType, Entry, Expectations, FindingKind, Query, Record, RecordKey, Trail};

on_every_database![
    raw_changes_become_records,
    what_is_recorded_is_not_recorded_twice,
    a_rollback_takes_the_note_with_it,
    an_update_of_nothing_is_no_change,
    a_login_does_not_cover_a_change,
    a_watch_that_is_gone_is_found,
    what_cannot_be_watched_is_told,
    a_raw_change_beside_a_recorded_one_stands_out,
];

/// A trail that watches the users.
async fn watch<DB: TestDatabase>(mut store: Store<DB>) -> Store<DB> {
    store.trail = watching("users", "id");
    store.trail.watch(&mut *store.connection().await).await.unwrap();
    store
}

fn watching<DB: TestDatabase>(table: &'static str, id: &'static str) -> Trail<DB> {
    let user = EntityType::new("user").allow(["role"]).snapshot(DB::SNAPSHOT).watch(table, id);
    let key = RecordKey::new(&[1; 32]).unwrap();
    Trail::builder(Policy::builtin()).entity(user).record_key(key).build().unwrap()
}

/// Seals, and reads what is on record of users.
async fn records<DB: TestDatabase>(store: &Store<DB>) -> Vec<Record> {
    let conn = &mut *store.connection().await;
    store.trail.seal(conn).await.unwrap();
    let backlog = store.trail.backlog(conn).await.unwrap();
    assert_eq!((backlog.noted, backlog.records), (0, 0));
    let report = store.trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let mut records = store.trail.read(&mut transaction, &Query::new()).await.unwrap().records;
    transaction.rollback().await.unwrap();
    // But for this reading itself.
    records.retain(|record| record.action != Action::READ);
    records
}

fn told(records: &[Record]) -> Vec<String> {
    let fields = |record: &Record| record.diff.iter().map(|it| it.path.clone()).collect::<Vec<_>>().join(" ");
    records.iter().map(|it| format!("{} {}: {}", it.action, it.entity_id, fields(it))).collect()
}

async fn raw_changes_become_records<DB: TestDatabase>(store: Store<DB>) {
    let store = watch(store).await;
    store.run(&insert_jane()).await.unwrap();
    store.run("UPDATE users SET role = 'admin', password = 'canary-new-password' WHERE id = '42'").await.unwrap();
    store.run("UPDATE users SET id = '43' WHERE id = '42'").await.unwrap();
    store.run("DELETE FROM users").await.unwrap();
    assert_eq!(store.trail.backlog(&mut *store.connection().await).await.unwrap().noted, 5);
    let records = records(&store).await;
    let all = match DB::NAME {
        "SQLite" => "/id /email /role /password /salary /display_name",
        _ => "/display_name /email /id /password /role /salary",
    };
    let changed = if DB::NAME == "SQLite" { "/role /password" } else { "/password /role" };
    let moved = ["raw_update 42: /id", "raw_update 43: /id"].map(str::to_owned);
    let mut told = told(&records);
    told[2..4].sort();
    assert_eq!(
        told,
        [
            format!("raw_create 42: {all}"),
            format!("raw_update 42: {changed}"),
            moved[0].clone(),
            moved[1].clone(),
            format!("raw_delete 43: {all}")
        ]
    );
    // Names, and no values.
    assert!(records.iter().flat_map(|it| &it.diff).all(|change| change.withheld && change.after.is_none()));
    let canaries = Canaries::new(CANARIES.map(|(_, value)| value));
    let text = serde_json::to_string(&records).unwrap();
    assert!(canaries.find(text.as_bytes()).is_empty() && !text.contains("canary-new-password"));
    let by = records[0].actor.as_ref().map(|actor| (actor.kind.as_str(), actor.id.as_str()));
    assert_eq!(by, if DB::NAME == "SQLite" { None } else { Some(("database", "postgres")) });
    if DB::NAME == "PostgreSQL" {
        store.run(&insert_jane()).await.unwrap();
        self::records(&store).await;
        store.run("TRUNCATE users").await.unwrap();
        assert_eq!(self::told(&self::records(&store).await).last().unwrap(), "raw_delete *: ");
    }
}

async fn what_is_recorded_is_not_recorded_twice<DB: TestDatabase>(store: Store<DB>) {
    let store = watch(store).await;
    // Made, changed and deleted in one transaction after the other, and many at once.
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    DB::run(&mut transaction, "INSERT INTO users (id, role) VALUES ('42', 'user'), ('1', 'user'), ('2', 'user')")
        .await
        .unwrap();
    let entries = ["42", "1", "2"].map(|id| Entry::create("user", id));
    store.trail.record_all(&mut transaction, entries).await.unwrap();
    transaction.commit().await.unwrap();
    store.set_role_as_it_should_be("admin").await;
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let change = store.trail.change(&mut transaction, Entry::delete("user", "1")).await.unwrap();
    DB::run(&mut transaction, "DELETE FROM users WHERE id = '1'").await.unwrap();
    change.record(&mut transaction).await.unwrap();
    // In a savepoint, too.
    let mut savepoint = sqlx::Connection::begin(&mut *transaction).await.unwrap();
    let change = store.trail.change(&mut savepoint, Entry::delete("user", "2")).await.unwrap();
    DB::run(&mut savepoint, "DELETE FROM users WHERE id = '2'").await.unwrap();
    change.record(&mut savepoint).await.unwrap();
    savepoint.commit().await.unwrap();
    transaction.commit().await.unwrap();

    assert_eq!(store.trail.backlog(&mut *store.connection().await).await.unwrap().noted, 0);
    let told = told(&records(&store).await);
    let expected = ["create 42: ", "create 1: ", "create 2: ", "update 42: /role"];
    assert_eq!(told[..4], expected);
    assert!(told[4].starts_with("delete 1: ") && told[5].starts_with("delete 2: ") && told.len() == 6, "{told:?}");
}

/// A change by the API, on a table that is watched.
trait AsItShouldBe {
    async fn set_role_as_it_should_be(&self, role: &str);
}

impl<DB: TestDatabase> AsItShouldBe for Store<DB> {
    async fn set_role_as_it_should_be(&self, role: &str) {
        let mut transaction = self.trail.begin(&self.pool).await.unwrap();
        let change = self.trail.change(&mut transaction, Entry::update("user", "42")).await.unwrap();
        DB::run(&mut transaction, &format!("UPDATE users SET role = '{role}' WHERE id = '42'")).await.unwrap();
        change.record(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

async fn a_rollback_takes_the_note_with_it<DB: TestDatabase>(store: Store<DB>) {
    let store = watch(store).await;
    let mut transaction = store.begin().await;
    DB::run(&mut transaction, &insert_jane()).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!((store.count("audit_noted").await, records(&store).await.len()), (0, 0));
}

async fn an_update_of_nothing_is_no_change<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let store = watch(store).await;
    store.run("UPDATE users SET role = role, salary = salary").await.unwrap();
    assert_eq!(store.count("audit_noted").await, 0);
}

async fn a_login_does_not_cover_a_change<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let store = watch(store).await;
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    DB::run(&mut transaction, "UPDATE users SET role = 'admin'").await.unwrap();
    store.trail.record(&mut transaction, Entry::new(Action::LOGIN, "user", "42")).await.unwrap();
    // A record of another entity does not, either.
    store.trail.record(&mut transaction, Entry::update("user", "43")).await.unwrap();
    transaction.commit().await.unwrap();
    let told = told(&records(&store).await);
    assert!(told.contains(&"raw_update 42: /role".to_owned()) && told.len() == 3, "{told:?}");
}

async fn a_raw_change_beside_a_recorded_one_stands_out<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let store = watch(store).await;
    // Before, not yet sealed when the recorded change comes; and after.
    store.run("UPDATE users SET salary = 'canary-raise'").await.unwrap();
    store.set_role_as_it_should_be("admin").await;
    store.run("UPDATE users SET role = 'user'").await.unwrap();
    store.set_role_as_it_should_be("editor").await;
    let mut told = told(&records(&store).await);
    told.sort();
    assert_eq!(
        told,
        ["raw_update 42: /role", "raw_update 42: /salary", "update 42: /role", "update 42: /role"].map(str::to_owned)
    );
}

async fn a_watch_that_is_gone_is_found<DB: TestDatabase>(store: Store<DB>) {
    let store = watch(store).await;
    // Calling it again changes nothing.
    store.trail.watch(&mut *store.connection().await).await.unwrap();
    let intact = records(&store).await;
    assert_eq!(intact.len(), 0);
    let (weaken, name) = match DB::NAME {
        "SQLite" => ("DROP TRIGGER audit_note_users_update", "audit_note_users_update"),
        _ => ("ALTER TABLE users DISABLE TRIGGER audit_note", "users.audit_note"),
    };
    store.run(weaken).await.unwrap();
    let report = store.trail.verify(&mut *store.connection().await, &Expectations::none()).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(|it| (it.kind, it.subject.as_deref())).collect();
    assert_eq!(found, [(FindingKind::Unguarded, Some(name))]);
    store.trail.watch(&mut *store.connection().await).await.unwrap();
    assert_eq!(records(&store).await.len(), 0);
}

async fn what_cannot_be_watched_is_told<DB: TestDatabase>(store: Store<DB>) {
    for (table, id) in [("nothing", "id"), ("users", "number")] {
        let trail: Trail<DB> = watching(table, id);
        let error = trail.watch(&mut *store.connection().await).await.unwrap_err();
        assert!(
            error.to_string().contains(&format!("`user` watches `{table}`, which has no column `{id}`")),
            "{error}"
        );
    }
    let user = EntityType::new("user").watch("users; DROP TABLE users", "id");
    let error = Trail::<DB>::builder(Policy::builtin()).entity(user).build().unwrap_err();
    assert!(error.to_string().contains("`user` watches a table"), "{error}");
}
