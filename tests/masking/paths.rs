//! Every way of a value through a policy: by itself, through a real subscriber, and inside documents.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tracing::callsite::{Callsite, Identifier};
use tracing::field::{self, Field, FieldSet, Value, Visit};
use tracing::metadata::{Kind, Level, Metadata};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber};
use tracing::{Event, Span};
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::cases::Case;

/// One way of a value through a policy.
pub struct Path {
    pub name: &'static str,
    /// What comes out; `None` if the value cannot go this way.
    pub through: fn(&Policy, &Case) -> Option<Outcome>,
}

/// What comes out: the masked text, or `None` where the field went away. An error if it is no text: all that came out.
pub type Outcome = Result<Option<String>, String>;

pub const PATHS: &[Path] = &[
    Path { name: "sanitize_field", through: |p, c| only("sanitize_field", c).then(|| Ok(sanitize_field(p, c))) },
    Path { name: "sanitize_text", through: |p, c| bare(c).then(|| Ok(Some(p.sanitize_text(&c.text)))) },
    Path { name: "sanitize_line", through: |p, c| bare(c).then(|| Ok(Some(line(p, &c.text)))) },
    Path { name: "message", through: |p, c| bare(c).then(|| Ok(event(p, "message", &field::display(&c.text)))) },
    Path { name: "event field, str", through: |p, c| named(c, |key| event(p, key, &c.text.as_str())) },
    Path { name: "event field, Display", through: |p, c| named(c, |key| event(p, key, &field::display(&c.text))) },
    Path {
        name: "event field, Debug",
        through: |p, c| named(c, |key| event(p, key, &field::debug(format_args!("{}", c.text)))),
    },
    Path { name: "span field", through: |p, c| named(c, |key| span(p, key, &c.text.as_str(), false)) },
    Path { name: "late record", through: |p, c| named(c, |key| span(p, key, &c.text.as_str(), true)) },
    Path { name: "sanitize_json", through: |p, c| document(c, |json| value(p, json)) },
    Path { name: "JSON text", through: |p, c| document(c, |json| parse(line(p, &json.to_string()))) },
    Path { name: "JSON in a message", through: |p, c| document(c, |json| json_message(p, &json)) },
    Path {
        name: "JSON in a string in JSON",
        through: |p, c| {
            document(c, |json| {
                let outer = parse(line(p, &json!([json.to_string()]).to_string()));
                parse(outer[0].as_str().expect("a string stays one").to_owned())
            })
        },
    },
];

/// The key of values that stand under none where there must be one.
const NEUTRAL: &str = "detail";

fn only(path: &str, case: &Case) -> bool {
    case.only.as_ref().is_none_or(|only| only == path)
}

/// Whether the value is one that stands under no key.
fn bare(case: &Case) -> bool {
    case.key.is_none() && case.only.is_none()
}

fn named(case: &Case, through: impl Fn(&str) -> Option<String>) -> Option<Outcome> {
    case.only.is_none().then(|| Ok(through(case.key.as_deref().unwrap_or(NEUTRAL))))
}

fn sanitize_field(policy: &Policy, case: &Case) -> Option<String> {
    let text = policy.sanitize_field(case.key.as_deref().unwrap_or_default(), &case.text);
    // A field that is dropped has no text.
    (case.text.is_empty() || !text.is_empty()).then_some(text)
}

fn line(policy: &Policy, text: &str) -> String {
    let mut out = Vec::new();
    let changed = policy.sanitize_line(text.as_bytes(), &mut out);
    assert_eq!(changed, out != text.as_bytes(), "whether a line changed");
    String::from_utf8(out).expect("text stays text")
}

fn value(policy: &Policy, mut json: Json) -> Json {
    policy.sanitize_json(&mut json);
    json
}

fn json_message(policy: &Policy, json: &Json) -> Json {
    parse(event(policy, "message", &field::display(json)).expect("a message stays"))
}

fn parse(text: String) -> Json {
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A document with the value under its key, as deep as the key has segments; and what comes back of the value.
fn document(case: &Case, through: impl Fn(Json) -> Json) -> Option<Outcome> {
    if case.only.is_some() {
        return None;
    }
    let key = case.key.as_deref().unwrap_or(NEUTRAL);
    let nested = key.rsplit('.').fold(json!(case.text), |inner, segment| json!({ segment: inner }));
    let out = through(nested);
    let found = key.split('.').try_fold(&out, |json, segment| json.get(segment));
    Some(match found {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(out.to_string()),
    })
}

fn event(policy: &Policy, name: &str, value: &dyn Value) -> Option<String> {
    let callsite = callsite(name, Kind::EVENT);
    seen(policy, || {
        let fields = callsite.fields();
        let field = fields.field(name).expect("it has this field");
        Event::dispatch(callsite, &fields.value_set(&[(&field, Some(value))]));
    })
}

fn span(policy: &Policy, name: &str, value: &dyn Value, late: bool) -> Option<String> {
    let callsite = callsite(name, Kind::SPAN);
    seen(policy, || {
        let fields = callsite.fields();
        let field = fields.field(name).expect("it has this field");
        let at_once = (!late).then_some(value);
        let span = Span::new(callsite, &fields.value_set(&[(&field, at_once)]));
        if late {
            span.record_all(&fields.value_set(&[(&field, Some(value))]));
        }
    })
}

/// What a layer inside the boundary sees of the one value that `code` logs.
fn seen(policy: &Policy, code: impl FnOnce()) -> Option<String> {
    let layer = Values::default();
    let subscriber = tracing_subscriber::registry().with(layer.clone()).with_privacy(policy.clone());
    tracing::subscriber::with_default(subscriber, code);
    let mut values = layer.0.lock().expect("no test panics with the lock held");
    assert!(values.len() <= 1, "one value became several");
    values.pop()
}

/// A callsite with one field of that name. It lives for good, as all callsites do.
fn callsite(field: &str, kind: Kind) -> &'static Metadata<'static> {
    struct Site(std::sync::OnceLock<Metadata<'static>>);
    impl Callsite for Site {
        fn set_interest(&self, _: Interest) {}
        fn metadata(&self) -> &Metadata<'_> {
            self.0.get().expect("it is set when the callsite is made")
        }
    }
    let site: &'static Site = Box::leak(Box::new(Site(std::sync::OnceLock::new())));
    let name: &'static str = Box::leak(field.to_owned().into_boxed_str());
    let names: &'static [&'static str] = Box::leak(Box::new([name]));
    let fields = FieldSet::new(names, Identifier(site));
    site.0.get_or_init(|| Metadata::new("case", "masking", Level::INFO, None, None, None, fields, kind))
}

/// The values of all fields, as text.
#[derive(Clone, Default)]
struct Values(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Values {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut self.clone());
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut self.clone());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Values {
    fn record_str(&mut self, _: &Field, value: &str) {
        self.0.lock().expect("no test panics with the lock held").push(value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
