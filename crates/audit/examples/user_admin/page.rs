//! The page: what happened to a user, and what the user did, as a timeline. No scripts, light and dark.

use std::fmt::Write as _;

use serde_json::Value;
use tracing_privacy_audit::{ChangeOp, FieldChange, Outcome, Party, Record, Reversal, Reverted};

/// Colours are told once for each scheme; the contrast of all text is at least 4.5.
const STYLE: &str = "
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1b2330; --soft: #566274; --line: #d5dbe4;
  --dot: #41658a; --alarm: #b3261e; --alarm-paper: #fdeeed; --minus: #8c1d18; --minus-paper: #fdeceb; --plus: #14532d;
  --plus-paper: #e7f6ec; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1b212a; --ink: #e6eaf0; --soft: #a3afbf; --line: #323c49;
  --dot: #7aa7d6; --alarm: #ff8a80; --alarm-paper: #3a1d1d; --minus: #ffb4ab; --minus-paper: #43201e; --plus: #9fe0b4;
  --plus-paper: #173a26; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, 'DejaVu Sans', sans-serif; margin: 0; background: var(--paper); color: var(--ink); }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
header p { color: var(--soft); margin: .25rem 0 1.5rem; }
.alarm { border: 1px solid var(--alarm); border-left-width: .4rem; background: var(--alarm-paper); border-radius: .5rem;
  padding: .75rem 1rem; margin: 0 0 1.5rem; }
.alarm h2 { font-size: 1rem; margin: 0 0 .25rem; color: var(--alarm); }
.alarm ul { margin: 0; padding-left: 1.1rem; }
ol { list-style: none; margin: 0; padding: 0 0 0 1.5rem; border-left: 2px solid var(--line); }
li.event { position: relative; margin: 0 0 1rem; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
li.event::before { content: ''; position: absolute; left: calc(-1.5rem - 7px); top: 1.1rem; width: 12px; height: 12px;
  border-radius: 50%; background: var(--dot); border: 2px solid var(--paper); box-sizing: content-box; margin-left: -2px; }
li.undone { border-color: var(--alarm); }
li.undone::before { background: var(--alarm); }
.what { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
.what time { margin-left: auto; }
time, .from { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.action { font-weight: 650; }
.mark { color: var(--alarm); font-weight: 600; font-size: .875rem; }
.reason { margin: .25rem 0 0; font-style: italic; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; font-size: .9375rem; table-layout: fixed; }
th { text-align: left; font-weight: 500; width: 28%; vertical-align: top; padding: .2rem .75rem .2rem 0; color: var(--soft);
  font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .875rem; overflow-wrap: anywhere; }
td { padding: .1rem 0; overflow-wrap: anywhere; }
del, ins { text-decoration: none; padding: .1rem .4rem; border-radius: .25rem; }
del { background: var(--minus-paper); color: var(--minus); } del::before { content: '− '; }
ins { background: var(--plus-paper); color: var(--plus); } ins::before { content: '+ '; }
footer { color: var(--soft); font-size: .875rem; margin-top: 2rem; }";

/// The page of a user: all that happened to it and all that it did, oldest first, and what of it was undone.
pub fn render(id: &str, records: &[Record], more: bool, reverted: &Reverted) -> String {
    let mut html = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>History of user {id}</title><style>{STYLE}</style></head><body><main>\
         <header><h1>History of user {id}</h1><p>{count} records, times in UTC</p></header>",
        id = escape(id),
        count = records.len(),
    );
    alarm(&mut html, &reverted.reversals);
    html.push_str("<ol>");
    for record in records {
        event(&mut html, record, id, reverted);
    }
    html.push_str("</ol>");
    if records.is_empty() {
        html.push_str("<p>Nothing is on record.</p>");
    }
    if more {
        html.push_str("<p>There is more than fits on this page.</p>");
    }
    html.push_str("<footer>That you looked at this is on record, too.</footer></main></body></html>");
    html
}

// Writing to memory does not fail, so the results of `write!` say nothing.

/// What was undone, above all else.
fn alarm(html: &mut String, reversals: &[Reversal]) {
    if reversals.is_empty() {
        return;
    }
    let heading = if reversals.len() == 1 { "A change was undone" } else { "Changes were undone" };
    let _ = write!(html, "<section class=alarm><h2>{heading} within a day</h2><ul>");
    for Reversal { path, value, between, done, undone, .. } in reversals {
        let _ = write!(
            html,
            "<li>{}: {} → {} by {}, back by {} at <time>{}</time></li>",
            escape(path.trim_start_matches('/')),
            shown(value.as_ref()),
            shown(between.as_ref()),
            name(done.actor.as_ref()),
            name(undone.actor.as_ref()),
            time(&undone.time.to_string()),
        );
    }
    html.push_str("</ul></section>");
}

fn event(html: &mut String, record: &Record, id: &str, reverted: &Reverted) {
    let of = |step: &uuid::Uuid| *step == record.id;
    let done = reverted.reversals.iter().any(|reversal| of(&reversal.done.id));
    let undoes = reverted.reversals.iter().any(|reversal| of(&reversal.undone.id));
    let mark = match (done, undoes) {
        (true, _) => "undone later",
        (_, true) => "undoes an earlier change",
        _ => "",
    };
    let class = if mark.is_empty() { "event" } else { "event undone" };
    let _ = write!(
        html,
        "<li class='{class}'><div class=what><span class=action>{}</span>",
        escape(record.action.as_str())
    );
    // What this user did elsewhere.
    let own = record.entity_type == "audit";
    if own {
        let read = record.after.as_ref().and_then(|after| after["details"]["entity"].as_str()).unwrap_or("all");
        let _ = write!(html, "<span>the history of {}</span>", escape(read));
    } else if record.entity_type != "user" || record.entity_id != id {
        let _ = write!(html, "<span>{} {}</span>", escape(&record.entity_type), escape(&record.entity_id));
    }
    let _ = write!(html, "<span>by {}</span>", name(record.actor.as_ref()));
    if record.outcome != Outcome::Success {
        let _ = write!(html, "<span class=mark>{}</span>", record.outcome.as_str());
    }
    if record.action.as_str().starts_with("raw_") {
        html.push_str("<span class=mark>past the service</span>");
    }
    if !mark.is_empty() {
        let _ = write!(html, "<span class=mark>{mark}</span>");
    }
    if let Some(address) = &record.source.client_ip {
        let _ = write!(html, "<span class=from>from {}</span>", escape(address));
    }
    let full = record.time.to_string();
    let _ = write!(html, "<time datetime='{full}'>{}</time></div>", time(&full));
    if let Some(reason) = &record.reason {
        let _ = write!(html, "<p class=reason>{}</p>", escape(reason));
    }
    if !record.diff.is_empty() && !own {
        html.push_str("<table>");
        record.diff.iter().for_each(|change| difference(html, change));
        html.push_str("</table>");
    }
    html.push_str("</li>");
}

fn difference(html: &mut String, change: &FieldChange) {
    let _ = write!(html, "<tr><th scope=row>{}</th><td>", escape(change.path.trim_start_matches('/')));
    if change.withheld {
        html.push_str("<span class=from>changed; its values are not recorded</span></td></tr>");
        return;
    }
    if change.before == change.after {
        let why = if is_erased(change.after.as_ref()) { "the person was erased" } else { "masked, it looks the same" };
        let value = shown(change.after.as_ref());
        let _ = write!(html, "<ins>{value}</ins> <span class=from>changed; {why}</span></td></tr>");
        return;
    }
    if let (ChangeOp::Replace | ChangeOp::Remove, Some(value)) = (change.op, &change.before) {
        let _ = write!(html, "<del>{}</del> ", shown(Some(value)));
    }
    if let (ChangeOp::Replace | ChangeOp::Add, Some(value)) = (change.op, &change.after) {
        let _ = write!(html, "<ins>{}</ins>", shown(Some(value)));
    }
    html.push_str("</td></tr>");
}

fn name(party: Option<&Party>) -> String {
    party.map_or_else(|| "someone".to_owned(), |party| format!("{} {}", escape(&party.kind), escape(&party.id)))
}

/// A time to the second, as people read it.
fn time(full: &str) -> String {
    full.split('.').next().unwrap_or(full).replace('T', " ")
}

/// A value; `bdi`, so that text from right to left does not turn what stands beside it.
fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => escape(text),
        erased if is_erased(erased) => "(erased)".to_owned(),
        Some(Value::Object(members)) if members.contains_key("encrypted") => "(encrypted)".to_owned(),
        Some(value) => escape(&value.to_string()),
    };
    format!("<bdi>{text}</bdi>")
}

fn is_erased(value: Option<&Value>) -> bool {
    value.and_then(Value::as_object).is_some_and(|members| members.contains_key("erased"))
}

/// Text as HTML. The policy makes values safe to be read, not to be HTML. What is not seen, or turns the direction of what
/// follows, is written out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                escaped.extend(c.escape_unicode());
            }
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}
