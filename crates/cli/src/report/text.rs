//! Lines that people read and editors jump to.

use std::io::{self, Write};

use super::{Form, Item, one_line};
use crate::terminal::Styles;

pub(super) struct Text {
    pub(super) styles: Styles,
}

impl Form for Text {
    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let Item { line, column, .. } = item;
        let Styles { place, name, .. } = self.styles;
        let (file, message) = (one_line(item.file), one_line(item.message));
        // Most messages begin with the name of the rule.
        match message.strip_prefix(item.rule) {
            Some(rest) => {
                writeln!(to, "{place}{file}:{line}:{column}{place:#}: {name}{}{name:#}{rest}", one_line(item.rule))
            }
            None => writeln!(to, "{place}{file}:{line}:{column}{place:#}: {message}"),
        }
    }
}
