//! What the page tells: numbers and names, of bounded size, and never a value.

use std::collections::BTreeMap;

use tracing_privacy::{Category, DataClass};

use super::series::Series;
use crate::input::Input;
use crate::trail::State;
use crate::trail::entry::Entry;
use crate::trail::sums::Counts;

/// Of one block, or of all inputs together.
#[derive(Default)]
pub(super) struct Facts {
    /// Masks in logs, and decisions in trails, by category.
    pub(super) masked_over_time: Series,
    /// What the policy found unmasked, by category.
    pub(super) found_over_time: Series,
    /// Without a time.
    pub(super) masked_without_time: u64,
    pub(super) categories: Counts,
    pub(super) places: Counts,
    /// Decisions in trails, by rule.
    pub(super) rules: Counts,
    pub(super) failures: Counts,
    /// By rule.
    pub(super) findings: BTreeMap<String, Findings>,
    /// What trails tell beside decisions.
    pub(super) notices: Vec<Notice>,
    /// How many more there were.
    pub(super) notices_left_out: u64,
    /// Of a block, one that has no name yet.
    pub(super) inputs: Vec<InputFacts>,
    /// How many inputs are not listed.
    pub(super) inputs_left_out: u64,
    overlong: Vec<u64>,
}

/// What one rule found unmasked.
pub(super) struct Findings {
    pub(super) class: DataClass,
    pub(super) category: Category,
    pub(super) count: u64,
    /// Where the first is: a file and a line, counted from 1, or from 0 in a block whose input is not known yet.
    pub(super) first: (String, u64),
}

/// An exemption, a reload, a loss.
#[derive(Clone)]
pub(super) struct Notice {
    pub(super) time: String,
    pub(super) kind: String,
    pub(super) about: String,
}

/// What is told of one input.
#[derive(Default)]
pub(super) struct InputFacts {
    pub(super) name: String,
    pub(super) lines: u64,
    pub(super) masked: u64,
    pub(super) found: u64,
    /// How many of the lines are those of a trail.
    trail_lines: u64,
    /// What is to be said of it, and whether it is bad.
    pub(super) remarks: Vec<(String, bool)>,
}

/// More than this are counted and not listed.
const MOST_INPUTS: usize = 1_000;
const MOST_NOTICES: usize = 200;
const MOST_REMARKS: usize = 20;

impl InputFacts {
    pub(super) fn named(input: &Input) -> Self {
        Self { name: input.to_string(), ..Self::default() }
    }
}

impl Facts {
    /// Those of a block.
    pub(super) fn of_block() -> Self {
        Self { inputs: vec![InputFacts::default()], ..Self::default() }
    }

    /// The next input begins.
    pub(super) fn begin(&mut self, input: InputFacts) {
        if self.inputs.len() == MOST_INPUTS {
            // The last stands for all that follow.
            self.inputs_left_out += 1;
            self.inputs.pop();
        }
        self.inputs.push(input);
    }

    fn input(&mut self) -> &mut InputFacts {
        if self.inputs.is_empty() {
            self.inputs.push(InputFacts::default());
        }
        self.inputs.last_mut().expect("there is one")
    }

    pub(super) fn lines_of_input(&self) -> u64 {
        self.inputs.last().map_or(0, |input| input.lines)
    }

    pub(super) fn has_trail_lines(&self) -> bool {
        self.inputs.last().is_some_and(|input| input.trail_lines > 0)
    }

    /// The lines of a block that were too long, counted from 0.
    pub(super) fn overlong(&self) -> &[u64] {
        &self.overlong
    }

    pub(super) fn line(&mut self, is_overlong: bool) {
        let number = self.lines_of_input();
        if is_overlong {
            self.overlong.push(number);
        }
        self.input().lines += 1;
    }

    /// A value was masked, in a log or as a trail tells.
    pub(super) fn masked(&mut self, time: Option<i64>, category: &str, place: Option<&str>, count: u64) {
        match time {
            Some(second) => self.masked_over_time.add(second, category, count),
            None => self.masked_without_time += count,
        }
        self.categories.add(category, count);
        if let Some(place) = place {
            self.places.add(place, count);
        }
        self.input().masked += count;
    }

    /// A value stands there unmasked.
    pub(super) fn found(&mut self, time: Option<i64>, rule: &str, class: DataClass, category: &Category, line: u64) {
        if let Some(second) = time {
            self.found_over_time.add(second, category.as_str(), 1);
        }
        let first = || Findings { class, category: category.clone(), count: 0, first: (String::new(), line) };
        self.findings.entry(rule.to_owned()).or_insert_with(first).count += 1;
        self.input().found += 1;
    }

    /// A line of a trail.
    pub(super) fn entry(&mut self, entry: &Entry) {
        self.input().trail_lines += 1;
        let second = Some(entry.time.as_second());
        if entry.is_decision() {
            let count = entry.decisions();
            // Who changed the trail may have written anything.
            let category =
                entry.category.as_deref().filter(|name| Category::new(name).is_some()).unwrap_or("(unknown)");
            let place = match (entry.place(), &entry.field) {
                (Some(place), Some(field)) => Some(format!("{place} {field}")),
                (place, _) => place,
            };
            let rule = entry.rule.as_deref().unwrap_or("(unknown)");
            if entry.is_failure() {
                let masker = entry.masker.as_deref().unwrap_or("?");
                self.failures.add(&format!("masker {masker} failed for the rule {rule}"), count);
            }
            self.rules.add(rule, count);
            self.masked(second, category, place.as_deref(), count);
            return;
        }
        if entry.is_failure() {
            self.failures.add(&entry.kind.replace('_', " "), entry.count.unwrap_or(1));
        }
        let about = [&entry.of, &entry.target, &entry.place(), &entry.field, &entry.reason, &entry.expires];
        let mut about: Vec<&str> = about.into_iter().filter_map(|fact| fact.as_deref()).collect();
        about.dedup();
        self.notice(Notice {
            time: format!("{:.0}", entry.time),
            kind: entry.kind.replace('_', " "),
            about: about.join(", "),
        });
    }

    fn notice(&mut self, notice: Notice) {
        if self.notices.len() < MOST_NOTICES {
            self.notices.push(notice);
        } else {
            self.notices_left_out += 1;
        }
    }

    pub(super) fn unread(&mut self, reason: &str) {
        self.failures.add("input not read, or not all of it", 1);
        self.remark(reason.to_owned(), true);
    }

    pub(super) fn verified(&mut self, state: &State) {
        if !state.is_whole() {
            self.failures.add("trail not as it was written", 1);
        }
        self.remark(format!("trail: {}", state.told()), !state.is_whole());
    }

    fn remark(&mut self, remark: String, is_bad: bool) {
        let remarks = &mut self.input().remarks;
        if remarks.len() < MOST_REMARKS {
            remarks.push((remark, is_bad));
        }
    }

    /// Adds the facts of the block that comes next.
    pub(super) fn add(&mut self, block: Self) {
        let (name, lines_before) = (self.input().name.clone(), self.lines_of_input());
        self.masked_over_time.merge(&block.masked_over_time);
        self.found_over_time.merge(&block.found_over_time);
        self.masked_without_time += block.masked_without_time;
        self.categories.merge(&block.categories);
        self.places.merge(&block.places);
        self.rules.merge(&block.rules);
        self.failures.merge(&block.failures);
        for (rule, Findings { class, category, count, first: (_, line) }) in block.findings {
            let first = || Findings { class, category, count: 0, first: (name.clone(), lines_before + line + 1) };
            self.findings.entry(rule).or_insert_with(first).count += count;
        }
        block.notices.into_iter().for_each(|notice| self.notice(notice));
        self.notices_left_out += block.notices_left_out;
        let input = self.input();
        for of_block in block.inputs {
            input.lines += of_block.lines;
            input.masked += of_block.masked;
            input.found += of_block.found;
            input.trail_lines += of_block.trail_lines;
        }
    }

    pub(super) fn masked_count(&self) -> u64 {
        self.categories.sum()
    }

    pub(super) fn found_count(&self) -> u64 {
        self.findings.values().map(|findings| findings.count).sum()
    }

    pub(super) fn summary(&self) -> String {
        let lines: u64 = self.inputs.iter().map(|input| input.lines).sum();
        let (masked, found, failures) = (self.masked_count(), self.found_count(), self.failures.sum());
        format!("lines: {lines}, masked: {masked}, found unmasked: {found}, failures: {failures}")
    }
}
