//! The record is there if and only if the change is, and says no more than it may.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use serde_json::{Value, json};
use support::{CANARIES, Store, TestDatabase, insert_jane, jane};
use tracing_privacy::testing::Canaries;
use tracing_privacy_audit::{Context, EntityType, Entry, ErrorKind, Outcome, Party, Retention, Source, Trail};

on_every_database![
    a_change_is_recorded_with_its_before_and_after,
    a_rollback_takes_the_record_with_it,
    after_an_error_nothing_can_be_committed,
    many_are_recorded_at_once,
    no_canary_is_stored,
    who_and_from_where_come_from_the_context,
    installing_twice_changes_nothing,
];

async fn bodies<DB: TestDatabase>(store: &Store<DB>) -> Vec<Value> {
    let bodies = store.column("SELECT body FROM audit_record ORDER BY id").await;
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

async fn a_change_is_recorded_with_its_before_and_after<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let mut transaction = store.begin().await;
    let entry = Entry::update("user", "42").reason("asked by jane.canary.doe@example.com");
    let change = store.trail.change(&mut transaction, entry).await.unwrap();
    assert_eq!(change.before().unwrap()["role"], "user");
    let sql = "UPDATE users SET role = 'admin', salary = 'canary-salary-80000', password = 'hunter3' WHERE id = '42'";
    DB::run(&mut transaction, sql).await.unwrap();
    change.record(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();

    let [body] = &bodies(&store).await[..] else { panic!("there is one record") };
    let masked = "[redacted:credential]";
    assert_eq!(
        body["diff"],
        json!([
            {"path": "/password", "op": "replace", "before": masked, "after": masked},
            {"path": "/role", "op": "replace", "before": "user", "after": "admin"},
            {"path": "/salary", "op": "replace", "withheld": true},
        ])
    );
    assert_eq!(body["reason"], "asked by ***@example.com");
    assert_eq!(body["before"]["role"], "user");
    assert_eq!(body["after"]["role"], "admin");
    assert_eq!(body["after"]["email"], "***@example.com");
    assert!(body["after"].get("salary").is_none());
    assert_eq!(body["policy"], tracing_privacy::Policy::builtin().fingerprint());
}

async fn a_rollback_takes_the_record_with_it<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let mut transaction = store.begin().await;
    let change = store.trail.change(&mut transaction, Entry::delete("user", "42")).await.unwrap();
    DB::run(&mut transaction, "DELETE FROM users").await.unwrap();
    change.record(&mut transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!((store.count("users").await, store.count("audit_record").await), (1, 0));
    assert_eq!(store.count("audit_unsealed").await, 0);
    assert_eq!(store.count("audit_subject_key").await, 0);
}

async fn after_an_error_nothing_can_be_committed<DB: TestDatabase>(store: Store<DB>) {
    for (entity_type, told) in [("unknown", "`unknown` was not declared"), ("visit", "no snapshot")] {
        let mut transaction = store.begin().await;
        DB::run(&mut transaction, &insert_jane()).await.unwrap();
        let error = match entity_type {
            "visit" => store.trail.change(&mut transaction, Entry::update(entity_type, "42")).await.unwrap_err(),
            _ => store.trail.record(&mut transaction, Entry::update(entity_type, "42")).await.unwrap_err(),
        };
        assert!(error.to_string().contains(told), "{error}");
        // The caller ignores the error. A server that was asked to commit what failed rolls it back, and says so or not.
        let _ = transaction.commit().await;
        assert_eq!((store.count("users").await, store.count("audit_record").await), (0, 0));
    }
}

async fn many_are_recorded_at_once<DB: TestDatabase>(store: Store<DB>) {
    let entries = (0..1000).map(|n| Entry::create("visit", n.to_string()).after(json!({ "page": n })));
    let mut transaction = store.begin().await;
    let ids = store.trail.record_all(&mut transaction, entries).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.column("SELECT id FROM audit_record ORDER BY id").await.len(), 1000);
    let order = store.column("SELECT entity_id FROM audit_record ORDER BY id").await;
    assert_eq!(order, (0..1000).map(|n: u32| n.to_string()).collect::<Vec<_>>());
    assert_eq!(ids.len(), 1000);

    let mut transaction = store.begin().await;
    assert_eq!(store.trail.record_all(&mut transaction, []).await.unwrap().len(), 0);
    transaction.commit().await.unwrap();
}

async fn no_canary_is_stored<DB: TestDatabase>(store: Store<DB>) {
    let canaries = Canaries::new(CANARIES.map(|(_, value)| value));
    let raw = CANARIES.map(|(_, value)| value).join(" ");
    let source = Source {
        client_ip: Some("203.0.113.77".to_owned()),
        user_agent: Some(format!("agent {}", CANARIES[1].1)),
        session_id: Some(CANARIES[0].1.to_owned()),
        request_id: Some(CANARIES[1].1.to_owned()),
    };
    let mut transaction = store.begin().await;
    let entry = Entry::update("user", CANARIES[1].1)
        .before(jane("user"))
        .after(json!({"display_name": "Canary Jane Roe 2", "salary": {raw.clone(): raw}, CANARIES[1].1: 1}))
        .reason(format!("password={} of {}", CANARIES[0].1, CANARIES[1].1))
        .actor(Party::user(CANARIES[1].1))
        .on_behalf_of(Party::new(CANARIES[1].1, CANARIES[1].1))
        .source(source);
    assert!(canaries.find(format!("{entry:?}").as_bytes()).is_empty());
    store.trail.record(&mut transaction, entry).await.unwrap();
    transaction.commit().await.unwrap();

    for table in ["audit_record", "audit_subject_key", "audit_unsealed"] {
        let rows = match DB::NAME {
            "SQLite" => {
                store.column(&format!("SELECT hex(CAST(json_array({}) AS BLOB)) FROM {table}", columns(table))).await
            }
            _ => store.column(&format!("SELECT row_to_json({table})::text FROM {table}")).await,
        };
        assert_eq!(rows.len(), 1);
        let text = match DB::NAME {
            "SQLite" => {
                let digits: Vec<_> = rows[0].as_bytes().chunks(2).collect();
                let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
                String::from_utf8(digits.into_iter().map(byte).collect()).unwrap()
            }
            _ => rows[0].clone(),
        };
        assert!(canaries.find(text.as_bytes()).is_empty(), "a canary stands in {table}");
    }
}

fn columns(table: &str) -> &'static str {
    match table {
        "audit_record" => "id, entity_id, actor_type, actor_id, behalf_type, behalf_id, trace_id, subject, body",
        "audit_subject_key" => "subject, hex(wrapped)",
        _ => "record_id",
    }
}

async fn who_and_from_where_come_from_the_context<DB: TestDatabase>(store: Store<DB>) {
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut context = Context::of(Party::user("7")).on_behalf_of(Party::new("team", "support")).request_id("r-1");
    context.trace_id = Some(trace_id.to_owned());
    context.source.client_ip = Some("192.0.2.77".to_owned());
    let record = async |entry: Entry| {
        let mut transaction = store.begin().await;
        store.trail.record(&mut transaction, entry).await.unwrap();
        transaction.commit().await.unwrap();
    };
    context
        .scope(async {
            record(Entry::create("visit", "1")).await;
            record(Entry::create("visit", "2").actor(Party::user("8"))).await;
            record(Entry::create("visit", "3").context(Context::of(Party::user("9"))).outcome(Outcome::Denied)).await;
        })
        .await;
    record(Entry::create("visit", "4")).await;

    let who = "SELECT coalesce(actor_type || actor_id, '') || ',' || coalesce(behalf_type || behalf_id, '') || ',' ||
        coalesce(trace_id, '') || ',' || outcome FROM audit_record ORDER BY id";
    assert_eq!(
        store.column(who).await,
        [
            format!("user7,teamsupport,{trace_id},success"),
            format!("user8,teamsupport,{trace_id},success"),
            "user9,,,denied".to_owned(),
            ",,,success".to_owned()
        ]
    );
    let sources: Vec<_> = bodies(&store).await.iter().map(|body| body["source"].clone()).collect();
    assert_eq!(sources[0], json!({"client_ip": "192.0.2.0/24", "request_id": "r-1"}));
    assert_eq!(sources[2], json!({}));
}

async fn installing_twice_changes_nothing<DB: TestDatabase>(store: Store<DB>) {
    store.logins(1).await;
    store.trail.install(&mut *store.connection().await).await.unwrap();
    assert_eq!(store.count("audit_record").await, 1);
    store.run("UPDATE audit_schema SET version = 99").await.unwrap();
    let error = store.trail.install(&mut *store.connection().await).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error}");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_trail_that_makes_no_sense_is_refused() {
    let build = |entity: EntityType| {
        Trail::<sqlx::Sqlite>::builder(tracing_privacy::Policy::builtin())
            .entity(EntityType::new("user"))
            .entity(entity)
            .build()
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let short = Retention::months(11).unwrap();
    for (entity, told) in [
        (EntityType::new("user"), "declared twice"),
        (EntityType::new("audit"), "trail's own records"),
        (EntityType::new("no spaces"), "the name of an entity type"),
        (EntityType::new("card").pci().retention(short), "12 months of audit trail; it keeps 11 months"),
        (EntityType::new("card").allow(["a/b"]), "JSON Pointer"),
        (EntityType::new("person").personal(["name"]), "master key"),
    ] {
        let error = build(entity).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(build(EntityType::new("card").pci().retention(Retention::ONE_YEAR)), Ok(()));
    assert_eq!(build(EntityType::new("visit").retention(short)), Ok(()));
}
