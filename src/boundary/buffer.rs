//! Sanitized fields of one event, span or record, in buffers that a thread uses again and again.

use std::cell::Cell;
use std::ops::{Deref, DerefMut, Range};

use super::error::Errors;
use crate::document::lossy;

/// Sanitized fields, in the order in which they were recorded. Nothing in `kept` is or refers to a raw value.
#[derive(Default)]
pub(super) struct Fields {
    /// Index of a field in its callsite, and what it is now.
    pub(super) kept: Vec<(usize, Kept)>,
    /// All texts, one behind the other; behind them a raw one, while it is formatted and looked at.
    pub(super) text: String,
    /// All byte strings, one behind the other.
    pub(super) bytes: Vec<u8>,
    pub(super) errors: Errors,
    /// Where the sanitizer writes.
    pub(super) masked: Vec<u8>,
    /// How many values were visited, kept or not.
    pub(super) values: u64,
    /// How many bytes of them were looked at.
    pub(super) looked_at: usize,
    /// Whether code of the application ran meanwhile: a `Debug`, a `Display` or an error.
    pub(super) ran_foreign_code: bool,
    /// Whether another event or span came between; see `reentry`.
    pub(super) overwritten: bool,
}

/// One sanitized value.
pub(super) enum Kept {
    Bool(bool),
    I64(i64),
    U64(u64),
    /// These two as bytes of this machine, which need no alignment: so a field takes a third less memory.
    I128([u8; 16]),
    U128([u8; 16]),
    F64(f64),
    Bytes(Range<usize>),
    Str(Range<usize>),
    /// A text that prints without quotes.
    Printed(Range<usize>),
    /// Index into the errors.
    Error(usize),
}

/// Buffers larger than this in all are not kept.
const KEEP_AT_MOST: usize = 64 * 1024;

impl Fields {
    /// Keeps a text, and says where.
    #[inline]
    pub(super) fn keep_text(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    /// Keeps what the sanitizer wrote, and says where.
    pub(super) fn keep_masked(&mut self) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(&lossy(&self.masked));
        start..self.text.len()
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.text.clear();
        self.bytes.clear();
        self.errors.clear();
        self.masked.clear();
        self.values = 0;
        self.looked_at = 0;
        self.ran_foreign_code = false;
        self.overwritten = false;
    }

    fn capacity(&self) -> usize {
        let kept = self.kept.capacity() * size_of::<(usize, Kept)>();
        kept + self.text.capacity() + self.bytes.capacity() + self.masked.capacity()
    }
}

thread_local! {
    static SPARE: Cell<Option<Box<Fields>>> = const { Cell::new(None) };
}

/// Empty fields, taken from this thread and given back on drop.
///
/// They are taken out, not borrowed: an event logged while another one is being sanitized gets fields of its own, a
/// panic cannot poison them, and a thread that is being torn down gets fresh ones.
pub(super) struct Borrowed(Option<Box<Fields>>);

impl Borrowed {
    pub(super) fn take() -> Self {
        Self(Some(SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default()))
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(mut fields) = self.0.take() else { return };
        if fields.capacity() <= KEEP_AT_MOST {
            fields.clear();
            let _ = SPARE.try_with(|spare| spare.set(Some(fields)));
        }
    }
}

impl Deref for Borrowed {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        self.0.as_ref().expect("only drop takes the fields away")
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut Fields {
        self.0.as_mut().expect("only drop takes the fields away")
    }
}
