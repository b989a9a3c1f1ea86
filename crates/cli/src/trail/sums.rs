//! `trail report`: a trail, summed up.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use super::entry::Entry;
use super::{Filter, Read, Trails};
use crate::report::one_line;
use crate::terminal::Styles;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy trail report privacy.trail
  tracing-privacy trail report --since 7d --format json privacy.trail
  tracing-privacy trail report --top 50 trails/

Exit status:
  0  it was told
  2  a trail could not be read (the others were), or the usage was wrong";

/// Sums up trails: what was masked, by category, rule, outcome and place
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Report {
    /// How it is told
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// How many rules and places are told
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    trails: Trails,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Tables
    Table,
    /// One JSON object
    Json,
}

/// How often something was met, by name. However many names there are, it keeps so many and no more.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    by_name: HashMap<String, u64>,
}

impl Counts {
    /// More names than this are one.
    pub(crate) const MOST: usize = 20_000;
    pub(crate) const OTHERS: &'static str = "(others)";

    pub(crate) fn add(&mut self, name: &str, count: u64) {
        if let Some(known) = self.by_name.get_mut(name) {
            *known += count;
            return;
        }
        let name = if self.by_name.len() < Self::MOST { name } else { Self::OTHERS };
        *self.by_name.entry(name.to_owned()).or_default() += count;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.by_name.iter().for_each(|(name, count)| self.add(name, *count));
    }

    /// Most first; those that were met as often, by name.
    pub(crate) fn sorted(&self) -> Vec<(&str, u64)> {
        let mut sorted: Vec<_> = self.by_name.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        sorted.sort_by(|(name, count), (other, other_count)| other_count.cmp(count).then(name.cmp(other)));
        sorted
    }

    pub(crate) fn sum(&self) -> u64 {
        self.by_name.values().sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

/// A trail, summed up.
#[derive(Default)]
struct Sums {
    lines: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    decisions: u64,
    /// Of decisions, by name.
    counts: BTreeMap<&'static str, Counts>,
    /// What else is told, by kind.
    notices: Counts,
}

impl Sums {
    fn add(&mut self, entry: &Entry) {
        self.lines += 1;
        self.first = Some(self.first.map_or(entry.time, |first| first.min(entry.time)));
        self.last = Some(self.last.map_or(entry.time, |last| last.max(entry.time)));
        if !entry.is_decision() {
            self.notices.add(&entry.kind, entry.count.unwrap_or(1));
            return;
        }
        let count = entry.decisions();
        self.decisions += count;
        let place = entry.place();
        let of = [
            ("outcomes", &entry.outcome),
            ("categories", &entry.category),
            ("classes", &entry.class),
            ("rules", &entry.rule),
            ("maskers", &entry.masker),
            ("targets", &entry.target),
            ("places", &place),
            ("policies", &entry.policy),
        ];
        for (what, name) in of {
            if let Some(name) = name {
                self.counts.entry(what).or_default().add(name, count);
            }
        }
    }

    fn json(&self, top: usize) -> serde_json::Value {
        let list = |counts: &Counts| -> Vec<_> {
            counts.sorted().iter().take(top).map(|(name, count)| json!({ "name": name, "count": count })).collect()
        };
        let mut object = json!({
            "lines": self.lines,
            "decisions": self.decisions,
            "first": self.first.map(|time| time.to_string()),
            "last": self.last.map(|time| time.to_string()),
            "notices": list(&self.notices),
        });
        for (what, counts) in &self.counts {
            object[*what] = list(counts).into();
        }
        object
    }

    fn table(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        let style = Styles::of_stdout().name;
        let time = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.0}"));
        writeln!(out, "lines: {}, decisions: {}", self.lines, self.decisions)?;
        writeln!(out, "from {} to {}", time(self.first), time(self.last))?;
        let tables = ["outcomes", "categories", "rules", "maskers", "targets", "places", "policies"];
        let tables = tables.iter().filter_map(|what| self.counts.get(what).map(|counts| (*what, counts)));
        for (what, counts) in tables.chain((!self.notices.is_empty()).then_some(("notices", &self.notices))) {
            writeln!(out, "\n{style}{what}{style:#}")?;
            let sorted = counts.sorted();
            for (name, count) in sorted.iter().take(top) {
                writeln!(out, "{count:>12}  {}", one_line(name))?;
            }
            if let Some(more) = sorted.len().checked_sub(top).filter(|more| *more > 0) {
                writeln!(out, "{:>12}  and {more} more (see --top)", "")?;
            }
        }
        Ok(())
    }
}

impl Report {
    pub(super) fn run(&self) -> ExitCode {
        let mut sums = Sums::default();
        let read = self.trails.read(&self.filter, |_, entry| {
            sums.add(entry);
            Ok(())
        });
        let mut out = io::BufWriter::new(io::stdout().lock());
        let told = match self.format {
            Format::Table => sums.table(self.top, &mut out),
            Format::Json => writeln!(out, "{:#}", sums.json(self.top)),
        };
        Read::ended(told.and_then(|()| out.flush()).and(read))
    }
}
