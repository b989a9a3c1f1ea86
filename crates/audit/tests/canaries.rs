//! Values planted wherever an application can give one: none comes out in what is stored, read, archived, told or logged.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::json;
use support::{Store, TestDatabase, trail_at};
use tracing_privacy::testing::Canaries;
use tracing_privacy_audit::{
    Context, Entry, Expectations, Party, PatchOperation, Query, RecordKey, Retention, Source, Timestamp, Trail,
};
use tracing_subscriber::prelude::*;

on_every_database![nothing_that_was_planted_comes_out];

/// Each where its name says. All but the withheld and the personal ones are such as the policy knows.
const PLANTED: [(&str, &str); 16] = [
    ("entity id", "entity.canary@example.com"),
    ("allowed field", "allowed.canary@example.com"),
    ("secret field", "hunter2-canary-9f3a"),
    ("withheld field", "canary-salary-77134"),
    ("personal field", "Canary Jane Roe"),
    ("key of a member", "key.canary@example.com"),
    ("nested field", "nested.canary@example.com"),
    ("reason", "reason.canary@example.com"),
    ("actor", "actor.canary@example.com"),
    ("party", "party.canary@example.com"),
    ("address", "203.0.113.177"),
    ("user agent", "agent.canary@example.com"),
    ("session", "session-canary-51c7"),
    ("request", "request.canary@example.com"),
    ("trace", "trace.canary@example.com"),
    ("subject", "subject.canary@example.com"),
];

fn planted(name: &str) -> &'static str {
    PLANTED.iter().find(|(is, _)| *is == name).unwrap().1
}

/// An entry that is full of them.
fn entry() -> Entry {
    let document = |end: &str| {
        json!({
            "email": planted("allowed field"),
            "password": format!("{}{end}", planted("secret field")),
            "salary": {planted("key of a member"): planted("withheld field"), "end": end},
            "display_name": format!("{}{end}", planted("personal field")),
            "role": {"of": planted("nested field"), planted("key of a member"): end},
            planted("key of a member"): end,
        })
    };
    let source = Source {
        client_ip: Some(planted("address").to_owned()),
        user_agent: Some(planted("user agent").to_owned()),
        session_id: Some(planted("session").to_owned()),
        request_id: Some(planted("request").to_owned()),
    };
    let mut context = Context::of(Party::new(planted("actor"), planted("actor")));
    context = context.on_behalf_of(Party::new(planted("party"), planted("party")));
    context.trace_id = Some(planted("trace").to_owned());
    context.source = source;
    Entry::update("user", planted("entity id"))
        .before(document(""))
        .after(document("-2"))
        .reason(format!("password={} for {}", planted("secret field"), planted("reason")))
        .subject("user", planted("subject"))
        .context(context)
}

static LOG: OnceLock<Log> = OnceLock::new();

/// All that is logged, by all tests, at every level and without a boundary.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn nothing_that_was_planted_comes_out<DB: TestDatabase>(store: Store<DB>) {
    let canaries = Canaries::new(PLANTED.map(|(_, value)| value));
    let clean = |place: &str, output: &[u8]| {
        assert!(!output.is_empty(), "nothing was looked at: {place}");
        let found = canaries.find(output);
        assert!(found.is_empty(), "{place}: {found:?} in {}", String::from_utf8_lossy(output));
    };
    // The search sees them where they are.
    let raw = PLANTED.map(|(_, value)| value).join(" ");
    assert_eq!(canaries.find(raw.as_bytes()).len(), PLANTED.len());

    // SQLite works on a thread of its own, so that only a global subscriber hears of its statements.
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        tracing_subscriber::registry().with(layer).init();
        log
    });
    let told = work(&store).await;
    for (place, output) in &told {
        clean(place, output.as_bytes());
    }
    clean("log", &log.0.lock().unwrap());
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("audit_record"), "the statements were not logged: {text}");

    for table in ["audit_record", "audit_subject_key", "audit_link", "audit_purged", "audit_hold"] {
        let rows = match DB::NAME {
            // Where there are no columns to be named, the whole file is looked at, below.
            "SQLite" => vec![format!("{}", store.count(table).await)],
            _ => store.column(&format!("SELECT row_to_json({table})::text FROM {table}")).await,
        };
        clean(table, format!("{table}: {}", rows.join("\n")).as_bytes());
    }
    if DB::NAME == "SQLite" {
        for file in std::fs::read_dir(&store.folder).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let found = canaries.find(&bytes);
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
}

/// All of what the trail does, and what it says of it.
async fn work<DB: TestDatabase>(store: &Store<DB>) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    let conn = &mut *store.connection().await;
    told.push(("entry", format!("{:?}", entry())));
    let then: Trail<DB> = trail_at(|| Timestamp::now().plus_micros(-3 * 366 * 86_400_000_000));
    for trail in [&then, &store.trail] {
        let mut transaction = trail.begin(&store.pool).await.unwrap();
        trail.record(&mut transaction, entry()).await.unwrap();
        trail.record_all(&mut transaction, [entry(), entry()]).await.unwrap();
        transaction.commit().await.unwrap();
        trail.seal(conn).await.unwrap();
    }

    // Read by who may not read what is personal.
    let record_key = RecordKey::new(&[1; 32]).unwrap();
    let reader: Trail<DB> = Trail::builder(tracing_privacy::Policy::builtin()).record_key(record_key).build().unwrap();
    let mut transaction = reader.begin(&store.pool).await.unwrap();
    let by_actor = Query::new().actor(Party::new(planted("actor"), planted("actor")));
    for query in [Query::entity("user", planted("entity id")), by_actor, Query::new()] {
        told.push(("query", format!("{query:?}")));
        let page = reader.read(&mut transaction, &query).await.unwrap();
        assert!(page.records.len() >= 6, "what is masked is found by its raw value");
        told.push(("page", serde_json::to_string(&page).unwrap() + &format!("{page:?}")));
    }
    let day = std::time::Duration::from_secs(86_400);
    let reverted = reader.reverted(&mut transaction, &Query::new(), day).await.unwrap();
    told.push(("reverted", serde_json::to_string(&reverted).unwrap()));
    let role = json!(planted("nested field"));
    let holdings = reader.holdings(&mut transaction, "user", planted("entity id"), "role", &role).await.unwrap();
    told.push(("holdings", serde_json::to_string(&holdings).unwrap()));
    transaction.commit().await.unwrap();

    let mut transaction = store.trail.begin(&store.pool).await.unwrap();
    let hold = store.trail.hold(&mut transaction, "user", Some(planted("entity id")), planted("reason")).await.unwrap();
    store.trail.release(&mut transaction, hold, planted("reason")).await.unwrap();
    store.trail.erase(&mut transaction, "user", planted("subject"), planted("reason")).await.unwrap();
    transaction.commit().await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    let before = Timestamp::now().plus_micros(-2 * 366 * 86_400_000_000);
    let archive = store.trail.archive(conn, Retention::years(2).unwrap(), before, &file).await.unwrap();
    assert_eq!(archive.records, 3);
    let bytes = zstd::decode_all(std::fs::File::open(&file).unwrap()).unwrap();
    told.push(("archive", String::from_utf8(bytes).unwrap()));
    store.trail.purge(conn, &archive, planted("reason")).await.unwrap();
    store.trail.seal(conn).await.unwrap();
    let report = store.trail.verify(conn, &Expectations::none()).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    told.push(("report", format!("{report:?}")));

    for error in errors(store).await {
        told.push(("error", format!("{error} {error:?}")));
    }
    told
}

/// An error of each kind that something from outside can be part of.
async fn errors<DB: TestDatabase>(store: &Store<DB>) -> Vec<tracing_privacy_audit::Error> {
    let mut errors = Vec::new();
    let mut transaction = store.begin().await;
    let entry = Entry::update(planted("entity id"), planted("entity id"));
    errors.push(store.trail.record(&mut transaction, entry).await.unwrap_err());
    transaction.rollback().await.unwrap();

    let mut document = json!({ "email": planted("allowed field") });
    let mut patch = |patch: serde_json::Value| {
        let patch: Vec<PatchOperation> = serde_json::from_value(patch).unwrap();
        errors.push(store.trail.apply_patch("user", &mut document, &patch).unwrap_err());
    };
    let key = planted("key of a member");
    patch(json!([{"op": "replace", "path": format!("/{key}"), "value": planted("secret field")}]));
    patch(json!([{"op": "test", "path": "/email", "value": planted("secret field")}]));
    patch(json!([{"op": "replace", "path": format!("/email/{key}"), "value": 1}]));
    errors.push(store.trail.apply_merge_patch("user", &mut document, &json!({ key: 1 })).unwrap_err());
    errors.push(planted("reason").parse::<Timestamp>().unwrap_err());
    errors.push(planted("reason").parse::<tracing_privacy_audit::Cursor>().unwrap_err());

    // What the database says quotes the row.
    let refuse = match DB::NAME {
        "SQLite" => "CREATE UNIQUE INDEX one_body ON audit_record (entity_id, action, actor_id)",
        _ => {
            "CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION $$the row is %$$, NEW; END';
              CREATE TRIGGER quote BEFORE INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION quote()"
        }
    };
    // In SQLite, there are equal rows, so that the index cannot be made.
    let error = DB::run(&mut *store.connection().await, refuse).await;
    match DB::NAME {
        "SQLite" => errors.push(tracing_privacy_audit::Error::of_database("making an index", &error.unwrap_err())),
        _ => {
            let mut transaction = store.begin().await;
            errors.push(store.trail.record(&mut transaction, self::entry()).await.unwrap_err());
            transaction.rollback().await.unwrap();
        }
    }
    errors
}
