//! All inputs, one after the other, as a sequence of steps.

use std::convert::Infallible;
use std::sync::Arc;

use crate::blocks::{Block, Blocks};
use crate::buffers::Buffers;
use crate::input::{Bytes, Input};
use crate::private_key::PrivateKeys;

/// What comes next. `W` is a block to work on, or what became of one.
pub(crate) enum Step<W> {
    /// The next input begins; the steps up to the next beginning are about it.
    Begin(Arc<Input>),
    /// Some lines of it.
    Lines(W),
    /// It was read to its end.
    End,
    /// It cannot be read, or not to its end, and this is why.
    Failed(String),
}

impl<W> Step<W> {
    /// The same step, with something else made of its lines.
    pub(crate) fn map<R>(self, work: impl FnOnce(W) -> R) -> Step<R> {
        let Ok(step) = self.try_map(|lines| Ok::<_, Infallible>(work(lines)));
        step
    }

    /// The same step, with something else made of its lines, if that succeeds.
    pub(crate) fn try_map<R, E>(self, work: impl FnOnce(W) -> Result<R, E>) -> Result<Step<R>, E> {
        Ok(match self {
            Self::Begin(input) => Step::Begin(input),
            Self::Lines(lines) => Step::Lines(work(lines)?),
            Self::End => Step::End,
            Self::Failed(reason) => Step::Failed(reason),
        })
    }
}

/// Lines to work on.
pub(crate) struct Task {
    pub(crate) block: Block,
    /// What the lines before left behind.
    pub(crate) keys: PrivateKeys,
}

/// How inputs are cut.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    /// The longest line that is looked at, in bytes.
    pub(crate) limit: usize,
    /// How much is read at once, in bytes.
    pub(crate) block: usize,
}

/// Reads inputs step by step.
pub(crate) struct Steps {
    inputs: Box<dyn Iterator<Item = Input> + Send>,
    reading: Reading,
    /// A key may go on in the next file of a rotated log.
    keys: PrivateKeys,
    cut: Cut,
    buffers: Buffers,
}

enum Reading {
    Nothing,
    Begun(Arc<Input>),
    Open(Box<Blocks<Bytes>>),
}

impl Steps {
    pub(crate) fn new(inputs: impl Iterator<Item = Input> + Send + 'static, cut: Cut, buffers: Buffers) -> Self {
        Self { inputs: Box::new(inputs), reading: Reading::Nothing, keys: PrivateKeys::default(), cut, buffers }
    }

    fn task(&mut self, block: Block) -> Task {
        let keys = self.keys.clone();
        self.keys.pass(block.text(), self.cut.limit);
        Task { block, keys }
    }
}

impl Iterator for Steps {
    type Item = Step<Task>;

    fn next(&mut self) -> Option<Step<Task>> {
        loop {
            let (next, step) = match std::mem::replace(&mut self.reading, Reading::Nothing) {
                Reading::Nothing => {
                    let input = Arc::new(self.inputs.next()?);
                    (Reading::Begun(input.clone()), Step::Begin(input))
                }
                Reading::Begun(input) => match input.open() {
                    Ok(bytes) => {
                        let blocks = Blocks::new(bytes, self.cut.limit, self.cut.block, self.buffers.clone());
                        self.reading = Reading::Open(Box::new(blocks));
                        continue;
                    }
                    Err(reason) => (Reading::Nothing, Step::Failed(reason)),
                },
                Reading::Open(mut blocks) => match blocks.next() {
                    Ok(Some(block)) => (Reading::Open(blocks), Step::Lines(self.task(block))),
                    Ok(None) => (Reading::Nothing, Step::End),
                    Err(error) => (Reading::Nothing, Step::Failed(error.to_string())),
                },
            };
            self.reading = next;
            return Some(step);
        }
    }
}
