//! Ways past the boundary that someone tried: each once let a secret through, or took time that grew with the square.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use tracing_privacy::Policy;
use tracing_privacy::boundary::{PrivacySubscriberExt as _, Sanitized, Value};
use tracing_privacy::format::json_layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{fmt, registry};

#[path = "boundary_support/mod.rs"]
mod support;

use support::Output;

/// Stands for a secret in every text; no rule knows its form.
const CANARY: &str = "hunter2zq";

/// Maps that print as JSON does, but for their values.
const NEARLY_JSON: &[&str] = &[
    r#"{"password": Some("hunter2zq")}"#,
    r#"{"password": Some("x"), "token": Some("hunter2zq"), "b": None}"#,
    r#"{"a": {"password": Ok("hunter2zq")}}"#,
    r#"{"password": Secret { v: "hunter2zq" }}"#,
    r#"{"password": (1, "hunter2zq")}"#,
    r#"{"password": b"hunter2zq x"}"#,
    r#"{"password": 'x hunter2zq'}"#,
    r#"{'password': b'x hunter2zq'}"#,
    r#"{"password" : Some("hunter2zq")}"#,
    r#""{""password"":""x hunter2zq"",""b"":""c""}""#,
];

/// Values that hold what ends a value.
const VALUES: &[&str] = &[
    "password=[redacted:x]hunter2zq",
    "password=(a)hunter2zq",
    "password=[a]hunter2zq",
    "password=()hunter2zq",
    "password=ab).hunter2zq",
    "password=ab':hunter2zq",
    "password=x}}hunter2zq",
    r#"password: b"x hunter2zq""#,
    r#"password=r"x hunter2zq""#,
    "password: N'x hunter2zq'",
    "password='it''s hunter2zq'",
    r#"password: """x hunter2zq""""#,
    "password: '''x hunter2zq'''",
    "password:“x hunter2zq”",
    "password=‘x hunter2zq’",
    "password: «x hunter2zq»",
    "password: ['x]', 'hunter2zq']",
    r#"password: Foo { a: '}', b: "hunter2zq" }"#,
    r#"password: secrecy::SecretBox<str> { inner: "hunter2zq" }"#,
    r#"Authorization: Digest username="Mufasa", realm="x", response="hunter2zq""#,
    r#"Proxy-Authorization: Custom a="b", c=hunter2zq"#,
    r#"msg="Authorization: Digest username=\"Mufasa\", response=\"hunter2zq\"" x"#,
    r#"Cookie: a="b c"; sid=hunter2zq"#,
    r#""authorization": HeaderValue("Custom hunter2zq")"#,
    "postgres://u:[redactedhunter2zq@host/db",
    "postgres://u:${hunter2zq@host/db",
    "postgres://u:${X}hunter2zq@host/db",
    "postgres://u:[redacted:x]hunter2zq@host/db",
];

/// Keys that stand further off, or look like something else.
const KEYS: &[&str] = &[
    "password                        = hunter2zq",
    "password:                        hunter2zq",
    "password2:hunter2zq",
    "{cvv2:hunter2zq}",
    "password[]=hunter2zq",
    "password[0]=hunter2zq",
    "user[password][]=hunter2zq",
    "password.0=hunter2zq",
];

/// Values whose names stand beside them, with other things that do.
const NAMED: &[&str] = &[
    r#"<a name="password" token="hunter2zq">x</a>"#,
    r#"<form name="password" action="https://shop.example/?token=hunter2zq">x</form>"#,
    r#"<a name="email" password="hunter2zq>x">y</a>"#,
    r#"<property name="password" value="hunter2zq">x</property>"#,
    r#"<property description="" name = "password">hunter2zq</property>"#,
    r#"<input type="text" name="password" id="field-1" value="hunter2zq">"#,
    "<dict><key>password</key>\n<string>hunter2zq</string></dict>",
    r#"{"name":"password","id":"0f8b7c1d-1111-4222-8333-444455556666","value":"hunter2zq"}"#,
    r#"{"name":"password","display_name":"Your Name","id":"db","value":"hunter2zq"}"#,
    r#"{"value":"hunter2zq","type":"string","name":"password"}"#,
    r#"{"name":"password","valu\u0065":"hunter2zq"}"#,
    r#"{"na\u006de":"password","value":"hunter2zq"}"#,
    r#"{"name":"phone","value":"token=hunter2zq"}"#,
    r#"{"name":"card_number","value":{"pan":"4111111111111111","cvv":"hunter2zq"}}"#,
    r#"key=phone value="password=hunter2zq""#,
    r#"Setting { name: "password", id: 7, value: "hunter2zq" }"#,
    "name=password&id=3&value=hunter2zq",
    "- name: DB_PASSWORD\n  value: |\n    hunter2zq x\n",
    "- name: DB_PASSWORD\n  value:\n    hunter2zq\n",
    "- value: hunter2zq\n  name: DB_PASSWORD\n",
    r#"<password>{"a":"hunter2zq"}</password>"#,
    r#"<password><![CDATA[{"a":"hunter2zq"}]]></password>"#,
    r#"<token>["hunter2zq"]</token>"#,
    r#"<entry key="password">{"a":"hunter2zq"}</entry>"#,
    r#"<password><![CDATA["hunter2zq""#,
    r#"<password x=">hunter2zq"x""#,
    r#"<property name="password"><value>hunter2zq</value></property>"#,
    r#"<saml:Attribute Name="password"><saml:AttributeValue>hunter2zq</saml:AttributeValue></saml:Attribute>"#,
    r#"{"value":"hunter2zq","description":"","name":"DB_PASSWORD"}"#,
    r#"{"value":"hunter2zq","description":"the \"main\" one","name":"DB_PASSWORD"}"#,
    r#"{"value":"hunter2zq","tags":[],"x":{"y":1},"name":"DB_PASSWORD"}"#,
    r#"{"value":"hunter2zq","name":"pass\u0077ord"}"#,
    r#"{"value":"hunter2zq","Value":"","key":"password"}"#,
    r#"{"field":"password","oldValue":"hunter2zq","newValue":"xhunter2zq"}"#,
    r#"EnvVar { name: "DB_PASSWORD", description: "", value: "hunter2zq" }"#,
    r#"<input value="hunter2zq" class="" name="password">"#,
    r#"{:name=>"password", :value=>"hunter2zq"}"#,
];

/// What people say of passwords.
const SENTENCES: &[&str] = &[
    "login of joe failed with password hunter2zq9",
    "the password is \"hunter2zq\", and the old password was 'hunter2zq'",
    "password for joe smith (id 17) is hunter2zq9",
    "set_password(Some(\"joe\"), \"hunter2zq9\")",
    "password mismatch: expected hunter2zq9, got xhunter2zq9, not yhunter2zq9",
    "hunter2zq9 is not a valid password",
    "DB_PASSWORD -> hunter2zq9",
    "password is panda-zebra-hunter2zq",
    "wrong PIN 4821-9937 for joe, password 1: hunter2zq",
    "Failing row contains (17, joe, hunter2zq, null).",
    "executing statement s0 with parameters: [\"joe\", \"hunter2zq\", 17]",
    "127.0.0.1:6379> AUTH joe hunter2zq9",
    "password is [redacted:x]hunter2zq9",
];

fn attacks() -> impl Iterator<Item = &'static str> {
    [NEARLY_JSON, VALUES, KEYS, NAMED, SENTENCES].into_iter().flatten().copied()
}

#[test]
fn no_text_carries_a_secret_through_a_policy() {
    let policy = Policy::builtin();
    for attack in attacks() {
        let safe = policy.sanitize_text(attack);
        assert!(!safe.contains(CANARY), "{attack}\n  became {safe}");
        assert_eq!(policy.sanitize_text(&safe), safe, "masked again: {attack}");
        let mut value = serde_json::json!({ "note": attack });
        policy.sanitize_json(&mut value);
        assert!(!value.to_string().contains(CANARY), "{attack}\n  in a JSON value became {value}");
        let document = serde_json::json!({ "note": attack }).to_string();
        let safe = policy.sanitize_text(&document);
        assert!(!safe.contains(CANARY), "{document}\n  became {safe}");
        serde_json::from_str::<serde_json::Value>(&safe).expect("JSON stays JSON");
    }
}

#[test]
fn marks_in_sentences_stay() {
    let policy = Policy::builtin();
    let marks = ["[redacted:cat2]", "tok-cat2-k1-abcdefghijklmnopqrstuvwx23"];
    for mark in marks {
        for text in [
            "password is #",
            "password #",
            "wrong password (#) for joe",
            "password for joe: #",
            "expected password #, got #",
        ] {
            let text = text.replace('#', mark);
            assert_eq!(policy.sanitize_text(&text), text);
        }
    }
}

#[test]
fn no_text_carries_a_secret_through_the_boundary() {
    let outputs = [Output::default(), Output::default(), Output::default(), Output::default()];
    let [full, compact, pretty, json] = outputs.clone();
    let subscriber = registry()
        .with(fmt::layer().with_ansi(false).with_writer(full))
        .with(fmt::layer().with_ansi(false).compact().with_writer(compact))
        .with(fmt::layer().with_ansi(false).pretty().with_writer(pretty))
        .with(json_layer().with_writer(json))
        .with_privacy(Policy::builtin());
    tracing::subscriber::with_default(subscriber, || {
        for attack in attacks() {
            let span = tracing::info_span!("attack", note = attack, late = tracing::field::Empty);
            span.record("late", tracing::field::debug(attack));
            span.in_scope(|| tracing::info!(text = attack, printed = %attack, "{attack}"));
        }
    });
    for output in outputs {
        let text = output.text();
        assert!(!text.is_empty());
        let leak = text.lines().find(|line| line.contains(CANARY));
        assert_eq!(leak, None);
    }
}

#[test]
fn what_follows_a_value_stays() {
    let policy = Policy::builtin();
    for (text, expected) in [
        (r#"{"password": Some("x"), "b": Some(1)}"#, r#"{"password": Some("[redacted:credential]"), "b": Some(1)}"#),
        ("password=(a) next", "password=[redacted:credential] next"),
        ("see (password=x). Next", "see (password=[redacted:credential]). Next"),
        (r#"url="?password=x": 404"#, r#"url="?password=[redacted:credential]": 404"#),
        (r#"<a href="?password=x">text</a>"#, r#"<a href="?password=[redacted:credential]">text</a>"#),
        (r#"password="" next"#, r#"password="" next"#),
        (r#"{"password":"","b":""}"#, r#"{"password":"","b":""}"#),
        ("password='x' user='y'", "password='[redacted:credential]' user='y'"),
        (r#"msg="Authorization: Custom x" status=200"#, r#"msg="Authorization: [redacted:credential]" status=200"#),
        ("password: Some(it's x), b: 1", "password: Some([redacted:credential]), b: 1"),
        ("postgres://u:${DB_PASSWORD}@host/db", "postgres://u:${DB_PASSWORD}@host/db"),
        ("postgres://u:[redacted:credential]@host/db", "postgres://u:[redacted:credential]@host/db"),
    ] {
        assert_eq!(policy.sanitize_text(text), expected);
    }
}

#[test]
fn thousands_of_keys_may_become_one() {
    let members = (0..5_000).map(|i| (format!("u{i}@example.com"), i.into()));
    let mut value = serde_json::Value::Object(members.collect());
    Policy::builtin().sanitize_json(&mut value);
    let members = value.as_object().expect("it stays an object");
    assert_eq!(members.len(), 5_000, "no value is lost");
    assert!(members.keys().all(|key| key.starts_with("***@example.com") && key.len() < 24), "keys stay short");
}

#[test]
fn colours_between_key_and_value_hide_neither() {
    for line in [
        "\u{1b}[3mpassword\u{1b}[0m\u{1b}[2m=\u{1b}[0mhunter2zq",
        "\u{1b}[3mpassword\u{1b}[0m\u{1b}[2m=\u{1b}[0m\"x hunter2zq\"",
        "\u{1b}[32mpassword\u{1b}[0m: \u{1b}[1;34mhunter2zq\u{1b}[0m",
    ] {
        let safe = Policy::builtin().sanitize_text(line);
        assert!(!safe.contains(CANARY), "{safe:?}");
        assert_eq!(Policy::builtin().sanitize_text(&safe), safe);
    }
}

/// A rule's context words are asked about in the order of the text, whatever their length: each stands before its number here, at every
/// offset in what is read at once.
#[test]
fn short_and_long_context_words_of_one_rule_find_each_its_value() {
    let rules = |context: &str| {
        let policy: Policy = format!(
            "version = 1\n[[pattern]]\nname = \"n\"\nregex = '(?-u)\\b[0-9]{{6}}\\b'\ncontext = [{context}, \"passport\"]\n"
        )
        .parse()
        .unwrap();
        policy
    };
    for word in ["id", "t:", "§", "é", "#1", "n.", "#id"] {
        let policy = rules(&format!("{word:?}"));
        for before in 0..70 {
            for between in [0, 20, 40] {
                let (dots, gap) = (".".repeat(before), ".".repeat(between));
                let text = format!("{dots} 482913 {word} {gap} passport 592813");
                let masked = policy.sanitize_text(&text);
                assert!(!masked.contains("482913") && !masked.contains("592813"), "{word}: {masked}");
            }
        }
    }
    let kennitala =
        format!("{} 120174-3399 {} kt {} kennitala 120174-3399", ".".repeat(40), ".".repeat(10), ".".repeat(50));
    assert!(!Policy::builtin().sanitize_text(&kennitala).contains("120174-3399"));
}

/// What a thread remembers of keys must not depend on the field in which it saw them first.
#[test]
fn a_key_that_is_harmless_in_one_field_may_be_a_disguise_in_another() {
    let policy: Policy = "version = 1\n[[field]]\nkeys = [\"card.pin\"]\n".parse().unwrap();
    // `pin=48213 x=1 y=22`
    let document = r#"{"cGluPTQ4MjEzIHg9MSB5PTIy": 1}"#;
    let output = Output::default();
    let subscriber = registry().with(json_layer().with_writer(output.clone())).with_privacy(policy);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(x = document);
        tracing::info!(card = document);
    });
    let text = output.text();
    assert_eq!(text.matches("cGluPTQ4MjEz").count(), 1, "{text}");
}

#[test]
fn an_option_with_a_separator_behind_blanks_is_a_pair() {
    for text in ["login --password = hunter2zq next", "run --token : hunter2zq", "run --token  =\"hunter2zq\" --quiet"]
    {
        let masked = Policy::builtin().sanitize_text(text);
        assert!(!masked.contains(CANARY), "{masked}");
    }
}

/// The name of a secret and that of a service are looked for in different ways; each finds its value.
#[test]
fn the_name_of_a_service_hides_no_secret_before_it() {
    let masked = Policy::builtin().sanitize_text(r#"acme access "Zx8Kq2Lm9Rt4Wv7B3c" censys: "Pq7Xd3Nf6Hs1Jc5K0a9b""#);
    assert!(!masked.contains("Zx8Kq2Lm") && !masked.contains("Pq7Xd3Nf"), "{masked}");
}

/// A `Vec<u8>` prints as numbers, and is a text all the same.
#[test]
fn bytes_that_print_as_numbers_hide_no_text() {
    let policy = Policy::builtin();
    for bytes in ["mail jane.canary@example.com", r#"{"password":"hunter2zq"}"#, "\u{1}\u{fffd}password=hunter2zq\n"] {
        let bytes = bytes.as_bytes();
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        let decimal = format!("[{}]", numbers.join(","));
        let pairs: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let hex = format!("[{}]", pairs.join(" "));
        for list in [&format!("{bytes:?}"), &format!("{bytes:#?}"), &format!("{bytes:x?}"), &decimal, &hex] {
            let texts = [
                list.clone(),
                format!("sent {list} to [1, 2]"),
                format!("Request {{ body: {list}, of: [1, 2] }}"),
                list[..list.len() - 1].to_owned(),
            ];
            for text in texts {
                let safe = policy.sanitize_text(&text);
                let inner = &list[1..list.len() - 1];
                assert!(safe.contains("[redacted:") && !safe.contains(inner), "{text}: {safe}");
                assert_eq!(text.contains("[1, 2]"), safe.contains("[1, 2]"), "{text}: {safe}");
                assert_eq!(policy.sanitize_text(&safe), safe);
            }
        }
        let mut value = serde_json::json!({ "a": [1, 2], "body": bytes, "b": [[bytes], bytes] });
        let safe: serde_json::Value = serde_json::from_str(&policy.sanitize_text(&value.to_string())).unwrap();
        policy.sanitize_json(&mut value);
        let secret = |text: &str| text.contains("jane.canary") || text.contains(CANARY);
        for safe in [safe, value] {
            assert_eq!(safe["a"], serde_json::json!([1, 2]));
            for masked in [&safe["body"], &safe["b"][0][0], &safe["b"][1]] {
                assert!(masked.as_str().is_some_and(|mask| !secret(mask)), "{safe}");
            }
        }
        let list = || Value::List(bytes.iter().map(|b| Value::Int((*b).into())).collect());
        let mut outgoing = list();
        assert_eq!(policy.outgoing().value("body", &mut outgoing), Sanitized::Masked);
        assert!(matches!(&outgoing, Value::Text(mask) if !secret(mask)));

        let output = Output::default();
        let layers = registry().with(fmt::layer().with_ansi(false).with_writer(output.clone()));
        let subscriber = layers.with(json_layer().with_writer(output.clone())).with_privacy(Policy::builtin());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("send", first = ?bytes, late = tracing::field::Empty);
            span.record("late", tracing::field::debug(bytes));
            let error = std::io::Error::other(format!("cannot send {bytes:?}"));
            span.in_scope(|| tracing::info!(body = ?bytes, error = &error as &dyn std::error::Error, "sent {bytes:?}"));
        });
        let lines = output.text();
        // Each of the five in text, and in JSON those of the span twice.
        assert!(!lines.contains(&numbers.join(", ")) && lines.matches("[redacted:").count() == 12, "{lines}");
    }
    let unlisted =
        "version = 1\ninclude = [\"builtin:pii\"]\n[defaults]\nunlisted = \"mask\"".parse::<Policy>().unwrap();
    let document = serde_json::json!({ "body": b"mail jane.canary@example.com", "b": 1 }).to_string();
    let safe: serde_json::Value = serde_json::from_str(&unlisted.sanitize_text(&document)).unwrap();
    assert_eq!(safe["body"], "[redacted:contact]", "{safe}");
    // Where brackets stand in a string, a mask needs no quotes.
    for inside in [format!("[{:?}]", b"jane@example.com"), "[[4111111111111111]]".to_owned()] {
        let document = serde_json::json!({ "msg": inside }).to_string();
        let safe: serde_json::Value = serde_json::from_str(&policy.sanitize_text(&document)).unwrap();
        assert_ne!(safe["msg"], inside);
    }
    // Rules may name the parents of a key.
    let nested =
        "version = 1\n[[field]]\nkeys = [\"order.card.number\"]\nclass = \"confidential\"\ncategory = \"payment\"";
    let nested = nested.parse::<Policy>().unwrap();
    let mut value = serde_json::json!({ "order": { "card": br#"{"number":"hunter2zq"}"# } });
    let safe = nested.sanitize_text(&value.to_string());
    nested.sanitize_json(&mut value);
    assert_eq!(safe, r#"{"order":{"card":"[redacted:payment]"}}"#);
    assert!(value["order"]["card"].as_str().is_some_and(|text| !text.contains(CANARY)), "{value}");
    for harmless in [
        "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]",
        "took [112, 97, 115, 115, 119, 111, 114, 100] ms",
        "[104, 101, 108, 108, 111, 32, 119, 111, 114, 108, 100]",
        r#"{"ms":[104,101,108,108,111,32,119,111,114,108,100]}"#,
        r#"{"temps":[34,31,31,31,31,31,31,31,31,31,31,31,31,31,31,31]}"#,
    ] {
        assert_eq!(policy.sanitize_text(harmless), harmless);
    }
}
