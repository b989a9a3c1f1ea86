//! Workflow commands of GitHub Actions, which show as annotations.

use std::io::{self, Write};

use super::{Form, Item, Level};

pub(super) struct Github;

impl Form for Github {
    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let Item { line, column, .. } = item;
        let end = item.end_column.map_or_else(String::new, |end| format!(",endColumn={end}"));
        let (file, rule) = (property(item.file), property(item.rule));
        let level = match item.level {
            Level::Note => "notice",
            level => level.as_str(),
        };
        let message = data(item.message);
        writeln!(to, "::{level} file={file},line={line},col={column}{end},title={rule}::{message}")
    }
}

/// Escapes what would end the message; the way of the runner's own `toolkit`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
