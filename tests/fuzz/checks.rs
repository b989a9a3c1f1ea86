//! What must hold for any input. Run by the fuzzer (`fuzz/`) for long, and by `tests/fuzz.rs` for a moment.
//!
//! Inputs are anything; most checks plant a secret among them where a policy must see it.
#![allow(dead_code, reason = "each fuzz target uses one of the checks")]

use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::Field;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Stands nowhere in random input, and no detector knows it: only its place gives it away.
const SECRET: &str = "qZ7kV0wXj3";

/// JSON text: a secret under a sensitive key goes, whatever stands around it; JSON stays JSON.
pub fn json(data: &[u8]) {
    let around = around(data);
    let text = format!(r#"{{"password":"{SECRET}","rest":{around}}}"#);
    let masked = sanitized(&text);
    assert_gone(&masked);
    if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
        let masked = serde_json::from_str::<serde_json::Value>(&masked);
        assert!(masked.is_ok(), "JSON is no longer JSON");
    }
    any(data);
    // As the characters of a string, escaped: nothing in it ends the string.
    let quoted = serde_json::Value::from(around).to_string();
    assert_gone(&sanitized(&format!(r#"{{"a":{quoted},"b":[{{"api_key":"{SECRET}"}}]}}"#)));
}

/// Debug output: a secret field goes, whatever string stands before it.
pub fn debug_output(data: &[u8]) {
    let around = around(data);
    assert_gone(&sanitized(&format!("User {{ name: {around:?}, password: {SECRET:?}, rest: [] }}")));
    let nested = format!("Inner {{ name: {around:?}, token: {SECRET:?} }}");
    assert_gone(&sanitized(&format!("Outer {{ text: {nested:?} }}")));
    any(data);
}

/// Pairs of key and value: a secret in quotes goes, whatever else it holds.
pub fn pairs(data: &[u8]) {
    let around = around(data);
    let value = format!("{SECRET}{around}{SECRET}");
    assert_gone(&sanitized(&format!("a=1 password={value:?} b=2")));
    let word: String = around.chars().filter(|c| c.is_alphanumeric()).collect();
    for text in [
        format!("password={SECRET}{word} b=2"),
        format!("/path?x={word}&access_token={SECRET}{word}&y=1"),
        format!("Server={word};Password={SECRET}{word};Port=1"),
        format!("X-Api-Key: {SECRET}{word}\r\nAccept: */*"),
        format!("run --password {SECRET}{word} --verbose"),
    ] {
        assert_gone(&sanitized(&text));
    }
    any(data);
}

/// Whole lines of anything: an address after them goes.
pub fn lines(data: &[u8]) {
    any(data);
    // Without a letter that the address has: a fuzzer learns to write the address itself.
    let mut text: Vec<u8> = data.iter().copied().filter(|&b| b != b'q').collect();
    text.extend_from_slice(b" jo.q7@example.com ");
    let mut out = Vec::new();
    assert!(Policy::builtin().sanitize_line(&text, &mut out), "the address was not seen");
    assert!(!contains(&out, b"jo.q7@example.com"), "the address came out");
}

/// A message: what threads remember of its form, from messages with other digits, changes nothing. Longer ones have no form.
pub fn forms(data: &[u8]) {
    let messages = Messages::default();
    // What text formatters escape is left out.
    let shown = |c: &char| *c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    let message: String = around(data).chars().filter(shown).take(64).collect();
    let in_other_digits = |more: u8| {
        let other = |c: char| c.to_digit(10).map_or(c, |digit| char::from(b'0' + (digit as u8 + more) % 10));
        message.chars().map(other).collect::<String>()
    };
    let subscriber = tracing_subscriber::registry().with(messages.clone()).with_privacy(Policy::builtin());
    let logged = [0, 5, 3, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(in_other_digits);
    tracing::subscriber::with_default(subscriber, || logged.iter().for_each(|message| tracing::info!("{message}")));
    let expected: Vec<String> = logged.iter().map(|message| sanitized(message)).collect();
    assert_eq!(*messages.0.lock().expect("all messages are kept"), expected);
}

/// Keeps the messages of events.
#[derive(Clone, Default)]
struct Messages(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Messages {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut |field: &Field, value: &dyn fmt::Debug| {
            assert_eq!(field.name(), "message");
            self.0.lock().expect("no check panics while it keeps a message").push(format!("{value:?}"));
        });
    }
}

/// Rules files: a policy or an error, never a panic, and never a key in the error.
pub fn rules(data: &[u8]) {
    let rules = around(data);
    if let Err(error) = rules.parse::<Policy>() {
        assert!(!error.to_string().is_empty(), "an error without a word");
    }
    let with_key = format!("{rules}\n[tokens]\nkey = \"{SECRET}{SECRET}{SECRET}{SECRET}\"\n");
    if let Err(error) = with_key.parse::<Policy>() {
        assert_gone(&error.to_string());
    }
}

/// The input as text, without a letter that the secret has: a fuzzer learns to write the secret itself.
fn around(data: &[u8]) -> String {
    String::from_utf8_lossy(data).replace('Z', "")
}

/// Nothing panics, and what is clean stays byte for byte.
pub fn any(data: &[u8]) {
    let mut out = Vec::new();
    if !Policy::builtin().sanitize_line(data, &mut out) {
        assert!(out == data, "clean bytes changed");
    }
}

fn sanitized(text: &str) -> String {
    Policy::builtin().sanitize_text(text)
}

fn assert_gone(text: &str) {
    assert!(!text.contains(SECRET), "the secret came out in {text}");
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
