//! `trail show`: the lines of a trail, to be read.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::entry::Entry;
use super::{Filter, Read, Trails};
use crate::report::one_line;
use crate::terminal::Styles;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy trail show privacy.trail
  tracing-privacy trail show --rule 'aws_*' --target 'shop::billing::*' privacy.trail
  tracing-privacy trail show --since 2026-01-31 --until 2026-02-01 privacy.trail

Exit status:
  0  it was shown
  2  a trail could not be read (the others were), or the usage was wrong";

/// Shows the lines of trails, so that a person can read them
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Show {
    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    trails: Trails,
}

impl Show {
    pub(super) fn run(&self) -> ExitCode {
        let mut out = BufWriter::new(io::stdout().lock());
        let styles = Styles::of_stdout();
        let read = self.trails.read(&self.filter, |_, entry| show(entry, styles, &mut out));
        Read::ended(read.and_then(|read| out.flush().map(|()| read)))
    }
}

fn show(entry: &Entry, styles: Styles, out: &mut dyn Write) -> io::Result<()> {
    let Styles { trouble, place, .. } = styles;
    let told = |text: &Option<String>| text.as_deref().map_or_else(|| "?".to_owned(), one_line);
    write!(out, "{place}{:.0}{place:#}  ", entry.time)?;
    if entry.is_decision() {
        // What a rule did, how often, where.
        let outcome = told(&entry.outcome);
        let outcome = if entry.is_failure() { format!("{trouble}{outcome}{trouble:#}") } else { outcome };
        let (rule, class, category) = (told(&entry.rule), told(&entry.class), told(&entry.category));
        write!(out, "{outcome} {}× {rule} ({class}, {category}) by {}", entry.decisions(), told(&entry.masker))?;
    } else {
        let kind = one_line(&entry.kind).replace('_', " ");
        match entry.is_failure() {
            true => write!(out, "{trouble}{kind}{trouble:#}")?,
            false => write!(out, "{kind}")?,
        }
    }
    let facts = [
        (" of", entry.of.clone()),
        (" in", entry.target.clone()),
        (", at", entry.place().filter(|place| Some(place) != entry.target.as_ref())),
        (", field", entry.field.clone()),
        (", reason:", entry.reason.clone()),
        (", until", entry.expires.clone()),
        (", used", entry.used.map(|used| format!("{used}×"))),
        (" from", entry.from.as_deref().map(short)),
        (" to", entry.to.as_deref().map(short)),
        (", count", entry.count.filter(|_| !entry.is_decision()).map(|count| count.to_string())),
        (", bytes", entry.bytes.map(|bytes| bytes.to_string())),
        (", policy", entry.policy.as_deref().map(short)),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            write!(out, "{name} {}", one_line(&fact))?;
        }
    }
    writeln!(out)
}

/// So much of a fingerprint that one tells it from another.
fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(12).collect()
}
