//! Where masked lines go.

use std::io::{self, Write};

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
}

/// Why lines could not be written.
pub(super) enum Unwritten {
    /// None can be.
    All(io::Error),
    /// Those of this input; why.
    Input(String),
}

/// One stream for all inputs.
pub(super) struct Stream<W> {
    to: W,
    /// The line before had no terminator.
    unterminated: bool,
}

impl<W: Write> Stream<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, unterminated: false }
    }

    fn put(&mut self, masked: &Masked) -> io::Result<()> {
        if self.unterminated {
            // Lines of two files must not become one.
            self.to.write_all(b"\n")?;
        }
        self.unterminated = !masked.terminated;
        self.to.write_all(&masked.text)?;
        self.to.flush()
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
}
