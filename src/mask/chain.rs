//! Maskers one after the other, and what happens when one fails.

use std::cell::Cell;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::drop::DropField;
use super::erase::{Erase, push_placeholder};
use super::mark::is_own_mark;
use super::tokenize::Tokenize;
use super::{MaskError, Masker, Outcome, Reveals, Subject};
use crate::document::lossy;

/// One or more maskers, each working on what the one before it wrote. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Chain {
    /// Never empty.
    steps: Arc<[Step]>,
    /// Whether it only erases, so that nobody need read the value.
    erases: bool,
}

/// A masker and the name it has in rules files.
pub(super) struct Step {
    pub(super) name: Arc<str>,
    pub(super) masker: Arc<dyn Masker>,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// The safe text was appended.
    Replaced,
    /// The field or member goes away. Nothing was appended.
    Dropped,
    /// A masker failed or panicked: the placeholder was appended.
    Failed,
}

/// Where the steps write; kept, so that masking allocates only until it has grown to its size.
#[derive(Default)]
struct Scratch {
    read: String,
    written: String,
}

thread_local! {
    /// Taken out while in use, for a masker of the application's own may log.
    static SCRATCH: Cell<Scratch> = Cell::default();
}

impl Chain {
    /// The chain that needs nothing and never fails.
    pub(crate) fn erase() -> Self {
        Self::new(vec![Step { name: Erase::NAME.into(), masker: Arc::new(Erase) }])
    }

    /// A chain of these steps; without any, it erases.
    pub(super) fn new(steps: Vec<Step>) -> Self {
        if steps.is_empty() {
            return Self::erase();
        }
        let erases = matches!(&steps[..], [only] if *only.name == *Erase::NAME);
        Self { steps: steps.into(), erases }
    }

    /// Appends the safe form of `value` to `out`.
    ///
    /// A value that is one of our own marks, whole, was masked before and is appended as it is: so a boundary inside a
    /// boundary changes nothing. Bytes that are not UTF-8 become U+FFFD before the first step.
    ///
    /// Nothing reaches `out` before the last step is done, so a failure on the way leaves no piece of the value there.
    pub(crate) fn apply(&self, value: &[u8], subject: &Subject<'_>, out: &mut Vec<u8>) -> Applied {
        if is_own_mark(value) {
            out.extend_from_slice(value);
            return Applied::Replaced;
        }
        if self.erases {
            push_placeholder(subject.category, out);
            return Applied::Replaced;
        }
        let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        let applied = self.apply_steps(value, subject, &mut scratch, out);
        scratch.limit();
        let _ = SCRATCH.try_with(|kept| kept.set(scratch));
        applied
    }

    fn apply_steps(&self, value: &[u8], subject: &Subject<'_>, scratch: &mut Scratch, out: &mut Vec<u8>) -> Applied {
        // What a panic leaves half-written is the scratch, and every step begins by emptying it.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run(value, subject, scratch)));
        match outcome {
            Ok(Ok(Outcome::Replaced)) => {
                out.extend_from_slice(scratch.written.as_bytes());
                Applied::Replaced
            }
            Ok(Ok(Outcome::Dropped)) => Applied::Dropped,
            failed => {
                if let Err(payload) = failed {
                    discard(payload);
                }
                push_placeholder(subject.category, out);
                Applied::Failed
            }
        }
    }

    /// How much of the value the output shows, at most.
    ///
    /// That of the step that shows least. A step sees nothing but what the step before it wrote, so nothing that is
    /// hidden once can come back: `lowercase` shows all of what it is given, and behind `keep_last` that is the last
    /// characters; behind `tokenize`, a token.
    pub(crate) fn reveals(&self) -> Reveals {
        self.steps.iter().map(|step| step.masker.reveals()).min().unwrap_or(Reveals::Nothing)
    }

    /// The name of the last step, for decisions.
    pub(crate) fn masker_name(&self) -> &str {
        self.steps.last().map_or(Erase::NAME, |step| &step.name)
    }

    /// The same, shared. It lies where [`masker_name`](Self::masker_name) does.
    pub(crate) fn shared_masker_name(&self) -> Arc<str> {
        self.steps.last().map_or_else(|| Erase::NAME.into(), |step| Arc::clone(&step.name))
    }

    /// The names of all steps, the first one first.
    pub(crate) fn masker_names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| &*step.name)
    }

    /// Whether nothing comes out, and the field or member goes away.
    pub(crate) fn drops(&self) -> bool {
        self.steps.iter().any(|step| *step.name == *DropField::NAME)
    }

    /// Whether a token of the value comes out, or something made of one. Together with a chain that
    /// [keeps parts](Self::keeps_parts) of the same card number, it would give the number away (PCI DSS 3.5.1).
    pub(crate) fn tokenizes(&self) -> bool {
        self.steps.iter().any(|step| *step.name == *Tokenize::NAME)
    }

    /// Whether pieces of the value itself come out.
    pub(crate) fn keeps_parts(&self) -> bool {
        self.reveals() != Reveals::Nothing
    }

    /// Leaves the output of the last step in `scratch.written`.
    fn run(&self, value: &[u8], subject: &Subject<'_>, scratch: &mut Scratch) -> Result<Outcome, MaskError> {
        let (first, rest) = self.steps.split_first().ok_or(MaskError)?;
        scratch.written.clear();
        let mut outcome = first.masker.mask(&lossy(value), subject, &mut scratch.written)?;
        for step in rest {
            if outcome == Outcome::Dropped {
                break;
            }
            mem::swap(&mut scratch.read, &mut scratch.written);
            scratch.written.clear();
            outcome = step.masker.mask(&scratch.read, subject, &mut scratch.written)?;
        }
        Ok(outcome)
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::erase()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps.iter().map(|step| &step.name)).finish()
    }
}

impl Scratch {
    /// What is kept between values, in bytes: one huge value should not hold its memory for ever.
    const KEPT: usize = 64 * 1024;

    fn limit(&mut self) {
        for text in [&mut self.read, &mut self.written] {
            text.clear();
            text.shrink_to(Self::KEPT);
        }
    }
}

impl fmt::Debug for Scratch {
    /// It may hold what steps on the way wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

/// Drops what a panic carried, which is the application's type and may panic in its turn.
fn discard(payload: Box<dyn std::any::Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

#[cfg(test)]
mod tests;
