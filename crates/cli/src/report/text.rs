//! Lines that people read and editors jump to.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Level as Title, Renderer, Snippet};

use super::{Excerpt, Form, Item, Level, one_line};
use crate::terminal::Styles;

pub(super) struct Text {
    pub(super) styles: Styles,
}

impl Form for Text {
    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let Item { line, column, .. } = item;
        let (file, message) = (one_line(item.file), one_line(item.message));
        if let Some(excerpt) = &item.excerpt {
            return writeln!(to, "{}\n", pictured(item, excerpt, &file, &message));
        }
        let Styles { place, name, .. } = self.styles;
        // Most messages begin with the name of the rule.
        match message.strip_prefix(item.rule) {
            Some(rest) => {
                writeln!(to, "{place}{file}:{line}:{column}{place:#}: {name}{}{name:#}{rest}", one_line(item.rule))
            }
            None => writeln!(to, "{place}{file}:{line}:{column}{place:#}: {message}"),
        }
    }
}

/// The finding as compilers show theirs: the line, and carets below its place.
fn pictured(item: &Item<'_>, excerpt: &Excerpt<'_>, file: &str, message: &str) -> String {
    // Nothing of a source may reach a terminal as control characters. One column stays one column.
    let shown: String = excerpt.line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let byte_of = |column: u64| {
        let index = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        shown.char_indices().nth(index).map_or(shown.len(), |(at, _)| at)
    };
    let from = byte_of(item.column);
    let to = byte_of(item.end_column.unwrap_or(item.column + 1)).max(from);
    let line = usize::try_from(item.line).unwrap_or(usize::MAX);
    let snippet =
        Snippet::source(&*shown).line_start(line).path(file).annotation(AnnotationKind::Primary.span(from..to));
    let title = match item.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let help = one_line(excerpt.help);
    let title = title.primary_title(message).id(item.rule);
    Renderer::plain().render(&[title.element(snippet).element(Title::HELP.message(&*help))])
}
