//! Events as JSON lines.

use std::any::TypeId;
use std::fmt;

use tracing_core::{Event, Level, Subscriber};
use tracing_log::NormalizeEvent as _;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::scratch::Scratch;
use super::visitor::{MemberVisitor, Members};
use super::{JsonFields, Rfc3339Utc, write};
use crate::boundary::{SanitizedValue, each_sanitized, reading_unescaped};

/// Formats each event as one line of JSON, in the shape of the stock JSON formatter.
///
/// The switches have the names, the meanings and the defaults of the stock ones. The [module](super) tells what differs.
///
/// ```
/// use tracing_privacy::format::{Json, JsonFields};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let layer = tracing_subscriber::fmt::layer()
///     .event_format(Json::new().flatten_event(true).with_current_span(false))
///     .fmt_fields(JsonFields::new());
/// let subscriber = tracing_subscriber::registry().with(layer);
/// # let _ = subscriber;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Json<T = Rfc3339Utc> {
    timer: T,
    show_timestamp: bool,
    show_level: bool,
    flatten_event: bool,
    show_target: bool,
    show_file: bool,
    show_line_number: bool,
    show_current_span: bool,
    show_span_list: bool,
    show_thread_names: bool,
    show_thread_ids: bool,
}

impl Json {
    /// The stock shape: timestamp, level, fields, target, the current span and the list of spans.
    pub fn new() -> Self {
        Self {
            timer: Rfc3339Utc,
            show_timestamp: true,
            show_level: true,
            flatten_event: false,
            show_target: true,
            show_file: false,
            show_line_number: false,
            show_current_span: true,
            show_span_list: true,
            show_thread_names: false,
            show_thread_ids: false,
        }
    }
}

impl Default for Json {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Json<T> {
    /// Whether the event's fields stand beside `level` and `target` instead of under `fields`. Off by default.
    ///
    /// A field that is called like one of those then makes a second member of that name, as in the stock formatter.
    pub fn flatten_event(self, flatten_event: bool) -> Self {
        Self { flatten_event, ..self }
    }

    /// Whether the innermost span is shown, as `span`. On by default.
    pub fn with_current_span(self, show_current_span: bool) -> Self {
        Self { show_current_span, ..self }
    }

    /// Whether all spans are listed, outermost first, as `spans`. On by default.
    pub fn with_span_list(self, show_span_list: bool) -> Self {
        Self { show_span_list, ..self }
    }

    /// Whether the event's target is shown, as `target`. On by default.
    pub fn with_target(self, show_target: bool) -> Self {
        Self { show_target, ..self }
    }

    /// Whether the event's level is shown, as `level`. On by default.
    pub fn with_level(self, show_level: bool) -> Self {
        Self { show_level, ..self }
    }

    /// Whether the source file is shown, as `filename`. Off by default.
    pub fn with_file(self, show_file: bool) -> Self {
        Self { show_file, ..self }
    }

    /// Whether the line in the source file is shown, as `line_number`. Off by default.
    pub fn with_line_number(self, show_line_number: bool) -> Self {
        Self { show_line_number, ..self }
    }

    /// Whether the thread's id is shown, as `threadId`. Off by default.
    pub fn with_thread_ids(self, show_thread_ids: bool) -> Self {
        Self { show_thread_ids, ..self }
    }

    /// Whether the thread's name is shown, as `threadName`; for a thread without one its id, unless that is shown
    /// anyway. Off by default.
    pub fn with_thread_names(self, show_thread_names: bool) -> Self {
        Self { show_thread_names, ..self }
    }

    /// Leaves the timestamp out.
    pub fn without_time(self) -> Json<()> {
        Json { show_timestamp: false, ..self.with_timer(()) }
    }

    /// Takes the timestamp from another clock, or prints it in another way.
    pub fn with_timer<T2>(self, timer: T2) -> Json<T2> {
        Json {
            timer,
            show_timestamp: self.show_timestamp,
            show_level: self.show_level,
            flatten_event: self.flatten_event,
            show_target: self.show_target,
            show_file: self.show_file,
            show_line_number: self.show_line_number,
            show_current_span: self.show_current_span,
            show_span_list: self.show_span_list,
            show_thread_names: self.show_thread_names,
            show_thread_ids: self.show_thread_ids,
        }
    }
}

impl<S, N, T> FormatEvent<S, N> for Json<T>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
    T: FormatTime,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        // One write of the whole line: where a value's `Debug` panics, the writer has seen nothing of it.
        Scratch::with(|scratch| {
            self.write_line(&mut scratch.text, ctx, event);
            writer.write_str(&scratch.text)
        })
    }
}

impl<T: FormatTime> Json<T> {
    fn write_line<S, N>(&self, out: &mut String, ctx: &FmtContext<'_, S, N>, event: &Event<'_>)
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
        N: for<'writer> FormatFields<'writer> + 'static,
    {
        // A record of the `log` crate has its target, file and line among its fields.
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());

        out.push('{');
        if self.show_timestamp {
            member(out, r#""timestamp":"#).push('"');
            // Where the timer fails, what it printed so far is the timestamp.
            let _ = self.timer.format_time(&mut Writer::new(&mut write::Escaping(out)));
            out.push('"');
        }
        if self.show_level {
            member(out, level_member(metadata.level()));
        }
        if self.flatten_event {
            write_fields(out, event);
        } else {
            member(out, r#""fields":"#).push('{');
            write_fields(out, event);
            out.push('}');
        }
        if self.show_target {
            write::string(member(out, r#""target":"#), metadata.target());
        }
        if let (true, Some(file)) = (self.show_file, metadata.file()) {
            write::string(member(out, r#""filename":"#), file);
        }
        if let (true, Some(line)) = (self.show_line_number, metadata.line()) {
            write::integer(member(out, r#""line_number":"#), line);
        }
        if self.show_current_span || self.show_span_list {
            self.write_spans(out, ctx);
        }
        if self.show_thread_names || self.show_thread_ids {
            self.write_thread(out);
        }
        out.push_str("}\n");
    }

    fn write_spans<S, N>(&self, out: &mut String, ctx: &FmtContext<'_, S, N>)
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
        N: for<'writer> FormatFields<'writer> + 'static,
    {
        let Some(span) = ctx.parent_span() else { return };
        let mut current = None;
        if self.show_current_span {
            member(out, r#""span":"#);
            let start = out.len();
            write_span::<S, N>(out, &span);
            current = Some(start..out.len());
        }
        if self.show_span_list {
            member(out, r#""spans":["#);
            if span.parent().is_some() {
                for ancestor in span.scope().from_root().filter(|ancestor| ancestor.id() != span.id()) {
                    write_span::<S, N>(out, &ancestor);
                    out.push(',');
                }
            }
            match current {
                Some(same) => out.extend_from_within(same),
                None => write_span::<S, N>(out, &span),
            }
            out.push(']');
        }
    }

    fn write_thread(&self, out: &mut String) {
        let thread = std::thread::current();
        if self.show_thread_names {
            match thread.name() {
                Some(name) => write::string(member(out, r#""threadName":"#), name),
                None if !self.show_thread_ids => write::debug(member(out, r#""threadName":"#), &thread.id()),
                None => {}
            }
        }
        if self.show_thread_ids {
            write::debug(member(out, r#""threadId":"#), &thread.id());
        }
    }
}

/// Begins a member of the object that `out` is in the middle of, with its key and colon, or all of it; what is left is appended to
/// what is returned.
#[inline]
fn member<'o>(out: &'o mut String, begin: &str) -> &'o mut String {
    separate(out);
    out.push_str(begin);
    out
}

#[inline]
fn separate(out: &mut String) {
    // No value ends with a brace that opens, so the first member is told from the others.
    if !out.ends_with('{') {
        out.push(',');
    }
}

fn write_fields(out: &mut String, event: &Event<'_>) {
    if !each_sanitized(event, |key, value| write_value(member(out, key), value)) {
        reading_unescaped(|| event.record(&mut MemberVisitor(EventMembers(out))));
    }
}

/// Writes a value that a boundary sanitized, as [`MemberVisitor`] writes it.
// Inlined, both this and what makes the value: so its kind is asked once.
#[inline(always)]
fn write_value(out: &mut String, value: SanitizedValue<'_>) {
    match value {
        SanitizedValue::Bool(value) => write::boolean(out, value),
        SanitizedValue::I64(value) => write::integer(out, value),
        SanitizedValue::U64(value) => write::integer(out, value),
        SanitizedValue::I128(value) => write::integer_string(out, value),
        SanitizedValue::U128(value) => write::integer_string(out, value),
        SanitizedValue::F64(value) => write::float(out, value),
        SanitizedValue::Bytes(value) => EventMembers::bytes(out, value),
        SanitizedValue::Text(value) => write::string(out, value),
        SanitizedValue::Error(value) => reading_unescaped(|| write::debug(out, &format_args!("{value}"))),
    }
}

/// Appends members to the object that the text is in the middle of.
struct EventMembers<'o>(&'o mut String);

impl Members for EventMembers<'_> {
    fn member(&mut self, name: &str) -> &mut String {
        separate(self.0);
        write::key(self.0, name);
        self.0
    }

    fn bytes(out: &mut String, bytes: &[u8]) {
        write::hex_bytes(out, bytes);
    }
}

fn write_span<S, N>(out: &mut String, span: &SpanRef<'_, S>)
where
    S: for<'lookup> LookupSpan<'lookup>,
    N: 'static,
{
    out.push('{');
    if let Some(FormattedFields { fields, .. }) = span.extensions().get::<FormattedFields<N>>()
        && !fields.is_empty()
    {
        if TypeId::of::<N>() == TypeId::of::<JsonFields>() {
            out.push_str(fields);
        } else {
            write::string(member(out, r#""fields":"#), fields);
        }
    }
    write::string(member(out, r#""name":"#), span.name());
    out.push('}');
}

fn level_member(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => r#""level":"ERROR""#,
        Level::WARN => r#""level":"WARN""#,
        Level::INFO => r#""level":"INFO""#,
        Level::DEBUG => r#""level":"DEBUG""#,
        Level::TRACE => r#""level":"TRACE""#,
    }
}
