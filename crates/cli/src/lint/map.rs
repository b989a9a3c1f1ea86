//! The data map: every field that is logged, where, what it is and what the policy does with it.

use std::io::{self, Write};

use serde_json::json;
use tracing_privacy::Treatment;

use super::keys::Keys;
use super::statement::{Kind, Statement, Value};
use crate::report::one_line;

/// How the map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum MapForm {
    /// Columns, for people
    Table,
    /// One JSON object a line
    Json,
    /// A table for documents
    Markdown,
}

/// A field that is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    field: String,
    target: String,
    level: String,
    by: String,
    line: usize,
    /// The value that it holds, where that is known by another name; the fields of a struct.
    holds: String,
    class: String,
    category: String,
    /// What becomes of it.
    treatment: String,
    rule: String,
}

/// What is written for what is not known.
const UNKNOWN: &str = "-";

/// The fields of a statement. Its message is one, if anything is printed in it.
pub(super) fn entries(statement: &Statement, keys: &Keys<'_>) -> Vec<Entry> {
    if matches!(statement.kind, Kind::Print | Kind::Panic) {
        return Vec::new();
    }
    let mut entries: Vec<_> = statement
        .fields
        .iter()
        .map(|field| entry(statement, &field.key, field.place.line, std::slice::from_ref(&field.value), keys))
        .collect();
    if let Some(first) = statement.values.first() {
        entries.push(entry(statement, "message", first.place.line, &statement.values, keys));
    }
    entries
}

fn entry(statement: &Statement, field: &str, line: usize, values: &[Value], keys: &Keys<'_>) -> Entry {
    let explained = keys.policy().explain_key(field);
    let by_schema = statement.target.as_deref().and_then(|target| keys.policy().explain_schema(target, field));
    let deciding = explained.rules.first();
    let mut holds = Vec::new();
    let mut kinds = Vec::new();
    for value in values.iter().filter(|value| !value.is_safe) {
        if let Some(carried) = &value.carried {
            holds.push(carried.name.clone());
            kinds.push(carried.sensitive.clone());
        }
        if value.carried.is_none() {
            holds.extend(value.exposed.iter().map(|exposed| format!("{}.{}", value.ty, exposed.path)));
            kinds.extend(value.exposed.iter().map(|exposed| exposed.sensitive.clone()));
        }
    }
    holds.retain(|name| name != field);
    holds.dedup();
    let highest = kinds.iter().max_by_key(|sensitive| sensitive.class);
    let class = deciding.map(|rule| rule.class).or(highest.map(|sensitive| sensitive.class));
    let category = deciding.map(|rule| rule.category.as_str()).or(highest.map(|sensitive| sensitive.category.as_str()));
    let treatment = by_schema.unwrap_or(explained.treatment);
    let told = match treatment {
        Treatment::Masked => "masked",
        Treatment::Dropped => "dropped",
        Treatment::Rejected => "event rejected",
        Treatment::Scanned => "scanned",
        _ => UNKNOWN,
    };
    let rule = if by_schema.is_some() { "schema" } else { deciding.map_or(UNKNOWN, |rule| rule.rule) };
    let maskers = deciding.filter(|_| by_schema.is_none() && treatment == Treatment::Masked);
    let maskers = maskers.map_or_else(String::new, |rule| format!(": {}", rule.maskers.join(", ")));
    let or_unknown = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or(UNKNOWN).to_owned();
    Entry {
        field: one_line(field),
        target: or_unknown(statement.target.as_deref()),
        level: or_unknown(statement.level.as_deref()),
        by: statement.name.clone(),
        line,
        holds: holds.join(", "),
        class: or_unknown(class.map(|class| class.as_str())),
        category: or_unknown(category),
        treatment: format!("{told}{maskers}"),
        rule: rule.to_owned(),
    }
}

const COLUMNS: [&str; 9] = ["field", "holds", "class", "category", "treatment", "rule", "level", "target", "place"];

impl Entry {
    fn cells(&self, file: &str) -> [String; 9] {
        [
            self.field.clone(),
            if self.holds.is_empty() { UNKNOWN.to_owned() } else { self.holds.clone() },
            self.class.clone(),
            self.category.clone(),
            self.treatment.clone(),
            self.rule.clone(),
            self.level.clone(),
            self.target.clone(),
            format!("{}:{}", one_line(file), self.line),
        ]
    }
}

/// Writes the map: entries with the names of their files, in their order.
pub(super) fn write(form: MapForm, entries: &[(String, Entry)], to: &mut dyn Write) -> io::Result<()> {
    match form {
        MapForm::Json => {
            for (file, entry) in entries {
                let object = json!({
                    "field": entry.field, "holds": entry.holds, "class": entry.class, "category": entry.category,
                    "treatment": entry.treatment, "rule": entry.rule, "level": entry.level, "target": entry.target,
                    "by": entry.by, "file": file, "line": entry.line,
                });
                writeln!(to, "{object}")?;
            }
        }
        MapForm::Markdown => {
            writeln!(to, "| {} |\n|{}", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()))?;
            for (file, entry) in entries {
                // A bar ends a cell.
                let cells = entry.cells(file).map(|cell| cell.replace('|', "\\|"));
                writeln!(to, "| {} |", cells.join(" | "))?;
            }
        }
        MapForm::Table => table(entries, to)?,
    }
    to.flush()
}

fn table(entries: &[(String, Entry)], to: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = entries.iter().map(|(file, entry)| entry.cells(file)).collect();
    let header = COLUMNS.map(str::to_owned);
    let all = || std::iter::once(&header).chain(&rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..COLUMNS.len()).map(width).collect();
    for row in all() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(2 + width - cell.chars().count()));
        }
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}
