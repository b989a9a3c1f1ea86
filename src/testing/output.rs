//! What is captured, and the memory that it is written to.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_core::Metadata;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{DefaultFields, FormatFields, Writer};

use super::leak::Callsite;

/// An output that a capture keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Output {
    /// The fields of events, spans and late records, as a layer inside the boundary sees them.
    Fields,
    /// The stock formatter, `fmt::layer()`.
    Full,
    /// The stock formatter, `fmt::layer().compact()`.
    Compact,
    /// The stock formatter, `fmt::layer().pretty()`.
    Pretty,
    /// The stock formatter, `fmt::layer().json()`.
    StockJson,
    /// This library's [`json_layer`](crate::format::json_layer).
    Json,
}

impl Output {
    /// Every output, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Fields, Self::Full, Self::Compact, Self::Pretty, Self::StockJson, Self::Json];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Full => "full",
            Self::Compact => "compact",
            Self::Pretty => "pretty",
            Self::StockJson => "stock json",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one formatter wrote, one entry for each event. Clones share their memory.
#[derive(Clone, Default)]
pub(super) struct Tape {
    written: Arc<Mutex<Vec<Written>>>,
}

/// What a formatter wrote for one event.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) callsite: Callsite,
    pub(super) text: Vec<u8>,
}

impl Tape {
    pub(super) fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Writes what belongs to one event.
pub(super) struct TapeWriter {
    tape: Tape,
    callsite: Option<Callsite>,
}

impl io::Write for TapeWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut written = self.tape.written.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.callsite.take(), written.last_mut()) {
            (None, Some(last)) => last.text.extend_from_slice(text),
            (callsite, _) => {
                let callsite = callsite.unwrap_or_else(Callsite::unknown);
                written.push(Written { callsite, text: text.to_vec() });
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Tape {
    type Writer = TapeWriter;

    fn make_writer(&self) -> TapeWriter {
        TapeWriter { tape: self.clone(), callsite: Some(Callsite::unknown()) }
    }

    fn make_writer_for(&self, metadata: &Metadata<'_>) -> TapeWriter {
        TapeWriter { tape: self.clone(), callsite: Some(Callsite::of(metadata)) }
    }
}

/// The stock field formatter, under a type of its own.
///
/// Formatters of one type share the text that they keep in a span: [`Output::Full`] and [`Output::Compact`] would each
/// add late records to it.
#[derive(Default)]
pub(super) struct CompactFields(DefaultFields);

impl<'w> FormatFields<'w> for CompactFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        self.0.format_fields(writer, fields)
    }
}
