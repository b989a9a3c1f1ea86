//! A layer that keeps what it sees.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::leak::{Callsite, CallsiteKind};

/// Keeps every field of every event, span and late record, as text. Clones share their memory.
#[derive(Clone, Default)]
pub(super) struct Recorder {
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// The fields of one event, span or late record.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) callsite: Callsite,
    pub(super) fields: Vec<(String, String)>,
}

impl Recorder {
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, mut callsite: Callsite, texts: Texts) {
        // What `tracing-log` bridges has one callsite per level; the real one is in fields.
        for (field, text) in &texts.0 {
            match field.as_str() {
                "log.target" => callsite.target.clone_from(text),
                "log.file" => callsite.file = Some(text.clone()),
                "log.line" => callsite.line = text.parse().ok(),
                _ => {}
            }
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen { callsite, fields: texts.0 });
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, _id: &Id, _ctx: Context<'_, S>) {
        let mut texts = Texts::default();
        attributes.record(&mut texts);
        self.keep(Callsite::of(attributes.metadata()), texts);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let mut texts = Texts::default();
        values.record(&mut texts);
        let mut callsite = ctx.span(id).map_or_else(Callsite::unknown, |span| Callsite::of(span.metadata()));
        callsite.kind = CallsiteKind::Record;
        self.keep(callsite, texts);
    }

    fn on_event(&self, event: &Event<'_>, _ctx: Context<'_, S>) {
        let mut texts = Texts::default();
        event.record(&mut texts);
        self.keep(Callsite::of(event.metadata()), texts);
    }
}

/// Field names and all that a layer could read from their values.
#[derive(Default)]
struct Texts(Vec<(String, String)>);

impl Texts {
    fn push(&mut self, field: &Field, text: String) {
        self.0.push((field.name().to_owned(), text));
    }
}

impl Visit for Texts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = format!("{value:?}");
        let pretty = format!("{value:#?}");
        if pretty != text {
            text = text + "\n" + &pretty;
        }
        self.push(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value.to_owned());
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.push(field, String::from_utf8_lossy(value).into_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = String::new();
        let mut link = Some(value);
        while let Some(error) = link {
            // Writing to a string fails only where the error's own impl does; the rest is kept.
            let _ = writeln!(text, "{error}\n{error:?}");
            link = error.source();
        }
        self.push(field, text);
    }
}
