//! The command `audit` on trails of an application, in SQLite and in PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(feature = "audit")]

#[path = "../../audit/tests/support/server.rs"]
#[allow(dead_code, reason = "it is started here, and not killed")]
mod server;
mod support;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use server::Server;
use sqlx::{AssertSqlSafe, Pool, Postgres, Sqlite};
use support::{Ran, command, directory, finished, ran_with_input};
use tempfile::TempDir;
use tracing_privacy::Policy;
use tracing_privacy_audit::{
    AuditDatabase, Context, EntityType, Entry, MasterKey, Party, RecordKey, Retention, Timestamp, Trail,
};

const RECORD_KEY: [u8; 32] = [1; 32];
const MASTER_KEY: [u8; 32] = [2; 32];
/// Must come out nowhere.
const CANARY: &str = "hunter2-canary-9f3a";

/// An application's database with its trail.
struct App {
    folder: TempDir,
    url: String,
}

/// Runs a test on both stores.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                super::$test(&super::in_sqlite());
            })*
        }
        mod postgres {
            $(#[test]
            fn $test() {
                if let Some(app) = super::in_postgres() {
                    super::$test(&app);
                }
            })*
        }
    };
}

on_both![
    a_history_is_shown_and_that_is_on_record,
    an_intact_trail_verifies_and_tampering_is_named,
    a_checkpoint_from_elsewhere_shows_what_was_cut_off,
    what_is_due_is_archived_and_purged,
    a_person_is_erased,
    without_the_record_key_nothing_is_written,
    a_database_without_a_trail_is_told,
];

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn in_sqlite() -> App {
    let folder = directory();
    let url = format!("sqlite:{}", folder.path().join("app.db").display());
    block_on(async { fill(Pool::<Sqlite>::connect(&format!("{url}?mode=rwc")).await.unwrap()).await });
    App { folder, url }
}

fn in_postgres() -> Option<App> {
    let url = postgres_database()?;
    block_on(async { fill(Pool::<Postgres>::connect(&url).await.unwrap()).await });
    Some(App { folder: directory(), url })
}

/// The URL of an empty database.
fn postgres_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    static DATABASES: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.get_or_init(Server::start).as_ref()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    // Nobody asks for the password, and nobody may show it.
    let url = |name: &str| format!("postgres://postgres:{CANARY}@127.0.0.1:{}/{name}?sslmode=disable", server.port);
    sql(&url("postgres"), &format!("CREATE DATABASE {name}"));
    Some(url(&name))
}

/// Runs statements, as one who can do everything.
fn sql(url: &str, statements: &str) {
    block_on(async {
        match url.starts_with("sqlite") {
            true => {
                let pool = Pool::<Sqlite>::connect(url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(statements)).execute(&pool).await.unwrap();
                pool.close().await;
            }
            false => {
                let pool = Pool::<Postgres>::connect(url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(statements)).execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    });
}

fn trail<DB: AuditDatabase>(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Trail<DB> {
    let user = EntityType::new("user").allow(["role", "email"]).personal(["name"]);
    let visit = EntityType::new("visit").retention(Retention::months(1).unwrap());
    Trail::builder(Policy::builtin())
        .entity(user)
        .entity(visit)
        .record_key(RecordKey::new(&RECORD_KEY).unwrap())
        .master_key(MasterKey::new(&MASTER_KEY).unwrap())
        .clock(clock)
        .build()
        .unwrap()
}

/// Three changes of user 42 by user 7, and 30 visits of long ago; all of it sealed.
async fn fill<DB: AuditDatabase>(pool: Pool<DB>) {
    let now: Trail<DB> = trail(Timestamp::now);
    now.install(&mut *pool.acquire().await.unwrap()).await.unwrap();
    let then: Trail<DB> = trail(|| Timestamp::now().plus_micros(-100 * 86_400_000_000));
    let mut transaction = then.begin(&pool).await.unwrap();
    then.record_all(&mut transaction, (0..30).map(|n| Entry::create("visit", n.to_string()))).await.unwrap();
    transaction.commit().await.unwrap();
    let role = |role: &str| json!({ "role": role, "name": format!("Jane {CANARY}"), "password": CANARY });
    Context::of(Party::user("7"))
        .scope(async {
            for (before, after) in [("member", "admin"), ("admin", "member"), ("member", "editor")] {
                let mut transaction = now.begin(&pool).await.unwrap();
                let entry = Entry::update("user", "42").before(role(before)).after(role(after));
                now.record(&mut transaction, entry.reason("INC-4711\u{1b}[31m")).await.unwrap();
                transaction.commit().await.unwrap();
            }
        })
        .await;
    now.seal(&mut *pool.acquire().await.unwrap()).await.unwrap();
    pool.close().await;
}

impl App {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `audit` with these arguments, separated by blanks, on the database.
    fn audit(&self, arguments: &str) -> Ran {
        let ran = self.audit_without_key(&format!("{arguments} --record-key {}", self.record_key()));
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:?}");
        ran
    }

    fn audit_without_key(&self, arguments: &str) -> Ran {
        let mut command = command(self.path());
        command.env("DATABASE_URL", &self.url).env("USER", "ops").env_remove("SUDO_USER");
        finished(command.arg("audit").args(arguments.split(' ').filter(|it| !it.is_empty())).output().unwrap())
    }

    fn record_key(&self) -> String {
        self.key("record.key", &RECORD_KEY)
    }

    fn key(&self, name: &str, key: &[u8]) -> String {
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(self.path().join(name), digits + "\n").unwrap();
        name.to_owned()
    }

    fn json(&self, arguments: &str) -> Value {
        let ran = self.audit(&format!("{arguments} --format json"));
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
    }

    fn sql(&self, sqlite: &str, postgres: &str) {
        sql(&self.url, if self.url.starts_with("sqlite") { sqlite } else { postgres });
    }

    /// Changes or deletes records, as the owner of the tables can.
    fn tamper(&self, statement: &str) {
        self.sql(
            &format!(
                "DROP TRIGGER audit_record_no_update; DROP TRIGGER audit_record_no_delete; DROP TRIGGER audit_link_no_delete;
                 DROP TRIGGER audit_checkpoint_no_delete; {statement}"
            ),
            &format!(
                "ALTER TABLE audit_record DISABLE TRIGGER ALL; ALTER TABLE audit_link DISABLE TRIGGER ALL;
                 ALTER TABLE audit_checkpoint DISABLE TRIGGER ALL; {statement}"
            ),
        );
    }
}

fn a_history_is_shown_and_that_is_on_record(app: &App) {
    let history = app.audit("history user 42");
    assert_eq!((history.code, history.err.as_str()), (Some(0), ""), "{history:?}");
    let lines: Vec<_> = history.out.lines().collect();
    assert_eq!(lines.len(), 9, "{}", history.out);
    assert!(lines[0].ends_with("Z  update user 42 by user 7"), "{}", lines[0]);
    // Nothing that a terminal would act on.
    assert_eq!(lines[1], r"    INC-4711\u{1b}[31m");
    assert_eq!(lines[2], r#"    /role: "member" → "admin""#);

    let page = app.json("history user 42 --limit 2 --action update --from 2020-01-01T00:00:00Z");
    assert_eq!(page["records"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap();
    let page = app.json(&format!("history user 42 --cursor {next}"));
    assert_eq!(page["records"][0]["diff"][0]["after"], "editor");
    assert_eq!(page["records"][0]["after"]["name"], json!({ "encrypted": true }));
    let text = app.audit("history user 42 --limit 1").out;
    assert!(text.lines().last().unwrap().starts_with("there is more: --cursor "), "{text}");

    // Who looked is on record.
    let readings = app.json("history --action read --actor operator/ops");
    let entities: Vec<_> =
        readings["records"].as_array().unwrap().iter().map(|it| it["after"]["details"]["entity"].clone()).collect();
    assert_eq!(entities, [json!("user/42"), json!("user/42"), json!("user/42"), json!("user/42"), Value::Null]);
    let other = app.audit("history user 43 --operator alice");
    assert_eq!((other.code, other.out.as_str()), (Some(0), "nothing is on record\n"));
    assert_eq!(app.json("history --actor operator/alice")["records"].as_array().unwrap().len(), 1);

    for (mistake, told) in [
        ("history user", "<TYPE> <ID>"),
        ("history --actor seven", "TYPE/ID"),
        ("history user 42 --from yesterday", "RFC 3339"),
        ("history user 42 --cursor 7", "not a cursor"),
    ] {
        let ran = app.audit(mistake);
        assert!(ran.code == Some(2) && ran.err.contains(told) && ran.out.is_empty(), "{ran:?}");
    }
}

fn an_intact_trail_verifies_and_tampering_is_named(app: &App) {
    let verified = app.audit("verify");
    assert_eq!((verified.code, verified.err.as_str()), (Some(0), ""), "{verified:?}");
    assert!(verified.out.starts_with("33 links, 33 with their record, 0 purged; 0 checkpoints"), "{}", verified.out);
    assert!(verified.out.ends_with("nothing was tampered with\n"), "{}", verified.out);
    let report = app.json("verify");
    assert_eq!(
        (&report["intact"], &report["links"], &report["backlog"]["records"]),
        (&json!(true), &json!(33), &json!(0))
    );
    let without = app.audit_without_key("verify");
    assert!(
        without.code == Some(0) && without.out.contains("not looked for: records that were written past"),
        "{without:?}"
    );

    app.tamper(
        "UPDATE audit_record SET action = 'login' WHERE id = (SELECT record_id FROM audit_link WHERE position = 31)",
    );
    let verified = app.audit("verify");
    assert_eq!((verified.code, verified.err.as_str()), (Some(1), ""), "{verified:?}");
    let first = verified.out.lines().find(|line| line.starts_with("modified")).unwrap_or_default();
    assert!(
        first.starts_with("modified at 31 (0") && first.ends_with("): a record is not what was sealed"),
        "{verified:?}"
    );
    assert!(verified.out.contains("unguarded (") && verified.out.contains("TAMPERED WITH: "), "{}", verified.out);
    let report = app.json("verify");
    assert_eq!((&report["intact"], &report["counts"]["modified"]), (&json!(false), &json!(1)));
}

fn a_checkpoint_from_elsewhere_shows_what_was_cut_off(app: &App) {
    let key = app.key("checkpoint.key", &[9; 32]);
    let public = app.audit(&format!("checkpoint --key {key} --print-public-key")).out;
    std::fs::write(app.path().join("checkpoint.pub"), public).unwrap();
    let signed = app.audit(&format!("checkpoint --key {key}"));
    assert_eq!((signed.code, signed.out.lines().count()), (Some(0), 1), "{signed:?}");
    // Again, the same; and what is shipped is appended.
    let again = app.audit(&format!("checkpoint --key {key}")).out;
    assert_eq!(again, signed.out);
    std::fs::write(app.path().join("shipped.jsonl"), signed.out + &again).unwrap();
    let verify = String::from("verify --public-key checkpoint.pub --checkpoint shipped.jsonl");
    let verified = app.audit(&verify);
    assert!(verified.code == Some(0) && verified.out.contains("3 checkpoints, attested up to 33"), "{verified:?}");
    assert!(!verified.out.contains("not looked for"), "{}", verified.out);

    app.tamper(
        "DELETE FROM audit_record WHERE id IN (SELECT record_id FROM audit_link WHERE position > 30);
         DELETE FROM audit_link WHERE position > 30; DELETE FROM audit_checkpoint",
    );
    let verified = app.audit(&verify);
    assert!(verified.code == Some(1) && verified.out.contains("truncated at 33"), "{verified:?}");

    app.tamper_again(
        "UPDATE audit_record SET action = 'login' WHERE id = (SELECT record_id FROM audit_link WHERE position = 3)",
    );
    let refused = app.audit(&format!("checkpoint --key {key}"));
    assert!(refused.code == Some(1) && refused.out.is_empty() && refused.err.contains("not signed"), "{refused:?}");

    app.key("short.key", &[9; 31]);
    let short = app.audit("checkpoint --key short.key");
    assert!(short.code == Some(2) && short.err.contains("short.key does not hold a key"), "{short:?}");
    let nowhere = app.audit("checkpoint --key no.key");
    assert!(nowhere.code == Some(2) && nowhere.err.contains("no.key: "), "{nowhere:?}");
    std::fs::write(app.path().join("shipped.jsonl"), "\n{}\n").unwrap();
    let wrong = app.audit(&verify);
    assert!(wrong.code == Some(2) && wrong.err.contains("shipped.jsonl:2: this is no checkpoint"), "{wrong:?}");
}

impl App {
    fn tamper_again(&self, statement: &str) {
        sql(&self.url, statement);
    }
}

fn what_is_due_is_archived_and_purged(app: &App) {
    let archived = app.audit("archive --months 1 --output visits.jsonl.zst");
    assert_eq!((archived.code, archived.err.as_str()), (Some(0), ""), "{archived:?}");
    assert!(archived.out.starts_with("archived 30 records to visits.jsonl.zst (SHA-256 "), "{}", archived.out);
    let again = app.audit("archive --months 1 --output visits.jsonl.zst");
    assert!(again.code == Some(2) && again.err.contains("visits.jsonl.zst exists"), "{again:?}");
    let early = app.audit("archive --months 1 --before 2100-01-01T00:00:00Z --output early.jsonl.zst");
    assert!(early.code == Some(2) && early.err.contains("are due before"), "{early:?}");
    let none = app.audit("archive --months 84 --output none.jsonl.zst");
    assert!(none.code == Some(0) && none.out.starts_with("no records that are kept for 84 months"), "{none:?}");
    assert!(!app.path().join("none.jsonl.zst").exists() && !app.path().join("early.jsonl.zst").exists());

    // Nobody is there to be asked.
    let purge = "purge visits.jsonl.zst --reason due";
    let unasked = app.audit(purge);
    assert!(unasked.code == Some(2) && unasked.err.contains("this deletes 30 records"), "{unasked:?}");
    assert!(unasked.err.contains("give --yes"), "{unasked:?}");
    // Not by a `yes` on standard input, which is no terminal.
    let mut piped = command(app.path());
    piped.env("DATABASE_URL", &app.url).args(["audit", "purge", "visits.jsonl.zst", "--reason", "due"]);
    piped.args(["--record-key", &app.record_key()]);
    assert_eq!(ran_with_input(piped, b"purge\n").code, Some(2));

    let file = app.path().join("visits.jsonl.zst");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 5]).unwrap();
    let damaged = app.audit(&format!("{purge} --yes"));
    assert!(damaged.code == Some(1) && damaged.err.contains("not the file that was written"), "{damaged:?}");
    assert!(app.json("verify")["purged"] == 0);
    std::fs::write(&file, &bytes).unwrap();

    // It may stand elsewhere by now.
    std::fs::create_dir(app.path().join("old")).unwrap();
    for name in ["visits.jsonl.zst", "visits.jsonl.zst.json"] {
        std::fs::rename(app.path().join(name), app.path().join("old").join(name)).unwrap();
    }
    let purged = app.audit("purge old/visits.jsonl.zst --reason due --yes");
    assert!(
        purged.code == Some(0) && purged.out.starts_with("deleted 30 records; the record of that is "),
        "{purged:?}"
    );
    let report = app.json("verify");
    assert_eq!((&report["intact"], &report["purged"]), (&json!(true), &json!(30)), "{report}");
    let record = &app.json("history --action purge")["records"][0];
    assert_eq!((&record["actor"]["id"], &record["reason"]), (&json!("ops"), &json!("due")));
    let twice = app.audit("purge old/visits.jsonl.zst --reason due --yes");
    assert!(twice.code == Some(2) && twice.err.contains("archive them again"), "{twice:?}");
}

fn a_person_is_erased(app: &App) {
    let master = app.key("master.key", &MASTER_KEY);
    let name = |app: &App| {
        let ran = app.audit_without_key(&format!(
            "history user 42 --limit 1 --format json --master-key {master} --record-key {}",
            app.record_key()
        ));
        serde_json::from_str::<Value>(&ran.out).unwrap()["records"][0]["after"]["name"].clone()
    };
    assert_eq!(name(app), format!("Jane {CANARY}"));
    let unasked = app.audit("erase user 42 --reason asked");
    assert!(unasked.code == Some(2) && unasked.err.contains("give --yes"), "{unasked:?}");
    assert_eq!(name(app), format!("Jane {CANARY}"));
    let erased = app.audit("erase user 42 --reason asked --yes");
    assert_eq!((erased.code, erased.err.as_str()), (Some(0), ""), "{erased:?}");
    assert_eq!(erased.out, "the key was destroyed, and that is on record\n");
    assert_eq!(name(app), json!({ "erased": true }));
    assert_eq!(app.json("erase user 42 --reason asked --yes"), json!({ "had_key": false, "scrubbed": true }));
    let records = app.json("history --action erase");
    assert_eq!(records["records"].as_array().unwrap().len(), 2);
    assert_eq!(app.json("verify")["intact"], true);

    app.sql(
        "INSERT INTO audit_hold VALUES ('h', 'user', NULL, 1)",
        "INSERT INTO audit_hold VALUES ('h', 'user', NULL, 1)",
    );
    let held = app.audit("erase user 42 --reason asked --yes");
    assert!(held.code == Some(2) && held.err.contains("under legal hold"), "{held:?}");
}

fn without_the_record_key_nothing_is_written(app: &App) {
    for arguments in ["history user 42", "erase user 42 --reason asked --yes"] {
        let refused = app.audit_without_key(arguments);
        assert!(refused.code == Some(2) && refused.err.contains("give --record-key"), "{refused:?}");
    }
    assert_eq!(app.json("verify")["backlog"]["records"], 0);
}

fn a_database_without_a_trail_is_told(app: &App) {
    app.sql("DROP TABLE audit_schema", "DROP TABLE audit_schema");
    let ran = app.audit("verify");
    assert!(ran.code == Some(2) && ran.err.contains("there is no audit trail in this database"), "{ran:?}");
}

/// A person at a terminal is asked, and has to type a word.
#[test]
#[cfg(target_os = "linux")]
fn a_person_is_asked_before_what_cannot_be_undone() {
    let app = in_sqlite();
    let key = app.record_key();
    let answer = |word: &str| {
        let program = command(app.path()).get_program().to_str().unwrap().to_owned();
        let line = format!("'{program}' audit erase user 42 --reason asked --record-key {key}");
        // Gives what it runs a terminal.
        let mut script = std::process::Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(app.path());
        script.env("DATABASE_URL", &app.url).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        ran_with_input(script, format!("{word}\n").as_bytes())
    };
    let no = answer("yes");
    assert!(
        no.code == Some(2) && no.out.contains("Type `erase` to go on") && no.out.contains("nothing was done"),
        "{no:?}"
    );
    assert_eq!(app.json("history --action erase")["records"].as_array().unwrap().len(), 0);
    let yes = answer("erase");
    assert!(yes.code == Some(0) && yes.out.contains("the key was destroyed"), "{yes:?}");
    assert_eq!(app.json("history --action erase")["records"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_wrong_with_the_database_is_told_without_its_password() {
    let folder = directory();
    let run = |url: Option<&str>| {
        let mut command = command(folder.path());
        command.env_remove("DATABASE_URL").args(["audit", "verify"]);
        if let Some(url) = url {
            command.args(["--database", url]);
        }
        let ran = finished(command.output().unwrap());
        assert!(ran.code == Some(2) && ran.out.is_empty() && !ran.err.contains(CANARY), "{ran:?}");
        ran.err
    };
    assert!(run(None).contains("give --database, or set DATABASE_URL"));
    assert!(run(Some(&format!("mysql://root:{CANARY}@localhost/x"))).contains("give sqlite:PATH or postgres://"));
    assert!(run(Some(&format!("postgres://root:{CANARY}@host:port/x"))).contains("cannot be read"));
    assert!(run(Some(CANARY)).contains("cannot be read"));
    assert!(run(Some("sqlite:no/such.db")).contains("there is no database no/such.db"));
    let path: PathBuf = folder.path().join("text.db");
    std::fs::write(
        &path,
        "this is no database, but text that is longer than a header of one, so that it is read".repeat(9),
    )
    .unwrap();
    assert!(run(Some("sqlite:text.db")).contains("code 26"));
    // A port that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = run(Some(&format!("postgres://root:{CANARY}@127.0.0.1:{port}/x")));
    assert!(nobody.contains("opening the database: "), "{nobody}");
}
