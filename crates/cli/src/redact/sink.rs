//! Where masked lines go.

use std::io::{self, Write};

use super::compressor::Compressor;
use crate::encoding::Encoding;
use crate::mask::Masked;
use crate::steps::Beginning;

/// Takes the masked lines of one input after the other.
pub(super) trait Sink {
    fn begin(&mut self, beginning: &Beginning) -> Result<(), Unwritten>;

    fn write(&mut self, masked: &Masked) -> Result<(), Unwritten>;

    /// The input was read to its end.
    fn end(&mut self) -> Result<(), Unwritten>;

    /// It was not, and nothing more comes of it.
    fn abandon(&mut self);

    /// There are no more inputs.
    fn finish(&mut self) -> Result<(), Unwritten>;
}

impl Sink for Box<dyn Sink> {
    fn begin(&mut self, beginning: &Beginning) -> Result<(), Unwritten> {
        (**self).begin(beginning)
    }

    fn write(&mut self, masked: &Masked) -> Result<(), Unwritten> {
        (**self).write(masked)
    }

    fn end(&mut self) -> Result<(), Unwritten> {
        (**self).end()
    }

    fn abandon(&mut self) {
        (**self).abandon();
    }

    fn finish(&mut self) -> Result<(), Unwritten> {
        (**self).finish()
    }
}

/// Why lines could not be written.
pub(super) enum Unwritten {
    /// None can be.
    All(io::Error),
    /// Those of this input; why.
    Input(String),
}

/// One stream for all inputs.
pub(super) struct Stream<W: Write> {
    /// None, once it is finished.
    to: Option<Compressor<W>>,
    /// The line before had no terminator.
    unterminated: bool,
}

impl<W: Write> Stream<W> {
    pub(super) fn new(to: W, encoding: Encoding) -> io::Result<Self> {
        Ok(Self { to: Some(Compressor::new(to, encoding)?), unterminated: false })
    }

    fn put(&mut self, masked: &Masked) -> io::Result<()> {
        let Some(to) = &mut self.to else { return Ok(()) };
        if self.unterminated {
            // Lines of two files must not become one.
            to.as_write().write_all(b"\n")?;
        }
        self.unterminated = !masked.terminated;
        to.as_write().write_all(&masked.text)?;
        to.flush()
    }
}

impl<W: Write> Sink for Stream<W> {
    fn begin(&mut self, _: &Beginning) -> Result<(), Unwritten> {
        Ok(())
    }

    fn write(&mut self, masked: &Masked) -> Result<(), Unwritten> {
        self.put(masked).map_err(Unwritten::All)
    }

    fn end(&mut self) -> Result<(), Unwritten> {
        Ok(())
    }

    fn abandon(&mut self) {}

    fn finish(&mut self) -> Result<(), Unwritten> {
        let Some(to) = self.to.take() else { return Ok(()) };
        to.finish().map(drop).map_err(Unwritten::All)
    }
}
