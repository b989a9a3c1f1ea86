//! JSON lines.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::{Form, Item, Level};

pub(super) struct Json;

impl Form for Json {
    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let mut object = Map::new();
        let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
        set("rule", item.rule.into());
        if item.level != Level::Error {
            set("level", item.level.as_str().into());
        }
        set("file", item.file.into());
        set("line", item.line.into());
        set("column", item.column.into());
        if let Some(end) = item.end_column {
            set("end_column", end.into());
        }
        set("message", item.message.into());
        for (name, value) in item.facts {
            set(name, (*value).into());
        }
        if let Some(fingerprint) = item.fingerprint {
            set("fingerprint", fingerprint.into());
        }
        serde_json::to_writer(&mut *to, &object)?;
        to.write_all(b"\n")
    }
}
