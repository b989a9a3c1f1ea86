//! Finds what leaked into the lines of one block.

use std::cell::OnceCell;
use std::ops::Range;

use tracing_privacy::{Category, DataClass, Finding, Policy};

use super::allow::allowed;
use super::audit::{Auditor, Keys};
use super::fingerprint::{Fingerprint, Fingerprints, digest};
use crate::blocks::{Line, lines};
use crate::carry::{Carry, Follower, GoesOn};
use crate::mask::cover;
use crate::outline::split_opening;
use crate::report::one_line;

/// What looks for leaks.
pub(crate) struct Finder {
    pub(super) policy: Policy,
    /// What looks at keys, if they are to be looked at.
    pub(super) auditor: Option<Auditor>,
    pub(super) fingerprints: Fingerprints,
    /// Whether values are told.
    pub(super) show: bool,
    /// The longest line, in bytes.
    pub(super) limit: usize,
}

/// What was found in a block.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) leaks: Vec<Leak>,
    /// Keys that no rule names.
    pub(crate) keys: Keys,
    pub(crate) lines: u64,
    /// Which of the lines were over the limit, counted from 0.
    pub(crate) overlong: Vec<u64>,
}

/// A sensitive value that stands in a line.
pub(crate) struct Leak {
    /// Counted from 0, in the block.
    pub(crate) line: u64,
    /// In characters, counted from 1.
    pub(super) column: u64,
    pub(super) end_column: u64,
    pub(crate) rule: String,
    pub(crate) category: Category,
    pub(crate) class: DataClass,
    pub(super) fingerprint: Fingerprint,
    /// Whether the line allows it.
    pub(crate) allowed: bool,
    /// The value, if it is to be told.
    pub(super) value: Option<String>,
}

impl Finder {
    /// One that tells no values, for whoever needs no fingerprints that outlive the run.
    pub(crate) fn without_values(policy: Policy, limit: usize) -> Self {
        Self { policy, auditor: None, fingerprints: Fingerprints::new(None), show: false, limit }
    }

    /// The same, which also looks at keys.
    pub(crate) fn auditing(policy: Policy, limit: usize) -> Self {
        Self { auditor: Some(Auditor::new(policy.clone())), ..Self::without_values(policy, limit) }
    }

    /// Looks at the lines of `block`. Before it stood lines that left `carry` behind.
    pub(crate) fn find(&self, carry: Carry, block: &[u8]) -> Found {
        let mut found = Found::default();
        let mut follower = Follower::new(&self.policy, carry, block);
        let mut masked = Vec::new();
        for line in lines(block, self.limit) {
            let number = found.lines;
            found.lines += 1;
            match line {
                Line { text: None, .. } => found.overlong.push(number),
                Line { text: Some(text), start, .. } => {
                    let leaks = found.leaks.len();
                    match follower.next(text, start) {
                        GoesOn::Nothing => self.line(text, number, &[], &mut masked, &mut found.leaks),
                        GoesOn::Key(material) => self.line(text, number, &material, &mut masked, &mut found.leaks),
                        GoesOn::Value(value) => {
                            masked.clear();
                            // Its key may hold something, too.
                            let start = value.range.start;
                            let mut findings = self.policy.findings_and_mask(&text[..start], &mut masked);
                            if findings.is_empty() {
                                masked.extend_from_slice(&text[..start]);
                            }
                            cover(text, start, std::slice::from_ref(&value.range), value.category, &mut masked);
                            findings.push(value);
                            self.tell(text, number, findings, || digest(&masked), &mut found.leaks);
                        }
                    }
                    if let Some(auditor) = &self.auditor {
                        auditor.line(text, number, found.leaks.len() > leaks, &mut found.keys);
                    }
                }
            }
        }
        found
    }

    /// Looks at one line, in which `material` is of a private key over several lines, which was found where it begins.
    fn line(&self, text: &[u8], number: u64, material: &[Range<usize>], masked: &mut Vec<u8>, leaks: &mut Vec<Leak>) {
        masked.clear();
        let mut findings = self.policy.findings_and_mask(split_opening(text).0, masked);
        findings
            .retain(|Finding { range, .. }| !material.iter().any(|key| key.start < range.end && range.start < key.end));
        let masked_line = || {
            if material.is_empty() {
                return digest(masked);
            }
            let (mut keyless, mut masked) = (Vec::new(), Vec::new());
            cover(text, 0, material, &Category::CREDENTIAL, &mut keyless);
            self.policy.sanitize_line(&keyless, &mut masked);
            digest(&masked)
        };
        self.tell(text, number, findings, masked_line, leaks);
    }

    /// Tells what was found in a line; `masked_line` is what [`digest`] makes of the line without it.
    fn tell(
        &self,
        text: &[u8],
        number: u64,
        findings: Vec<Finding<'_>>,
        masked_line: impl Fn() -> [u8; 32],
        leaks: &mut Vec<Leak>,
    ) {
        if findings.is_empty() {
            return;
        }
        // Once for all that is found in the line.
        let digest = OnceCell::new();
        let masked_line = || *digest.get_or_init(&masked_line);
        let allowed = allowed(text);
        let mut columns = Columns { text, at: 0, column: 1 };
        for Finding { rule, category, class, range, .. } in findings {
            let (column, end_column) = (columns.of(range.start), columns.of(range.end));
            let value = &text[range];
            leaks.push(Leak {
                line: number,
                column,
                end_column,
                rule: rule.to_owned(),
                fingerprint: self.fingerprints.of(rule, category, value, masked_line),
                category: category.clone(),
                class,
                allowed: allowed.contains(&rule.as_bytes()),
                value: self.show.then(|| one_line(&String::from_utf8_lossy(value))),
            });
        }
    }
}

/// Counts characters from place to place, each once.
struct Columns<'t> {
    text: &'t [u8],
    at: usize,
    column: u64,
}

impl Columns<'_> {
    /// The column of a place behind those that were asked for before.
    fn of(&mut self, place: usize) -> u64 {
        let place = place.max(self.at);
        let is_first_byte = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
        self.column += self.text[self.at..place].iter().filter(is_first_byte).count() as u64;
        self.at = place;
        self.column
    }
}
