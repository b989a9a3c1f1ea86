//! Plots as inline SVG, each with a table of the same numbers for whoever cannot see it.

use jiff::Timestamp;
use maud::{Markup, html};

use super::series::Series;

/// How many colors there are; one more stands for all the rest.
const COLORS: usize = 6;
const MOST_BARS: i64 = 60;

/// The frame, in units of the drawing.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 30.0;
const TOP: f64 = 10.0;

/// Counts over time, stacked by name; `id` is unique on the page.
pub(super) fn over_time(id: &str, title: &str, series: &Series) -> Markup {
    let (bars, length) = series.bars(MOST_BARS);
    let mut names = crate::trail::sums::Counts::default();
    bars.iter().for_each(|bar| names.merge(&bar.counts));
    let names: Vec<String> = names.sorted().iter().map(|(name, _)| (*name).to_owned()).collect();
    let color = |name: &str| names.iter().position(|known| known == name).unwrap_or(COLORS).min(COLORS);
    let most = bars.iter().map(|bar| bar.counts.sum()).max().unwrap_or(0);
    let top = rounded_up(most);
    let (wide, high) = (WIDTH - LEFT, HEIGHT - BOTTOM - TOP);
    let slot = wide / bars.len().max(1) as f64;
    let y = |count: u64| TOP + high - high * count as f64 / top as f64;
    let parts = if top.is_multiple_of(4) { 4 } else { top.min(5) };
    let ticks: Vec<u64> = (0..=parts).map(|tick| top / parts * tick).collect();
    let labelled = bars.len().div_ceil(6).max(1);
    html! {
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("{id}-title {id}-text")) {
                title id=(format!("{id}-title")) { (title) }
                desc id=(format!("{id}-text")) { "Bars for each " (span(length)) "; the table below has the numbers." }
                @for tick in &ticks {
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(places(y(*tick))) y2=(places(y(*tick))) {}
                    text.axis x=(LEFT - 6.0) y=(places(y(*tick) + 4.0)) text-anchor="end" { (grouped(*tick)) }
                }
                @for (at, bar) in bars.iter().enumerate() {
                    @for Piece { name, from, to } in pieces(&bar.counts.sorted(), &names) {
                        rect class=(format!("c{}", color(&name))) x=(places(LEFT + slot * at as f64 + slot * 0.1))
                            width=(places(slot * 0.8)) y=(places(y(to))) height=(places(y(from) - y(to))) {
                            title { (moment(bar.start, length)) ": " (grouped(to - from)) " " (name) }
                        }
                    }
                    @if at % labelled == 0 {
                        text.axis x=(places(LEFT + slot * (at as f64 + 0.1))) y=(HEIGHT - 8.0) { (moment(bar.start, length)) }
                    }
                }
            }
            figcaption {
                @for (at, name) in names.iter().take(COLORS).enumerate() {
                    span.key { span class=(format!("swatch c{at}")) {} (name) }
                }
                @if names.len() > COLORS {
                    span.key { span class=(format!("swatch c{COLORS}")) {} "others" }
                }
            }
            details {
                summary { "As a table (UTC, each row " (span(length)) ")" }
                table {
                    thead { tr { th scope="col" { "from" } th.number scope="col" { "count" } th scope="col" { "of these" } } }
                    tbody {
                        @for bar in bars.iter().filter(|bar| !bar.counts.is_empty()) {
                            tr {
                                th scope="row" { (moment(bar.start, length)) }
                                td.number { (grouped(bar.counts.sum())) }
                                td { @for (name, count) in bar.counts.sorted() { (name) " " (grouped(count)) "; " } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A table of counts with a bar in each row, the longest for the first.
pub(super) fn ranking(what: &str, rows: &[(String, u64)], more: usize) -> Markup {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    html! {
        table.ranking {
            thead { tr { th scope="col" { (what) } th.number scope="col" { "count" } td.bar {} } }
            tbody {
                @for (name, count) in rows {
                    tr {
                        th scope="row" { (name) }
                        td.number { (grouped(*count)) }
                        td.bar {
                            svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect.c0 x="0" y="0" height="10" width=(places(100.0 * *count as f64 / most as f64)) {}
                            }
                        }
                    }
                }
            }
        }
        @if more > 0 {
            p.faint { "and " (grouped(more as u64)) " more (see " code { "--top" } ")" }
        }
    }
}

/// A part of a stacked bar.
struct Piece {
    name: String,
    from: u64,
    to: u64,
}

/// The parts of a bar, in the order of `names`.
fn pieces(counts: &[(&str, u64)], names: &[String]) -> Vec<Piece> {
    let mut from = 0;
    let of_name = |name: &String| counts.iter().find(|(known, _)| known == name).copied();
    let pieces = names.iter().filter_map(of_name).map(|(name, count)| {
        let piece = Piece { name: name.to_owned(), from, to: from + count };
        from = piece.to;
        piece
    });
    pieces.collect()
}

/// The next number of the form 1, 2, 4 or 8 times a power of ten.
fn rounded_up(number: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        if let Some(round) = [1, 2, 4, 8].iter().map(|digit| unit.saturating_mul(*digit)).find(|round| *round >= number)
        {
            return round;
        }
        unit = unit.saturating_mul(10);
    }
}

/// A coordinate, to a hundredth.
fn places(number: f64) -> String {
    format!("{number:.2}")
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time, as exactly as steps of that length need.
fn moment(second: i64, length: i64) -> String {
    let Ok(time) = Timestamp::from_second(second) else { return "(out of range)".to_owned() };
    let form = match length {
        ..60 => "%Y-%m-%d %H:%M:%S",
        60..86_400 => "%Y-%m-%d %H:%M",
        _ => "%Y-%m-%d",
    };
    time.strftime(form).to_string()
}

/// A length of time, in its largest unit.
fn span(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds % unit == 0).unwrap_or((1, "second"));
    match seconds / unit {
        1 => name.to_owned(),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_with_round_numbers() {
        let rounded = [0, 1, 3, 9, 10, 11, 81, 999, 4_001].map(rounded_up);
        assert_eq!(rounded, [1, 1, 4, 10, 10, 20, 100, 1_000, 8_000]);
        assert_eq!(rounded_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn times_and_numbers_are_told_as_exactly_as_needed() {
        assert_eq!(grouped(1_234_567).replace('\u{202f}', " "), "1 234 567");
        assert_eq!(moment(1_767_323_045, 1), "2026-01-02 03:04:05");
        assert_eq!(moment(1_767_323_045, 3_600), "2026-01-02 03:04");
        assert_eq!(moment(1_767_323_045, 86_400), "2026-01-02");
        assert_eq!([1, 60, 21_600, 604_800].map(span), ["second", "minute", "6 hours", "7 days"]);
    }

    #[test]
    fn bars_are_stacked_in_one_order() {
        let names = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let stacked = pieces(&[("c", 3), ("a", 1)], &names);
        let stacked: Vec<_> = stacked.iter().map(|piece| (&*piece.name, piece.from, piece.to)).collect();
        assert_eq!(stacked, [("a", 0, 1), ("c", 1, 4)]);
    }
}
