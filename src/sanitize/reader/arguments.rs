//! Lists of arguments, of which one may say what another is: `["--token", "x"]`, `["mysql", "-px"]`.

use std::cmp::Reverse;
use std::ops::Range;

use super::Reader;
use crate::sanitize::edits::Candidate;

/// Finds what stands in a list of arguments as a command line, with blanks between them; they are parts of `root`.
pub(super) fn find_as_command(reader: &mut Reader<'_>, root: &[u8], arguments: &[Range<usize>]) -> Vec<Candidate> {
    let mut line = Vec::new();
    let mut starts = Vec::with_capacity(arguments.len());
    for argument in arguments {
        starts.push(line.len());
        line.extend_from_slice(&root[argument.clone()]);
        line.push(b' ');
    }
    let settled = reader.edits.candidates.len();
    reader.find(&line, 0..line.len(), 0);
    let found = reader.edits.candidates.split_off(settled).into_iter();
    // What goes on over several of them is none; and what is a key in a line need be none in a list.
    let found = found.filter(|candidate| candidate.key.is_none());
    let in_root = |mut candidate: Candidate| {
        let index = starts.partition_point(|start| *start <= candidate.range.start).checked_sub(1)?;
        let (argument, start) = (&arguments[index], starts[index]);
        let range = argument.start + (candidate.range.start - start)..argument.start + (candidate.range.end - start);
        candidate.range = (range.end <= argument.end).then_some(range)?;
        Some(candidate)
    };
    found.filter_map(in_root).collect()
}

/// What was found in a list of arguments and was not read yet.
#[derive(Default)]
pub(super) struct Found(Vec<Candidate>);

impl Found {
    pub(super) fn new(mut candidates: Vec<Candidate>) -> Self {
        candidates.sort_by_key(|candidate| Reverse(candidate.range.start));
        Self(candidates)
    }

    /// Takes what was found in an argument, the next one.
    pub(super) fn take_in(&mut self, argument: &Range<usize>) -> impl Iterator<Item = Candidate> {
        let behind = self.0.partition_point(|candidate| candidate.range.start >= argument.end);
        let start = argument.start;
        self.0.drain(behind..).rev().filter(move |candidate| candidate.range.start >= start)
    }
}
