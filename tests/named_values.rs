//! Values that have their name in another field or member: `debug!(key = "db_password", value = %x)`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::error::Error;
use std::io;

use tracing_privacy::boundary::{PrivacyLayerExt as _, PrivacySubscriberExt as _, Sanitized, Value};
use tracing_privacy::format::json_layer;
use tracing_privacy::{LivePolicy, Mode, Policy};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

#[path = "boundary_support/mod.rs"]
mod support;

use support::Output;

const MASKED: &str = "[redacted:credential]";
/// Stands for a secret; no rule knows its form.
const CANARY: &str = "hunter2zq";

/// `name = "db_password", value = 17`: of whatever type, in spans and late records, and nothing else is masked.
#[test]
fn a_value_is_masked_by_the_name_that_another_field_has() {
    let output = Output::default();
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(Policy::builtin());
    tracing::subscriber::with_default(subscriber, || {
        let empty = tracing::field::Empty;
        let span = tracing::info_span!("set", key = "password", value = CANARY, late_key = empty, late_value = empty);
        tracing::record_all!(span, late_key = "password", late_value = CANARY);
        span.in_scope(|| {
            tracing::info!(name = "db_password", value = 47_110_815_u64, n = 4_712);
            tracing::info!(name = "db_password", value = 4711.0815, other = true);
            tracing::info!(name = "db_password", value = ?CANARY.as_bytes());
            tracing::info!(name = "db_password", value = CANARY.as_bytes());
            tracing::info!(name = "region", value = 4_713_u64);
            tracing::info!(title = "db_password", value = 4_714_u64);
            tracing::info!(value = 4_715_u64, "db_password");
            tracing::info!(name = "region", id = 7, key = "db_password", value = CANARY, values = 4_716);
            tracing::info!(key = "password", value = CANARY, header_name = "X-Api-Key", header_value = %CANARY);
        });
    });
    let text = output.text();
    for gone in [CANARY, "47110815", "4711.0815", "104,117,110"] {
        assert!(!text.contains(gone), "{gone} came out: {text}");
    }
    for kept in ["4712", "true", "4713", "4714", "4715", "4716", "\"name\":\"db_password\"", "\"key\":\"password\""] {
        assert!(text.contains(kept), "{kept} is missing: {text}");
    }
}

/// The name is read before it is masked itself, and a value that was masked in part already makes no token.
#[test]
fn a_name_counts_that_does_not_come_out() {
    let rules = "version = 1\ninclude = [\"builtin:pii\"]\n[tokens]\nkey = \"ephemeral\"\n[defaults]\nunlisted = \"mask\"\n\
                 [[field]]\nkeys = [\"value\"]\nclass = \"public\"\n\
                 [[field]]\nkeys = [\"password\", \"email\"]\nclass = \"confidential\"\ncategory = \"x\"\nmask = \"tokenize\"\n";
    let output = Output::default();
    let subscriber =
        registry().with(json_layer().with_writer(output.clone())).with_privacy(rules.parse::<Policy>().unwrap());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(name = "password", value = CANARY);
        tracing::info!(name = ?Some("password"), value = CANARY);
        tracing::info!(name = "email", value = "jo@example.com");
        tracing::info!(name = "other", value = "stays");
    });
    let text = output.text();
    assert!(!text.contains(CANARY) && !text.contains("example.com") && !text.contains("tok-"), "{text}");
    assert!(text.matches(r#""value":"[redacted:x]""#).count() == 3 && text.contains(r#""value":"stays""#), "{text}");
}

/// What a rule shows of a value, as the last digits of a phone, it does not show of one that has its name from another member.
#[test]
fn nothing_shows_of_a_value_that_another_member_names() {
    let policy = Policy::builtin();
    assert!(
        !policy.sanitize_text(r#"{"phone":"202-555-0143"}"#).contains("[redacted:contact]"),
        "its rule shows a part"
    );
    for (text, expected) in [
        (r#"{"name":"phone","value":"202-555-0143"}"#, r#"{"name":"phone","value":"[redacted:contact]"}"#),
        (r#"{"name":"phone","value":2025550143}"#, r#"{"name":"phone","value":"[redacted:contact]"}"#),
        (r#"{"name":"phone","value":null,"n":1}"#, r#"{"name":"phone","value":null,"n":1}"#),
        ("key=phone value=\"ssn 123-45-6789\" n=1", "key=phone value=\"[redacted:contact]\" n=1"),
        (r#"Pair { key: "phone", value: 17 }"#, r#"Pair { key: "phone", value: [redacted:contact] }"#),
    ] {
        assert_eq!(policy.sanitize_text(text), expected);
        assert_eq!(policy.sanitize_text(expected), expected, "masked again");
    }
    let mut value = serde_json::json!({"name": "phone", "value": ["202-555-0143"]});
    policy.sanitize_json(&mut value);
    assert_eq!(value, serde_json::json!({"name": "phone", "value": "[redacted:contact]"}));
}

#[test]
fn a_value_is_masked_by_the_name_that_another_member_has() {
    let policy = Policy::builtin();
    let members = |name: &str, value: &str| {
        [("id", "7"), ("settingName", name), ("secure", "x"), ("settingValue", value)]
            .map(|(key, v)| (key.to_owned(), v.to_owned()))
    };
    for (name, masked) in [("db.password", true), ("region", false)] {
        let mut value: serde_json::Value = members(name, CANARY).into_iter().collect();
        policy.sanitize_json(&mut value);
        assert_eq!(value["settingValue"] == CANARY, !masked, "{value}");
        assert_eq!((&value["settingName"], &value["secure"]), (&name.into(), &"x".into()));
        let members = members(name, CANARY).map(|(key, value)| (key.into(), Value::Text(value.into())));
        let mut value = Value::List(vec![Value::Map(members.into())]);
        let became = policy.outgoing().value("settings", &mut value);
        assert_eq!(became, if masked { Sanitized::Masked } else { Sanitized::Clean });
    }
    let mut dropped = serde_json::json!({"name": "gone", "value": CANARY, "n": 1});
    let drops: Policy =
        "version = 1\n[[field]]\nkeys = [\"gone\"]\nclass = \"confidential\"\ncategory = \"x\"\nmask = \"drop\"\n"
            .parse()
            .unwrap();
    assert_eq!(drops.sanitize_text(&dropped.to_string()), r#"{"n":1,"name":"gone"}"#);
    drops.sanitize_json(&mut dropped);
    assert_eq!(dropped, serde_json::json!({"name": "gone", "n": 1}));
}

/// A key that says something to a detector does so for each element of an array, and for nothing else.
#[test]
fn values_below_a_name_that_tells_are_found_wherever_they_stand() {
    let rules = "version = 1\ninclude = [\"builtin:secrets\"]\n[[field]]\nkeys = [\"a.gone\"]\ncategory = \"x\"\n";
    for policy in [Policy::builtin(), rules.parse().unwrap()] {
        let document = |x: &str, n: serde_json::Value| {
            serde_json::json!({
                "acmeTokens": [x, {"n": RANDOM}, [x, 1], x], "acmeToken": {"kind": RANDOM}, "build": RANDOM, "escaped_acme_key": format!("{x}\n"),
                "deep": {"a": [[{"b": {"webhookToken": x}}]]}, "badge": n,
            })
        };
        let number = serde_json::json!(48_151);
        let masked = document("[redacted:credential]", number.clone());
        assert_eq!(policy.sanitize_text(&document(RANDOM, number).to_string()), masked.to_string());
    }
}

/// What looks as random as a secret; no rule knows its form.
const RANDOM: &str = "k3jD8sLq0Zx7Wm2P4nAbR9";

/// `[["password", "x"]]`, as `serde` writes a list of pairs.
#[test]
fn a_value_is_masked_by_the_key_before_it_in_an_array() {
    let policy = Policy::builtin();
    let pairs = |x: &str| serde_json::json!({"headers": [["accept", "x"], ["x-api-key", x], ["password", x]], "fields": ["password", "colour"]});
    let mut json = pairs(CANARY);
    policy.sanitize_json(&mut json);
    assert_eq!(json, pairs("[redacted:credential]"));
    assert_eq!(policy.sanitize_text(&pairs(CANARY).to_string()), pairs("[redacted:credential]").to_string());

    let pair =
        |key: &'static str, value: &'static str| Value::List(vec![Value::Text(key.into()), Value::Text(value.into())]);
    let mut value = Value::List(vec![pair("accept", "x"), pair("x-api-key", CANARY)]);
    assert_eq!(policy.outgoing().value("headers", &mut value), Sanitized::Masked);
    assert!(value == Value::List(vec![pair("accept", "x"), pair("x-api-key", "[redacted:credential]")]));
}

/// Errors, wide numbers and what a rule drops; around a layer, and on another thread.
#[test]
fn every_type_of_value_is_masked_by_its_name() {
    let rules = "version = 1\n[[field]]\nkeys = [\"password\"]\nclass = \"confidential\"\ncategory = \"x\"\n\
                 [[field]]\nkeys = [\"gone\"]\nclass = \"confidential\"\ncategory = \"x\"\nmask = \"drop\"\n";
    let policy = rules.parse::<Policy>().unwrap();
    let output = Output::default();
    let layer = json_layer().with_writer(output.clone()).with_layer_privacy(policy);
    let subscriber = tracing::Dispatch::new(registry().with(layer));
    let log = move || {
        tracing::dispatcher::with_default(&subscriber, || {
            let failure = io::Error::other(CANARY);
            tracing::info!(name = "password", value = &failure as &(dyn Error + 'static));
            tracing::info!(name = "password", value = %failure);
            tracing::info!(name = "password", value = i128::MIN + 4_711);
            tracing::info!(name = "password", value = u128::MAX - 4_711);
            tracing::info!(name = "password", value = -4_711_i64);
            tracing::info!(name = "password", value = true);
            tracing::info!(name = "gone", value = CANARY, n = 4_712);
            tracing::info!(name = "password", value = tracing::field::Empty, n = 4_713);
        });
    };
    std::thread::spawn(log).join().unwrap();
    let text = output.text();
    let (low, high) = ((i128::MIN + 4_711).to_string(), (u128::MAX - 4_711).to_string());
    for gone in [CANARY, &low, &high, "-4711", "true"] {
        assert!(!text.contains(gone), "{gone} came out: {text}");
    }
    assert_eq!(text.matches(r#""value":"[redacted:x]""#).count(), 6, "{text}");
    assert!(text.contains(r#""name":"gone","n":4712"#) && text.contains("4713"), "{text}");
}

#[test]
fn the_name_is_judged_by_the_policy_in_force() {
    let rules = |key: &str| {
        format!("version = 1\n[[field]]\nkeys = [\"{key}\"]\nclass = \"confidential\"\ncategory = \"x\"\n")
            .parse::<Policy>()
    };
    let (output, live) = (Output::default(), LivePolicy::new(rules("other").unwrap()));
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(live.clone());
    let log = || tracing::info!(name = "badge", value = CANARY, json = r#"{"name":"badge","value":"hunter2zq"}"#);
    tracing::subscriber::with_default(subscriber, || {
        log();
        assert_eq!(output.text().matches(CANARY).count(), 2);
        live.replace(rules("badge").unwrap()).unwrap();
        log();
    });
    assert_eq!(output.text().matches(CANARY).count(), 2, "{}", output.text());
}

/// What `sanitize_json_at` answers of one value is what `sanitize_json` leaves where it stands.
#[test]
fn a_value_alone_becomes_what_it_becomes_in_its_document() {
    let rules = r#"
        version = 1
        include = ["builtin:secrets", "builtin:pii"]
        [[field]]
        keys = ["gone"]
        mask = "drop"
        [[field]]
        keys = ["account.holder"]
        class = "confidential"
        category = "payment"
    "#;
    let policy: Policy = rules.parse().unwrap();
    let deep = (0..130).fold(serde_json::json!("jane@example.com"), |inner, _| serde_json::json!({ "d": inner }));
    let document = serde_json::json!({
        "name": "db_password", "value": CANARY, "old_value": {"a": CANARY}, "gone": CANARY, "headerValue": CANARY,
        "jane@example.com": {"note": "ask jane@example.com", "card": 4_111_111_111_111_111_u64, "on": true, "none": null},
        "account": {"holder": CANARY, "holders": [CANARY, {"password": CANARY}]},
        "text": [106, 97, 110, 101, 64, 101, 120, 97, 109, 112, 108, 101, 46, 99, 111, 109],
        "list": [{"key": "token", "value": CANARY}], "empty": {}, "deep": deep,
    });
    let mut whole = document.clone();
    policy.sanitize_json(&mut whole);
    let mut paths: Vec<Vec<&str>> = document.as_object().unwrap().keys().map(|key| vec![key.as_str()]).collect();
    for key in ["note", "card", "on", "none"] {
        paths.push(vec!["jane@example.com", key]);
    }
    paths.extend([vec!["account", "holder"], vec!["account", "holders"], vec!["deep", "d", "d"], vec!["deep"; 1]]);
    for path in paths {
        let Some((safe, value)) = policy.sanitize_json_at(&document, &path) else {
            assert_eq!(path, ["gone"]);
            continue;
        };
        let in_document = safe.iter().try_fold(&whole, |value, key| value.get(key));
        assert_eq!(Some(&value), in_document, "{path:?} as {safe:?}");
    }
    let masked = (vec!["old_value".to_owned()], serde_json::json!("[redacted:credential]"));
    assert_eq!(policy.sanitize_json_at(&document, &["old_value", "a"]), Some(masked));
    let deepest = [&["deep"][..], &["d"; 130]].concat();
    let (_, value) = policy.sanitize_json_at(&document, &deepest).unwrap();
    assert!(!value.to_string().contains("jane"));
    assert_eq!(policy.sanitize_json_at(&document, &["account", "nobody"]), None);

    for mode in [Mode::Observe, Mode::Off] {
        let policy = Policy::builder().include("builtin:secrets").mode(mode).build().unwrap();
        assert_eq!(policy.sanitize_json_at(&document, &["value"]), Some((vec!["value".to_owned()], CANARY.into())));
        assert_eq!(policy.masked().iter().next().is_some(), mode == Mode::Observe);
    }
}

/// `user`, `pass`: a key that is common in tests is that of a password beside an account, whichever stands first.
#[test]
fn a_pass_beside_an_account_is_a_password() {
    let policy = Policy::builtin();
    for (text, masked) in [
        (r#"{"user":"joe","pass":"hunter2zq"}"#, true),
        (r#"{"pass":"hunter2zq","user":"joe"}"#, true),
        (r#"{"host":"db","UserName":"joe","port":5432,"tls":true,"Pass": "hunter2zq"}"#, true),
        (r#"{"smtp":[{"email":"","pw":"hunter2zq","n":1}]}"#, true),
        (r#"{"bind_dn":"cn=admin,dc=example,dc=com","pw":"hunter2zq"}"#, true),
        (r#"{"isbn_cdn":"a","pw":"hunter2zq"}"#, false),
        (r#"{"n":"{\"login\":\"joe\",\"pass\":\"hunter2zq\"}"}"#, true),
        (r#"{"role_id":"a","secret_id":"hunter2zq"}"#, true),
        (r#"{"role-id":"a","b":{"c":[1]},"secret-id":"hunter2zq"}"#, true),
        (r#"{"user":"x\"y","pass":"hunter2zq"}"#, true),
        (r#"{"user":{"name":"joe"},"a":[1,2],"b":1,"c":2,"d":3,"pass":"hunter2zq"}"#, true),
        (r#"{"db":[{"host":"a","pass":"hunter2zq"},{"host":"b","pass":"hunter2zq"}]}"#, true),
        (r#"[{"user":"joe"},{"pass":"hunter2zq"}]"#, false),
        (r#"{"db_user":"joe","pass":"482913"}"#, true),
        (r#"{"user":"ci","pass":"17/20"}"#, false),
        (r#"{"user":"ci","pass":"true"}"#, false),
        (r#"{"user":"joe","secret_id":"hunter2zq"}"#, false),
        (r#"{"suite":"joe","pass":"hunter2zq"}"#, false),
        (r#"{"user":{"id":1},"next":{"pass":"hunter2zq"}}"#, false),
        (r#"{"user":"joe","pass":12,"fail":3}"#, false),
        (r#"{"user":"joe","pass":true}"#, false),
        (r#"{"user":"joe","compass":"hunter2zq"}"#, false),
        (r#"{"user":"joe","pass":null}"#, false),
        (r#"{"user":"joe","pass":""}"#, false),
    ] {
        let hidden = |text: &str| text.replace(CANARY, MASKED).replace("482913", MASKED);
        let expected = if masked { hidden(text) } else { text.to_owned() };
        assert_eq!(policy.sanitize_text(text).replace("[redacted:email]", ""), expected);
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        policy.sanitize_json(&mut value);
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(&expected).unwrap());
    }
    let value = serde_json::json!({"user": "joe", "pass": CANARY});
    let (_, alone) = policy.sanitize_json_at(&value, &["pass"]).unwrap();
    assert_eq!(alone, "[redacted:credential]");
}

#[test]
fn a_pass_beside_an_account_is_a_password_in_text() {
    let policy = Policy::builtin();
    for (text, masked) in [
        ("user=joe pass=hunter2zq", true),
        ("pass=hunter2zq&user=joe", true),
        (r"user=CORP\joe pass=hunter2zq", true),
        ("user=*** pass=hunter2zq", true),
        ("user=joe port=25 pass=hunter2zq", true),
        (r#"user="joe doe"  pass="hunter2zq""#, true),
        ("/login?login=joe&pw=hunter2zq", true),
        ("user: joe\n  pass: hunter2zq", true),
        (r#"Login { user: "joe", host: "db", pass: "hunter2zq" }"#, true),
        (r#"Login { pass: "hunter2zq", user: Some("joe") }"#, true),
        (r#"body="{\"user\":\"joe\",\"pass\":\"hunter2zq\"}""#, true),
        (r#"msg="Login { user: \"joe\", pass: \"hunter2zq\" }""#, true),
        ("{'user': 'joe', 'port': 25, 'pass': 'hunter2zq'}", true),
        ("suite=joe pass=hunter2zq", false),
        ("user=ci pass=123456 fail=4", false),
        ("{user:joe,pass:false}", false),
        ("user=joe pass 3 of 7", false),
        ("user=joe pass=ok", false),
        ("user: joe, pass: String", false),
        ("tests of user: 12, pass: 98.5%", false),
    ] {
        let safe = policy.sanitize_text(text);
        assert_eq!(safe, if masked { text.replace(CANARY, MASKED) } else { text.to_owned() });
    }
}

#[test]
fn a_field_named_pass_beside_an_account_is_a_password() {
    let output = Output::default();
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(Policy::builtin());
    tracing::subscriber::with_default(subscriber, || {
        let span =
            tracing::info_span!("login", user = "joe", pass = CANARY, db.user = "joe", db.pass = tracing::field::Empty);
        tracing::record_all!(span, db.pass = CANARY);
        span.in_scope(|| tracing::info!("in a span"));
        tracing::info!(user = "joe", pass = CANARY.as_bytes());
        tracing::info!(user = "joe", pass = &io::Error::other(CANARY) as &(dyn Error + 'static));
        tracing::info!(user = "joe", pass = CANARY);
        tracing::info!(db.pass = %CANARY, db.username = "joe");
        tracing::info!(user = "joe", pass = ?Some(CANARY), fail = 4_711_u64);
        tracing::info!(user = "joe", pass = 4_712_u64, fail = 4_713_u64);
        tracing::info!(user = "joe", http.pass = "stays", suite = "kept");
        tracing::info!(suite = "joe", pass = "alone");
        tracing::info!(user = "joe", pass = ?true, fail = %4_714);
    });
    let text = output.text();
    assert!(!text.contains(CANARY) && !text.contains("104,117,110"), "{text}");
    for kept in ["in a span", "4711", "\"pass\":4712", "4713", "stays", "kept", "alone", "joe", "\"pass\":\"true\""] {
        assert!(text.contains(kept), "{kept} is missing: {text}");
    }
}
