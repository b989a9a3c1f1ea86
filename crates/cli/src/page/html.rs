//! The page itself. All text goes through `maud`, which escapes it, and all names are sanitized like any text before.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use tracing_privacy::Policy;

use super::facts::{Facts, InputFacts};
use super::plot::{grouped, over_time, ranking};
use crate::report::one_line;
use crate::trail::sums::Counts;

const STYLE: &str = include_str!("style.css");

/// The page, from its first to its last byte.
pub(super) fn page(facts: &Facts, policy: &Policy, source: &str, top: usize) -> String {
    let names = Names { builtin: Policy::builtin(), policy, top };
    let in_force =
        format!("{}, fingerprint {}", names.safe(source), &policy.fingerprint()[..12.min(policy.fingerprint().len())]);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                // Whatever might get into the page: nothing is run, and nothing is loaded.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { "Privacy report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Privacy report" }
                    p.faint { "Made " (format!("{:.0}", Timestamp::now())) " by tracing-privacy " (env!("CARGO_PKG_VERSION"))
                        "; rules: " (in_force) ". It counts masks and findings, and holds no value." }
                }
                main {
                    (tiles(facts))
                    (volume(facts))
                    (names.section("categories", "Masked, by category", "category", &facts.categories, "Nothing was masked."))
                    (names.section("failures", "Failures", "what failed", &facts.failures, "Nothing failed."))
                    (names.section("places", "Top places", "where values were masked", &facts.places, "No place is known."))
                    (findings(facts, &names))
                    @if !facts.rules.is_empty() {
                        (names.section("rules", "Masked, by rule, as trails tell", "rule", &facts.rules, ""))
                    }
                    (notices(facts, &names))
                    (inputs(facts, &names))
                }
            }
        }
    };
    page.into_string()
}

/// Names as they may be shown.
struct Names<'p> {
    builtin: Policy,
    policy: &'p Policy,
    /// How many are shown of a kind.
    top: usize,
}

impl Names<'_> {
    /// A name comes from a log or a file system, and may hold anything.
    fn safe(&self, name: &str) -> String {
        one_line(&self.policy.sanitize_text(&self.builtin.sanitize_text(name)))
    }

    fn section(&self, id: &str, title: &str, what: &str, counts: &Counts, nothing: &str) -> Markup {
        let sorted = counts.sorted();
        let rows: Vec<_> = sorted.iter().take(self.top).map(|(name, count)| (self.safe(name), *count)).collect();
        let empty = counts.is_empty();
        section(
            id,
            title,
            &html! {
                @if empty { p { (nothing) } } @else { (ranking(what, &rows, sorted.len() - rows.len())) }
            },
        )
    }
}

fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! { section aria-labelledby=(id) { h2 id=(id) { (title) } (content) } }
}

fn tiles(facts: &Facts) -> Markup {
    let lines = facts.inputs.iter().map(|input| input.lines).sum();
    let inputs = facts.inputs.len() as u64 + facts.inputs_left_out;
    let tiles = [
        ("masked", facts.masked_count(), false),
        ("found unmasked", facts.found_count(), true),
        ("failures", facts.failures.sum(), true),
        ("lines", lines, false),
        ("inputs", inputs, false),
    ];
    html! {
        dl.tiles {
            @for (name, count, is_bad) in tiles {
                div.bad[is_bad && count > 0] { dt { (name) } dd { (grouped(count)) } }
            }
        }
    }
}

fn volume(facts: &Facts) -> Markup {
    html! {
        (section("volume", "Masked over time", &html! {
            @if facts.masked_over_time.is_empty() { p { "Nothing that was masked has a time." } }
            @else { (over_time("masked", "Masked values over time, by category", &facts.masked_over_time)) }
            @if facts.masked_without_time > 0 && !facts.masked_over_time.is_empty() {
                p.faint { (grouped(facts.masked_without_time)) " more stand in lines without a time that could be read." }
            }
        }))
        @if !facts.found_over_time.is_empty() {
            (section("leaks", "Found unmasked over time", &over_time("found", "Findings over time, by category", &facts.found_over_time)))
        }
    }
}

fn findings(facts: &Facts, names: &Names<'_>) -> Markup {
    let mut rules: Vec<_> = facts.findings.iter().collect();
    rules.sort_by_key(|(_, findings)| std::cmp::Reverse(findings.count));
    let more = rules.len().saturating_sub(names.top);
    section(
        "findings",
        "Found unmasked, by rule",
        &html! {
            @if rules.is_empty() { p { "The policy finds nothing in these logs that it would have masked." } }
            @else {
                table {
                    thead { tr { th scope="col" { "rule" } th.number scope="col" { "count" } th scope="col" { "class" } th scope="col" { "category" } th scope="col" { "first" } } }
                    tbody {
                        @for (rule, findings) in rules.into_iter().take(names.top) {
                            tr {
                                th scope="row" { (names.safe(rule)) }
                                td.number { (grouped(findings.count)) }
                                td { (findings.class.as_str()) }
                                td { (findings.category.as_str()) }
                                td { (names.safe(&findings.first.0)) ":" (findings.first.1) }
                            }
                        }
                    }
                }
                @if more > 0 { p.faint { "and " (grouped(more as u64)) " more rules (see " code { "--top" } ")" } }
                p.faint { code { "tracing-privacy scan" } " tells every one, with its line." }
            }
        },
    )
}

fn notices(facts: &Facts, names: &Names<'_>) -> Markup {
    if facts.notices.is_empty() {
        return html! {};
    }
    section(
        "notices",
        "What else trails tell",
        &html! {
            table {
                thead { tr { th scope="col" { "time" } th scope="col" { "what" } th scope="col" { "about" } } }
                tbody {
                    @for notice in &facts.notices {
                        tr { th scope="row" { (notice.time) } td { (names.safe(&notice.kind)) } td { (names.safe(&notice.about)) } }
                    }
                }
            }
            @if facts.notices_left_out > 0 { p.faint { "and " (grouped(facts.notices_left_out)) " more" } }
        },
    )
}

fn inputs(facts: &Facts, names: &Names<'_>) -> Markup {
    let row = |input: &InputFacts| {
        html! {
            tr {
                th scope="row" { (names.safe(&input.name)) }
                td.number { (grouped(input.lines)) }
                td.number { (grouped(input.masked)) }
                td.number { (grouped(input.found)) }
                td { @for (remark, is_bad) in &input.remarks { p.bad[*is_bad] { (one_line(remark)) } } }
            }
        }
    };
    section(
        "inputs",
        "Inputs",
        &html! {
            table {
                thead { tr { th scope="col" { "input" } th.number scope="col" { "lines" } th.number scope="col" { "masked" } th.number scope="col" { "unmasked" } th scope="col" { "remarks" } } }
                tbody { @for input in &facts.inputs { (row(input)) } }
            }
            @if facts.inputs_left_out > 0 { p.faint { "and " (grouped(facts.inputs_left_out)) " more, counted in the last row" } }
        },
    )
}
