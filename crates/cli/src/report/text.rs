//! Lines that people read and editors jump to.

use std::io::{self, Write};

use super::{Form, Item, one_line};

pub(super) struct Text;

impl Form for Text {
    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let Item { line, column, .. } = item;
        writeln!(to, "{}:{line}:{column}: {}", one_line(item.file), one_line(item.message))
    }
}
