//! Lines that people read and editors jump to.

use std::io::{self, Write};

use super::{Form, Item, Level, one_line};

pub(super) struct Text;

impl Form for Text {
    fn add(&mut self, level: Level, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let Item { line, column, .. } = item;
        let grave = if level == Level::Warning { "warning: " } else { "" };
        writeln!(to, "{}:{line}:{column}: {grave}{}", one_line(item.file), one_line(item.message))
    }
}
