//! Which findings are told: not what is allowed, nor what a baseline knows. All are counted.

use std::io::{self, Write};
use std::path::Path;

use crate::report::{Item, Report};
use crate::scan::baseline::Baseline;
use crate::scan::fingerprint::Fingerprint;

/// What stands between findings and their report.
pub(crate) struct Sieve<W> {
    /// None, where nothing is to be told.
    report: Option<Report<W>>,
    /// What is left out.
    known: Option<Baseline>,
    /// What is written instead of told.
    new: Option<Baseline>,
    /// How many findings were told, left out as known, left out as allowed, and written to a new baseline.
    told: u64,
    left_out: u64,
    allowed: u64,
    written: u64,
}

impl<W: Write> Sieve<W> {
    pub(crate) fn new(report: Option<Report<W>>, known: Option<Baseline>, new: Option<Baseline>) -> Self {
        Self { report, known, new, told: 0, left_out: 0, allowed: 0, written: 0 }
    }

    /// Counts a finding, and says whether it is to be told.
    pub(crate) fn lets_through(&mut self, rule: &str, fingerprint: Fingerprint, allowed: bool) -> bool {
        if allowed {
            self.allowed += 1;
        } else if let Some(new) = &mut self.new {
            new.add(fingerprint, rule, 1);
            self.written += 1;
        } else if self.known.as_mut().is_some_and(|known| known.takes(fingerprint)) {
            self.left_out += 1;
        } else {
            self.told += 1;
            return true;
        }
        false
    }

    /// Tells a finding that was let through.
    pub(crate) fn tell(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), |report| report.add(item))
    }

    /// How many were let through.
    pub(crate) fn told(&self) -> u64 {
        self.told
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), Report::flush)
    }

    /// Appends a text to the report.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), |report| report.text(text))
    }

    /// Ends the report.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), Report::finish)
    }

    /// Writes the new baseline, if there is one.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        self.new.as_ref().map_or(Ok(()), |new| new.write(path))
    }

    /// `2 findings, 1 known`.
    pub(crate) fn summary(&self) -> String {
        let mut parts = vec![format!("{} finding{}", self.told, if self.told == 1 { "" } else { "s" })];
        let more = [(self.left_out, "known"), (self.allowed, "allowed"), (self.written, "written to the baseline")];
        parts.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        parts.join(", ")
    }
}
