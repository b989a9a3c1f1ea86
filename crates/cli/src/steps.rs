//! All inputs, one after the other, as a sequence of steps.

use std::convert::Infallible;
use std::fs::Metadata;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::blocks::{Block, Blocks};
use crate::buffers::Buffers;
use crate::carry::Carry;
use crate::encoding::Encoding;
use crate::input::{Input, Opened};

/// What comes next. `W` is a block to work on, or what became of one.
pub(crate) enum Step<W> {
    /// The next input begins; the steps up to the next beginning are about it.
    Begin(Box<Beginning>),
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
            Self::Begin(beginning) => Step::Begin(beginning),
            Self::Lines(lines) => Step::Lines(work(lines)?),
            Self::End => Step::End,
            Self::Failed(reason) => Step::Failed(reason),
        })
    }
}

/// What is known of an input before its lines.
pub(crate) struct Beginning {
    pub(crate) input: Input,
    /// How it is stored; of what cannot be opened, nothing is known.
    pub(crate) encoding: Encoding,
    /// What the file was when it was opened; `None` for what is no file.
    pub(crate) metadata: Option<Metadata>,
}

/// Lines to work on.
pub(crate) struct Task {
    pub(crate) block: Block,
    /// What the lines before left behind.
    pub(crate) carry: Carry,
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
    /// What began in a file may go on in the next one of a rotated log.
    carry: Carry,
    cut: Cut,
    buffers: Buffers,
    /// How many bytes were read of all inputs, as they are stored.
    read: Arc<AtomicU64>,
}

enum Reading {
    Nothing,
    Refused(String),
    Open(Box<Blocks<Box<dyn Read + Send>>>),
}

impl Steps {
    pub(crate) fn new(inputs: impl Iterator<Item = Input> + Send + 'static, cut: Cut, buffers: Buffers) -> Self {
        Self {
            inputs: Box::new(inputs),
            reading: Reading::Nothing,
            carry: Carry::default(),
            cut,
            buffers,
            read: Arc::default(),
        }
    }

    /// How many bytes were read so far, as they are stored; goes on to count.
    pub(crate) fn bytes_read(&self) -> Arc<AtomicU64> {
        self.read.clone()
    }

    fn begin(&mut self, input: Input) -> (Reading, Step<Task>) {
        let (reading, encoding, metadata) = match input.open(&self.read) {
            Ok(Opened { bytes, encoding, metadata }) => {
                let blocks = Blocks::new(bytes, self.cut.limit, self.cut.block, self.buffers.clone());
                (Reading::Open(Box::new(blocks)), encoding, metadata)
            }
            Err(reason) => (Reading::Refused(reason), Encoding::Plain, None),
        };
        (reading, Step::Begin(Box::new(Beginning { input, encoding, metadata })))
    }

    fn task(&mut self, block: Block) -> Task {
        let carry = self.carry.clone();
        self.carry.pass(block.text(), self.cut.limit);
        Task { block, carry }
    }
}

impl Iterator for Steps {
    type Item = Step<Task>;

    fn next(&mut self) -> Option<Step<Task>> {
        let (next, step) = match std::mem::replace(&mut self.reading, Reading::Nothing) {
            Reading::Nothing => {
                let input = self.inputs.next()?;
                self.begin(input)
            }
            Reading::Refused(reason) => (Reading::Nothing, Step::Failed(reason)),
            Reading::Open(mut blocks) => match blocks.next() {
                Ok(Some(block)) => (Reading::Open(blocks), Step::Lines(self.task(block))),
                Ok(None) => (Reading::Nothing, Step::End),
                Err(error) => (Reading::Nothing, Step::Failed(error.to_string())),
            },
        };
        self.reading = next;
        Some(step)
    }
}
