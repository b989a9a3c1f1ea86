//! Whatever stands under a sensitive key never comes out, and everything else comes out byte for byte.
//!
//! Random structures are written in the notations that logs hold. The expected output is the same structure, written with
//! the placeholder in place of each sensitive value.

use std::fmt;
use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use tracing_privacy::Policy;

const PLACEHOLDER: &str = "[redacted:credential]";

/// A document as an application might log it.
#[derive(Clone)]
enum Node {
    Text(String),
    Number(i32),
    Bool(bool),
    Null,
    List(Vec<Node>),
    Members(Vec<(String, Node)>),
    /// What stands under a sensitive key.
    Secret(Secret),
}

/// A secret of any type; in the expected document it is the placeholder.
#[derive(Clone, Debug)]
enum Secret {
    Text(String),
    Number(u32),
    List(Vec<String>),
    Masked,
}

fn words() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!["plan", "blue", "ready", "done", "queue", "äöü", "日本"]), 0..4)
        .prop_map(|w| w.join(" "))
}

/// Texts that are hard to read to their end: quotes, brackets, escapes, delimiters.
fn secret_text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "S3cr", "\"", "'", "\\", "\\\"", "{", "}", "[", "]", "(", ")", ",", ", ", ":", "=", "&", ";", " ", "\n", "\t",
        "%22", "é", "密", "</", ">", "#", "@", "key", "id: 1", "x=1",
    ];
    vec(prop::sample::select(pieces), 1..10).prop_map(|pieces| format!("Q7{}z9Z", pieces.concat()))
}

fn secret() -> impl Strategy<Value = Secret> {
    prop_oneof![
        4 => secret_text().prop_map(Secret::Text),
        1 => (100_000u32..).prop_map(Secret::Number),
        1 => vec(secret_text(), 1..3).prop_map(Secret::List),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        words().prop_map(Node::Text),
        (-9999..9999).prop_map(Node::Number),
        any::<bool>().prop_map(Node::Bool),
        Just(Node::Null),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop::sample::select(vec!["id", "plan", "state", "author", "tokens_used", "password_changed"]);
        let sensitive = prop::sample::select(vec!["password", "apiKey", "client-secret", "ACCESS_TOKEN", "passWord"]);
        let member = prop_oneof![
            3 => (key, inner.clone()).prop_map(|(key, node)| (key.to_owned(), node)),
            2 => (sensitive, secret()).prop_map(|(key, secret)| (key.to_owned(), Node::Secret(secret))),
        ];
        prop_oneof![vec(inner, 0..4).prop_map(Node::List), vec(member, 0..6).prop_map(Node::Members)]
    })
}

fn document() -> impl Strategy<Value = Node> {
    vec(("q[a-z]{1,6}q", node()), 1..4).prop_map(Node::Members)
}

impl Node {
    /// The same document with every secret masked.
    fn masked(&self) -> Self {
        match self {
            Self::List(items) => Self::List(items.iter().map(Self::masked).collect()),
            Self::Members(members) => {
                Self::Members(members.iter().map(|(key, node)| (key.clone(), node.masked())).collect())
            }
            Self::Secret(_) => Self::Secret(Secret::Masked),
            other => other.clone(),
        }
    }

    fn json(&self, space: &str, out: &mut String) {
        let quoted = |text: &str| serde_json::to_string(text).expect("a string is JSON");
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(&format!(",{space}"));
        let nested = |node: &Self| {
            let mut text = String::new();
            node.json(space, &mut text);
            text
        };
        match self {
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Bool(bool) => out.push_str(&bool.to_string()),
            Self::Null => out.push_str("null"),
            Self::List(items) => {
                let _ = write!(out, "[{space}{}{space}]", list(&mut items.iter().map(nested)));
            }
            Self::Members(members) => {
                let member = |(key, node): &(String, Self)| format!("{}:{space}{}", quoted(key), nested(node));
                let _ = write!(out, "{{{space}{}{space}}}", list(&mut members.iter().map(member)));
            }
            Self::Secret(Secret::Text(text)) => out.push_str(&quoted(text)),
            Self::Secret(Secret::Number(number)) => out.push_str(&number.to_string()),
            Self::Secret(Secret::List(items)) => {
                let _ = write!(out, "[{}]", list(&mut items.iter().map(|item| quoted(item))));
            }
            Self::Secret(Secret::Masked) => out.push_str(&quoted(PLACEHOLDER)),
        }
    }
}

/// As `#[derive(Debug)]` would print it.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Bool(bool) => bool.fmt(f),
            Self::Null => f.write_str("None"),
            Self::List(items) => items.fmt(f),
            Self::Members(members) => {
                let mut out = f.debug_struct("Record");
                for (key, node) in members {
                    out.field(&key.replace('-', "_"), node);
                }
                out.finish()
            }
            Self::Secret(Secret::Text(text)) => text.fmt(f),
            Self::Secret(Secret::Number(number)) => number.fmt(f),
            Self::Secret(Secret::List(items)) => items.fmt(f),
            Self::Secret(Secret::Masked) => f.write_str(PLACEHOLDER),
        }
    }
}

/// The masked `Debug` form: a text keeps its quotes, other values have none.
fn debug_masked(node: &Node, pretty: bool) -> String {
    struct Expected<'n>(&'n Node);
    impl fmt::Debug for Expected<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.0 {
                Node::List(items) => f.debug_list().entries(items.iter().map(Expected)).finish(),
                Node::Members(members) => {
                    let mut out = f.debug_struct("Record");
                    for (key, node) in members {
                        out.field(&key.replace('-', "_"), &Expected(node));
                    }
                    out.finish()
                }
                Node::Secret(Secret::Text(_)) => PLACEHOLDER.fmt(f),
                Node::Secret(_) => f.write_str(PLACEHOLDER),
                other => other.fmt(f),
            }
        }
    }
    if pretty { format!("{:#?}", Expected(node)) } else { format!("{:?}", Expected(node)) }
}

fn sanitized(text: &str) -> String {
    Policy::builtin().sanitize_text(text)
}

fn check(text: &str, expected: &str) -> Result<(), TestCaseError> {
    let once = sanitized(text);
    prop_assert_eq!(&once, expected, "from {}", text);
    prop_assert_eq!(sanitized(&once), once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_text(document in document(), space in prop::sample::select(vec!["", " ", "\n  "])) {
        let (mut text, mut expected) = (String::new(), String::new());
        document.json(space, &mut text);
        document.masked().json(space, &mut expected);
        check(&text, &expected)?;
        // In the middle of a line, too.
        check(&format!("body={text} took 3ms"), &format!("body={expected} took 3ms"))?;
    }

    #[test]
    fn json_in_a_string_in_json(document in document()) {
        let (mut text, mut expected) = (String::new(), String::new());
        document.json("", &mut text);
        document.masked().json("", &mut expected);
        for _ in 0..2 {
            text = serde_json::json!({"payload": text}).to_string();
            expected = serde_json::json!({"payload": expected}).to_string();
        }
        check(&text, &expected)?;
    }

    #[test]
    fn debug_output(document in document()) {
        check(&format!("{document:?}"), &debug_masked(&document, false))?;
        check(&format!("{document:#?}"), &debug_masked(&document, true))?;
    }

    #[test]
    fn quoted_pairs(
        fields in vec((prop::sample::select(vec!["id", "password", "api_key", "plan"]), words(), secret_text()), 1..6)
    ) {
        let line = |masked: bool| {
            let mut out = String::new();
            for (key, word, secret) in &fields {
                let sensitive = matches!(*key, "password" | "api_key");
                let value = if !sensitive { word } else if masked { PLACEHOLDER } else { secret };
                let _ = write!(out, "{key}={value:?} ");
            }
            out
        };
        check(&line(false), &line(true))?;
    }

    #[test]
    fn any_text_is_masked_once(text in "(?s).{0,200}") {
        let once = sanitized(&text);
        prop_assert_eq!(sanitized(&once), once);
    }

    #[test]
    fn any_bytes_keep_what_is_clean(bytes in vec(any::<u8>(), 0..300)) {
        let mut out = Vec::new();
        if !Policy::builtin().sanitize_line(&bytes, &mut out) {
            prop_assert_eq!(out, bytes);
        }
    }
}
