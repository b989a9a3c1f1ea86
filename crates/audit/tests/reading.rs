//! Reading: pages in the order of time, nothing twice and nothing left out, and each reading on record.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::time::Duration;

use serde_json::json;
use support::{CANARIES, Store, TestDatabase, insert_jane, jane};
use tracing_privacy::testing::Canaries;
use tracing_privacy_audit::{Action, Context, Cursor, Entry, Page, Party, Query, Record};

on_every_database![
    a_history_has_everything_in_order,
    conditions_select,
    pages_hold_everything_once,
    readings_are_recorded,
    what_was_undone_stands_out,
    who_granted_a_role,
    personal_values_are_readable_as_long_as_their_key_is,
];

async fn read<DB: TestDatabase>(store: &Store<DB>, query: &Query) -> Page {
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let page = store.trail.read(&mut transaction, query).await.unwrap();
    transaction.commit().await.unwrap();
    page
}

fn ids(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.entity_id.as_str()).collect()
}

async fn record<DB: TestDatabase>(store: &Store<DB>, entry: Entry) {
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    store.trail.record(&mut transaction, entry).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn a_history_has_everything_in_order<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    store.logins(3).await;
    let context = Context::of(Party::user("7")).request_id("r-9");
    context.scope(async { store.set_role("admin").await }).await;
    store.set_role("user").await;

    let page = read(&store, &Query::entity("user", "42")).await;
    assert_eq!(page.next, None);
    let [first, second] = &page.records[..] else { panic!("there are two") };
    assert!(first.time <= second.time && first.id < second.id);
    assert_eq!((first.actor.clone(), second.actor.clone()), (Some(Party::user("7")), None));
    assert_eq!(first.source.request_id.as_deref(), Some("r-9"));
    assert_eq!(first.diff.len(), 1);
    assert_eq!(first.diff[0].after, Some(json!("admin")));
    assert_eq!((first.retention_months, &first.action), (24, &Action::UPDATE));
    let text = serde_json::to_string(first).unwrap();
    assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), first);
}

async fn conditions_select<DB: TestDatabase>(store: Store<DB>) {
    for (n, action) in [Action::CREATE, Action::UPDATE, Action::EXPORT].into_iter().cycle().take(9).enumerate() {
        let actor = Party::user((n % 2).to_string());
        record(&store, Entry::new(action, "visit", n.to_string()).actor(actor)).await;
    }
    let all = read(&store, &Query::new().limit(9)).await.records;
    assert_eq!(ids(&all), ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    let select = async |query: Query| ids(&read(&store, &query).await.records).join("");
    assert_eq!(select(Query::new().actor(Party::user("1"))).await, "1357");
    assert_eq!(select(Query::new().action(Action::EXPORT)).await, "258");
    assert_eq!(select(Query::entity("visit", "4")).await, "4");
    assert_eq!(select(Query::entity("user", "4")).await, "");
    let visits = Query::new().from(all[3].time).to(all[6].time);
    assert_eq!(select(visits.clone()).await, "345");
    assert_eq!(select(visits.clone().action(Action::UPDATE).actor(Party::user("0"))).await, "4");
}

async fn pages_hold_everything_once<DB: TestDatabase>(store: Store<DB>) {
    // Many at one time: the id decides.
    let entries = (0..57).map(|n| Entry::create("visit", n.to_string()).actor(Party::user("1")));
    let mut transaction = store.begin().await;
    store.trail.record_all(&mut transaction, entries).await.unwrap();
    transaction.commit().await.unwrap();
    store.run("CREATE TABLE taken (id TEXT)").await.unwrap();

    let mut query = Query::new().actor(Party::user("1")).limit(10);
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = read(&store, &query).await;
        pages += 1;
        seen.extend(page.records.into_iter().map(|record| record.entity_id));
        let Some(next) = page.next else { break };
        let next: Cursor = next.to_string().parse().unwrap();
        query = query.after(next);
        // What comes later does not move what was read.
        record(&store, Entry::create("visit", "later").actor(Party::user("2"))).await;
    }
    assert_eq!(pages, 6);
    assert_eq!(seen, (0..57).map(|n: u32| n.to_string()).collect::<Vec<_>>());
    assert!("12.x".parse::<Cursor>().is_err());
    assert_eq!(read(&store, &Query::new().limit(0)).await.records.len(), 1);
}

async fn readings_are_recorded<DB: TestDatabase>(store: Store<DB>) {
    store.logins(1).await;
    let reader = Context::of(Party::user("auditor"));
    let query = Query::entity("user", CANARIES[1].1).limit(5);
    reader.scope(async { read(&store, &query).await }).await;
    let readings = Query::new().action(Action::READ).actor(Party::user("auditor"));
    let records = read(&store, &readings).await.records;
    let [reading] = &records[..] else { panic!("{records:?}") };
    assert_eq!((reading.entity_type.as_str(), reading.entity_id.as_str()), ("audit", "records"));
    let after = reading.after.clone().unwrap();
    assert_eq!(after["details"]["limit"], 5);
    assert!(Canaries::new([CANARIES[1].1]).find(after.to_string().as_bytes()).is_empty());
}

async fn what_was_undone_stands_out<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    let elevate = Context::of(Party::user("low")).scope(async { store.set_role("admin").await }).await;
    store.logins(2).await;
    let cover = Context::of(Party::user("evil")).scope(async { store.set_role("user").await }).await;
    store.set_role("editor").await;
    // A password that changes looks the same before and after.
    for password in ["a", "b"] {
        let entry = Entry::update("user", "42").before(json!({"password": password})).after(json!({"password": "c"}));
        record(&store, entry).await;
    }

    let ask = async |window: Duration| {
        let mut transaction = store.trail.begin(&store.pool).await.unwrap();
        let reverted = store.trail.reverted(&mut transaction, &Query::new(), window).await.unwrap();
        transaction.commit().await.unwrap();
        reverted
    };
    let found = ask(Duration::from_secs(3600)).await;
    let [reversal] = &found.reversals[..] else { panic!("{found:?}") };
    assert_eq!((reversal.entity_id.as_str(), reversal.path.as_str()), ("42", "/role"));
    assert_eq!((&reversal.value, &reversal.between), (&Some(json!("user")), &Some(json!("admin"))));
    assert_eq!((reversal.done.id, reversal.undone.id), (elevate, cover));
    assert_eq!(reversal.undone.actor, Some(Party::user("evil")));
    assert!(!found.more);
    assert_eq!(ask(Duration::ZERO).await.reversals, []);
}

async fn who_granted_a_role<DB: TestDatabase>(store: Store<DB>) {
    store.run(&insert_jane()).await.unwrap();
    for (actor, role) in [("1", "admin"), ("2", "user"), ("3", "admin")] {
        Context::of(Party::user(actor)).scope(async { store.set_role(role).await }).await;
    }
    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let holdings = store.trail.holdings(&mut transaction, "user", "42", "role", &json!("admin")).await.unwrap();
    let who: Vec<_> = holdings
        .iter()
        .map(|holding| (holding.given.actor.clone(), holding.taken.as_ref().and_then(|taken| taken.actor.clone())))
        .collect();
    assert_eq!(who, [(Some(Party::user("1")), Some(Party::user("2"))), (Some(Party::user("3")), None)]);
}

async fn personal_values_are_readable_as_long_as_their_key_is<DB: TestDatabase>(store: Store<DB>) {
    let after = json!({"display_name": "Canary Jane Roe 2"});
    record(&store, Entry::update("user", "42").before(jane("user")).after(after)).await;
    let page = read(&store, &Query::entity("user", "42")).await;
    let name = |page: &Page| {
        let record = &page.records[0];
        let change = record.diff.iter().find(|change| change.path == "/display_name").unwrap().clone();
        (record.before.clone().unwrap()["display_name"].clone(), change.before.unwrap(), change.after.unwrap())
    };
    let jane = json!("Canary Jane Roe");
    assert_eq!(name(&page), (jane.clone(), jane, json!("Canary Jane Roe 2")));

    store.run("DELETE FROM audit_subject_key").await.unwrap();
    let erased = json!({"erased": true});
    let page = read(&store, &Query::entity("user", "42")).await;
    assert_eq!(name(&page), (erased.clone(), erased.clone(), erased));
}
