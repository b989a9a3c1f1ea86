//! The page: a user's history as a timeline.

use std::fmt::Write as _;

use serde_json::Value;
use tracing_privacy_audit::{ChangeOp, FieldChange, Page, Party, Record, Reverted};

const STYLE: &str = "
    body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: #1b2330; }
    ol { list-style: none; margin: 0; padding: 0 0 0 1.25rem; border-left: 3px solid #c9d3e0; }
    li { position: relative; padding: 0 0 1.5rem .75rem; }
    li::before { content: ''; position: absolute; left: -1.8rem; top: .45rem; width: .8rem; height: .8rem; border-radius: 50%;
        background: #41658a; }
    li.undone::before { background: #b3261e; }
    time { color: #5a6675; font-variant-numeric: tabular-nums; }
    del { color: #8c1d18; background: #fdeceb; } ins { color: #14532d; background: #e7f6ec; text-decoration: none; }
    .mark { color: #b3261e; font-weight: 600; } code { font-size: .95em; }";

/// The page, without scripts. Every value is escaped: the policy makes values safe to be read, not to be HTML.
pub fn render(id: &str, history: &Page, reverted: &Reverted) -> String {
    let mut items = String::new();
    for record in &history.records {
        item(&mut items, record, reverted);
    }
    if history.records.is_empty() {
        items.push_str("<li>Nothing is recorded.</li>");
    }
    let id = escape(id);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>History of user {id}</title><style>{STYLE}</style><h1>History of user {id}</h1><ol>{items}</ol></html>"
    )
}

fn item(items: &mut String, record: &Record, reverted: &Reverted) {
    let undone =
        reverted.reversals.iter().find(|reversal| reversal.done.id == record.id || reversal.undone.id == record.id);
    let class = if undone.is_some() { " class=undone" } else { "" };
    let who = record.actor.as_ref().map_or_else(|| "someone".to_owned(), name);
    let _ = write!(
        items,
        "<li{class}><time datetime='{time}'>{time}</time><br><b>{action}</b> by {who}",
        time = record.time,
        action = escape(record.action.as_str()),
        who = escape(&who),
    );
    if let Some(reversal) = undone {
        let text = if reversal.done.id == record.id { "undone later" } else { "undoes an earlier change" };
        let _ = write!(items, " <span class=mark>{text}</span>");
    }
    if let Some(reason) = &record.reason {
        let _ = write!(items, "<br>{}", escape(reason));
    }
    for change in &record.diff {
        difference(items, change);
    }
    items.push_str("</li>");
}

fn name(party: &Party) -> String {
    format!("{} {}", party.kind, party.id)
}

fn difference(items: &mut String, change: &FieldChange) {
    let _ = write!(items, "<br><code>{}</code> ", escape(&change.path));
    if change.withheld {
        items.push_str("changed");
        return;
    }
    if let (ChangeOp::Replace | ChangeOp::Remove, Some(value)) = (change.op, &change.before) {
        let _ = write!(items, "<del>{}</del> ", shown(value));
    }
    if let (ChangeOp::Replace | ChangeOp::Add, Some(value)) = (change.op, &change.after) {
        let _ = write!(items, "<ins>{}</ins>", shown(value));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text),
        Value::Object(members) if members.contains_key("erased") => "(erased)".to_owned(),
        value => escape(&value.to_string()),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
